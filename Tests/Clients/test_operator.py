"""What a careless operator does: outputs that are no files, logs that cannot be written, signals, weak set-ups.

As root a rename replaces a device as readily as a file, so the nodes here are made for the test, below its own folder."""

import contextlib
import fcntl
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import stat
import subprocess
import time

import pytest
import requests

from admin import Admin
from appliance import BINARY, Appliance, environment, find, run
from wire import Wire

ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="makes device nodes and mounts: root only")


@pytest.fixture(scope="module")
def stopped(tmp_path_factory):
    """The data directory of an appliance that is not running, with a user in it."""
    appliance = Appliance(tmp_path_factory.mktemp("stopped") / "data").start()
    Admin(appliance).user("ann")
    appliance.stop()
    return appliance.data


def sentence(output, *words):
    """One line for a person: no trace, no names from inside."""
    lines = output.splitlines()
    assert len(lines) == 1 and lines[0].startswith("parley: "), output
    assert all(word in lines[0] for word in words), output
    assert not re.search(r"Fatal|NS[A-Z]|Domain|Error[(.:]|errno|Optional|\w+\(\w+:", lines[0]), output
    return lines[0]


def program(*arguments, **options):
    """Runs it with its streams as given: (exit code, standard error)."""
    options.setdefault("stdout", subprocess.DEVNULL)
    options.setdefault("stderr", subprocess.PIPE)
    done = subprocess.run(
        [BINARY, *map(str, arguments)], stdin=subprocess.DEVNULL, timeout=60, env=environment(), check=False, **options)
    return done.returncode, (done.stderr or b"").decode(errors="replace")


def shell(line, *arguments, **options):
    """A line for the shell, in which $PARLEY is the program: (exit code, standard output, standard error)."""
    done = subprocess.run(
        ["bash", "-c", line, "bash", *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True, timeout=60,
        env={**environment(), "PARLEY": BINARY}, check=False, **options)
    return done.returncode, done.stdout, done.stderr.decode(errors="replace")


# --- What backup and export are told to write


def device(path):
    os.mknod(path, 0o666 | stat.S_IFCHR, os.makedev(1, 3))


def block_device(path):
    # A number that no driver has.
    os.mknod(path, 0o600 | stat.S_IFBLK, os.makedev(240, 77))


def bound_socket(path):
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(path))


def link_to_a_file(path):
    (path.parent / "target").write_text("kept")
    os.symlink("target", path)


KINDS = {
    "a character device": pytest.param(device, marks=ROOT), "a block device": pytest.param(block_device, marks=ROOT),
    "a named pipe": os.mkfifo, "a directory": os.mkdir, "a socket": bound_socket, "a symbolic link": link_to_a_file,
    "a dangling link": lambda path: os.symlink("nothing", path),
    "a link to a device": lambda path: os.symlink("/dev/null", path),
}


@pytest.mark.parametrize("command", ["backup", "export"])
@pytest.mark.parametrize("make", KINDS.values(), ids=KINDS.keys())
def test_what_is_no_regular_file_is_refused_and_stays(stopped, tmp_path, command, make):
    place = tmp_path / "place"
    make(place)
    before = os.lstat(place)
    code, errors = program(command, place, "--data", stopped)
    assert code == 73
    sentence(errors, str(place), "only a regular file is replaced")
    after = os.lstat(place)
    assert (after.st_mode, after.st_ino, after.st_rdev) == (before.st_mode, before.st_ino, before.st_rdev)
    assert {entry.name for entry in tmp_path.iterdir()} <= {"place", "target"}
    if (tmp_path / "target").exists():
        assert (tmp_path / "target").read_text() == "kept"


@pytest.mark.parametrize("command", ["backup", "export"])
def test_the_names_of_standard_output_are_refused_and_a_dash_is_it(stopped, command):
    for name in ("/dev/stdout", "/proc/self/fd/1"):
        code, output, errors = shell(f'"$PARLEY" {command} {name} --data "$1"', stopped)
        assert code == 73 and output == b""
        sentence(errors, name, "- is standard output")
    code, output, errors = shell(f'"$PARLEY" {command} - --data "$1"', stopped)
    assert code == 0, errors
    assert output.startswith(b"SQLite format 3\0" if command == "backup" else b'{"kind":"parley"')


