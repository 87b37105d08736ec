"""Plain copies of the database under full load: each is a backup.

Each copy passes `parley check`, agrees with itself across rows, and holds all that was acked 5 s before it began:
plain copies of the file, copies of the directory in both orders of its files and as `cp -r` takes it, a copy that
takes long, copies while an idle shell holds the file open, copies that begin while the server is stopped inside a
checkpoint, and one that is put back over a crashed directory. History readers and backups run all the while."""

import asyncio
import json
import shutil
import signal
import sqlite3
import threading
import time

import paths  # noqa: F401

import copies
import evidence
from appliance import run as program
from report import arguments, finish, main, percentiles
from stage import Stage

MEMBERS, CHATS = 6, 4


class Copier:
    """Takes copies of a stage's data and judges them; counts by kind."""

    def __init__(self, stage, folder, pairs):
        self.stage, self.folder, self.pairs = stage, folder, pairs
        self.kinds, self.looked, self.ages, self.waits, self.number = {}, 0, [], [], 0

    async def take(self, kind, way, *more, keep=False, since=None):
        """One copy by `way`; `since` is when another holder of the file had opened it."""
        self.number += 1
        target = self.folder / f"copy-{self.number}"
        began = time.monotonic()
        await asyncio.to_thread(way, self.stage.data, target, *more)
        self.waits.append(time.monotonic() - began)
        looked, age = await asyncio.to_thread(
            copies.judge, self.stage, target, f"copy {self.number}, {kind}", since or began, self.pairs)
        self.kinds[kind] = self.kinds.get(kind, 0) + 1
        self.looked += looked
        self.ages.append(age)
        if not keep:
            shutil.rmtree(target)
        return target


async def pair(stage, client, first, second):
    """Sends k to one chat and, when that is acked, to the other."""
    number = 0
    while True:
        number += 1
        for chat, side in ((first, "x"), (second, "y")):
            cid = f"{client.name}~{side}.{number}"
            await client.connected.wait()
            ack = await client.call("message:send", {"chatId": chat, "content": f"k {number}", "clientId": cid})
            if not ack["ok"]:
                stage.ledger.violation(f"{cid}: {ack}")
                return
            stage.ledger.promised(ack["message"], client.name)
        await asyncio.sleep(0.01)


async def reader(stage, client):
    """Reads histories, here and there, as fast as they come."""
    while True:
        await client.connected.wait()
        chat = stage.rng.choice(list(stage.ledger.newest) or [None])
        if chat is None:
            await asyncio.sleep(0.02)
            continue
        try:
            before = stage.rng.randint(1, stage.ledger.newest[chat]) + 1
            ack = await client.call("message:history", {"chatId": chat, "before": before, "limit": 100})
            seqs = [message["seq"] for message in ack["messages"]]
            if seqs != list(range(max(1, before - 100), before)):
                stage.ledger.violation(f"history before {before} of {chat} gave {seqs}")
            await client.call("message:search", {"query": f"user-{stage.rng.randrange(MEMBERS)}", "limit": 20})
        except asyncio.CancelledError:
            if stage.appliance.running and client.connected.is_set():
                raise
        await asyncio.sleep(0.02)


def whole_archive(path, ledger):
    """Every line of an export is an object, and in each chat the messages count on by one."""
    seqs = {}
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            if "seq" in record:
                seqs.setdefault(record.get("chat_id"), []).append(record["seq"])
    if not seqs:
        ledger.violation("an export under load holds no messages")
    for chat, found in seqs.items():
        if sorted(found) != list(range(1, len(found) + 1)):
            ledger.violation(f"an export under load: {chat} has {len(found)} messages up to {max(found)}")


async def backups(stage, folder, figures):
    """Backups, and exports where the program has them, one after the other."""
    _, overview, _ = await asyncio.to_thread(program, "--help")
    commands = [name for name in ("backup", "export") if f"  {name} " in overview]
    options = {"backup": ["--admin-listen", stage.appliance.addresses["admin"]], "export": []}
    while True:
        for name in commands:
            target = folder / f"{name}.out"
            target.unlink(missing_ok=True)
            code, out, err = await asyncio.to_thread(
                program, name, target, "--data", stage.data, *options[name], timeout=120)
            if code == 0:
                figures[name] = figures.get(name, 0) + 1
                if name == "backup":
                    await asyncio.to_thread(evidence.check, target, stage.ledger, "a backup under load")
                else:
                    await asyncio.to_thread(whole_archive, target, stage.ledger)
            elif stage.appliance.running:
                stage.ledger.violation(f"parley {name} says {code}: {(out + err)[-500:]}")
            await asyncio.sleep(2)


