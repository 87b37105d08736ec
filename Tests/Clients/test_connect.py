"""Connecting with the stock clients, over each transport, and what a socket gets at once."""

import asyncio
import re

import pytest
import socketio

from person import WAIT, Person

TRANSPORTS = [["polling"], ["websocket"], None]
IDS = ["polling", "websocket", "upgrade"]
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def settle(person):
    """Waits until an upgrade has happened: the stock client upgrades before connect() returns."""
    return person.transport


@pytest.mark.parametrize("transports", TRANSPORTS, ids=IDS)
def test_a_sync_client_connects_and_chats(people, transports):
    group = people(2)
    alice = group.person(group.users[0], transports=transports)
    bob = group.person(group.users[1], transports=transports)
    assert settle(alice) == ("polling" if transports == ["polling"] else "websocket")
    for speaker, hearer in ((alice, bob), (bob, alice)):
        sent = speaker.send(group.chat, "grüße 👋")
        assert hearer.wait("message:new", lambda m, s=sent: m["id"] == s["id"]) == sent
        assert speaker.wait("message:new", lambda m, s=sent: m["id"] == s["id"]) == sent


@pytest.mark.parametrize("transports", TRANSPORTS, ids=IDS)
def test_an_async_client_connects_and_chats(parley, people, transports):
    group = people(2)
    alice, bob = group.users
    bobs = group.wire(bob)

    async def chat():
        client = socketio.AsyncClient(reconnection=False, handle_sigint=False)
        got = asyncio.Queue()
        client.on("message:new", got.put)
        await client.connect(parley.url, auth={"token": alice["token"]}, transports=transports, wait_timeout=WAIT)
        try:
            ack = await client.call(
                "message:send", {"chatId": group.chat["id"], "content": "from afar"}, timeout=WAIT)
            assert ack["ok"] is True and ack["message"]["content"] == "from afar"
            assert await asyncio.wait_for(got.get(), WAIT) == ack["message"]
            reply = await asyncio.to_thread(bobs.send, group.chat, "and back")
            assert await asyncio.wait_for(got.get(), WAIT) == reply
        finally:
            await client.disconnect()

    asyncio.run(chat())
    assert bobs.wait("message:new")["content"] == "from afar"


def test_a_burst_of_a_hundred_messages_over_polling_arrives_whole_and_in_order(parley, people):
    # The stock Python client refuses a payload of more than 16 packets and is gone: a burst has to be dealt out.
    group = people(2)
    bob = group.wire(group.users[1])

    async def listen():
        client = socketio.AsyncClient(reconnection=False, handle_sigint=False)
        got = []
        done = asyncio.Event()

        async def on_message(message):
            got.append(message["seq"])
            if len(got) == 100:
                done.set()

        client.on("message:new", on_message)
        await client.connect(
            parley.url, auth={"token": group.users[0]["token"]}, transports=["polling"], wait_timeout=WAIT)
        for number in range(100):
            bob.emit("message:send", {"chatId": group.chat["id"], "content": str(number)})
        await asyncio.wait_for(done.wait(), 30)
        await client.disconnect()
        return got

    assert asyncio.run(listen()) == list(range(1, 101))


def test_a_socket_gets_session_ready_and_at_once_an_offset(parley, wire, admin):
    user = admin.user(display_name="Ada L.", avatar_url="https://example.org/a.png")
    chat = admin.chat(user)
    client = wire()
    answer = client.connect(admin.token(user)["token"], ready=False)
    assert isinstance(answer["sid"], str) and answer["sid"]
    first, second = client.read(), client.read()
    assert first[:2] == ("event", "session:ready") and len(first[2]) == 1
    ready = first[2][0]
    for name, value in {"id": user["id"], "username": user["username"], "display_name": "Ada L.",
                        "avatar_url": "https://example.org/a.png"}.items():
        assert ready["user"][name] == value
    assert TIME.fullmatch(ready["server_time"])
    assert isinstance(ready["limits"], dict) and ready["limits"]
    assert ready["unread_total"] == 0
    assert isinstance(ready["offset"], str)
    assert second[:2] == ("event", "offset") and second[2] == [ready["offset"]]
    assert chat["member_count"] == 1


