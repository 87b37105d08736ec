"""Every event over HTTP (CONTRACT section 3): the same acks as on a socket, under their statuses, told to sockets."""

import json
import socket
import threading

import pytest
import requests

from admin import Admin, fresh
from test_described_events import WRONG, kind, world  # noqa: F401
from wire import Wire

SESSION_EVENTS = {"chat:join", "chat:leave", "typing:start", "typing:stop", "auth:refresh"}
STATUS = {
    None: 200, "invalid": 400, "too_long": 400, "unauthorized": 401, "forbidden": 403, "not_found": 404, "conflict": 409,
    "rate_limited": 429, "internal": 500, "unavailable": 503, "storage_full": 507,
}


class Caller:
    """A user without a socket."""

    def __init__(self, appliance, token):
        self.appliance, self.token = appliance, token
        self.http = requests.Session()
        self.http.trust_env = False

    def post(self, event, data=None, *, token=True, **options):
        headers = dict(options.pop("headers", {}))
        if token:
            headers["Authorization"] = f"Bearer {self.token if token is True else token}"
        if data is not None:
            options["json"] = data
        if "body" in options:
            options["data"] = options.pop("body")
        return self.http.post(f"{self.appliance.url}/api/{event}", headers=headers, timeout=15, **options)

    def ask(self, event, data=None, **options):
        """(status, ack); the two belong together, and every answer is an ack."""
        answer = self.post(event, data, **options)
        ack = answer.json()
        code = None if ack["ok"] else ack["error"]["code"]
        if answer.status_code not in (405, 408, 413, 415):
            assert answer.status_code == STATUS[code], f"{answer.status_code} {ack}"
        return answer.status_code, ack

    def ok(self, event, data=None):
        status, ack = self.ask(event, data)
        assert status == 200, f"{event} {data}: {ack}"
        return ack


@pytest.fixture
def pair(people, parley):
    """A user over HTTP and another at a socket, in one chat."""
    made = people(2)
    return Caller(parley, made.users[0]["token"]), made.wire(made.users[1]), made


def test_a_message_posted_is_acked_and_told_to_the_sockets_of_the_chat(pair):
    caller, listener, made = pair
    ack = caller.ok("message:send", {"chatId": made.chat["id"], "content": "from a backend"})
    assert ack["duplicate"] is False
    assert listener.wait("message:new") == ack["message"]


def test_a_repeated_client_id_is_the_first_message_and_is_told_once_by_whichever_way_it_comes(pair):
    caller, listener, made = pair
    data = {"chatId": made.chat["id"], "content": "once", "clientId": "over-http-1"}
    first = caller.ok("message:send", data)
    again = caller.ok("message:send", data)
    own = made.wire(made.users[0])
    by_socket = own.ok("message:send", data)
    assert first["duplicate"] is False and again["duplicate"] is True and by_socket["duplicate"] is True
    assert again["message"] == first["message"] == by_socket["message"]
    status, ack = caller.ask("message:send", {**data, "content": "another"})
    assert (status, ack["error"]["code"]) == (409, "conflict")
    caller.ok("message:send", {"chatId": made.chat["id"], "content": "the last"})
    assert [m["content"] for m in (listener.wait("message:new"), listener.wait("message:new"))] == ["once", "the last"]


