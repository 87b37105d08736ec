"""Rates are a user's, whatever the number of sockets, and events are paid by what they cost."""

import pytest

from admin import Admin
from wire import Wire


@pytest.fixture
def limited(start):
    """An appliance with small rates, its admin, and a user with a chat."""
    appliance = start("--rate-limit-messages", 2, "--rate-limit-events", 20)
    admin = Admin(appliance)
    user = admin.user()
    user["token"] = admin.token(user)["token"]
    yield appliance, admin, user, admin.chat(user)
    appliance.stop()


def enter(appliance, user):
    client = Wire(appliance)
    client.connect(user["token"])
    return client


def codes(acks):
    return [None if ack["ok"] else ack["error"]["code"] for ack in acks]


def test_twenty_sockets_that_come_at_once_have_one_burst(limited):
    appliance, _, user, chat = limited
    clients = [Wire(appliance) for _ in range(20)]
    for client in clients:
        client.write('40{"token":"%s"}' % user["token"])
    for client in clients:
        client.wait("session:ready")
    sent = [client.call("message:send", {"chatId": chat["id"], "content": "x"}) for client in clients]
    assert 6 <= codes(sent).count(None) <= 12, codes(sent)
    assert set(codes(sent)) == {None, "rate_limited"}
    for client in clients:
        client.close()


def test_a_reconnect_does_not_refill_the_rate(limited):
    appliance, _, user, chat = limited
    done = 0
    for _ in range(10):
        client = enter(appliance, user)
        done += codes(client.call("message:send", {"chatId": chat["id"], "content": "x"}) for _ in range(6)).count(None)
        client.close()
    assert done < 40


def test_an_edit_counts_as_a_message(limited):
    appliance, _, user, chat = limited
    client = enter(appliance, user)
    message = client.send(chat)
    place = {"chatId": chat["id"], "messageId": message["id"]}
    edits = [client.call("message:edit", {**place, "content": str(number)}) for number in range(12)]
    assert "rate_limited" in codes(edits)
    client.close()


def test_what_costs_much_is_refused_sooner(limited):
    appliance, admin, user, chat = limited
    client = enter(appliance, user)
    ids = [user["id"]] * 200
    asked = codes(client.call("presence:get", {"userIds": ids}) for _ in range(30))
    assert asked[0] is None and asked.count("rate_limited") >= 15, asked
    # It is the user's account: another socket finds it empty, another user does not.
    again = enter(appliance, user)
    assert "rate_limited" in codes(again.call("presence:get", {"userIds": ids}) for _ in range(5))
    other = admin.user()
    other["token"] = admin.token(other)["token"]
    assert codes(enter(appliance, other).call("user:get", {"userIds": [user["id"]]}) for _ in range(20)) == [None] * 20


def test_a_flood_of_refused_events_is_complained_of_now_and_then(limited):
    appliance, _, user, chat = limited
    client = enter(appliance, user)
    for _ in range(2000):
        client.emit("message:read", {"chatId": chat["id"], "messageId": "0000000000000"})
    ack = client.call("chat:list", {})
    assert ack["ok"] or ack["error"]["code"] == "rate_limited"
    limited_ones = [error for error in client.heard("error") if error["code"] == "rate_limited"]
    assert 1 <= len(limited_ones) <= 100
    client.close()
