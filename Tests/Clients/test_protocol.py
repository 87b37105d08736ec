"""Malformed, oversize and out-of-place input on both transports: it ends its own connection and no other one."""

import json
import threading

import pytest
import requests

from raw import Plain, Polling
from wire import Wire

EIO = "/socket.io/?EIO=4&transport="


@pytest.fixture(scope="module")
def bystander(parley, admin):
    """A connection that was there before and must be there after each test of this module."""
    user = admin.user()
    client = Wire(parley)
    client.connect(admin.token(user)["token"])
    client.token = admin.token(user)["token"]
    yield client
    client.close()


@pytest.fixture(autouse=True)
def others_live_on(bystander):
    yield
    bystander.alive()


@pytest.fixture
def member(parley, admin):
    """A connected Wire to misbehave with."""
    user = admin.user()
    client = Wire(parley)
    client.connect(admin.token(user)["token"])
    yield client
    client.close()


def engine_error(status, headers, body, code):
    assert status == 400, body
    assert headers["content-type"].startswith("application/json")
    assert json.loads(body)["code"] == code, body


BAD_PACKETS = [
    "", "abc", "7", "9x", "4", "4abc", "49", "4-1", "42",
    "42{}", "42[]", "42[", '42["x"', '42"x"', "42null", "42[null]",
    '42[{"a":1}]', '42["connect",{}]', '42["disconnect",{}]', '42["connect_error"]', '42["disconnecting"]',
    '42abc["x",{}]', '42[\"\\ud800", ', "42[1e999999", '42["x",{"a":1,}]', '43{}', '431{}', '43["x"]x',
    "40", "44", '44{"message":"x"}', '42/other,["x",{}]', "41/other,", '45["x"]', '45x-["x"]',
    '451["x",{"_placeholder":true,"num":0}]', '451-["x",{"_placeholder":true,"num":7}]\x00',
    '4599999999999999999999-["x"]', '41{}x[',
]


@pytest.mark.parametrize("packet", BAD_PACKETS, ids=repr)
def test_a_malformed_packet_closes_a_websocket(member, packet):
    member.write(packet)
    member.closed()


@pytest.mark.parametrize("packet", [p for p in BAD_PACKETS if p], ids=repr)
def test_a_malformed_packet_closes_a_polling_session(parley, bystander, packet):
    with Polling(parley) as session:
        session.post("40" + json.dumps({"token": bystander.token}))
        session.until("40")
        first = session.post(packet)
        assert first.status_code in (200, 400)
        answers = []
        for _ in range(5):
            answer = session.poll()
            answers.append(answer.status_code)
            if answer.status_code != 200:
                break
        assert answers[-1] == 400, answers


def test_a_malformed_connect_closes(wire):
    for packet in ("40[]", '40"x"', "407", "40{", "40nonsense"):
        client = wire()
        client.write(packet)
        client.closed()


def test_an_event_before_connect_closes(wire):
    client = wire()
    client.write('42["message:send",{}]')
    client.closed()


def test_binary_that_nobody_announced_closes(member):
    member.socket.send_binary(b"\x01\x02\x03")
    member.closed()


def test_text_where_an_attachment_is_due_closes(member):
    member.write('451-["x",{"_placeholder":true,"num":0}]')
    member.write('42["x",{}]')
    member.closed()


def test_an_event_that_brings_bytes_is_invalid(member):
    member.write('451-["x",{"_placeholder":true,"num":5}]')
    member.socket.send_binary(b"\x01")
    event = member.take(lambda e: e[:2] == ("event", "error"), "the refusal")
    assert event[2][0]["code"] == "invalid"
    member.alive()


def test_an_ack_that_nobody_waits_for_is_ignored(member):
    member.write("43999999[1,2,3]")
    member.alive()


def test_a_disconnect_ends_the_socket_and_not_the_session(member, bystander):
    member.write("41")
    member.connect(bystander.token)
    member.alive()


FRAMES = {
    "without a mask": (dict(payload="2", masked=False), 1002),
    "of a reserved opcode": (dict(payload="2", opcode=3), 1002),
    "of a reserved control opcode": (dict(payload="", opcode=11), 1002),
    "with a reserved bit": (dict(payload="2", rsv=4), 1002),
    "a fragmented ping": (dict(payload="x", opcode=9, fin=False), 1002),
    "a ping of 126 bytes": (dict(payload="x" * 126, opcode=9), 1002),
    "a continuation of nothing": (dict(payload="x", opcode=0), 1002),
    "text that is not UTF-8": (dict(payload=b"4\xff\xfe"), 1007),
    "text with a surrogate": (dict(payload=b"4\xed\xa0\x80"), 1007),
    "a close of one byte": (dict(payload=b"\x03", opcode=8), 1002),
    "a close of code 1005": (dict(payload=b"\x03\xed", opcode=8), 1002),
    "more than the limit": (dict(payload="4" + "x" * 1_000_001), 1009),
    "a declared length of 8 EiB": (dict(payload="4", length=2**63 - 1), 1009),
}


