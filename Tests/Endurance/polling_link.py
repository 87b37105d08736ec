"""One client's two HTTP connections of long-polling, with the face of `Link`."""

import asyncio
import json
from types import SimpleNamespace

SEPARATOR = "\x1e"


class PollingLink:
    """Polls on one connection and posts on the other; calls `hear(link, text)` for each packet."""

    OPEN_LIMIT = 20
    """Seconds until the handshake must have been answered, as the stock client's `timeout`."""

    def __init__(self, host, port, hear):
        self.host, self.port, self.hear = host, port, hear
        self.closed = asyncio.get_running_loop().create_future()
        self.transport = SimpleNamespace(close=self.cut)
        self.path = "/socket.io/?EIO=4&transport=polling"
        self.waiting, self.wake = [], asyncio.Event()
        self.lines, self.tasks = [], []

    @classmethod
    async def open(cls, host, port, hear):
        """A link whose handshake was answered; ConnectionError otherwise."""
        link = cls(host, port, hear)
        try:
            async with asyncio.timeout(cls.OPEN_LIMIT):
                await link._begin()
        except TimeoutError:
            link.cut()
            raise ConnectionError("no answer to the handshake") from None
        except (OSError, EOFError) as error:
            link.cut()
            raise ConnectionError(str(error)) from None
        return link

    async def _begin(self):
        polls = await self._line()
        packets = await self._request(polls, "GET")
        self.path += "&sid=" + json.loads(packets[0][1:])["sid"]
        posts = await self._line()
        self.tasks = [asyncio.create_task(self._poll(polls)), asyncio.create_task(self._post(posts))]
        self._take(packets)

    async def _line(self):
        line = await asyncio.open_connection(self.host, self.port)
        self.lines.append(line)
        return line

    async def _request(self, line, method, body=""):
        """The packets of the answer; ConnectionError when it is no 200."""
        reader, writer = line
        data = body.encode()
        writer.write(
            f"{method} {self.path} HTTP/1.1\r\nHost: {self.host}:{self.port}\r\nContent-Type: text/plain\r\n"
            f"Content-Length: {len(data)}\r\n\r\n".encode() + data)
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = next(int(text.split(":")[1]) for text in head.split("\r\n") if text.startswith("content-length:"))
        answer = (await reader.readexactly(length)).decode()
        status = head.split(" ", 2)[1]
        if status != "200":
            raise ConnectionError(f"HTTP {status}")
        return answer.split(SEPARATOR)

    def _take(self, packets):
        for packet in packets:
            if not self.closed.done():
                self.hear(self, packet)

    async def _poll(self, line):
        try:
            while not self.closed.done():
                self._take(await self._request(line, "GET"))
        except (OSError, EOFError) as error:
            self._gone(str(error))

    async def _post(self, line):
        try:
            while not self.closed.done():
                await self.wake.wait()
                self.wake.clear()
                packets, self.waiting = self.waiting, []
                await self._request(line, "POST", SEPARATOR.join(packets))
        except (OSError, EOFError) as error:
            self._gone(str(error))

    def send(self, text):
        if not self.closed.done():
            self.waiting.append(text)
            self.wake.set()

    def cut(self):
        """The lines break: nothing that came and was not read counts any more."""
        self._gone("cut")

    def _gone(self, reason):
        for _, writer in self.lines:
            writer.transport.abort()
        for task in self.tasks:
            if task is not asyncio.current_task():
                task.cancel()
        if not self.closed.done():
            self.closed.set_result(reason)
