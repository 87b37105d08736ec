"""The ways to copy a database while it is used, and what a copy must hold."""

import os
import shutil
import subprocess
import time

import evidence
from appliance import run

FRESH = 5.0
"""Seconds: what was acked this long before a copy began is in it."""

GRACE = 0.25
"""Seconds the measuring itself may be late on a busy machine: an ack is noted when this process gets round to it."""


def plain(source, target):
    """cp parley.db elsewhere."""
    target.mkdir()
    subprocess.run(["cp", source / "parley.db", target / "parley.db"], check=True)


def recursive(source, target):
    """cp -r data elsewhere, in whatever order that takes the files."""
    subprocess.run(["cp", "-r", source, target], check=False, stderr=subprocess.DEVNULL)


def one_by_one(source, target, reverse):
    """The files of the directory in order of their names, or in the opposite one; a log may vanish meanwhile."""
    target.mkdir()
    for path in sorted(source.iterdir(), reverse=reverse):
        if path.is_file():
            subprocess.run(["cp", path, target / path.name], check=False, stderr=subprocess.DEVNULL)


def slow(source, target, seconds):
    """A reader that takes the file in small pieces over that time."""
    target.mkdir()
    with open(source / "parley.db", "rb") as file, open(target / "parley.db", "wb") as copy:
        size = os.fstat(file.fileno()).st_size
        pieces = 60
        for _ in range(pieces):
            copy.write(file.read(size // pieces + 1))
            time.sleep(seconds / pieces)
        shutil.copyfileobj(file, copy)


def judge(stage, target, label, began, pairs):
    """Holds a copy against everything it promises; gives how many acked messages were looked for, and how old its
    newest one was when the copy began, in seconds.

    `pairs` are (chat X, chat Y, sender): k was sent to Y only after k was acked in X, so Y is never ahead."""
    ledger, copied = stage.ledger, target / "parley.db"
    if not evidence.check(copied, ledger, label):
        return 0, 0.0
    if (target / "parley.db-wal").exists():
        # Only the program tells a log that continues the file from a stale one beside it.
        copied = target / "backup.db"
        code, out, err = run("backup", copied, "--data", target, timeout=120)
        if code != 0:
            ledger.violation(f"{label}: parley backup of the copied directory says {code}: {out + err}")
            return 0, 0.0
    rows, wrong = evidence.read(copied)
    for text in wrong:
        ledger.violation(f"{label}: {text}")
    for first, second, sender in pairs:
        counts = [_newest(rows, chat, sender) for chat in (first, second)]
        if counts[1] > counts[0] or counts[0] > counts[1] + 1:
            ledger.violation(f"{label}: {sender} is at {counts[0]} in {first} and at {counts[1]} in {second}")
    looked = ledger.compare(rows, label, until=began - FRESH - GRACE)
    lost = [when for chat, seq, ident, when in ledger.acked.copy().values()
            if (chat, seq) not in rows and when <= began]
    return looked, began - min(lost, default=began)


def _newest(rows, chat, sender):
    """The number of the newest message of a pair's sender; its clientIds end in numbers that count."""
    return max((int(cid.rsplit(".", 1)[1]) for (place, _), (_, cid) in rows.items()
                if place == chat and cid is not None and cid.startswith(sender + "~")), default=0)
