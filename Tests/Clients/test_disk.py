"""A full disk and a data directory that is not as it should be, as clients and an operator see them.

The limit of file sizes (RLIMIT_FSIZE) stands for the full disk: it needs no privilege, and can be lifted while the
server runs."""

import json
import os
import resource
import shutil
import subprocess
import time

import pytest
import requests

from admin import Admin
from appliance import BINARY, Appliance, environment, find, run
from wire import Closed, Wire

LONG = "x" * 5000


def limit(process, size):
    """From now on no file of that process grows past `size` bytes."""
    _, hard = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (size, hard))


def until(holds, what, seconds=30):
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"not {what} after {seconds} s"
        time.sleep(0.05)


def readiness(appliance):
    return requests.get(appliance.admin_url + "/readyz", timeout=10)


def said(appliance, words):
    return [line for line in appliance.log().splitlines() if words in (find(json.loads(line), "message") or "")]


def fill(client, chat):
    """Sends until there is no room; gives the messages that were acked and the last ack."""
    stored = []
    for number in range(5000):
        ack = client.call("message:send", {"chatId": chat["id"], "content": LONG, "clientId": f"fill{number}"})
        if not ack["ok"]:
            return stored, ack
        stored.append(ack["message"])
    raise AssertionError("the limit of file sizes has no effect")


def test_a_full_disk_refuses_sends_lets_reads_go_on_and_is_over_when_there_is_room(start):
    appliance = start("--rate-limit-messages", 0, "--rate-limit-events", 0)
    began = time.monotonic()
    admin = Admin(appliance)
    alice, bob = admin.user(), admin.user()
    tokens = [admin.token(user)["token"] for user in (alice, bob)]
    chat = admin.chat(alice, bob)
    sender = Wire(appliance)
    sender.connect(tokens[0])
    before = sender.send(chat, "before")
    largest = max(path.stat().st_size for path in appliance.data.iterdir())
    limit(appliance.process, largest + 100_000)
    stored, ack = fill(sender, chat)
    stored.insert(0, before)
    assert (ack["error"]["code"], ack["error"]["retryable"]) == ("storage_full", True)
    assert ack["error"]["retry_after_ms"] > 0

    for number in range(100):
        ack = sender.call("message:send", {"chatId": chat["id"], "content": LONG, "clientId": f"full{number}"})
        assert ack["ok"] is False and ack["error"]["code"] == "storage_full", ack
    until(lambda: readiness(appliance).status_code == 503, "unready")
    assert "no room" in readiness(appliance).json()["error"]["message"]
    assert requests.get(appliance.admin_url + "/healthz", timeout=10).status_code == 200
    refused = admin.raw("POST", f"/admin/chats/{chat['id']}/messages", json={"content": LONG})
    assert refused.status_code == 503 and int(refused.headers["Retry-After"]) >= 1
    hearer = Wire(appliance)
    hearer.connect(tokens[1])
    page = hearer.ok("message:history", {"chatId": chat["id"], "limit": 10})["messages"]
    assert page == stored[-10:]
    lines = said(appliance, "no room")
    assert 1 <= len(lines) <= 1 + (time.monotonic() - began) // 60, lines

    limit(appliance.process, resource.RLIM_INFINITY)
    # Nobody sends: it has to find out by itself.
    until(lambda: readiness(appliance).status_code == 200, "ready again")
    assert said(appliance, "Storing works again")
    ack = sender.ok("message:send", {"chatId": chat["id"], "content": LONG, "clientId": "full0"})
    assert ack["duplicate"] is False and ack["message"]["seq"] == stored[-1]["seq"] + 1
    assert hearer.wait("message:new") == ack["message"]
    sender.close()
    hearer.close()
    appliance.stop()
    assert run("check", appliance.data / "parley.db")[0] == 0


class OnSmallDisk(Appliance):
    """An appliance whose data directory is a file system of its own, of so many MiB, that nobody else sees."""

    def __init__(self, data, mebibytes, *options):
        super().__init__(data, *options)
        self.mebibytes = mebibytes

    def spawn(self, command):
        self.data.mkdir(exist_ok=True)
        mount = f'mount -t tmpfs -o size={self.mebibytes}m,mode=0700 tmpfs "$0" && exec "$@"'
        return super().spawn(["unshare", "-m", "sh", "-c", mount, str(self.data), *command])

    def inside(self, *command):
        return subprocess.run(
            ["nsenter", "-t", str(self.process.pid), "-m", *[str(part) for part in command]], capture_output=True,
            text=True, timeout=60, check=False, env=environment())


