"""A user with the stock python-socketio client, and what it was told."""

import threading
import time

import socketio

WAIT = 10
"""Seconds for an event to come; only ever waited in full when the test fails."""


class Person:
    """One stock client. Handlers of this client run in threads: what it was told has no order (see Wire for order)."""

    def __init__(self, appliance, token=None, *, transports=None, headers=None, auth=None, namespaces=None):
        self.appliance = appliance
        self.transports = transports
        self.headers = headers or {}
        self.auth = auth if auth is not None else ({"token": token} if token is not None else None)
        self.namespaces = namespaces
        self.told = []
        self.all = []
        self.refusal = None
        self.disconnected = threading.Event()
        self._changed = threading.Condition()
        self.client = socketio.Client(reconnection=False, handle_sigint=False)
        self.client.on("*", self._on_event)
        self.client.on("connect_error", self._on_refusal)
        self.client.on("disconnect", self._on_disconnect)

    def _on_event(self, event, *arguments):
        with self._changed:
            self.told.append((event, arguments))
            self.all.append((event, arguments))
            self._changed.notify_all()

    def _on_refusal(self, data=None):
        self.refusal = data

    def _on_disconnect(self, *_):
        self.disconnected.set()
        with self._changed:
            self._changed.notify_all()

    def connect(self, ready=True):
        self.client.connect(
            self.appliance.url, transports=self.transports, headers=self.headers, auth=self.auth,
            namespaces=self.namespaces, wait_timeout=WAIT)
        if ready:
            self.ready = self.wait("session:ready")
        return self

    def wait(self, event, match=lambda data: True, timeout=WAIT):
        """Takes the first event of that name that fits; it must have come with exactly one argument."""
        deadline = time.monotonic() + timeout
        with self._changed:
            while True:
                for index, (name, arguments) in enumerate(self.told):
                    if name == event and len(arguments) == 1 and match(arguments[0]):
                        del self.told[index]
                        return arguments[0]
                left = deadline - time.monotonic()
                assert left > 0, f"no {event} came; told: {self.told}"
                self._changed.wait(left)

    def heard(self, event, match=lambda data: True):
        """What came by that name so far, without taking it."""
        with self._changed:
            return [arguments[0] for name, arguments in self.told
                    if name == event and arguments and match(arguments[0])]

    def call(self, event, data):
        """Emits with an ack and gives the ack."""
        return self.client.call(event, data, timeout=WAIT)

    def ok(self, event, data):
        ack = self.call(event, data)
        assert isinstance(ack, dict) and ack.get("ok") is True, f"{event} {data}: {ack}"
        return ack

    def send(self, chat, content="hello", **fields):
        return self.ok("message:send", {"chatId": chat["id"], "content": content, **fields})["message"]

    def emit(self, event, data):
        self.client.emit(event, data)

    def close(self):
        self.client.disconnect()

    @property
    def transport(self):
        return self.client.transport()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
