"""With a token: what a user may do within the limits, and past them, on as many sockets as a user has."""

import itertools
import json
import time

from lines import Crowd, Peer, Refused, event, fill, frame, sleep_until
from stage import SOURCE
from strangers import MARKS, MEGABYTE, hold
from table import abuse

SOCKETS = 20


def one(server):
    """One user in a chat of their own."""
    token = server.token("mallory")
    server.chat("bad", ["mallory"])
    return (token,)


def several(count):
    def prepare(server):
        tokens = [server.token(f"mallory-{number}") for number in range(count)]
        server.chat("bad", [f"mallory-{number}" for number in range(count)])
        return (tokens,)

    return prepare


def sockets(server, tokens, count=SOCKETS, receive=None):
    """`count` sockets of these users, as many as are let in; twenty at a time are strangers."""
    peers = []
    for number in range(count):
        try:
            source = f"127.6.0.{1 + number // 15 % 200}"
            peers.append(Peer(server.address, tokens[number % len(tokens)], source=source, receive=receive))
        except OSError:
            pass
    return peers


def as_fast(server, end, token, chunk, count=4):
    """The same bytes again and again on some sockets; what comes back is read."""
    crowd = Crowd(sockets(server, [token], count))
    while time.monotonic() < end and crowd.living:
        for peer in list(crowd.living):
            crowd.write(peer, chunk)
        crowd.read()
    return {"sent_mb": crowd.sent * len(chunk) >> 20, "received_mb": crowd.received >> 20, "living": len(crowd.living)}


def in_limits(server, end, tokens, make, rate=95, count=SOCKETS):
    """An event on each socket, `rate` times a second: what the limit of a connection lets through."""
    return Crowd(sockets(server, tokens, count)).at_rate(end, make, rate)


# Past the limits.

@abuse("unknown events as fast as they go", prepare=one)
def unknown_events(server, end, token):
    return as_fast(server, end, token, frame('42["x"]') * 500)


@abuse("unknown events with acks as fast as they go", prepare=one)
def unknown_events_acked(server, end, token):
    return as_fast(server, end, token, frame('421["x"]') * 500)


@abuse("acks that nobody asked for", prepare=one)
def acks(server, end, token):
    return as_fast(server, end, token, frame("431[]") * 1000)


@abuse("events of a megabyte, numbers", prepare=one)
def big_arrays(server, end, token):
    return as_fast(server, end, token, frame('42["x",[' + "0," * 499_000 + "0]]"), 2)


@abuse("events of a megabyte, members", prepare=one)
def big_objects(server, end, token):
    return as_fast(server, end, token, frame('42["x",{' + '"":0,' * 190_000 + '"":0}]'), 2)


@abuse("events of a megabyte, nested", prepare=one)
def nested(server, end, token):
    return as_fast(server, end, token, frame('42["x",' + "[" * 60 + "1," * 450_000 + "1" + "]" * 60 + "]"), 2)


@abuse("events of a megabyte, nested as deep as they are long", prepare=one)
def deep(server, end, token):
    return as_fast(server, end, token, frame('421["x",' + "[" * 490_000 + "]" * 490_000 + "]"), 2)


@abuse("events with 64 attachments", prepare=one)
def attachment_events(server, end, token):
    return as_fast(server, end, token, frame('4564-["x"]') + frame(b"x" * 10, 2) * 64)


@abuse("attachments of a megabyte that lack the last, on twenty sockets kept alive", prepare=one)
def attachments_held(server, end, token):
    peers = sockets(server, [token])
    for peer in peers:
        fill(peer.line, frame('4564-["x"]') + frame(MEGABYTE, 2) * 63)
    return beat(peers, end)


@abuse("a thousand events of a megabyte that wait behind a read", prepare=one)
def waiting_events(server, end, token):
    peers = sockets(server, [token], 4)
    body = event("message:send", {"chatId": "bad", "content": "x", "pad": "y" * 990_000}, 1)
    for peer in peers:
        peer.line.settimeout(0.5)
        try:
            for number in range(300):
                peer.write(event("message:history", {"chatId": "bad", "limit": 100}, number))
                peer.write(body)
        except OSError:
            pass
    sleep_until(end)
    return {"sockets": len(peers)}


