"""No text of a stranger's costs more than linear time, wherever it stands. Measured in CPU time of the server, which a
busy machine does not change much: four times the text may cost some four times as much, never sixteen; and where a text
cannot be long, a nasty one may cost what as many bytes of plain letters do."""

import json
from pathlib import Path

import pytest
import requests

import nasty
from admin import fresh
from raw import Plain
from wire import Closed, Wire

SMALL, LARGE = 40_000, 160_000
"""Bytes of a text. What is quadratic takes half a second for the one and eight for the other."""

HEAD, FORM, CONNECT = 14_000, 14_000, 12_000
"""Bytes of a text in a request's head, a form's, and in a CONNECT, of which the server reads 16 KiB."""

TIMES = 20
"""So often a text is sent where it cannot be long, since a head may not."""

FLOOR = 0.05
"""Seconds below which nothing is told from noise."""


def cpu(appliance):
    """Seconds that the server's threads have run."""
    total = 0
    for task in Path(f"/proc/{appliance.process.pid}/task").iterdir():
        try:
            total += int((task / "schedstat").read_text().split()[0])
        except (FileNotFoundError, ProcessLookupError):
            pass  # a thread that has ended meanwhile
    return total / 1e9


def grows_linearly(appliance, send, small=SMALL, large=LARGE):
    """`send(size)` for both sizes; once more if the machine may have been in the way."""
    for _ in range(2):
        costs = []
        for size in (small, large):
            before = cpu(appliance)
            send(size)
            costs.append(cpu(appliance) - before)
        if costs[1] < 10 * max(costs[0], FLOOR):
            return None
    return f"{costs[0]:.3f} s for {small} bytes, {costs[1]:.3f} s for {large}"


