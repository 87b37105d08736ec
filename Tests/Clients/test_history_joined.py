"""`--history joined`: who joins later sees nothing of what was said before, by whatever way it would come."""

import json

import pytest

from admin import Admin, fresh
from conftest import FAST
from wire import Wire


class World:
    """Ann and Val have talked; Max joins later. What Max must never be told is in `secrets`."""

    def __init__(self, appliance):
        self.appliance = appliance
        self.admin = Admin(appliance)
        self.users = [self.admin.user() for _ in range(3)]
        self.tokens = [self.admin.token(user)["token"] for user in self.users]
        self.chat = self.admin.chat(*self.users[:2])
        self.place = {"chatId": self.chat["id"]}
        self.ann, self.val = self.wire(0), self.wire(1)
        self.secrets = [fresh("first"), fresh("second"), fresh("changed")]
        self.first = self.say(self.secrets[0])
        self.second = self.say(self.secrets[1])
        self.admin.add(self.chat, self.users[2])

    def wire(self, number, **back):
        wire = Wire(self.appliance)
        wire.pid = wire.connect(auth={"token": self.tokens[number], **back})["pid"]
        return wire

    def say(self, content, **fields):
        return self.ann.ok("message:send", {**self.place, "content": content, **fields})["message"]

    def change_the_past(self):
        """Everything that is told to a room of messages older than Max, and one message that ends it."""
        old = {**self.place, "messageId": self.first["id"]}
        self.ann.ok("message:edit", {**old, "content": self.secrets[2]})
        self.val.ok("message:react", {**old, "emoji": "👍"})
        answer = self.say("an answer", replyTo=self.first["id"])
        self.ann.ok("message:edit", {**self.place, "messageId": answer["id"], "content": "an answer, said better"})
        self.ann.ok("message:delete", {**self.place, "messageId": self.second["id"]})
        return answer, self.say("the end")

    def leaks(self, told):
        text = json.dumps(told, ensure_ascii=False)
        return [secret for secret in self.secrets if secret in text]

    def close(self):
        for wire in (self.ann, self.val):
            wire.close()


@pytest.fixture
def world(start):
    world = World(start("--history", "joined", *FAST))
    yield world
    world.close()


def told(wire, last):
    """All events that came up to the message `last`, as (name, data)."""
    wire.wait("message:new", lambda data: data["id"] == last["id"])
    return [(entry[1], entry[2][0]) for entry in wire.seen if entry[0] == "event"]


def past(events):
    return [name for name, data in events if name in ("message:updated", "message:deleted", "message:reaction")]


def test_live(world):
    with_old = world.wire(1)
    late = world.wire(2)
    answer, end = world.change_the_past()
    seen = told(late, end)
    assert not world.leaks(seen)
    assert past(seen) == ["message:updated"]
    quotes = [data["reply_to"] for name, data in seen if name.startswith("message:") and data["id"] == answer["id"]]
    assert len(quotes) == 2
    for quote in quotes:
        assert quote == {"id": world.first["id"], "seq": 1, "sender_id": world.users[0]["id"], "content": ""}
    # Nobody who was there misses any of it.
    seen = told(with_old, end)
    assert sorted(past(seen)) == ["message:deleted", "message:reaction", "message:updated", "message:updated"]
    assert world.secrets[2] in json.dumps(seen)
    late.close()
    with_old.close()


def test_by_each_way_of_asking(world):
    late = world.wire(2)
    offset = late.ready["offset"]
    _, end = world.change_the_past()
    told(late, end)
    asked = [
        late.ok("chat:list", {}), late.ok("sync", {"after": offset}),
        *(late.ok("message:history", {**world.place, **where})
          for where in ({}, {"before": 4}, {"after": 0}, {"around": 2}, {"around": 3})),
        late.ok("message:search", {"query": "answer"}),
    ]
    assert not world.leaks(asked)
    assert "an answer, said better" in json.dumps(asked)
    late.close()


def test_after_coming_back(world):
    late = world.wire(2)
    back = {"pid": late.pid, "offset": late.ready["offset"]}
    late.close()
    _, end = world.change_the_past()
    late = world.wire(2, **back)
    seen = told(late, end)
    assert not world.leaks(seen) and past(seen) == []
    late.close()


def test_nothing_is_done_to_what_is_not_seen(world):
    late = world.wire(2)
    for event, fields in (
            ("message:read", {}), ("message:delivered", {}), ("message:react", {"emoji": "👍"}),
            ("message:edit", {"content": "x"}), ("message:delete", {})):
        ack = late.call(event, {**world.place, "messageId": world.first["id"], **fields})
        assert ack["error"]["code"] == "not_found", event
    ack = late.call("message:send", {**world.place, "content": "x", "replyTo": world.first["id"]})
    assert ack["error"]["code"] == "not_found"
    late.close()


def test_who_is_added_while_they_are_here(world):
    late = world.wire(2)
    world.admin.remove(world.chat, world.users[2])
    absent = world.say(fresh("absent"))
    world.secrets.append(absent["content"])
    world.admin.add(world.chat, world.users[2])
    late.wait("chat:added")
    world.val.ok("message:react", {**world.place, "messageId": absent["id"], "emoji": "👍"})
    world.ann.ok("message:edit", {**world.place, "messageId": absent["id"], "content": absent["content"] + "!"})
    end = world.say("the end")
    seen = told(late, end)
    assert not world.leaks(seen) and past(seen) == []
    late.close()


def test_acks_of_one_s_own_messages_say_no_more(world):
    """A reply of one's own from before one left quotes what was said to it since."""
    late = world.wire(2)
    asked = world.say("asked")
    reply = {**world.place, "content": "mine", "clientId": "mine", "replyTo": asked["id"]}
    mine = late.ok("message:send", reply)["message"]
    world.admin.remove(world.chat, world.users[2])
    world.secrets.append(fresh("meanwhile"))
    world.ann.ok("message:edit", {**world.place, "messageId": asked["id"], "content": world.secrets[-1]})
    world.admin.add(world.chat, world.users[2])
    late.wait("chat:added")
    again = late.ok("message:send", reply)
    assert again["duplicate"] and not world.leaks(again) and again["message"]["reply_to"]["content"] == ""
    ack = late.call("message:edit", {**world.place, "messageId": mine["id"], "content": "other"})
    assert ack["error"]["code"] == "not_found"
    late.close()