@pytest.mark.parametrize("command", ["backup", "export"])
def test_a_running_appliance_refuses_the_same_and_goes_to_standard_output_too(start, tmp_path, command):
    appliance = start()
    Admin(appliance).user("ann")
    options = ["--data", appliance.data]
    if command == "backup":
        options += ["--admin-listen", appliance.addresses["admin"]]
    os.symlink("nothing", tmp_path / "link")
    code, errors = program(command, tmp_path / "link", *options)
    assert code == 73, errors
    sentence(errors, "link", "a symbolic link")
    for name in ("parley.db", "parley.db-wal", "admin.key", "parley.lock"):
        code, errors = program(command, appliance.data / name, *options)
        assert code == 73, errors
        sentence(errors, name, "belongs to the appliance")
    out = tmp_path / "out"
    with open(out, "wb") as file:
        code, errors = program(command, "-", *options, stdout=file)
    assert code == 0, errors
    if command == "backup":
        assert run("check", out)[0] == 0
    # An old file is replaced, whole.
    (tmp_path / "old").write_text("an older one")
    code, errors = program(command, tmp_path / "old", *options)
    assert code == 0, errors
    assert (tmp_path / "old").stat().st_size > 100 and stat.S_IMODE((tmp_path / "old").stat().st_mode) == 0o600
    assert not list(tmp_path.glob("*.part*"))
    assert Admin(appliance).user("bob")
    appliance.stop()


@pytest.mark.parametrize("name", ["parley.db", "parley.db-wal", "admin.key", "parley.lock"])
@pytest.mark.parametrize("command", ["backup", "export"])
def test_the_appliances_own_files_are_not_written_over(stopped, tmp_path, command, name):
    before = {path.name: path.read_bytes() for path in stopped.iterdir()}
    os.symlink(stopped, tmp_path / "by-another-way")
    for place in (stopped / name, tmp_path / "by-another-way" / name):
        code, errors = program(command, place, "--data", stopped)
        assert code == 73
        sentence(errors, name, "belongs to the appliance")
    assert {path.name: path.read_bytes() for path in stopped.iterdir()} == before


@pytest.mark.parametrize("place", ["missing/out", "file/out", ""])
@pytest.mark.parametrize("command", ["backup", "export"])
def test_a_place_that_cannot_be_is_refused_in_a_sentence(stopped, tmp_path, command, place):
    (tmp_path / "file").write_text("in the way")
    code, errors = program(command, tmp_path / place if place else "", "--data", stopped)
    assert code == 73
    sentence(errors)


def test_files_beside_an_export_replace_regular_ones_only(start, tmp_path):
    appliance = start()
    admin = Admin(appliance)
    user = admin.user()
    token = admin.token(user)["token"]
    chat = admin.chat(user)
    sent = requests.post(appliance.url + "/files?name=a.bin", data=b"bytes", timeout=10, headers={
        "Authorization": f"Bearer {token}", "Content-Type": "application/octet-stream"}).json()
    with Wire(appliance) as client:
        client.connect(token)
        client.ok("message:send", {"chatId": chat["id"], "content": "", "messageType": "file",
                                   "attachmentIds": [sent["id"]]})
    appliance.stop()
    folder = tmp_path / "files"
    folder.mkdir()
    (tmp_path / "precious").write_text("kept")
    os.symlink("../precious", folder / sent["id"])
    code, errors = program("export", tmp_path / "out", "--files", folder, "--data", appliance.data)
    assert code == 73
    sentence(errors, sent["id"], "a symbolic link")
    assert (tmp_path / "precious").read_text() == "kept" and not (tmp_path / "out").exists()
    (folder / sent["id"]).unlink()
    (folder / sent["id"]).write_text("older")
    assert program("export", tmp_path / "out", "--files", folder, "--data", appliance.data) [0] == 0
    assert (folder / sent["id"]).read_bytes() == b"bytes"
    assert [path.name for path in folder.iterdir()] == [sent["id"]]


