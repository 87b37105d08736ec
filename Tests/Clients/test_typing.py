"""typing:start and typing:stop: to the others in the chat, ending by itself."""

from admin import Admin
from wire import Wire


def start_typing(group):
    alice, bob = group.wire(group.users[0]), group.wire(group.users[1])
    alice.emit("typing:start", {"chatId": group.chat["id"]})
    expected = {"chatId": group.chat["id"], "userId": group.users[0]["id"],
                "username": group.users[0]["username"]}
    assert bob.wait("typing:start") == expected
    return alice, bob, expected


def test_typing_is_told_to_the_others_and_not_to_oneself(people):
    group = people(2)
    again = group.wire(group.users[0])
    alice, bob, expected = start_typing(group)
    alice.emit("typing:stop", {"chatId": group.chat["id"]})
    assert bob.wait("typing:stop") == expected
    alice.send(group.chat)
    for client in (alice, again):
        client.wait("message:new")
        assert client.heard("typing:start") == [] and client.heard("typing:stop") == []


def test_typing_is_acked_when_asked(people):
    group = people(2)
    client = group.wire(group.users[0])
    assert client.ok("typing:start", {"chatId": group.chat["id"]}) == {"ok": True}
    assert client.ok("typing:stop", {"chatId": group.chat["id"]}) == {"ok": True}


def test_typing_stops_by_itself(people):
    _, bob, expected = start_typing(people(2))
    assert bob.wait("typing:stop") == expected


def test_typing_stops_when_the_message_is_sent(people):
    group = people(2)
    alice, bob, expected = start_typing(group)
    alice.send(group.chat)
    assert bob.wait("typing:stop") == expected
    bob.wait("message:new")
    assert bob.order("typing:start", "typing:stop", "message:new") == ["typing:start", "typing:stop", "message:new"]


def test_typing_stops_when_the_socket_leaves_the_chat(people):
    group = people(2)
    alice, bob, expected = start_typing(group)
    alice.ok("chat:leave", {"chatId": group.chat["id"]})
    assert bob.wait("typing:stop") == expected


def test_typing_stops_when_the_socket_disconnects(people):
    alice, bob, expected = start_typing(people(2))
    alice.close()
    assert bob.wait("typing:stop") == expected


def test_typing_stops_when_the_link_is_cut(people):
    alice, bob, expected = start_typing(people(2))
    alice.socket.shutdown()
    assert bob.wait("typing:stop") == expected


def test_a_stop_without_a_start_tells_nobody(people):
    group = people(2)
    alice, bob = group.wire(group.users[0]), group.wire(group.users[1])
    alice.ok("typing:stop", {"chatId": group.chat["id"]})
    alice.send(group.chat)
    bob.wait("message:new")
    assert bob.heard("typing:stop") == []


def test_typing_stays_in_its_chat(people, admin):
    group = people(3)
    alice, bob, carol = group.users
    pair = admin.chat(alice, bob)
    speaker, hearer, outsider = group.wire(alice), group.wire(bob), group.wire(carol)
    speaker.emit("typing:start", {"chatId": pair["id"]})
    assert hearer.wait("typing:start")["chatId"] == pair["id"]
    speaker.send(group.chat)
    outsider.wait("message:new")
    assert outsider.heard("typing:start") == []


def test_a_socket_that_left_is_not_told_of_typing(people):
    group = people(2)
    alice, bob = group.wire(group.users[0]), group.wire(group.users[1])
    bob.ok("chat:leave", {"chatId": group.chat["id"]})
    alice.ok("typing:start", {"chatId": group.chat["id"]})
    alice.ok("typing:stop", {"chatId": group.chat["id"]})
    bob.ok("chat:join", {"chatId": group.chat["id"]})
    alice.send(group.chat)
    bob.wait("message:new")
    assert bob.heard("typing:start") == [] and bob.heard("typing:stop") == []


def test_a_flickering_typist_is_told_of_a_few_times(people):
    group = people(2)
    alice, bob = group.wire(group.users[0]), group.wire(group.users[1])
    for _ in range(100):
        alice.emit("typing:start", {"chatId": group.chat["id"]})
        alice.emit("typing:stop", {"chatId": group.chat["id"]})
    alice.send(group.chat)
    bob.wait("message:new")
    told = bob.heard("typing:start") + bob.heard("typing:stop")
    assert 2 <= len(told) <= 30


def test_a_typist_of_many_sockets_is_one(people):
    group = people(2)
    sockets, bob = [group.wire(group.users[0]) for _ in range(5)], group.wire(group.users[1])
    for client in sockets:
        client.ok("typing:start", {"chatId": group.chat["id"]})
    sockets[0].send(group.chat)
    bob.wait("message:new")
    assert len(bob.heard("typing:start")) == 1


def test_nobody_is_told_who_types_in_a_large_chat(start):
    appliance = start("--quiet-members", 2)
    admin = Admin(appliance)
    users = [admin.user() for _ in range(3)]
    large, small = admin.chat(*users), admin.chat(*users[:2])
    alice, bob = Wire(appliance), Wire(appliance)
    alice.connect(admin.token(users[0])["token"])
    bob.connect(admin.token(users[1])["token"])
    alice.ok("typing:start", {"chatId": large["id"]})
    alice.ok("typing:start", {"chatId": small["id"]})
    assert bob.wait("typing:start")["chatId"] == small["id"]
    # With the third gone the chat is no longer large.
    admin.remove(large, users[2])
    alice.ok("typing:start", {"chatId": large["id"]})
    assert bob.wait("typing:start")["chatId"] == large["id"]
    appliance.stop()
