"""What the operator does takes effect on live sockets at once."""

import queue

import pytest
import socketio

from admin import Admin
from person import WAIT
from wire import Wire


def ended(client, code, disconnect=True):
    """The end of a session was told, then DISCONNECT, then nothing more."""
    told = client.wait("session:ended")
    assert told["code"] == code and told["reconnect"] is False and told["message"]
    if disconnect:
        client.take(lambda entry: entry[0] == "disconnect", "DISCONNECT")


def test_an_added_member_is_in_the_chat_at_once(people, admin):
    group = people(2)
    newcomer = admin.user()
    newcomer["token"] = admin.token(newcomer)["token"]
    sockets = [group.wire(newcomer), group.wire(newcomer)]
    old = group.wire(group.users[0])
    admin.add(group.chat, newcomer)
    for client in sockets:
        added = client.wait("chat:added")
        assert added["chat"]["id"] == group.chat["id"] and added["chat"]["member_count"] == 3
    assert old.wait("chat:member-added") == {"chatId": group.chat["id"], "userId": newcomer["id"]}
    sent = old.send(group.chat, "welcome")
    for client in sockets:
        assert client.wait("message:new") == sent
    assert sockets[0].send(group.chat, "thanks")["seq"] == sent["seq"] + 1


def test_a_removed_member_hears_and_may_nothing_more(people, admin):
    group = people(3)
    alice, bob, _ = group.users
    stays, gone = group.wire(alice), group.wire(bob)
    admin.remove(group.chat, bob)
    assert gone.wait("chat:removed") == {"chatId": group.chat["id"]}
    assert stays.wait("chat:member-removed") == {"chatId": group.chat["id"], "userId": bob["id"]}
    other = admin.chat(alice, bob)
    gone.wait("chat:added")
    stays.wait("chat:added")
    stays.send(group.chat, "not for bob")
    stays.send(other, "for bob")
    assert gone.wait("message:new")["content"] == "for bob"
    assert gone.heard("message:new") == []
    for event, extra in (("message:send", {"content": "x"}), ("chat:join", {}), ("typing:start", {})):
        ack = gone.call(event, {"chatId": group.chat["id"], **extra})
        assert ack["error"]["code"] == "forbidden"


def test_a_new_chat_is_told_to_its_members(people, admin):
    group = people(2)
    clients = [group.wire(user) for user in group.users]
    chat = admin.chat(*group.users)
    for client in clients:
        assert client.wait("chat:added")["chat"]["id"] == chat["id"]
    assert clients[0].send(chat, "first")["seq"] == 1
    assert clients[1].wait("message:new")["content"] == "first"


def test_a_renamed_chat_is_told(people, admin):
    group = people(1)
    client = group.wire(group.users[0])
    admin.call("PATCH", "/admin/chats/" + group.chat["id"], {"name": "A new name"})
    assert client.wait("chat:updated")["chat"]["name"] == "A new name"


def test_a_deleted_chat_is_told_and_forbidden(people, admin):
    group = people(2)
    clients = [group.wire(user) for user in group.users]
    admin.call("DELETE", "/admin/chats/" + group.chat["id"])
    for client in clients:
        assert client.wait("chat:removed") == {"chatId": group.chat["id"]}
        ack = client.call("message:send", {"chatId": group.chat["id"], "content": "x"})
        assert ack["error"]["code"] == "forbidden"


@pytest.mark.parametrize("action,code", [
    ("block", "user_blocked"), ("disconnect", "disconnected"), ("revoke-tokens", "token_revoked")])
def test_an_action_on_a_user_ends_all_its_sockets_and_no_others(people, admin, action, code):
    group = people(2)
    alice, bob = group.users
    sockets, other = [group.wire(alice), group.wire(alice)], group.wire(bob)
    admin.act(alice, action)
    for client in sockets:
        ended(client, code)
    other.alive()
    if action == "disconnect":
        group.wire(alice)


def test_a_revoked_token_ends_its_sockets_only(people, admin):
    group = people(1)
    user = group.users[0]
    second = admin.token(user)
    kept = group.wire(user)
    closed = group.wire({**user, "token": second["token"]})
    admin.call("DELETE", "/admin/tokens/" + second["token_id"])
    ended(closed, "token_revoked")
    kept.alive()


def test_a_deleted_user_is_ended(people, admin):
    group = people(2)
    gone, stays = group.wire(group.users[0]), group.wire(group.users[1])
    admin.call("DELETE", "/admin/users/" + group.users[0]["id"])
    ended(gone, "user_deleted")
    stays.alive()


def test_a_connection_can_be_ended_by_its_sid(people, admin):
    group = people(2)
    closed, kept = group.wire(group.users[0]), group.wire(group.users[1])
    listed = admin.call("GET", "/admin/connections", params={"limit": 200})["items"]
    sids = [item["sid"] for item in listed if item["user_id"] == group.users[0]["id"]]
    assert len(sids) == 1
    admin.call("DELETE", "/admin/connections/" + sids[0])
    ended(closed, "disconnected")
    kept.alive()
    left = admin.call("GET", "/admin/connections", params={"limit": 200})["items"]
    assert sids[0] not in [item["sid"] for item in left]


def test_a_stock_client_that_was_blocked_knows_that_it_shall_not_come_back(people, admin, parley):
    group = people(2)
    told, gone = queue.Queue(), queue.Queue()
    client = socketio.Client(reconnection=True, reconnection_delay=0.1, handle_sigint=False)
    client.on("session:ended", told.put)
    client.on("disconnect", gone.put)
    client.connect(parley.url, auth={"token": group.users[0]["token"]}, wait_timeout=WAIT)
    admin.act(group.users[0], "block")
    assert told.get(timeout=WAIT)["code"] == "user_blocked"
    assert gone.get(timeout=WAIT) == client.reason.SERVER_DISCONNECT
    client.disconnect()


def test_a_message_of_the_operator_is_told(people, admin):
    group = people(1)
    client = group.wire(group.users[0])
    sent = admin.call("POST", f"/admin/chats/{group.chat['id']}/messages", {"content": "Maintenance at noon"})
    got = client.wait("message:new")
    assert got == sent and got["message_type"] == "system" and got["sender"] is None


def test_a_message_deleted_by_the_operator_is_told_as_a_tombstone(people, admin):
    group = people(1)
    client = group.wire(group.users[0])
    message = client.send(group.chat, "rude")
    admin.call("DELETE", "/admin/messages/" + message["id"])
    gone = client.wait("message:deleted")
    assert (gone["id"], gone["seq"], gone["content"]) == (message["id"], message["seq"], "")
    assert gone["deleted_at"]


def test_a_changed_user_is_told(people, admin):
    group = people(2)
    hearer = group.wire(group.users[1])
    admin.call("PATCH", "/admin/users/" + group.users[0]["id"], {"display_name": "New Name"})
    told = hearer.wait("user:updated", lambda d: d["user"]["id"] == group.users[0]["id"])
    assert told["user"]["display_name"] == "New Name"
    group.wire(group.users[0]).send(group.chat)
    assert hearer.wait("message:new")["sender"]["display_name"] == "New Name"


def test_a_user_past_its_connections_loses_the_oldest(start):
    appliance = start("--max-connections-per-user", 2)
    admin = Admin(appliance)
    user = admin.user()
    token = admin.token(user)["token"]
    clients = []
    for _ in range(3):
        client = Wire(appliance)
        client.connect(token)
        clients.append(client)
    ended(clients[0], "replaced")
    clients[1].alive()
    clients[2].alive()
    for client in clients:
        client.close()
    appliance.stop()
