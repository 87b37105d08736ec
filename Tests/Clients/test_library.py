"""What the SocketIO library offers beyond the protocol, with a real client: Tests/ConformanceServer at /library/."""

import json
import os
import queue
import socket
import subprocess
import time
from pathlib import Path

import engineio
import pytest
import socketio

BINARY = Path(os.environ["PARLEY_BIN"]).with_name("ConformanceServer")
PATH = "library"


@pytest.fixture(scope="module")
def url():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen([BINARY, "--port", str(port)], stdout=subprocess.DEVNULL)
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            break
        except OSError:
            assert server.poll() is None, "the server ended"
            time.sleep(0.05)
    yield f"http://127.0.0.1:{port}"
    server.kill()
    server.wait()


@pytest.fixture(params=["websocket", "polling"])
def connect(url, request):
    """connect(name, namespace) enters a namespace over the transport that the test is run with."""
    opened = []

    def connector(name, namespace="/", **auth):
        client = socketio.Client()
        opened.append(client)
        client.heard = queue.Queue()
        for event in ("said", "picture", "tick"):
            client.on(event, lambda *data, event=event: client.heard.put((event, *data)), namespace=namespace)
        client.on("question", lambda text: text.upper(), namespace=namespace)
        client.on("vote", lambda *_: name, namespace=namespace)
        client.connect(
            url, auth={"name": name, **auth}, namespaces=[namespace], transports=[request.param],
            socketio_path=PATH, wait_timeout=10)
        return client

    yield connector
    for client in opened:
        client.disconnect()


def heard(client):
    """The next event; the offset that stands behind its arguments, where clients can come back, is left out."""
    event, *data = client.heard.get(timeout=10)
    return (event, *data[:-1])


def test_typed_arguments_and_their_refusal(connect):
    client = connect("ann")
    assert client.call("sum", (1, 2)) == 3
    refusal = client.call("sum", (1, "two"))
    assert refusal == {"error": {"message": "Argument 2 is missing, or not what this event takes."}}
    assert client.call("forbidden") == {"error": {"message": "Not you."}}
    assert client.call("once") == "once"
    assert client.call("once") == ("any", "once")
    assert client.call("other") == ("any", "other")


def test_bytes_both_ways(connect):
    client = connect("ann")
    data = bytes(range(256)) * 20
    assert client.call("reverse", data) == data[::-1]
    client.emit("picture", {"name": "p", "bytes": data})
    assert heard(client) == ("picture", {"name": "p", "bytes": data[::-1]})


def test_the_server_asks_one_and_many(connect):
    ann, bob = connect("ann"), connect("bob")
    assert ann.call("ask", "why") == "WHY"
    for client in (ann, bob):
        assert client.call("join", "room") is True
    assert sorted(ann.call("poll", "room")) == ["ann", "bob"]
    assert ann.call("members", "room") == ["ann", "bob"]
    assert ann.call("poll", "nobody") == []


def test_what_is_volatile_comes_when_nothing_waits(connect):
    client = connect("ann")
    for _ in range(20):
        client.emit("volatile")
        try:
            assert client.heard.get(timeout=1) == ("tick", 1)
            return
        except queue.Empty:
            continue  # the client had no request waiting just then
    raise AssertionError("nothing came")


def test_dynamic_namespaces(connect, url):
    client = connect("ann", "/dynamic-7")
    assert client.call("where", namespace="/dynamic-7") == "/dynamic-7"
    other = socketio.Client()
    with pytest.raises(socketio.exceptions.ConnectionError):
        other.connect(url, namespaces=["/dynamic-x"], socketio_path=PATH, wait_timeout=10)
    other.disconnect()


class Raw:
    """What the JavaScript client says, which comes back by itself: python-socketio does not."""

    def __init__(self, url, transport, **auth):
        self.inbox = queue.Queue()
        self.client = engineio.Client()
        self.client.on("message", self.inbox.put)
        self.client.connect(url, transports=[transport], engineio_path=PATH)
        self.client.send("0" + json.dumps(auth))
        self.session = json.loads(self.next()[1:])

    def next(self):
        return self.inbox.get(timeout=10)

    def event(self):
        return json.loads(self.next()[1:])

    def call(self, *event):
        self.client.send("27" + json.dumps(event))
        answer = self.next()
        assert answer.startswith("37"), answer
        return json.loads(answer[2:])


@pytest.mark.parametrize("transport", ["websocket", "polling"])
def test_who_comes_back_has_what_was_missed(url, transport):
    room = f"recovery over {transport}"
    speaker = Raw(url, "websocket", name="speaker")
    ann = Raw(url, transport, name="ann")
    assert ann.call("join", room) == [True]
    assert speaker.call("say", room, "first") == [True]
    event = ann.event()
    assert event[:2] == ["said", "first"]
    # Cut off, without a word.
    if transport == "websocket":
        ann.client.ws.close()
    else:
        ann.client.disconnect()
    members = None
    for _ in range(100):
        members = speaker.call("members", room)[0]
        if members == []:
            break
        time.sleep(0.05)
    assert members == []
    for text in ("second", "third"):
        assert speaker.call("say", room, text) == [True]
    assert speaker.call("say", "elsewhere", "not for ann") == [True]
    again = Raw(url, transport, pid=ann.session["pid"], offset=event[-1])
    assert again.session == ann.session
    assert [again.event()[:2] for _ in range(2)] == [["said", "second"], ["said", "third"]]
    assert again.call("state") == ["ann", 2, True]
    assert speaker.call("say", room, "live") == [True]
    assert again.event()[:2] == ["said", "live"]
    stranger = Raw(url, transport, pid=ann.session["pid"], offset=event[-1], name="stranger")
    assert stranger.session["sid"] != ann.session["sid"]
    assert stranger.call("state") == ["stranger", 1, False]
    for one in (speaker, again, stranger):
        one.client.disconnect()
