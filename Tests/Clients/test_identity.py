"""Tokens of an identity provider: who they make, whom they follow, and the keys that the provider serves."""

import json
import os
import signal
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import jwt
import pytest
import requests
import socketio

import es256
from admin import Admin
from appliance import run
from person import WAIT, Person

SECRET = "an outside secret of forty bytes or so, yes"


def claims(sub, **more):
    return {"sub": sub, "exp": int(time.time()) + 600, **more}


def sign(sub, secret=SECRET, **more):
    return jwt.encode(claims(sub, **more), secret, algorithm="HS256")


def enter(appliance, token):
    """The user as whom the token lets in."""
    with Person(appliance, token) as person:
        return person.connect().ready["user"]


def refused(appliance, token):
    person = Person(appliance, token)
    with pytest.raises(socketio.exceptions.ConnectionError):
        person.connect()
    return person.refusal


@pytest.fixture
def provider(start):
    return start("--jwt-secret", SECRET, "--auto-create-users")


def test_people_of_one_name_are_people(provider):
    for sub, name in [("p1", "Maria Garcia"), ("p2", "Maria Garcia"), ("p3", "MARIA GARCIA")]:
        user = enter(provider, sign(sub, name=name))
        assert (user["id"], user["username"], user["display_name"]) == (sub, sub, name)


def test_a_file_may_be_the_first_that_somebody_sends(provider, start):
    """Who comes by HTTP is let in as who comes by a socket."""
    def upload(appliance, token):
        return requests.post(
            appliance.url + "/files?name=.env", data=b"x", timeout=10,
            headers={"Authorization": f"Bearer {token}", "Content-Type": "text/plain"})

    answer = upload(provider, sign("first", name="First"))
    assert answer.status_code == 201 and answer.json()["name"] == ".env", answer.text
    admin = Admin(provider)
    assert admin.call("GET", "/admin/users/first")["display_name"] == "First"
    assert upload(provider, sign("first", name="Second")).status_code == 201
    assert admin.call("GET", "/admin/users/first")["display_name"] == "Second"
    called = requests.post(provider.url + "/api/chat:list", timeout=10, headers={
        "Authorization": f"Bearer {sign('caller', name='Caller')}"})
    assert called.status_code == 200 and admin.call("GET", "/admin/users/caller")["display_name"] == "Caller"
    admin.call("POST", "/admin/users/first/block", expect=204)
    assert upload(provider, sign("first", name="Third")).status_code == 401
    assert admin.call("GET", "/admin/users/first")["display_name"] == "Second"
    provider.stop()
    closed = start("--jwt-secret", SECRET)
    assert upload(closed, sign("second")).status_code == 401
    assert Admin(closed).raw("GET", "/admin/users/second").status_code == 404


@pytest.mark.parametrize("name", ["", "  ", None, 7, {"given": "A"}, ["a"], "\u200b", "a\nb", "Dr. " + "Anna " * 100, True])
def test_no_name_keeps_anybody_out(provider, name):
    user = enter(provider, sign("u", name=name, picture=name, preferred_username=name))
    assert user["id"] == "u"
    assert user["display_name"] is None or 0 < len(user["display_name"]) <= 200


@pytest.mark.parametrize("sub", [
    "auth0|507f1f77bcf86cd799439020", "google-oauth2|103547991597142817347", "jane@example.org",
    "https://id.example.org/users/7", "x" * 80, "x" * 128, "CN=Jane,O=Example", "{8f14e45f}", "dXNlcjo3+/==",
    "3f2504e0-4f89-11d3-9a0c-0305e82c3301",
])
def test_subjects_are_ids_as_they_are(provider, sub):
    user = enter(provider, sign(sub, name="n"))
    assert user["id"] == sub and user["username"] == sub


def test_a_number_is_an_id_as_text(start):
    appliance = start("--jwt-secret", SECRET, "--auto-create-users", "--jwt-user-claim", "uid")
    assert enter(appliance, sign("s", uid=42))["id"] == "42"


@pytest.mark.parametrize("sub", ["user 7", "ünïcode", "x" * 129, "a\u200b"])
def test_a_claim_that_is_no_id_is_named(provider, sub):
    refusal = refused(provider, sign(sub))
    assert refusal["data"]["code"] == "unauthorized" and "sub" in refusal["message"], refusal


