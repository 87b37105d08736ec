"""A running `parley serve`: started on a data directory with ports of its own, stopped by SIGTERM."""

import json
import os
import signal
import subprocess
import threading
import time
from pathlib import Path

import clock

ROOT = Path(__file__).resolve().parents[2]
BINARY = str(Path(os.environ.get("PARLEY_BIN") or ROOT / ".build" / "debug" / "parley").absolute())
"""The program under test, absolute: tests run it from other folders and in mount namespaces."""
SECRET = "a secret of the tests, longer than thirty-two bytes"

START_LIMIT = 30
"""Seconds until both listeners must have been logged; a debug build on a busy machine is slow."""


def environment():
    """The environment without what would configure the program from outside, with the clock that it is to see."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PARLEY_")}
    return {**kept, **clock.program_environment()}


def find(record, name):
    """A value of a JSON log line by its name, at the top or in its metadata."""
    if name in record:
        return record[name]
    for value in record.values():
        if isinstance(value, dict) and name in value:
            return value[name]
    return None


class Appliance:
    """One process of the program."""

    def __init__(self, data, *options):
        self.data = Path(data)
        self.options = [str(option) for option in options]
        self.process = None
        self.lines = []
        self.addresses = {}
        self._changed = threading.Condition()

    def start(self):
        command = [
            BINARY, "serve", "--data", str(self.data), "--listen", "127.0.0.1:0",
            "--admin-listen", "127.0.0.1:0", "--log-format", "json", *self.options,
        ]
        self.lines, self.addresses = [], {}
        self.process = self.spawn(command)
        threading.Thread(target=self._read, args=(self.process,), daemon=True).start()
        deadline = time.monotonic() + START_LIMIT
        with self._changed:
            while len(self.addresses) < 2:
                left = deadline - time.monotonic()
                if self.process.poll() is not None or left <= 0:
                    break
                self._changed.wait(min(left, 0.2))
        if len(self.addresses) < 2:
            self.kill()
            raise AssertionError("parley did not start:\n" + "".join(self.lines[-20:]))
        return self

    def spawn(self, command):
        return subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            env=environment(), text=True, errors="replace")

    def _read(self, process):
        for line in process.stderr:
            with self._changed:
                self.lines.append(line)
                try:
                    record = json.loads(line)
                except ValueError:
                    record = None
                if isinstance(record, dict) and find(record, "message") == "listening":
                    self.addresses[find(record, "parley.listener")] = find(record, "parley.address")
                self._changed.notify_all()

    @property
    def url(self):
        return "http://" + self.addresses["public"]

    @property
    def ws_url(self):
        return "ws://" + self.addresses["public"]

    @property
    def address(self):
        host, port = self.addresses["public"].rsplit(":", 1)
        return host, int(port)

    @property
    def admin_url(self):
        return "http://" + self.addresses["admin"]

    @property
    def admin_key(self):
        return (self.data / "admin.key").read_text().strip()

    @property
    def running(self):
        return self.process is not None and self.process.poll() is None

    def log(self):
        with self._changed:
            return "".join(self.lines)

    def last_words(self):
        """The log from where a crash begins, or its end."""
        log = self.log()
        said, thread = log.find("Fatal error"), log.find(" crashed:\n")
        if said < 0:
            return log[-4000:]
        return log[said:log.find("\n", said) + 1] + log[thread:thread + 6000]

    def stop(self):
        """SIGTERM; the program must leave with 0 within its 10 seconds and leave one database file."""
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError("still running 15 s after SIGTERM:\n" + self.log()[-4000:]) from None
        assert code == 0, f"exit {code} after SIGTERM:\n{self.log()[-4000:]}"
        left = sorted(path.name for path in self.data.glob("parley.db*"))
        assert left == ["parley.db"], f"left in the data directory: {left}"

    def kill(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait(10)


def run(*arguments, timeout=30):
    """Runs the program to its end: (exit code, standard output, standard error)."""
    done = subprocess.run(
        [BINARY, *[str(argument) for argument in arguments]], stdin=subprocess.DEVNULL, capture_output=True,
        text=True, errors="replace", timeout=timeout, env=environment(), check=False)
    return done.returncode, done.stdout, done.stderr
