"""Every event that the appliance describes, with every field wrong in every way; and every event in a chat one is not
in, in one that one has left, with messages of other chats. The tables are made of the description: a new event is in."""

import itertools
import threading
import unicodedata

import pytest

from admin import Admin
from appliance import Appliance
from described import Described
from wire import Wire

WRONG = {
    "string": [7, 1.5, True, [], ["x"], {}, {"a": "x"}],
    "integer": ["1", 1.5, True, [1], {}, -1, 10 ** 18],
    "boolean": ["true", 0, 1, [], {}],
    "array": ["x", 7, {}, [7], [None], [["x"]], [""]],
}
"""For each type of a field, values that are not of it."""


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """An appliance on which users may do everything, with three users, Alice at two sockets, and her chats."""
    appliance = Appliance(
        tmp_path_factory.mktemp("described") / "data", "--clients-create-chats", "all", "--rate-limit-messages", 0,
        "--rate-limit-events", 0).start()
    world = World(appliance)
    yield world
    for client in (world.alice, world.second, world.bob):
        client.close()
    appliance.stop()


class World:
    def __init__(self, appliance):
        self.appliance = appliance
        self.admin = Admin(appliance)
        self.described = Described(appliance)
        self.users = [self.admin.user(name) for name in ("alice", "bob", "carol")]
        self.alice, self.second = self.wire(self.users[0]), self.wire(self.users[0])
        self.bob = self.wire(self.users[1])
        self.chat = self.admin.chat(*self.users[:2])
        self.foreign = self.admin.chat(self.users[2])
        self.message = self.alice.send(self.chat, "a message of Alice's")
        self.elsewhere = self.admin.chat(*self.users[:2])
        self.other = self.alice.send(self.elsewhere, "in another chat")
        self.hidden = self.admin.call(
            "POST", f"/admin/chats/{self.foreign['id']}/messages", {"content": "x", "sender_id": self.users[2]["id"]})
        self.deleted = self.alice.send(self.chat, "to be deleted")
        self.alice.ok("message:delete", {"chatId": self.chat["id"], "messageId": self.deleted["id"]})

    def wire(self, user):
        client = Wire(self.appliance)
        client.connect(self.admin.token(user)["token"])
        return client

    def right(self, event, **changed):
        """An object of that event with everything it needs, right in form."""
        values = {
            "chatId": self.chat["id"], "messageId": self.message["id"], "userId": self.users[1]["id"],
            "content": "x", "name": "n", "emoji": "👍", "query": "x", "userIds": [self.users[1]["id"]],
            "type": "group", "memberIds": [self.users[1]["id"]], "token": "x", "fileId": "x",
            "after": self.alice.ready["offset"],
        }
        required = self.described.client_events[event][0].get("required", [])
        data = {name: values[name] for name in required}
        if event == "message:send":
            data["content"] = "x"
        return {**data, **changed}

    def events_with(self, *names):
        return [event for event, (schema, _) in sorted(self.described.client_events.items())
                if all(name in schema["properties"] for name in names)]

    def refused(self, client, event, data):
        """The error of an ack that must be one, and be as described."""
        ack = client.call(event, data)
        self.described.check_ack(event, ack)
        assert ack["ok"] is False, f"{event} {data} was done: {ack}"
        return ack["error"]


def kind(schema):
    return (schema["oneOf"][0] if "oneOf" in schema else schema)["type"]


def test_every_field_of_every_event_that_has_a_wrong_type_is_invalid_and_named(world):
    tried = 0
    for event, (schema, _) in sorted(world.described.client_events.items()):
        for name, field in schema["properties"].items():
            for value in WRONG[kind(field)]:
                error = world.refused(world.alice, event, world.right(event, **{name: value}))
                assert (error["code"], error.get("field")) == ("invalid", name), f"{event} {name}={value!r}: {error}"
                tried += 1
    assert tried > 300
    world.alice.alive()


