"""Whatever goes on for a user by a right ends with the right: a table of what goes on and of what ends it."""

import os
import socket
import time

import pytest

from admin import Admin
from raw import Plain, Polling
from test_files import Files, code
from test_tokens import claims, sign
from wire import Closed, Wire

SIZE = 9_900_000
"""Bytes: more than the kernel's buffers take of a download that nobody reads."""


class Scene:
    """A user with a token of their own, a member of a chat into which another user has sent a large file."""

    def __init__(self, parley, ttl):
        self.parley, self.admin = parley, Admin(parley)
        self.owner, self.user = self.admin.user(), self.admin.user()
        self.chat = self.admin.chat(self.owner, self.user)
        owner_token = self.admin.token(self.owner)["token"]
        self.file = Files(parley, owner_token).upload(os.urandom(SIZE))
        self.sender = Wire(parley)
        self.sender.connect(owner_token)
        self.sender.ok("message:send", {"chatId": self.chat["id"], "attachmentIds": [self.file["id"]]})
        made = self.admin.token(self.user, **({"ttl_seconds": ttl} if ttl else {}))
        self.token, self.token_id = made["token"], made["token_id"]


def narrow(parley):
    """A line that takes little at a time."""
    line = Plain.__new__(Plain)
    line.socket = socket.socket()
    line.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    line.socket.settimeout(20)
    line.socket.connect(parley.address)
    line.host, line.buffer = "%s:%d" % parley.address, b""
    return line


def download(scene, path=None, **headers):
    line = narrow(scene.parley)
    line.get(path or scene.file["url"], Connection="close", **headers)
    assert b" 200 " in line.exactly(4096)

    def ended():
        assert len(line.gone()) < SIZE - 4096, "the whole file came"
    return ended


def download_by_token(scene):
    return download(scene, Authorization="Bearer " + scene.token)


def download_by_address(scene):
    client = Wire(scene.parley)
    client.connect(scene.token)
    return download(scene, client.ok("file:url", {"fileId": scene.file["id"]})["url"])


def upload(scene):
    line = Plain(scene.parley)
    line.write(
        f"POST /files?name=a HTTP/1.1\r\nHost: {line.host}\r\nAuthorization: Bearer {scene.token}\r\n"
        "Content-Type: application/pdf\r\nContent-Length: 100000\r\n\r\n")
    # It drips, and is told without sending on.
    line.write(b"x" * 90_000)

    def ended():
        assert line.answer()[0] == 401
    return ended


def websocket(scene):
    client = Wire(scene.parley)
    client.connect(scene.token)

    def ended():
        assert client.wait("session:ended")["code"] in ENDED
        with pytest.raises(Closed):
            while True:
                client.read()
    return ended


def polling(scene):
    client = Polling(scene.parley)
    client.post("40" + '{"token":"%s"}' % scene.token)
    client.until("42[\"session:ready\"")

    def ended():
        told = client.until("42[\"session:ended\"")
        assert any('"%s"' % each in told for each in ENDED), told
        while (answer := client.poll()).status_code == 200:
            pass
        assert answer.status_code == 400
    return ended


def refreshed(scene):
    """A socket that came by another token, and goes on by this one."""
    client = Wire(scene.parley)
    client.connect(scene.admin.token(scene.user)["token"])
    client.ok("auth:refresh", {"token": scene.token})

    def ended():
        assert client.wait("session:ended")["code"] in ENDED
    return ended


ENDED = ("user_blocked", "user_deleted", "token_revoked", "token_expired")


def act(action):
    return lambda scene: scene.admin.act(scene.user, action)


def delete(path):
    return lambda scene: scene.admin.call("DELETE", path.format(s=scene))


SESSIONS = [websocket, polling, refreshed]
ENDINGS = {
    "block": (act("block"), [download_by_token, download_by_address, upload, *SESSIONS]),
    "revoke-tokens": (act("revoke-tokens"), [download_by_token, download_by_address, upload, *SESSIONS]),
    "user deletion": (delete("/admin/users/{s.user[id]}"), [download_by_token, download_by_address, upload, *SESSIONS]),
    # A signed address was given to the user, not to the token.
    "token deletion": (delete("/admin/tokens/{s.token_id}"), [download_by_token, upload, *SESSIONS]),
    # The download last: nobody reads it until the others, which have the same token, have heard of its end.
    "expiry": (None, [*SESSIONS, upload, download_by_token]),
    "removal": (delete("/admin/chats/{s.chat[id]}/members/{s.user[id]}"), [download_by_token, download_by_address]),
    "chat deletion": (delete("/admin/chats/{s.chat[id]}"), [download_by_token, download_by_address]),
}


@pytest.mark.parametrize("name", ENDINGS)
def test_what_goes_on_by_a_right_ends_with_it(parley, name):
    end, things = ENDINGS[name]
    scene = Scene(parley, None if end else 4)
    going = [(thing.__name__, thing(scene)) for thing in things]
    if end:
        end(scene)
    for thing, ended in going:
        try:
            ended()
        except Exception as error:
            raise AssertionError(f"{thing} goes on after {name}: {error!r}") from error


def test_a_download_goes_on_while_others_lose_their_rights(parley):
    scene = Scene(parley, None)
    line = narrow(parley)
    line.get(scene.file["url"], Authorization="Bearer " + scene.token, Connection="close")
    line.exactly(4096)
    other = scene.admin.user()
    scene.admin.add(scene.chat, other)
    scene.admin.remove(scene.chat, other)
    scene.admin.act(other, "block")
    scene.admin.call("DELETE", "/admin/tokens/" + scene.admin.token(scene.user)["token_id"])
    while True:
        data = line.socket.recv(1 << 20)
        if not data:
            break
        line.buffer += data
    assert len(line.buffer) > SIZE - 4096


def test_a_token_shown_ahead_of_its_time_is_revoked_with_the_others(wire, admin):
    user, now = admin.user(), int(time.time())
    ahead = sign(claims(user, iat=now + 50))
    client = wire()
    client.connect(ahead)
    admin.act(user, "revoke-tokens")
    assert client.wait("session:ended")["code"] == "token_revoked"
    # Also when its time has come.
    for token in (ahead, sign(claims(user, iat=now)), sign(claims(user, iat=now + 50, exp=now + 7200))):
        assert wire().refused({"token": token})["data"]["code"] == "token_revoked"
    # Our own has a row that says it is later.
    wire().connect(admin.token(user)["token"])


def test_after_a_revocation_a_token_of_another_backend_is_good_at_once(wire, admin):
    user = admin.user()
    wire().connect(sign(claims(user)))
    admin.act(user, "revoke-tokens")
    wire().connect(sign(claims(user, iat=int(time.time()) + 1)))


@pytest.mark.parametrize("coding,status", [("gzip", 415), ("br", 415), ("gzip, identity", 415), ("identity", 201),
                                           ("Identity", 201), ("", 201)])
def test_an_upload_that_is_packed_is_refused(people, parley, coding, status):
    files = Files(parley, people(1, chat=False).users[0]["token"])
    answer = files.post(b"x", headers={"Content-Encoding": coding})
    assert answer.status_code == status, answer.text
    if status == 415:
        assert code(answer, 415) == "unsupported_media_type"
