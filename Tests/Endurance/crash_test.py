"""SIGKILL at random moments under load, and start again: nothing acknowledged is lost, nobody misses anything.

Each round kills the server in one of four ways: at a random moment; while clients are still coming back; inside a
checkpoint (the main file is written at no other time, so its time of change tells); or just behind one. Before the
restart the file is checked as the crash left it, and after the next crash what the restart made of it. First of all
a server is killed again and again during its very first start, while it makes its schema, during work that is done in
slices, and during a start that migrates a file of the first version. Some of the clients poll, the others use WebSockets."""

import asyncio
import shutil
import time

import paths  # noqa: F401

import evidence
from admin import Admin
from appliance import Appliance
from job_kills import kill_jobs
from old_file import kill_migrations, start_or_die
from report import arguments, finish, main, percentiles
from stage import Stage

WAYS = ("random", "early", "inside", "behind")
"""At a random moment, while clients come back, inside a checkpoint, just behind one."""


async def first_starts(options, folder, stage):
    """Kills the first start of fresh directories; each must come up at the next start and be sound."""
    for number in range(options.first_starts):
        data = folder / f"first-{number}"
        appliance = Appliance(data)
        starting = asyncio.create_task(asyncio.to_thread(start_or_die, appliance))
        while appliance.process is None:
            await asyncio.sleep(0.001)
        await asyncio.sleep(stage.rng.uniform(0, options.first_ms / 1000))
        appliance.process.kill()
        await starting
        await asyncio.to_thread(come_up, data, stage.ledger, f"first start {number}")


async def first_changes(options, folder, stage):
    """Kills a server right after the very first things it confirmed; they must be there at the next start."""
    for number in range(options.first_starts):
        data = folder / f"changed-{number}"
        appliance = Appliance(data)
        await asyncio.to_thread(appliance.start)
        admin = Admin(appliance)
        users = [await asyncio.to_thread(admin.user) for _ in range(stage.rng.randint(1, 5))]
        await asyncio.sleep(stage.rng.choice((0, stage.rng.uniform(0, 0.6))))
        appliance.kill()
        await asyncio.to_thread(come_up, data, stage.ledger, f"first changes {number}", users)


def come_up(data, ledger, label, users=()):
    """A server killed in its first moments starts again, has what it confirmed, and leaves one sound file."""
    again = Appliance(data)
    try:
        again.start()
        admin = Admin(again)
        for user in users:
            answer = admin.raw("GET", f"/admin/users/{user['id']}")
            if answer.status_code != 200:
                ledger.violation(f"{label}: a user that was made is gone: {answer.status_code} {answer.text[:200]}")
        again.stop()
    except AssertionError as error:
        ledger.violation(f"{label}: {error}")
        again.kill()
        return
    evidence.check(data / "parley.db", ledger, label)
    shutil.rmtree(data)


def moment(stage, way):
    """Waits for the moment to kill; blocks, as it looks every fraction of a millisecond."""
    rng = stage.rng
    if way == "random":
        time.sleep(rng.uniform(0.05, 1.8))
    elif way == "early":
        time.sleep(rng.uniform(0, 0.3))
    else:
        path = stage.data / "parley.db"
        time.sleep(rng.uniform(0.2, 0.6))
        before, deadline = path.stat().st_mtime_ns, time.monotonic() + 4
        while path.stat().st_mtime_ns == before and time.monotonic() < deadline:
            time.sleep(0.0001)
        time.sleep(rng.choice((0, rng.uniform(0, 0.002))) if way == "inside" else rng.uniform(0.005, 0.06))
    stage.appliance.process.kill()


def inspect(stage, folder, label, since):
    """The file as the crash left it, on a copy: (messages, acked looked for, killed inside a checkpoint)."""
    copy = folder / "after-crash"
    shutil.rmtree(copy, ignore_errors=True)
    copy.mkdir()
    for name in ("parley.db", "parley.db-wal"):
        if (stage.data / name).exists():
            shutil.copyfile(stage.data / name, copy / name)
    half = evidence.half_carried(copy)
    evidence.check(stage.data / "parley.db", stage.ledger, label)
    rows, wrong = evidence.read(copy / "parley.db")
    for text in wrong:
        stage.ledger.violation(f"{label}: {text}")
    return rows, stage.ledger.compare(rows, label, since=since), half