@pytest.mark.parametrize("name", FRAMES, ids=lambda name: name)
def test_a_malformed_frame_closes_with_its_code(parley, name):
    frame, code = FRAMES[name]
    with Plain(parley) as plain:
        assert plain.upgrade()[0] == 101
        try:
            plain.frame(**frame)
        except ConnectionError:
            pass  # closed while a large frame was still on its way
        assert plain.close_code() in ((code, None) if code == 1009 else (code,))


def test_a_length_above_63_bits_closes(parley):
    with Plain(parley) as plain:
        assert plain.upgrade()[0] == 101
        plain.write(b"\x81\xff" + b"\xff" * 8 + b"\x00" * 8)
        assert plain.close_code() in (1002, 1009)


def test_fragments_that_grow_past_the_limit_close(parley):
    with Plain(parley) as plain:
        assert plain.upgrade()[0] == 101
        try:
            plain.frame("4" + "x" * 400_000, fin=False)
            for _ in range(3):
                plain.frame("x" * 400_000, opcode=0, fin=False)
        except ConnectionError:
            pass
        assert plain.close_code() in (1009, None)


def test_a_message_of_exactly_the_limit_is_served(member):
    body = {"chatId": "no-such-chat", "content": ""}
    packet = '420["message:send",' + json.dumps(body, separators=(",", ":"))[:-2]
    member.next_id = 1
    member.write(packet + "x" * (1_000_000 - len(packet) - 3) + '"}]')
    ack = member.take(lambda e: e[0] == "ack", "ack")[2][0]
    assert ack["error"]["code"] in ("too_long", "forbidden")
    member.alive()


def test_fragments_and_a_ping_between_them_are_one_packet(parley, bystander):
    with Plain(parley) as plain:
        assert plain.upgrade()[0] == 101
        assert plain.read_frame()[1].startswith(b"0{")
        plain.frame("40", fin=False)
        plain.frame("hello", opcode=9)
        plain.frame('{"token":"', opcode=0, fin=False)
        plain.frame("", opcode=0, fin=False)
        plain.frame(bystander.token + '"}', opcode=0)
        assert plain.read_frame() == (10, b"hello")
        assert plain.read_frame()[1].startswith(b"40{")


def test_a_close_is_echoed_and_the_connection_ends(parley):
    with Plain(parley) as plain:
        assert plain.upgrade()[0] == 101
        plain.frame((1000).to_bytes(2, "big") + b"bye", opcode=8)
        assert plain.close_code() == 1000
        plain.gone()


@pytest.mark.parametrize("changes", [
    {"Sec_WebSocket_Key": None}, {"Sec_WebSocket_Key": "short"}, {"Sec_WebSocket_Version": None},
    {"Sec_WebSocket_Version": "8"},
], ids=str)
def test_a_wrong_upgrade_is_refused(parley, changes):
    with Plain(parley) as plain:
        assert plain.upgrade(**changes)[0] in (400, 426)


def test_the_accept_key_is_right(parley):
    with Plain(parley) as plain:
        status, headers, _ = plain.upgrade(Sec_WebSocket_Key="dGhlIHNhbXBsZSBub25jZQ==")
        assert status == 101 and headers["sec-websocket-accept"] == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="


def test_an_upgrade_on_a_connection_that_served_before_works(parley):
    with Plain(parley) as plain:
        for _ in range(2):
            plain.get("/healthz")
            assert plain.answer()[0] == 200
        assert plain.upgrade()[0] == 101
        assert plain.read_frame()[1].startswith(b"0{")


def test_pipelined_requests_are_answered_in_order(parley):
    with Plain(parley) as plain:
        plain.get(EIO + "polling")
        plain.get("/healthz")
        plain.get(EIO + "nonsense")
        first, second, third = plain.answer(), plain.answer(), plain.answer()
        assert first[0] == 200 and first[2].startswith(b'0{"sid"')
        assert second[0] == 200
        engine_error(*third, code=0)


@pytest.mark.parametrize("data", [
    b"GARBAGE\r\n\r\n", b"GET\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"\x00" * 64,
    b"GET / HTTP/9.9\r\n\r\n", b"GET /socket.io/ HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X-Long: " + b"y" * 200_000 + b"\r\n\r\n",
], ids=lambda data: repr(data[:30]))
def test_what_is_not_http_is_refused_and_closed(parley, data):
    with Plain(parley) as plain:
        try:
            plain.write(data)
            plain.write(b"\r\n\r\n")
        except ConnectionError:
            pass
        assert b"200 OK" not in plain.gone()


