"""Those who show no token keep nobody out: idle connections, too few descriptors, floods of requests, slow transfers."""

import json
import os
import re
import resource
import socket
import subprocess
import time

import pytest
import requests

from admin import Admin
from appliance import BINARY, Appliance, environment
from wire import Closed, Wire


class Narrow(Appliance):
    """With a limit of open files, hard and soft."""

    files = 1024

    def spawn(self, command):
        def limit():
            resource.setrlimit(resource.RLIMIT_NOFILE, (self.files, self.files))

        return subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            env=environment(), text=True, errors="replace", preexec_fn=limit)


def until(condition, what, seconds=40):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain: {what}"
        time.sleep(0.02)


def silent(appliance, count):
    """So many connections that say nothing; fewer when they are refused."""
    sockets = []
    for _ in range(count):
        try:
            sockets.append(socket.create_connection(appliance.address, timeout=2))
        except OSError:
            break
    return sockets


def descriptors(appliance):
    return len(os.listdir(f"/proc/{appliance.process.pid}/fd"))


@pytest.mark.parametrize("files", [256, 1024])
def test_all_connections_of_one_address_leave_the_server_its_files(tmp_path, files):
    appliance = Narrow(tmp_path / "data")
    appliance.files = files
    appliance.start()
    admin = Admin(appliance)
    user = admin.user()
    token = admin.token(user)["token"]
    before = Wire(appliance)
    before.connect(token)
    crowd = silent(appliance, files + 200)
    assert appliance.running and descriptors(appliance) < files
    # Signed in before, coming now, and the operator: all are served.
    before.alive()
    during = Wire(appliance)
    during.connect(token)
    during.alive()
    assert admin.call("GET", "/admin/stats")
    assert admin.token(user)["token"]
    crowd += silent(appliance, files)
    assert requests.get(appliance.url + "/healthz", timeout=10).status_code == 200
    before.alive()
    for connection in crowd:
        connection.close()
    until(lambda: descriptors(appliance) < 100, "the connections' end")
    for client in (before, during):
        client.close()
    appliance.stop()


def test_too_few_files_are_told_at_the_start(tmp_path):
    def limit():
        resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))

    done = subprocess.run(
        [BINARY, "serve", "--data", str(tmp_path / "data"), "--listen", "127.0.0.1:0", "--admin-listen",
         "127.0.0.1:0"],
        stdin=subprocess.DEVNULL, capture_output=True, env=environment(), text=True, preexec_fn=limit, timeout=60)
    assert done.returncode == 78 and "ulimit -n" in done.stderr


def test_silent_connections_of_one_address_keep_nobody_out_and_are_let_go(start):
    appliance = start()
    admin = Admin(appliance)
    token = admin.token(admin.user())["token"]
    inside = Wire(appliance)
    inside.connect(token)
    crowd = silent(appliance, 60)
    shaking = [Wire(appliance) for _ in range(40)]
    late = Wire(appliance)
    late.connect(token)
    late.alive()

    def count():
        text = requests.get(
            appliance.admin_url + "/metrics", headers={"Authorization": "Bearer " + appliance.admin_key},
            timeout=10).text
        return int(float(re.search(r"^parley_strangers (\S+)", text, re.M)[1]))

    until(lambda: count() <= 20, "the bound of an address")
    # The oldest went.
    until(lambda: crowd[0].recv(1) == b"", "the end of the oldest")
    inside.alive()
    late.alive()
    for client in [inside, late]:
        client.close()
    for one in crowd:
        one.close()
    for client in shaking:
        client.socket.close()
    appliance.stop()


def test_two_thousand_idle_connections_of_a_hundred_addresses_keep_nobody_out(start):
    # Behind a proxy that is trusted, an address is what it says.
    appliance = start("--trusted-proxy", "loopback", "--max-connections", 400)
    admin = Admin(appliance)
    token = admin.token(admin.user())["token"]
    idle = []
    for number in range(205):
        try:
            idle.append(Wire(appliance, headers={"X-Forwarded-For": f"198.51.100.{number % 100 + 1}"}))
        except OSError:
            pass
    for attempt in range(5):
        client = Wire(appliance, headers={"X-Forwarded-For": f"203.0.113.{attempt + 1}"})
        client.connect(token)
        client.alive()
        client.close()
    for client in idle:
        client.socket.close()
    appliance.stop()


def test_a_neighbour_that_forwards_and_is_not_trusted_is_named_once(start):
    appliance = start()
    for _ in range(3):
        requests.get(appliance.url + "/healthz", headers={"X-Forwarded-For": "192.0.2.1"}, timeout=10)
    until(lambda: "--trusted-proxy 127.0.0.1" in appliance.log(), "the line")
    requests.get(appliance.url + "/healthz", headers={"Forwarded": "for=192.0.2.1"}, timeout=10)
    assert appliance.log().count("--trusted-proxy 127.0.0.1") == 1
    appliance.stop()


def test_a_full_server_lets_a_user_in_before_a_stranger(start):
    appliance = start("--max-connections", 2, "--connect-timeout", 60000)
    admin = Admin(appliance)
    token = admin.token(admin.user())["token"]
    one = Wire(appliance)
    one.connect(token)
    stranger = Wire(appliance)
    # It is young, and of the same address: nobody is more entitled. After a while it had its time.
    deadline = time.monotonic() + 30
    while True:
        try:
            two = Wire(appliance)
            break
        except Exception:
            assert time.monotonic() < deadline
            time.sleep(0.2)
    two.connect(token)
    with pytest.raises(Closed):
        while True:
            stranger.read()
    one.alive()
    two.alive()
    for client in (one, two):
        client.close()
    appliance.stop()


def test_a_refused_token_is_logged_with_its_address_in_one_form(start):
    appliance = start()
    answer = requests.post(
        appliance.url + "/files?name=a", data=b"x", headers={"Authorization": "Bearer a.b.c"}, timeout=10)
    assert answer.status_code == 401
    client = Wire(appliance)
    client.write("40" + json.dumps({"token": "a.b.c"}))
    assert client.read()[0] == "refused"
    client.socket.close()

    def lines():
        records = [json.loads(text) for text in appliance.log().splitlines()]
        return [record for record in records if record["message"] == "refused token"]

    until(lambda: len(lines()) == 2, "a line for each")
    assert all(line["parley.address"] == "127.0.0.1" for line in lines())
    assert all(line["parley.code"] == "unauthorized" for line in lines())
    assert "a.b.c" not in appliance.log()
    appliance.stop()