def beat(peers, end):
    """Answers heartbeats until the end, so that the connections stay."""
    crowd = Crowd(peers)
    while time.monotonic() < end and crowd.living:
        crowd.read(0.2)
    return {"living": len(crowd.living)}


@abuse("pongs without a pause from somebody who reads nothing", prepare=one)
def pongs_unread(server, end, token):
    peers = sockets(server, [token], 4, receive=4096)
    make = event("message:history", {"chatId": "bad", "limit": 100}, 1)
    for peer in peers:
        fill(peer.line, make * 2000)
    while time.monotonic() < end:
        for peer in peers:
            fill(peer.line, frame("3") * 100)
        time.sleep(0.2)
    return {"sockets": len(peers)}


@abuse("the namespace left and joined again without a pause", prepare=one)
def leaving_and_joining(server, end, token):
    peer = Peer(server.address, token, source=SOURCE)
    count = 0
    try:
        while time.monotonic() < end:
            peer.write(frame("41"))
            peer.ready = None
            peer.sign_in(token)
            count += 1
    except OSError:
        pass
    return {"times": count}


@abuse("connections that left their namespace, or were refused, and stay", prepare=one)
def left_connections(server, end, token):
    def leave(number):
        peer = Peer(server.address, None if number % 2 else token, source=f"127.6.1.{number // 15 % 200 + 1}")
        peer.write(frame("40{}") if number % 2 else frame("41"))
        return peer.line

    return hold(server, end, leave, 1000)


@abuse("sign-ins one after the other", prepare=several(50), processes=2)
def signing_in(server, end, tokens):
    count = 0
    for token in itertools.cycle(tokens):
        if time.monotonic() > end:
            return {"times": count}
        try:
            Peer(server.address, token, source=SOURCE).close()
            count += 1
        except OSError:
            time.sleep(0.005)


def marked(build):
    """An event with some 160 KB of marks somewhere, again and again."""
    chunk = frame("421" + json.dumps(build(MARKS), ensure_ascii=False))
    return lambda server, end, token: as_fast(server, end, token, chunk, 2)


for place, build in {
    "name": lambda marks: [marks, {}],
    "chat": lambda marks: ["message:read", {"chatId": marks, "messageId": "x"}],
    "message": lambda marks: ["message:read", {"chatId": "bad", "messageId": marks}],
    "content": lambda marks: ["message:send", {"chatId": "bad", "content": marks}],
    "type": lambda marks: ["message:send", {"chatId": "bad", "content": "x", "messageType": marks}],
    "files": lambda marks: ["message:send", {"chatId": "bad", "content": "x", "attachmentIds": [marks] * 2}],
    "emoji": lambda marks: ["message:react", {"chatId": "bad", "messageId": "x", "emoji": marks}],
    "members": lambda marks: ["chat:create", {"type": "group", "memberIds": [marks + "a", marks + "b"]}],
    "users": lambda marks: ["presence:get", {"userIds": [marks + "a", marks + "b"]}],
    "query": lambda marks: ["message:search", {"query": marks}],
    "fields": lambda marks: ["user:get", {"userIds": [], marks + "a": 1, marks + "b": 2}],
    "token": lambda marks: ["auth:refresh", {"token": marks}],
    "offset": lambda marks: ["sync", {"after": marks}],
}.items():
    act = marked(build)
    act.__name__ = f"marks_in_{place}"
    abuse(f"marks in the {place} of an event", prepare=one)(act)


# Answers that nobody takes.

def with_history(server):
    token = one(server)[0]
    for _ in range(100):
        server.say("bad", "\U0001F600" * 5000)
    return (token,)


@abuse("histories asked for a hundred times a second and not read, one socket", prepare=with_history)
def history_unread(server, end, token):
    return unread(server, end, token, 1)


@abuse("the same on twenty sockets", prepare=with_history, quick=False)
def histories_unread(server, end, token):
    return unread(server, end, token, SOCKETS)


def unread(server, end, token, count):
    peers = sockets(server, [token], count, receive=4096)
    for peer in peers:
        peer.line.setblocking(False)
    asked = 0
    while time.monotonic() < end:
        for peer in peers:
            try:
                peer.line.send(event("message:history", {"chatId": "bad", "limit": 100}, asked))
                asked += 1
            except OSError:
                pass
        time.sleep(0.01)
    return {"asked": asked}


