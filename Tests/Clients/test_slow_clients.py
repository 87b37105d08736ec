"""Clients that do not take what they ask for, or send more than they may: only they are the worse for it."""

import json
import time

import pytest
import socketio

from admin import Admin
from raw import Polling
from wire import Closed, Wire

BIG = "x" * 5000


def crowd(start, *options):
    """An appliance with two users, their tokens and a chat."""
    appliance = start(*options)
    mine = Admin(appliance)
    users = [mine.user() for _ in range(2)]
    for user in users:
        user["token"] = mine.token(user)["token"]
    return appliance, mine, users, mine.chat(*users)


def memory(appliance):
    """Bytes that the appliance keeps for clients, by its own account."""
    import requests
    text = requests.get(appliance.admin_url + "/metrics", timeout=10, headers={
        "Authorization": "Bearer " + appliance.admin_key}).text
    return next(float(line.split()[1]) for line in text.splitlines() if line.startswith("parley_memory_buffers_bytes "))


def test_a_client_that_does_not_read_is_told_why_it_is_ended(start):
    """The last words stand where the dropped messages were: `session:ended`, then the end."""
    appliance, mine, (reader, writer), chat = crowd(start, "--max-send-queue", "100000", "--rate-limit-messages", "0",
                                                  "--rate-limit-events", "0")
    slow, quick = Wire(appliance), Wire(appliance)
    slow.connect(reader["token"])
    quick.connect(writer["token"])
    connections = lambda: len(mine.call("GET", "/admin/connections")["items"])  # noqa: E731
    end = time.monotonic() + 60
    while connections() == 2:
        assert time.monotonic() < end, "a client that reads nothing is kept for ever"
        for _ in range(100):
            quick.send(chat, BIG)
    told = None
    try:
        while told is None:
            kind, *rest = slow.read()
            if kind == "event" and rest[0] == "session:ended":
                told = rest[1][0]
    except Closed:
        pass
    assert told and told["code"] == "too_slow" and told["reconnect"] is True
    with pytest.raises(Closed):
        while True:
            slow.read()
    quick.alive()


def test_answers_that_nobody_reads_are_not_made(start):
    """Whoever asks for history again and again and reads none of it fills its own account, and no more."""
    appliance, mine, (asker, writer), chat = crowd(
        start, "--rate-limit-events", "0", "--rate-limit-messages", "0")
    with Wire(appliance) as quick, Wire(appliance) as slow:
        quick.connect(writer["token"])
        slow.connect(asker["token"])
        for _ in range(100):
            quick.send(chat, BIG)
        slow.socket.settimeout(1)
        asked = 0
        try:
            for asked in range(20_000):
                slow.emit("message:history", {"chatId": chat["id"], "limit": 100}, ack=True)
        except (OSError, TimeoutError):
            pass  # the server reads no more from it
        assert memory(appliance) < 8_000_000
        quick.alive()
        slow.socket.shutdown()


def test_the_close_of_a_polling_session_comes_in_a_poll_of_its_own(people, admin, parley):
    """A stock client handles `1` before the events of the same payload."""
    party = people(1)
    with Polling(parley) as polling:
        polling.post("40" + json.dumps({"token": party.users[0]["token"]}))
        polling.until("42[\"offset\"")
        admin.act(party.users[0], "revoke-tokens")
        payloads = []
        while not payloads or "1" not in payloads[-1]:
            payloads.append(polling.packets())
        assert payloads[-1] == ["1"]
        before = [packet for payload in payloads[:-1] for packet in payload]
        assert any(packet.startswith('42["session:ended"') for packet in before)
        assert before[-1] == "41"


def test_a_polling_client_is_disconnected_by_the_server_and_told_why(people, admin, parley):
    party = people(1)
    user = party.users[0]
    client = socketio.Client(reconnection=False)
    ended, gone = [], []
    client.on("session:ended", ended.append)
    client.on("disconnect", lambda reason=None: gone.append(reason))
    client.connect(parley.url, auth={"token": user["token"]}, transports=["polling"])
    admin.act(user, "block")
    end = time.monotonic() + 10
    while not gone and time.monotonic() < end:
        time.sleep(0.02)
    assert [entry["code"] for entry in ended] == ["user_blocked"]
    assert gone == [socketio.Client.reason.SERVER_DISCONNECT]


def test_however_deep_an_event_nests_it_is_answered(people):
    party = people(1)
    client = party.wire(party.users[0])
    for depth in (70, 5000, 200_000):
        client.write('427["message:send",{"chatId":' + "[" * depth + "]" * depth + "}]")
        _, _, (answer,) = client.take(lambda entry: entry[0] == "ack" and entry[1] == 7, "ack")
        assert answer["ok"] is False and answer["error"]["code"] == "invalid"
    client.alive()


@pytest.mark.parametrize("brackets", ["[]", "{}"])
def test_an_unknown_field_that_nests_past_the_bound_ends_no_connection(people, brackets):
    party = people(1)
    client = party.wire(party.users[0])
    opening, closing = ("[", "]") if brackets == "[]" else ('{"a":', "}")
    for depth in (1, 61, 63, 64, 65, 1000):
        nested = opening * depth + "1" + closing * depth
        fields = f'"chatId":"{party.chat["id"]}","content":"deep","extra":{nested}'
        client.write('42%d["message:send",{%s}]' % (depth, fields))
        _, _, (answer,) = client.take(lambda entry, depth=depth: entry[0] == "ack" and entry[1] == depth, "ack")
        # The list of arguments and the object stand around it, and the number in it.
        assert answer["ok"] is (depth < 62), depth
        assert answer["ok"] or answer["error"]["code"] == "invalid"
    client.alive()


def test_an_event_with_binary_is_invalid_and_nothing_of_it_is_kept(people):
    party = people(1)
    client = party.wire(party.users[0])
    client.write('451-7["message:send",{"chatId":"x","content":{"_placeholder":true,"num":0}}]')
    client.socket.send_binary(b"x" * 500_000)
    _, _, (answer,) = client.take(lambda entry: entry[0] == "ack" and entry[1] == 7, "ack")
    assert answer["ok"] is False and answer["error"]["code"] == "invalid"
    client.alive()


@pytest.mark.parametrize("text", ['42["message:send",{}]', '451-["x",{"_placeholder":true,"num":0}]',
                                  "40" + json.dumps({"token": "x" * 20_000}), "40" + json.dumps({"a": [0] * 300_000})])
def test_before_a_token_there_is_one_short_connect(wire, text):
    client = wire()
    with pytest.raises((Closed, OSError)):
        client.write(text)
        while True:
            client.read()


def test_unasked_pongs_do_not_keep_a_client_alive(start):
    appliance, _, (user, _), _ = crowd(start, "--ping-interval", "300", "--ping-timeout", "600")
    client = Wire(appliance)
    client.connect(user["token"])
    # It answers before it is asked, once; then it stays silent.
    client.write("3")
    with pytest.raises(Closed):
        while True:
            client.read_text()
