"""parley import --from: small made-up exports in the shape that Slack, Mattermost and DiscordChatExporter write."""

import base64
import json
import os
import zipfile
from pathlib import Path

import pytest

from admin import Admin
from appliance import run
from person import Person

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")


def put(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(value, bytes):
        path.write_bytes(value)
    else:
        path.write_text(value if isinstance(value, str) else json.dumps(value))


def records(data, kind):
    """The lines of a kind of what an appliance exports."""
    code, out, said = run("export", "-", "--data", data)
    assert code == 0, said
    return [line for line in map(json.loads, out.splitlines()) if line["kind"] == kind]


def texts(data, chat):
    return [line["content"] for line in records(data, "message") if line["chat_id"] == chat]


def slack(path):
    """A workspace: three people and a bot, a public and a private channel, two direct chats."""
    def user(id, name, real, **fields):
        return {"id": id, "team_id": "T1", "name": name, "deleted": False, "real_name": real, "is_bot": False,
                "profile": {"real_name": real, "display_name": "", "image_192": f"https://avatars.example/{id}.png"},
                **fields}
    put(path / "users.json", [
        user("U1", "ann", "Ann Example"), user("U2", "bob", "Bob Example"),
        user("U3", "ann", "Another Ann", deleted=True),
        user("U4", "builds", "Builds", is_bot=True), "no user", {"name": "without an id"}])
    put(path / "channels.json", [
        {"id": "C1", "name": "general", "created": 1600000000, "creator": "U1", "is_archived": False,
         "is_general": True, "members": ["U1", "U2"], "pins": [{"id": "1600000100.000100", "type": "C"}],
         "topic": {"value": "All of us"}, "purpose": {"value": ""}}])
    put(path / "groups.json", [{"id": "G1", "name": "secret", "created": 1600000001, "creator": "U2",
                                "members": ["U2", "U1"]}])
    put(path / "dms.json", [{"id": "D1", "created": 1600000002, "members": ["U1", "U2"]}])
    put(path / "mpims.json", [{"id": "G2", "name": "mpdm-ann--bob--builds-1", "created": 1600000003,
                               "members": ["U1", "U2", "U4"]}])
    put(path / "integration_logs.json", [])
    put(path / "general" / "2020-09-13.json", [
        {"type": "message", "subtype": "channel_join", "user": "U2", "ts": "1600000050.000100",
         "text": "<@U2> has joined the channel"},
        {"type": "message", "user": "U1", "ts": "1600000100.000100", "thread_ts": "1600000100.000100",
         "text": "Hello <@U2> &amp; <!here>: <https://example.com/a?b=1&amp;c|a link>, <https://example.com>, "
                 "<#C1|general>, 1 &lt; 2, <mailto:a@b.example|a@b.example>",
         "reply_count": 1, "edited": {"user": "U1", "ts": "1600000160.000000"},
         "reactions": [{"name": "thumbsup", "users": ["U2", "U1"], "count": 2},
                       {"name": "party_parrot", "users": ["U2"], "count": 1}]},
        {"type": "message", "user": "U2", "ts": "1600000100.000200", "text": "the same millisecond, and later"},
        {"type": "message", "subtype": "channel_topic", "user": "U1", "ts": "1600000120.000000", "topic": "All of us",
         "text": "<@U1> set the channel topic: All of us"},
        {"type": "message", "subtype": "bot_message", "bot_id": "B7", "username": "Deployer", "text": "",
         "ts": "1600000130.000000",
         "attachments": [{"title": "Deployed", "text": "to <https://x.example|production>"}]},
        {"type": "message", "ts": "no time", "user": "U1", "text": "lost"},
        {"type": "message", "user": "U9", "text": "from outside", "ts": "1600000140.000000",
         "user_profile": {"name": "guest", "real_name": "A Guest"}},
        {"type": "message", "subtype": "tombstone", "user": "U2", "ts": "1600000150.000000",
         "text": "This message was deleted."},
    ])
    put(path / "general" / "2020-09-14.json", [
        {"type": "message", "user": "U2", "ts": "1600090000.000000", "thread_ts": "1600000100.000100",
         "text": "an answer", "parent_user_id": "U1"},
        {"type": "message", "user": "U1", "ts": "1600090001.000000", "text": "with files", "files": [
            {"id": "F1", "name": "dot.png", "mimetype": "image/png", "size": len(PNG),
             "url_private": "https://files.slack.com/x?t=xoxe-secret"},
            {"id": "F2", "name": "lost.pdf", "mimetype": "application/pdf",
             "url_private": "https://files.slack.com/y?t=xoxe-secret"}]},
    ])
    put(path / "__uploads" / "F1" / "dot.png", PNG)
    put(path / "secret" / "2020-09-13.json", [
        {"type": "message", "user": "U2", "ts": "1600000200.000000", "text": "hush"},
        {"type": "message", "subtype": "group_leave", "user": "U1", "ts": "1600000201.000000"}])
    put(path / "D1" / "2020-09-13.json", [
        {"type": "message", "user": "U1", "ts": "1600000300.000000", "text": "between us"}])
    put(path / "mpdm-ann--bob--builds-1" / "2020-09-13.json", [
        {"type": "message", "user": "U4", "ts": "1600000400.000000", "text": "three of us"}])
    return path


def packed(folder, path):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for each in sorted(folder.rglob("*")):
            if each.is_file():
                file.write(each, each.relative_to(folder))
    return path


def test_a_slack_workspace_moves_in(start, tmp_path):
    export, data = slack(tmp_path / "export"), tmp_path / "data"
    code, out, said = run("import", "--from", "slack", export, "--data", data)
    assert code == 0, said
    assert "imported 6 users, 4 chats, 11 messages, 1 files, 9 members" in out, out + said
    for place in ("users.json:5: left out", "users.json:6: left out", "users.json:3: remark: ann is ann-2 here",
                  "general/2020-09-13.json:6: left out", "general/2020-09-14.json:2: left out: The file lost.pdf",
                  "channels.json:1: remark: 1 pins are not taken", "channels.json:1: remark: The topic"):
        assert f"{export}: {place}" in said, f"{place}\n{said}"
    users = {line["id"]: line for line in records(data, "user")}
    assert users["U1"]["username"] == "ann" and users["U1"]["display_name"] == "Ann Example"
    assert users["U1"]["avatar_url"] == "https://avatars.example/U1.png"
    assert users["U3"]["username"] == "ann-2" and users["U3"]["blocked"] is True
    assert users["B7"]["username"] == "Deployer" and users["U9"]["username"] == "guest"
    chats = {line["id"]: line for line in records(data, "chat")}
    assert chats["C1"]["name"] == "general" and chats["C1"]["created_at"] == "2020-09-13T12:26:40.000Z"
    assert chats["D1"]["type"] == "direct" and sorted(chats["D1"]["pair"]) == ["U1", "U2"]
    assert chats["G2"]["type"] == "group" and chats["G2"]["name"] == "ann, bob, builds"
    general = [line for line in records(data, "message") if line["chat_id"] == "C1"]
    assert [line["content"] for line in general] == [
        "Hello @bob & @here: a link (https://example.com/a?b=1&c), https://example.com, #general, 1 < 2, a@b.example",
        "the same millisecond, and later", "@ann set the channel topic: All of us",
        "Deployed\nto production (https://x.example)", "from outside", "", "an answer", "with files\nlost.pdf"]
    assert general[0]["created_at"] == "2020-09-13T12:28:20.000Z"
    assert general[0]["edited_at"] == "2020-09-13T12:29:20.000Z"
    assert general[2]["message_type"] == "system" and general[3]["sender_id"] == "B7"
    assert "deleted_at" in general[5] and general[6]["reply_to"] == 1 and general[7]["message_type"] == "image"
    assert "xoxe" not in json.dumps(records(data, "message"))
    reactions = [(line["seq"], line["user_id"], line["emoji"]) for line in records(data, "reaction")]
    assert sorted(reactions) == [(1, "U1", "👍"), (1, "U2", ":party_parrot:"), (1, "U2", "👍")]
    members = {(line["chat_id"], line["user_id"]): line for line in records(data, "member")}
    assert {key for key in members if key[0] == "C1"} == {("C1", "U1"), ("C1", "U2")}
    assert members["C1", "U1"]["role"] == "owner"
    assert members["C1", "U2"]["joined_at"] == "2020-09-13T12:27:30.000Z"
    server = start(data=data)
    with Person(server, Admin(server).token({"id": "U1"})["token"]) as person:
        person.connect()
        listed = [chat["id"] for chat in person.ok("chat:list", {})["chats"]]
        assert listed == ["C1", "G2", "D1", "G1"] and person.ready["unread_total"] == 0
        last = person.ok("message:history", {"chatId": "C1"})["messages"][-1]
        assert last["attachments"][0]["name"] == "dot.png" and last["attachments"][0]["width"] == 1
    server.stop()
    code, out, _ = run("check", data / "parley.db")
    assert code == 0, out


def test_the_zip_of_a_workspace_gives_the_same_as_its_folder_and_a_second_import_adds_nothing(tmp_path):
    export = slack(tmp_path / "export")
    assert run("import", "--from", "slack", export, "--data", tmp_path / "a")[0] == 0
    file = packed(export, tmp_path / "export.zip")
    code, out, said = run("import", "--from", "slack", file, "--data", tmp_path / "b")
    assert code == 0, said
    for kind in ("chat", "message", "reaction", "member", "end"):
        assert records(tmp_path / "a", kind) == records(tmp_path / "b", kind)
    before = run("export", "-", "--data", tmp_path / "b")[1]
    code, out, said = run("import", "--from", "slack", file, "--data", tmp_path / "b")
    assert code == 0 and "imported 0 users, 0 chats, 0 messages, 0 files, 0 members" in out, out + said
    assert "chats            0              4         0" in out, out
    assert run("export", "-", "--data", tmp_path / "b")[1] == before


def test_a_dry_run_says_what_an_import_would_say_and_writes_nothing(start, tmp_path):
    export = slack(tmp_path / "export")
    code, out, said = run("import", "--from", "slack", export, "--data", tmp_path / "none", "--dry-run")
    assert code == 0 and "would import 6 users, 4 chats, 11 messages, 1 files, 9 members; nothing was written" in out
    assert "users.json:5: left out" in said and not (tmp_path / "none").exists()
    # Beside a running one too, which an import itself is not.
    server = start()
    Admin(server).user("Bob")
    code, out, said = run("import", "--from", "slack", export, "--data", server.data, "--dry-run")
    assert code == 0 and "bob is bob-2 here" in said, said
    code, _, said = run("import", "--from", "slack", export, "--data", server.data)
    assert code == 75 and "in use" in said


def test_strict_imports_nothing_when_something_does_not_fit(tmp_path):
    export, data = slack(tmp_path / "export"), tmp_path / "data"
    code, out, said = run("import", "--from", "slack", export, "--data", data, "--strict")
    assert code == 65 and out == "" and "nothing was imported" in said.splitlines()[-1]
    assert [path.name for path in data.iterdir()] == ["parley.lock"]
    (export / "general" / "2020-09-13.json").unlink()
    (export / "general" / "2020-09-14.json").unlink()
    put(export / "users.json", [{"id": "U1", "name": "ann"}, {"id": "U2", "name": "bob"}, {"id": "U4", "name": "b"}])
    code, out, said = run("import", "--from", "slack", export, "--data", data, "--strict")
    assert code == 0 and "imported 3 users, 4 chats, 3 messages" in out, said


def mattermost(path):
    def post(user, at, message, **fields):
        return {"team": "team", "channel": "town-square", "user": user, "message": message, "create_at": at, **fields}
    lines = [
        {"type": "version", "version": 1},
        {"type": "emoji", "emoji": {"name": "parrot", "image": "e.png"}},
        {"type": "team", "team": {"name": "team", "display_name": "Team", "type": "O"}},
        {"type": "channel", "channel": {"team": "team", "name": "town-square", "display_name": "Town Square",
                                        "type": "O", "header": "", "purpose": ""}},
        {"type": "channel", "channel": {"team": "team", "name": "private", "display_name": "Private", "type": "P"}},
        {"type": "user", "user": {"username": "ann", "email": "ann@x.example", "nickname": "", "first_name": "Ann",
                                  "last_name": "Example", "roles": "system_user", "delete_at": 0, "teams": [
                                      {"name": "team", "roles": "team_user", "channels": [
                                          {"name": "town-square", "roles": "channel_user channel_admin"},
                                          {"name": "private", "roles": "channel_user"}]}]}},
        {"type": "user", "user": {"username": "bob", "nickname": "Bobby", "delete_at": 1700000000000, "teams": [
            {"name": "team", "channels": [{"name": "town-square", "roles": "channel_user"}]}]}},
        {"type": "post", "post": post("bob", 1700000002000, "second", edit_at=1700000003000, reactions=[
            {"user": "ann", "emoji_name": "tada", "create_at": 1700000002500},
            {"user": "ann", "emoji_name": "parrot", "create_at": 1700000002600}], replies=[
                {"user": "ann", "message": "fourth, an answer", "create_at": 1700000009000,
                 "attachments": [{"path": "20240101/a.txt"}]}])},
        {"type": "post", "post": post("ann", 1700000001000, "first @bob")},
        {"type": "post", "post": post("ann", 1700000005000, "third", attachments=[{"path": "gone.bin"}])},
        {"type": "post", "post": post("bob", 1700000000500, "bob joined", type="system_join_channel",
                                      props={"username": "bob"})},
        {"type": "post", "post": {**post("ann", 1700000001000, "x"), "channel": "unknown"}},
        {"type": "direct_channel", "direct_channel": {"members": ["bob", "ann"], "header": ""}},
        {"type": "direct_post", "direct_post": {"channel_members": ["ann", "bob"], "user": "ann",
                                                "message": "just us", "create_at": 1700000006000}},
        {"type": "direct_post", "direct_post": {"channel_members": ["ann", "bob", "helpbot"], "user": "helpbot",
                                                "message": "three", "create_at": 1700000007000}},
        {"type": "weather", "weather": {}},
    ]
    put(path / "export.jsonl", "".join(json.dumps(line) + "\n" for line in lines) + "{broken\n")
    put(path / "data" / "20240101" / "a.txt", b"a file")
    return path


@pytest.mark.parametrize("form", ["folder", "zip", "file"])
def test_a_mattermost_export_moves_in(tmp_path, form):
    export, data = mattermost(tmp_path / "export"), tmp_path / "data"
    name = "export.jsonl:"
    if form == "zip":
        export = packed(export, tmp_path / "export.zip")
    elif form == "file":
        export = export / "export.jsonl"
    code, out, said = run("import", "--from", "mattermost", export, "--data", data)
    assert code == 0, said
    files = 0 if form == "file" else 1
    assert f"imported 3 users, 4 chats, 6 messages, {files} files, 8 members" in out, out + said
    for place in ("12: left out: No line before makes the channel unknown", "16: left out: No line of the type weather",
                  "17: left out: This is no JSON", "10: left out: The file gone.bin", "2: remark: The picture"):
        assert f"{export}: {name}{place}" in said, said
    users = {line["id"]: line for line in records(data, "user")}
    assert users["ann"]["display_name"] == "Ann Example" and users["bob"]["display_name"] == "Bobby"
    assert users["bob"]["blocked"] is True
    square = [line for line in records(data, "message") if line["chat_id"] == "team:town-square"]
    wanted = ["first @bob", "second", "third\ngone.bin", "fourth, an answer" + ("\na.txt" if form == "file" else "")]
    assert [line["content"] for line in square] == wanted
    assert square[3]["reply_to"] == 2 and square[1]["edited_at"] == "2023-11-14T22:13:23.000Z"
    assert {line["emoji"] for line in records(data, "reaction")} == {"🎉", ":parrot:"}
    chats = {line["id"]: line for line in records(data, "chat")}
    assert chats["team:town-square"]["name"] == "Town Square"
    assert chats["team:town-square"]["created_at"] == "2023-11-14T22:13:21.000Z"
    assert sorted(chats["direct:ann:bob"]["pair"]) == ["ann", "bob"]
    assert chats["direct:ann:bob:helpbot"]["type"] == "group"
    members = {(line["chat_id"], line["user_id"]): line for line in records(data, "member")}
    assert members["team:town-square", "ann"]["role"] == "admin"
    assert members["team:town-square", "bob"]["joined_at"] == "2023-11-14T22:13:20.500Z"
    assert run("check", data / "parley.db")[0] == 0
    code, out, _ = run("import", "--from", "mattermost", export, "--data", data)
    assert code == 0 and "imported 0 users, 0 chats, 0 messages, 0 files, 0 members" in out


def discord(path):
    ann = {"id": "101", "name": "ann", "discriminator": "0000", "nickname": "Ann", "color": None, "isBot": False,
           "roles": [], "avatarUrl": "https://cdn.example/a.png"}
    bob = {**ann, "id": "102", "name": "bob", "nickname": "Bob"}

    def message(id, at, author, content, **fields):
        return {"id": str(id), "type": "Default", "timestamp": at, "timestampEdited": None, "callEndedTimestamp": None,
                "isPinned": False, "content": content, "author": author, "attachments": [], "embeds": [],
                "stickers": [], "reactions": [], "mentions": [], **fields}
    put(path / "Guild - general [900].json", {
        "guild": {"id": "1", "name": "Guild", "iconUrl": ""},
        "channel": {"id": "900", "type": "GuildTextChat", "categoryId": "2", "category": "Text", "name": "general",
                    "topic": None},
        "dateRange": {"after": None, "before": None}, "exportedAt": "2024-01-01T00:00:00+00:00",
        "messages": [
            message(1001, "2023-01-01T12:00:00.123+02:00", ann, "hello @bob and <@102>, <:parrot:77>", isPinned=True,
                    reactions=[{"emoji": {"id": "", "name": "👍", "code": "thumbsup"}, "count": 2, "users": [bob]},
                               {"emoji": {"id": "77", "name": "parrot", "code": "parrot"}, "count": 1, "users": [bob]}],
                    mentions=[bob]),
            message(1002, "2023-01-01T12:00:01+02:00", bob, "an answer", type="Reply",
                    reference={"messageId": "1001", "channelId": "900", "guildId": "1"},
                    timestampEdited="2023-01-01T10:05:00+00:00"),
            message(1003, "2023-01-01T12:00:02+02:00", bob, "", attachments=[
                {"id": "5", "url": "general.json_Files/a%20file-5.png", "fileName": "a file.png", "fileSizeBytes": 3},
                {"id": "6", "url": "https://cdn.example/b.bin", "fileName": "b.bin", "fileSizeBytes": 3}]),
            message(1004, "2023-01-01T12:00:03+02:00", ann, "Pinned a message.", type="ChannelPinnedMessage"),
            message(1005, "not a time", ann, "lost"),
            message(1006, "2023-01-01T12:00:04+02:00", ann, "Joined the server.", type="GuildMemberJoin")],
        "messageCount": 6})
    put(path / "general.json_Files" / "a file-5.png", PNG)
    put(path / "Direct Messages - Private - bob [901].json", {
        "guild": {"id": "0", "name": "Direct Messages"},
        "channel": {"id": "901", "type": "DirectTextChat", "category": "Private", "name": "bob", "topic": None},
        "messages": [message(2001, "2023-01-02T00:00:00+00:00", bob, "hi"),
                     message(2002, "2023-01-02T00:00:01+00:00", ann, "hi yourself")]})
    put(path / "other.json", [1, 2])
    return path


def test_channels_of_discord_chat_exporter_move_in(tmp_path):
    export, data = discord(tmp_path / "export"), tmp_path / "data"
    code, out, said = run("import", "--from", "discord", export, "--data", data)
    assert code == 0, said
    assert "imported 2 users, 2 chats, 5 messages, 1 files, 4 members" in out, out + said
    for place in ("general [900].json:5: left out: A message has a time",
                  "general [900].json:3: left out: The file b.bin",
                  "general [900].json:1: left out: The export does not say whose 1 reactions", "other.json: left out",
                  "general [900].json:1: remark: 1 pins"):
        assert place in said, said
    general = [line for line in records(data, "message") if line["chat_id"] == "900"]
    assert [line["content"] for line in general] == ["hello @bob and @bob, :parrot:", "an answer", "b.bin"]
    assert general[0]["created_at"] == "2023-01-01T10:00:00.123Z" and general[1]["reply_to"] == 1
    assert general[1]["edited_at"] == "2023-01-01T10:05:00.000Z" and general[2]["message_type"] == "image"
    reactions = {(line["user_id"], line["emoji"]) for line in records(data, "reaction")}
    assert reactions == {("102", "👍"), ("102", ":parrot:")}
    chats = {line["id"]: line for line in records(data, "chat")}
    assert chats["900"]["name"] == "general" and sorted(chats["901"]["pair"]) == ["101", "102"]
    assert run("check", data / "parley.db")[0] == 0
    one = next(export.glob("Direct*"))
    assert run("import", "--from", "discord", one, "--data", tmp_path / "one")[0] == 0
    assert texts(tmp_path / "one", "901") == ["hi", "hi yourself"]
    code, out, said = run("import", "--from", "discord", export, "--data", tmp_path / "one")
    assert code == 0 and "there already" in said and "imported 0 users, 1 chats, 3 messages" in out, out + said


def test_hostile_exports_end_with_an_error_and_its_place(tmp_path):
    export = tmp_path / "export"
    put(export / "users.json", [{"id": "U1", "name": "n" * 2_000_000}, {"id": "U" * 5000, "name": "long"},
                                {"id": "U2", "name": "\u202eevil\n\u0000"}])
    put(export / "channels.json", [{"id": "C1", "name": "g", "members": ["U1"]}])
    put(export / "g" / "2024-01-01.json", "[" + "[" * 10_000 + "]" * 10_000 + ',{"type":"message","user":"U1",'
        '"ts":"1700000000.000000","text":"here"},{"type":"message","user":"U1","ts":"1700000000.000000",'
        '"text":"twice"},{"type":"message","ts":"17000')
    (export / "g" / "2024-01-02.json").symlink_to("/etc/passwd")
    (export / "g" / "2024-01-03.json").write_bytes(
        b'[{"type":"message","text":"\xff\xfe","user":"U1","ts":"1700000001.0"}]')
    put(export / "g" / "2024-01-04.json", "")
    os.mkfifo(export / "g" / "2024-01-05.json")
    code, out, said = run("import", "--from", "slack", export, "--data", tmp_path / "a")
    assert code == 0, said
    for place in ("g/2024-01-01.json:1: left out: This is no JSON, or too deep",
                  "g/2024-01-01.json:3: left out: The message comes twice",
                  "g/2024-01-01.json:4: left out: The file breaks off", "g/2024-01-02.json: left out: It is a link",
                  "g/2024-01-04.json:1: left out", "g/2024-01-05.json: left out"):
        assert place in said, said[-3000:]
    assert texts(tmp_path / "a", "C1") == ["here", "\ufffd\ufffd"]
    for name, content in (("nothing", None), ("text", b"hello"), ("empty", b""), ("cut", b"PK\x03\x04 and no more")):
        path = tmp_path / name
        if content is not None:
            path.write_bytes(content)
        for program in ("slack", "mattermost", "discord"):
            code, out, said = run("import", "--from", program, path, "--data", tmp_path / "b")
            assert code == (65 if content is not None else 1) and out == "", f"{name} {program}: {said}"
            assert said.splitlines()[-1].startswith(f"parley: {path}"), said
    assert run("import", "--from", "slack", "-", "--data", tmp_path / "b")[0] == 64
    assert run("import", "--from", "irc", export, "--data", tmp_path / "b")[0] == 64
    assert run("import", export, "--dry-run", "--data", tmp_path / "b")[0] == 64


def test_hostile_zips_are_read_no_further_than_they_may_be(tmp_path):
    export = slack(tmp_path / "export")
    file = packed(export, tmp_path / "export.zip")
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../outside.json", "[]")
        archive.writestr("/absolute.json", "[]")
        archive.writestr("general/2020-09-15.json", b"[" + b" " * (100 << 20) + b"]")
        link = zipfile.ZipInfo("general/2020-09-16.json")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    code, out, said = run("import", "--from", "slack", file, "--data", tmp_path / "a")
    assert code == 0 and "11 messages" in out, out + said
    for place in ("../../outside.json: left out: Its name leads elsewhere", "/absolute.json: left out",
                  "general/2020-09-15.json: left out: It claims to be",
                  "general/2020-09-16.json: left out: It is a link"):
        assert place in said, said
    # A byte that is not what it was, and an end that is not there.
    damaged = bytearray(file.read_bytes())
    with zipfile.ZipFile(file) as archive:
        info = archive.getinfo("general/2020-09-13.json")
    at = info.header_offset + 30 + len(info.filename) + 20
    damaged[at:at + 8] = b"\xff" * 8
    (tmp_path / "damaged.zip").write_bytes(damaged)
    code, out, said = run("import", "--from", "slack", tmp_path / "damaged.zip", "--data", tmp_path / "b")
    assert code == 0 and "general/2020-09-13.json" in said and "damaged" in said, said
    (tmp_path / "short.zip").write_bytes(file.read_bytes()[:-100])
    assert run("import", "--from", "slack", tmp_path / "short.zip", "--data", tmp_path / "c")[0] == 65


def test_an_export_joins_an_appliance_that_has_chats_already(start, tmp_path):
    export = slack(tmp_path / "export")
    server = start(data=tmp_path / "data")
    admin = Admin(server)
    ann = admin.user("ann")
    chat = admin.chat(ann, name="Ours")
    server.stop()
    code, out, said = run("import", "--from", "slack", export, "--data", tmp_path / "data")
    assert code == 0 and "the old one is" in out, said
    assert "ann is ann-2 here" in said and "ann is ann-3 here" in said, said
    assert {line["id"] for line in records(tmp_path / "data", "chat")} == {chat["id"], "C1", "G1", "D1", "G2"}
    assert Path(out.rsplit("the old one is ", 1)[1].strip()).exists()