@contextlib.contextmanager
def mounted(place, options="size=1m"):
    """A file system in memory of the test's own."""
    place.mkdir(exist_ok=True)
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", place], capture_output=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"no mounts here: {done.stderr.decode().strip()}")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", place], check=True)


@ROOT
@pytest.mark.parametrize("command", ["backup", "export"])
def test_a_full_disk_and_one_that_is_read_only_end_a_command_clearly(stopped, tmp_path, command):
    with mounted(tmp_path / "small", "size=16k") as small:
        (small / "fill").write_bytes(b"x" * 16384)
        code, errors = program(command, small / "out", "--data", stopped)
        assert code == 73
        sentence(errors, "out")
        assert [path.name for path in small.iterdir()] == ["fill"]
        subprocess.run(["mount", "-o", "remount,ro", small], check=True)
        code, errors = program(command, small / "out", "--data", stopped)
        assert code == 73
        sentence(errors, "out", "Read-only file system")


@pytest.mark.parametrize("which", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1])
def test_an_interrupted_export_leaves_nothing_behind(tmp_path, stopped, which):
    # It waits for a reader in the middle of its work.
    data = tmp_path / "data"
    shutil.copytree(stopped, data)
    base = sqlite3.connect(data / "parley.db")
    base.execute("CREATE TABLE padding (bytes BLOB)")
    base.executemany("INSERT INTO padding VALUES (?)", ((os.urandom(1 << 20),) for _ in range(64)))
    base.commit()
    base.close()
    process = subprocess.Popen(
        [BINARY, "backup", str(tmp_path / "out"), "--data", str(data)], env=environment(),
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    while not list(tmp_path.glob("out.*.part*")):
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.001)
    process.send_signal(which)
    code = process.wait(30)
    process.stderr.close()
    # It may have been done before the signal came.
    assert code in (-which, 0)
    assert sorted(path.name for path in tmp_path.iterdir()) == (["data"] if code else ["data", "out"])


# --- Outputs that cannot be written


COMMANDS = [["--help"], ["--version"], ["user", "--help"], ["check"], ["export", "-"], ["backup", "-"]]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("output", ["closed", "full", "gone"])
def test_a_standard_output_that_cannot_be_written_is_a_failure_and_no_crash(stopped, tmp_path, command, output):
    if "--" not in command[-1]:
        command = [*command, "--data", str(stopped)]
    if output == "closed":
        code, _, errors = shell('"$PARLEY" "$@" >&-', *command)
    elif output == "full":
        full = tmp_path / "full"
        if os.geteuid() == 0:
            os.mknod(full, 0o666 | stat.S_IFCHR, os.makedev(1, 7))
        else:
            full = "/dev/full"
        with open(full, "wb") as file:
            code, errors = program(*command, stdout=file)
    else:
        reader, writer = os.pipe()
        os.close(reader)
        code, errors = program(*command, stdout=writer)
        os.close(writer)
    assert code == 1, errors
    sentence(errors, "standard output cannot be written")


@pytest.mark.parametrize("command", [["--no-such-flag"], ["check", "/no/such/file"], ["user", "list", "--no-such"]])
def test_a_standard_error_that_cannot_be_written_changes_no_exit_code(command):
    expected = program(*command)[0]
    assert expected > 0
    quoted = " ".join(command)
    assert shell(f'"$PARLEY" {quoted} 2>&-')[0] == expected
    assert shell(f'"$PARLEY" {quoted} 2>/dev/full')[0] == expected
    assert shell(f'"$PARLEY" {quoted} 0<&- 1>&- 2>&-')[0] == expected


def test_a_reader_that_has_seen_enough_ends_an_export_without_a_crash(start, tmp_path):
    appliance = start()
    admin = Admin(appliance)
    for _ in range(20):
        admin.user()
    code, output, errors = shell('set -o pipefail; "$PARLEY" export - --data "$1" | head -1', appliance.data)
    assert output == b'{"kind":"parley","version":1}\n'
    assert code in (0, 1) and "Fatal" not in errors, errors
    appliance.stop()


