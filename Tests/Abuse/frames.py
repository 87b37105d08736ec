"""Frames and packets that cost their sender nothing: WebSocket's own, Engine.IO's own, in payloads of a megabyte."""

import json
import time

from lines import POLLING, ask, frame
from stage import SOURCE
from strangers import again
from table import abuse


@abuse("WebSocket pings, answers read", processes=2)
def pings_read(server, end):
    return again(server, end, frame(b"", 9) * 10_000, read=True)


@abuse("WebSocket pings, answers not read", processes=2)
def pings_unread(server, end):
    return again(server, end, frame(b"x" * 125, 9) * 1000)


@abuse("WebSocket pongs that nobody asked for", processes=2)
def pongs(server, end):
    return again(server, end, frame(b"", 10) * 10_000)


@abuse("fragments of no bytes", processes=2)
def empty_fragments(server, end):
    return again(server, end, frame(b"", 0, fin=False) * 10_000, first=frame(b"4", 1, fin=False))


@abuse("fragments of one byte", processes=2)
def tiny_fragments(server, end):
    return again(server, end, frame(b"x", 0, fin=False) * 10_000, first=frame(b"4", 1, fin=False))


@abuse("Engine.IO noops", processes=2)
def noops(server, end):
    return again(server, end, frame("6") * 10_000)


@abuse("Engine.IO pongs that nobody asked for", processes=2)
def engine_pongs(server, end):
    return again(server, end, frame("3") * 10_000)


@abuse("POSTs of a megabyte of noops", processes=2)
def polling_noops(server, end):
    return posts(server, end, b"\x1e".join([b"6"] * 499_000))


@abuse("POSTs of a megabyte of base64", processes=2)
def polling_base64(server, end):
    return posts(server, end, b"6\x1e" * 10 + b"b" + b"A" * 999_000)


def posts(server, end, body):
    count = 0
    while time.monotonic() < end:
        try:
            _, answer = ask(server.address, "GET", POLLING, source=SOURCE, timeout=3)
            sid = json.loads(answer[answer.index(b"{"):answer.rindex(b"}") + 1])["sid"]
            while time.monotonic() < end:
                path = f"{POLLING}&sid={sid}"
                status, _ = ask(server.address, "POST", path, ["Content-Type: text/plain"], body, SOURCE, 3)
                count += 1
                if status != 200:
                    break
        except (OSError, ValueError):
            time.sleep(0.02)
    return {"posts": count}
