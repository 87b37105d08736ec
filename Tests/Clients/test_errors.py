"""Events with wrong fields: each gets its code, and the connection lives on."""

import json

import pytest

from admin import Admin
from wire import Closed, Wire

CHAT = object()
"""Stands for the chat of the test in the tables below."""

MESSAGE = object()
"""Stands for a message of that chat."""

WRONG = [
    ("message:send", {}, "invalid"),
    ("message:send", {"content": "x"}, "invalid"),
    ("message:send", {"chatId": CHAT}, "invalid"),
    ("message:send", {"chatId": CHAT, "content": None}, "invalid"),
    ("message:send", {"chatId": CHAT, "content": ""}, "invalid"),
    ("message:send", {"chatId": CHAT, "content": 7}, "invalid"),
    ("message:send", {"chatId": CHAT, "content": ["x"]}, "invalid"),
    ("message:send", {"chatId": CHAT, "content": {"a": "x"}}, "invalid"),
    ("message:send", {"chatId": CHAT, "content": True}, "invalid"),
    ("message:send", {"chatId": 7, "content": "x"}, "invalid"),
    ("message:send", {"chatId": None, "content": "x"}, "invalid"),
    ("message:send", {"chatId": [CHAT], "content": "x"}, "invalid"),
    ("message:send", {"chatId": CHAT, "content": "x" * 5001}, "too_long"),
    ("message:send", {"chatId": CHAT, "content": "👋" * 5001}, "too_long"),
    ("message:send", {"chatId": CHAT, "content": "x", "messageType": "video"}, "invalid"),
    ("message:send", {"chatId": CHAT, "content": "x", "messageType": "system"}, "invalid"),
    ("message:send", {"chatId": CHAT, "content": "x", "messageType": 1}, "invalid"),
    ("message:send", {"chatId": CHAT, "content": "x", "clientId": ""}, "invalid"),
    ("message:send", {"chatId": CHAT, "content": "x", "clientId": 5}, "invalid"),
    ("message:send", {"chatId": CHAT, "content": "x", "clientId": "c" * 65}, "invalid"),
    ("message:send", {"chatId": CHAT, "content": "x", "clientId": "with space"}, "invalid"),
    ("message:send", {"chatId": CHAT, "content": "x", "clientId": "ümlaut"}, "invalid"),
    ("message:send", {"chatId": "no-such-chat", "content": "x"}, "forbidden"),
    ("message:read", {}, "invalid"),
    ("message:read", {"chatId": CHAT}, "invalid"),
    ("message:read", {"messageId": MESSAGE}, "invalid"),
    ("message:read", {"chatId": CHAT, "messageId": 1}, "invalid"),
    ("message:read", {"chatId": CHAT, "messageId": "no-such-message"}, "not_found"),
    ("message:read", {"chatId": "no-such-chat", "messageId": MESSAGE}, "forbidden"),
    ("chat:join", {}, "invalid"),
    ("chat:join", {"chatId": 1}, "invalid"),
    ("chat:join", {"chatId": None}, "invalid"),
    ("chat:join", {"chatId": "no-such-chat"}, "forbidden"),
    ("chat:leave", {}, "invalid"),
    ("chat:leave", {"chatId": {}}, "invalid"),
    ("chat:leave", {"chatId": "no-such-chat"}, "forbidden"),
    ("typing:start", {}, "invalid"),
    ("typing:start", {"chatId": 1.5}, "invalid"),
    ("typing:start", {"chatId": "no-such-chat"}, "forbidden"),
    ("typing:stop", {}, "invalid"),
    ("typing:stop", {"chatId": False}, "invalid"),
    ("typing:stop", {"chatId": "no-such-chat"}, "forbidden"),
    ("no:such:event", {}, "invalid"),
    ("message:new", {"chatId": CHAT, "content": "x"}, "invalid"),
    ("user:status", {"userId": "x", "status": "online"}, "invalid"),
    ("Message:Send", {"chatId": CHAT, "content": "x"}, "invalid"),
    ("", {}, "invalid"),
    ("x" * 1000, {}, "invalid"),
    ("__proto__", {}, "invalid"),
]

SHAPES = [[], [None], ["text"], [7], [True], [["a", "list"]], [None, None]]
"""Arguments that are not the one object an event carries."""


def name(value):
    if isinstance(value, dict):
        return json.dumps(value, default=lambda o: "CHAT" if o is CHAT else "MESSAGE", ensure_ascii=True)[:60]
    return str(value)[:30]


def fill(value, chat, message):
    if value is CHAT:
        return chat["id"]
    if value is MESSAGE:
        return message["id"]
    if isinstance(value, dict):
        return {key: fill(inner, chat, message) for key, inner in value.items()}
    if isinstance(value, list):
        return [fill(inner, chat, message) for inner in value]
    return value


def check(error, code):
    assert error["code"] == code, error
    assert isinstance(error["message"], str) and error["message"]
    assert isinstance(error["retryable"], bool)


@pytest.fixture(scope="module")
def room(parley, admin):
    users = [admin.user(), admin.user()]
    chat = admin.chat(*users)
    clients = []
    for user in users:
        client = Wire(parley)
        client.connect(admin.token(user)["token"])
        clients.append(client)
    message = clients[0].send(chat, "the first")
    yield clients[0], clients[1], chat, message
    for client in clients:
        client.close()


