"""The server under abuse, the good pair beside it, and what is measured of both."""

import base64
import json
import multiprocessing
import os
import re
import resource
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "Clients"))

from appliance import Appliance  # noqa: E402  (the folder has to be on the path first)
from lines import Peer, ask, event  # noqa: E402

SOURCE = "127.6.0.1"
"""Where abuse comes from, if not from the good pair's own address."""

FORK = multiprocessing.get_context("fork")


class Server:
    """One `parley serve` in a directory of its own, with a good pair's users and chat, and an operator's calls."""

    def __init__(self, *options, descriptors=None):
        self.folder = tempfile.TemporaryDirectory(prefix="parley-abuse-")
        self.descriptors = descriptors
        self.appliance = Appliance(Path(self.folder.name) / "data", *options)
        if descriptors:
            self._bounded()
        else:
            self.appliance.start()
        self.address = self.appliance.address
        host, port = self.appliance.addresses["admin"].rsplit(":", 1)
        self.admin = (host, int(port))
        self.key = self.appliance.admin_key
        self.pid = self.appliance.process.pid
        self.ids = {}
        self.good = [self.token("good-a"), self.token("good-b")]
        self.chat("good", ["good-a", "good-b"])

    def _bounded(self):
        """Starts it under `ulimit -n`, soft and hard."""
        before = resource.getrlimit(resource.RLIMIT_NOFILE)
        spawn = self.appliance.spawn

        def bounded(command):
            limit = str(self.descriptors)
            return spawn(["/bin/sh", "-c", f'ulimit -n {limit} && exec "$@"', "sh", *command])

        self.appliance.spawn = bounded
        self.appliance.start()
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == before

    def call(self, method, path, body=None, timeout=60):
        headers = [f"Authorization: Bearer {self.key}"]
        data = None
        if body is not None:
            headers.append("Content-Type: application/json")
            data = json.dumps(body).encode()
        status, answer = ask(self.admin, method, path, headers, data, timeout=timeout)
        assert 200 <= status < 300, f"{method} {path}: {status} {answer[:300]!r}"
        return body_of(answer)

    def token(self, user):
        made = self.call("POST", "/admin/tokens", {"username": user, "create": True})
        self.ids[user] = made["user_id"]
        return made["token"]

    def chat(self, name, members):
        """Makes the chat, or adds to the one that an abuse before this one made."""
        try:
            self.call("POST", "/admin/chats", {"id": name, "name": name, "member_ids": members})
        except AssertionError:
            for member in members:
                self.call("PUT", f"/admin/chats/{name}/members/{self.ids[member]}", {})

    def say(self, chat, content):
        return self.call("POST", f"/admin/chats/{chat}/messages", {"content": content})

    def memory(self):
        """Resident bytes, in MiB."""
        try:
            text = Path(f"/proc/{self.pid}/status").read_text()
            return int(re.search(r"VmRSS:\s+(\d+)", text).group(1)) / 1024
        except (OSError, AttributeError):
            return 0.0

    def processor(self):
        """Seconds of processor time used so far."""
        try:
            fields = Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
            return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        except OSError:
            return 0.0

    @property
    def alive(self):
        return self.appliance.running

    def answers(self, timeout=10):
        """Whether the admin listener says that it is alive."""
        try:
            return ask(self.admin, "GET", "/healthz", timeout=timeout)[0] == 200
        except OSError:
            return False

    def close(self):
        self.appliance.kill()
        self.folder.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def body_of(answer):
    """The JSON of a body that may have come in chunks."""
    if not answer:
        return None
    try:
        return json.loads(answer)
    except ValueError:
        whole = b""
        while answer:
            size, _, answer = answer.partition(b"\r\n")
            count = int(size, 16)
            if not count:
                break
            whole, answer = whole + answer[:count], answer[count + 2:]
        return json.loads(whole) if whole else None


class Memory(threading.Thread):
    """Watches how much memory a server has at its peak."""

    def __init__(self, server):
        super().__init__(daemon=True)
        self.server, self.peak, self.watching = server, server.memory(), True
        self.begun, self.before = time.monotonic(), server.processor()
        self.start()

    def run(self):
        while self.watching:
            self.peak = max(self.peak, self.server.memory())
            time.sleep(0.05)

    def end(self):
        self.watching = False
        self.join()
        self.share = (self.server.processor() - self.before) / max(0.1, time.monotonic() - self.begun)
        return self.peak


