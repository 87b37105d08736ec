"""A Socket.IO client over one blocking WebSocket: enough to ask something and to time the answer."""
import base64
import json
import os
import socket
import struct
import time


class ChatSocket:
    def __init__(self, port, token):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.input = self.socket.makefile("rb")
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall((
            f"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n").encode())
        status = self.input.readline()
        if b" 101 " not in status:
            raise RuntimeError(f"no WebSocket: {status!r}")
        while self.input.readline() != b"\r\n":
            pass
        self.last_id = 0
        self.packet("0")
        self.send("40" + json.dumps({"token": token}))
        self.packet("40")
        self.packet('42["session:ready"')

    def send(self, text):
        data = text.encode()
        mask = os.urandom(4)
        size = struct.pack("!B", 0x80 | len(data)) if len(data) < 126 else struct.pack("!BH", 0xFE, len(data))
        masked = bytes(byte ^ mask[place % 4] for place, byte in enumerate(data))
        self.socket.sendall(b"\x81" + size + mask + masked)

    def packet(self, start):
        """The next packet that begins so; heartbeats are answered, others passed over."""
        while True:
            first, second = self.input.read(2)
            size = second & 0x7F
            if size == 126:
                size, = struct.unpack("!H", self.input.read(2))
            elif size == 127:
                size, = struct.unpack("!Q", self.input.read(8))
            text = self.input.read(size).decode()
            if first & 0x0F == 8:
                raise RuntimeError("the server closed the connection")
            if text == "2":
                self.send("3")
            elif text.startswith(start):
                return text

    def call(self, event, argument):
        """The answer, and how many seconds it took."""
        self.last_id += 1
        began = time.perf_counter()
        self.send(f"42{self.last_id}" + json.dumps([event, argument]))
        text = self.packet(f"43{self.last_id}[")
        took = time.perf_counter() - began
        answer, = json.loads(text[text.index("["):])
        if not answer["ok"]:
            raise RuntimeError(f"{event}: {answer}")
        return answer, took

    def close(self):
        self.input.close()
        self.socket.close()
