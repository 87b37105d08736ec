"""`make fuzz`: every decoder of bytes from outside under libFuzzer, one after the other, round after round.

What it learns it keeps in `.build-fuzz/corpus`, so that the next run goes on from there; inputs that broke something
lie in `.build-fuzz/broken`, and `.build-fuzz/figures.json` counts what was run in all."""

import argparse
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SEEDS = ROOT / "Tests" / "Fuzz" / "Corpus"
SLOW_SHARE = 0.3
"""Of the time of a fast target: those with files and threads learn little by more."""


class Target:
    """One decoder, and what is known of it."""

    def __init__(self, kind, longest, name, work, binary):
        self.name, self.slow, self.longest, self.binary = name, kind == "slow", int(longest), binary
        self.corpus = work / "corpus" / name
        self.broken = work / "broken" / name
        for folder in (self.corpus, self.broken):
            folder.mkdir(parents=True, exist_ok=True)

    def run(self, seconds, runs):
        """One round: (executions, edges covered, inputs that broke something)."""
        before = set(self.broken.iterdir())
        command = [
            self.binary, self.name, f"-max_len={self.longest}", f"-timeout={60 if self.slow else 10}",
            "-rss_limit_mb=3000", "-print_final_stats=1", f"-artifact_prefix={self.broken}/", "-reload=0",
            f"-max_total_time={max(1, int(seconds * (SLOW_SHARE if self.slow else 1)))}",
        ]
        if runs:
            command.append(f"-runs={max(1, runs // 1000 if self.slow else runs)}")
        done = subprocess.run(
            [str(part) for part in [*command, self.corpus, SEEDS / self.name]], stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, errors="replace", check=False, env=environment(), cwd=self.corpus)
        found = sorted(set(self.broken.iterdir()) - before)
        if done.returncode != 0:
            print("\n".join(telling(done.stdout)), flush=True)
        return executions(done.stdout), covered(done.stdout), found, done.returncode


def environment():
    """Swift's own report of a crash would come before libFuzzer keeps the input."""
    return {**os.environ, "SWIFT_BACKTRACE": "enable=no", "ASAN_OPTIONS": "detect_leaks=0:allocator_may_return_null=1"}


def telling(text):
    """The lines of a report that say what is wrong, and where."""
    found = [line[:1000] for line in text.splitlines() if re.search(r"Fatal error|ERROR:|SUMMARY|^    #\d ", line)]
    return found[:12] or text.splitlines()[-12:]


def executions(text):
    numbers = re.findall(r"^#(\d+)\s", text, re.M) + re.findall(r"number_of_executed_units: (\d+)", text)
    return max(map(int, numbers), default=0)


def covered(text):
    return max(map(int, re.findall(r"cov: (\d+)", text)), default=0)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="only these targets")
    parser.add_argument("--binary", type=Path, default=ROOT / ".build-fuzz" / "debug" / "parley-fuzz")
    parser.add_argument("--work", type=Path, default=ROOT / ".build-fuzz")
    parser.add_argument("--seconds", type=float, default=20, help="of a target in a round (20)")
    parser.add_argument("--runs", type=int, default=0, help="executions of a target in a round at most")
    parser.add_argument("--goal", type=int, default=0, help="rounds until so many executions were made in this run")
    chosen = parser.parse_args()
    # It is run in other folders.
    chosen.binary = chosen.binary.absolute()
    listing = subprocess.run([str(chosen.binary)], stdout=subprocess.PIPE, text=True, check=True).stdout
    targets = [Target(*line.split(), chosen.work.resolve(), chosen.binary) for line in listing.splitlines()]
    targets = [target for target in targets if not chosen.names or target.name in chosen.names]
    ledger = chosen.work / "figures.json"
    figures = json.loads(ledger.read_text()) if ledger.exists() else {}
    total, broken, begun = 0, 0, time.monotonic()
    while targets:
        for target in targets:
            count, edges, found, code = target.run(chosen.seconds, chosen.runs)
            total += count
            broken += len(found) + (code != 0 and not found)
            known = figures.setdefault(target.name, {"executions": 0, "edges": 0, "broken": 0})
            known["executions"] += count
            known["edges"] = max(known["edges"], edges)
            known["broken"] += len(found)
            ledger.write_text(json.dumps(figures, indent=1))
            print(f"{target.name:18s} {count:12,d} executions  {edges:6d} edges  {len(found)} broken", flush=True)
            for path in found:
                print(f"    {path}", flush=True)
        if total >= chosen.goal:
            break
    minutes = (time.monotonic() - begun) / 60
    print(f"{total:,} executions in {minutes:.0f} minutes, {sum(f['executions'] for f in figures.values()):,} in all")
    print("PASSED" if not broken else f"FAILED: {broken} inputs broke something")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
