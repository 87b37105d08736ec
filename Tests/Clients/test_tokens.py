"""Who is let in, and with which code the others are refused (both ways to give a token)."""

import base64
import json
import time

import jwt
import pytest
import socketio

from appliance import SECRET
from person import Person


def claims(user, **changes):
    now = int(time.time())
    made = {"sub": user["id"], "name": user["username"], "iat": now, "exp": now + 3600, "iss": "parley"}
    made.update(changes)
    return {name: value for name, value in made.items() if value is not None}


def sign(payload, secret=SECRET, algorithm="HS256"):
    return jwt.encode(payload, secret, algorithm=algorithm)


def unsigned(payload, algorithm):
    """A token with that `alg` and no signature at all."""
    def part(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    return part({"alg": algorithm, "typ": "JWT"}) + "." + part(payload) + "."


def tampered(token):
    """The same signature under other claims."""
    head, _, tail = token.split(".")
    payload = base64.urlsafe_b64encode(json.dumps({"sub": "root", "exp": 9999999999}).encode()).rstrip(b"=")
    return f"{head}.{payload.decode()}.{tail}"


def empty(admin, user):
    return ""


def garbage(admin, user):
    return "garbage"


def three_parts(admin, user):
    return "a.b.c"


def very_long(admin, user):
    return "x" * 12000


def alg_none(admin, user):
    return unsigned(claims(user), "none")


def alg_none_capital(admin, user):
    return unsigned(claims(user), "None")


def no_signature(admin, user):
    return unsigned(claims(user), "HS256")


def wrong_signature(admin, user):
    return sign(claims(user), "another secret, also longer than thirty-two bytes")


def changed_claims(admin, user):
    return tampered(sign(claims(user)))


def other_algorithm(admin, user):
    return sign(claims(user), "another secret, also longer than thirty-two bytes, for HS512 even longer", "HS512")


def no_subject(admin, user):
    return sign(claims(user, sub=None))


def no_expiry(admin, user):
    return sign(claims(user, exp=None))


def expired(admin, user):
    return sign(claims(user, iat=int(time.time()) - 7200, exp=int(time.time()) - 3600))


def unknown_user(admin, user):
    return sign(claims({"id": "nobody-at-all", "username": "nobody"}))


def deleted_user(admin, user):
    token = admin.token(user)["token"]
    admin.call("DELETE", f"/admin/users/{user['id']}")
    return token


def revoked(admin, user):
    made = admin.token(user)
    admin.call("DELETE", f"/admin/tokens/{made['token_id']}")
    return made["token"]


def all_revoked(admin, user):
    token = admin.token(user)["token"]
    admin.act(user, "revoke-tokens")
    return token


def blocked(admin, user):
    token = admin.token(user)["token"]
    admin.act(user, "block")
    return token


BAD = [
    (empty, "unauthorized"), (garbage, "unauthorized"), (three_parts, "unauthorized"), (very_long, "unauthorized"),
    (alg_none, "unauthorized"), (alg_none_capital, "unauthorized"), (no_signature, "unauthorized"),
    (wrong_signature, "unauthorized"), (changed_claims, "unauthorized"), (other_algorithm, "unauthorized"),
    (no_subject, "unauthorized"), (no_expiry, "unauthorized"), (expired, "token_expired"),
    (unknown_user, "unknown_user"), (revoked, "token_revoked"), (all_revoked, "token_revoked"),
    (blocked, "user_blocked"),
]
NAMES = [maker.__name__ for maker, _ in BAD]


def check(refusal, code):
    assert isinstance(refusal, dict), refusal
    assert isinstance(refusal["message"], str) and refusal["message"]
    assert refusal["data"]["code"] == code, refusal


@pytest.mark.parametrize("maker,code", BAD, ids=NAMES)
def test_a_bad_token_in_auth_is_refused_with_its_code(wire, admin, maker, code):
    check(wire().refused({"token": maker(admin, admin.user())}), code)


@pytest.mark.parametrize("maker,code", [pair for pair in BAD if pair[0] is not very_long],
                         ids=[name for name in NAMES if name != "very_long"])
def test_a_bad_token_in_the_header_is_refused_with_its_code(wire, admin, maker, code):
    token = maker(admin, admin.user())
    check(wire(headers={"Authorization": f"Bearer {token}"}).refused(), code)


def test_a_token_of_a_deleted_user_is_refused(wire, admin):
    refusal = wire().refused({"token": deleted_user(admin, admin.user())})
    check(refusal, "user_deleted")


@pytest.mark.parametrize("auth", [None, {}, {"token": None}, {"token": 7}, {"token": {"a": 1}}, {"other": "x"}],
                         ids=json.dumps)
def test_a_connect_without_a_token_is_refused_as_unauthorized(wire, auth):
    check(wire().refused(auth), "unauthorized")


def test_another_scheme_in_the_header_is_refused(wire, admin):
    token = admin.token(admin.user())["token"]
    check(wire(headers={"Authorization": f"Basic {token}"}).refused(), "unauthorized")


@pytest.mark.parametrize("transports", [["polling"], ["websocket"], None], ids=["polling", "websocket", "upgrade"])
@pytest.mark.parametrize("maker,code", [(garbage, "unauthorized"), (expired, "token_expired"),
                                        (unknown_user, "unknown_user"), (revoked, "token_revoked"),
                                        (blocked, "user_blocked")],
                         ids=["garbage", "expired", "unknown_user", "revoked", "blocked"])
def test_a_stock_client_gets_the_connect_error(parley, admin, maker, code, transports):
    with Person(parley, maker(admin, admin.user()), transports=transports) as person:
        with pytest.raises(socketio.exceptions.ConnectionError):
            person.connect()
        check(person.refusal, code)


def test_a_refused_connection_may_try_again_with_a_good_token(wire, admin):
    user = admin.user()
    client = wire()
    check(client.refused({"token": "garbage"}), "unauthorized")
    client.connect(admin.token(user)["token"])
    assert client.ready["user"]["id"] == user["id"]


def test_an_unblocked_user_is_let_in_again(wire, admin):
    user = admin.user()
    token = blocked(admin, user)
    check(wire().refused({"token": token}), "user_blocked")
    admin.act(user, "unblock")
    wire().connect(token)


def test_revoking_one_token_leaves_the_others(wire, admin):
    user = admin.user()
    kept = admin.token(user)["token"]
    check(wire().refused({"token": revoked(admin, user)}), "token_revoked")
    wire().connect(kept)


def test_a_token_signed_elsewhere_with_the_same_secret_is_accepted(wire, admin):
    user = admin.user()
    client = wire()
    client.connect(sign(claims(user, iss=None, name=None)))
    assert client.ready["user"]["id"] == user["id"]


@pytest.mark.parametrize("transports", [["polling"], ["websocket"], None], ids=["polling", "websocket", "upgrade"])
def test_a_header_token_lets_a_stock_client_in(parley, admin, transports):
    user = admin.user()
    headers = {"Authorization": "Bearer " + admin.token(user)["token"]}
    with Person(parley, headers=headers, transports=transports) as person:
        person.connect()
        assert person.ready["user"]["id"] == user["id"]


def test_the_scheme_of_the_header_is_case_insensitive(wire, admin):
    user = admin.user()
    client = wire(headers={"authorization": "bearer " + admin.token(user)["token"]})
    client.connect()
    assert client.ready["user"]["id"] == user["id"]


def test_no_token_is_ever_logged(parley, wire, admin):
    token = admin.token(admin.user())["token"]
    wire().connect(token)
    wire().refused({"token": token + "x"})
    assert token.rsplit(".", 1)[1] not in parley.log()


def test_a_token_in_the_header_lets_in_again_on_the_same_connection(wire, admin):
    user = admin.user()
    token = admin.token(user)["token"]
    client = wire(headers={"Authorization": "Bearer " + token, "User-Agent": "a tester/1", "X-Other": "let go"})
    for connect in ("40", "40" + json.dumps({"token": token}), "40"):
        client.write(connect)
        client.take(lambda entry: entry[0] == "connect", "its CONNECT to be answered")
        mine = [item for item in admin.call("GET", "/admin/connections", params={"limit": 200})["items"]
                if item["user_id"] == user["id"]]
        assert [item["user_agent"] for item in mine] == ["a tester/1"]
        client.write("41")
