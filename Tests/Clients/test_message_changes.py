"""What happens to a message later: delivery, edits, deletion, reactions, replies; history and search."""

import re

import pytest

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


@pytest.fixture
def pair(people):
    """A group of two with a socket each."""
    group = people(2)
    group.alice, group.bob = group.wire(group.users[0]), group.wire(group.users[1])
    group.place = {"chatId": group.chat["id"]}
    return group


def test_delivery_is_a_watermark(pair):
    first, second = pair.alice.send(pair.chat, "1"), pair.alice.send(pair.chat, "2")
    assert pair.bob.ok("message:delivered", {**pair.place, "messageId": second["id"]})["delivered_seq"] == 2
    assert pair.alice.wait("message:delivered") == {
        **pair.place, "messageId": second["id"], "seq": 2, "userId": pair.users[1]["id"]}
    assert pair.bob.ok("message:delivered", {**pair.place, "messageId": first["id"]})["delivered_seq"] == 2


def test_an_edit_is_told_and_kept(pair, admin):
    message = pair.alice.send(pair.chat, "helo")
    edited = pair.alice.ok("message:edit", {**pair.place, "messageId": message["id"], "content": "hello"})["message"]
    assert (edited["id"], edited["seq"], edited["content"]) == (message["id"], 1, "hello")
    assert TIME.fullmatch(edited["edited_at"]) and edited["created_at"] == message["created_at"]
    assert pair.bob.wait("message:updated") == edited
    assert admin.messages(pair.chat)["items"] == [edited]


def test_only_the_sender_edits(pair):
    message = pair.alice.send(pair.chat, "mine")
    body = {**pair.place, "messageId": message["id"], "content": "yours"}
    assert pair.bob.call("message:edit", body)["error"]["code"] == "forbidden"
    assert pair.alice.call("message:edit", {**body, "content": ""})["error"]["code"] == "invalid"
    assert pair.alice.call("message:edit", {**body, "content": "x" * 5001})["error"]["code"] == "too_long"
    assert pair.alice.call("message:edit", {**body, "messageId": "none"})["error"]["code"] == "not_found"


def test_a_deletion_leaves_a_tombstone(pair, admin):
    message = pair.alice.send(pair.chat, "a secret")
    body = {**pair.place, "messageId": message["id"]}
    assert pair.bob.call("message:delete", body)["error"]["code"] == "forbidden"
    gone = pair.alice.ok("message:delete", body)["message"]
    assert (gone["id"], gone["seq"], gone["content"]) == (message["id"], 1, "")
    assert gone["sender_id"] == message["sender_id"] and TIME.fullmatch(gone["deleted_at"])
    assert pair.bob.wait("message:deleted") == gone
    assert pair.bob.ok("message:history", pair.place)["messages"] == [gone]
    edit = pair.alice.call("message:edit", {**body, "content": "back"})
    assert edit["error"]["code"] in ("not_found", "conflict", "forbidden")
    assert pair.alice.send(pair.chat, "next")["seq"] == 2


def test_reactions_come_and_go(pair):
    message = pair.alice.send(pair.chat, "fun")
    body = {**pair.place, "messageId": message["id"], "emoji": "👍"}
    bob = pair.users[1]["id"]
    assert pair.bob.ok("message:react", body)["reactions"] == {"👍": [bob]}
    assert pair.alice.wait("message:reaction") == {
        **pair.place, "messageId": message["id"], "userId": bob, "emoji": "👍", "removed": False,
        "reactions": {"👍": [bob]}}
    assert pair.bob.ok("message:history", pair.place)["messages"][0]["reactions"] == {"👍": [bob]}
    assert pair.bob.ok("message:react", {**body, "remove": True})["reactions"] == {}
    assert pair.alice.wait("message:reaction")["removed"] is True
    for emoji in ("", "x" * 65, 5):
        ack = pair.bob.call("message:react", {**body, "emoji": emoji})
        assert ack["error"]["code"] in ("invalid", "too_long")


def test_a_reply_shows_what_it_answers(pair):
    question = pair.alice.send(pair.chat, "q" * 300)
    answer = pair.bob.send(pair.chat, "a", replyTo=question["id"])
    assert answer["reply_to"] == {
        "id": question["id"], "seq": 1, "sender_id": pair.users[0]["id"], "content": "q" * 200}
    assert pair.alice.wait("message:new", lambda m: m["seq"] == 2) == answer
    ack = pair.bob.call("message:send", {**pair.place, "content": "x", "replyTo": "none"})
    assert ack["error"]["code"] == "not_found"


def test_history_goes_both_ways_and_around(pair):
    for number in range(1, 121):
        pair.alice.emit("message:send", {**pair.place, "content": str(number)})
    pair.bob.wait("message:new", lambda m: m["seq"] == 120)

    def seqs(**query):
        ack = pair.bob.ok("message:history", {**pair.place, **query})
        return [message["seq"] for message in ack["messages"]], ack["has_more"]

    assert seqs() == (list(range(71, 121)), True)
    assert seqs(before=71) == (list(range(21, 71)), True)
    assert seqs(before=21) == (list(range(1, 21)), False)
    assert seqs(after=115) == (list(range(116, 121)), False)
    assert seqs(after=0, limit=3) == ([1, 2, 3], True)
    around, _ = seqs(around=60, limit=11)
    assert 60 in around and around == list(range(around[0], around[-1] + 1)) and len(around) == 11
    for wrong in ({"limit": 0}, {"limit": 101}, {"limit": "x"}, {"before": "x"}, {"before": 5, "after": 1}):
        assert pair.bob.call("message:history", {**pair.place, **wrong})["error"]["code"] == "invalid", wrong
    assert pair.bob.call("message:history", {"chatId": "none"})["error"]["code"] == "forbidden"


def test_sync_brings_what_one_missed(people):
    group = people(2)
    alice = group.wire(group.users[0])
    bob = group.wire(group.users[1])
    offset = bob.ready["offset"]
    bob.close()
    sent = [alice.send(group.chat, str(number)) for number in range(5)]
    place = {"chatId": group.chat["id"]}
    edited = alice.ok("message:edit", {**place, "messageId": sent[1]["id"], "content": "edited"})["message"]
    gone = alice.ok("message:delete", {**place, "messageId": sent[2]["id"]})["message"]
    back = group.wire(group.users[1])
    changes, complete = [], False
    while not complete:
        ack = back.ok("sync", {"after": offset, "limit": 2})
        changes += ack["changes"]
        offset, complete = ack["offset"], ack["complete"]
        assert len(changes) < 100
    messages = [change["data"] for change in changes if change["event"] == "message:new"]
    assert messages == [sent[0], edited, gone, sent[3], sent[4]]
    assert back.ok("sync", {"after": offset})["changes"] == []
    assert back.call("sync", {})["error"]["code"] == "invalid"
