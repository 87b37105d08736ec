"""Connection state recovery as the stock client does it: CONNECT with `pid` and the last `offset`."""

import json

from admin import Admin
from wire import Closed, Wire


def come_back(parley, token, pid, offset):
    """A new connection with what the old one remembered: (Wire, the data of CONNECT)."""
    client = Wire(parley)
    client.write("40" + json.dumps({"token": token, "pid": pid, "offset": offset}))
    kind, data = client.take(lambda e: e[0] in ("connect", "refused"), "answer to CONNECT")
    assert kind == "connect", data
    return client, data


def last_offset(client):
    """The last string argument the client saw, which is what the stock client remembers."""
    client.alive()
    return [entry[2][-1] for entry in client.seen
            if entry[0] == "event" and entry[2] and isinstance(entry[2][-1], str)][-1]


def open_one(parley, user):
    client = Wire(parley)
    data = client.connect(user["token"])
    assert isinstance(data["pid"], str)
    client.wait("offset")
    return client, data


def new_messages(client, upto):
    client.wait("message:new", lambda m: m["seq"] == upto)
    return [e[2][0] for e in client.seen if e[:2] == ("event", "message:new")]


def test_who_comes_back_gets_the_same_sid_and_what_was_missed(parley, people):
    group = people(2)
    alice = group.wire(group.users[0])
    bob, data = open_one(parley, group.users[1])
    alice.send(group.chat, "seen")
    bob.wait("message:new")
    bob.wait("offset")
    offset = last_offset(bob)
    bob.socket.shutdown()
    missed = [alice.send(group.chat, f"missed {number}") for number in range(10)]
    back, again = come_back(parley, group.users[1]["token"], data["pid"], offset)
    assert (again["pid"], again["sid"]) == (data["pid"], data["sid"])
    assert new_messages(back, 11) == missed
    last = alice.send(group.chat, "live")
    assert new_messages(back, 12)[-1] == last
    back.close()


def test_what_is_missed_comes_in_its_latest_state(parley, people):
    group = people(2)
    alice = group.wire(group.users[0])
    bob, data = open_one(parley, group.users[1])
    place = {"chatId": group.chat["id"]}
    old, older = alice.send(group.chat, "old"), alice.send(group.chat, "older")
    bob.wait("message:new", lambda m: m["seq"] == 2)
    bob.wait("offset")
    offset = last_offset(bob)
    bob.socket.shutdown()
    new = [alice.send(group.chat, str(number)) for number in range(3)]
    edited = alice.ok("message:edit", {**place, "messageId": old["id"], "content": "old, edited"})["message"]
    gone = alice.ok("message:delete", {**place, "messageId": older["id"]})["message"]
    changed = alice.ok("message:edit", {**place, "messageId": new[1]["id"], "content": "new, edited"})["message"]
    back, _ = come_back(parley, group.users[1]["token"], data["pid"], offset)
    assert new_messages(back, 5) == [new[0], changed, new[2]]
    assert back.wait("message:updated") == edited
    assert back.wait("message:deleted") == gone
    back.alive()
    assert back.heard("message:updated") == [] and back.heard("message:deleted") == []
    back.close()


def test_a_foreign_or_forged_pid_is_not_recovered(parley, people):
    group = people(2)
    bob, data = open_one(parley, group.users[1])
    offset = last_offset(bob)
    forged = data["pid"][:-2] + ("AA" if data["pid"][-2:] != "AA" else "BB")
    for token, pid, at in ((group.users[0]["token"], data["pid"], offset), (group.users[1]["token"], forged, offset),
                           (group.users[1]["token"], "x", offset), (group.users[1]["token"], data["pid"], "nonsense"),
                           (group.users[1]["token"], data["pid"], "")):
        client, answer = come_back(parley, token, pid, at)
        assert answer["pid"] != data["pid"] and answer["sid"] != data["sid"]
        client.alive()
        client.close()
    bob.alive()
    bob.close()


def test_the_earlier_socket_of_a_pid_is_closed_first(parley, people):
    group = people(1)
    first, data = open_one(parley, group.users[0])
    second, again = come_back(parley, group.users[0]["token"], data["pid"], last_offset(first))
    assert again["sid"] == data["sid"]
    first.closed()
    second.alive()
    second.close()


def test_nothing_comes_from_a_chat_one_was_removed_from(parley, people, admin):
    group = people(2)
    alice = group.wire(group.users[0])
    bob, data = open_one(parley, group.users[1])
    offset = last_offset(bob)
    bob.socket.shutdown()
    alice.send(group.chat, "before the removal")
    admin.remove(group.chat, group.users[1])
    alice.send(group.chat, "after the removal")
    back, _ = come_back(parley, group.users[1]["token"], data["pid"], offset)
    assert back.wait("chat:removed") == {"chatId": group.chat["id"]}
    back.alive()
    assert back.heard("message:new") == []
    back.close()


