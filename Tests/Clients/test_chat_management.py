"""Chats from the client's side: listing, members, making, changing, adding, removing; presence:get and user:get."""

import pytest

from admin import Admin, fresh
from appliance import Appliance
from wire import Wire


@pytest.fixture(scope="module")
def makers(tmp_path_factory):
    """An appliance whose clients may create chats."""
    appliance = Appliance(
        tmp_path_factory.mktemp("makers") / "data", "--clients-create-chats", "all", "--rate-limit-messages", 0,
        "--rate-limit-events", 0, "--presence-grace", 300).start()
    yield appliance
    appliance.stop()


@pytest.fixture
def trio(makers):
    """Three users with a socket each."""
    admin = Admin(makers)
    users = [admin.user() for _ in range(3)]
    clients = []
    for user in users:
        client = Wire(makers)
        client.connect(admin.token(user)["token"])
        client.user = user
        clients.append(client)
    yield clients
    for client in clients:
        client.close()


def ids(clients):
    return [client.user["id"] for client in clients]


def test_chat_list_shows_chats_with_what_one_needs_to_start(people, admin):
    group = people(2)
    alice, bob = group.wire(group.users[0]), group.wire(group.users[1])
    first = alice.send(group.chat, "one")
    alice.send(group.chat, "two")
    last = alice.send(group.chat, "three")
    bob.ok("message:read", {"chatId": group.chat["id"], "messageId": first["id"]})
    ack = bob.ok("chat:list", {})
    assert len(ack["chats"]) == 1 and isinstance(ack["offset"], str)
    chat = ack["chats"][0]
    assert (chat["id"], chat["name"], chat["type"], chat["last_seq"], chat["member_count"]) == (
        group.chat["id"], group.chat["name"], "group", 3, 2)
    assert {member["user_id"] for member in chat["members"]} == {user["id"] for user in group.users}
    assert chat["last_message"]["id"] == last["id"]
    assert (chat["unread_count"], chat["read_seq"], ack["unread_total"]) == (2, 1, 2)
    mine = alice.ok("chat:list", {})
    assert (mine["chats"][0]["unread_count"], mine["chats"][0]["read_seq"], mine["unread_total"]) == (0, 3, 0)


def test_chat_list_shows_at_most_twenty_members_and_chat_members_all(people):
    group = people(25)
    client = group.wire(group.users[0])
    chat = client.ok("chat:list", {})["chats"][0]
    assert len(chat["members"]) == 20 and chat["member_count"] == 25
    seen, after = [], None
    while True:
        page = {"after": after} if after else {}
        ack = client.ok("chat:members", {"chatId": group.chat["id"], "limit": 10, **page})
        assert all("read_seq" in member and "delivered_seq" in member for member in ack["members"])
        seen += [member["user_id"] for member in ack["members"]]
        after = ack["next"]
        if after is None:
            break
    assert sorted(seen) == sorted(user["id"] for user in group.users)


def test_nobody_creates_chats_unless_it_is_allowed(people):
    group = people(2, chat=False)
    client = group.wire(group.users[0])
    for kind in ("group", "direct"):
        ack = client.call("chat:create", {"type": kind, "memberIds": [group.users[1]["id"]]})
        assert ack["error"]["code"] == "forbidden"


def test_a_created_group_is_added_to_its_members(trio):
    alice, bob, carol = trio
    name = fresh("made")
    chat = alice.ok("chat:create", {"type": "group", "name": name, "memberIds": ids([bob])})["chat"]
    assert (chat["name"], chat["type"], chat["member_count"]) == (name, "group", 2)
    for client in (alice, bob):
        assert client.wait("chat:added")["chat"]["id"] == chat["id"]
    sent = alice.send(chat, "hello")
    assert bob.wait("message:new") == sent
    assert carol.call("chat:join", {"chatId": chat["id"]})["error"]["code"] == "forbidden"
    assert carol.heard("chat:added") == []
    roles = {m["user_id"]: m["role"] for m in alice.ok("chat:members", {"chatId": chat["id"]})["members"]}
    assert roles == {alice.user["id"]: "owner", bob.user["id"]: "member"}