def until(holds, what, seconds=60):
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"never happened: {what}"
        time.sleep(0.01)


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


class Unheard(Appliance):
    """One whose log nobody may be reading: its addresses are chosen, readiness is asked for."""

    def __init__(self, data, *options, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, wrap=()):
        super().__init__(data, *options)
        self.streams, self.wrap = {"stdout": stdout, "stderr": stderr}, list(wrap)

    def start(self):
        self.addresses = {name: f"127.0.0.1:{free_port()}" for name in ("public", "admin")}
        self.process = subprocess.Popen(
            [*self.wrap, BINARY, "serve", "--data", str(self.data), "--listen", self.addresses["public"],
             "--admin-listen", self.addresses["admin"], "--log-level", "debug", *self.options],
            stdin=subprocess.DEVNULL, env=environment(), **self.streams)
        deadline = time.monotonic() + 30
        while True:
            assert self.process.poll() is None, f"it ended with {self.process.returncode}"
            assert time.monotonic() < deadline, "it is not ready"
            try:
                if requests.get(self.admin_url + "/readyz", timeout=5).status_code == 200:
                    return self
            except requests.RequestException:
                pass
            time.sleep(0.05)

    def dropped(self):
        text = Admin(self).raw("GET", "/metrics").text
        return int(float(re.search(r"^parley_log_dropped_total (\S+)$", text, re.M)[1]))

    def says_something(self):
        """Has it write a line of the log."""
        self.process.send_signal(signal.SIGHUP)

    def serves(self, rounds=3):
        """Connections and messages."""
        admin = Admin(self)
        user = admin.user()
        token, chat = admin.token(user)["token"], admin.chat(user)
        for number in range(rounds):
            with Wire(self) as client:
                client.connect(token)
                assert client.send(chat, f"message {number}")["seq"] == number + 1


@pytest.fixture
def unheard(tmp_path):
    made = []

    def maker(*options, **streams):
        made.append(Unheard(tmp_path / "data", *options, **streams))
        return made[-1].start()

    yield maker
    for appliance in made:
        appliance.kill()


@pytest.mark.parametrize("which", ["stdout", "stderr", "both"])
def test_a_server_whose_log_reader_goes_away_goes_on(unheard, which):
    reader, writer = os.pipe()
    streams = {name: writer for name in ("stdout", "stderr") if which in (name, "both")}
    appliance = unheard(**streams)
    os.close(writer)
    appliance.serves()
    os.close(reader)
    appliance.says_something()
    appliance.serves()
    if which != "stdout":
        until(lambda: appliance.dropped() > 0, "lines are dropped")
    appliance.stop()


def test_a_server_whose_log_reader_sleeps_goes_on(unheard):
    reader, writer = os.pipe()
    fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 4096)
    appliance = unheard(stdout=writer, stderr=writer)
    os.close(writer)
    # Nothing is read, and a pipe of that size takes some forty lines. Signals of one kind that come together are one.
    for _ in range(200):
        appliance.says_something()
        time.sleep(0.002)
    appliance.serves()
    appliance.stop()
    os.close(reader)


def test_a_server_on_a_full_device_goes_on(unheard):
    with open("/dev/full", "wb") as full:
        appliance = unheard(stdout=full, stderr=full)
    appliance.serves()
    assert appliance.dropped() > 0
    appliance.stop()


def test_a_server_without_any_stream_writes_its_log_nowhere_else(unheard):
    """Descriptors 0 to 2 are closed: no file or socket of its own may get their numbers, and the log with them."""
    appliance = unheard(wrap=["bash", "-c", 'exec "$@" 0<&- 1>&- 2>&-', "bash"])
    appliance.serves()
    assert appliance.dropped() > 0
    targets = {number: os.readlink(f"/proc/{appliance.process.pid}/fd/{number}") for number in (0, 1, 2)}
    assert targets == {0: "/", 1: "/", 2: "/"}
    appliance.stop()
    for path in appliance.data.iterdir():
        assert b"serving" not in path.read_bytes(), path
    assert run("check", appliance.data / "parley.db")[0] == 0


