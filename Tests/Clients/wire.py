"""A Socket.IO client of a few lines over one WebSocket: it shows every packet, and their order."""

import json
import re
import time

import websocket

WAIT = 10
"""Seconds for a packet to come; only ever waited in full when the test fails."""

PACKET = re.compile(r"4(?P<type>[0-6])(?P<nsp>/[^,]*,)?(?P<id>\d+)?(?P<data>.*)", re.S)


class Closed(Exception):
    """The server closed the connection."""

    def __init__(self, code=None):
        super().__init__(f"closed by the server ({code})")
        self.code = code


class Wire:
    """One connection; `seen` keeps everything that came, in order, `inbox` what no test has taken yet.

    An entry is ("connect", data), ("refused", data), ("disconnect", None), ("event", name, arguments) or
    ("ack", id, arguments)."""

    def __init__(self, appliance, headers=None, query=""):
        self.socket = websocket.create_connection(
            f"{appliance.ws_url}/socket.io/?EIO=4&transport=websocket{query}", timeout=WAIT,
            # It would be done in Python, a byte a step; decoding the text does it too.
            skip_utf8_validation=True,
            header=[f"{name}: {value}" for name, value in (headers or {}).items()])
        self.inbox, self.seen = [], []
        self.next_id = 0
        self.open = json.loads(self.read_text()[1:])

    def read_text(self):
        """The next text frame, raw."""
        while True:
            try:
                opcode, data = self.socket.recv_data()
            except (websocket.WebSocketConnectionClosedException, ConnectionError):
                raise Closed() from None
            if opcode == websocket.ABNF.OPCODE_CLOSE:
                raise Closed(int.from_bytes(data[:2], "big") if len(data) >= 2 else None)
            if opcode == websocket.ABNF.OPCODE_TEXT:
                return data.decode()
            raise AssertionError(f"a frame of opcode {opcode} came")

    def write(self, text):
        self.socket.send(text)

    def read(self):
        """The next Socket.IO packet; heartbeats are answered on the way, an Engine.IO close ends it."""
        while True:
            text = self.read_text()
            if text == "2":
                self.write("3")
                continue
            if text == "1":
                raise Closed()
            found = PACKET.fullmatch(text)
            assert found, f"not a Socket.IO packet: {text[:200]}"
            data = json.loads(found["data"]) if found["data"] else None
            kind = int(found["type"])
            entry = {
                0: lambda: ("connect", data),
                1: lambda: ("disconnect", None),
                2: lambda: ("event", data[0], data[1:]),
                3: lambda: ("ack", int(found["id"]), data),
                4: lambda: ("refused", data),
            }[kind]()
            self.seen.append(entry)
            return entry

    def take(self, match, what):
        """Takes the first entry that fits, from the inbox or from the line."""
        for index, entry in enumerate(self.inbox):
            if match(entry):
                del self.inbox[index]
                return entry
        deadline = time.monotonic() + WAIT
        while time.monotonic() < deadline:
            try:
                entry = self.read()
            except websocket.WebSocketTimeoutException:
                break
            if match(entry):
                return entry
            self.inbox.append(entry)
        raise AssertionError(f"no {what} came; inbox: {self.inbox}")

    def connect(self, token=None, auth=None, ready=True):
        """Sends CONNECT; gives the data of the answer, which must be a CONNECT."""
        auth = auth if auth is not None else ({"token": token} if token is not None else None)
        self.write("40" + (json.dumps(auth) if auth is not None else ""))
        kind, data = self.take(lambda e: e[0] in ("connect", "refused"), "answer to CONNECT")
        assert kind == "connect", f"refused: {data}"
        if ready:
            self.ready = self.wait("session:ready")
        return data

    def refused(self, auth=None):
        """Sends CONNECT; gives the data of the connect error that must answer it."""
        self.write("40" + (json.dumps(auth) if auth is not None else ""))
        kind, data = self.take(lambda e: e[0] in ("connect", "refused"), "answer to CONNECT")
        assert kind == "refused", f"let in with {auth}"
        return data

    def emit(self, event, *arguments, ack=False):
        number = ""
        if ack:
            number, self.next_id = self.next_id, self.next_id + 1
        self.write(f"42{number}" + json.dumps([event, *arguments]))
        return number

    def call(self, event, *arguments):
        """Emits with an ack and gives the ack's one argument."""
        number = self.emit(event, *arguments, ack=True)
        _, _, data = self.take(lambda e: e[0] == "ack" and e[1] == number, f"ack of {event}")
        assert len(data) == 1, f"an ack of {len(data)} arguments: {data}"
        return data[0]

    def ok(self, event, data):
        ack = self.call(event, data)
        assert ack.get("ok") is True, f"{event} {data}: {ack}"
        return ack

    def send(self, chat, content="hello", **fields):
        return self.ok("message:send", {"chatId": chat["id"], "content": content, **fields})["message"]

    def wait(self, event, match=lambda data: True):
        """Takes the next event of that name that fits; gives its one argument."""
        def fits(entry):
            return entry[0] == "event" and entry[1] == event and match(entry[2][0] if entry[2] else None)

        _, _, arguments = self.take(fits, event)
        assert len(arguments) == 1, f"{event} with {len(arguments)} arguments: {arguments}"
        return arguments[0]

    def heard(self, event):
        """Arguments of the events of that name that came and were not taken."""
        return [entry[2][0] for entry in self.inbox if entry[0] == "event" and entry[1] == event]

    def order(self, *names):
        """The names of the events and acks that came so far, in order, only those asked for."""
        found = [entry[1] if entry[0] == "event" else entry[0] for entry in self.seen]
        return [name for name in found if name in names]

    def alive(self):
        """The connection still serves: an unknown event is answered."""
        ack = self.call("no:such:event", {})
        assert ack["ok"] is False and ack["error"]["code"] == "invalid", ack

    def closed(self):
        """Reads until the server has closed the connection; gives the WebSocket close code, if one came."""
        while True:
            try:
                self.inbox.append(self.read())
            except Closed as end:
                return end.code

    def close(self):
        try:
            self.socket.close(timeout=1)
        except (OSError, websocket.WebSocketException):
            self.socket.shutdown()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