def test_twenty_repetitions_at_once_are_one_message(pair):
    caller, _, made = pair
    data = {"chatId": made.chat["id"], "content": "race", "clientId": "over-http-race"}
    acks, gate = [], threading.Barrier(20)

    def post():
        other = Caller(caller.appliance, caller.token)
        gate.wait(10)
        acks.append(other.ok("message:send", data))

    threads = [threading.Thread(target=post) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({ack["message"]["id"] for ack in acks}) == 1
    assert [ack["duplicate"] for ack in acks].count(False) == 1


def test_every_event_with_every_wrong_field_is_refused_as_on_a_socket(world):  # noqa: F811
    caller = Caller(world.appliance, world.admin.token(world.users[0])["token"])
    tried = 0
    for event, (schema, _) in sorted(world.described.client_events.items()):
        for name, field in schema["properties"].items():
            for value in WRONG[kind(field)][:2]:
                data = world.right(event, **{name: value})
                status, ack = caller.ask(event, data)
                world.described.check_ack(event, ack)
                if event in SESSION_EVENTS:
                    assert ack["error"]["code"] == "invalid" and "socket" in ack["error"]["message"]
                else:
                    assert ack == world.alice.call(event, data), f"{event} {data}"
                assert status == 400
                tried += 1
    assert tried > 60


def test_every_event_answers_what_it_answers_on_a_socket(world):  # noqa: F811
    caller = Caller(world.appliance, world.admin.token(world.users[0])["token"])
    for event in sorted(set(world.described.client_events) - SESSION_EVENTS):
        data = world.right(event)
        if event == "message:delete":
            data["messageId"] = world.alice.send(world.chat, "to be deleted")["id"]
        _, ack = caller.ask(event, data)
        world.described.check_ack(event, ack)
        assert set(ack) == set(world.alice.call(event, data)), event


def test_events_in_chats_of_others_are_403_and_unknown_events_400(world):  # noqa: F811
    caller = Caller(world.appliance, world.admin.token(world.users[0])["token"])
    for event in world.events_with("chatId"):
        if event not in SESSION_EVENTS:
            assert caller.ask(event, world.right(event, chatId=world.foreign["id"]))[0] == 403, event
    for event in ("message:none", "x" * 5000, "message%3Asend%00", "connect", "MESSAGE:SEND", "a%CC%81" * 300):
        status, ack = caller.ask(event, {})
        assert (status, ack["error"]["code"]) == (400, "invalid"), event
        assert len(ack["error"]["message"]) < 200
    assert caller.ask("message%3Asend", {"chatId": world.chat["id"], "content": "a coded colon"})[0] == 200


@pytest.mark.parametrize("body", [
    b"{", b"[]", b'"x"', b"7", b"true", b"{} {}", b"{},{}", b'{"chatId":"x"} x', b"\xff", b"[" * 100000, b"\x00"])
def test_a_body_that_is_no_json_object_is_400(pair, body):
    caller, _, _ = pair
    answer = caller.post("chat:list", body=body)
    ack = answer.json()
    assert (answer.status_code, ack["ok"], ack["error"]["code"]) == (400, False, "invalid")


def test_an_event_without_fields_needs_no_body(pair):
    caller, _, made = pair
    for options in ({}, {"data": {}}):
        assert made.chat["id"] in [chat["id"] for chat in caller.ok("chat:list", **options)["chats"]]


def test_deep_and_many_values_are_invalid_and_large_bodies_413(pair):
    caller, _, made = pair
    deep = {"chatId": made.chat["id"], "content": "x", "more": json.loads("[" * 70 + "]" * 70)}
    assert caller.ask("message:send", deep)[0] == 400
    assert caller.ask("message:send", {"chatId": made.chat["id"], "content": "x", "more": [0] * 20_000})[0] == 400
    assert caller.ask("message:send", {"chatId": made.chat["id"], "content": "x" * 6000})[1]["error"]["code"] == "too_long"
    status, ack = caller.ask("message:send", {"chatId": made.chat["id"], "content": "x" * 1_100_000})
    assert (status, ack["error"]["code"]) == (413, "too_long")
    # Without a length that says so.
    answer = caller.post("message:send", body=(b"x" * 65536 for _ in range(16)))
    assert (answer.status_code, answer.json()["ok"]) == (413, False)
    answer = caller.post("chat:list", {}, headers={"Content-Encoding": "gzip"})
    assert (answer.status_code, answer.json()["ok"]) == (415, False)


def test_who_shows_no_token_or_one_that_does_not_hold_is_401_in_the_shape_of_an_ack(pair, admin):
    caller, _, made = pair
    for token in (None, "", "x", "a.b.c", caller.token + "x"):
        status, ack = caller.ask("chat:list", {}, token=token)
        assert (status, ack["error"]["code"], ack["error"]["retryable"]) == (401, "unauthorized", False)
    assert caller.post("chat:list", {}, token=None).headers["WWW-Authenticate"] == "Bearer"
    admin.act(made.users[0], "block")
    assert caller.ask("chat:list", {})[0] == 401
    admin.act(made.users[0], "unblock")
    assert caller.ask("chat:list", {})[0] == 200
    admin.act(made.users[0], "revoke-tokens")
    assert caller.ask("chat:list", {})[0] == 401


def test_other_methods_are_405_and_a_page_of_another_origin_may_ask(pair, parley):
    caller, _, _ = pair
    for method in ("GET", "PUT", "DELETE"):
        answer = requests.request(
            method, f"{parley.url}/api/message:send", headers={"Authorization": f"Bearer {caller.token}"}, timeout=10)
        assert answer.status_code == 405 and answer.headers["Allow"] == "POST, OPTIONS"
        assert answer.json()["ok"] is False
    preflight = requests.options(f"{parley.url}/api/message:send", timeout=10, headers={
        "Origin": "https://app.example", "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type"})
    assert preflight.status_code == 204
    assert "POST" in preflight.headers["Access-Control-Allow-Methods"]
    assert "authorization" in preflight.headers["Access-Control-Allow-Headers"].lower()
    for event, status in (("chat:list", 200), ("no:such", 400)):
        answer = caller.post(event, {}, headers={"Origin": "https://app.example"})
        assert answer.status_code == status
        assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_rates_are_shared_with_the_users_sockets(start):
    appliance = start("--rate-limit-messages", 2, "--rate-limit-events", 20)
    admin = Admin(appliance)
    user = admin.user()
    token = admin.token(user)["token"]
    chat = admin.chat(user)
    caller = Caller(appliance, token)
    with Wire(appliance) as client:
        client.connect(token)
        while client.call("message:send", {"chatId": chat["id"], "content": "x"})["ok"]:
            pass
        answer = caller.post("message:send", {"chatId": chat["id"], "content": "x"})
        assert answer.status_code == 429 and int(answer.headers["Retry-After"]) >= 1
        assert answer.json()["error"]["retry_after_ms"] > 0
    floods = [caller.ask("message:search", {"query": "x"})[0] for _ in range(60)]
    assert floods.count(429) > 20


def test_asking_over_http_makes_nobody_online(pair, admin):
    caller, listener, made = pair
    caller.ok("chat:list")
    assert admin.call("GET", f"/admin/users/{made.users[0]['id']}")["status"] == "offline"
    users = listener.ok("presence:get", {"userIds": [made.users[0]["id"]]})["users"]
    assert [user["status"] for user in users] == ["offline"]


def test_what_was_answered_is_seen_by_the_next_request_and_by_a_socket_that_recovers(pair):
    caller, listener, made = pair
    for number in range(30):
        sent = caller.ok("message:send", {"chatId": made.chat["id"], "content": str(number)})["message"]
        newest = caller.ok("message:history", {"chatId": made.chat["id"], "limit": 1})["messages"]
        assert newest == [sent]
    assert [listener.wait("message:new")["content"] for _ in range(30)] == [str(number) for number in range(30)]


def test_a_dripping_body_without_a_token_is_not_waited_for(parley):
    with socket.create_connection(parley.address, timeout=10) as raw:
        raw.sendall(b"POST /api/message:send HTTP/1.1\r\nHost: x\r\nContent-Length: 500000\r\n\r\n{")
        assert raw.recv(4096).startswith(b"HTTP/1.1 401")


def test_the_public_description_has_every_event_that_needs_no_socket(parley):
    document = requests.get(parley.url + "/openapi.json", timeout=10).json()
    events = requests.get(parley.admin_url + "/asyncapi.json", timeout=10).json()["operations"]
    received = {name for name, operation in events.items() if operation["action"] == "receive"}
    assert set(document["paths"]) == {"/api/" + name for name in received - SESSION_EVENTS}
    text = json.dumps(document)
    for reference in set(part.split('"')[0] for part in text.split('"$ref": "#/')[1:]):
        place = document
        for part in reference.split("/"):
            place = place[part]


def test_below_a_path_prefix_events_are_there_as_well(start):
    appliance = start("--path-prefix", "/chat-server")
    admin = Admin(appliance)
    user = admin.user(fresh("user"))
    token = admin.token(user)["token"]
    for base in ("", "/chat-server"):
        answer = requests.post(
            f"{appliance.url}{base}/api/chat:list", headers={"Authorization": f"Bearer {token}"}, timeout=10)
        assert answer.status_code == 200


def test_half_a_surrogate_pair_is_refused_by_its_field(pair):
    caller, _, made = pair
    body = json.dumps({"chatId": made.chat["id"], "content": "a\ud800b"})
    _, ack = caller.ask("message:send", body=body)
    assert (ack["error"]["code"], ack["error"]["field"]) == ("invalid", "content"), ack
