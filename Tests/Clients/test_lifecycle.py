"""Start, stop, what stays, and the exit codes."""

import contextlib
import json
import os
import signal
import socket
import sqlite3
import stat
import subprocess
import time

import jwt
import pytest
import requests

import appliance as program
import clock

from admin import Admin
from appliance import BINARY, SECRET, Appliance, environment, run
from person import Person
from raw import Plain
from wire import Closed, Wire


def one_line(output):
    """A refusal is one clear line: no trace, no usage page."""
    lines = [line for line in output.splitlines() if line.strip()]
    assert len(lines) == 1, output
    assert lines[0].strip()
    return lines[0]


def refused(code, *options):
    ended, _, errors = run("serve", *options)
    assert ended == code, f"exit {ended}: {errors}"
    return errors


def test_what_was_said_is_there_after_a_restart(start):
    appliance = start()
    admin = Admin(appliance)
    alice, bob = admin.user(), admin.user()
    chat = admin.chat(alice, bob)
    tokens = [admin.token(user)["token"] for user in (alice, bob)]
    with Wire(appliance) as client:
        client.connect(tokens[0])
        sent = [client.send(chat, f"m{n}", clientId=f"c{n}") for n in range(10)]
        client.ok("message:read", {"chatId": chat["id"], "messageId": sent[-1]["id"]})
    users = admin.call("GET", "/admin/users")["items"]
    key = appliance.admin_key
    appliance.stop()

    appliance.start()
    assert appliance.admin_key == key
    admin = Admin(appliance)
    assert admin.messages(chat)["items"] == sent
    again = admin.call("GET", "/admin/users")["items"]
    assert [user["id"] for user in again] == [user["id"] for user in users]
    with Wire(appliance) as client:
        client.connect(tokens[1])
        assert client.ready["unread_total"] == 10
        assert client.send(chat, "after")["seq"] == 11
    with Wire(appliance) as client:
        client.connect(tokens[0])
        repeated = client.ok("message:send", {"chatId": chat["id"], "content": "m3", "clientId": "c3"})
        assert repeated["duplicate"] is True and repeated["message"] == sent[3]
    appliance.stop()


def test_clients_are_told_of_a_stop_and_may_come_back(start):
    appliance = start()
    admin = Admin(appliance)
    user = admin.user()
    client = Wire(appliance)
    client.connect(admin.token(user)["token"])
    person = Person(appliance, admin.token(user)["token"], transports=["polling"]).connect()
    appliance.stop()
    told = client.wait("session:ended")
    assert (told["code"], told["reconnect"]) == ("restart", True)
    with pytest.raises(Closed):
        while True:
            assert client.read()[0] != "disconnect", "a DISCONNECT keeps stock clients away for good"
    assert person.wait("session:ended")["code"] == "restart"
    assert person.disconnected.wait(10)


