"""A client that behaves like the stock one: it comes back by itself, with what it remembers, and resends.

It holds what it hears against the contract at once: per chat the next message is the next seq. After a recovery the
messages begin behind the last `offset` that it was given; those that it had seen already, because the line broke
between them and their `offset`, are counted as `seams`. Anything else that comes again is a violation."""

import asyncio
import json
from collections import deque

from link import Link


class Client:
    """One user's one socket. `chats` are all of its chats; it must be connected before anybody sends."""

    TRAIL = 60
    """Packets that are kept to be shown with a violation."""

    def __init__(self, stage, name, token, chats, backoff, link=Link):
        self.make_link = link
        self.stage, self.ledger, self.name, self.token, self.chats = stage, stage.ledger, name, token, chats
        self.backoff = backoff
        self.link = None
        self.connected = asyncio.Event()
        self.stopping = False
        self.pid = self.sid = self.offset = None
        self.next = {chat: 1 for chat in chats}
        self.seen = {chat: 0 for chat in chats}
        self.covered = {chat: 0 for chat in chats}
        self.uncovered = set()
        self.pending, self.first_time, self.calls, self.acks = {}, set(), {}, {}
        self.next_ack = self.sent = 0
        self.connects = self.recoveries = self.seams = self.delivered = self.duplicates = self.refusals = 0
        self.lost_at = self.tried_at = None
        self.target, self.catch_up, self.away = None, [], []
        self.task = None
        self.trail = deque(maxlen=self.TRAIL)

    # Coming and going.

    def begin(self):
        self.task = asyncio.create_task(self.live())
        self.task.add_done_callback(self._ended)

    def _ended(self, task):
        if not task.cancelled() and task.exception() is not None:
            self.ledger.violation(f"{self.name} broke: {task.exception()!r}")

    async def live(self):
        while not self.stopping:
            self.tried_at = self.ledger.now()
            self.target = None
            try:
                link = await self.make_link.open(*self.stage.address(), self.hear)
            except ConnectionError as error:
                self.refusals += 1
                self.stage.reasons[str(error).split(" (")[0]] += 1
            else:
                self.backoff.reset()
                await link.closed
                self._lost()
            if not self.stopping:
                await asyncio.sleep(self.backoff.next())

    def _lost(self):
        if self.connected.is_set():
            self.connected.clear()
            self.lost_at = self.ledger.now()
        for future in self.calls.values():
            future.cancel()
        self.calls.clear()
        self.acks.clear()

    def cut(self):
        if self.link is not None:
            self.link.cut()

    async def end(self):
        self.stopping = True
        self.cut()
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)

    # What comes.

    def hear(self, link, text):
        self.link = link
        self.trail.append((self.ledger.now(), text))
        if text.startswith('42["message:new"'):
            self._message(json.loads(text[2:])[1])
        elif text.startswith('42["offset"'):
            self.offset = json.loads(text[2:])[1]
            for chat in self.uncovered:
                self.covered[chat] = self.next[chat] - 1
            self.uncovered.clear()
        elif text.startswith("43"):
            self._ack(text)
        elif text == "2":
            self.link.send("3")
        elif text[0] == "0":
            auth = {"token": self.token}
            if self.pid is not None:
                auth["pid"] = self.pid
                if self.offset is not None:
                    auth["offset"] = self.offset
            self.link.send("40" + json.dumps(auth))
        elif text.startswith("40"):
            self._let_in(json.loads(text[2:]))
        elif text.startswith(("44", "41")):
            # A stock client would not come back by itself after either.
            self.ledger.violation(f"{self.name} was sent away: {text[:200]}")
            self.stopping = True
            self.link.cut()
        elif text == "1":
            self.link.transport.close()

    def _let_in(self, answer):
        self.connects += 1
        if (answer["pid"], answer["sid"]) == (self.pid, self.sid):
            self.recoveries += 1
            self.next = {chat: seq + 1 for chat, seq in self.covered.items()}
            self.uncovered.clear()
        elif self.pid is not None:
            self.ledger.violation(f"{self.name} was not recovered (offset {self.offset})")
            self.next = {}
        self.pid, self.sid = answer["pid"], answer["sid"]
        now = self.ledger.now()
        if self.lost_at is not None:
            self.away.append(now - self.lost_at)
            self.target = {chat: self.ledger.newest.get(chat, 0) for chat in self.chats}
            self._caught_up()
        self.first_time.clear()
        self.connected.set()
        for cid in list(self.pending):
            self._send(cid)
        self.stage.came_back(self)

    def _message(self, message):
        chat, seq = message["chat_id"], message["seq"]
        expected = self.next.get(chat, seq)
        if seq != expected:
            what = "again" if seq < expected else "with a gap"
            self.ledger.violation(f"{self.name}: {chat} seq {seq} came {what}, {expected} was due", self._path(chat))
        if seq <= self.seen[chat]:
            self.seams += 1
        else:
            self.seen[chat] = seq
            self.delivered += 1
        if message.get("client_id") in self.first_time:
            self.ledger.violation(f"{self.name}: its own message {message['client_id']} came before the ack")
        self.ledger.saw(message, self.name)
        self.next[chat] = seq + 1
        self.uncovered.add(chat)
        if self.target is not None:
            self._caught_up()

    def _path(self, chat):
        """What came lately, shortened: other chats' messages only as their name."""
        lines = []
        for when, text in self.trail:
            if text.startswith('42["message:new"'):
                message = json.loads(text[2:])[1]
                text = f"{message['chat_id']} {message['seq']}" + (
                    f" {message['id']} {message.get('client_id')}" if message["chat_id"] == chat else "")
            lines.append(f"{when:.4f} {text[:110]}")
        return lines

    def _caught_up(self):
        if all(self.seen[chat] >= seq for chat, seq in self.target.items()):
            self.catch_up.append(self.ledger.now() - self.tried_at)
            self.target = None

    # What goes.

    def emit(self, event, data):
        number, self.next_ack = self.next_ack, self.next_ack + 1
        self.link.send(f"42{number}" + json.dumps([event, data]))
        return number

    def post(self, chat, text="x" * 60):
        """Sends a message and keeps it until its ack, over as many connections as that takes; gives its clientId."""
        self.sent += 1
        cid = f"{self.name}.{self.sent}"
        self.pending[cid] = {"chatId": chat, "content": f"{cid} {text}", "clientId": cid}
        if self.connected.is_set():
            self._send(cid)
            self.first_time.add(cid)
        return cid

    def _send(self, cid):
        self.acks[self.emit("message:send", self.pending[cid])] = cid

    async def call(self, event, data):
        """The ack of an event; asyncio.CancelledError when the connection is lost before."""
        number = self.emit(event, data)
        future = self.calls[number] = asyncio.get_running_loop().create_future()
        return await future

    def _ack(self, text):
        bracket = text.index("[")
        number, data = int(text[2:bracket]), json.loads(text[bracket:])[0]
        if number in self.calls:
            future = self.calls.pop(number)
            if not future.done():
                future.set_result(data)
            return
        cid = self.acks.pop(number, None)
        if cid is None:
            self.ledger.violation(f"{self.name}: an ack that nobody asked for: {text[:200]}")
            return
        self.first_time.discard(cid)
        if not data["ok"]:
            if data["error"].get("retryable"):
                self.refusals += 1
                asyncio.get_running_loop().call_later(
                    data["error"].get("retry_after_ms", 200) / 1000, self._again, cid)
            else:
                self.ledger.violation(f"{self.name}: {cid} was refused: {data['error']}")
                self.pending.pop(cid, None)
            return
        if data["message"].get("client_id") != cid:
            self.ledger.violation(f"{self.name}: the ack of {cid} holds {data['message']}")
            return
        self.duplicates += bool(data["duplicate"])
        self.ledger.promised(data["message"], f"ack to {self.name}")
        self.pending.pop(cid, None)
        self.stage.acked(self)

    def _again(self, cid):
        if self.connected.is_set() and cid in self.pending and cid not in self.acks.values():
            self._send(cid)

    @property
    def complete(self):
        """Has been told everything that anybody knows of, and been answered on everything it sent."""
        return self.connected.is_set() and not self.pending and all(
            self.seen[chat] >= self.ledger.newest.get(chat, 0) for chat in self.chats)