def test_every_field_that_must_be_there_is_missed_whether_left_out_or_null(world):
    for event, (schema, _) in sorted(world.described.client_events.items()):
        for name in schema.get("required", []):
            for data in (world.right(event, **{name: None}), world.right(event)):
                if data.get(name) is not None:
                    del data[name]
                error = world.refused(world.alice, event, data)
                assert (error["code"], error.get("field")) == ("invalid", name), f"{event} without {name}: {error}"


def test_optional_fields_may_be_null(world):
    for event, (schema, _) in sorted(world.described.client_events.items()):
        for name in set(schema["properties"]) - set(schema.get("required", [])) - {"content"}:
            data = world.right(event, **{name: None})
            if event not in ("auth:refresh", "file:url"):
                assert world.alice.call(event, data)["ok"] is True, f"{event} {data}"


def test_in_a_chat_of_others_or_none_every_event_is_forbidden(world):
    for event in world.events_with("chatId"):
        for chat_id in (world.foreign["id"], "no-such-chat", "x" * 5000, "a\u0000b", "' OR 1=1 --"):
            for message in (world.message, world.hidden):
                data = world.right(event, chatId=chat_id)
                if "messageId" in data:
                    data["messageId"] = message["id"]
                error = world.refused(world.alice, event, data)
                assert error["code"] == "forbidden", f"{event} {data}: {error}"
    assert world.admin.call("GET", f"/admin/chats/{world.foreign['id']}")["last_seq"] == 1


def test_in_a_chat_that_one_was_removed_from_every_event_is_forbidden(world):
    chat = world.admin.chat(*world.users[:2])
    message = world.alice.send(chat, "while I am here")
    world.admin.remove(chat, world.users[0])
    world.alice.wait("chat:removed", lambda d: d["chatId"] == chat["id"])
    for event in world.events_with("chatId"):
        data = world.right(event, chatId=chat["id"])
        if "messageId" in data:
            data["messageId"] = message["id"]
        assert world.refused(world.alice, event, data)["code"] == "forbidden", event
    world.admin.add(chat, world.users[0])
    assert world.alice.ok("message:history", {"chatId": chat["id"]})["messages"] == [message]


def test_a_chat_that_the_socket_left_is_still_ones_own(world):
    chat = world.admin.chat(*world.users[:2])
    message = world.alice.send(chat, "before")
    world.alice.ok("chat:leave", {"chatId": chat["id"]})
    for event in world.events_with("chatId"):
        if event in ("chat:join", "chat:leave", "chat:update", "chat:add", "chat:remove"):
            continue
        data = world.right(event, chatId=chat["id"])
        if "messageId" in data:
            data["messageId"] = message["id"]
        if event == "message:delete":
            data["messageId"] = world.alice.send(chat, "to go")["id"]
        assert world.alice.call(event, data)["ok"] is True, event
    assert not [m for m in world.alice.heard("message:new") if m["chat_id"] == chat["id"] and m["seq"] > 1]


def test_a_message_of_another_chat_or_none_is_not_found(world):
    wrong = [world.other["id"], world.hidden["id"], "no-such", "0" * 13, "7" + "v" * 12, "z" * 13, "-" * 13, "é" * 13,
             world.message["id"] + "0", world.message["id"].upper() + "x"]
    for event in world.events_with("messageId"):
        for message_id in wrong:
            error = world.refused(world.alice, event, world.right(event, messageId=message_id))
            assert (error["code"], error["field"]) == ("not_found", "messageId"), f"{event} {message_id}: {error}"
    error = world.refused(world.alice, "message:send", world.right("message:send", replyTo=world.other["id"]))
    assert (error["code"], error["field"]) == ("not_found", "replyTo")