@abuse("answers by polling that are never polled", prepare=with_history)
def answers_unpolled(server, end, token):
    from lines import POLLING, ask

    asked, sids = 0, []
    body = "\x1e".join('42' + str(number) + '["message:history",{"chatId":"bad","limit":100}]' for number in range(90))
    while time.monotonic() < end:
        try:
            if len(sids) < SOCKETS:
                _, answer = ask(server.address, "GET", POLLING, source=SOURCE)
                sid = json.loads(answer[answer.index(b"{"):answer.rindex(b"}") + 1])["sid"]
                connect = "40" + json.dumps({"token": token})
                ask(server.address, "POST", f"{POLLING}&sid={sid}", (), connect.encode(), SOURCE)
                sids.append(sid)
            for sid in sids:
                ask(server.address, "POST", f"{POLLING}&sid={sid}", (), body.encode(), SOURCE, 3)
                asked += 90
        except (OSError, ValueError):
            time.sleep(0.1)
    return {"asked": asked, "sessions": len(sids)}


def with_changes(server):
    token = one(server)[0]
    peer = Peer(server.address, token)
    offset, pid = peer.ready["offset"], peer.connected.get("pid")
    peer.close()
    for _ in range(600):
        server.say("bad", "x" * 4900)
    return token, offset, pid


@abuse("a replay of 3 MB on connection after connection, not read", prepare=with_changes)
def replays_unread(server, end, token, offset, pid):
    peers, count = [], 0
    while time.monotonic() < end:
        try:
            peer = Peer(server.address, source=f"127.6.2.{count // 15 % 200 + 1}", receive=4096)
            peer.write(frame("40" + json.dumps({"token": token, "pid": pid, "offset": offset})))
            peers.append(peer)
            count += 1
        except OSError:
            time.sleep(0.01)
    return {"replays": count}


@abuse("sync of a thousand, within the limits", prepare=with_changes)
def syncs(server, end, token, offset, _):
    return in_limits(server, end, [token], lambda n: event("sync", {"after": offset, "limit": 1000}, n))


# Within the limits of a connection, on all that a user has.

@abuse("histories within the limits", prepare=with_history)
def histories(server, end, token):
    return in_limits(server, end, [token], lambda n: event("message:history", {"chatId": "bad", "limit": 100}, n))


def with_words(server):
    token = one(server)[0]
    words = " ".join(f"{chr(97 + number % 26)}{number}" for number in range(900))[:4800]
    for _ in range(200):
        server.say("bad", "w a b c d e f g " + words)
    time.sleep(1.2)
    return (token,)


@abuse("searches within the limits", prepare=with_words)
def searches(server, end, token):
    return in_limits(server, end, [token], lambda n: event("message:search", {"query": "w a b c d e f"}, n))


def with_chats(server):
    token = server.token("mallory")
    for number in range(300):
        server.chat(f"bad-{number}", ["mallory"])
    return (token,)


@abuse("chat:list of 300 chats within the limits", prepare=with_chats, quick=False)
def chat_lists(server, end, token):
    return in_limits(server, end, [token], lambda n: event("chat:list", {}, n))


@abuse("chats left and joined within the limits", prepare=with_chats, quick=False)
def chats_joined(server, end, token):
    names = ("chat:leave", "chat:join")
    return in_limits(server, end, [token], lambda n: event(names[n % 2], {"chatId": f"bad-{n // 2 % 300}"}, n))


@abuse("presence of 200 within the limits", prepare=several(100))
def presences(server, end, tokens):
    ids = [f"mallory-{number % 100}" for number in range(200)]
    return in_limits(server, end, tokens[:1], lambda n: event("presence:get", {"userIds": ids}, n))


@abuse("auth:refresh within the limits", prepare=one)
def refreshes(server, end, token):
    return in_limits(server, end, [token], lambda n: event("auth:refresh", {"token": token}, n))


@abuse("messages within the limits of 20 users", prepare=several(20))
def messages(server, end, tokens):
    return in_limits(
        server, end, tokens, lambda n: event("message:send", {"chatId": "bad", "content": "x" * 4900}, n), rate=19)


