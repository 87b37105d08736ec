"""Files that a command is given, and data directories that it works on, when they are not what they should be.

One table: each command that takes a file, by each kind of file that is none of Parley's or is damaged. It ends with the
code of that fault and one sentence, leaves nothing behind, and changes nothing."""

import hashlib
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import time

import pytest

from admin import Admin
from appliance import BINARY, Appliance, environment, run
from test_operator import ROOT, mounted, program, sentence


@pytest.fixture(scope="module")
def stopped(tmp_path_factory):
    """The data directory of an appliance that is not running, with some messages in it."""
    appliance = Appliance(tmp_path_factory.mktemp("given") / "data").start()
    admin = Admin(appliance)
    chat = admin.chat(admin.user("ann"), admin.user("bob"))
    for number in range(40):
        admin.call("POST", f"/admin/chats/{chat['id']}/messages", {"content": f"word {number} " * 40})
    appliance.stop()
    return appliance.data


def broken(path, stopped, first=None, last=None):
    """A whole header, and pages of nonsense from there on."""
    content = bytearray((stopped / "parley.db").read_bytes())
    pages = len(content) // 4096
    for page in range(first or 1, last or pages):
        content[page * 4096:(page + 1) * 4096] = b"\x5a" * 4096
    path.write_bytes(content)


def table_of_messages(path, stopped):
    """What opens, and turns out to be broken when the messages are read."""
    shutil.copy(stopped / "parley.db", path)
    shell = sqlite3.connect(path)
    page = shell.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'messages'").fetchone()[0]
    shell.close()
    content = bytearray(path.read_bytes())
    content[(page - 1) * 4096:page * 4096] = b"\x5a" * 4096
    path.write_bytes(content)


def newer(path, stopped):
    shutil.copy(stopped / "parley.db", path)
    shell = sqlite3.connect(path)
    shell.execute("PRAGMA user_version = 99")
    shell.close()


def foreign(path, _):
    shell = sqlite3.connect(path)
    shell.execute("CREATE TABLE other (a)")
    shell.close()


KINDS = {
    "text": lambda path, _: path.write_text("notes\n" * 2000), "empty": lambda path, _: path.write_bytes(b""),
    "compressed": lambda path, _: path.write_bytes(b"\x1f\x8b\x08\x00" + b"\x55" * 9000), "foreign": foreign,
    "newer": newer, "cut": lambda path, data: path.write_bytes((data / "parley.db").read_bytes()[:9000]),
    "broken": broken, "messages": table_of_messages,
    "directory": lambda path, _: path.mkdir(), "missing": lambda path, _: None,
}
"""How each is made, at a path."""

COMMANDS = {
    "check": ["check", "FILE"], "restore": ["restore", "FILE", "--data", "DATA"],
    "export --from": ["export", "OUT", "--from", "FILE", "--data", "DATA"],
    "import": ["import", "FILE", "--data", "DATA"],
}

NOT_65 = {("import", "directory"): 1, ("import", "missing"): 1}
"""An archive that cannot be read is no bad data; a database that is no file cannot be opened (73)."""


def snapshot(folder):
    """Every file below it, by its bytes."""
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "-"
            for path in sorted(folder.rglob("*"))}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("command", COMMANDS)
def test_a_file_that_is_not_what_it_should_be_ends_a_command_by_name_and_changes_nothing(
        stopped, tmp_path, command, kind):
    data = tmp_path / "data"
    shutil.copytree(stopped, data)
    file = tmp_path / "given"
    KINDS[kind](file, stopped)
    before = snapshot(tmp_path)
    words = {"FILE": file, "DATA": data, "OUT": tmp_path / "out"}
    code, errors = program(*[words.get(word, word) for word in COMMANDS[command]], cwd=tmp_path)
    wanted = NOT_65.get((command, kind), 73 if kind in ("directory", "missing") else 65)
    assert code == wanted, errors
    sentence(errors, str(file))
    assert snapshot(tmp_path) == before


AT_A_DATABASE = [
    ["serve", "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"], ["backup", "OUT"], ["export", "OUT"],
    ["import", "ARCHIVE"], ["check"],
]

MEETINGS = [
    pytest.param(command, kind, id=f"{command[0]}-{kind}") for command in AT_A_DATABASE for kind in KINDS
    # There is nothing to be wrong; and neither of the two reads all messages.
    if kind != "missing" and not (command[0] in ("serve", "backup") and kind == "messages")
]


@pytest.mark.parametrize(("command", "kind"), MEETINGS)
def test_a_database_that_is_not_what_it_should_be_ends_a_command_by_name_and_is_left_as_it_is(
        stopped, tmp_path, command, kind):
    archive = tmp_path / "archive"
    assert run("export", archive, "--data", stopped)[0] == 0
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    shutil.copy(stopped / "parley.lock", data)
    shutil.copy(stopped / "admin.key", data)
    KINDS[kind](data / "parley.db", stopped)
    before = snapshot(tmp_path)
    words = {"OUT": tmp_path / "out", "ARCHIVE": archive}
    code, errors = program(*[words.get(word, word) for word in command], "--data", data, cwd=tmp_path)
    assert code == (73 if kind == "directory" else 65), errors
    sentence(errors, str(data / "parley.db"))
    after = snapshot(tmp_path)
    # Whose turn it is, not what is stored.
    for listing in (before, after):
        listing.pop("data/parley.lock", None)
    assert after == before