async def open_stage(options, folder, part):
    names = [f"user-{number}" for number in range(MEMBERS)]
    chats = {f"chat-{number}": names for number in range(CHATS)}
    stage = Stage(folder / f"data-{part}", options.seed + part, chats, names[:4], window=4,
                  pace=options.pace / 4, backoff=(0.1, 1.0))
    await stage.open()
    stage.load()
    pairs = []
    for number in (4, 5):
        client, (first, second) = stage.clients[f"user-{number}"], (f"chat-{number - 4}", f"chat-{number - 2}")
        stage.tasks += [asyncio.create_task(pair(stage, client, first, second)),
                        asyncio.create_task(reader(stage, client))]
        pairs.append((first, second, client.name))
    return stage, pairs


async def many(copier, stage, count, print_each):
    """Copies at random moments, two thirds of them of the file alone."""
    ways = [("the file", copies.plain)] * 6 + [
        ("cp -r", copies.recursive), ("directory, the log last", copies.one_by_one, False),
        ("directory, the log first", copies.one_by_one, True)]
    for number in range(1, count + 1):
        await asyncio.sleep(stage.rng.uniform(0, 0.5))
        await copier.take(*stage.rng.choice(ways))
        if number % print_each == 0:
            print(f"{copier.number} copies, {len(stage.ledger.acked)} acked, {copier.looked} looked for", flush=True)


def changed(path):
    return path.stat().st_mtime_ns


async def carried_again(stage, label):
    """Checkpoints go on: the main file, and nothing else writes it, changes soon."""
    before = changed(stage.data / "parley.db")
    await stage.until(lambda: changed(stage.data / "parley.db") != before, f"checkpointing after {label}", 15)


async def idle_shell(copier, stage, seconds):
    """A shell that has the file open and does nothing: the log grows, copies hold what was there when it opened."""
    shell = sqlite3.connect(f"file:{stage.data / 'parley.db'}?mode=ro", uri=True)
    shell.execute("SELECT revision FROM state").fetchone()
    opened, before = time.monotonic(), changed(stage.data / "parley.db")
    await asyncio.sleep(seconds)
    if changed(stage.data / "parley.db") != before:
        stage.ledger.violation("the file was written while a shell held it open")
    log = (stage.data / "parley.db-wal").stat().st_size
    await copier.take("while a shell holds it", copies.plain, since=opened)
    shell.close()
    await carried_again(stage, "the shell")
    print(f"an idle shell for {seconds} s: the log grew to {log / 1e6:.1f} MB, then was carried", flush=True)


async def frozen(copier, stage):
    """The server is stopped inside a checkpoint, a copy begins, the server goes on a second later."""
    def freeze():
        path, deadline = stage.data / "parley.db", time.monotonic() + 6
        before = changed(path)
        while changed(path) == before and time.monotonic() < deadline:
            time.sleep(0.0001)
        stage.appliance.process.send_signal(signal.SIGSTOP)

    await asyncio.to_thread(freeze)
    copying = asyncio.create_task(copier.take("the server stopped in a checkpoint", copies.plain))
    await asyncio.sleep(1)
    stage.appliance.process.send_signal(signal.SIGCONT)
    await copying
    return copier.waits[-1] > 0.9


async def slowed(copier, stage, count):
    """Copies while the server runs one millisecond in five, so that a checkpoint takes many times as long."""
    ending = threading.Event()

    def stutter():
        while not ending.is_set():
            stage.appliance.process.send_signal(signal.SIGSTOP)
            time.sleep(0.004)
            stage.appliance.process.send_signal(signal.SIGCONT)
            time.sleep(0.001)

    thread = threading.Thread(target=stutter)
    thread.start()
    try:
        for _ in range(count):
            await asyncio.sleep(stage.rng.uniform(0, 0.3))
            await copier.take("the server slowed", copies.plain)
    finally:
        ending.set()
        thread.join()


def carried_log(path):
    """Salt 1 of the log that was carried into a file last."""
    shell = sqlite3.connect(f"file:{path}?immutable=1", uri=True)
    try:
        return shell.execute("SELECT wal_salt FROM state").fetchone()[0] >> 32 & 0xFFFFFFFF
    finally:
        shell.close()


