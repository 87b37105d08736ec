"""Without a token: what anybody who reaches the port can send."""

import hashlib
import hmac
import json
import socket
import threading
import time

from lines import HANDSHAKE, POLLING, Peer, Refused, ask, dial, fill, frame, sleep_until
from stage import SOURCE, b64
from table import abuse

MEGABYTE = b"x" * 999_990


def again(server, end, chunk, first=b"", read=False, source=SOURCE):
    """WebSockets one after the other, as the server closes them, that are sent `chunk` again and again."""
    sent = opened = 0
    while time.monotonic() < end:
        try:
            peer = Peer(server.address, source=source)
        except OSError:
            time.sleep(0.02)
            continue
        opened += 1
        try:
            peer.write(first)
            peer.line.settimeout(2)
            while time.monotonic() < end:
                peer.write(chunk)
                sent += len(chunk)
                if read:
                    drain(peer.line)
        except OSError:
            pass
        finally:
            peer.close()
    return {"mb": sent >> 20, "connections": opened}


def drain(line):
    """Reads what is there."""
    line.setblocking(False)
    try:
        while True:
            if not line.recv(1 << 20):
                raise Refused("closed")
    except BlockingIOError:
        pass
    finally:
        line.settimeout(2)


def hold(server, end, open_one, count, pause=0.02):
    """Keeps as many open as the server lets, and opens another for each that went."""
    held, opened, looked = [], 0, 0.0
    while time.monotonic() < end:
        if time.monotonic() > looked + 0.1:
            held = [line for line in held if not gone(line)]
            looked = time.monotonic()
        if len(held) >= count:
            time.sleep(pause)
            continue
        try:
            held.append(open_one(opened))
            opened += 1
        except OSError:
            time.sleep(pause)
    for line in held:
        line.close()
    return {"opened": opened, "held": len(held)}


def gone(line):
    line.setblocking(False)
    try:
        return not line.recv(1 << 16)
    except BlockingIOError:
        return False
    except OSError:
        return True


@abuse("packets that announce 64 attachments and get 63 of a megabyte")
def attachments(server, end):
    def one(_):
        peer = Peer(server.address, source=SOURCE)
        fill(peer.line, frame('4564-["x"]') + frame(MEGABYTE, 2) * 63)
        return peer.line

    return hold(server, end, one, 19)


@abuse("messages of a megabyte that lack their last byte")
def unfinished_messages(server, end):
    def one(_):
        peer = Peer(server.address, source=SOURCE)
        fill(peer.line, frame("4" + "x" * 999_000, fin=False))
        return peer.line

    return hold(server, end, one, 19)


@abuse("bodies of POSTs of a megabyte that lack their last byte")
def unfinished_posts(server, end):
    def one(_):
        status, answer = ask(server.address, "GET", POLLING, source=SOURCE)
        sid = json.loads(answer[answer.index(b"{"):answer.rindex(b"}") + 1])["sid"]
        line = dial(server.address, SOURCE)
        head = f"POST {POLLING}&sid={sid} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n".encode()
        fill(line, head + b"4" * 999_000)
        return line

    return hold(server, end, one, 19)


def connects(text):
    return lambda server, end: again(server, end, frame(text), read=True)


@abuse("CONNECTs of a megabyte, numbers", processes=2)
def big_connect_array(server, end):
    return again(server, end, frame('40{"token":"x","a":[' + "0," * 499_000 + "0]}"), read=True)


@abuse("CONNECTs of a megabyte, members", processes=2)
def big_connect_object(server, end):
    return again(server, end, frame('40{"token":"x","a":{' + '"":0,' * 190_000 + '"":0}}'), read=True)


@abuse("CONNECTs of a megabyte, deep", processes=2)
def big_connect_deep(server, end):
    return again(server, end, frame('40{"a":' + "[" * 499_000 + "]" * 499_000 + "}"), read=True)