async def round_of(stage, folder, number, way, times):
    """One round; gives whether the kill left the main file half carried."""
    begun, sent = len(stage.ledger.acked), stage.total("connects")
    await asyncio.to_thread(moment, stage, way)
    await asyncio.to_thread(stage.appliance.process.wait, 10)
    acked = len(stage.ledger.acked) - begun
    label = f"round {number}, killed {way}"
    # Everything is held against the file each tenth round, otherwise what the last minute added.
    since = None if number % 10 == 0 else stage.ledger.now() - 60
    rows, looked, inside = await asyncio.to_thread(inspect, stage, folder, label, since)
    start = time.monotonic()
    await stage.start()
    times.append(time.monotonic() - start)
    if way != "early":
        await stage.until(lambda: all(c.connected.is_set() for c in stage.clients.values()), "back")
    print(f"round {number}: killed {way}, {acked} acked in it, {len(rows)} messages in the file, {looked} looked "
          f"for, {stage.total('connects') - sent} connections, start {times[-1] * 1000:.0f} ms", flush=True)
    return inside


async def run(options, folder):
    chats = {f"chat-{number}": [f"user-{(2 * number + place) % options.clients}" for place in range(4)]
             for number in range(options.clients // 2)}
    stage = Stage(folder / "data", options.seed, chats, senders=[f"user-{n}" for n in range(options.clients)],
                  window=8, backoff=(0.05, 0.4), polling=options.polling)
    await first_starts(options, folder, stage)
    await first_changes(options, folder, stage)
    chores = await kill_jobs(options, folder, stage)
    migrations = await kill_migrations(options.migrations, options.migration_ms, folder, stage)
    times, ways, inside = [], dict.fromkeys(options.ways.split(","), 0), 0
    try:
        await stage.open()
        stage.load()
        for number in range(1, options.rounds + 1):
            way = stage.rng.choice(list(ways))
            ways[way] += 1
            inside += await round_of(stage, folder, number, way, times)
        await stage.settle()
        await stage.close()
        await stage.stop()
        evidence.check(stage.data / "parley.db", stage.ledger, "at the end")
        rows, wrong = evidence.read(stage.data / "parley.db")
        for text in wrong:
            stage.ledger.violation(f"at the end: {text}")
        looked = stage.ledger.compare(rows, "at the end")
        for place in stage.ledger.ids.keys() - rows.keys():
            stage.ledger.violation(f"at the end: {place} was delivered and is not in the file")
    finally:
        await stage.shut()
    return finish("crash-test", [
        ("first starts killed", options.first_starts), ("killed right after the first changes", options.first_starts),
        ("killed in a large chat's making, in its deletion, in a user's, each", options.jobs),
        ("  with work left for the next start", chores),
        ("killed in a start that migrates", options.migrations),
        *((f"  {place}", count) for place, count in sorted(migrations.items())),
        ("rounds", options.rounds),
        *((f"  killed {way}", count) for way, count in ways.items()),
        ("  the main file half carried", inside),
        ("messages acked", len(stage.ledger.acked)), ("  of them in the file", looked),
        ("messages in the file", len(rows)),
        ("deliveries", stage.total("delivered")), ("  again at the seam", stage.total("seams")),
        ("resends answered as duplicate", stage.total("duplicates")),
        ("connections recovered", f"{stage.total('recoveries')} of {stage.total('connects') - len(stage.clients)}"),
        ("start after a crash", percentiles(times)), ("seed", options.seed)], stage.ledger)


if __name__ == "__main__":
    main(run, arguments(
        __doc__.splitlines()[0], ("rounds", 200, "kills under load"), ("clients", 8, "clients, all sending"),
        ("ways", ",".join(WAYS), "when to kill"),
        ("first-starts", 40, "kills during a first start, and as many right after the first changes"),
        ("jobs", 10, "kills while a large chat is made, as many while it is deleted, and while a user is"),
        ("polling", 3, "of the clients, how many stay with long-polling"),
        ("migrations", 40, "kills during a start that migrates an older file"),
        ("migration-ms", 60, "latest moment of those, in milliseconds from the moment that is waited for"),
        ("first-ms", 400, "latest moment of those, in milliseconds")))