def test_a_socket_that_never_sends_connect_is_closed(wire, parley):
    wire().closed()
    session = Polling(parley)
    statuses = []
    while not statuses or statuses[-1] == 200:
        statuses.append(session.poll().status_code)
        assert len(statuses) < 5
    assert statuses[-1] == 400
    session.http.close()


@pytest.mark.parametrize("query,code", [
    ("EIO=4", 0), ("EIO=4&transport=carrier-pigeon", 0), ("EIO=4&transport=polling&sid=unknown", 1),
    ("EIO=3&transport=polling", 5), ("transport=polling", 5), ("EIO=abc&transport=polling", 5),
])
def test_a_wrong_handshake_has_the_protocols_answer(parley, query, code):
    with Plain(parley) as plain:
        plain.get("/socket.io/?" + query, Origin="https://app.example")
        status, headers, body = plain.answer()
        engine_error(status, headers, body, code)
        assert headers["access-control-allow-origin"] == "*"


def test_a_handshake_by_post_is_a_bad_handshake_method(parley):
    answer = requests.post(parley.url + EIO + "polling", data="4hello", timeout=10)
    engine_error(answer.status_code, {"content-type": answer.headers["Content-Type"]}, answer.text, 2)


def test_jsonp_is_refused(parley):
    answer = requests.get(parley.url + EIO + "polling&j=0", timeout=10)
    assert answer.status_code == 400 and answer.json()["code"] in range(6)


def test_a_preflight_is_answered(parley):
    answer = requests.options(parley.url + EIO + "polling", timeout=10, headers={
        "Origin": "https://app.example", "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type"})
    assert answer.status_code in (200, 204)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "authorization" in answer.headers["Access-Control-Allow-Headers"].lower()


def test_a_duplicate_poll_closes_the_session(parley):
    session = Polling(parley)
    first = []
    waiting = threading.Thread(target=lambda: first.append(requests.get(
        session.base, params={"EIO": "4", "transport": "polling", "sid": session.open["sid"]}, timeout=10)))
    waiting.start()
    # Whichever comes second is refused; the parked one is ended by a close packet.
    second = session.poll()
    waiting.join()
    answers = sorted([(first[0].status_code, first[0].text), (second.status_code, second.text)])
    assert answers[0] == (200, "1") and answers[1][0] in (400, 500), answers
    assert session.poll().status_code == 400


def test_an_aborted_poll_closes_the_session(parley, bystander):
    session = Polling(parley)
    session.post("40" + json.dumps({"token": bystander.token}))
    session.until('42["offset"')
    for _ in range(20):
        plain = Plain(parley)
        plain.get(EIO + "polling&sid=" + session.open["sid"])
        if plain.silent(0.25):
            break  # nothing was waiting to be told any more: the poll is parked
        plain.answer()
        plain.close()
    plain.close()
    # Over another connection the next poll may overtake the news of the abort; then it is ended with it.
    answer = session.poll()
    assert (answer.status_code, answer.text) == (200, "1") or answer.status_code in (400, 500)
    assert session.poll().status_code == 400
    session.http.close()


def test_an_oversize_post_is_refused(parley):
    session = Polling(parley)
    body = "4" + "x" * 1_000_001
    try:
        assert session.post(body).status_code == 413
    except OSError:
        pass  # closed while the body was still on its way
    with Plain(parley) as plain:
        plain.write(f"POST {EIO}polling&sid={session.open['sid']} HTTP/1.1\r\nHost: a\r\n"
                    "Content-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n")
        try:
            for _ in range(12):
                plain.write(b"186a0\r\n" + b"x" * 100_000 + b"\r\n")
            status = plain.answer()[0]
        except (ConnectionError, EOFError):
            status = None
        assert status in (413, 400, None)


def test_a_payload_of_several_packets_is_taken_in_order(parley, bystander):
    with Polling(parley) as session:
        session.post("40" + json.dumps({"token": bystander.token}))
        session.until("40")
        answer = session.post('421["no:such:event",{}]\x1e422["no:such:event",{}]\x1e423["no:such:event",{}]')
        assert (answer.status_code, answer.text) == (200, "ok")
        assert answer.headers["Content-Type"].startswith("text/html")
        seen = []
        while not any(packet.startswith("433") for packet in seen):
            seen += session.packets()
        assert [packet[:3] for packet in seen if packet.startswith("43")] == ["431", "432", "433"]