def test_the_preferred_name_is_taken_where_it_is_free(provider):
    admin = Admin(provider)
    kim = admin.user("kim")
    assert enter(provider, sign("p1", preferred_username="jane"))["username"] == "jane"
    assert enter(provider, sign("p2", preferred_username="Jane"))["username"] == "p2"
    assert enter(provider, sign("p3", preferred_username="ki\u200bm"))["username"] == "p3"
    assert enter(provider, sign("kim"))["username"] == "kim-2"
    assert admin.call("GET", f"/admin/users/{kim['id']}")["username"] == "kim"


def test_a_name_that_changes_is_followed_and_told(provider):
    admin = Admin(provider)
    enter(provider, sign("p1", name="Maria", picture="https://a.example/1.png", preferred_username="maria"))
    bob = enter(provider, sign("bob"))
    admin.chat({"id": "p1"}, bob)
    with Person(provider, sign("bob")) as peer:
        peer.connect()
        user = enter(provider, sign("p1", name="Maria Lopez", picture="https://a.example/1.png"))
        assert user["display_name"] == "Maria Lopez" and user["username"] == "maria"
        told = peer.wait("user:updated")["user"]
        assert told["display_name"] == "Maria Lopez" and told["avatar_url"] == "https://a.example/1.png"
        enter(provider, sign("p1", name="Maria Lopez", picture=""))
        enter(provider, sign("p1"))
        enter(provider, sign("p1", name="Maria Lopez 2"))
        assert peer.wait("user:updated")["user"]["display_name"] == "Maria Lopez 2", "nothing was told in between"


def test_own_tokens_change_nobody(provider):
    admin = Admin(provider)
    user = admin.user(display_name="Kim")
    assert enter(provider, admin.token(user)["token"])["display_name"] == "Kim"


