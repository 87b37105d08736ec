"""Plain sockets: HTTP and WebSocket bytes as a test wants them, right or wrong."""

import base64
import json
import os
import socket
import struct

import requests

WAIT = 10
"""Seconds for the server to answer; only ever waited in full when the test fails."""


class Plain:
    """One TCP connection."""

    def __init__(self, appliance, address=None):
        address = address or appliance.address
        self.socket = socket.create_connection(address, timeout=WAIT)
        self.host = "%s:%d" % address
        self.buffer = b""

    def write(self, data):
        self.socket.sendall(data if isinstance(data, bytes) else data.encode())

    def _more(self):
        data = self.socket.recv(65536)
        if not data:
            raise EOFError
        self.buffer += data

    def exactly(self, count):
        while len(self.buffer) < count:
            self._more()
        taken, self.buffer = self.buffer[:count], self.buffer[count:]
        return taken

    def answer(self):
        """The next HTTP response: (status, headers in lower case, body)."""
        while b"\r\n\r\n" not in self.buffer:
            self._more()
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        lines = head.decode("latin-1").split("\r\n")
        headers = {name.strip().lower(): value.strip() for name, value in
                   (line.split(":", 1) for line in lines[1:])}
        status = int(lines[0].split()[1])
        body = b""
        if "content-length" in headers:
            body = self.exactly(int(headers["content-length"]))
        elif headers.get("transfer-encoding") == "chunked":
            while True:
                while b"\r\n" not in self.buffer:
                    self._more()
                size, self.buffer = self.buffer.split(b"\r\n", 1)
                chunk = self.exactly(int(size, 16) + 2)[:-2]
                if not chunk:
                    break
                body += chunk
        return status, headers, body

    def silent(self, seconds):
        """Whether nothing comes for so long."""
        self.socket.settimeout(seconds)
        try:
            self._more()
        except TimeoutError:
            return True
        finally:
            self.socket.settimeout(WAIT)
        return False

    def gone(self):
        """Reads until the server has closed this connection; gives what still came."""
        try:
            while True:
                self._more()
        except (EOFError, ConnectionError):
            return self.buffer

    def get(self, path, **headers):
        lines = [f"GET {path} HTTP/1.1", f"Host: {self.host}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        self.write("\r\n".join(lines) + "\r\n\r\n")

    def upgrade(self, path="/socket.io/?EIO=4&transport=websocket", **changes):
        """Asks for a WebSocket; gives the status."""
        headers = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
                   "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode()}
        headers.update({name.replace("_", "-"): value for name, value in changes.items()})
        self.get(path, **{name: value for name, value in headers.items() if value is not None})
        return self.answer()

    def frame(self, payload=b"", opcode=1, *, fin=True, rsv=0, masked=True, length=None):
        """Writes one WebSocket frame; `length` declares another length than the payload has."""
        payload = payload.encode() if isinstance(payload, str) else payload
        size = len(payload) if length is None else length
        first = (0x80 if fin else 0) | rsv << 4 | opcode
        mask_bit = 0x80 if masked else 0
        if size < 126:
            head = struct.pack("!BB", first, mask_bit | size)
        elif size < 65536:
            head = struct.pack("!BBH", first, mask_bit | 126, size)
        else:
            head = struct.pack("!BBQ", first, mask_bit | 127, size)
        if masked:
            mask = os.urandom(4)
            key = (mask * (len(payload) // 4 + 1))[:len(payload)]
            payload = (int.from_bytes(payload, "big") ^ int.from_bytes(key, "big")).to_bytes(len(payload), "big")
            head += mask
        self.write(head + payload)

    def read_frame(self):
        """The next frame of the server: (opcode, payload)."""
        first, second = self.exactly(2)
        assert first & 0x70 == 0 and second & 0x80 == 0, "the server set RSV bits or a mask"
        size = second & 0x7F
        if size == 126:
            size = struct.unpack("!H", self.exactly(2))[0]
        elif size == 127:
            size = struct.unpack("!Q", self.exactly(8))[0]
        return first & 0x0F, self.exactly(size)

    def close_code(self):
        """Reads frames until the close frame; gives its code, None if the connection ended without one."""
        try:
            while True:
                opcode, payload = self.read_frame()
                if opcode == 8:
                    return struct.unpack("!H", payload[:2])[0] if len(payload) >= 2 else 1005
        except (EOFError, ConnectionError):
            return None

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Polling:
    """An Engine.IO session over long-polling, request by request."""

    def __init__(self, appliance, headers=None):
        self.http = requests.Session()
        self.http.trust_env = False
        self.base = appliance.url + "/socket.io/"
        self.headers = headers or {}
        answer = self.request("GET", sid=None)
        assert answer.status_code == 200, f"{answer.status_code} {answer.text}"
        self.open = json.loads(answer.text[1:])

    def request(self, method, body=None, *, sid="own", headers=None, **query):
        query = {"EIO": "4", "transport": "polling", **query}
        if sid is not None:
            query["sid"] = self.open["sid"] if sid == "own" else sid
        body = body.encode() if isinstance(body, str) else body
        headers = {"Content-Type": "text/plain;charset=UTF-8", **self.headers, **(headers or {})}
        return self.http.request(method, self.base, params=query, data=body, headers=headers, timeout=WAIT)

    def post(self, body, **options):
        return self.request("POST", body, **options)

    def poll(self, **options):
        return self.request("GET", **options)

    def packets(self):
        answer = self.poll()
        assert answer.status_code == 200, f"{answer.status_code} {answer.text}"
        return answer.text.split("\x1e")

    def until(self, prefix):
        """Polls until a packet that starts so; gives it."""
        while True:
            for packet in self.packets():
                if packet.startswith(prefix):
                    return packet

    def close(self):
        self.post("1")
        self.http.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.close()
        except OSError:
            self.http.close()
