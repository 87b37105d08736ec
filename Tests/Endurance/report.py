"""Figures, the verdict, and the arguments that all endurance tests have."""

import argparse
import asyncio
import random
import sys
import tempfile
from pathlib import Path


def arguments(text, *more):
    """Parses the command line: --seed besides `more`, each (name, default, help)."""
    parser = argparse.ArgumentParser(description=text)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32), help="repeats a run's choices")
    for name, default, meaning in more:
        parser.add_argument(
            f"--{name}", type=type(default), default=default, help=f"{meaning} (default: {default})")
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    return options


def percentiles(values, unit="ms"):
    """p50, p90, p99 and max of seconds, as text."""
    if not values:
        return "none"
    ordered = sorted(values)
    scale = {"ms": 1000, "s": 1}[unit]

    def at(share):
        return f"{ordered[min(len(ordered) - 1, int(share * len(ordered)))] * scale:.{0 if unit == 'ms' else 2}f}"

    return f"p50 {at(0.5)}  p90 {at(0.9)}  p99 {at(0.99)}  max {at(1)} {unit}"


def finish(title, figures, ledger):
    """Prints the table and the verdict; gives the exit code."""
    print(f"\n{title}")
    width = max(len(name) for name, _ in figures)
    for name, value in figures:
        print(f"  {name:<{width}}  {value}")
    count = len(ledger.violations)
    print("PASSED" if not count else f"FAILED: {count} violations, the first: {ledger.violations[0]}", flush=True)
    return 1 if count else 0


def main(run, options):
    """Runs it on a temporary directory, which stays when it fails."""
    folder = Path(tempfile.mkdtemp(prefix="parley-endurance-"))
    code = 1
    try:
        code = asyncio.run(run(options, folder))
    finally:
        if code == 0:
            _remove(folder)
        else:
            print(f"FAILED with seed {options.seed}; what it left: {folder}", flush=True)
    sys.exit(code)


def _remove(folder):
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    folder.rmdir()
