"""The document the appliance began from: every snippet of it, with its names and fields, by a stock client."""


def test_joining_and_leaving_a_chat(people):
    group = people(1)
    socket = group.person(group.users[0])
    socket.emit("chat:join", {"chatId": group.chat["id"]})
    assert socket.wait("chat:joined")["chatId"] == group.chat["id"]
    socket.emit("chat:leave", {"chatId": group.chat["id"]})
    assert socket.wait("chat:left")["chatId"] == group.chat["id"]


def test_sending_a_message(people):
    group = people(2)
    alice, bob = group.person(group.users[0]), group.person(group.users[1])
    alice.emit("message:send", {"chatId": group.chat["id"], "content": "Hello!", "messageType": "text"})
    for socket in (alice, bob):
        message = socket.wait("message:new")
        assert set(message) >= {
            "id", "chat_id", "sender_id", "content", "message_type", "created_at", "sender"}
        assert message["content"] == "Hello!" and message["sender"]["username"] == group.users[0]["username"]


def test_marking_a_message_as_read(people):
    group = people(2)
    alice, bob = group.person(group.users[0]), group.person(group.users[1])
    alice.emit("message:send", {"chatId": group.chat["id"], "content": "Hello!"})
    message = bob.wait("message:new")
    bob.emit("message:read", {"messageId": message["id"], "chatId": group.chat["id"]})
    told = alice.wait("message:read")
    assert (told["messageId"], told["userId"]) == (message["id"], group.users[1]["id"])


def test_typing(people):
    group = people(2)
    alice, bob = group.person(group.users[0]), group.person(group.users[1])
    alice.emit("typing:start", {"chatId": group.chat["id"]})
    started = bob.wait("typing:start")
    assert (started["username"], started["chatId"]) == (group.users[0]["username"], group.chat["id"])
    alice.emit("typing:stop", {"chatId": group.chat["id"]})
    assert bob.wait("typing:stop")["userId"] == group.users[0]["id"]


def test_user_status(people):
    group = people(2)
    bob = group.person(group.users[1])
    alice = group.person(group.users[0])
    is_alice = lambda data: data["userId"] == group.users[0]["id"]  # noqa: E731
    assert bob.wait("user:status", is_alice)["status"] == "online"
    alice.close()
    assert bob.wait("user:status", is_alice)["status"] == "offline"


def test_error(people):
    group = people(1)
    socket = group.person(group.users[0])
    socket.emit("message:send", {"chatId": "chat-uuid", "content": "Hello, world!", "messageType": "text"})
    error = socket.wait("error")
    assert error["message"] and error["code"] == "forbidden" and error["event"] == "message:send"


def test_the_usage_example_sends_and_joins_in_one_go(people):
    group = people(1)
    socket = group.person(group.users[0])
    socket.emit("message:send", {"chatId": group.chat["id"], "content": "Hello, world!", "messageType": "text"})
    socket.emit("chat:join", {"chatId": group.chat["id"]})
    assert socket.wait("message:new")["content"] == "Hello, world!"
    assert socket.wait("chat:joined")["chatId"] == group.chat["id"]