def test_a_session_cannot_be_driven_by_guessing(parley, bystander):
    with Polling(parley) as one, Polling(parley) as two:
        assert one.open["sid"] != two.open["sid"] and len(one.open["sid"]) >= 20
        assert one.post("40", sid=one.open["sid"][:-1] + "!").status_code == 400
        one.post("40" + json.dumps({"token": bystander.token}))
        assert one.until("40").startswith("40{")


def test_an_upgrade_loses_and_reorders_nothing(parley, admin):
    user = admin.user()
    chat = admin.chat(user)
    with Polling(parley) as session, Plain(parley) as plain:
        session.post("40" + json.dumps({"token": admin.token(user)["token"]}))
        session.until("40")
        assert plain.upgrade(EIO + "websocket&sid=" + session.open["sid"])[0] == 101
        plain.frame("2probe")
        assert plain.read_frame()[1] == b"3probe"
        path = f"/admin/chats/{chat['id']}/messages"
        seqs, packets = [], []
        for number in range(5):
            admin.call("POST", path, {"content": str(number)})
        while True:
            answer = session.poll()
            assert answer.status_code == 200
            packets += answer.text.split("\x1e")
            if "6" in packets:
                break
        for number in range(5, 8):
            admin.call("POST", path, {"content": str(number)})
        plain.frame("5")
        admin.call("POST", path, {"content": "8"})

        def note(packet):
            if packet.startswith('42["message:new"'):
                seqs.append(json.loads(packet[2:])[1]["seq"])

        for packet in packets:
            note(packet)
        while 9 not in seqs:
            note(plain.read_frame()[1].decode())
        assert seqs == list(range(1, 10))
        assert session.poll().status_code == 400


def test_a_websocket_for_an_unknown_session_is_refused_or_closed(parley):
    with Plain(parley) as plain:
        status = plain.upgrade(EIO + "websocket&sid=unknown")[0]
        if status == 101:
            plain.close_code()
        else:
            assert status == 400


def test_a_second_upgrade_is_closed_and_the_first_lives(parley, bystander):
    session = Polling(parley)
    with Plain(parley) as first, Plain(parley) as second:
        path = EIO + "websocket&sid=" + session.open["sid"]
        assert first.upgrade(path)[0] == 101
        first.frame("2probe")
        assert first.read_frame()[1] == b"3probe"
        first.frame("5")
        first.frame("40" + json.dumps({"token": bystander.token}))
        assert first.read_frame()[1].startswith(b"40{")
        # Accepted and closed, as the reference does: a browser gets no error that nobody catches.
        assert second.upgrade(path)[0] == 101
        second.close_code()
        first.frame('427["no:such:event",{}]')
        while not first.read_frame()[1].startswith(b"437"):
            pass
    session.http.close()


def test_a_probe_that_is_cut_leaves_the_polling_session(parley, bystander):
    with Polling(parley) as session:
        with Plain(parley) as plain:
            assert plain.upgrade(EIO + "websocket&sid=" + session.open["sid"])[0] == 101
            plain.frame("2probe")
            assert plain.read_frame()[1] == b"3probe"
        session.post("40" + json.dumps({"token": bystander.token}))
        assert session.until("40").startswith("40{")


def test_many_connections_that_are_cut_in_the_middle_leave_nothing_behind(parley, bystander):
    for count in range(40):
        with Plain(parley) as plain:
            plain.write(b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: a\r\nUpg"[:30 + count])
    for _ in range(10):
        with Plain(parley) as plain:
            assert plain.upgrade()[0] == 101
            plain.write(b"\x81\xfe\x01")
    bystander.alive()


@pytest.mark.parametrize("data, field", [
    ('"message:send",{"chatId":"\\ud800","content":"x"}', "chatId"),
    ('"message:send",{"chatId":"x","content":"\\udc00\\ud800"}', "content"),
    ('"message:search",{"query":"a","next":"zz"}', "next"), ('"message:search",{"query":"a","next":"1.zz"}', "next"),
    ('"message:search",{"query":"ok","query":""}', "query"),
])
def test_wrong_fields_are_refused_by_name_and_the_connection_stays(member, data, field):
    member.write(f"4277[{data}]")
    _, _, (answer,) = member.take(lambda e: e[0] == "ack" and e[1] == 77, "ack")
    assert not answer["ok"] and (answer["error"]["code"], answer["error"]["field"]) == ("invalid", field), answer
    member.write('4278["chat:list",{}]')
    _, _, (answer,) = member.take(lambda e: e[0] == "ack" and e[1] == 78, "ack")
    assert answer["ok"]


def test_half_a_surrogate_pair_is_no_token(parley):
    with Wire(parley) as wire:
        wire.write('40{"token":"\\ud800"}')
        _, data = wire.take(lambda e: e[0] == "refused", "refusal")
        assert data["data"]["code"] == "unauthorized"
