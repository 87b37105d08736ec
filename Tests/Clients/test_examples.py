"""The Python examples of the documentation, and its archive, are run as they stand there."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from admin import Admin
from appliance import BINARY, ROOT, environment, run
from person import Person

CLIENTS = ROOT / "Sources" / "ChatGateway" / "ChatGateway.docc" / "Clients.md"
ARCHIVES = ROOT / "Sources" / "parley" / "parley.docc" / "Archives.md"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x03\x00\x00\x00\x02\x08\x02\x00\x00\x00"


def blocks(path, language):
    return re.findall(rf"^```{language}\n(.*?)^```$", path.read_text(), re.S | re.M)


@pytest.fixture
def lobby(start):
    """An appliance with Alice, a bot and Bob in the lobby, which has a past of 120 messages."""
    appliance = start("--rate-limit-messages", 0)
    admin = Admin(appliance)
    users = {name: admin.user(name) for name in ("alice", "bot", "bob")}
    chat = admin.chat(*users.values(), id="lobby", name="Lobby")
    tokens = {name: admin.token(user)["token"] for name, user in users.items()}
    with Person(appliance, tokens["bob"]) as bob:
        bob.connect()
        for number in range(120):
            bob.send(chat, f"past {number}")
        yield appliance, chat, tokens, bob


def test_the_python_examples_run_one_after_the_other(lobby, tmp_path, monkeypatch, capsys):
    appliance, chat, tokens, bob = lobby
    monkeypatch.chdir(tmp_path)
    (tmp_path / "picture.png").write_bytes(PNG)
    given = {"http://localhost:5000": appliance.url, "TOKEN OF THE BOT": tokens["bot"], "TOKEN": tokens["alice"]}
    names = {"__name__": "example"}
    try:
        for number, block in enumerate(blocks(CLIENTS, "python")):
            for text, value in given.items():
                block = block.replace(text, value)
            exec(compile(block, f"{CLIENTS.name}, Python example {number + 1}", "exec"), names)
        shown = capsys.readouterr().out
        assert "Lobby 120 unread" in shown
        assert "121 messages" in shown
        assert "missed: message:new 121" in shown
        assert names["message"]["seq"] == 121 and names["offset"]
        assert names["sent"]["message"]["attachments"][0]["mime_type"] == "image/png"
        bob.send(chat, "/echo Hello, bot")
        assert bob.wait("message:new", lambda m: m["content"] == "Hello, bot")["sender"]["username"] == "bot"
        bob.wait("message:read", lambda d: d["seq"] > 121)
        bob.send(chat, "/stop")
        assert names["stopped"].wait(10)
    finally:
        for name in ("client", "bot"):
            if name in names:
                names[name].disconnect()


def test_the_readmes_python_example_is_python_and_connects(lobby, capsys):
    appliance, _, tokens, bob = lobby
    (block,) = blocks(ROOT / "README.md", "python")
    block = block.replace("http://localhost:5000", appliance.url).replace("the token of bob", tokens["alice"])
    names = {}
    exec(compile(block.replace("client.wait()", ""), "README.md", "exec"), names)
    try:
        assert bob.wait("message:new", lambda m: m["content"] == "Hello!")["sender"]["username"] == "alice"
        assert "'ok': True" in capsys.readouterr().out
    finally:
        names["client"].disconnect()


def test_every_shell_line_of_the_readme_works_as_it_is_typed(start, tmp_path):
    """In the order of the page, in one shell beside one appliance, which is stopped where the page says so."""
    text = re.sub(r"^```.*?^```$", "", (ROOT / "README.md").read_text(), flags=re.S | re.M)
    lines = [line[4:] for line in text.splitlines() if re.match(r"    (curl|parley|TOKEN)\b", line)]
    lines.remove("parley serve --data /var/lib/parley --listen '[::]:5000'")
    assert len(lines) > 20
    appliance = start(data=tmp_path / "data")
    for folder in ("bin", "far", ".local/share/bash-completion/completions", ".zfunc", ".config/fish/completions"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "bin" / "parley").symlink_to(BINARY)
    (tmp_path / "bin" / "ssh").write_text('#!/bin/sh\ncd far && exec sh -c "$2"\n')
    (tmp_path / "bin" / "ssh").chmod(0o755)
    (tmp_path / "cat.png").write_bytes(PNG)
    given = {"127.0.0.1:5080": appliance.addresses["admin"], "localhost:5000": appliance.addresses["public"]}

    def type_in(some):
        script = "\n".join(some)
        for place, value in given.items():
            script = script.replace(place, value)
        done = subprocess.run(
            ["sh", "-exc", script], cwd=tmp_path, capture_output=True, text=True, timeout=240, check=False,
            env={**environment(), "PATH": f"{tmp_path}/bin:{os.environ['PATH']}", "HOME": str(tmp_path),
                 "PARLEY_ADMIN_LISTEN": appliance.addresses["admin"]})
        assert done.returncode == 0 and '"error"' not in done.stdout, done.stdout + done.stderr
        return done.stdout

    of_stopped = [line for line in lines if line.startswith(("parley restore", "parley import"))]
    said = type_in([line for line in lines if line not in of_stopped])
    assert "Hello!" in said and "cat.png" in said
    assert (tmp_path / "far" / "parley.db").read_bytes().startswith(b"SQLite format 3")
    appliance.stop()
    assert len(of_stopped) == 2
    type_in(of_stopped)


def test_the_archive_of_the_documentation_can_be_imported(tmp_path):
    lines = [line.strip() for line in ARCHIVES.read_text().splitlines() if line.startswith('    {"kind"')]
    assert len(lines) == 6
    file = tmp_path / "tea.ndjson"
    file.write_text("\n".join(lines))
    code, out, said = run("import", file, "--data", tmp_path / "data")
    assert code == 0, said
    assert "1 users, 1 chats, 1 messages" in out


def test_every_event_that_the_page_names_is_one(parley):
    sys.path.append(str(Path(__file__).parent))
    from described import Described
    known = Described(parley)
    events = set(known.client_events) | set(known.server_events)
    named = set(re.findall(r"[\"`]((?:message|chat|session|user|typing|presence|auth|file):[a-z-]+)[\"`]",
                           CLIENTS.read_text()))
    assert named and named <= events