def test_session_ready_tells_the_sid_of_engine_io_apart_from_socket_io(wire, admin):
    client = wire()
    answer = client.connect(admin.token(admin.user())["token"])
    assert answer["sid"] != client.open["sid"]
    assert client.open["pingInterval"] == 25000 and client.open["pingTimeout"] == 20000
    assert client.open["maxPayload"] == 1000000 and client.open["upgrades"] == []


def test_unread_total_counts_what_was_sent_while_away(people):
    group = people(2)
    alice = group.person(group.users[0])
    for number in range(3):
        alice.send(group.chat, str(number))
    assert group.wire(group.users[1]).ready["unread_total"] == 3
    assert group.wire(group.users[0]).ready["unread_total"] == 0


def test_a_socket_is_in_all_chats_of_its_user_without_joining(people, admin):
    group = people(2)
    alice, bob = group.users
    second = admin.chat(alice, bob)
    foreign = admin.chat(alice)
    sender, hearer = group.wire(alice), group.wire(bob)
    sender.send(foreign, "not for bob")
    for chat in (second, group.chat):
        sender.send(chat, "to " + chat["id"])
        assert hearer.wait("message:new")["chat_id"] == chat["id"]
    assert hearer.heard("message:new") == []


def test_another_namespace_is_refused_as_invalid(wire, admin):
    client = wire()
    client.write('40/other,{"token":"' + admin.token(admin.user())["token"] + '"}')
    assert client.read_text() == '44/other,{"message":"Invalid namespace"}'


def test_a_stock_client_is_told_invalid_namespace(parley, admin):
    token = admin.token(admin.user())["token"]
    refusals = []
    client = socketio.Client(reconnection=False, handle_sigint=False)
    client.on("connect_error", refusals.append, namespace="/other")
    with pytest.raises(socketio.exceptions.ConnectionError):
        client.connect(parley.url, auth={"token": token}, namespaces=["/other"], wait_timeout=WAIT)
    assert refusals == [{"message": "Invalid namespace"}]
    client.disconnect()


def test_a_refused_namespace_leaves_the_main_one_untouched(people):
    group = people(1)
    client = group.wire(group.users[0])
    client.write("40/other,{}")
    assert client.take(lambda e: e[0] == "refused", "connect error")[1] == {"message": "Invalid namespace"}
    client.alive()


def test_a_client_that_disconnects_and_comes_back_is_served(people):
    group = people(1)
    for _ in range(3):
        person = group.person(group.users[0])
        assert person.send(group.chat)["seq"] > 0
        person.close()
        assert person.disconnected.wait(WAIT)


def test_every_event_but_offset_carries_one_object(people, admin):
    group = people(2)
    alice, bob = group.wire(group.users[0]), group.wire(group.users[1])
    alice.wait("user:status")
    message = alice.send(group.chat)
    bob.wait("message:new")
    alice.emit("typing:start", {"chatId": group.chat["id"]})
    bob.wait("typing:start")
    bob.ok("message:read", {"chatId": group.chat["id"], "messageId": message["id"]})
    alice.wait("message:read")
    bob.emit("no:such:event", {})
    bob.wait("error")
    bob.ok("chat:leave", {"chatId": group.chat["id"]})
    bob.wait("chat:left")
    bob.ok("chat:join", {"chatId": group.chat["id"]})
    bob.wait("chat:joined")
    third = admin.chat(group.users[0])
    admin.add(third, group.users[1])
    bob.wait("chat:added")
    admin.remove(third, group.users[1])
    bob.wait("chat:removed")
    names = set()
    for entry in alice.seen + bob.seen:
        if entry[0] == "event":
            names.add(entry[1])
            kind = str if entry[1] == "offset" else dict
            assert len(entry[2]) == 1 and isinstance(entry[2][0], kind), entry
    assert {"session:ready", "offset", "message:new", "message:read", "user:status", "error"} <= names


def test_the_header_and_the_query_are_not_in_the_way_of_a_stock_client(parley, admin):
    user = admin.user()
    person = Person(parley, admin.token(user)["token"], headers={"X-Anything": "1"})
    person.appliance = type("Query", (), {"url": parley.url + "/?lang=de&token=none"})()
    with person:
        person.connect()
        assert person.ready["user"]["id"] == user["id"]