@pytest.mark.parametrize("event,data,code", WRONG, ids=name)
def test_a_wrong_event_gets_its_code_in_the_ack(room, event, data, code):
    client, other, chat, message = room
    ack = client.call(event, fill(data, chat, message))
    assert ack["ok"] is False, ack
    check(ack["error"], code)
    sent = client.send(chat, "still served")
    assert other.wait("message:new", lambda m: m["id"] == sent["id"]) == sent


@pytest.mark.parametrize("event,data,code", WRONG, ids=name)
def test_a_wrong_event_without_an_ack_is_told_by_the_error_event(room, event, data, code):
    client, _, chat, message = room
    client.emit(event, fill(data, chat, message))
    told = client.wait("error")
    assert told["code"] == code, told
    assert told["event"] == event or (len(event) > 100 and event.startswith(told["event"]))
    assert isinstance(told["message"], str) and told["message"]
    client.alive()
    assert client.heard("error") == []


@pytest.mark.parametrize("arguments", SHAPES, ids=json.dumps)
@pytest.mark.parametrize("event", ["message:send", "message:read", "chat:join", "chat:leave", "typing:start"])
def test_an_event_without_its_object_is_invalid(room, event, arguments):
    client = room[0]
    ack = client.call(event, *arguments)
    assert ack["ok"] is False
    check(ack["error"], "invalid")


def test_a_mistyped_field_is_named(room):
    client, _, chat, _ = room
    assert client.call("message:send", {"chatId": chat["id"], "content": 7})["error"]["field"] == "content"
    assert client.call("message:send", {"chatId": 7, "content": "x"})["error"]["field"] == "chatId"
    assert client.call("message:read", {"chatId": chat["id"]})["error"]["field"] == "messageId"


def test_fields_nobody_knows_are_ignored(room):
    client, _, chat, _ = room
    ack = client.ok("message:send", {"chatId": chat["id"], "content": "x", "colour": "red", "sender_id": "root"})
    assert "colour" not in ack["message"] and ack["message"]["sender_id"] != "root"


def test_a_chat_of_others_is_forbidden_as_one_that_is_not_there(room, admin):
    client, _, _, message = room
    foreign = admin.chat(admin.user())
    for chat_id in (foreign["id"], "no-such-chat"):
        answers = [
            client.call("chat:join", {"chatId": chat_id}),
            client.call("chat:leave", {"chatId": chat_id}),
            client.call("message:send", {"chatId": chat_id, "content": "x"}),
            client.call("message:read", {"chatId": chat_id, "messageId": message["id"]}),
            client.call("typing:start", {"chatId": chat_id}),
        ]
        assert [answer["error"]["code"] for answer in answers] == ["forbidden"] * 5
    assert admin.call("GET", f"/admin/chats/{foreign['id']}")["last_seq"] == 0


def test_a_message_of_another_chat_cannot_be_read_here(room, admin, parley):
    client, _, chat, _ = room
    user_id = client.ready["user"]["id"]
    other = admin.chat({"id": user_id})
    client.ok("chat:join", {"chatId": other["id"]})
    elsewhere = client.send(other, "elsewhere")
    ack = client.call("message:read", {"chatId": chat["id"], "messageId": elsewhere["id"]})
    assert ack["error"]["code"] == "not_found"


def test_a_flood_of_wrong_events_is_answered_one_by_one(room):
    client = room[0]
    ids = [client.emit("message:send", {"content": n}, ack=True) for n in range(200)]
    for number in ids:
        ack = client.take(lambda e, i=number: e[0] == "ack" and e[1] == i, "ack")[2][0]
        assert ack["error"]["code"] == "invalid"
    client.alive()


def test_deep_nesting_is_answered_or_closes_and_nobody_else_notices(room, people):
    group = people(1)
    deep = group.wire(group.users[0])
    deep.write('420["message:send",' + '{"chatId":' * 20000 + "1" + "}" * 20000 + "]")
    try:
        entry = deep.read()
        while entry[0] == "event":
            entry = deep.read()
        assert entry[0] == "ack" and entry[2][0]["error"]["code"] == "invalid"
    except Closed:
        pass  # a parser's limit on depth is a right answer too
    room[0].alive()


def test_binary_where_text_is_wanted_is_invalid(room):
    client, _, chat, _ = room
    number = client.next_id
    client.next_id += 1
    client.write(f'451-{number}["message:send",{{"chatId":"{chat["id"]}","content":'
                 '{"_placeholder":true,"num":0}}]')
    client.socket.send_binary(b"\x00\x01\x02")
    ack = client.take(lambda e: e[0] == "ack" and e[1] == number, "ack")[2][0]
    check(ack["error"], "invalid")
    client.alive()


def test_more_than_the_rate_is_refused_with_a_time_to_retry(start):
    appliance = start("--rate-limit-messages", 2)
    admin = Admin(appliance)
    user = admin.user()
    chat = admin.chat(user)
    with Wire(appliance) as client:
        client.connect(admin.token(user)["token"])
        acks = [client.call("message:send", {"chatId": chat["id"], "content": str(n)}) for n in range(30)]
        refused = [ack["error"] for ack in acks if not ack["ok"]]
        assert acks[0]["ok"] and refused
        check(refused[0], "rate_limited")
        assert refused[0]["retryable"] is True and refused[0]["retry_after_ms"] > 0
        client.alive()
    appliance.stop()