@abuse("twenty sockets of one user that come at once, each with a burst of messages", prepare=one)
def bursts(server, end, token):
    taken = 0
    while time.monotonic() < end:
        crowd = Crowd(sockets(server, [token]))
        for number in range(60):
            for peer in list(crowd.living):
                crowd.write(peer, event("message:send", {"chatId": "bad", "content": "x" * 4000}, number))
            crowd.read()
        taken += crowd.sent
        for peer in list(crowd.living):
            crowd.drop(peer)
    return {"sent": taken}


def room(count):
    """A chat of so many members, all of them connected during the abuse, and a message in it."""
    def prepare(server):
        tokens = several(count)(server)[0]
        peer = Peer(server.address, tokens[0])
        message = peer.call("message:send", {"chatId": "bad", "content": "hello"})["message"]["id"]
        peer.close()
        return tokens, message

    return prepare


def in_room(server, end, tokens, make, rate=95, speakers=19, users=1):
    """All members hear; the first `users` of them speak on `speakers` sockets."""
    crowd = Crowd(sockets(server, tokens, len(tokens)))
    mouths = sockets(server, tokens[:users], speakers)
    for peer in mouths:
        crowd.add(peer)
    return crowd.at_rate(end, make, rate, mouths)


@abuse("ten users with five sockets each that type in a chat of 200", prepare=room(200), seconds=12, quick=False)
def typing(server, end, tokens, _):
    return in_room(server, end, tokens, lambda n: event("typing:start", {"chatId": "bad"}), speakers=50, users=10)


@abuse("one user who types in a chat of 90", prepare=room(90), seconds=12)
def typing_one_user(server, end, tokens, _):
    return in_room(server, end, tokens, lambda n: event("typing:start", {"chatId": "bad"}))


@abuse("reactions of one user in a chat of 200", prepare=room(200), seconds=12, quick=False)
def reactions(server, end, tokens, message):
    return in_room(server, end, tokens, lambda n: event(
        "message:react",
        {"chatId": "bad", "messageId": message, "emoji": f"e{n % 60}", "remove": n // 60 % 2 == 1}, n))


@abuse("edits of 5,000 characters of one user in a chat of 200", prepare=room(200), seconds=12, quick=False)
def edits(server, end, tokens, message):
    return in_room(server, end, tokens, lambda n: event(
        "message:edit", {"chatId": "bad", "messageId": message, "content": str(n) + "x" * 4900}, n))


@abuse("small edits of one user in a chat of 200", prepare=room(200), seconds=12, quick=False)
def small_edits(server, end, tokens, message):
    return in_room(server, end, tokens, lambda n: event(
        "message:edit", {"chatId": "bad", "messageId": message, "content": str(n)}, n))


@abuse("messages of twenty users, all within their limits, to a chat of 200", prepare=room(200), seconds=12, quick=False)
def speeches(server, end, tokens, _):
    return in_room(
        server, end, tokens, lambda n: event("message:send", {"chatId": "bad", "content": "x" * 4900}, n),
        rate=19, speakers=20, users=20)


@abuse("chats of a thousand made by a user", prepare=lambda server: thousand(server), quick=False,
       options=("--clients-create-chats", "all"), seconds=12)
def chats_made(server, end, token, names):
    return in_limits(
        server, end, [token],
        lambda n: event("chat:create", {"type": "group", "name": "spam", "memberIds": names}, n), count=10)


def thousand(server):
    names = [f"mallory-{number}" for number in range(1000)]
    for name in names[1:]:
        server.call("POST", "/admin/users", {"username": name})
    return server.token(names[0]), names


# Who does not read.

@abuse("a thousand members who do not read, and four who speak", prepare=several(54), seconds=12, quick=False)
def slow_readers(server, end, tokens):
    deaf = sockets(server, tokens[4:], 1000, receive=2048)
    mouths = Crowd(sockets(server, tokens[:4], 4))
    done = mouths.at_rate(end, lambda n: event("message:send", {"chatId": "bad", "content": "x" * 4900}, n), 19)
    return {"readers": len(deaf), **done}
