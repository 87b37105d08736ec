"""Two hundred sockets in one chat, twenty of them sending at once."""

import asyncio
import json

import aiohttp
import pytest

SOCKETS, SENDERS, EACH = 200, 20, 10
AT_ONCE = 10
"""Connections being made at a time: those without a token yet are bounded by address."""


class Member:
    """One socket: it keeps the seq and the id of each message, in the order they came."""

    def __init__(self, token):
        self.token = token
        self.seen = []
        self.acks = {}
        self.joined = asyncio.Event()
        self.complete = asyncio.Event()

    async def open(self, session, url):
        self.socket = await session.ws_connect(url + "/socket.io/?EIO=4&transport=websocket", max_msg_size=0)
        await self.socket.receive_str()
        await self.socket.send_str("40" + json.dumps({"token": self.token}))
        self.reader = asyncio.create_task(self.read())
        await asyncio.wait_for(self.joined.wait(), 30)

    async def read(self):
        async for frame in self.socket:
            text = frame.data
            if text == "2":
                await self.socket.send_str("3")
            elif text.startswith('42["message:new"'):
                message = json.loads(text[2:])[1]
                self.seen.append((message["seq"], message["id"], message["content"]))
                if len(self.seen) == SENDERS * EACH:
                    self.complete.set()
            elif text.startswith('42["session:ready"'):
                self.joined.set()
            elif text.startswith("43"):
                number, _, rest = text[2:].partition("[")
                self.acks[int(number)] = json.loads("[" + rest)[0]

    async def talk(self, chat, name):
        for number in range(EACH):
            body = {"chatId": chat["id"], "content": f"{name}/{number}"}
            await self.socket.send_str(f"42{number}" + json.dumps(["message:send", body]))


async def run(url, tokens, chat):
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        members = [Member(token) for token in tokens]
        gate = asyncio.Semaphore(AT_ONCE)

        async def join(member):
            async with gate:
                await member.open(session, url)

        await asyncio.gather(*(join(member) for member in members))
        await asyncio.gather(*(member.talk(chat, index) for index, member in enumerate(members[:SENDERS])))
        await asyncio.wait_for(asyncio.gather(*(member.complete.wait() for member in members)), 60)
        for member in members:
            await member.socket.close()
        await asyncio.gather(*(member.reader for member in members))
    return members


@pytest.mark.timeout(150)
def test_two_hundred_sockets_see_all_messages_in_seq_order(parley, admin):
    users = [admin.user() for _ in range(SOCKETS)]
    tokens = [admin.token(user)["token"] for user in users]
    chat = admin.chat(*users)
    members = asyncio.run(run(parley.ws_url, tokens, chat))
    expected = members[0].seen
    assert [seq for seq, _, _ in expected] == list(range(1, SENDERS * EACH + 1))
    assert all(member.seen == expected for member in members)
    for index, member in enumerate(members[:SENDERS]):
        mine = [content for _, _, content in expected if content.startswith(f"{index}/")]
        assert mine == [f"{index}/{number}" for number in range(EACH)], "one sender's messages changed order"
        assert sorted(member.acks) == list(range(EACH)) and all(ack["ok"] for ack in member.acks.values())
    stored = []
    after = 0
    while len(stored) < SENDERS * EACH:
        page = admin.messages(chat, after=after, limit=200)["items"]
        assert page, "messages that were told are not stored"
        stored += [(m["seq"], m["id"], m["content"]) for m in page]
        after = page[-1]["seq"]
    assert stored == expected


def test_links_that_are_cut_in_the_middle_of_traffic_hurt_nobody_else(parley, people):
    group = people(4)
    steady = group.wire(group.users[0])
    for _ in range(15):
        reckless = [group.wire(user) for user in group.users[1:]]
        for client in reckless:
            for number in range(5):
                client.emit("message:send", {"chatId": group.chat["id"], "content": str(number)}, ack=True)
            client.emit("typing:start", {"chatId": group.chat["id"]})
        for client in reckless:
            client.socket.sock.close()
        steady.send(group.chat, "steady")
    last = steady.send(group.chat, "last")
    steady.wait("message:new", lambda m: m["id"] == last["id"])
    seqs = [e[2][0]["seq"] for e in steady.seen if e[:2] == ("event", "message:new")]
    assert seqs == list(range(1, last["seq"] + 1))
