"""chat:join, chat:leave, message:send, message:new, message:read."""

import re

import pytest

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def test_a_message_carries_all_its_fields(people, admin):
    group = people(2)
    alice, bob = group.users
    admin.call("PATCH", f"/admin/users/{alice['id']}", {"display_name": "Alice A."})
    sender, hearer = group.wire(alice), group.wire(bob)
    sent = sender.send(group.chat, "Hello!", messageType="text")
    got = hearer.wait("message:new")
    assert got == sent
    assert isinstance(got["id"], str) and got["id"]
    assert got["chat_id"] == group.chat["id"] and got["seq"] == 1
    assert got["sender_id"] == alice["id"]
    assert got["sender"] == {
        "id": alice["id"], "username": alice["username"], "display_name": "Alice A.", "avatar_url": None}
    assert got["content"] == "Hello!" and got["message_type"] == "text"
    assert TIME.fullmatch(got["created_at"])
    assert "client_id" not in got and "deleted_at" not in got and "edited_at" not in got


def test_the_ack_says_ok_and_not_duplicate(people):
    group = people(1)
    ack = group.wire(group.users[0]).ok("message:send", {"chatId": group.chat["id"], "content": "x"})
    assert ack["duplicate"] is False and ack["message"]["content"] == "x"


def test_the_ack_comes_before_the_senders_own_message_new(people):
    group = people(1)
    sender = group.wire(group.users[0])
    for number in range(20):
        sender.send(group.chat, str(number))
        sender.wait("message:new")
    assert sender.order("ack", "message:new") == ["ack", "message:new"] * 20


def test_many_sends_in_flight_are_acked_in_order_and_each_before_its_own_message_new(people):
    group = people(1)
    sender = group.wire(group.users[0])
    ids = [sender.emit("message:send", {"chatId": group.chat["id"], "content": str(n)}, ack=True)
           for n in range(50)]
    acks = [sender.take(lambda e, i=i: e[0] == "ack" and e[1] == i, "ack")[2][0] for i in ids]
    assert [ack["message"]["seq"] for ack in acks] == list(range(1, 51))
    assert [ack["message"]["content"] for ack in acks] == [str(n) for n in range(50)]
    sender.wait("message:new", lambda m: m["seq"] == 50)
    acked, told = set(), []
    for entry in sender.seen:
        if entry[0] == "ack":
            acked.add(entry[2][0]["message"]["id"])
        elif entry[0] == "event" and entry[1] == "message:new":
            assert entry[2][0]["id"] in acked, "message:new overtook its ack"
            told.append(entry[2][0]["seq"])
    assert told == list(range(1, 51))


def test_the_senders_other_sockets_get_the_message_too(people):
    group = people(2)
    alice, bob = group.users
    first, second, hearer = group.wire(alice), group.wire(alice), group.wire(bob)
    sent = first.send(group.chat)
    for client in (first, second, hearer):
        assert client.wait("message:new") == sent


def test_two_users_and_three_sockets_see_one_order(people):
    group = people(2)
    alice, bob = group.users
    sockets = [group.wire(alice), group.wire(alice), group.wire(bob)]
    for round_number in range(10):
        for index, client in enumerate(sockets):
            client.emit("message:send", {"chatId": group.chat["id"], "content": f"{round_number}/{index}"})
    views = []
    for client in sockets:
        views.append([client.wait("message:new")["id"] for _ in range(30)])
        seqs = [e[2][0]["seq"] for e in client.seen if e[:2] == ("event", "message:new")]
        assert seqs == list(range(1, 31))
    assert views[0] == views[1] == views[2]


def test_three_stock_clients_of_two_users_chat(people):
    group = people(2)
    alice, bob = group.users
    phone, desk = group.person(alice, transports=["polling"]), group.person(alice)
    other = group.person(bob, transports=["websocket"])
    for speaker in (phone, desk, other):
        sent = speaker.send(group.chat, "from " + speaker.transport)
        for hearer in (phone, desk, other):
            assert hearer.wait("message:new", lambda m, s=sent: m["id"] == s["id"]) == sent