@ROOT
def test_a_log_on_a_full_volume_loses_lines_whole_and_goes_on_when_there_is_room(unheard, tmp_path):
    with mounted(tmp_path / "small", "size=256k") as small:
        with open(small / "log", "ab") as log:
            appliance = unheard("--log-format", "json", stderr=log)
        filler = small / "fill"
        with open(filler, "wb", buffering=0) as file, contextlib.suppress(OSError):
            while file.write(b"x" * 4096):
                pass
        # What is left of the log's last page.
        def is_dropping():
            appliance.says_something()
            return appliance.dropped() > 0

        until(is_dropping, "lines are dropped")
        appliance.serves()
        filler.unlink()
        appliance.says_something()
        appliance.serves()
        appliance.stop()
        lines = (small / "log").read_text().splitlines()
        # Where the disk became full a line may have ended within itself; every other one is whole.
        torn = [line for line in lines if not line.startswith("{") or not line.endswith("}")]
        assert len(torn) <= 2, torn
        told = [record for record in map(json.loads, set(lines) - set(torn))
                if find(record, "message") == "lines of the log were dropped"]
        assert told and all(int(find(record, "parley.dropped")) > 0 for record in told)
        assert any('"message":"stopped"' in line for line in lines)


def test_a_terminal_that_goes_away_takes_nothing_with_it(unheard):
    controller, terminal = os.openpty()
    appliance = unheard(stdout=terminal, stderr=terminal)
    os.close(terminal)
    os.close(controller)
    appliance.says_something()
    appliance.serves()
    until(lambda: appliance.dropped() > 0, "lines are dropped")
    appliance.stop()


# --- Signals


HARMLESS = ["SIGUSR1", "SIGUSR2", "SIGHUP", "SIGPIPE", "SIGALRM", "SIGVTALRM", "SIGPROF", "SIGIO", "SIGPWR",
            "SIGXFSZ", "SIGTTOU", "SIGTTIN", "SIGWINCH", "SIGCHLD", "SIGURG", "SIGRTMIN", "SIGRTMAX"]


def test_signals_that_mean_no_end_are_none(start):
    appliance = start()
    for name in HARMLESS:
        appliance.process.send_signal(getattr(signal, name))
    assert Admin(appliance).user()
    assert appliance.running
    appliance.stop()


def test_quit_ends_it_as_cleanly_as_a_stop(start):
    appliance = start()
    appliance.process.send_signal(signal.SIGQUIT)
    assert appliance.process.wait(15) == 0
    assert sorted(path.name for path in appliance.data.glob("parley.db*")) == ["parley.db"]


def test_it_leaves_no_core(start):
    appliance = start()
    limits = open(f"/proc/{appliance.process.pid}/limits", encoding="ascii").read()
    assert re.search(r"^Max core file size +0 +0 ", limits, re.M)
    appliance.stop()


# --- What the start says


def messages(appliance):
    return [json.loads(line) for line in appliance.log().splitlines()]


def test_the_first_line_of_a_start_names_what_matters(start):
    appliance = start("--durability", "normal")
    first = messages(appliance)[0]
    assert find(first, "message") == "serving"
    assert find(first, "parley.data") == str(appliance.data.resolve())
    assert find(first, "parley.durability") == "normal"
    assert find(first, "parley.version") in run("--version")[1]
    assert find(first, "parley.public") == appliance.url + "/"
    assert find(first, "parley.admin") == appliance.admin_url + "/"
    assert requests.get(find(first, "parley.public"), timeout=10).status_code == 200
    # A sound set-up is not warned of.
    assert not [record for record in messages(appliance) if find(record, "level") == "warning"]
    appliance.stop()


def warnings(appliance):
    """What the start warns of: (message, the thing)."""
    names = ("parley.address", "parley.path", "parley.option", "parley.variable")
    return [(find(record, "message"), next(filter(None, (find(record, name) for name in names)), None))
            for record in messages(appliance) if find(record, "level") == "warning"]


