"""The commands that call the admin endpoint, as an operator types them."""

import fcntl
import http.server
import json
import os
import pty
import re
import shutil
import struct
import subprocess
import termios
import threading

import pytest
import requests

from admin import Admin, fresh
from appliance import BINARY, environment, run

KEY = "a-key-of-the-tests-that-is-long-enough"


class Shell:
    """`parley` beside a running appliance."""

    def __init__(self, appliance):
        self.options = ["--admin-listen", appliance.addresses["admin"], "--data", appliance.data]

    def __call__(self, *words):
        return run(*words, *self.options)

    def ok(self, *words):
        code, out, said = self(*words)
        assert code == 0, (words, said)
        return out

    def json(self, *words):
        return json.loads(self.ok(*words, "--json"))

    def quiet(self, *words):
        return self.ok(*words, "--quiet").split()


@pytest.fixture
def shell(parley):
    return Shell(parley)


def test_every_call_of_the_endpoint_is_reachable_from_the_shell(parley):
    """What each command calls, seen by an endpoint that answers everything; held against the description."""
    lines = [
        "user create a", "user list", "user show a", "user update a --username b", "user delete a", "user block a",
        "user unblock a", "user disconnect a", "user revoke-tokens a", "token create a", "token list",
        "token revoke t", "chat create C", "chat list", "chat show c", "chat rename c D", "chat delete c",
        "chat members c", "chat add c a", "chat remove c a", "message list c", "message send c Hi",
        "message delete m", "stats", "connection list", "connection disconnect s", "key rotate", "key rotate --revoke",
    ]
    called = set()

    class Endpoint(http.server.BaseHTTPRequestHandler):
        def answer(self):
            called.add((self.command, self.path.split("?")[0]))
            body = b'{"id":"a","username":"a","items":[]}'
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Endpoint) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"127.0.0.1:{server.server_address[1]}"
        for line in lines:
            code, _, said = run(*line.split(), "--admin-listen", address, "--admin-key", KEY)
            assert code == 0, (line, said)
        server.shutdown()
    paths = requests.get(parley.admin_url + "/openapi.json", timeout=10).json()["paths"]
    operations = {(method.upper(), path) for path, methods in paths.items() if path.startswith("/admin/")
                  for method in methods if method in ("get", "post", "put", "patch", "delete")}
    # `parley backup` makes the same copy beside the appliance, running or not.
    operations.remove(("GET", "/admin/backup"))
    patterns = {(method, path): re.compile(re.sub(r"\{\w+\}", "[^/]+", path) + "$") for method, path in operations}
    missing = [operation for operation, pattern in patterns.items()
               if not any(method == operation[0] and pattern.match(path) for method, path in called)]
    assert not missing


def test_a_user_is_named_by_id_or_username_everywhere(shell):
    name, chat = fresh("Zoë"), fresh("lobby")
    (token,) = shell.quiet("token", "create", name, "--create", "--ttl", "30d")
    assert token.count(".") == 2
    user = shell.json("user", "show", name)
    other = shell.json("user", "create", fresh("other"))["id"]
    assert shell.quiet("chat", "create", "Lobby", "--id", chat, "--member", name) == [chat]
    shell.ok("chat", "add", chat, other)
    for word in (name, user["id"], name.upper()):
        shell.ok("user", "block", word)
        assert shell.json("user", "show", word)["blocked"] is True
        shell.ok("user", "unblock", word)
        shell.ok("chat", "add", chat, word, "--role", "admin")
        assert shell.json("message", "send", chat, "Hi", "--sender", word)["sender_id"] == user["id"]
        assert shell.json("token", "list", "--user", word)["items"][0]["user_id"] == user["id"]
        shell.ok("user", "update", word, "--display-name", "Z")
        for action in ("disconnect", "revoke-tokens"):
            shell.ok("user", action, word)
        shell.ok("chat", "remove", chat, word)
        shell.ok("chat", "add", chat, word)
    assert sorted(shell.quiet("chat", "members", chat)) == sorted([user["id"], other])
    shell.ok("user", "delete", name)
    code, out, said = shell("user", "show", name)
    assert (code, out) == (1, "") and said.count("\n") == 1 and name in said


def test_an_id_wins_over_anothers_username_and_it_is_said(shell):
    word = fresh("both")
    shell.ok("user", "create", fresh("first"), "--id", word)
    (second,) = shell.quiet("user", "create", word)
    code, out, said = shell("user", "show", word, "--quiet")
    assert code == 0 and out.split() == [word]
    assert word in said and second in said
    assert shell("user", "show", second, "--quiet")[1:] == (second + "\n", "")