@pytest.mark.parametrize("content", [
    "x" * 5000, "👋" * 5000, "e\u0301" * 2500, 'quote " \\ / \u2028 \u2029', "\u0001\u001fx\u007f", "line\nline\ttab",
    "<script>alert(1)</script>", " x ", "\ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67",
], ids=["5000", "5000 emoji", "combining", "escapes", "controls", "lines", "markup", "blanks", "joined"])
def test_content_comes_back_exactly(people, content):
    group = people(2)
    sender, hearer = group.wire(group.users[0]), group.wire(group.users[1])
    content = content.encode("utf-16", "surrogatepass").decode("utf-16")
    assert sender.send(group.chat, content)["content"] == content
    assert hearer.wait("message:new")["content"] == content


def test_no_text_holds_a_nul(people, admin):
    group = people(1)
    wire = group.wire(group.users[0])
    message = wire.send(group.chat)
    place = {"chatId": group.chat["id"], "messageId": message["id"]}
    for event, body in {
        "message:send": {"chatId": group.chat["id"], "content": "a\u0000b"},
        "message:edit": {**place, "content": "a\u0000b"},
        "message:react": {**place, "emoji": "\u0000"},
    }.items():
        assert wire.call(event, body)["error"]["code"] == "invalid", event
    answer = admin.raw("POST", f"/admin/chats/{group.chat['id']}/messages", json={"content": "a\u0000b"})
    assert (answer.status_code, answer.json()["error"]["field"]) == (400, "content")


def test_a_client_id_comes_back_and_makes_a_send_happen_once(people):
    group = people(2)
    sender, hearer = group.wire(group.users[0]), group.wire(group.users[1])
    body = {"chatId": group.chat["id"], "content": "once", "clientId": "c-1"}
    first = sender.ok("message:send", body)
    again = sender.ok("message:send", body)
    assert (first["duplicate"], again["duplicate"]) == (False, True)
    assert first["message"]["client_id"] == "c-1" and again["message"] == first["message"]
    last = sender.send(group.chat, "last")
    assert last["seq"] == first["message"]["seq"] + 1
    hearer.wait("message:new", lambda m: m["id"] == last["id"])
    assert [m["id"] for m in hearer.heard("message:new")] == [first["message"]["id"]]


def test_a_client_id_used_for_something_else_is_a_conflict(people, admin):
    group = people(1)
    sender = group.wire(group.users[0])
    other = admin.chat(group.users[0])
    sender.send(group.chat, "one", clientId="same")
    for chat, content in ((group.chat, "two"), (other, "one")):
        ack = sender.call("message:send", {"chatId": chat["id"], "content": content, "clientId": "same"})
        assert ack["ok"] is False and ack["error"]["code"] == "conflict"


def test_two_users_may_use_the_same_client_id(people):
    group = people(2)
    first = group.wire(group.users[0]).send(group.chat, "a", clientId="mine")
    second = group.wire(group.users[1]).send(group.chat, "b", clientId="mine")
    assert first["id"] != second["id"] and second["content"] == "b"


def test_join_answers_with_the_chat_and_tells_this_socket_only(people):
    group = people(2)
    first, second = group.wire(group.users[0]), group.wire(group.users[0])
    ack = first.ok("chat:join", {"chatId": group.chat["id"]})
    assert ack["chat"]["id"] == group.chat["id"] and ack["chat"]["name"] == group.chat["name"]
    assert first.wait("chat:joined") == {"chatId": group.chat["id"]}
    first.send(group.chat)
    second.wait("message:new")
    assert second.heard("chat:joined") == []


def test_joining_twice_does_not_double_what_one_hears(people):
    group = people(1)
    client = group.wire(group.users[0])
    for _ in range(2):
        client.ok("chat:join", {"chatId": group.chat["id"]})
    client.send(group.chat, "one")
    last = client.send(group.chat, "two")
    client.wait("message:new", lambda m: m["id"] == last["id"])
    assert len(client.heard("message:new")) == 1


