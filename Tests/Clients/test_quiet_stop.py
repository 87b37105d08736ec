"""A stop under traffic: standard error holds log lines and nothing else."""

import contextlib
import json
import threading

import requests
import websocket

from admin import Admin
from person import Person
from wire import Closed, Wire

ROUNDS = 4


def keep(stopping, errors, step):
    """Runs `step` over and over until the server is gone."""
    def loop():
        while not stopping.is_set():
            try:
                step()
            except (OSError, Closed, requests.RequestException, websocket.WebSocketException):
                stopping.wait(0.005)
            except Exception as error:  # noqa: BLE001: what else goes wrong is told by the test
                errors.append(error)
                return
    thread = threading.Thread(target=loop, daemon=True)
    thread.start()
    return thread


def traffic(appliance, stopping, errors):
    """Senders over WebSocket, comers and goers, people by polling, uploads, downloads, and an operator."""
    admin = Admin(appliance)
    users = [admin.user() for _ in range(6)]
    tokens = [admin.token(user)["token"] for user in users]
    chat = admin.chat(*users)
    address = appliance.url

    def come_and_go(token):
        with contextlib.closing(Wire(appliance)) as wire:
            wire.write("40" + json.dumps({"token": token}))
            for _ in range(20):
                wire.write('42["message:send",' + json.dumps({"chatId": chat["id"], "content": "x"}) + "]")
                wire.read()

    def transfer(token):
        key = {"Authorization": "Bearer " + token}
        requests.post(address + "/files?name=x", data=b"x" * 200_000, headers=key, timeout=5)

    for token in tokens[:4]:
        keep(stopping, errors, lambda token=token: come_and_go(token))
    for token in tokens[4:]:
        keep(stopping, errors, lambda token=token: transfer(token))
        Person(appliance, token, transports=["polling"]).connect()
    for path in ("/admin/backup", "/metrics", "/admin/connections", "/admin/users"):
        keep(stopping, errors, lambda path=path: Admin(appliance).raw("GET", path))


def test_standard_error_holds_only_log_lines(start, tmp_path):
    for number in range(ROUNDS):
        appliance = start(
            "--rate-limit-messages", 0, "--rate-limit-events", 0, "--threads", 3, data=tmp_path / f"data{number}")
        stopping, errors = threading.Event(), []
        try:
            traffic(appliance, stopping, errors)
            stopping.wait(0.7)
            appliance.stop()
        finally:
            stopping.set()
        assert not errors, errors
        for line in appliance.log().splitlines():
            assert isinstance(json.loads(line), dict), line