def test_json_is_the_answer_as_it_came_and_quiet_only_what_was_asked_for(parley, shell):
    admin = Admin(parley)
    user = admin.user()
    came = admin.raw("GET", f"/admin/users/{user['id']}")
    assert shell.ok("user", "show", user["username"], "--json").rstrip("\n") == came.text.rstrip("\n")
    issued = shell.json("token", "create", user["id"], "--label", "x")
    assert issued["user_id"] == user["id"]
    assert shell.quiet("token", "list", "--user", user["id"]) == [issued["token_id"]]
    assert shell.ok("token", "revoke", issued["token_id"], "--quiet") == ""
    code, _, said = shell("user", "list", "--json", "--quiet")
    assert code == 64 and "--quiet" in said


@pytest.mark.parametrize("time, seconds", [("90s", 90), ("15m", 900), ("12h", 43_200), ("30d", 2_592_000), ("60", 60)])
def test_a_tokens_life_is_written_as_people_write_times(parley, shell, time, seconds):
    user = Admin(parley).user()
    from datetime import datetime, timezone
    expires = datetime.fromisoformat(shell.json("token", "create", user["id"], "--ttl", time)["expires_at"])
    assert abs((expires - datetime.now(timezone.utc)).total_seconds() - seconds) < 60


@pytest.mark.parametrize("time", ["soon", "-5", "1500ms", "30x", ""])
def test_what_is_no_time_is_a_usage_error(shell, time):
    code, _, said = shell("token", "create", "nobody", "--ttl", time)
    assert code == 64 and "--ttl" in said


def test_messages_are_shown_from_the_newest_page_in_ascending_order(parley, shell):
    admin = Admin(parley)
    chat = admin.chat(admin.user())["id"]
    for number in range(1, 8):
        admin.call("POST", f"/admin/chats/{chat}/messages", {"content": f"m{number}"})
    for command in (("chat", "messages"), ("message", "list")):
        def seqs(*options):
            return [message["seq"] for message in shell.json(*command, chat, *options)["items"]]
        assert seqs() == [1, 2, 3, 4, 5, 6, 7]
        assert seqs("--limit", 3) == [5, 6, 7]
        assert seqs("--limit", 3, "--before", 5) == [2, 3, 4]
        assert seqs("--limit", 3, "--after", 0) == [1, 2, 3]
        lines = shell.ok(*command, chat, "--limit", 3).splitlines()
        assert lines[-1] == "earlier: --before 5"
        assert "earlier" not in shell.ok(*command, chat, "--limit", 7, "--before", 8).splitlines()[-1]
    assert shell("chat", "messages", chat, "--before", 2, "--after", 1)[0] == 64


def test_connections_and_keys_are_the_operators_too(start):
    from person import Person
    appliance = start()
    shell, admin = Shell(appliance), Admin(appliance)
    user = admin.user()
    with Person(appliance, admin.token(user)["token"]) as person:
        person.connect()
        assert shell.json("stats")["connections"] == 1
        assert user["id"] in shell.ok("connection", "list")
        (sid,) = shell.quiet("connection", "list")
        shell.ok("connection", "disconnect", sid)
        assert person.disconnected.wait(10)
        assert shell("connection", "disconnect", sid)[0] == 1
    with Person(appliance, admin.token(user)["token"]) as person:
        person.connect()
        shell.ok("key", "rotate")
        person.ok("chat:list", {})
        shell.ok("key", "rotate", "--revoke")
        assert person.disconnected.wait(10)


@pytest.mark.parametrize("line, meant, usage", [
    ("user blok alice", "did you mean block?", "parley user block"),
    ("user lst", "did you mean list?", "parley user list"),
    ("usr list", "did you mean user?", "parley user"),
    ("chta create x", "did you mean chat?", "parley chat"),
    ("token isue alice", "did you mean create?", "parley token create"),
    ("serv --data x", "did you mean serve?", "parley serve"),
    ("mesage send c Hi", "did you mean message?", "parley message"),
    ("webhook list", "there are serve, user,", "parley"),
    ("user frobnicate", "there are create, list,", "parley user"),
    ("user show --jsn alice", "--json", "parley user show"),
    ("user show", "<user>", "parley user show"),
    ("user show alice bob", "bob", "parley user show"),
    ("chat add lobby", "<user>", "parley chat add"),
])
def test_a_typo_is_answered_with_the_usage_of_the_command_meant(line, meant, usage):
    code, out, said = run(*line.split())
    assert (code, out) == (64, "")
    assert meant in said, said
    assert f"Usage: {usage}" in said, said


