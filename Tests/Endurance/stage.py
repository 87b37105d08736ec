"""An appliance with users, chats and their clients, on a temporary directory."""

import asyncio
import random
import time
from collections import Counter

import paths  # noqa: F401

from appliance import Appliance
from backoff import Backoff
from client import Client
from ledger import Ledger
from link import Link
from polling_link import PollingLink
from population import SECRET, run_all, token

BACK_LIMIT = 120
"""Seconds for everybody to be back or complete; only ever waited in full when that fails."""

BACKLOG = 2_000
"""Messages that a client may be behind before the senders wait for it: past 10,000 changes nobody is recovered, by the
contract, and a client that polls takes fewer than a fast server stores."""


class Stage:
    """`chats` maps a chat to its members. `window` bounds what a sender has in flight; `pace` is messages a second of
    each sender, None for as fast as acks come. The first `polling` clients stay with long-polling, the others use
    WebSockets."""

    def __init__(self, data, seed, chats, senders, window=4, pace=None, backoff=(1.0, 5.0), options=(),
                 polling=0):
        self.rng = random.Random(seed)
        self.data, self.chats, self.ledger = data, chats, Ledger()
        self.appliance = Appliance(
            data, "--jwt-secret", SECRET, "--rate-limit-messages", 0, "--rate-limit-events", 0,
            "--max-connections-per-user", 100, "--quiet-members", 0, "--log-level", "info", *options)
        self.window, self.pace, self.sending, self.crowded = window, pace, False, False
        self.names = sorted({member for members in chats.values() for member in members})
        self.clients, self.senders = {}, senders
        self.backoff, self.polling = backoff, polling
        self.on_back = None
        self.reasons = Counter()
        self.tasks = []

    def address(self):
        address = self.appliance.addresses.get("public")
        if address is None:
            return "127.0.0.1", 9  # discard: refused, as the port of a server that is down
        host, port = address.rsplit(":", 1)
        return host, int(port)

    # Making it.

    async def open(self):
        """Starts the appliance, makes users and chats, connects everybody and gives them their first offset."""
        asyncio.get_running_loop().set_exception_handler(
            lambda _, context: self.ledger.violation(f"{context['message']} {context.get('exception')!r}"))
        await self.start()
        await asyncio.to_thread(self._populate)
        for name in self.names:
            mine = [chat for chat, members in self.chats.items() if name in members]
            backoff = Backoff(random.Random(self.rng.random()), *self.backoff)
            link = PollingLink if len(self.clients) < self.polling else Link
            client = self.clients[name] = Client(self, name, self.token(name), mine, backoff, link)
            client.begin()
            if len(self.clients) % 20 == 0:
                await asyncio.sleep(0.05)
        await self.until(lambda: all(c.connected.is_set() and c.offset for c in self.clients.values()), "connected")
        return self

    @staticmethod
    def token(name):
        now = int(time.time())
        return token({"sub": name, "name": name, "iat": now, "exp": now + 86400})

    def _populate(self):
        admin = int(self.appliance.addresses["admin"].rsplit(":", 1)[1])
        key = self.appliance.admin_key
        run_all(admin, key, (("/admin/users", {"id": name, "username": name}) for name in self.names), workers=4)
        run_all(admin, key, (
            ("/admin/chats", {"id": chat, "name": chat, "member_ids": members})
            for chat, members in self.chats.items()), workers=4)

    async def start(self):
        await asyncio.to_thread(self.appliance.start)

    async def stop(self):
        await asyncio.to_thread(self.appliance.stop)

    async def kill(self):
        """SIGKILL at once; then the process is waited for."""
        self.appliance.process.kill()
        await asyncio.to_thread(self.appliance.process.wait, 10)

    async def close(self):
        self.sending = False
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        await asyncio.gather(*(client.end() for client in self.clients.values()))

    async def shut(self):
        """Clients away and the process gone, whatever has happened."""
        await self.close()
        self.appliance.kill()

    # Load.

    def load(self):
        """Lets the senders send from now on."""
        self.sending = True
        if self.pace is None:
            self.tasks.append(asyncio.create_task(self._eager()))
            return
        for name in self.senders:
            self.tasks.append(asyncio.create_task(self._paced(self.clients[name])))

    def _behind(self, client):
        return sum(max(0, self.ledger.newest.get(chat, 0) - client.seen[chat]) for chat in client.chats)

    async def _eager(self):
        """Each ack lets the next send go; this begins it, and again after the others were waited for."""
        while self.sending:
            self.crowded = any(self._behind(client) > BACKLOG for client in self.clients.values())
            for name in self.senders:
                self._fill(self.clients[name])
            await asyncio.sleep(0.05)

    def _fill(self, client):
        while self.sending and not self.crowded and client.connected.is_set() and len(client.pending) < self.window:
            client.post(self.rng.choice(client.chats))

    async def _paced(self, client):
        while self.sending:
            await asyncio.sleep(self.rng.expovariate(self.pace))
            if self.sending and client.connected.is_set() and len(client.pending) < self.window:
                client.post(self.rng.choice(client.chats))

    def acked(self, client):
        if self.pace is None and client.name in self.senders:
            self._fill(client)

    def came_back(self, client):
        self.acked(client)
        if self.on_back:
            self.on_back(client)

    # Waiting.

    async def until(self, holds, what, limit=BACK_LIMIT):
        """Waits for it; False, and a violation, when it has not come true in time."""
        deadline = self.ledger.now() + limit
        while not holds():
            if self.ledger.now() > deadline or not self.appliance.process:
                self.ledger.violation(f"not {what} after {limit} s: " + ", ".join(self._laggards()[:5]))
                return False
            await asyncio.sleep(0.02)
        return True

    def _laggards(self):
        return [f"{c.name} (connected {c.connected.is_set()}, unanswered {len(c.pending)}, "
                f"behind {self._behind(c)})"
                for c in self.clients.values() if not c.complete]

    async def settle(self):
        """Ends the load and waits until everybody has everything."""
        self.sending = False
        return await self.until(lambda: all(c.complete for c in self.clients.values()), "complete")

    def total(self, what):
        return sum(getattr(client, what) for client in self.clients.values())
