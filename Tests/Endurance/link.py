"""One WebSocket of a client, as an asyncio protocol: light enough for a thousand in one process."""

import asyncio
import base64
import os
import struct


class Link(asyncio.Protocol):
    """Reads text frames and calls `hear(link, text)` for each; `closed` is done, with a reason, when the line is gone.

    Frames are masked with the key zero, which RFC 6455 allows and which costs nothing."""

    OPEN_LIMIT = 20
    """Seconds until the handshake must have been answered, as the stock client's `timeout`."""

    def __init__(self, hear):
        self.hear = hear
        loop = asyncio.get_running_loop()
        self.opened, self.closed = loop.create_future(), loop.create_future()
        self.transport = None
        self.buffer = bytearray()
        self.upgraded = False

    @classmethod
    async def open(cls, host, port, hear):
        """A link whose handshake was answered with 101; ConnectionError otherwise."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(cls.OPEN_LIMIT):
                _, link = await loop.create_connection(lambda: cls(hear), host, port)
                await link.opened
        except TimeoutError:
            raise ConnectionError("no answer to the handshake") from None
        except OSError as error:
            raise ConnectionError(str(error)) from None
        return link

    def connection_made(self, transport):
        self.transport = transport
        peer = transport.get_extra_info("peername")
        if peer is None:
            # The server took the connection and was gone at once: there is nobody to ask.
            return transport.abort()
        host, port = peer[:2]
        key = base64.b64encode(os.urandom(16)).decode()
        transport.write(
            f"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode())

    def data_received(self, data):
        self.buffer += data
        if not self.upgraded and not self._take_answer():
            return
        while self._take_frame():
            pass

    def _take_answer(self):
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            return False
        status = self.buffer[:end].split(b" ", 2)[1].decode()
        if status != "101":
            if not self.opened.done():
                self.opened.set_exception(ConnectionError(f"HTTP {status}"))
            self.transport.abort()
            return False
        del self.buffer[:end + 4]
        self.upgraded = True
        if not self.opened.done():
            self.opened.set_result(None)
        return True

    def _take_frame(self):
        if self.closed.done() or len(self.buffer) < 2:
            return False
        length, head = self.buffer[1] & 0x7F, 2
        if length == 126:
            head = 4
        elif length == 127:
            head = 10
        if len(self.buffer) < head:
            return False
        if head > 2:
            length = int.from_bytes(self.buffer[2:head], "big")
        if len(self.buffer) < head + length:
            return False
        opcode, payload = self.buffer[0], bytes(self.buffer[head:head + length])
        del self.buffer[:head + length]
        if opcode == 0x81:
            self.hear(self, payload.decode())
        elif opcode == 0x88:
            self._frame(0x88, payload[:2])
            self.transport.close()
        elif opcode == 0x89:
            self._frame(0x8A, payload)
        else:
            self.cut()
            raise AssertionError(f"a frame that starts with {opcode:#x}")
        return True

    def send(self, text):
        self._frame(0x81, text.encode())

    def _frame(self, opcode, payload):
        if self.transport.is_closing() or self.closed.done():
            return
        length = len(payload)
        if length < 126:
            head = bytes((opcode, 0x80 | length))
        elif length < 65536:
            head = struct.pack(">BBH", opcode, 0x80 | 126, length)
        else:
            head = struct.pack(">BBQ", opcode, 0x80 | 127, length)
        self.transport.write(head + b"\0\0\0\0" + payload)

    def cut(self):
        """The line breaks: nothing that came and was not read counts any more."""
        self.transport.abort()
        self._gone("cut")

    def _gone(self, reason):
        if not self.opened.done():
            self.opened.set_exception(ConnectionError("closed before the handshake was answered"))
        if not self.closed.done():
            self.closed.set_result(reason)

    def connection_lost(self, error):
        self._gone(str(error) if error else "closed")
