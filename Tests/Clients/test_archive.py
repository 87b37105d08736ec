"""parley export and import: the commands, as an operator uses them."""

import json
import signal
import subprocess
import time

import pytest

from admin import Admin
from appliance import BINARY, environment, run
from person import Person


def kinds(path):
    """How many lines of each kind an archive has."""
    found = {}
    for line in path.read_text().splitlines():
        kind = json.loads(line)["kind"]
        found[kind] = found.get(kind, 0) + 1
    return found


def synthetic(path, messages):
    """An archive that a script might write: no ids, no seqs."""
    users = [{"kind": "user", "id": f"u{n}", "username": f"user {n}", "created_at": "2025-01-01T00:00:00Z"}
             for n in range(20)]
    chats = [{"kind": "chat", "id": f"c{n}", "created_at": "2025-01-01T00:00:00Z"} for n in range(50)]
    members = [{"kind": "member", "chat_id": chat["id"], "user_id": user["id"], "joined_at": "2025-01-01T00:00:00Z"}
               for chat in chats for user in users]
    with path.open("w") as file:
        def put(*records):
            file.writelines(json.dumps(record) + "\n" for record in records)
        put({"kind": "parley", "version": 1}, *users, *chats)
        for n in range(messages):
            at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(1_740_000_000 + n // 10))
            put({"kind": "message", "chat_id": f"c{n * 7 % 50}", "sender_id": f"u{n % 20}", "created_at": at,
                 "content": f"message {n}, about the {n % 997}th thing and what was said of it yesterday"})
        put(*members)
        put({"kind": "end", "users": 20, "tokens": 0, "chats": 50, "messages": messages, "reactions": 0,
             "members": len(members)})


def test_a_running_appliance_is_exported_and_another_one_goes_on_with_it(start, tmp_path):
    first = start()
    admin = Admin(first)
    ann, bob = admin.user("ann"), admin.user("bob")
    chat = admin.chat(ann, bob, name="Tea")
    with Person(first, admin.token(ann)["token"]) as person:
        person.connect()
        sent = person.send(chat, "A word of Ann's", clientId="k1")
        person.ok("message:react", {"chatId": chat["id"], "messageId": sent["id"], "emoji": "👍"})
    file = tmp_path / "all.ndjson"
    code, _, said = run("export", file, "--data", first.data)
    assert code == 0, said
    assert "exported 2 users, 1 chats, 1 messages, 0 files, 2 members" in said
    assert file.stat().st_mode & 0o777 == 0o600 and not list(tmp_path.glob("*.part"))
    assert kinds(file) == {"parley": 1, "user": 2, "token": 1, "chat": 1, "message": 1, "reaction": 1, "member": 2,
                           "end": 1}
    code, out, said = run("import", file, "--data", tmp_path / "second")
    assert code == 0, said
    assert "imported 2 users, 1 chats, 1 messages, 0 files, 2 members" in out and said == ""
    code, _, said = run("import", file, "--data", first.data)
    assert code == 75 and "in use" in said
    second = start(data=tmp_path / "second")
    admin = Admin(second)
    with Person(second, admin.token(bob)["token"]) as person:
        person.connect()
        assert person.ready["unread_total"] == 1
        (listed,) = person.ok("chat:list", {})["chats"]
        assert listed["id"] == chat["id"] and listed["name"] == "Tea"
        assert listed["last_message"] == {**sent, "reactions": {"👍": [ann["id"]]}}
        (hit,) = person.ok("message:search", {"query": "word"})["results"]
        assert hit["message"]["id"] == sent["id"]
        assert person.send(chat, "And one of Bob's")["seq"] == 2
    second.stop()
    assert run("check", second.data / "parley.db")[0] == 0


def test_archives_go_through_pipes(start, tmp_path):
    appliance = start()
    Admin(appliance).user("ann")
    appliance.stop()
    code, out, said = run("export", "-", "--data", appliance.data)
    assert code == 0 and out.splitlines()[0] == '{"kind":"parley","version":1}', said
    done = subprocess.run(
        [BINARY, "import", "-", "--data", str(tmp_path / "b")], input=out, capture_output=True, text=True,
        timeout=30, env=environment(), check=False)
    assert done.returncode == 0, done.stderr
    assert run("export", "-", "--data", tmp_path / "b")[1] == out


def test_a_wrong_line_ends_the_import_with_65_and_its_number(tmp_path):
    file = tmp_path / "bad.ndjson"
    file.write_text('{"kind":"parley","version":1}\n{"kind":"user","id":"a b"}\n')
    code, out, said = run("import", file, "--data", tmp_path / "data")
    assert (code, out) == (65, "")
    assert said.startswith(f"parley: {file}:2: invalid: ") and said.count("\n") == 1
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["parley.lock"]
    assert run("import", tmp_path / "none", "--data", tmp_path / "data")[0] == 1
    assert run("export", "-", "--data", tmp_path / "data")[0] == 73


@pytest.mark.timeout(300)
def test_a_killed_import_goes_on_where_it_was(tmp_path):
    file, data = tmp_path / "many.ndjson", tmp_path / "data"
    synthetic(file, 60_000)
    process = subprocess.Popen(
        [BINARY, "import", str(file), "--data", str(data)], env=environment(), stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL)
    draft = data / "parley.db.import"
    # The log of the draft has pages once something was committed.
    while not (draft.exists() and (data / "parley.db.import-wal").exists()
               and (data / "parley.db.import-wal").stat().st_size > 4_000_000):
        assert process.poll() is None, "the import was over before it could be killed"
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait(10)
    assert not (data / "parley.db").exists()
    code, out, said = run("import", file, "--data", data, timeout=120)
    assert code == 0, said
    assert "going on after line " in said and int(said.split("line ")[1].split(",")[0]) >= 5000
    assert "60000 messages" in out
    assert sorted(path.name for path in data.iterdir()) == ["parley.db", "parley.lock"]
    code, out, _ = run("check", data / "parley.db", timeout=120)
    assert code == 0, out


def archive(path, *chats, users=("ann",)):
    """An archive as a script writes it, without ids and seqs: each chat an id and its messages, (time, text)."""
    at = "2020-01-01T00:00:00Z"
    lines = [{"kind": "parley", "version": 1}]
    lines += [{"kind": "user", "id": user, "username": user, "created_at": at} for user in users]
    lines += [{"kind": "chat", "id": chat, "name": chat, "created_at": at} for chat, _ in chats]
    lines += [{"kind": "message", "chat_id": chat, "sender_id": users[0], "content": text, "created_at": time}
              for chat, messages in chats for time, text in messages]
    lines += [{"kind": "member", "chat_id": chat, "user_id": user, "joined_at": at}
              for chat, _ in chats for user in users]
    count = sum(len(messages) for _, messages in chats)
    lines.append({"kind": "end", "users": len(users), "tokens": 0, "chats": len(chats), "messages": count,
                  "reactions": 0, "files": 0, "members": len(chats) * len(users)})
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return lines


def test_an_archive_that_has_the_newest_message_first_is_refused_with_its_line_or_sorted(start, tmp_path):
    file, data = tmp_path / "a.ndjson", tmp_path / "data"
    lines = archive(file, ("tea", [(f"2024-01-0{day}T00:00:00Z", f"day {day}") for day in range(9, 0, -1)]))
    # What hangs on messages names them by their places in the archive.
    lines[3]["reply_to"] = 2
    lines.insert(12, {"kind": "reaction", "chat_id": "tea", "seq": 1, "user_id": "ann", "emoji": "👍"})
    lines.insert(13, {"kind": "file", "chat_id": "tea", "seq": 9, "name": "a.txt", "size": 3})
    lines.insert(14, {"kind": "data", "base64": "YWJj"})
    lines[3].pop("reply_to")
    lines[-1].update(reactions=1, files=1)
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    code, out, said = run("import", file, "--data", data)
    assert (code, out) == (65, "") and said.startswith(f"parley: {file}:5: order: ") and "--sort" in said, said
    assert [path.name for path in data.iterdir()] == ["parley.lock"]
    code, out, said = run("import", file, "--data", data, "--sort")
    assert code == 0 and said == "" and "9 messages, 1 files" in out, said
    assert sorted(path.name for path in data.iterdir()) == ["parley.db", "parley.lock"]
    server = start(data=data)
    with Person(server, Admin(server).token({"id": "ann"})["token"]) as person:
        person.connect()
        found = person.ok("message:history", {"chatId": "tea"})["messages"]
        assert [message["content"] for message in found] == [f"day {day}" for day in range(1, 10)]
        assert [message["seq"] for message in found] == list(range(1, 10))
        assert found[8]["reactions"] == {"👍": ["ann"]} and found[0]["attachments"][0]["name"] == "a.txt"
    server.stop()
    assert run("check", data / "parley.db")[0] == 0


def test_an_answer_in_a_sorted_archive_names_its_message_by_its_place_in_it(tmp_path):
    file = tmp_path / "a.ndjson"
    lines = archive(file, ("tea", [("2024-01-02T00:00:00Z", "answer"), ("2024-01-01T00:00:00Z", "question")]))
    lines[3]["reply_to"] = 2
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert run("import", file, "--data", tmp_path / "a", "--sort")[0] == 0
    out = run("export", "-", "--data", tmp_path / "a")[1]
    messages = [json.loads(line) for line in out.splitlines() if '"kind":"message"' in line]
    found = [(message["content"], message.get("reply_to")) for message in messages]
    assert found == [("question", None), ("answer", 1)]
    # One whose message is not older: it is named, and nothing is taken.
    lines[3]["reply_to"] = 7
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    code, _, said = run("import", file, "--data", tmp_path / "b", "--sort")
    assert code == 65 and said.startswith(f"parley: {file}:4: not_found: "), said


def test_messages_of_one_time_keep_the_order_given_when_they_are_sorted(tmp_path):
    file = tmp_path / "a.ndjson"
    archive(file, ("tea", [("2024-01-02T00:00:00Z", "c"), ("2024-01-01T00:00:00Z", "a"),
                           ("2024-01-01T00:00:00Z", "b")]))
    assert run("import", file, "--data", tmp_path / "a", "--sort")[0] == 0
    out = run("export", "-", "--data", tmp_path / "a")[1]
    texts = [json.loads(line)["content"] for line in out.splitlines() if '"kind":"message"' in line]
    assert texts == ["a", "b", "c"]
    # What an appliance wrote has its order in it, and is not sorted.
    again = tmp_path / "again.ndjson"
    again.write_text(out.replace("2024-01-02", "2023-01-02"))
    assert run("import", again, "--data", tmp_path / "b", "--sort")[0] == 0
    assert run("export", "-", "--data", tmp_path / "b")[1] == again.read_text()


def test_a_message_in_the_future_is_taken_with_a_remark_and_goes_through_export_and_import(tmp_path):
    file = tmp_path / "a.ndjson"
    archive(file, ("tea", [("2024-01-01T00:00:00Z", "one"), ("2093-05-01T12:00:00Z", "later"),
                           ("2024-01-02T00:00:00Z", "two")]))
    code, out, said = run("import", file, "--data", tmp_path / "a")
    assert code == 0 and "3 messages" in out, said
    assert said == f"{file}:5: the message lies in the future: 2093-05-01T12:00:00.000Z\n"
    first = run("export", "-", "--data", tmp_path / "a")[1]
    again = tmp_path / "again.ndjson"
    again.write_text(first)
    code, _, said = run("import", again, "--data", tmp_path / "b")
    assert code == 0 and "again.ndjson:5: the message lies in the future" in said
    assert run("export", "-", "--data", tmp_path / "b")[1] == first
    assert run("check", tmp_path / "b" / "parley.db")[0] == 0
    texts = [json.loads(line)["content"] for line in first.splitlines() if '"kind":"message"' in line]
    assert texts == ["one", "later", "two"]
    # Of an appliance whose clock was wrong when it made the ids.
    ids = tmp_path / "ids.ndjson"
    lines = [json.loads(line) for line in first.splitlines()]
    for number, line in enumerate(lines):
        if line["kind"] == "message":
            line["id"] = f"001ul000000{number:02}"
    ids.write_text("".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines))
    code, _, said = run("import", ids, "--data", tmp_path / "c")
    assert code == 0, said


