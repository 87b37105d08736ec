"""user:status: by user and not by socket, to those who share a chat, offline after the grace time."""

import re

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def of(user):
    return lambda data: data["userId"] == user["id"]


def statuses(client, user):
    return [status["status"] for status in client.heard("user:status") if status["userId"] == user["id"]]


def barrier(group, watcher, user):
    """Lets `user`, who was away, come: what was to be told of others before is told once this is."""
    client = group.wire(user)
    watcher.wait("user:status", of(user))
    return client


def test_the_first_socket_makes_online_and_the_last_one_gone_makes_offline(people):
    group = people(4)
    alice, bob, carol, dave = group.users
    watcher = group.wire(bob)
    first = group.wire(alice)
    online = watcher.wait("user:status", of(alice))
    assert online["status"] == "online" and set(online) == {"userId", "status", "last_seen_at"}
    second = group.wire(alice)
    barrier(group, watcher, carol)
    assert statuses(watcher, alice) == []
    first.close()
    short = barrier(group, watcher, dave)
    short.close()
    # dave left after alice's first socket: once dave is told offline, a grace of alice would be over too.
    assert watcher.wait("user:status", of(dave))["status"] == "offline"
    assert statuses(watcher, alice) == []
    second.close()
    offline = watcher.wait("user:status", of(alice))
    assert offline["status"] == "offline" and TIME.fullmatch(offline["last_seen_at"])


def test_who_comes_back_within_the_grace_was_never_gone(people):
    group = people(3)
    alice, bob, carol = group.users
    watcher = group.wire(bob)
    for user in (alice, carol):
        client = group.wire(user)
        watcher.wait("user:status", of(user))
        if user is alice:
            client.close()
            group.wire(alice)
        else:
            client.close()
    # carol left after alice: once carol is told offline, alice's grace is over too.
    assert watcher.wait("user:status", of(carol))["status"] == "offline"
    assert statuses(watcher, alice) == []


def test_strangers_are_not_told(people, admin):
    group = people(2)
    alice, bob = group.users
    stranger = admin.user()
    alone = admin.chat(stranger)
    stranger["token"] = admin.token(stranger)["token"]
    outsider, watcher = group.wire(stranger), group.wire(bob)
    friend = admin.user()
    admin.add(alone, friend)
    friend["token"] = admin.token(friend)["token"]
    group.wire(alice)
    watcher.wait("user:status", of(alice))
    barrier(group, outsider, friend)
    assert statuses(outsider, alice) == []


def test_a_cut_link_makes_offline_too(people):
    group = people(2)
    alice, bob = group.users
    watcher = group.wire(bob)
    client = group.wire(alice)
    watcher.wait("user:status", of(alice))
    client.socket.shutdown()
    assert watcher.wait("user:status", of(alice))["status"] == "offline"


def test_a_polling_client_that_leaves_makes_offline_too(people):
    group = people(2)
    alice, bob = group.users
    watcher = group.wire(bob)
    person = group.person(alice, transports=["polling"])
    assert watcher.wait("user:status", of(alice))["status"] == "online"
    person.close()
    assert watcher.wait("user:status", of(alice))["status"] == "offline"


def test_one_is_told_once_however_many_chats_one_shares(people, admin):
    group = people(3)
    alice, bob, carol = group.users
    for _ in range(5):
        admin.chat(alice, bob)
    watcher = group.wire(bob)
    group.wire(alice)
    assert watcher.wait("user:status", of(alice))["status"] == "online"
    barrier(group, watcher, carol)
    assert statuses(watcher, alice) == []


def test_the_admin_endpoint_knows_who_is_online(people, admin):
    group = people(2)
    alice, bob = group.users
    path = f"/admin/users/{alice['id']}"
    assert admin.call("GET", path)["status"] == "offline"
    watcher = group.wire(bob)
    client = group.wire(alice)
    watcher.wait("user:status", of(alice))
    assert admin.call("GET", path)["status"] == "online"
    client.close()
    watcher.wait("user:status", of(alice))
    gone = admin.call("GET", path)
    assert gone["status"] == "offline" and TIME.fullmatch(gone["last_seen_at"])


def test_a_refused_connection_makes_nobody_online(people, wire, admin):
    group = people(3)
    alice, bob, carol = group.users
    watcher = group.wire(bob)
    revoked = admin.token(alice)
    admin.call("DELETE", f"/admin/tokens/{revoked['token_id']}")
    wire().refused({"token": revoked["token"]})
    barrier(group, watcher, carol)
    assert statuses(watcher, alice) == []