def test_two_first_sign_ins_at_once_make_one_user(provider):
    people = [Person(provider, sign("p1", name="P", preferred_username="pp")) for _ in range(8)]
    threads = [threading.Thread(target=person.connect) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {(person.ready["user"]["id"], person.ready["user"]["username"]) for person in people} == {("p1", "pp")}
    for person in people:
        person.close()
    assert len(Admin(provider).call("GET", "/admin/users")["items"]) == 1


def test_a_deleted_user_is_told_so_and_not_made_again(provider):
    admin = Admin(provider)
    token = sign("p1", name="P")
    enter(provider, token)
    with Person(provider, token) as person:
        person.connect()
        admin.call("DELETE", "/admin/users/p1")
        ended = person.wait("session:ended")
        assert ended["code"] == "user_deleted" and ended["reconnect"] is False
    assert refused(provider, token)["data"]["code"] == "user_deleted"


@pytest.mark.parametrize("claim", ["https://example.org/uid", "user.id", "email"])
def test_a_namespaced_claim_is_one_name(start, claim):
    appliance = start("--jwt-secret", SECRET, "--auto-create-users", "--jwt-user-claim", claim)
    assert enter(appliance, sign("s", **{claim: "u77", "user": {"id": "u78"}}))["id"] == "u77"
    refusal = refused(appliance, sign("s", **{claim: "a b"}))
    assert claim in refusal["message"]


@pytest.mark.parametrize("blank", ["\n", "\r\n", " ", "\t \n"])
def test_blanks_around_a_token_are_forgiven(provider, blank):
    token = sign("u")
    assert enter(provider, token + blank)["id"] == "u"
    assert enter(provider, blank + token)["id"] == "u"
    with Person(provider, token) as person:
        person.connect()
        person.ok("auth:refresh", {"token": sign("u") + blank})
    answer = Admin(provider).http.post(
        provider.url + "/files?name=a", data=b"x", timeout=10, headers={"Authorization": f"Bearer {token} "})
    assert answer.status_code == 201, answer.text


# Secrets


def test_several_secrets_hold_and_the_first_signs(start, tmp_path):
    new, old = "n" * 32, "o" * 32
    appliance = start("--jwt-secret", new, "--jwt-secret", old, "--auto-create-users")
    assert enter(appliance, sign("a", new))["id"] == "a"
    assert enter(appliance, sign("b", old))["id"] == "b"
    assert refused(appliance, sign("c", "x" * 32))["data"]["code"] == "unauthorized"
    own = Admin(appliance).call("POST", "/admin/tokens", {"user_id": "a"})["token"]
    assert jwt.decode(own, new, algorithms=["HS256"], options={"verify_iss": False})["sub"] == "a"


def signalled(appliance, line):
    before = appliance.log().count(line)
    appliance.process.send_signal(signal.SIGHUP)
    deadline = time.monotonic() + WAIT
    while appliance.log().count(line) == before:
        assert time.monotonic() < deadline, appliance.log()[-2000:]
        time.sleep(0.02)


def test_files_of_keys_are_read_again_on_sighup(start, tmp_path):
    first, second, keys = tmp_path / "first", tmp_path / "second", tmp_path / "keys.json"
    one, two = Key("one"), Key("two")
    first.write_text("a" * 32 + "\n")
    second.write_text("b" * 32 + "\r\n")
    keys.write_text(one.set())
    appliance = start("--jwt-secret-file", first, "--jwt-secret-file", second, "--auto-create-users",
                      "--jwt-public-key", keys, "--jwt-issuer", "idp")
    enter(appliance, sign("u", "a" * 32, iss="idp"))
    enter(appliance, sign("u", "b" * 32, iss="idp"))
    enter(appliance, one.token("u"))
    first.write_text("c" * 32 + "\n")
    second.write_text("a" * 32)
    keys.write_text(two.set())
    signalled(appliance, "keys of tokens read again")
    enter(appliance, sign("u", "c" * 32, iss="idp"))
    enter(appliance, sign("u", "a" * 32, iss="idp"))
    assert refused(appliance, sign("u", "b" * 32, iss="idp"))["data"]["code"] == "unauthorized"
    enter(appliance, two.token("u"))
    assert refused(appliance, one.token("u"))["data"]["code"] == "unauthorized"
    second.write_text("short")
    signalled(appliance, "keys of tokens not usable, the old ones stay")
    enter(appliance, sign("u", "c" * 32, iss="idp"))
    assert "a" * 32 not in appliance.log()


# Keys that a provider serves


class Key(es256.Key):
    """A key pair of the provider's."""

    def set(self):
        return json.dumps({"keys": [self.jwk()]})

    def token(self, sub, kid=None, **more):
        return self.sign({**claims(sub), "iss": "idp", **more}, kid=kid or self.kid)


class KeyServer:
    """Serves what it is told to, and counts."""

    def __init__(self, *keys):
        self.asked = 0
        self.serve(*keys)
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                owner.asked += 1
                try:
                    owner.answer(self)
                except (BrokenPipeError, ConnectionResetError):
                    pass

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/jwks.json"

    def serve(self, *keys):
        self.send(200, json.dumps({"keys": [key.jwk() for key in keys]}).encode())

    def send(self, status, body, **headers):
        def answer(request):
            request.send_response(status)
            for name, value in headers.items():
                request.send_header(name.replace("_", "-"), value)
            request.send_header("Content-Length", str(len(body)))
            request.end_headers()
            request.wfile.write(body)

        self.answer = answer

    def close(self):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def served():
    made = []

    def maker(*keys):
        made.append(KeyServer(*keys))
        return made[-1]

    yield maker
    for server in made:
        server.close()


@pytest.fixture
def follower(start):
    def starter(url):
        return start("--jwt-jwks-url", url, "--jwt-issuer", "idp", "--auto-create-users")

    return starter


def asked(server, count):
    deadline = time.monotonic() + WAIT
    while server.asked < count:
        assert time.monotonic() < deadline, f"asked {server.asked} times"
        time.sleep(0.02)


def test_keys_that_are_served_hold_and_a_rotation_is_followed_at_once(served, follower):
    old, new = Key("old"), Key("new")
    server = served(old)
    appliance = follower(server.url)
    assert enter(appliance, old.token("u"))["id"] == "u"
    assert refused(appliance, old.token("u", iss="another"))["data"]["code"] == "unauthorized"
    before = server.asked
    server.serve(old, new)
    assert enter(appliance, new.token("u"))["id"] == "u", "the key is fetched while its token waits"
    assert server.asked == before + 1
    for _ in range(3):
        assert refused(appliance, new.token("u", kid="never"))["data"]["code"] == "unauthorized"
    assert server.asked == before + 1, "once a minute at most"
    assert enter(appliance, old.token("u"))["id"] == "u"


def test_a_refresh_and_a_file_wait_for_a_new_key_too(served, follower):
    old, new, newer = Key("old"), Key("new"), Key("newer")
    server = served(old)
    appliance = follower(server.url)
    with Person(appliance, old.token("u")) as person:
        person.connect()
        server.serve(old, new)
        person.ok("auth:refresh", {"token": new.token("u")})
    server.serve(newer)
    answer = Admin(appliance).http.post(
        appliance.url + "/files?name=a", data=b"x", timeout=10,
        headers={"Authorization": f"Bearer {newer.token('u')}"})
    assert answer.status_code == 401, "asked for less than a minute ago"


def test_while_the_provider_is_gone_the_last_keys_hold(served, follower):
    key = Key("one")
    server = served(key)
    appliance = follower(server.url)
    enter(appliance, key.token("u"))
    server.close()
    assert refused(appliance, Key("two").token("u"))["data"]["code"] == "unauthorized"
    assert enter(appliance, key.token("u"))["id"] == "u"
    appliance.stop()


def test_a_start_does_not_wait_for_the_provider(follower):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        appliance = follower(f"http://127.0.0.1:{unused.getsockname()[1]}/jwks.json")
        assert refused(appliance, Key("one").token("u"))["data"]["code"] == "unauthorized"
        token = Admin(appliance).call("POST", "/admin/tokens", {"username": "a", "create": True})["token"]
        assert enter(appliance, token)["username"] == "a"
    assert "not fetched" in appliance.log()


def test_a_provider_that_comes_later_is_found(served, follower):
    key = Key("one")
    server = served()
    server.send(503, b"later")
    appliance = follower(server.url)
    asked(server, 1)
    server.serve(key)
    assert enter(appliance, key.token("u"))["id"] == "u"


@pytest.mark.parametrize("status,body,headers", [
    (200, b"<html>sign in</html>", {"Content_Type": "text/html"}), (200, b"", {}), (200, b'{"keys":[]}', {}),
    (200, b'{"keys":' + b"[" * 100_000, {}), (200, b"\xff\xfe", {}), (500, b"{}", {}), (404, b"", {}),
    (200, b'{"keys":[{"kty":"EC","crv":"P-256","kid":"one","x":"AAAA","y":"AAAA"}]}', {}),
    (200, b" " * 600_000, {}),
], ids=["page", "empty", "no keys", "deep", "not UTF-8", "error", "nowhere", "unusable", "huge"])
def test_wrong_answers_leave_the_keys(served, follower, status, body, headers):
    key, other = Key("one"), Key("two")
    server = served(key)
    appliance = follower(server.url)
    enter(appliance, key.token("u"))
    server.send(status, body, **headers)
    count = server.asked
    assert refused(appliance, other.token("u"))["data"]["code"] == "unauthorized"
    assert server.asked == count + 1
    assert enter(appliance, key.token("u"))["id"] == "u"


def test_a_redirect_is_not_followed(served, follower):
    key = Key("one")
    elsewhere = served(key)
    server = served()
    server.send(302, b"", Location=elsewhere.url)
    appliance = follower(server.url)
    assert refused(appliance, key.token("u"))["data"]["code"] == "unauthorized"
    assert elsewhere.asked == 0 and server.asked >= 1


def test_an_answer_without_end_is_given_up_and_the_stop_does_not_wait_for_it(served, follower):
    key = Key("one")
    server = served(key)
    appliance = follower(server.url)
    enter(appliance, key.token("u"))
    over = threading.Event()

    def drip(request):
        request.send_response(200)
        request.end_headers()
        while not over.wait(0.1):
            request.wfile.write(b" ")
            request.wfile.flush()

    server.answer = drip
    waiting = Person(appliance, Key("two").token("u"))
    thread = threading.Thread(target=lambda: pytest.raises(Exception, waiting.connect))
    thread.start()
    asked(server, 2)
    assert enter(appliance, key.token("u"))["id"] == "u", "nobody else waits"
    appliance.stop()
    over.set()
    thread.join()


def test_keys_of_others_need_an_issuer_or_an_audience(tmp_path):
    code, _, error = run("serve", "--data", tmp_path / "data", "--jwt-jwks-url", "https://id.example.org/jwks.json")
    assert code == 78 and "--jwt-issuer" in error
    code, _, error = run("serve", "--data", tmp_path / "data", "--jwt-jwks-url", "id.example.org", "--jwt-issuer", "x")
    assert code == 78 and "--jwt-jwks-url" in error
    assert not os.path.exists(tmp_path / "data")