def test_recovery_authenticates(parley, people, admin):
    group = people(1)
    bob, data = open_one(parley, group.users[0])
    offset = last_offset(bob)
    bob.socket.shutdown()
    admin.act(group.users[0], "block")
    client = Wire(parley)
    refusal = client.refused({"token": group.users[0]["token"], "pid": data["pid"], "offset": offset})
    assert refusal["data"]["code"] == "user_blocked"
    client.close()


def test_recovery_works_across_a_restart_and_a_kill(start):
    appliance = start()
    admin = Admin(appliance)
    user, other = admin.user(), admin.user()
    token = admin.token(user)["token"]
    chat = admin.chat(user, other)
    client = Wire(appliance)
    data = client.connect(token)
    client.wait("offset")
    offset = last_offset(client)
    missed = []
    for end in (appliance.stop, appliance.kill):
        end()
        appliance.start()
        admin = Admin(appliance)
        missed.append(admin.call("POST", f"/admin/chats/{chat['id']}/messages", {"content": "x"}))
        client, again = come_back(appliance, token, data["pid"], offset)
        assert (again["pid"], again["sid"]) == (data["pid"], data["sid"])
        assert new_messages(client, len(missed)) == missed
        client.socket.shutdown()
    appliance.stop()


def test_two_live_clients_of_one_pid_come_to_live_side_by_side(parley, people):
    group = people(1)
    token = group.users[0]["token"]
    first, data = open_one(parley, group.users[0])
    offset = last_offset(first)
    second, again = come_back(parley, token, data["pid"], offset)
    assert again["pid"] == data["pid"]
    first.closed()
    # A stock client returns by itself when its transport was closed.
    third, other = come_back(parley, token, data["pid"], offset)
    assert other["pid"] != data["pid"] and other["sid"] != data["sid"]
    for client in (second, third):
        client.alive()
        client.close()


def lives(client):
    try:
        client.alive()
    except (Closed, AssertionError):
        return False
    return True


def test_of_two_that_come_at_once_with_one_pid_one_has_it(parley, people):
    group = people(1)
    token = group.users[0]["token"]
    first, data = open_one(parley, group.users[0])
    offset = last_offset(first)
    first.socket.shutdown()
    for _ in range(5):
        pair = [Wire(parley), Wire(parley)]
        for client in pair:
            client.write("40" + json.dumps({"token": token, "pid": data["pid"], "offset": offset}))
        living = []
        for client in pair:
            try:
                _, told = client.take(lambda e: e[0] == "connect", "answer to CONNECT")
                client.alive()
                living.append((client, told["pid"]))
            except (Closed, AssertionError):
                pass
        # Whoever came second may have taken the first one's place since.
        living = [pid for client, pid in living if lives(client)]
        assert living and len(living) == len(set(living)), living
        for client in pair:
            client.socket.shutdown()


def test_a_long_replay_comes_in_pages_and_what_is_said_meanwhile_comes_after_it(parley, people):
    group = people(2)
    alice = group.wire(group.users[0])
    bob, data = open_one(parley, group.users[1])
    offset = last_offset(bob)
    bob.socket.shutdown()
    count = 400
    for number in range(count):
        alice.emit("message:send", {"chatId": group.chat["id"], "content": f"{number} " + "x" * 2000}, ack=True)
    alice.send(group.chat, "last of what was missed")
    back, again = come_back(parley, group.users[1]["token"], data["pid"], offset)
    assert again["pid"] == data["pid"]
    for number in range(30):
        alice.send(group.chat, f"meanwhile {number}")
    assert [m["seq"] for m in new_messages(back, count + 31)] == list(range(1, count + 32))
    back.close()


def test_who_was_added_while_away_is_told_as_a_live_socket_is(parley, people, admin):
    group = people(3)
    alice, bob, carol = group.users
    pair = admin.chat(alice, bob)
    speaker, live = group.wire(alice), group.wire(carol)
    away, data = open_one(parley, carol)
    offset = last_offset(away)
    away.socket.shutdown()
    speaker.send(pair, "before")
    admin.add(pair, carol)
    after = speaker.send(pair, "after")
    assert live.wait("message:new") == after
    back, _ = come_back(parley, carol["token"], data["pid"], offset)
    assert new_messages(back, after["seq"]) == [after]
    back.alive()
    assert back.heard("message:new") == []
    back.close()