@pytest.mark.skipif(os.geteuid() != 0, reason="only root mounts")
def test_on_a_full_disk_the_operator_can_block_revoke_and_delete_and_that_makes_room(tmp_path):
    key = "k" * 40
    appliance = OnSmallDisk(
        tmp_path / "data", 24, "--rate-limit-messages", 0, "--rate-limit-events", 0, "--admin-key", key).start()
    try:
        admin = Admin(appliance)

        def call(method, path, body=None, **options):
            return admin.call(method, path, body, key=key, **options)

        users = [call("POST", "/admin/users", {"username": name})["id"] for name in ("ann", "bob", "carl")]
        tokens = [call("POST", "/admin/tokens", {"user_id": user}) for user in users]
        chats = [call("POST", "/admin/chats", {"member_ids": users}) for _ in range(2)]
        sender = Wire(appliance)
        sender.connect(tokens[0]["token"])
        small = sender.send(chats[1], "small")
        stored, ack = fill(sender, chats[0])
        assert ack["error"]["code"] == "storage_full"
        until(lambda: readiness(appliance).status_code == 503, "unready")
        for number in range(50):
            ack = sender.call("message:send", {"chatId": chats[1]["id"], "content": LONG})
            assert not ack["ok"] and ack["error"]["code"] == "storage_full", ack

        hearer = Wire(appliance)
        hearer.connect(tokens[1]["token"])
        call("POST", f"/admin/users/{users[1]}/block", expect=204)
        assert hearer.wait("session:ended")["code"] == "user_blocked"
        call("POST", f"/admin/users/{users[1]}/unblock", expect=204)
        call("DELETE", f"/admin/tokens/{tokens[1]['token_id']}")
        call("POST", f"/admin/users/{users[1]}/revoke-tokens", expect=204)
        call("DELETE", f"/admin/messages/{small['id']}")
        assert sender.wait("message:deleted")["id"] == small["id"]
        call("DELETE", f"/admin/users/{users[2]}")
        for message in stored[:100]:
            call("DELETE", f"/admin/messages/{message['id']}")
        # Whether a checkpoint has made room in between is a matter of time; nobody is refused for another reason.
        ack = sender.call("message:send", {"chatId": chats[0]["id"], "content": LONG})
        assert ack["ok"] or ack["error"]["code"] == "storage_full", ack

        call("DELETE", f"/admin/chats/{chats[0]['id']}")
        until(lambda: readiness(appliance).status_code == 200, "ready again", 60)
        ack = sender.ok("message:send", {"chatId": chats[1]["id"], "content": LONG})
        assert ack["message"]["seq"] == small["seq"] + 1
        checked = appliance.inside(BINARY, "check", appliance.data / "parley.db")
        assert checked.returncode == 0, checked.stdout + checked.stderr
        sender.close()
        appliance.process.terminate()
        assert appliance.process.wait(15) == 0, appliance.log()
    finally:
        appliance.kill()


def told_until_closed(client):
    with pytest.raises(Closed):
        while True:
            client.read()
    return client.seen


def serve(data, size):
    """A start with that limit of file sizes, to its end: (exit code, standard error)."""
    done = subprocess.run(
        [BINARY, "serve", "--data", str(data), "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30, check=False, env=environment(),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)))
    return done.returncode, done.stderr


def one_line(output, *words):
    lines = output.splitlines()
    assert len(lines) == 1 and all(word in lines[0] for word in words), output


def test_a_first_start_without_room_ends_clearly_and_leaves_no_half_of_a_database(tmp_path):
    code, errors = serve(tmp_path / "data", 20_000)
    assert code == 73, errors
    one_line(errors, "parley.db", "full")
    assert not [path.name for path in (tmp_path / "data").iterdir() if path.name.startswith("parley.db")]


def test_a_start_without_room_ends_clearly_and_loses_nothing(start):
    appliance = start()
    admin = Admin(appliance)
    user = admin.user()
    appliance.stop()
    before = (appliance.data / "parley.db").read_bytes()
    code, errors = serve(appliance.data, 8192)
    assert code == 73, errors
    one_line(errors, "parley.db", "full")
    assert (appliance.data / "parley.db").read_bytes() == before
    appliance.start()
    assert Admin(appliance).call("GET", f"/admin/users/{user['id']}")["id"] == user["id"]
    appliance.stop()


@pytest.mark.parametrize("name,code", [("parley.db", 73), ("parley.lock", 73), ("admin.key", 78)])
def test_a_directory_in_the_place_of_a_file_ends_the_start_clearly(tmp_path, name, code):
    (tmp_path / "data" / name).mkdir(parents=True)
    ended, errors = serve(tmp_path / "data", resource.RLIM_INFINITY)
    assert ended == code, errors
    one_line(errors, name)


def test_a_file_in_the_place_of_the_data_directory_ends_the_start_clearly(tmp_path):
    (tmp_path / "data").write_text("in the way")
    ended, errors = serve(tmp_path / "data", resource.RLIM_INFINITY)
    assert ended == 73, errors
    one_line(errors, "data")


@pytest.mark.parametrize("busy", [True, False], ids=["while somebody sends", "while nobody sends"])
@pytest.mark.parametrize("way", ["removed", "moved"])
def test_a_data_directory_that_vanishes_ends_the_server_clearly(start, tmp_path, way, busy):
    appliance = start("--admin-key", "k" * 40)
    admin = Admin(appliance)
    user = admin.call("POST", "/admin/users", {"username": "ann"}, key="k" * 40)
    chat = admin.call("POST", "/admin/chats", {"member_ids": ["ann"]}, key="k" * 40)
    token = admin.call("POST", "/admin/tokens", {"user_id": user["id"]}, key="k" * 40)["token"]
    client = Wire(appliance)
    client.connect(token)
    kept = client.send(chat, "kept")
    if way == "removed":
        shutil.rmtree(appliance.data)
    else:
        os.rename(appliance.data, tmp_path / "elsewhere")
    if busy:
        number = client.emit("message:send", {"chatId": chat["id"], "content": "lost"}, ack=True)
        acks = [entry for entry in told_until_closed(client) if entry[:2] == ("ack", number)]
        assert all(not entry[2][0]["ok"] for entry in acks), "a message was acked that is not stored"
    assert appliance.process.wait(20) == 73, appliance.log()
    until(lambda: "cannot be used" in appliance.log(), "the reason is said", 5)
    assert "Fatal error" not in appliance.log()
    assert not appliance.data.exists(), "what vanished was made anew"
    if way == "moved":
        again = start("--admin-key", "k" * 40, data=tmp_path / "elsewhere")
        found = Admin(again).call("GET", f"/admin/chats/{chat['id']}/messages", key="k" * 40)["items"]
        assert found[0] == kept
        again.stop()
