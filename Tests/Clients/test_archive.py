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