def test_chats_stand_in_the_list_by_their_newest_messages_after_an_import_and_after_another(start, tmp_path):
    file = tmp_path / "a.ndjson"
    chats = [("march", [("2024-02-01T00:00:00Z", "m"), ("2024-03-01T00:00:00Z", "m")]),
             ("empty", []), ("june", [("2024-06-01T00:00:00.002Z", "j")]),
             ("may", [("2024-05-01T00:00:00Z", "a")]), ("also june", [("2024-06-01T00:00:00.001Z", "j")])]
    archive(file, *[(chat.replace(" ", "-"), messages) for chat, messages in chats])
    assert run("import", file, "--data", tmp_path / "a")[0] == 0
    again = tmp_path / "again.ndjson"
    assert run("export", again, "--data", tmp_path / "a")[0] == 0
    assert run("import", again, "--data", tmp_path / "b")[0] == 0
    # And into one that has a chat of today.
    server = start(data=tmp_path / "c")
    admin = Admin(server)
    ann = admin.user("ann", id="ann")
    today = admin.chat(ann, name="today")
    server.stop()
    assert run("import", file, "--data", tmp_path / "c")[0] == 0
    next((tmp_path / "c").glob("parley.db.before-import-*")).unlink()
    for data, before in (("a", []), ("b", []), ("c", [today["id"]])):
        server = start(data=tmp_path / data)
        with Person(server, Admin(server).token({"id": "ann"})["token"]) as person:
            person.connect()
            listed = [chat["id"] for chat in person.ok("chat:list", {})["chats"]]
            assert listed == before + ["june", "also-june", "may", "march", "empty"]
        server.stop()
        assert run("check", tmp_path / data / "parley.db")[0] == 0


def test_chats_that_were_imported_one_after_the_other_share_a_moment(tmp_path):
    file = tmp_path / "a.ndjson"
    archive(file, *[(f"c{n}", [("2024-01-01T00:00:00Z", f"{n} {m}") for m in range(30)]) for n in range(60)])
    assert run("import", file, "--data", tmp_path / "a")[0] == 0
    code, out, said = run("check", tmp_path / "a" / "parley.db")
    assert code == 0, out + said
    out = run("export", "-", "--data", tmp_path / "a")[1]
    assert len({json.loads(line)["id"] for line in out.splitlines() if '"kind":"message"' in line}) == 1800