def until_warned(appliance, count):
    deadline = time.monotonic() + 10
    while len(warnings(appliance)) < count:
        assert time.monotonic() < deadline, appliance.log()
        time.sleep(0.02)
    return warnings(appliance)


def test_weak_set_ups_are_said_at_the_start(tmp_path, start):
    data, secret = tmp_path / "data", tmp_path / "secret"
    data.mkdir(mode=0o755)
    secret.write_text("s" * 40)
    secret.chmod(0o644)
    config = tmp_path / "parley.yaml"
    config.write_text("threads: 1\n")
    config.chmod(0o644)
    key = "k" * 20
    appliance = start("--admin-listen", "0.0.0.0:0", "--admin-key", key, "--jwt-secret-file", secret,
                      "--config", config)
    said = {thing: message for message, thing in until_warned(appliance, 4)}
    assert "plain text" in said.pop(appliance.addresses["admin"].rsplit(":", 1)[0] + ":0", "plain text")
    assert "visible to every user" in said.pop("--admin-key")
    assert "others on this machine" in said.pop(str(data)) and "others on this machine" in said.pop(str(secret))
    assert all("plain text" in message for message in said.values())
    assert key not in appliance.log()
    appliance.stop()


def test_a_key_that_could_be_guessed_ends_the_start(tmp_path):
    (tmp_path / "data").mkdir(mode=0o700)
    for options in (["--admin-key", "short"], []):
        if not options:
            (tmp_path / "data" / "admin.key").write_text("short\n")
        code, errors = program("serve", "--data", tmp_path / "data", "--listen", "127.0.0.1:0", "--admin-listen",
                               "127.0.0.1:0", *options)
        assert code == 78
        assert "short" not in sentence(errors, "16 characters")


def test_an_empty_variable_counts_as_not_set(start, monkeypatch):
    made = {**environment(), "PARLEY_MAX_PAYLOAD": "", "PARLEY_CONFIG": "", "PARLEY_ADMIN_KEY": "", "PARLEY_NONE": ""}
    monkeypatch.setattr("appliance.environment", lambda: made)
    appliance = start()
    with Wire(appliance) as client:
        assert client.open["maxPayload"] == 1_000_000
    assert not warnings(appliance)
    appliance.stop()


# --- Sockets and files in the way


def mode(path):
    return stat.S_IMODE(os.lstat(path).st_mode)


@pytest.mark.parametrize("options,wanted", [([], 0o666), (["--unix-mode", "0660"], 0o660)])
def test_a_unix_socket_has_its_mode_whatever_the_mask_is(tmp_path, options, wanted):
    place = tmp_path / "s"
    process = subprocess.Popen(
        ["bash", "-c", 'umask 077; exec "$@"', "bash", BINARY, "serve", "--data", str(tmp_path / "data"), "--listen",
         f"unix:{place}", "--admin-listen", "127.0.0.1:0", *options],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment(), text=True)
    try:
        assert "serving" in process.stderr.readline()
        assert mode(place) == wanted
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(place))
            client.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert client.recv(100).startswith(b"HTTP/1.1 200")
        process.terminate()
        assert process.wait(15) == 0
    finally:
        process.kill()
        process.stderr.close()


@pytest.mark.parametrize("option", ["--listen", "--admin-listen"])
def test_a_file_in_the_place_of_a_socket_is_left_as_it_is(tmp_path, option):
    place = tmp_path / "precious"
    place.write_text("mine")
    addresses = {"--listen": "127.0.0.1:0", "--admin-listen": "127.0.0.1:0", option: f"unix:{place}"}
    code, errors = program("serve", "--data", tmp_path / "data", *[word for pair in addresses.items() for word in pair])
    assert code == 78, errors
    assert str(place) in errors.splitlines()[-1]
    assert place.read_text() == "mine"