def test_a_socket_that_left_hears_nothing_until_it_joins_again(people):
    group = people(2)
    alice, bob = group.users
    left, stays, sender = group.wire(bob), group.wire(bob), group.wire(alice)
    left.ok("chat:leave", {"chatId": group.chat["id"]})
    assert left.wait("chat:left") == {"chatId": group.chat["id"]}
    sender.send(group.chat, "unheard")
    assert stays.wait("message:new")["content"] == "unheard"
    left.ok("chat:join", {"chatId": group.chat["id"]})
    sender.send(group.chat, "heard")
    assert left.wait("message:new")["content"] == "heard"
    assert left.heard("message:new") == []


def test_leaving_keeps_the_membership(people, admin):
    group = people(1)
    client = group.wire(group.users[0])
    client.ok("chat:leave", {"chatId": group.chat["id"]})
    members = admin.call("GET", f"/admin/chats/{group.chat['id']}/members")["items"]
    assert [member["user_id"] for member in members] == [group.users[0]["id"]]
    assert client.send(group.chat, "still mine")["seq"] == 1
    again = group.wire(group.users[0])
    again.send(group.chat, "after reconnecting")
    assert again.wait("message:new")["content"] == "after reconnecting"


def test_reading_tells_the_others_and_counts_down(people):
    group = people(2)
    alice, bob = group.users
    writer, reader, elsewhere = group.wire(alice), group.wire(bob), group.wire(bob)
    messages = [writer.send(group.chat, str(n)) for n in range(3)]
    ack = reader.ok("message:read", {"messageId": messages[1]["id"], "chatId": group.chat["id"]})
    assert (ack["read_seq"], ack["unread_count"]) == (2, 1)
    for client in (writer, reader, elsewhere):
        told = client.wait("message:read")
        assert TIME.fullmatch(told.pop("read_at"))
        assert told == {
            "chatId": group.chat["id"], "messageId": messages[1]["id"], "seq": 2, "userId": bob["id"]}


def test_reading_an_older_message_is_acked_and_not_told(people):
    group = people(2)
    writer, reader = group.wire(group.users[0]), group.wire(group.users[1])
    messages = [writer.send(group.chat, str(n)) for n in range(3)]
    reader.ok("message:read", {"chatId": group.chat["id"], "messageId": messages[2]["id"]})
    writer.wait("message:read")
    ack = reader.ok("message:read", {"chatId": group.chat["id"], "messageId": messages[0]["id"]})
    assert (ack["read_seq"], ack["unread_count"]) == (3, 0)
    last = writer.send(group.chat, "later")
    reader.ok("message:read", {"chatId": group.chat["id"], "messageId": last["id"]})
    assert writer.wait("message:read")["messageId"] == last["id"]
    assert writer.heard("message:read") == []


def test_sending_reads_up_to_ones_message(people):
    group = people(2)
    alice, bob = group.wire(group.users[0]), group.wire(group.users[1])
    first = alice.send(group.chat, "a question")
    bob.wait("message:new")
    answer = bob.send(group.chat, "an answer")
    ack = bob.ok("message:read", {"chatId": group.chat["id"], "messageId": first["id"]})
    assert (ack["read_seq"], ack["unread_count"]) == (answer["seq"], 0)
    assert group.wire(group.users[1]).ready["unread_total"] == 0


def test_reads_see_the_sockets_own_writes(people):
    group = people(1)
    client = group.wire(group.users[0])
    for number in range(20):
        send = client.emit("message:send", {"chatId": group.chat["id"], "content": str(number)}, ack=True)
        join = client.emit("chat:join", {"chatId": group.chat["id"]}, ack=True)
        sent = client.take(lambda e, i=send: e[0] == "ack" and e[1] == i, "ack of send")[2][0]["message"]
        chat = client.take(lambda e, i=join: e[0] == "ack" and e[1] == i, "ack of join")[2][0]["chat"]
        assert chat["last_seq"] == sent["seq"] == number + 1