def test_a_deleted_message_can_be_read_and_answered_but_not_changed(world):
    data = {"chatId": world.chat["id"], "messageId": world.deleted["id"]}
    for event in ("message:edit", "message:react"):
        assert world.refused(world.alice, event, world.right(event, **data))["code"] == "conflict"
    assert world.alice.ok("message:delete", data)["message"]["deleted_at"]
    assert world.alice.ok("message:read", data)["read_seq"] >= world.deleted["seq"]
    reply = world.alice.send(world.chat, "what was it?", replyTo=world.deleted["id"])
    assert reply["reply_to"]["content"] == ""


def test_what_only_others_may_do_is_forbidden_and_changes_nothing(world):
    before = world.admin.messages(world.chat)["items"]
    mine = {"chatId": world.chat["id"], "messageId": world.message["id"]}
    for event, data in (("message:edit", {**mine, "content": "mine now"}), ("message:delete", mine),
                        ("chat:update", {"chatId": world.chat["id"], "name": "mine"}),
                        ("chat:add", {"chatId": world.chat["id"], "userId": world.users[2]["id"]}),
                        ("chat:remove", {"chatId": world.chat["id"], "userId": world.users[0]["id"]})):
        assert world.refused(world.bob, event, data)["code"] == "forbidden", event
    assert world.admin.messages(world.chat)["items"] == before


def together(*calls):
    """Runs them at once, each in a thread of its own, and gives what they gave, in their order."""
    results, gate = [None] * len(calls), threading.Barrier(len(calls))

    def run(number, call):
        gate.wait(10)
        results[number] = call()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    return results


ROUNDS = 12
"""How often each race is run: either may win, and both ends must hold."""


def test_an_edit_against_a_delete_leaves_a_tombstone(world):
    won = set()
    for number in range(ROUNDS):
        message = world.alice.send(world.chat, f"race {number}")
        place = {"chatId": world.chat["id"], "messageId": message["id"]}
        edit, delete = together(
            lambda: world.alice.call("message:edit", {**place, "content": "edited"}),
            lambda: world.second.call("message:delete", place))
        assert delete["ok"] is True
        assert edit["ok"] is True or edit["error"]["code"] == "conflict", edit
        won.add(edit["ok"])
        last = world.admin.messages(world.chat, after=message["seq"] - 1)["items"][0]
        assert last["content"] == "" and last["deleted_at"] and last["id"] == message["id"]
    assert won


def test_two_deletes_are_one(world):
    for number in range(ROUNDS):
        message = world.alice.send(world.chat, f"race {number}")
        place = {"chatId": world.chat["id"], "messageId": message["id"]}
        one, two = together(
            lambda: world.alice.ok("message:delete", place), lambda: world.second.ok("message:delete", place))
        assert one["message"] == two["message"] and one["message"]["deleted_at"]
        world.bob.wait("message:deleted", lambda m: m["id"] == message["id"])
    world.bob.alive()
    told = [m["id"] for m in world.bob.heard("message:deleted")]
    assert message["id"] not in told, "it was told once"


def test_a_send_against_a_removal_is_either_there_or_forbidden(world):
    for number in range(ROUNDS):
        chat = world.admin.chat(*world.users[:2])
        sent, _ = together(
            lambda: world.alice.call("message:send", {"chatId": chat["id"], "content": f"race {number}"}),
            lambda: world.admin.remove(chat, world.users[0]))
        there = [m["content"] for m in world.admin.messages(chat)["items"]]
        assert there == ([f"race {number}"] if sent["ok"] else [])
        assert sent["ok"] or sent["error"]["code"] == "forbidden"
        world.alice.wait("chat:removed", lambda d: d["chatId"] == chat["id"])