@pytest.mark.parametrize("name,make,code", [
    ("parley.lock", os.mkfifo, 73), ("parley.lock", lambda path: os.symlink("../precious", path), 73),
    ("parley.db", lambda path: os.symlink("../nothing", path), 73), ("admin.key", os.mkfifo, 78),
    ("admin.key", lambda path: os.symlink("../nothing", path), 73),
], ids=["pipe for lock", "link for lock", "dangling link for database", "pipe for key", "dangling link for key"])
def test_what_is_no_file_of_its_own_in_the_data_directory_ends_the_start(tmp_path, name, make, code):
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    (tmp_path / "precious").write_text("mine, and longer than a note of a lock would be")
    make(data / name)
    ended, errors = program("serve", "--data", data, "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0")
    assert ended == code, errors
    sentence(errors, name)
    assert (tmp_path / "precious").read_text().startswith("mine") and not (tmp_path / "nothing").exists()


@pytest.mark.parametrize("option", ["--config", "--admin-key-file", "--jwt-secret-file", "--jwt-public-key"])
def test_a_file_without_an_end_is_given_up(tmp_path, option):
    code, errors = program("serve", "--data", tmp_path / "data", option, "/dev/zero", "--jwt-audience", "chat")
    assert code == 78
    sentence(errors, "/dev/zero")


def test_a_key_may_come_from_a_pipe(tmp_path):
    code, output, errors = shell(
        '"$PARLEY" user list --data "$1" --admin-key-file <(echo kkkkkkkkkkkkkkkkkkkk) --admin-listen 127.0.0.1:1',
        tmp_path)
    assert code == 1 and not output
    sentence(errors, "no parley answers at 127.0.0.1:1", "Connection refused")


# --- Errors as sentences


@pytest.mark.parametrize("arguments,code", [
    (["user", "list", "--data", "/no/such", "--admin-key", "k" * 20, "--admin-listen", "127.0.0.1:1"], 1),
    (["user", "list", "--admin-key", "k" * 20, "--admin-listen", "no-such-host.invalid:80"], 1),
    (["user", "list", "--admin-key", "k" * 20, "--admin-listen", "unix:/no/such/socket"], 1),
    (["import", "/no/such/file", "--data", "DATA"], 1), (["import", "/tmp", "--data", "DATA"], 1),
    (["import", "/dev/null", "--data", "DATA"], 65), (["restore", "/no/such/file", "--data", "DATA"], 73),
    (["restore", "/tmp", "--data", "DATA"], None), (["check", "/no/such/file"], 73), (["check", "/dev/null"], None),
    (["export", "-", "--data", "/no/such"], 73), (["backup", "out", "--data", "/no/such"], 73),
    (["serve", "--data", "/dev/null/data"], 73), (["serve", "--data", "/proc/none"], 73),
    (["serve", "--data", "DATA", "--listen", "192.0.2.1:1", "--admin-listen", "127.0.0.1:0"], 78),
    (["serve", "--data", "DATA", "--listen", "no-such-host.invalid:1", "--admin-listen", "127.0.0.1:0"], 78),
    (["serve", "--data", "DATA", "--admin-listen", "192.0.2.1:1", "--listen", "127.0.0.1:0"], 78),
    (["serve", "--data", "DATA", "--tls-cert", "/etc/hostname", "--tls-key", "/etc/hostname"], 78),
    (["serve", "--data", "DATA", "--config", "/etc/passwd"], 78),
    (["serve", "--data", "DATA", "--jwt-public-key", "/etc/hostname", "--jwt-audience", "a"], 78),
], ids=lambda value: " ".join(value)[:60] if isinstance(value, list) else str(value))
def test_errors_on_the_terminal_are_sentences(tmp_path, arguments, code):
    arguments = [str(tmp_path / "data") if word == "DATA" else word for word in arguments]
    ended, errors = program(*arguments, cwd=tmp_path)
    assert ended == code if code is not None else ended > 0, errors
    # A server may have begun, and say that it stops.
    lines = errors.splitlines(keepends=True) if arguments[0] == "serve" else [errors]
    assert all(re.match(r"\d{4}-\d\d-\d\dT\S+ \w+ ", line) for line in lines[:-1]), errors
    sentence(lines[-1])