def costs_as_letters(appliance, send, kind, size):
    """`send(text)` for a nasty text and for letters; once more if the machine may have been in the way."""
    for _ in range(2):
        costs = []
        for text in ("\u00e9" * (size // 2), nasty.plain(kind, size)):
            before = cpu(appliance)
            for _ in range(TIMES):
                send(text)
            costs.append(cpu(appliance) - before)
        if costs[1] < 5 * max(costs[0], FLOOR):
            return None
    return f"{costs[0]:.3f} s for letters, {costs[1]:.3f} s"


EVENTS = {
    "the name of an event": '["{0}",{{}}]',
    "the name of a member": '["user:get",{{"{0}":1,"userIds":["x"]}}]',
    "names of members": '["user:get",{{"{0}":1,"{0}b":2,"{0}c":3,"userIds":["x"]}}]',
    "chatId": '["message:send",{{"chatId":"{0}","content":"x"}}]',
    "chatId of a read": '["message:history",{{"chatId":"{0}"}}]',
    "chatId of a typing": '["typing:start",{{"chatId":"{0}"}}]',
    "chatId of a search": '["message:search",{{"chatId":"{0}","query":"x"}}]',
    "messageId": '["message:read",{{"chatId":"{chat}","messageId":"{0}"}}]',
    "messageId of a reaction": '["message:react",{{"chatId":"{chat}","messageId":"{0}","emoji":"x"}}]',
    "emoji": '["message:react",{{"chatId":"{chat}","messageId":"{message}","emoji":"{0}"}}]',
    "content": '["message:send",{{"chatId":"{chat}","content":"{0}"}}]',
    "content of an edit": '["message:edit",{{"chatId":"{chat}","messageId":"{message}","content":"{0}"}}]',
    "messageType": '["message:send",{{"chatId":"{chat}","content":"x","messageType":"{0}"}}]',
    "clientId": '["message:send",{{"chatId":"{chat}","content":"x","clientId":"{0}"}}]',
    "replyTo": '["message:send",{{"chatId":"{chat}","content":"x","replyTo":"{0}"}}]',
    "attachmentIds": '["message:send",{{"chatId":"{chat}","attachmentIds":["{0}","{0}b"]}}]',
    "fileId": '["file:url",{{"fileId":"{0}"}}]',
    "userIds": '["user:get",{{"userIds":["{0}","{0}b"]}}]',
    "userIds of presence": '["presence:get",{{"userIds":["{0}","{0}b"]}}]',
    "userId": '["chat:remove",{{"chatId":"{chat}","userId":"{0}"}}]',
    "memberIds": '["chat:create",{{"type":"group","memberIds":["{0}","{0}b"]}}]',
    "name of a chat": '["chat:create",{{"type":"group","name":"{0}","memberIds":[]}}]',
    "type of a chat": '["chat:create",{{"type":"{0}","memberIds":[]}}]',
    "query": '["message:search",{{"query":"{0}"}}]',
    "place of a page": '["chat:members",{{"chatId":"{chat}","after":"{0}"}}]',
    "offset of a sync": '["sync",{{"after":"{0}"}}]',
    "a token": '["auth:refresh",{{"token":"{0}"}}]',
    "a string where none belongs": '["message:history",{{"chatId":"{chat}","before":"{0}"}}]',
    "a text instead of the object": '["chat:list","{0}"]',
}
"""Events with a text in some place."""


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    from appliance import SECRET, Appliance
    from admin import Admin

    # What it is asked here costs more than anybody may spend; the rates are tested elsewhere.
    appliance = Appliance(
        tmp_path_factory.mktemp("linear") / "data", "--jwt-secret", SECRET, "--rate-limit-messages", 0,
        "--rate-limit-events", 0, "--max-connections-per-user", 100, "--clients-create-chats", "all").start()
    admin = Admin(appliance)
    user = admin.user()
    user["token"] = admin.token(user)["token"]
    chat = admin.chat(user)
    with Wire(appliance) as wire:
        wire.connect(user["token"])
        message = wire.send(chat)
    appliance.admin, appliance.user, appliance.chat, appliance.message = admin, user, chat, message
    yield appliance
    appliance.stop()


@pytest.fixture(scope="module")
def listed(tmp_path_factory):
    """An appliance that looks at where pages come from."""
    from appliance import Appliance

    appliance = Appliance(tmp_path_factory.mktemp("listed") / "data", "--cors-origin", "https://app.example").start()
    yield appliance
    appliance.stop()


@pytest.mark.parametrize("place", EVENTS)
def test_a_text_in_an_event(bench, place):
    with Wire(bench) as wire:
        wire.connect(bench.user["token"])
        slow = {}
        for kind in nasty.KINDS:
            def send(size):
                text = EVENTS[place].format(
                    nasty.inside(kind, size), chat=bench.chat["id"], message=bench.message["id"])
                number, wire.next_id = wire.next_id, wire.next_id + 1
                wire.write(f"42{number}{text}")
                _, _, data = wire.take(lambda e: e[0] == "ack" and e[1] == number, f"ack, {kind} as {place}")
                shown = json.dumps(data)
                # What was sent does not come back, or only the beginning of it; but a message has its text.
                assert data[0]["ok"] or len(shown) < 2000, shown[:500]
            found = grows_linearly(bench, send)
            if found:
                slow[kind] = found
        assert not slow, slow


WORST = ["marks in descending order", "U+0344, which is two marks", "letters that are three scalars", "hangul jamo"]
"""Kinds for places that many are tried in."""


@pytest.mark.parametrize("place", ["namespace", "token", "token with its scheme", "pid", "member"])
def test_a_text_in_connect(bench, place):
    token = bench.user["token"]

    def packet(text):
        half = text[:len(text) // 2]
        return {
            "namespace": f"40/{text},",
            "token": '40{"token":"%s"}' % text,
            "token with its scheme": '40{"token":"Bearer %s"}' % text,
            "pid": '40{"token":"%s","pid":"%s","offset":"%s"}' % (token, half, half),
            "member": '40{"token":"%s","%s":1}' % (token, text),
        }[place]

    def send(text):
        with Wire(bench) as wire:
            wire.write(packet(text))
            try:
                wire.take(lambda e: e[0] in ("connect", "refused"), f"answer to {place}")
            except Closed:
                # Longer than the name of any namespace.
                assert place == "namespace"

    slow = {kind: found for kind in WORST if (found := costs_as_letters(bench, send, kind, CONNECT))}
    assert not slow, slow


HEADERS = [
    "Authorization", "Origin", "Content-Type", "If-None-Match", "Range", "Cookie", "X-Forwarded-For", "Expect", "Host",
    "Connection", "Upgrade", "Sec-WebSocket-Key", "Access-Control-Request-Headers"]


@pytest.mark.parametrize("header", HEADERS)
def test_a_text_in_a_header(listed, header):
    prefix = {"Authorization": "Bearer ", "Range": "bytes=", "Content-Type": "multipart/form-data; boundary="}
    # What asks to close it would be answered before the field under test is looked at.
    version, end = ("1.0", "") if header == "Connection" else ("1.1", "Connection: close\r\n")

    def send(text):
        for path in ("/files/x", "/socket.io/?EIO=4&transport=polling&sid=x"):
            plain = Plain(listed)
            field = f"{header}: {prefix.get(header, '')}{text}"
            plain.write(f"GET {path} HTTP/{version}\r\nHost: x\r\n{field}\r\n{end}\r\n")
            plain.gone()

    slow = {kind: found for kind in WORST if (found := costs_as_letters(listed, send, kind, HEAD))}
    assert not slow, slow


@pytest.mark.parametrize("path", [
    "/{0}", "/files/{0}", "/files/x?signature={0}&expires=1", "/files/x?{0}=1", "/socket.io/?EIO={0}&transport=polling",
    "/socket.io/?EIO=4&transport={0}", "/socket.io/?EIO=4&transport=polling&sid={0}", "/socket.io/?{0}=1"])
def test_a_text_in_a_path(bench, path):
    def send(text):
        for target in (path.format(text), path.format(requests.utils.quote(text[:len(text) // 3]))):
            plain = Plain(bench)
            plain.write(f"GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
            plain.gone()

    slow = {kind: found for kind in WORST if (found := costs_as_letters(bench, send, kind, HEAD))}
    assert not slow, slow


@pytest.mark.parametrize("head", [
    'form-data; name="{0}"', 'form-data; name="file"; filename="{0}"', 'form-data; {0}="x"; name="file"',
    "form-data; name=file; filename*=UTF-8''{0}", '{0}; name="file"'])
def test_a_text_in_a_form(bench, head):
    http = requests.Session()
    headers = {"Authorization": f"Bearer {bench.user['token']}", "Content-Type": "multipart/form-data; boundary=b"}

    def send(text):
        body = "--b\r\nContent-Disposition: " + head.format(text) + "\r\n\r\nx\r\n--b--\r\n"
        http.post(bench.url + "/files", data=body.encode(), timeout=60, headers=headers)

    slow = {kind: found for kind in WORST if (found := costs_as_letters(bench, send, kind, FORM))}
    assert not slow, slow


ADMIN = {
    "a member's name": ("POST", "/admin/users", '{{"{0}":1,"{0}b":1,"username":"a"}}'),
    "username": ("POST", "/admin/users", '{{"username":"{0}"}}'),
    "id": ("POST", "/admin/users", '{{"id":"{0}","username":"{fresh}"}}'),
    "display_name": ("PATCH", "/admin/users/{user}", '{{"display_name":"{0}"}}'),
    "avatar_url": ("PATCH", "/admin/users/{user}", '{{"avatar_url":"https://{0}"}}'),
    "name of a chat": ("PATCH", "/admin/chats/{chat}", '{{"name":"{0}"}}'),
    "member_ids": ("POST", "/admin/chats", '{{"member_ids":["{0}","{0}b"]}}'),
    "type": ("POST", "/admin/chats", '{{"type":"{0}"}}'),
    "user_id of a token": ("POST", "/admin/tokens", '{{"user_id":"{0}"}}'),
    "username of a token": ("POST", "/admin/tokens", '{{"username":"{0}"}}'),
    "label of a token": ("POST", "/admin/tokens", '{{"user_id":"{user}","label":"{0}"}}'),
    "content": ("POST", "/admin/chats/{chat}/messages", '{{"content":"{0}"}}'),
    "sender_id": ("POST", "/admin/chats/{chat}/messages", '{{"content":"x","sender_id":"{0}"}}'),
    "message_type": ("POST", "/admin/chats/{chat}/messages", '{{"content":"x","message_type":"{0}"}}'),
    "role": ("PUT", "/admin/chats/{chat}/members/{user}", '{{"role":"{0}"}}'),
}
"""Calls with a text in some place of their body."""


@pytest.mark.parametrize("place", ADMIN)
def test_a_text_in_an_admin_call(bench, place):
    method, path, body = ADMIN[place]
    names = {"chat": bench.chat["id"], "user": bench.user["id"]}
    slow = {}
    for kind in nasty.KINDS:
        def send(size):
            text = body.format(nasty.inside(kind, size), fresh=fresh("u"), **names).encode()
            answer = bench.admin.raw(
                method, path.format(**names), data=text, headers={"Content-Type": "application/json"})
            assert answer.status_code < 500, answer.text[:500]
        found = grows_linearly(bench, send)
        if found:
            slow[kind] = found
    assert not slow, slow


def test_megabytes_of_marks_everywhere_leave_the_server_answering(bench):
    text = nasty.inside("marks in descending order", 300_000)
    strangers = []
    with Wire(bench) as good:
        good.connect(bench.user["token"])
        for template in EVENTS.values():
            wire = Wire(bench)
            wire.connect(bench.user["token"])
            packet = template.format(text, chat=bench.chat["id"], message=bench.message["id"])
            # As long as a packet may be.
            if len(packet.encode()) < 330_000:
                packet = template.format(text * 3, chat=bench.chat["id"], message=bench.message["id"])
            assert len(packet.encode()) < 1_000_000
            for number in range(4 if len(strangers) < 3 else 1):
                wire.write(f"42{number}{packet}")
            strangers.append(wire)
        good.send(bench.chat, "still there")
        assert requests.get(bench.url + "/healthz", timeout=10).status_code == 200
        assert bench.admin.raw("GET", "/readyz").status_code == 200
        for wire in strangers:
            wire.take(lambda e: e[0] == "ack" and e[1] == 0, "ack")
            wire.close()
        good.send(bench.chat, "and still")