def test_a_direct_chat_of_two_is_one_whoever_makes_it(trio):
    alice, bob, carol = trio
    chat = alice.ok("chat:create", {"type": "direct", "memberIds": ids([bob])})["chat"]
    assert chat["type"] == "direct" and chat["member_count"] == 2
    assert bob.ok("chat:create", {"type": "direct", "memberIds": ids([alice])})["chat"]["id"] == chat["id"]
    assert carol.ok("chat:create", {"type": "direct", "memberIds": ids([alice])})["chat"]["id"] != chat["id"]


@pytest.mark.parametrize("body", [
    {}, {"type": "circle", "memberIds": []}, {"type": "group"}, {"type": "group", "memberIds": "x"},
    {"type": "group", "memberIds": [1]}, {"type": "direct", "memberIds": []},
    {"type": "direct"},
    {"type": "group", "memberIds": [], "name": 5},
], ids=str)
def test_a_wrong_creation_is_invalid(trio, body):
    assert trio[0].call("chat:create", body)["error"]["code"] == "invalid"


def test_a_chat_with_an_unknown_member_is_not_created(trio):
    ack = trio[0].call("chat:create", {"type": "group", "memberIds": ["nobody"]})
    assert ack["error"]["code"] in ("not_found", "invalid")


def test_only_owner_and_admin_change_a_chat(trio):
    alice, bob, carol = trio
    chat = alice.ok("chat:create", {"type": "group", "name": "before", "memberIds": ids([bob])})["chat"]
    place = {"chatId": chat["id"]}
    for event, extra in (("chat:update", {"name": "x"}), ("chat:add", {"userId": carol.user["id"]}),
                         ("chat:remove", {"userId": alice.user["id"]})):
        assert bob.call(event, {**place, **extra})["error"]["code"] == "forbidden"
        assert carol.call(event, {**place, **extra})["error"]["code"] == "forbidden"
    assert alice.ok("chat:update", {**place, "name": "after"})["chat"]["name"] == "after"
    assert bob.wait("chat:updated")["chat"]["name"] == "after"
    alice.ok("chat:add", {**place, "userId": carol.user["id"]})
    assert carol.wait("chat:added")["chat"]["id"] == chat["id"]
    assert bob.wait("chat:member-added") == {**place, "userId": carol.user["id"]}
    alice.ok("chat:remove", {**place, "userId": bob.user["id"]})
    assert bob.wait("chat:removed") == place
    assert carol.wait("chat:member-removed") == {**place, "userId": bob.user["id"]}
    assert bob.call("message:send", {**place, "content": "x"})["error"]["code"] == "forbidden"


def test_leaving_for_good(trio):
    alice, bob, _ = trio
    chat = alice.ok("chat:create", {"type": "group", "memberIds": ids([bob])})["chat"]
    bob.ok("chat:remove", {"chatId": chat["id"], "userId": bob.user["id"]})
    assert bob.wait("chat:removed") == {"chatId": chat["id"]}
    assert alice.wait("chat:member-removed") == {"chatId": chat["id"], "userId": bob.user["id"]}
    assert bob.call("chat:join", {"chatId": chat["id"]})["error"]["code"] == "forbidden"


def test_presence_of_those_one_shares_a_chat_with(people, admin):
    group = people(3)
    alice, bob, carol = group.users
    stranger = admin.user()
    asker = group.wire(alice)
    group.wire(bob)
    asker.wait("user:status", lambda s: s["userId"] == bob["id"])
    users = asker.ok("presence:get", {"userIds": [u["id"] for u in (bob, carol, stranger)] + ["nobody"]})["users"]
    assert {user["userId"]: user["status"] for user in users} == {bob["id"]: "online", carol["id"]: "offline"}
    assert all(set(user) == {"userId", "status", "last_seen_at"} for user in users)
    for wrong in ({}, {"userIds": "x"}, {"userIds": [1]}, {"userIds": ["x"] * 201}):
        assert asker.call("presence:get", wrong)["error"]["code"] in ("invalid", "too_long")


def test_users_can_be_asked_for(people):
    group = people(2)
    asker = group.wire(group.users[0])
    users = asker.ok("user:get", {"userIds": [user["id"] for user in group.users]})["users"]
    assert sorted(users, key=lambda u: u["id"]) == sorted(
        [{name: user[name] for name in ("id", "username", "display_name", "avatar_url")} for user in group.users],
        key=lambda u: u["id"])
