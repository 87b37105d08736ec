"""HTTP of strangers: requests in heaps, pages not read, heads and bodies that never end, on both listeners."""

import threading
import time

from lines import POLLING, ask, dial, fill, sleep_until
from stage import SOURCE
from strangers import gone, hold
from table import abuse

HEALTH = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
PAGE = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


def heaps(server, end, request, each):
    """Requests without a pause on one connection after the other, answers read by a thread of their own."""
    sent = 0

    def read(line):
        try:
            while line.recv(1 << 20):
                pass
        except OSError:
            pass

    while time.monotonic() < end:
        try:
            with dial(server.address, SOURCE, 3) as line:
                threading.Thread(target=read, args=(line,), daemon=True).start()
                while time.monotonic() < end:
                    line.sendall(request * each)
                    sent += each
        except OSError:
            time.sleep(0.02)
    return {"requests": sent}


@abuse("requests in heaps on one connection", processes=2)
def pipelining(server, end):
    return heaps(server, end, HEALTH, 2000)


@abuse("pages in heaps on one connection", processes=2)
def pages(server, end):
    return heaps(server, end, PAGE, 200)


@abuse("pages asked for and not read, on hundreds of connections")
def pages_unread(server, end):
    def one(_):
        line = dial(server.address, SOURCE, 1, receive=4096)
        fill(line, PAGE * 2000)
        return line

    return hold_blind(end, one, 300)


def hold_blind(end, open_one, count):
    """Keeps them open without a look at them: reading would take what they do not mean to read."""
    held, failed = [], 0
    while time.monotonic() < end and len(held) < count:
        try:
            held.append(open_one(len(held)))
        except OSError:
            failed += 1
            time.sleep(0.05)
    sleep_until(end)
    for line in held:
        line.close()
    return {"held": len(held), "failed": failed}


@abuse("heads of 30 KB behind a request that is parked")
def heads_behind_a_poll(server, end):
    big = HEALTH[:-2] + b"X: " + b"a" * 15_000 + b"\r\nY: " + b"b" * 14_000 + b"\r\n\r\n"

    def one(_):
        _, answer = ask(server.address, "GET", POLLING, source=SOURCE)
        sid = answer[answer.index(b'"sid":"') + 7:].split(b'"', 1)[0]
        line = dial(server.address, SOURCE)
        fill(line, b"GET " + POLLING.encode() + b"&sid=" + sid + b" HTTP/1.1\r\nHost: x\r\n\r\n" + big * 400)
        return line

    return hold_blind(end, one, 19)


@abuse("heads of 30 KB, one after the other", processes=2)
def big_heads(server, end):
    return heaps(server, end, HEALTH[:-2] + b"X: " + b"a" * 15_000 + b"\r\nY: " + b"b" * 14_000 + b"\r\n\r\n", 10)


@abuse("uploads without a token that is right", processes=2)
def uploads_unauthorized(server, end):
    count, body = 0, b"x" * 200_000
    while time.monotonic() < end:
        try:
            ask(server.address, "POST", "/files?name=a", ["Authorization: Bearer a.b.c"], body, SOURCE, 3)
            count += 1
        except OSError:
            pass
    return {"requests": count}


@abuse("heads that come a byte a second, on a thousand connections")
def dripping_heads(server, end):
    held = []
    while time.monotonic() < end:
        if len(held) < 1000:
            try:
                held.append(dial(server.address, SOURCE, 1))
            except OSError:
                time.sleep(0.01)
            continue
        for line in held:
            try:
                line.send(b"G")
            except OSError:
                pass
        held = [line for line in held if not gone(line)]
        time.sleep(0.5)
    return {"held": len(held)}


@abuse("silent sockets, half heads and half bodies on the admin listener")
def admin_half_heads(server, end):
    halves = [
        b"", b"GET /healthz HTTP/1.1\r\nHost: x\r\n",
        b"POST /admin/users HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 900000\r\n\r\n{",
        b"POST /admin/users HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\n\r\n" + b"x" * 500_000,
    ]

    def one(number):
        line = dial(server.admin, None, 1)
        fill(line, halves[number % len(halves)])
        return line

    return hold(server, end, one, 2000)


@abuse("wrong admin keys", processes=2)
def wrong_keys(server, end):
    count = 0
    request = b"GET /admin/users HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer wrong\r\n\r\n"
    while time.monotonic() < end:
        try:
            with dial(server.admin, None, 3) as line:
                while time.monotonic() < end:
                    line.sendall(request * 50)
                    if not line.recv(1 << 18):
                        break
                    count += 50
        except OSError:
            pass
    return {"guesses": count}
