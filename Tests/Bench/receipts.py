#!/usr/bin/env python3
"""What it costs when all members of a room acknowledge: ten messages in a room of 1,000, each delivered and read by
everybody at once. Counts events and writes. Environment: PARLEY_BIN."""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import requests

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / folder) for folder in ("Clients", "Endurance")]

from appliance import Appliance, run  # noqa: E402
from link import Link  # noqa: E402
from population import SECRET, token  # noqa: E402

BORN = "2026-01-01T00:00:00Z"


class Member:
    """A member who acknowledges every message at once, without asking for acks."""

    def __init__(self, room, name):
        self.room, self.name = room, name
        self.ready = asyncio.get_running_loop().create_future()
        self.heard, self.own, self.last = Counter(), Counter(), {}
        self.reached = asyncio.Event()
        self.link = None

    def hear(self, link, text):
        if text.startswith("0"):
            now = int(time.time())
            claims = {"sub": self.name, "name": self.name, "iat": now, "exp": now + 3600}
            link.send("40" + json.dumps({"token": token(claims)}))
        elif text == "2":
            link.send("3")
        elif text.startswith("42["):
            name, data = json.loads(text[2:])[:2]
            self.heard[name] += 1
            if name == "session:ready":
                self.ready.set_result(None)
            elif name == "message:new":
                place = json.dumps({"chatId": "room", "messageId": data["id"]})
                if self.name != self.room.sender:
                    link.send(f'42["message:delivered",{place}]')
                    link.send(f'42["message:read",{place}]')
            elif name in ("message:read", "message:delivered"):
                self.own[name] += data["userId"] == self.name
                self.last[name, data["userId"]] = data["seq"]
                self.room.latest = time.monotonic()
                self.check()
        elif text.startswith("43"):
            self.room.acks += 1

    def check(self):
        """Whether everything that this member has to hear of the last message was heard."""
        readers = [self.name] if self.room.quiet else self.room.readers
        if all(self.last.get(("message:read", reader)) == self.room.messages for reader in readers
               if reader != self.room.sender):
            self.reached.set()


class Room:
    def __init__(self, appliance, members, messages, quiet_above):
        self.appliance, self.messages = appliance, messages
        self.names = [f"m{number}" for number in range(members)]
        self.sender, self.readers = self.names[0], self.names[1:]
        self.quiet = members > quiet_above
        self.acks = 0
        self.latest = None

    def metric(self, name):
        key = {"Authorization": f"Bearer {self.appliance.admin_key}"}
        text = requests.get(self.appliance.admin_url + "/metrics", headers=key, timeout=10).text
        return next(int(float(line.split()[1])) for line in text.splitlines() if line.startswith(name + " "))

    async def acknowledge(self):
        """Sends the messages, waits until all heard what they have to of the last one; gives the counts."""
        host, port = self.appliance.addresses["public"].rsplit(":", 1)
        members = []
        for name in self.names:
            member = Member(self, name)
            member.link = await Link.open(host, int(port), member.hear)
            await member.ready
            members.append(member)
        commits, commands = self.metric("parley_commits_total"), self.metric("parley_commands_total")
        began = time.monotonic()
        for number in range(self.messages):
            body = json.dumps({"chatId": "room", "content": f"message {number}"})
            members[0].link.send(f'42{number}["message:send",{body}]')
        await asyncio.gather(*(member.reached.wait() for member in members[1:]))
        took = (self.latest or began) - began
        counts = {
            "members": len(members), "messages": self.messages, "seconds": round(took, 2),
            "receipts sent": 2 * self.messages * len(self.readers),
            "receipts told": sum(m.heard["message:read"] + m.heard["message:delivered"] for m in members),
            "of others": sum(m.heard[name] - m.own[name] for m in members for name in
                             ("message:read", "message:delivered")),
            "most to one": max(m.heard["message:read"] + m.heard["message:delivered"] for m in members),
            "messages told": sum(m.heard["message:new"] for m in members),
            "commands": self.metric("parley_commands_total") - commands,
            "commits": self.metric("parley_commits_total") - commits,
        }
        for member in members:
            member.link.cut()
        return counts


def measure(directory, members, messages=10, quiet_above=100):
    """A new appliance with one room of so many, in which everybody acknowledges everything."""
    archive = Path(directory) / "archive.ndjson"
    names = [f"m{number}" for number in range(members)]
    lines = [{"kind": "parley", "version": 1}]
    lines += [{"kind": "user", "id": name, "username": name, "created_at": BORN} for name in names]
    lines.append({"kind": "chat", "id": "room", "created_at": BORN})
    lines += [{"kind": "member", "chat_id": "room", "user_id": name, "joined_at": BORN} for name in names]
    lines.append({"kind": "end", "users": members, "tokens": 0, "chats": 1, "messages": 0, "reactions": 0,
                  "members": members})
    archive.write_text("".join(json.dumps(line) + "\n" for line in lines))
    data = Path(directory) / "data"
    code, _, said = run("import", archive, "--data", data, timeout=120)
    assert code == 0, said
    appliance = Appliance(
        data, "--jwt-secret", SECRET, "--rate-limit-messages", 0, "--rate-limit-events", 0, "--quiet-members",
        quiet_above).start()
    try:
        counts = asyncio.run(Room(appliance, members, messages, quiet_above).acknowledge())
        appliance.stop()
    finally:
        appliance.kill()
    code, out, _ = run("check", data / "parley.db", timeout=120)
    assert code == 0, out
    return counts


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    options.add_argument("--members", type=int, default=1000)
    options.add_argument("--messages", type=int, default=10)
    options.add_argument("--quiet-members", type=int, default=100)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="parley-receipts-") as directory:
        for name, value in measure(directory, chosen.members, chosen.messages, chosen.quiet_members).items():
            print(f"{name}: {value}")


if __name__ == "__main__":
    main()
