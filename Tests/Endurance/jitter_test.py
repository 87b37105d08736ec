"""Hundreds of clients whose connections break every few seconds while messages flow: everybody gets everything."""

import asyncio
import time

import paths  # noqa: F401

import evidence
from report import arguments, finish, main, percentiles
from stage import Stage


async def cutter(stage, client, every):
    """Breaks the client's line again and again, in the middle of whatever is on it."""
    while True:
        await asyncio.sleep(stage.rng.expovariate(1 / every))
        client.cut()


async def run(options, folder):
    count = options.clients
    chats = {f"chat-{n}": [f"user-{(n * 10 + place) % count}" for place in range(10)] for n in range(count // 5)}
    chats["all"] = [f"user-{number}" for number in range(count)]
    senders = [f"user-{number}" for number in range(0, count, max(1, count // options.senders))]
    stage = Stage(folder / "data", options.seed, chats, senders, pace=options.pace)
    begun = time.monotonic()
    try:
        await stage.open()
        stage.load()
        cutters = [asyncio.create_task(cutter(stage, client, options.every)) for client in stage.clients.values()]
        stage.tasks += cutters
        begun = time.monotonic()
        while (passed := time.monotonic() - begun) < options.seconds:
            await asyncio.sleep(min(5, options.seconds - passed + 0.01))
            print(f"{time.monotonic() - begun:.0f} s: {len(stage.ledger.acked)} acked, {stage.total('delivered')} "
                  f"delivered, {stage.total('recoveries')} recoveries", flush=True)
        for task in cutters:
            task.cancel()
        await stage.settle()
        due = sum(stage.ledger.newest.get(chat, 0) for client in stage.clients.values() for chat in client.chats)
        await stage.close()
        await stage.stop()
        evidence.check(stage.data / "parley.db", stage.ledger, "at the end")
        rows, wrong = evidence.read(stage.data / "parley.db")
        for text in wrong:
            stage.ledger.violation(f"at the end: {text}")
        stage.ledger.compare(rows, "at the end")
    finally:
        await stage.shut()
    delivered, recovered = stage.total("delivered"), stage.total("recoveries")
    if delivered != due or len(rows) != len(stage.ledger.ids):
        stage.ledger.violation(f"{delivered} of {due} delivered; {len(rows)} stored, {len(stage.ledger.ids)} known")
    if not recovered:
        stage.ledger.violation("no connection was ever recovered: nothing was tested")
    clients = stage.clients.values()
    return finish("jitter-test", [
        ("clients", count), ("seconds", options.seconds), ("a cut each", f"{options.every} s a client"),
        ("messages acked", len(stage.ledger.acked)), ("deliveries due", due),
        ("delivered", f"{delivered} ({100 * delivered / max(1, due):.4f} %)"),
        ("  again at the seam", stage.total("seams")),
        ("resends answered as duplicate", stage.total("duplicates")),
        ("connections recovered", f"{recovered} of {stage.total('connects') - count}"),
        ("handshakes refused", dict(stage.reasons)),
        ("caught up, from the attempt", percentiles([t for c in clients for t in c.catch_up])),
        ("away, from the cut", percentiles([t for c in clients for t in c.away])),
        ("seed", options.seed)], stage.ledger)


if __name__ == "__main__":
    main(run, arguments(
        __doc__, ("clients", 300, "clients"), ("seconds", 60.0, "how long lines break"),
        ("every", 4.0, "seconds between cuts of one client, on average"), ("senders", 30, "clients that send"),
        ("pace", 1.0, "messages a second of each sender")))
