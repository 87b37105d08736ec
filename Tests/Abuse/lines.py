"""Connections of those who mean no good: bytes by hand, as many and as fast as a script can."""

import base64
import itertools
import json
import os
import resource
import selectors
import socket
import struct
import time

HANDSHAKE = "/socket.io/?EIO=4&transport=websocket"
POLLING = "/socket.io/?EIO=4&transport=polling"


def many_descriptors():
    """As many sockets as this process may ever open."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = hard if hard != resource.RLIM_INFINITY else 65536
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def frame(payload=b"", opcode=1, fin=True):
    """A client's frame under the mask that changes nothing."""
    payload = payload.encode("utf-8", "surrogatepass") if isinstance(payload, str) else payload
    size = len(payload)
    first = (0x80 if fin else 0) | opcode
    if size < 126:
        head = struct.pack("!BB", first, 0x80 | size)
    elif size < 65536:
        head = struct.pack("!BBH", first, 0xFE, size)
    else:
        head = struct.pack("!BBQ", first, 0xFF, size)
    return head + b"\0\0\0\0" + payload


def event(name, data, ack=None):
    text = json.dumps([name, data], separators=(",", ":"), ensure_ascii=False)
    return frame(f"42{'' if ack is None else ack}{text}")


def dial(address, source=None, timeout=5, receive=None):
    """A TCP connection, from an address of one's own, with a small window if one does not mean to read."""
    line = socket.socket()
    line.settimeout(timeout)
    if receive:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive)
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        if source:
            line.bind((source, 0))
        line.connect(address)
    except OSError:
        line.close()
        raise
    return line


def ask(address, method, path, headers=(), body=None, source=None, timeout=10):
    """One request on a connection of its own: (status, body)."""
    with dial(address, source, timeout) as line:
        head = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Connection: close", *headers]
        if body is not None:
            head.append(f"Content-Length: {len(body)}")
        line.sendall("\r\n".join(head).encode() + b"\r\n\r\n" + (body or b""))
        answer = b""
        while data := line.recv(1 << 18):
            answer += data
    head, _, rest = answer.partition(b"\r\n\r\n")
    words = head.split(b" ", 2)
    return (int(words[1]) if len(words) > 1 else 0), rest


class Refused(OSError):
    """The server did not let it in."""


class Peer:
    """A WebSocket, and the session on it if it signs in. What comes is kept only where somebody asks for it."""

    def __init__(self, address, token=None, source=None, timeout=5, receive=None):
        self.line = dial(address, source, timeout, receive)
        self.buffer = b""
        self.numbers = itertools.count()
        self.ready = None
        try:
            key = base64.b64encode(os.urandom(16)).decode()
            self.line.sendall(
                f"GET {HANDSHAKE} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n".encode())
            while b"\r\n\r\n" not in self.buffer:
                self.more()
            head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
            if b" 101 " not in head[:20]:
                raise Refused(head[:40].decode("latin-1"))
            self.text()
            if token:
                self.sign_in(token)
        except BaseException:
            self.line.close()
            raise

    def sign_in(self, token, **auth):
        self.write(frame("40" + json.dumps({"token": token, **auth})))
        while self.ready is None:
            text = self.text()
            if text.startswith("44"):
                raise Refused(text[:200])
            if text.startswith('42["session:ready"'):
                self.ready = json.loads(text[2:])[1]
            if text.startswith("40"):
                self.connected = json.loads(text[2:])

    def more(self):
        data = self.line.recv(1 << 18)
        if not data:
            raise Refused("closed")
        self.buffer += data

    def text(self):
        """The next text message; heartbeats are answered on the way."""
        while True:
            payload = self._frame()
            if payload is None:
                self.more()
            elif payload == b"2":
                self.write(frame("3"))
            elif payload:
                return payload.decode()

    def _frame(self):
        """The next frame's payload; None while it is not whole."""
        data = self.buffer
        if len(data) < 2:
            return None
        size, start = data[1] & 127, 2
        if size == 126:
            start = 4
            size = int.from_bytes(data[2:4], "big") if len(data) >= 4 else 1 << 62
        elif size == 127:
            start = 10
            size = int.from_bytes(data[2:10], "big") if len(data) >= 10 else 1 << 62
        if len(data) < start + size:
            return None
        if data[0] & 15 == 8:
            raise Refused("closed")
        self.buffer = data[start + size:]
        return data[start:start + size] if data[0] & 15 == 1 else b""

    def call(self, name, data, timeout=10):
        """An event with its ack."""
        number = next(self.numbers)
        self.write(event(name, data, number))
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            text = self.text()
            if text.startswith(f"43{number}["):
                return json.loads(text[2 + len(str(number)):])[0]
        raise TimeoutError(name)

    def write(self, data):
        self.line.sendall(data)

    def fileno(self):
        return self.line.fileno()

    def close(self):
        self.line.close()


class Crowd:
    """Many peers read together, so that nobody is too slow; `write` drops what a peer will not take now."""

    def __init__(self, peers):
        self.selector = selectors.DefaultSelector()
        self.living = set()
        self.received = 0
        self.sent = 0
        for peer in peers:
            self.add(peer)

    def add(self, peer):
        peer.line.setblocking(False)
        self.selector.register(peer.line, selectors.EVENT_READ, peer)
        self.living.add(peer)

    def read(self, wait=0.0):
        """Takes what has come; answers heartbeats, as far as they stand alone at the end of what came."""
        for key, _ in self.selector.select(wait):
            try:
                data = key.fileobj.recv(1 << 18)
            except BlockingIOError:
                continue
            except OSError:
                data = b""
            self.received += len(data)
            if not data:
                self.drop(key.data)
            elif data.endswith(b"\x81\x012"):
                self.write(key.data, frame("3"))

    def write(self, peer, data):
        """All of `data` or, where the line is full at once, none."""
        try:
            rest = memoryview(data)[peer.line.send(data):]
            peer.line.settimeout(2)
            if rest:
                peer.line.sendall(rest)
            peer.line.setblocking(False)
            self.sent += 1
        except BlockingIOError:
            return
        except OSError:
            self.drop(peer)

    def drop(self, peer):
        if peer in self.living:
            self.living.discard(peer)
            self.selector.unregister(peer.line)
            peer.close()

    def at_rate(self, end, make, rate, speakers=None):
        """Until then each speaker is sent make(number) at that many a second, while all are read."""
        begun, count = time.monotonic(), 0
        speakers = list(speakers or self.living)
        while time.monotonic() < end and self.living:
            due = int((time.monotonic() - begun) * rate * len(speakers))
            if count >= due:
                self.read(0.005)
                continue
            for _ in range(min(due - count, 200)):
                peer = speakers[count % len(speakers)]
                if peer in self.living:
                    self.write(peer, make(count))
                count += 1
            self.read()
        return {"sent": self.sent, "received_mb": self.received >> 20, "living": len(self.living)}


def fill(line, data):
    """Writes until the other side takes no more."""
    line.settimeout(0.2)
    try:
        line.sendall(data)
        return True
    except OSError:
        return False


def sleep_until(end):
    time.sleep(max(0.0, end - time.monotonic()))