def test_both_making_their_direct_chat_at_once_get_the_same(world):
    for _ in range(ROUNDS):
        one, two = world.admin.user(), world.admin.user()
        left, right = world.wire(one), world.wire(two)
        mine, theirs = together(
            lambda: left.ok("chat:create", {"type": "direct", "memberIds": [two["id"]]})["chat"],
            lambda: right.ok("chat:create", {"type": "direct", "memberIds": [one["id"]]})["chat"])
        assert mine["id"] == theirs["id"] and mine["member_count"] == 2
        for client in (left, right):
            assert [c["id"] for c in client.ok("chat:list", {})["chats"]] == [mine["id"]]
            client.alive()
            assert [d["chat"]["id"] for d in client.heard("chat:added")] == [mine["id"]]
            client.close()


def test_the_same_reaction_of_one_user_at_two_sockets_is_one(world):
    message = world.alice.send(world.chat, "well?")
    data = {"chatId": world.chat["id"], "messageId": message["id"], "emoji": "🎲"}
    for _ in range(ROUNDS):
        for remove in (False, True):
            wanted = {} if remove else {"🎲": [world.users[0]["id"]]}
            for ack in together(lambda: world.alice.ok("message:react", {**data, "remove": remove}),
                                lambda: world.second.ok("message:react", {**data, "remove": remove})):
                assert ack["reactions"] == wanted
            world.bob.wait("message:reaction", lambda d: d["messageId"] == message["id"] and d["removed"] is remove)
    world.bob.alive()
    assert [d for d in world.bob.heard("message:reaction") if d["messageId"] == message["id"]] == []


def test_the_last_owner_leaving_against_a_promotion_leaves_an_owner(world):
    for _ in range(ROUNDS):
        chat = world.alice.ok(
            "chat:create", {"type": "group", "name": "r", "memberIds": [world.users[1]["id"]]})["chat"]
        place = {"chatId": chat["id"]}
        together(
            lambda: world.alice.call("chat:remove", {**place, "userId": world.users[0]["id"]}),
            lambda: world.bob.call("chat:remove", {**place, "userId": world.users[1]["id"]}))
        assert world.admin.call("GET", f"/admin/chats/{chat['id']}/members")["items"] == []
        chat = world.alice.ok(
            "chat:create", {"type": "group", "name": "r", "memberIds": [world.users[1]["id"]]})["chat"]
        world.alice.ok("chat:remove", {"chatId": chat["id"], "userId": world.users[0]["id"]})
        (left,) = world.admin.call("GET", f"/admin/chats/{chat['id']}/members")["items"]
        assert (left["username"], left["role"]) == ("bob", "owner")


HOSTILE = ["\"", "'", "*", "a*b", "\"a", "a\"", "a OR b", "a AND", "NOT a", "NEAR(a b)", "a:b", "content:a", "{a}", "^a",
           "(a", "a)", "-a", "+a", "a\u0000b", "%", "_", "\\", ";DROP TABLE messages", "\u202e", "🙂", "a" * 500, "  ", "",
           "é", "ß", "ﬀ", "\u0301", "İ", "a\tb\nc", " ".join(itertools.repeat("w", 200))]


def test_hostile_searches_are_data(world):
    for query in HOSTILE:
        for where in ({}, {"chatId": world.chat["id"]}):
            ack = world.alice.call("message:search", {"query": query, **where})
            world.described.check_ack("message:search", ack)
            if any(unicodedata.category(letter)[0] in "LN" or unicodedata.category(letter) == "So" for letter in query):
                assert ack["ok"] is True, f"{query!r}: {ack}"
            else:
                assert (ack["error"]["code"], ack["error"]["field"]) == ("invalid", "query"), f"{query!r}: {ack}"
    error = world.refused(world.alice, "message:search", {"query": "a" * 501})
    assert error["code"] == "invalid"
    assert world.refused(world.alice, "message:search", {"query": "a", "after": "!!"})["code"] == "invalid"
    for wrong in ({"sender": "x"}, {"before": "yesterday"}, {"chatId": 5}, {"senderId": 5}, {"limit": "9"},
                  {"next": "!!"}):
        error = world.refused(world.alice, "message:search", {"query": "a", **wrong})
        assert error["code"] == "invalid" and error["field"] in wrong
