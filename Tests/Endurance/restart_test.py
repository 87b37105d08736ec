"""A thousand clients and a server that is restarted, by SIGTERM and by SIGKILL in turn: all back, all recovered."""

import asyncio
import time

import paths  # noqa: F401

import evidence
from report import arguments, finish, main, percentiles
from stage import Stage


class Return:
    """When each client was let in again, counted from the signal."""

    def __init__(self, stage):
        self.stage, self.signalled, self.times = stage, time.monotonic(), {}
        stage.on_back = lambda client: self.times.setdefault(client.name, time.monotonic() - self.signalled)

    @property
    def all(self):
        return len(self.times) == len(self.stage.clients)


async def round_of(stage, number, down):
    """One restart; gives its figures."""
    kind = "SIGTERM" if number % 2 else "SIGKILL"
    recovered, connects, refused = (stage.total(what) for what in ("recoveries", "connects", "refusals"))
    back = Return(stage)
    await (stage.stop() if kind == "SIGTERM" else stage.kill())
    gone = time.monotonic() - back.signalled
    await asyncio.sleep(down)
    await stage.start()
    up = time.monotonic() - back.signalled
    await stage.until(lambda: back.all, "back")
    times = [max(0.0, moment - up) for moment in back.times.values()]
    print(f"round {number}: {kind}, gone after {gone:.2f} s, listening after {up:.2f} s; back, from there: "
          f"{percentiles(times, 's')}; recovered {stage.total('recoveries') - recovered} of "
          f"{stage.total('connects') - connects}, attempts refused {stage.total('refusals') - refused}", flush=True)
    return kind, times, up


async def run(options, folder):
    count = options.clients
    chats = {f"chat-{n}": [f"user-{n * 10 + place}" for place in range(10)] for n in range(count // 10)}
    senders = [f"user-{number}" for number in range(0, count, max(1, count // options.senders))]
    stage = Stage(folder / "data", options.seed, chats, senders, pace=options.pace)
    back = {"SIGTERM": [], "SIGKILL": []}
    starts = []
    try:
        await stage.open()
        stage.load()
        for number in range(1, options.rounds + 1):
            await asyncio.sleep(stage.rng.uniform(0.5, 1.5))
            kind, times, up = await round_of(stage, number, options.down)
            back[kind] += times
            starts.append(up)
        await stage.settle()
        await stage.close()
        await stage.stop()
        evidence.check(stage.data / "parley.db", stage.ledger, "at the end")
        rows, wrong = evidence.read(stage.data / "parley.db")
        for text in wrong:
            stage.ledger.violation(f"at the end: {text}")
        looked = stage.ledger.compare(rows, "at the end")
    finally:
        await stage.shut()
    if stage.total("recoveries") < options.rounds * count:
        stage.ledger.violation(f"only {stage.total('recoveries')} recoveries")
    return finish("restart-test", [
        ("clients", count), ("restarts", options.rounds),
        ("messages acked", len(stage.ledger.acked)), ("  of them in the file", looked),
        ("deliveries", stage.total("delivered")), ("  again at the seam", stage.total("seams")),
        ("resends answered as duplicate", stage.total("duplicates")),
        ("connections recovered", f"{stage.total('recoveries')} of {stage.total('connects') - count}"),
        ("attempts refused", dict(stage.reasons)),
        ("back after SIGTERM, from listening", percentiles(back["SIGTERM"], "s")),
        ("back after SIGKILL, from listening", percentiles(back["SIGKILL"], "s")),
        ("listening, from the signal", percentiles(starts, "s")),
        ("seed", options.seed)], stage.ledger)


if __name__ == "__main__":
    main(run, arguments(
        __doc__, ("clients", 1000, "clients, in tens"), ("rounds", 6, "restarts"), ("senders", 100, "clients that send"),
        ("pace", 0.5, "messages a second of each sender"), ("down", 0.0, "seconds between end and start")))
