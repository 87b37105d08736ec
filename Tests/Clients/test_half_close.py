"""A client that closes its side when it has asked (`printf … | nc -N`) gets its answers, and is not waited for."""

import socket

import pytest

from raw import Plain, Polling


class AdminPlain(Plain):
    """A connection to the admin listener."""

    def __init__(self, appliance):
        self.host = appliance.addresses["admin"]
        address, port = self.host.rsplit(":", 1)
        self.socket = socket.create_connection((address, int(port)), timeout=10)
        self.buffer = b""


def finish(plain):
    plain.socket.shutdown(socket.SHUT_WR)


def statuses(plain):
    """Of all answers until the server closes."""
    seen = []
    try:
        while True:
            seen.append(plain.answer()[0])
    except EOFError:
        assert plain.buffer == b"", plain.buffer
        return seen


REQUESTS = [
    (Plain, "/healthz", 200), (Plain, "/", 200), (Plain, "/files/nothing", 401), (Plain, "/nothing", 404),
    (Plain, "/socket.io/?EIO=4&transport=polling", 200), (AdminPlain, "/healthz", 200), (AdminPlain, "/admin/users", 401),
]


@pytest.mark.parametrize(("kind", "path", "status"), REQUESTS, ids=lambda v: getattr(v, "__name__", str(v)))
def test_a_request_and_the_end_at_once(parley, kind, path, status):
    for _ in range(10):
        with kind(parley) as plain:
            plain.get(path)
            finish(plain)
            assert statuses(plain) == [status]


def test_with_the_key(parley):
    with AdminPlain(parley) as plain:
        plain.get("/admin/users", Authorization=f"Bearer {parley.admin_key}")
        finish(plain)
        assert statuses(plain) == [200]


def test_requests_that_wait_are_answered_in_order(parley):
    with Plain(parley) as plain:
        for path in ("/healthz", "/nothing", "/healthz", "/files/nothing"):
            plain.get(path)
        finish(plain)
        assert statuses(plain) == [200, 404, 200, 401]


def test_half_a_head_is_no_request(parley):
    with Plain(parley) as plain:
        plain.write("GET /healthz HTTP/1.1\r\nHost: a\r\n")
        finish(plain)
        assert statuses(plain) in ([], [400])


def test_half_a_body_is_no_request(parley):
    with AdminPlain(parley) as plain:
        plain.write(f"POST /admin/users HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {parley.admin_key}\r\n"
                    'Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"username":"half"')
        finish(plain)
        assert statuses(plain) in ([], [400])


def test_whole_requests_before_garbage_are_answered(parley):
    with Plain(parley) as plain:
        plain.get("/healthz")
        plain.get("/healthz")
        plain.write("\x01 \x02\r\n\r\n")
        # Garbage that comes when both are answered already is answered too.
        seen = statuses(plain)
        assert seen[:2] == [200, 200] and seen[2:] in ([], [400])


def test_a_poll_is_not_kept_for_a_client_that_may_be_gone(parley):
    """Nothing tells half an end from a whole one: what happens meanwhile must not go into a poll that nobody reads."""
    with Polling(parley) as session, Plain(parley) as plain:
        plain.get(f"/socket.io/?EIO=4&transport=polling&sid={session.open['sid']}")
        finish(plain)
        assert statuses(plain) == []


def test_the_end_of_a_websocket_is_its_end(parley):
    for early in (True, False):
        with Plain(parley) as plain:
            if early:
                plain.get("/socket.io/?EIO=4&transport=websocket", Upgrade="websocket", Connection="Upgrade",
                          Sec_WebSocket_Version="13", Sec_WebSocket_Key="dGhlIHNhbXBsZSBub25jZQ==")
            else:
                plain.get("/healthz")
                assert plain.answer()[0] == 200
                assert plain.upgrade()[0] == 101
            finish(plain)
            plain.gone()


@pytest.mark.parametrize("kind", [Plain, AdminPlain])
@pytest.mark.parametrize("count", [40, 60, 100, 500])
def test_what_was_asked_before_too_much_is_answered(parley, kind, count):
    """Past the bound of pipelining requests are dropped, and the answers to those before it are not lost with them."""
    with kind(parley) as plain:
        plain.write("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n" * count)
        finish(plain)
        seen = statuses(plain)
        assert set(seen) == {200} and min(count, 40) <= len(seen) <= count
