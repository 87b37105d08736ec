"""A database of the first Parley (schema version 1), and kills while a newer one migrates it."""

import asyncio
import shutil
import sqlite3

import paths

import evidence
from admin import Admin
from appliance import Appliance
from population import Population
from store_filler import fill

MESSAGES = 20_000
CHATS = Population(users=50, chats=20, members=10)


def make(folder):
    """A data directory with that file, as a clean end leaves it."""
    folder.mkdir()
    # The one copy of the old schema is the unit tests'.
    source = (paths.TESTS / "ChatSQLiteTests" / "Schema" / "FirstSchema.swift").read_text()
    connection = sqlite3.connect(folder / "parley.db")
    connection.executescript(source.split('#"""')[1].split('"""#')[0])
    connection.execute("PRAGMA journal_mode = WAL")
    connection.close()
    fill(folder, CHATS, MESSAGES)
    return folder


def facts(path):
    """(version, messages, what integrity_check says) of a file, by SQL."""
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        return tuple(connection.execute(sql).fetchone()[0] for sql in (
            "PRAGMA user_version", "SELECT count(*) FROM messages", "PRAGMA integrity_check"))
    finally:
        connection.close()


def killed_at(data):
    """Where on its way the process was: looks at a copy, as opening it would recover it."""
    if not (data / "parley.db.v1.bak").exists():
        return "in the copy" if list(data.glob("parley.db.v1.bak*")) else "before it"
    copy = data.with_name(data.name + "-look")
    shutil.rmtree(copy, ignore_errors=True)
    copy.mkdir()
    for name in ("parley.db", "parley.db-wal"):
        if (data / name).exists():
            shutil.copyfile(data / name, copy / name)
    connection = sqlite3.connect(copy / "parley.db")
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    connection.close()
    shutil.rmtree(copy)
    return "in the migration" if version == 1 else "after it"


async def kill_migrations(count, longest, folder, stage):
    """Kills the start that migrates, at random moments; gives how often where. The next start must have it all."""
    where, template = {}, await asyncio.to_thread(make, folder / "old")
    for number in range(count):
        data, label = folder / f"old-{number}", f"migration {number}"
        await asyncio.to_thread(shutil.copytree, template, data)
        appliance = Appliance(data)
        starting = asyncio.create_task(asyncio.to_thread(start_or_die, appliance))
        # At any moment; from the first trace of the copy on; from its end on, when the migration begins.
        sign = ("", "parley.db.v1.bak*", "parley.db.v1.bak", "parley.db.v1.bak")[number % 4]
        while appliance.process is None or (sign and not list(data.glob(sign))):
            await asyncio.sleep(0.0002)
        await asyncio.sleep(stage.rng.choice((0, stage.rng.uniform(0, longest / 1000))))
        appliance.process.kill()
        await starting
        place = killed_at(data)
        where[place] = where.get(place, 0) + 1
        await asyncio.to_thread(come_up, data, stage.ledger, f"{label}, killed {place}")
        shutil.rmtree(data)
    return where


def come_up(data, ledger, label):
    """The next start: all messages, a sound file of the newest version, and a whole copy of the old one beside it."""
    again = Appliance(data)
    try:
        again.start()
        messages = Admin(again).call("GET", "/admin/stats")["messages"]
        if messages != MESSAGES:
            ledger.violation(f"{label}: {messages} of {MESSAGES} messages")
        again.process.terminate()
        again.process.wait(15)
    except AssertionError as error:
        ledger.violation(f"{label}: {error}")
        again.kill()
        return
    evidence.check(data / "parley.db", ledger, label)
    version, messages, sound = facts(data / "parley.db")
    if version == 1 or (messages, sound) != (MESSAGES, "ok"):
        ledger.violation(f"{label}: the file has version {version}, {messages} messages, and is {sound}")
    if (old := facts(data / "parley.db.v1.bak")) != (1, MESSAGES, "ok"):
        ledger.violation(f"{label}: the copy beside it is {old}")


def start_or_die(appliance):
    """A start that is killed meanwhile."""
    try:
        appliance.start()
    except AssertionError:
        pass
