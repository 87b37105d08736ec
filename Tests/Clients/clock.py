"""`make test-clock`: the client and browser tests under another clock and in other zones.

What leans on the hour, the day, the zone or the machine's clock passes by day and fails at night. So they are run as if
it were half past midnight, and ten seconds before midnight (each file apart, so that the day changes within it), in
zones that lie before, behind and half an hour beside UTC. One offset shifts the clocks of all three: of the appliance by
a small library (clock_shift.c), of the tests and of the pages from within. Clocks that only measure stay as they are."""

import argparse
import datetime
import os
import shutil
import subprocess
import sys
import tempfile
import time
import zoneinfo
from pathlib import Path

HERE = Path(__file__).resolve().parent

TIMES = ["00:30:00", "23:59:50"]
ZONES = ["UTC", "Asia/Kolkata", "America/St_Johns", "Pacific/Kiritimati"]

SHORT = ["test_browser.py", "test_examples.py", "test_tokens.py", "test_recovery.py"]
"""What shows times, or lives by them."""

OFFSET = int(os.environ.get("CLOCK_OFFSET", "0"))
"""Seconds that this run is ahead of the machine."""


def program_environment():
    """What makes a program see the shifted clock."""
    if not OFFSET:
        return {}
    return {"LD_PRELOAD": os.environ["CLOCK_LIBRARY"]}


def shift_own():
    """Shifts the clock of this process as far as tests look at it."""
    if OFFSET:
        real = time.time
        time.time = lambda: real() + OFFSET


def offset(clock, zone):
    """Seconds from now to that time of the day in that zone."""
    now = datetime.datetime.now(zoneinfo.ZoneInfo(zone))
    wanted = datetime.datetime.combine(now.date(), datetime.time.fromisoformat(clock), now.tzinfo)
    return round((wanted - now).total_seconds())


def library(folder):
    """Builds what shifts the clock of a program."""
    compiler = next(filter(None, map(shutil.which, ("cc", "clang", "gcc"))), None)
    if compiler is None:
        sys.exit("there is no C compiler")
    built = Path(folder) / "clock_shift.so"
    subprocess.run([compiler, "-O1", "-shared", "-fPIC", "-o", built, HERE / "clock_shift.c", "-ldl"], check=True)
    return str(built)


def run(clock, zone, files, built):
    began = time.monotonic()
    environment = {**os.environ, "TZ": zone, "CLOCK_OFFSET": str(offset(clock, zone)), "CLOCK_LIBRARY": built}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *files], cwd=HERE, env=environment,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    lines = done.stdout.splitlines()
    # 5: every test of the file is left out for want of something.
    holds = done.returncode in (0, 5)
    last = lines[-1] if lines else f"exit {done.returncode}"
    print(f"{'ok  ' if holds else 'FAIL'} {clock} {zone:20} {' '.join(files)}: {last} "
          f"({time.monotonic() - began:.0f} s)", flush=True)
    if not holds:
        print("\n".join(lines[-200:]), flush=True)
    return holds


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--all", action="store_true", help="every file, not only those that lean on time")
    arguments.add_argument("--time", action="append", choices=TIMES)
    arguments.add_argument("--zone", action="append")
    arguments.add_argument("files", nargs="*")
    given = arguments.parse_args()
    files = given.files or (sorted(path.name for path in HERE.glob("test_*.py")) if given.all else SHORT)
    holds = True
    with tempfile.TemporaryDirectory() as folder:
        built = library(folder)
        for clock in given.time or TIMES:
            for zone in given.zone or ZONES:
                for group in [[file] for file in files] if clock == "23:59:50" else [files]:
                    holds &= run(clock, zone, group, built)
    sys.exit(not holds)


if __name__ == "__main__":
    main()