@abuse("CONNECTs with a token that somebody else signed", processes=2)
def forged_tokens(server, end):
    head, body = b64(b'{"alg":"HS256"}'), b64(b'{"sub":"a","exp":9999999999}')
    sign = hmac.new(b"x" * 40, f"{head}.{body}".encode(), hashlib.sha256).digest()
    return again(server, end, frame("40" + json.dumps({"token": f"{head}.{body}.{b64(sign)}"})), read=True)


@abuse("CONNECTs to namespaces that there are not", processes=2)
def refused_namespaces(server, end):
    return again(server, end, frame("40/x,") * 5000, read=True)


MARKS = "a" + "\u0301" * 80_000 + "\u0334" * 80_000


@abuse("a namespace of combining marks in descending class")
def marks_namespace(server, end):
    return again(server, end, frame(f"40/{MARKS},"), read=True)


@abuse("an event's name of combining marks")
def marks_event(server, end):
    return again(server, end, frame(f'42["{MARKS}",{{}}]'), read=True)


@abuse("an auth.token of combining marks")
def marks_token(server, end):
    return again(server, end, frame(json.dumps({"token": MARKS}, ensure_ascii=False).join(["40", ""])), read=True)


@abuse("members of auth named by combining marks")
def marks_auth(server, end):
    names = {MARKS[:3000] + str(number): 1 for number in range(40)}
    return again(server, end, frame("40" + json.dumps(names, ensure_ascii=False)), read=True)


@abuse("headers and queries of combining marks")
def marks_headers(server, end):
    count = 0
    mark = ("a" + "\u0301" * 2400 + "\u0334" * 2400)
    quoted = "".join(f"%{byte:02X}" for byte in mark.encode()[:5000])
    while time.monotonic() < end:
        try:
            with dial(server.address, SOURCE) as line:
                line.sendall(
                    f"GET {HANDSHAKE}&{quoted}={quoted} HTTP/1.1\r\nHost: x\r\n".encode()
                    + b"Origin: https://" + mark.encode() + b"\r\n\r\n")
                line.recv(4096)
            count += 1
        except OSError:
            pass
    return {"requests": count}


@abuse("as many silent WebSockets as one address may have, from the address of the good pair")
def silent_same_address(server, end):
    return hold(server, end, lambda _: Peer(server.address).line, 30, pause=0.005)


@abuse("silent WebSockets from a hundred addresses, ten times what strangers may have together",
       options=("--max-connections", 2000))
def silent_many_addresses(server, end):
    return hold(
        server, end, lambda number: Peer(server.address, source=f"127.5.0.{number % 104 + 1}", timeout=1).line, 2100)


@abuse("TCP connections that say nothing, from one address")
def silent_connections(server, end):
    return hold(server, end, lambda _: dial(server.address, SOURCE, 1), 4000)


@abuse("TCP connections that say nothing, while the process may have 1,024 descriptors", descriptors=1024)
def descriptors_1024(server, end):
    return hold(server, end, lambda _: dial(server.address, SOURCE, 1), 3000, pause=0.001)


@abuse("the same with whole requests, one after the other kept alive, and 4,096", descriptors=4096, quick=False)
def descriptors_4096(server, end):
    def one(_):
        line = dial(server.address, SOURCE, 1)
        line.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        return line

    return hold(server, end, one, 6000, pause=0.001)


@abuse("connections that come and go", processes=2)
def churn_connections(server, end):
    count = 0
    while time.monotonic() < end:
        try:
            dial(server.address, SOURCE, 2).close()
            count += 1
        except OSError:
            pass
    return {"connections": count}


@abuse("WebSockets that come and go", processes=2)
def churn_websockets(server, end):
    return churn(server, end, lambda: Peer(server.address, source=SOURCE, timeout=2).close())


@abuse("polling handshakes that are left behind", processes=2)
def churn_polling(server, end):
    return churn(server, end, lambda: ask(server.address, "GET", POLLING, source=SOURCE, timeout=2))


def churn(server, end, once):
    done = failed = 0
    while time.monotonic() < end:
        try:
            once()
            done += 1
        except OSError:
            failed += 1
    return {"done": done, "failed": failed}