class Good:
    """Two users who chat, 20 messages a second together, and one who comes anew twice a second: in another process."""

    def __init__(self, server, seconds, rate=20):
        self.pipe, child = FORK.Pipe(False)
        arguments = (child, server.address, server.good, seconds, rate)
        self.process = FORK.Process(target=converse, args=arguments, daemon=True)
        self.process.start()

    def result(self):
        try:
            return self.pipe.recv() if self.pipe.poll(120) else {"error": "it never ended"}
        except EOFError:
            return {"error": "it broke off"}
        finally:
            self.process.join(5)
            if self.process.is_alive():
                self.process.kill()


def converse(pipe, address, tokens, seconds, rate):
    try:
        pipe.send(Conversation(address, tokens, seconds, rate).run())
    except Exception as error:  # whatever stops a good user is the finding
        pipe.send({"error": repr(error)})


class Conversation:
    """What the good pair does, and how long each of their acks took."""

    def __init__(self, address, tokens, seconds, rate):
        self.address, self.tokens, self.seconds, self.rate = address, tokens, seconds, rate
        self.acks, self.refused, self.newcomers, self.kept_out = [], 0, [], []
        self.end = time.monotonic() + seconds

    def run(self):
        pair = [self.patiently(token) for token in self.tokens]
        comer = threading.Thread(target=self.come_anew, daemon=True)
        comer.start()
        error = None
        try:
            self.chat(pair)
        except OSError as failure:
            error = repr(failure)
        comer.join(15)
        return {
            "p50": quantile(self.acks, 0.5), "p99": quantile(self.acks, 0.99), "acks": len(self.acks),
            "sent": self.sent, "refused": self.refused, "newcomer_p50": quantile(self.newcomers, 0.5),
            "newcomers": len(self.newcomers), "kept_out": len(self.kept_out), "why": self.kept_out[:1], "error": error,
        }

    def patiently(self, token):
        while True:
            try:
                return Peer(self.address, token, timeout=10)
            except OSError:
                if time.monotonic() > self.end:
                    raise
                time.sleep(0.2)

    def chat(self, pair):
        waiting, self.sent = {}, 0
        begun = time.monotonic()
        stop = begun + self.seconds
        for peer in pair:
            peer.line.settimeout(10)
        while time.monotonic() < stop or (waiting and time.monotonic() < stop + 10):
            now = time.monotonic()
            if now < stop and self.sent <= (now - begun) * self.rate:
                number = self.sent
                body = {"chatId": "good", "content": f"m{number}"}
                waiting[number] = time.monotonic()
                pair[number % 2].write(event("message:send", body, number))
                self.sent += 1
            for peer in pair:
                self.take(peer, waiting)
        self.acks += [(time.monotonic() - sent) * 1000 for sent in waiting.values()]

    def take(self, peer, waiting):
        """What has come for one of them, within a few milliseconds."""
        peer.line.settimeout(0.003)
        try:
            peer.more()
        except TimeoutError:
            pass
        finally:
            peer.line.settimeout(10)
        while (payload := peer._frame()) is not None:
            if payload == b"2":
                peer.line.sendall(b"\x81\x81\0\0\0\0003")
            found = re.match(rb"43(\d+)\[", payload)
            if found and (sent := waiting.pop(int(found[1]), None)):
                self.acks.append((time.monotonic() - sent) * 1000)
                self.refused += b'"ok":true' not in payload

    def come_anew(self):
        while time.monotonic() < self.end:
            begun = time.monotonic()
            try:
                Peer(self.address, self.tokens[0], timeout=8).close()
                self.newcomers.append((time.monotonic() - begun) * 1000)
            except OSError as failure:
                self.kept_out.append(repr(failure)[:100])
            time.sleep(0.5)


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def quantile(values, share):
    values = sorted(values)
    return round(values[min(len(values) - 1, int(len(values) * share))], 1) if values else None