def first_salt(path):
    """Salt 1 of a log, which grows by one as it begins anew (SQLite file format, section 4.1)."""
    with open(path, "rb") as log:
        return int.from_bytes(log.read(32)[16:20], "big")


async def put_back(copier, stage):
    """A copy in place of the file of a crashed server: its log is moved aside, the data is that of the copy."""
    target = await copier.take("put back", copies.plain, keep=True)
    # The log that the copy names, and the next one, which continues it, have to be gone.
    named = carried_log(target / "parley.db")
    await stage.until(lambda: (first_salt(stage.data / "parley.db-wal") - named) % 2**32 >= 2,
                      "beginning a log anew after the copy that is put back", 60)
    await asyncio.sleep(0.3)
    for task in stage.tasks:
        task.cancel()
    await stage.kill()
    await asyncio.gather(*(client.end() for client in stage.clients.values()))
    log = stage.data / "parley.db-wal"
    if not log.exists() or log.stat().st_size == 0:
        stage.ledger.violation("the crash left no log: nothing was tested")
    await asyncio.to_thread(shutil.copyfile, target / "parley.db", stage.data / "parley.db")
    rows, _ = evidence.read(target / "parley.db")
    await stage.start()
    stale = list(stage.data.glob("parley.db-wal.stale-*"))
    if len(stale) != 1:
        stage.ledger.violation(f"put back: {len(stale)} logs were moved aside", stage.appliance.log().splitlines())
    for path in stale:
        path.unlink()
    await stage.stop()
    await asyncio.to_thread(evidence.check, stage.data / "parley.db", stage.ledger, "put back")
    if evidence.read(stage.data / "parley.db")[0] != rows:
        stage.ledger.violation("put back: the messages are not those of the copy")


async def run(options, folder):
    violations, kinds, ages, waits, figures = [], {}, [], [], {}
    looked = acked = waited = done = part = 0
    while done < options.copies:
        part += 1
        last = done + options.fresh_every >= options.copies
        stage, pairs = await open_stage(options, folder, part)
        copier = Copier(stage, folder, pairs)
        stage.tasks.append(asyncio.create_task(backups(stage, folder, figures)))
        try:
            await asyncio.sleep(1)
            await many(copier, stage, min(options.fresh_every, options.copies - done), options.print_every)
            done += options.fresh_every
            if last:
                await copier.take("slow", copies.slow, options.slow)
                await carried_again(stage, "the slow copy")
                await idle_shell(copier, stage, options.shell)
                for _ in range(options.frozen):
                    waited += await frozen(copier, stage)
                await slowed(copier, stage, options.slowed)
                await put_back(copier, stage)
        finally:
            await stage.shut()
        violations += stage.ledger.violations
        acked, looked = acked + len(stage.ledger.acked), looked + copier.looked
        ages, waits = ages + copier.ages, waits + copier.waits
        for kind, count in copier.kinds.items():
            kinds[kind] = kinds.get(kind, 0) + count
        shutil.rmtree(stage.data) if not stage.ledger.violations else None
    stage.ledger.violations = violations
    return finish("copy-test", [
        ("copies", sum(kinds.values())), *((f"  {kind}", count) for kind, count in sorted(kinds.items())),
        ("  that waited for a checkpoint's end", f"{waited} of {options.frozen}"),
        *((f"{name}s under load", count) for name, count in figures.items()),
        ("messages acked", acked), ("acked messages looked for in copies", looked),
        ("what a copy lacks, oldest ack before it began", percentiles(ages)),
        ("time of a copy", percentiles(waits)), ("seed", options.seed)], stage.ledger)


if __name__ == "__main__":
    main(run, arguments(
        __doc__.splitlines()[0], ("copies", 1000, "copies at random moments"),
        ("fresh-every", 100, "copies until a fresh directory, so that the file stays small"),
        ("pace", 400.0, "messages a second of all senders"), ("slow", 30.0, "seconds of the slow copy"),
        ("shell", 10.0, "seconds of the idle shell"), ("frozen", 10, "copies begun inside a checkpoint"),
        ("slowed", 20, "copies of a server that is slowed, and its checkpoints with it"),
        ("print-every", 10, "copies a progress line")))