def on_terminal(columns, *words):
    """What a command shows on a terminal of so many columns."""
    reader, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    process = subprocess.Popen(
        [BINARY, *map(str, words)], stdin=subprocess.DEVNULL, stdout=terminal, stderr=subprocess.PIPE,
        env=environment())
    os.close(terminal)
    shown = b""
    while True:
        try:
            part = os.read(reader, 65536)
        except OSError:
            break
        if not part:
            break
        shown += part
    os.close(reader)
    said = process.stderr.read()
    process.stderr.close()
    assert process.wait(10) == 0, said
    return shown.decode().replace("\r\n", "\n").splitlines()


def cells(text):
    import unicodedata
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 0 if unicodedata.combining(c) else 1 for c in text)


def test_tables_are_as_wide_as_the_terminal_and_whole_where_there_is_none(start):
    appliance = start()
    shell, admin = Shell(appliance), Admin(appliance)
    names = ["漢字" * 12, "한국어" * 10, "a" * 60, "plain"]
    for name in names:
        admin.user(name, display_name="long name " * 6)
    for columns in (40, 60, 80, 120, 200):
        lines = on_terminal(columns, "user", "list", *shell.options)
        assert lines[0].startswith("id") and len(lines) >= 5
        rows = [line for line in lines if not line.startswith("(")]
        assert all(cells(row) <= columns for row in rows), (columns, rows)
        starts = {cells(row[:row.index("plain")]) for row in rows if "plain" in row}
        assert columns < 60 or starts
    assert any("…" in line for line in on_terminal(100, "user", "list", *shell.options))
    whole = shell.ok("user", "list")
    assert "…" not in whole and all(name in whole for name in names)


def test_what_a_terminal_would_obey_is_written_out(parley, shell):
    admin = Admin(parley)
    chat = admin.chat(admin.user())["id"]
    shell.ok("message", "send", chat, "a\x1b[2Jb\u202ec\nd")
    shown = shell.ok("message", "list", chat)
    assert "a\\u{1B}[2Jb\\u{202E}c\\nd" in shown and "\x1b" not in shown


@pytest.mark.parametrize("name", ["bash", "zsh", "fish"])
def test_there_are_completions_for_each_shell_with_values(name):
    code, script, _ = run("--generate-completion-script", name)
    assert code == 0
    for word in ("revoke-tokens", "critical", "normal", "path-prefix"):
        assert word in script, word


@pytest.mark.skipif(not shutil.which("bash"), reason="bash is not there")
def test_bash_completes_commands_values_and_users(parley, shell, tmp_path):
    name = fresh("completed")
    shell.ok("user", "create", name)
    (tmp_path / "parley").symlink_to(BINARY)
    (tmp_path / "completion").write_text(run("--generate-completion-script", "bash")[1])

    def complete(*words):
        line = (f"source completion; COMP_WORDS=({' '.join(words)}); COMP_CWORD={len(words) - 1}; "
                f"COMP_LINE='{' '.join(words)}'; COMP_POINT=${{#COMP_LINE}}; "
                f"_parley parley '{words[-1]}' '{words[-2]}'; printf '%s\\n' \"${{COMPREPLY[@]}}\"")
        variables = {**environment(), "PATH": f"{tmp_path}:{os.environ['PATH']}",
                     "PARLEY_ADMIN_LISTEN": parley.addresses["admin"], "PARLEY_DATA": str(parley.data)}
        done = subprocess.run(["bash", "-c", line], cwd=tmp_path, env=variables, capture_output=True, text=True,
                              timeout=30, check=False)
        return done.stdout.split()

    assert "block" in complete("parley", "user", "bl")
    assert complete("parley", "serve", "--durability", "n") == ["normal"]
    assert complete("parley", "user", "block", name[:-2]) == [name]


def test_a_backup_says_what_it_wrote_and_nothing_on_standard_output(start, tmp_path):
    appliance = start()
    file = tmp_path / "copy.db"
    code, out, _ = run("backup", file, "--data", appliance.data)
    assert code == 0 and out == f"wrote {file}, {file.stat().st_size} bytes, keys included\n"
    code, out, _ = run("backup", file, "--data", appliance.data, "--without-keys")
    assert code == 0 and out.endswith("without the keys\n")
    done = subprocess.run(
        [BINARY, "backup", "-", "--data", str(appliance.data)], capture_output=True, env=environment(), timeout=30,
        check=True)
    assert done.stdout.startswith(b"SQLite format 3\0") and b"wrote " not in done.stdout[-100:] + done.stderr
