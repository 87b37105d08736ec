"""How a session ends or is kept: expiry, a fresh token."""

import pytest

from wire import Closed


def test_a_session_that_expires_is_told_before_and_at_the_end(people, admin):
    group = people(1)
    short = admin.token(group.users[0], ttl_seconds=3)
    client = group.wire({**group.users[0], "token": short["token"]})
    assert client.wait("session:expiring")["expires_at"] == short["expires_at"]
    told = client.wait("session:ended")
    assert (told["code"], told["reconnect"]) == ("token_expired", True) and told["message"]
    with pytest.raises(Closed):
        while True:
            assert client.read()[0] != "disconnect", "a DISCONNECT keeps stock clients away for good"


def test_a_fresh_token_keeps_the_socket(people, admin):
    group = people(1)
    user = group.users[0]
    short, witness = admin.token(user, ttl_seconds=3), admin.token(user, ttl_seconds=5)
    kept = group.wire({**user, "token": short["token"]})
    ends = group.wire({**user, "token": witness["token"]})
    kept.wait("session:expiring")
    fresh = admin.token(user)
    assert kept.ok("auth:refresh", {"token": fresh["token"]})["expires_at"] == fresh["expires_at"]
    # The witness expires after the first token would have.
    assert ends.wait("session:ended")["code"] == "token_expired"
    kept.alive()
    assert kept.heard("session:ended") == []


def test_a_token_that_does_not_fit_refreshes_nothing(people, admin):
    group = people(2)
    client = group.wire(group.users[0])
    for token in ("garbage", group.users[1]["token"]):
        ack = client.call("auth:refresh", {"token": token})
        assert ack["ok"] is False and ack["error"]["code"] in ("unauthorized", "forbidden", "invalid"), ack
    assert client.call("auth:refresh", {})["error"]["code"] == "invalid"
    client.alive()
