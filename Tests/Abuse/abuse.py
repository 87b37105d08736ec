"""`make abuse`: each abuse beside a well-behaved pair of users who chat 20 times a second.

The pair is measured alone, beside the same abuse of another server on this machine (the control, so that want of
processor is told from harm), and beside the abuse of its own server. The bar: acks of the pair, p50 and p99, at most 3
times those beside the control or 50 ms, whichever is more; memory grows by at most 64 MiB and is back after 30 s; the
process lives; and where the abuse is of something else that others want (a download), they get it."""

import argparse
import json
import os
import sys
import time

import frames
import store
import strangers
import users
import web
from lines import many_descriptors
from stage import FORK, Good, Memory, Server
from table import ABUSES

FAMILIES = (strangers, frames, web, users, store)
BAR_MS, BAR_TIMES, BAR_MIB, BACK_MIB, BACK_SECONDS = 50, 3, 64, 16, 30
"""What a row must keep to. `BACK_MIB`: what the allocator may keep for itself after `BACK_SECONDS`."""
ALONE_SECONDS = 4


def act(pipe, abuse, server, end, prepared):
    os.nice(5)
    many_descriptors()
    try:
        pipe.send(abuse.run(server, end, *prepared))
    except Exception as error:  # an abuse that the server ends by a refusal did what it could
        pipe.send({"ended": repr(error)})


class Attack:
    """An abuse at work, in processes of its own."""

    def __init__(self, abuse, server, seconds, prepared):
        end = time.monotonic() + seconds
        self.acts = []
        for _ in range(abuse.processes):
            pipe, child = FORK.Pipe(False)
            process = FORK.Process(target=act, args=(child, abuse, server, end, prepared), daemon=True)
            process.start()
            self.acts.append((process, pipe))

    def result(self):
        said = []
        for process, pipe in self.acts:
            try:
                said.append(pipe.recv() if pipe.poll(30) else "did not end")
            except EOFError:
                said.append("broke off")
            process.join(1)
            if process.is_alive():
                process.kill()
        return said[0] if len(said) == 1 else said


def options(abuse):
    return [str(option) for option in abuse.options]


def control(abuse):
    """The pair on one server, the abuse on another."""
    with Server() as mine, Server(*options(abuse), descriptors=abuse.descriptors) as theirs:
        prepared = abuse.prepare(theirs)
        alone = Good(mine, ALONE_SECONDS).result()
        good = Good(mine, abuse.seconds)
        time.sleep(1)
        attack = Attack(abuse, theirs, abuse.seconds - 1, prepared)
        beside = good.result()
        attack.result()
    return alone, beside


def measured(abuse):
    """The pair and the abuse on one server, and what the server's memory did."""
    with Server(*options(abuse), descriptors=abuse.descriptors) as server:
        prepared = abuse.prepare(server)
        Good(server, 2).result()
        before = server.memory()
        memory = Memory(server)
        good = Good(server, abuse.seconds)
        time.sleep(1)
        attack = Attack(abuse, server, abuse.seconds - 1, prepared)
        served = watch(abuse, server, prepared)
        beside = good.result()
        said = attack.result()
        grown = memory.end() - before
        back = settle(server, before)
        lives = server.alive and server.answers()
        words = "" if lives else server.appliance.last_words()[-2000:]
        return {
            "beside": beside, "grown": grown, "back": back, "share": memory.share, "said": said, "served": served,
            "lives": lives, "words": words,
        }


def watch(abuse, server, prepared):
    """Asks twice, in the second half, for what the abuse may have taken from others; None where that is nothing."""
    if not abuse.check:
        return None
    time.sleep(abuse.seconds / 2)
    answers = [abuse.check(server, *prepared)]
    time.sleep(1)
    return all(answers + [abuse.check(server, *prepared)])


def settle(server, before):
    """How much memory is kept above `before`, once it is back or the time is over."""
    end = time.monotonic() + BACK_SECONDS
    while server.alive and (kept := server.memory() - before) > BACK_MIB and time.monotonic() < end:
        time.sleep(0.5)
    return server.memory() - before if server.alive else 0.0


def faults(beside_control, row):
    """What of the bar is missed."""
    found = []
    beside = row["beside"]
    if beside.get("error"):
        found.append("the pair was cut off")
    for name in ("p50", "p99"):
        mine, other = beside.get(name), beside_control.get(name)
        if mine is None or (other is not None and mine > max(BAR_MS, BAR_TIMES * other)):
            found.append(name)
    if not row["lives"]:
        found.append("died")
    if row["grown"] > BAR_MIB:
        found.append("memory")
    if row["back"] > BACK_MIB:
        found.append("not back")
    if row["served"] is False:
        found.append("others not served")
    if beside.get("kept_out", 0) > beside.get("newcomers", 0):
        found.append("newcomers kept out")
    return found


def line(abuse, alone, other, row, found):
    def pair(figures):
        return f"{figures.get('p50', '-')}/{figures.get('p99', '-')}"

    beside = row["beside"]
    return (
        f"{abuse.name:26s} {pair(alone):>13s} {pair(other):>15s} {pair(beside):>17s} "
        f"{beside.get('kept_out', '-')!s:>3s}/{beside.get('newcomers', '-')!s:<3s} "
        f"{row['grown']:+7.0f} {row['back']:+6.0f} {row['share'] * 100:4.0f}%  "
        f"{', '.join(found) or 'ok'}")


HEADING = (
    f"{'abuse':26s} {'alone':>13s} {'beside control':>15s} {'beside the abuse':>17s} {'kept out':7s} "
    f"{'MiB':>7s} {'later':>6s} {'cpu':>5s}  (acks p50/p99 in ms)")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="only these abuses; a name or the beginning of one")
    parser.add_argument("--list", action="store_true", help="what there is")
    parser.add_argument("--once", action="store_true", help="no control and no second try: to see what bites")
    parser.add_argument("--json", metavar="FILE", help="append each row as a line of JSON")
    chosen = parser.parse_args()
    names = [name for name in ABUSES if not chosen.names or any(name.startswith(part) for part in chosen.names)]
    if chosen.list or not names:
        for name in names:
            print(f"{name:26s} {ABUSES[name].says}")
        return 0 if names else 64
    print(HEADING, flush=True)
    failed = []
    for name in names:
        abuse = ABUSES[name]
        alone, other = ({}, {"p50": 0, "p99": 0}) if chosen.once else control(abuse)
        row = measured(abuse)
        found = faults(other, row)
        if found and not chosen.once:
            # A machine has moods; what is wrong is wrong twice.
            alone, other = control(abuse)
            row = measured(abuse)
            found = faults(other, row)
        print(line(abuse, alone, other, row, found), flush=True)
        if found:
            failed.append(name)
            print(f"    {row['said']} {row['beside'].get('error') or ''} {row['words']}"[:600], flush=True)
        if chosen.json:
            with open(chosen.json, "a", encoding="utf-8") as file:
                file.write(json.dumps({"name": name, "alone": alone, "control": other, "faults": found, **row}) + "\n")
    print(f"{len(names) - len(failed)} of {len(names)} within the bar", flush=True)
    print("PASSED" if not failed else "FAILED: " + ", ".join(failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
