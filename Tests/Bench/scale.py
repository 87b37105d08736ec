#!/usr/bin/env python3
"""What each event costs on a filled database: a chat of a million messages, one of 10,000 members, a user of 5,000
chats. Fills it through `parley import`, then asks over one WebSocket, one event after the other.

Prints a table (Markdown): latency as the client sees it, and CPU of the server's process, all threads. Every answer is
checked; a time never fails. Environment: PARLEY_BIN."""

import argparse
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / "Clients")]

from admin import Admin  # noqa: E402
from appliance import Appliance, run  # noqa: E402
from population import SECRET, token  # noqa: E402
from wire import Wire  # noqa: E402

START = 1_735_689_600  # 2025-01-01
FRIENDS = 10
"""Chats of an ordinary user."""


def at(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(START + seconds))


class Filling:
    """The archive of the database: who is there, and what was said."""

    def __init__(self, messages, members, chats):
        self.messages, self.members, self.chats = messages, members, chats

    def write(self, path):
        people = [f"p{number}" for number in range(self.members)] + ["many", "few"]
        names = ["long", "big"] + [f"s{number}" for number in range(self.chats)]
        inside = {"long": people[:20] + ["many", "few"], "big": people}
        for number in range(self.chats):
            inside[f"s{number}"] = ["many", people[number % self.members], people[(number + 7) % self.members]]
            if number < FRIENDS - 2:
                inside[f"s{number}"].append("few")
        said = count = 0
        with path.open("w") as file:
            def put(kind, **fields):
                file.write(json.dumps({"kind": kind, **fields}, separators=(",", ":")) + "\n")

            put("parley", version=1)
            for name in people:
                put("user", id=name, username=name, created_at=at(0))
            for name in names:
                put("chat", id=name, name=name, created_at=at(0))
            for name in names[1:]:
                for _ in range(2):
                    put("message", chat_id=name, sender_id=inside[name][1], content=f"hello in {name}",
                        created_at=at(said))
                    said += 1
            for number in range(self.messages):
                rare = " needle" if number % 50_000 == 17 else ""
                put("message", chat_id="long", sender_id=people[number % 20], created_at=at(said + number // 20),
                    content=f"message {number}: the {number % 1009}th thing of the day, and what was said of it{rare}")
            for name in names:
                for user in inside[name]:
                    fields = {"read_seq": 0, "delivered_seq": 0} if name == "long" and user == "few" else {}
                    put("member", chat_id=name, user_id=user, joined_at=at(0), **fields,
                        role="owner" if user == inside[name][0] else "member")
                    count += 1
            put("end", users=len(people), tokens=0, chats=len(names), messages=said + self.messages, reactions=0,
                members=count)


class Scale:
    """A running appliance on the filled database, and the measurements."""

    def __init__(self, directory, filling, repeat):
        self.directory, self.filling, self.repeat = Path(directory), filling, repeat
        self.rows, self.verbose = [], False
        self.facts = {}
        self.appliance = None

    def fill(self):
        archive = self.directory / "archive.ndjson"
        self.filling.write(archive)
        began = time.monotonic()
        code, out, said = run("import", archive, "--data", self.directory / "data", timeout=3600)
        assert code == 0, said
        self.facts["import s"] = round(time.monotonic() - began, 1)
        self.facts["archive MB"] = archive.stat().st_size // 1_000_000
        self.facts["database MB"] = (self.directory / "data" / "parley.db").stat().st_size // 1_000_000
        archive.unlink()

    def start(self):
        began = time.monotonic()
        self.appliance = Appliance(
            self.directory / "data", "--jwt-secret", SECRET, "--rate-limit-messages", 0, "--rate-limit-events", 0,
            "--clients-create-chats", "all").start()
        self.facts["start s"] = round(time.monotonic() - began, 2)
        self.admin = Admin(self.appliance)

    def token(self, name):
        now = int(time.time())
        return token({"sub": name, "name": name, "iat": now, "exp": now + 86400})

    def connect(self, name):
        client = Wire(self.appliance)
        client.connect(self.token(name))
        return client

    def cpu(self):
        """Seconds of CPU of all threads of the server so far."""
        total = 0
        for task in Path(f"/proc/{self.appliance.process.pid}/task").iterdir():
            total += int((task / "schedstat").read_text().split()[0])
        return total / 1e9

    def measure(self, what, call, repeat=None, check=None):
        """Runs `call(number)` so often; its answers are given to `check`."""
        repeat = repeat or self.repeat
        times, answers = [], []
        before = self.cpu()
        for number in range(repeat):
            began = time.perf_counter()
            answers.append(call(number))
            times.append(time.perf_counter() - began)
        spent = (self.cpu() - before) / repeat
        times.sort()
        for answer in answers:
            if check is not None:
                check(answer)
        self.rows.append((what, repeat, statistics.median(times) * 1e6, times[int(len(times) * 0.99)] * 1e6,
                          spent * 1e6))
        if self.verbose:
            print(f"{what}: {self.rows[-1][2]:,.0f} µs", file=sys.stderr, flush=True)
        return answers

    def event(self, client, what, event, data, check=None, repeat=None):
        """Measures one event; `data` is its object, or makes one of the number of the round."""
        make = data if callable(data) else lambda _: data
        return self.measure(f"`{event}` {what}".strip(), lambda number: client.ok(event, make(number)), repeat, check)

    # What is asked.

    def everything(self):
        self.connections()
        few, many = self.connect("few"), self.connect("many")
        self.lists(few, many)
        self.history(few)
        self.search(few)
        self.members(few)
        self.people(few)
        self.writes(few)
        self.receipts(few)
        self.sync(few)
        few.close()
        many.close()

    def connections(self):
        for name, chats in (("few", FRIENDS), ("many", self.filling.chats + 2)):
            def connect(_, name=name):
                client = self.connect(name)
                total = client.ready["unread_total"]
                client.close()
                return total

            expected = self.filling.messages if name == "few" else 0
            self.measure(f"connect, {chats} chats", connect, min(20, self.repeat),
                         lambda total, expected=expected: expect(total, expected))

    def lists(self, few, many):
        def listed(chats, unread):
            def check(ack):
                expect(len(ack["chats"]), chats)
                expect(ack["unread_total"], unread)
                expect(all(chat["last_message"]["seq"] == chat["last_seq"] for chat in ack["chats"]), True)
            return check

        self.event(few, f"{FRIENDS} chats", "chat:list", {}, listed(FRIENDS, self.filling.messages))
        chats = self.filling.chats + 2
        self.event(many, f"{chats} chats", "chat:list", {}, listed(chats, 0), repeat=min(5, self.repeat))

    def history(self, few):
        last = self.filling.messages

        def page(first, final):
            return lambda ack: expect([m["seq"] for m in ack["messages"]], list(range(first, final + 1)))

        middle = last // 2
        for what, where, check in (
                ("newest 50", {}, page(last - 49, last)), ("50 before the 101st", {"before": 101}, page(51, 100)),
                ("first 50", {"after": 0}, page(1, 50)),
                ("50 around the middle", {"around": middle}, page(middle - 25, middle + 24))):
            self.event(few, what, "message:history", {"chatId": "long", **where}, check)

    def search(self, few):
        def found(count):
            return lambda ack: expect(len(ack["results"]), count)

        needles = sum(1 for number in range(self.filling.messages) if number % 50_000 == 17)
        self.event(few, "a rare word", "message:search", {"query": "needle"}, found(min(20, needles)))
        self.event(few, "a word of every message", "message:search", {"query": "thing"}, found(20))
        self.event(few, "two words and a prefix", "message:search", {"query": "message thing 1008th da"},
                   found(min(20, self.filling.messages // 1009)))
        self.event(few, "nothing found", "message:search", {"query": "nowhere"}, found(0))

    def members(self, few):
        first = self.event(few, f"first 50 of {self.filling.members + 2}", "chat:members", {"chatId": "big"},
                           lambda ack: expect(len(ack["members"]), 50))[0]
        names, after, late = [m["user_id"] for m in first["members"]], first["next"], first["next"]
        while after:
            late = after
            page = few.ok("chat:members", {"chatId": "big", "after": after, "limit": 200})
            names += [m["user_id"] for m in page["members"]]
            after = page["next"]
        expect(sorted(names), sorted([f"p{number}" for number in range(self.filling.members)] + ["many", "few"]))
        self.event(few, "the last page", "chat:members", {"chatId": "big", "after": late, "limit": 200})

    def people(self, few):
        ids = [f"p{number}" for number in range(min(200, self.filling.members))]
        self.event(few, f"{len(ids)} users", "presence:get", {"userIds": ids},
                   lambda ack: expect(len(ack["users"]), len(ids)))
        self.event(few, f"{len(ids)} users", "user:get", {"userIds": ids},
                   lambda ack: expect(len(ack["users"]), len(ids)))
        self.event(few, "", "typing:start", {"chatId": "long"})
        self.event(few, "", "typing:stop", {"chatId": "long"})
        self.event(few, "", "chat:leave", {"chatId": "s0"})
        self.event(few, "", "chat:join", {"chatId": "s0"})
        self.event(few, "", "auth:refresh", {"token": self.token("few")})

    def writes(self, few):
        last = self.filling.messages
        sent = self.event(few, "", "message:send", lambda n: {"chatId": "long", "content": f"sent {n}"})
        expect([ack["message"]["seq"] for ack in sent], list(range(last + 1, last + 1 + self.repeat)))
        ids = [ack["message"]["id"] for ack in sent]

        def place(number):
            return {"chatId": "long", "messageId": ids[number]}

        self.event(few, f"in a chat of {self.filling.members + 2}", "message:send",
                   lambda n: {"chatId": "big", "content": f"to all {n}"})
        self.event(few, "a repeated one", "message:send",
                   lambda n: {"chatId": "long", "content": "once", "clientId": "once"},
                   lambda ack: expect(ack["message"]["content"], "once"))
        self.event(few, "", "message:edit", lambda n: {**place(n), "content": f"edited {n}"})
        self.event(few, "", "message:react", lambda n: {**place(n), "emoji": "👍"},
                   lambda ack: expect(ack["reactions"], {"👍": ["few"]}))
        self.event(few, "", "message:delete", place, lambda ack: expect(ack["message"]["content"], ""))
        made = self.event(few, "a group of 3", "chat:create",
                          lambda n: {"type": "group", "name": f"new {n}", "memberIds": ["p1", "p2"]})
        chats = [ack["chat"]["id"] for ack in made]
        self.event(few, "", "chat:update", lambda n: {"chatId": chats[n], "name": "renamed"})
        self.event(few, "", "chat:add", lambda n: {"chatId": chats[n], "userId": "p3"})
        self.event(few, "", "chat:remove", lambda n: {"chatId": chats[n], "userId": "p3"})

    def receipts(self, few):
        repeat = min(self.repeat, self.filling.messages)
        page = few.ok("message:history", {"chatId": "long", "after": 0, "limit": min(100, repeat)})["messages"]
        ids = [message["id"] for message in page]
        # Both watermarks stand above already by one's own sends: these are acked and told to nobody.
        self.event(few, "an older one", "message:read", lambda n: {"chatId": "long", "messageId": ids[n % len(ids)]})
        texts = [{"content": f"from the house {n}"} for n in range(repeat)]
        fresh = [self.admin.call("POST", "/admin/chats/long/messages", text)["id"] for text in texts]
        self.event(few, "", "message:delivered", lambda n: {"chatId": "long", "messageId": fresh[n]}, repeat=repeat)
        self.event(few, "", "message:read", lambda n: {"chatId": "long", "messageId": fresh[n]}, repeat=repeat,
                   check=lambda ack: expect(ack["unread_count"], 0))

    def sync(self, few):
        now = few.ok("chat:list", {})["offset"]
        self.event(few, "nothing missed", "sync", {"after": now}, lambda ack: expect(ack["changes"], []))
        for number in range(100):
            few.ok("message:send", {"chatId": "long", "content": f"missed {number}"})
        self.event(few, "100 messages missed", "sync", {"after": now}, lambda ack: expect(len(ack["changes"]), 100))

    # What is told.

    def report(self):
        print(", ".join(f"{name} {value}" for name, value in self.facts.items()))
        print("\n| event | rounds | p50, µs | p99, µs | CPU of the server, µs |\n| --- | --- | --- | --- | --- |")
        for what, repeat, median, late, spent in self.rows:
            print(f"| {what} | {repeat} | {median:,.0f} | {late:,.0f} | {spent:,.0f} |")


def expect(value, expected):
    assert value == expected, f"{str(value)[:300]} is not {str(expected)[:300]}"


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    options.add_argument("--messages", type=int, default=1_000_000)
    options.add_argument("--members", type=int, default=10_000)
    options.add_argument("--chats", type=int, default=5_000)
    options.add_argument("--repeat", type=int, default=300)
    options.add_argument("--json", help="where to write the figures too")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="parley-scale-") as directory:
        scale = Scale(directory, Filling(chosen.messages, chosen.members, chosen.chats), chosen.repeat)
        scale.verbose = True
        scale.fill()
        scale.start()
        try:
            scale.everything()
            scale.report()
            scale.appliance.stop()
        finally:
            scale.appliance.kill()
        began = time.monotonic()
        code, out, said = run("check", Path(directory) / "data" / "parley.db", timeout=3600)
        assert code == 0, out + said
        print(f"\nparley check: no findings, {time.monotonic() - began:.1f} s")
        if chosen.json:
            names = ("event", "rounds", "p50_us", "p99_us", "cpu_us")
            rows = [dict(zip(names, row)) for row in scale.rows]
            Path(chosen.json).write_text(json.dumps({"facts": scale.facts, "events": rows}, indent=1) + "\n")


if __name__ == "__main__":
    main()
