"""Work for the one writer and for the files: what is large, and what is slow."""

import http.client
import json
import threading
import time

from lines import Peer, ask, dial, event, sleep_until
from stage import SOURCE, body_of
from strangers import gone
from table import abuse


def ten_thousand(server):
    """10,000 users, brought in by the operator."""
    line = http.client.HTTPConnection(*server.admin, timeout=60)
    headers = {"Authorization": f"Bearer {server.key}", "Content-Type": "application/json"}
    names = [f"extra-{number}" for number in range(10_000)]
    for name in names:
        line.request("POST", "/admin/users", json.dumps({"username": name, "id": name}), headers)
        line.getresponse().read()
    return (names,)


@abuse("a chat of 10,000 members made and deleted", prepare=ten_thousand, quick=False, seconds=15)
def large_chats(server, end, names):
    count = 0
    while time.monotonic() < end:
        server.call("POST", "/admin/chats", {"id": f"large-{count}", "name": "large", "member_ids": names})
        server.call("DELETE", f"/admin/chats/large-{count}")
        count += 1
    return {"chats": count}


def talkative(server):
    """A user with 20,000 messages."""
    server.token("talker")
    server.chat("talk", ["talker"])
    line = http.client.HTTPConnection(*server.admin, timeout=60)
    headers = {"Authorization": f"Bearer {server.key}", "Content-Type": "application/json"}
    body = json.dumps({"content": "some words that are said " * 8, "sender_id": server.ids["talker"]})
    for _ in range(20_000):
        line.request("POST", "/admin/chats/talk/messages", body, headers)
        line.getresponse().read()
    return ()


@abuse("a user deleted with 20,000 messages", prepare=talkative, quick=False, seconds=12)
def erasing(server, end):
    server.call("DELETE", f"/admin/users/{server.ids['talker']}?messages=delete")
    sleep_until(end)
    return {}


@abuse("a chat deleted with 20,000 messages", prepare=talkative, quick=False, seconds=12)
def deleting_a_chat(server, end):
    server.call("DELETE", "/admin/chats/talk")
    sleep_until(end)
    return {}


def with_file(server):
    """A file of a megabyte in a chat of the bad user's, and one in the good pair's, with signed addresses."""
    return [shared(server, server.token("mallory"), "bad", ["mallory"]), shared(server, server.good[0], "good", None)]


def shared(server, token, chat, members):
    if members:
        server.chat(chat, members)
    headers = [f"Authorization: Bearer {token}", "Content-Type: application/octet-stream"]
    status, answer = ask(server.address, "POST", "/files?name=a.bin", headers, b"x" * 1_000_000, timeout=30)
    assert status == 201, (status, answer)
    file = body_of(answer)["id"]
    peer = Peer(server.address, token)
    peer.call("message:send", {"chatId": chat, "content": "", "messageType": "file", "attachmentIds": [file]})
    address = peer.call("file:url", {"fileId": file})["url"]
    peer.close()
    return "/" + address.split("/", 3)[3] if "://" in address else address


def download(server, _, good):
    """Whether the good pair's file is there for others."""
    try:
        return ask(server.address, "GET", good, timeout=10)[0] == 200
    except OSError:
        return False


@abuse("512 downloads of one signed address, a byte now and then", prepare=with_file, check=download)
def slow_downloads(server, end, bad, _):
    held = []
    while time.monotonic() < end:
        held = [line for line in held if not gone_after_a_byte(line)]
        if len(held) < 512:
            try:
                line = dial(server.address, f"127.7.0.{len(held) // 100 + 1}", 1, receive=2048)
                line.sendall(f"GET {bad} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
                held.append(line)
            except OSError:
                time.sleep(0.01)
    return {"held": len(held)}


def gone_after_a_byte(line):
    line.setblocking(False)
    try:
        return not line.recv(1)
    except BlockingIOError:
        return False
    except OSError:
        return True


def uploaders(server):
    return with_file(server) + [[server.token(f"dripper-{number}") for number in range(16)]]


def upload(server, _, __, ___):
    """Whether the good pair may upload."""
    try:
        headers = [f"Authorization: Bearer {server.good[1]}", "Content-Type: text/plain"]
        return ask(server.address, "POST", "/files?name=b.txt", headers, b"hello", timeout=10)[0] == 201
    except OSError:
        return False


@abuse("128 uploads of 16 users, a byte now and then", prepare=uploaders, check=upload)
def dripping_uploads(server, end, _, __, tokens):
    held = []
    while time.monotonic() < end:
        for line in held:
            try:
                line.send(b"x")
            except OSError:
                pass
        held = [line for line in held if not gone(line)]
        while len(held) < 128 and time.monotonic() < end:
            try:
                line = dial(server.address, f"127.7.1.{len(held) // 16 + 1}", 1)
                line.sendall(
                    f"POST /files?name=a HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {tokens[len(held) % 16]}\r\n"
                    "Content-Length: 1000000\r\n\r\nx".encode())
                held.append(line)
            except OSError:
                time.sleep(0.05)
                break
        time.sleep(0.3)
    return {"held": len(held)}