@pytest.mark.parametrize("which", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_a_signal_ends_it_cleanly(start, which):
    appliance = start()
    appliance.process.send_signal(which)
    assert appliance.process.wait(15) == 0
    assert sorted(path.name for path in appliance.data.glob("parley.db*")) == ["parley.db"]


def test_a_kill_loses_nothing_that_was_acked(start):
    appliance = start()
    admin = Admin(appliance)
    user = admin.user()
    chat = admin.chat(user)
    with Wire(appliance) as client:
        client.connect(admin.token(user)["token"])
        sent = [client.send(chat, str(n)) for n in range(20)]
    appliance.kill()
    appliance.start()
    assert Admin(appliance).messages(chat)["items"] == sent
    appliance.stop()


def test_the_files_are_private(start):
    appliance = start()
    modes = {name: stat.S_IMODE(os.stat(appliance.data / name).st_mode) for name in (".", "parley.db", "admin.key")}
    assert modes == {".": 0o700, "parley.db": 0o600, "admin.key": 0o600}
    appliance.stop()


def test_a_second_server_on_the_same_directory_is_refused(start):
    appliance = start()
    errors = refused(75, "--data", appliance.data, "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0")
    assert str(appliance.data) in errors
    assert Admin(appliance).user()
    appliance.stop()


@pytest.mark.parametrize("option", ["--listen", "--admin-listen"])
def test_an_address_in_use_is_refused(tmp_path, option):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = "127.0.0.1:%d" % taken.getsockname()[1]
        addresses = {"--listen": "127.0.0.1:0", "--admin-listen": "127.0.0.1:0", option: address}
        errors = refused(75, "--data", tmp_path / "data", *[word for pair in addresses.items() for word in pair])
        assert address in errors
    assert not list((tmp_path / "data").glob("parley.db-*"))


@pytest.mark.parametrize("options", [
    ["--max-payload", "lots"], ["--max-payload", "-1"], ["--listen", "nowhere"], ["--listen", "127.0.0.1:99999"],
    ["--durability", "some"], ["--history", "none"], ["--clients-create-chats", "maybe"], ["--threads", "0"],
    ["--jwt-secret", "short"], ["--ping-interval", "0"], ["--presence-grace", "soon"], ["--no-such-flag"],
    ["--no-such-flag", "x"], ["--log-level", "loud"], ["--log-format", "xml"], ["--jwt-public-key", "/no/such/file"],
    ["--tls-cert", "/no/such/file", "--tls-key", "/no/such/file"], ["--trusted-proxy", "everyone"],
    ["--config", "/no/such/file"], ["--admin-key-file", "/no/such/file"], ["--data"],
], ids=" ".join)
def test_a_bad_option_ends_the_start_with_78_and_one_line(tmp_path, options):
    data = [] if options == ["--data"] else ["--data", tmp_path / "data"]
    errors = refused(78, *data, "--admin-listen", "127.0.0.1:0", "--listen", "127.0.0.1:0", *options)
    one_line(errors)
    assert not (tmp_path / "data" / "parley.db").exists()


@pytest.mark.parametrize("text", ["no-such-key: 1\n", "max-payload: lots\n", "max-payload: [1\n", "- a\n- list\n"])
def test_a_bad_configuration_file_ends_the_start_with_78(tmp_path, text):
    file = tmp_path / "parley.yaml"
    file.write_text(text)
    one_line(refused(78, "--data", tmp_path / "data", "--config", file))


def test_a_bad_value_in_the_environment_ends_the_start_with_78(tmp_path, monkeypatch):
    made = {**program.environment(), "PARLEY_MAX_PAYLOAD": "lots"}
    monkeypatch.setattr(program, "environment", lambda: made)
    one_line(refused(78, "--data", tmp_path / "data"))


def test_flag_before_environment_before_file(tmp_path, start, monkeypatch):
    file = tmp_path / "parley.yaml"
    file.write_text("ping-interval: 11000\nping-timeout: 12000\nmax-payload: 13000\n")
    made = {**program.environment(), "PARLEY_PING_INTERVAL": "21000", "PARLEY_PING_TIMEOUT": "22000",
            "PARLEY_NO_SUCH_THING": "1"}
    monkeypatch.setattr(program, "environment", lambda: made)
    running = start("--config", file, "--ping-interval", "31000")
    with Wire(running) as client:
        values = client.open
    assert (values["pingInterval"], values["pingTimeout"], values["maxPayload"]) == (31000, 22000, 13000)
    assert "PARLEY_NO_SUCH_THING" in running.log()
    running.stop()


def test_an_option_that_is_given_takes_effect(start):
    appliance = start("--max-message-length", "10", "--jwt-secret", SECRET, "--admin-key", "k" * 40)
    admin = Admin(appliance)
    error = admin.raw("GET", "/admin/users", key="wrong")
    assert error.status_code == 401
    assert admin.raw("GET", "/admin/users", key="k" * 40).status_code == 200
    user = admin.call("POST", "/admin/users", {"username": "ann"}, key="k" * 40)
    chat = admin.call("POST", "/admin/chats", {"member_ids": ["ann"]}, key="k" * 40)
    token = admin.call("POST", "/admin/tokens", {"user_id": user["id"]}, key="k" * 40)["token"]
    with Wire(appliance) as client:
        client.connect(token)
        ack = client.call("message:send", {"chatId": chat["id"], "content": "x" * 11})
        assert ack["error"]["code"] == "too_long"
    appliance.stop()


def test_unknown_users_are_made_when_that_is_wanted(start):
    appliance = start("--jwt-secret", SECRET, "--auto-create-users")
    token = jwt.encode({"sub": "from-outside", "name": "Outsider", "exp": int(time.time()) + 60}, SECRET, "HS256")
    with Wire(appliance) as client:
        client.connect(token)
        user = client.ready["user"]
        assert (user["id"], user["username"], user["display_name"]) == ("from-outside", "from-outside", "Outsider")
    appliance.stop()


def test_a_database_newer_than_the_binary_is_refused_untouched(start):
    appliance = start()
    appliance.stop()
    file = appliance.data / "parley.db"
    connection = sqlite3.connect(file)
    connection.execute("PRAGMA user_version = 1000000")
    connection.close()
    before = file.read_bytes()
    errors = refused(65, "--data", appliance.data, "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0")
    assert "parley.db" in errors
    assert file.read_bytes() == before


def test_a_file_that_is_no_database_is_refused_untouched(tmp_path):
    data = tmp_path / "data"
    data.mkdir(0o700)
    file = data / "parley.db"
    file.write_bytes(b"this is not a database at all\n" * 1000)
    before = file.read_bytes()
    errors = refused(65, "--data", data, "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0")
    assert "parley.db" in errors
    assert file.read_bytes() == before


def test_a_data_directory_that_cannot_be_made_is_refused(tmp_path):
    (tmp_path / "file").write_text("in the way")
    refused(73, "--data", tmp_path / "file" / "data", "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0")


def test_help_and_version_say_what_they_should():
    code, text, _ = run("--version")
    assert code == 0 and text.strip()
    code, text, _ = run("--help")
    assert code == 0 and "serve" in text
    assert run("user", "--no-such-flag")[0] == 64


def test_a_full_appliance_answers_503_so_that_clients_retry(start):
    appliance = start("--max-connections", 3)
    admin = Admin(appliance)
    token = admin.token(admin.user())["token"]
    clients = []
    for _ in range(3):
        clients.append(Wire(appliance))
        clients[-1].connect(token)
    answer = requests.get(
        appliance.url + "/socket.io/?EIO=4&transport=polling", timeout=10, headers={"Origin": "https://a.example"})
    assert answer.status_code == 503 and int(answer.headers["Retry-After"]) >= 1
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert set(answer.json()) >= {"code", "message"}
    for client in clients:
        client.alive()
        client.close()
    appliance.stop()


@pytest.mark.parametrize("origin,allowed", [("https://a.example", True), ("https://evil.example", False)])
def test_listed_origins_are_held_to(start, origin, allowed):
    appliance = start("--cors-origin", "https://a.example", "--cors-origin", "https://b.example")
    answer = requests.get(
        appliance.url + "/socket.io/?EIO=4&transport=polling", timeout=10, headers={"Origin": origin})
    if allowed:
        assert answer.headers["Access-Control-Allow-Origin"] == origin
        assert answer.headers["Access-Control-Allow-Credentials"] == "true" and "Origin" in answer.headers["Vary"]
    else:
        assert "Access-Control-Allow-Origin" not in answer.headers
    with Plain(appliance) as plain:
        assert (plain.upgrade(Origin=origin)[0] == 101) is allowed
    appliance.stop()


@contextlib.contextmanager
def held_open(appliance):
    """Another program has the database open: a stop waits for it before the last checkpoint, some seconds."""
    shell = sqlite3.connect(f"file:{appliance.data / 'parley.db'}?mode=ro", uri=True, check_same_thread=False)
    shell.execute("SELECT revision FROM state").fetchone()
    try:
        yield
    finally:
        shell.close()


def read_to_the_end(client):
    """Reads until the server closes the connection; gives the acks that still came."""
    with pytest.raises(Closed):
        while True:
            client.inbox.append(client.read())
    return {entry[1]: entry[2][0] for entry in client.inbox if entry[0] == "ack"}


def test_what_arrives_during_a_stop_stays_unanswered_and_is_delivered_once_after_it(start):
    appliance = start()
    admin = Admin(appliance)
    alice, bob = admin.user(), admin.user()
    tokens = [admin.token(user)["token"] for user in (alice, bob)]
    chat = admin.chat(alice, bob)
    sender, hearer = Wire(appliance), Wire(appliance)
    late = Wire(appliance)
    sender.connect(tokens[0])
    known = hearer.connect(tokens[1])
    hearer.wait("offset")
    first = sender.send(chat, "before", clientId="before")
    hearer.wait("message:new")
    offset = hearer.wait("offset")
    with held_open(appliance):
        appliance.process.send_signal(signal.SIGTERM)
        assert sender.wait("session:ended")["code"] == "restart"
        sends = [{"chatId": chat["id"], "content": str(n), "clientId": f"k{n}"} for n in range(3)]
        numbers = [sender.emit("message:send", fields, ack=True) for fields in sends]
        numbers.append(sender.emit("chat:list", {}, ack=True))
        late.write("40" + json.dumps({"token": tokens[0]}))
        assert not read_to_the_end(sender).keys() & set(numbers), "a refusal would end a stock client's retries"
        read_to_the_end(late)
        assert not [entry for entry in late.inbox if entry[0] == "refused"], "a connect error keeps clients away"
        assert appliance.process.wait(15) == 0
    appliance.start()
    with Wire(appliance) as sender:
        sender.connect(tokens[0])
        acks = [sender.ok("message:send", fields) for fields in sends]
        assert [(ack["duplicate"], ack["message"]["seq"]) for ack in acks] == [(False, 2), (False, 3), (False, 4)]
    back = Wire(appliance)
    back.write("40" + json.dumps({"token": tokens[1], "pid": known["pid"], "offset": offset}))
    assert back.take(lambda e: e[0] in ("connect", "refused"), "an answer")[1]["sid"] == known["sid"]
    back.wait("message:new", lambda message: message["seq"] == 4)
    back.alive()
    told = [entry[2][0]["seq"] for entry in back.seen if entry[:2] == ("event", "message:new")]
    assert told == [2, 3, 4]
    assert [message["id"] for message in Admin(appliance).messages(chat)["items"]] == [first["id"]] + [
        ack["message"]["id"] for ack in acks]
    back.close()
    appliance.stop()


def test_a_stop_in_the_middle_of_sends_acks_what_it_took_and_refuses_nothing(start):
    appliance = start("--rate-limit-messages", 0, "--rate-limit-events", 0)
    admin = Admin(appliance)
    user = admin.user()
    token = admin.token(user)["token"]
    chat = admin.chat(user)
    sends = [{"chatId": chat["id"], "content": str(n), "clientId": f"k{n}"} for n in range(300)]
    client = Wire(appliance)
    client.connect(token)
    numbers = {}
    with held_open(appliance):
        for place, fields in enumerate(sends):
            numbers[client.emit("message:send", fields, ack=True)] = place
            if place == 150:
                appliance.process.send_signal(signal.SIGTERM)
        acks = read_to_the_end(client)
        assert appliance.process.wait(15) == 0
    assert all(ack["ok"] for ack in acks.values()), [ack for ack in acks.values() if not ack["ok"]]
    acked = {numbers[number]: ack["message"] for number, ack in acks.items()}
    assert sorted(acked) == list(range(len(acked))), "what was taken is a beginning of what was sent"
    appliance.start()
    with Wire(appliance) as client:
        client.connect(token)
        for place, fields in enumerate(sends):
            ack = client.ok("message:send", fields)
            assert ack["message"]["seq"] == place + 1
            assert ack["duplicate"] is (place in acked) and acked.get(place, ack["message"]) == ack["message"]
    appliance.stop()


# --- Clocks and the first moments


@pytest.mark.parametrize("years", [1000, 9000, -100, -60])
def test_a_wall_clock_that_says_anything_ends_nothing(tmp_path, monkeypatch, years):
    monkeypatch.setenv("CLOCK_LIBRARY", clock.library(tmp_path))
    monkeypatch.setenv("CLOCK_OFFSET", str(round(years * 365.2425 * 86400)))
    monkeypatch.setattr(clock, "OFFSET", 1)
    appliance = Appliance(tmp_path / "data").start()
    try:
        admin = Admin(appliance)
        user = admin.user("ann")
        token = admin.token(user)["token"]
        chat = admin.chat(user)
        with Wire(appliance) as client:
            client.connect(token)
            client.ok("message:send", {"chatId": chat["id"], "content": "now"})
        # Longer than a reader's connection keeps its cache.
        time.sleep(1.2)
        assert appliance.running, appliance.last_words()
    finally:
        if appliance.running:
            appliance.stop()
    assert run("check", appliance.data / "parley.db")[0] == 0


@pytest.mark.parametrize("which", [signal.SIGTERM, signal.SIGINT, signal.SIGQUIT])
def test_an_end_that_is_asked_for_while_it_starts_is_a_clean_one(tmp_path, which):
    for number in range(12):
        data = tmp_path / f"data-{number}"
        process = subprocess.Popen(
            [BINARY, "serve", "--data", str(data), "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"],
            env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        # From its first instruction on: the handlers are there, that of SIGTERM last, as the kernel says.
        while process.poll() is None and not catches(process.pid, signal.SIGTERM):
            time.sleep(0.0002)
        time.sleep(number * 0.05)
        process.send_signal(which)
        assert process.wait(20) == 0
        assert [path.name for path in data.glob("parley.db*")] in ([], ["parley.db"])


def test_an_end_that_is_asked_for_twice_at_once_is_a_clean_one(tmp_path):
    """As timeout(1) asks, which sends its signal to the process and to its group."""
    appliance = Appliance(tmp_path / "data").start()
    for _ in range(3):
        appliance.process.send_signal(signal.SIGTERM)
    assert appliance.process.wait(20) == 0


def catches(process, number):
    """Whether a process has a handler for the signal (proc(5), SigCgt)."""
    for line in open(f"/proc/{process}/status", encoding="ascii"):
        if line.startswith("SigCgt:"):
            return bool(int(line.split()[1], 16) >> number - 1 & 1)
    return False