def test_a_backup_put_in_place_and_damaged_is_refused_bit_by_bit_as_it_was(stopped, tmp_path):
    # No file with a log: to open it for writing is to make it one.
    backup = tmp_path / "backup.db"
    assert run("backup", backup, "--data", stopped)[0] == 0
    shell = sqlite3.connect(backup)
    page = shell.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'epochs'").fetchone()[0]
    shell.close()
    content = bytearray(backup.read_bytes())
    content[(page - 1) * 4096:page * 4096] = b"\x5a" * 4096
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    (data / "parley.db").write_bytes(content)
    code, errors = program("serve", "--data", data, "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0")
    assert code == 65, errors
    sentence(errors, "parley.db is damaged", "it was left as it is")
    assert (data / "parley.db").read_bytes() == bytes(content)
    assert sorted(path.name for path in data.iterdir()) == ["parley.db", "parley.lock"]


# --- Room, and what is left of a command that ends before its end


def limit_sizes():
    resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536))


@pytest.mark.parametrize("command", ["backup", "export"])
def test_a_limit_of_file_sizes_is_a_lack_of_room(stopped, tmp_path, command):
    out = tmp_path / "out"
    big = tmp_path / "data"
    shutil.copytree(stopped, big)
    shell = sqlite3.connect(big / "parley.db")
    shell.execute("UPDATE messages SET content = ?", ("x" * 4000,))
    shell.commit()
    shell.close()
    code, errors = program(command, out, "--data", big, preexec_fn=limit_sizes)
    assert code == 73, errors
    assert "not an error" not in sentence(errors, "out")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data"]


@ROOT
def test_a_backup_of_a_running_appliance_needs_room_at_its_destination_only(tmp_path):
    with mounted(tmp_path / "small", "size=24m") as small:
        appliance = Appliance(small / "data").start()
        try:
            Admin(appliance).user("ann")
            with open(small / "fill", "wb") as fill:
                try:
                    while True:
                        fill.write(b"x" * 65536)
                        fill.flush()
                except OSError:
                    pass
            code, errors = program("backup", tmp_path / "out", "--data", appliance.data)
            assert code == 0, errors
            assert run("check", tmp_path / "out")[0] == 0
            for command in ("backup", "export"):
                code, errors = program(command, small / "out", "--data", appliance.data)
                assert code == 73, errors
                sentence(errors)
                assert sorted(path.name for path in small.iterdir()) == ["data", "fill"]
                assert not list((small / "data").glob("*.tmp*"))
        finally:
            appliance.kill()


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """A running appliance whose copy takes long enough to be interrupted."""
    appliance = Appliance(tmp_path_factory.mktemp("large") / "data").start()
    Admin(appliance).user("ann")
    appliance.stop()
    shell = sqlite3.connect(appliance.data / "parley.db")
    shell.execute("CREATE TABLE padding (bytes BLOB)")
    shell.executemany("INSERT INTO padding VALUES (?)", ((os.urandom(1 << 20),) for _ in range(64)))
    shell.commit()
    shell.close()
    appliance.start()
    yield appliance
    appliance.stop()


def interrupted(appliance, out, which):
    """An export that got the signal while its copy lay in the data directory: its exit code."""
    process = subprocess.Popen(
        [BINARY, "export", str(out), "--data", str(appliance.data)], env=environment(), stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL)
    while not list(appliance.data.glob("export-*.tmp*")) and process.poll() is None:
        time.sleep(0.0005)
    process.send_signal(which)
    return process.wait(60)


@pytest.mark.parametrize("which", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1])
def test_an_interrupted_export_of_a_running_appliance_leaves_nothing_behind(large, tmp_path, which):
    out = tmp_path / "out"
    code = interrupted(large, out, which)
    # It may have been done before the signal came.
    assert code in (-which, 0)
    assert not list(large.data.glob("export-*"))
    assert [path.name for path in tmp_path.iterdir()] == ([] if code else ["out"])


@pytest.mark.parametrize("command", ["export", "backup"])
def test_what_a_killed_export_left_goes_with_the_next_command(large, tmp_path, command):
    code = 0
    while code == 0:
        code = interrupted(large, tmp_path / "out", signal.SIGKILL)
    assert list(large.data.glob("export-*.tmp*"))
    assert program(command, tmp_path / "next", "--data", large.data)[0] == 0
    assert not list(large.data.glob("export-*"))


@pytest.mark.parametrize("command", [["backup"], ["export"]], ids=lambda words: words[0])
@pytest.mark.parametrize("name", [".", "g", "g/", "./g", "g//"])
def test_a_directory_of_a_short_name_is_refused_as_any(stopped, tmp_path, command, name):
    (tmp_path / "g").mkdir()
    code, errors = program(*command, name, "--data", stopped, cwd=tmp_path)
    assert code == 73, errors
    sentence(errors, name)


def test_a_file_of_one_letter_is_a_name_as_good_as_any(stopped, tmp_path):
    for command, *options in (["backup", "b"], ["export", "e"], ["export", "f", "--from", "b"], ["check", "b"]):
        data = () if command == "check" else ("--data", stopped)
        code, errors = program(command, *options, *data, cwd=tmp_path)
        assert code == 0, errors
