"""Counts the instructions and heap allocations of each step of a message's way, under valgrind, and holds them to
recorded thresholds.

Such counts do not depend on what else the machine does, so a few per cent more is a change of the code. A step's count is
(count(2n) - count(n)) / n: what starts and ends the process falls out.
"""
import argparse
import json
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
THRESHOLDS = os.path.join(HERE, "micro.json")
# How often a step runs in the shorter of its two runs; multiples of ten.
STEPS = {"decode": 2000, "dispatch": 1000, "append": 1000, "encode": 2000, "fanout": 2000}


def valgrind(binary, step, count, options, pattern):
    command = ["valgrind", *options, binary, step, str(count)]
    environment = dict(os.environ, SWIFT_DETERMINISTIC_HASHING="1")
    run = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False, env=environment)
    found = re.search(pattern, run.stderr)
    if run.returncode or not found:
        sys.exit(f"{step}: {run.stderr}")
    return int(found[1].replace(",", ""))


TOOLS = {
    "instructions": (["--tool=callgrind", "--callgrind-out-file=/dev/null"], r"Collected : (\d+)"),
    "allocations": (["--leak-check=no", "--undef-value-errors=no"], r"total heap usage: ([\d,]+) allocs"),
}


def measure(binary, step):
    """What one run of the step costs, by kind."""
    count = STEPS[step]
    figures = {}
    for kind, (options, pattern) in TOOLS.items():
        twice, once = (valgrind(binary, step, times * count, options, pattern) for times in (2, 1))
        figures[kind] = round((twice - once) / count, 1 if kind == "allocations" else None)
    return figures


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", default=".build/parley-micro")
    parser.add_argument("--only", action="append", choices=list(STEPS))
    parser.add_argument("--tolerance", type=float, default=5, help="per cent above the recorded count that may be")
    parser.add_argument("--record", action="store_true", help="keep what is counted as the thresholds")
    arguments = parser.parse_args()
    with open(THRESHOLDS) as file:
        recorded = json.load(file)
    failed = False
    print("| step | | counted | recorded | |\n| --- | --- | --- | --- | --- |")
    for step in arguments.only or STEPS:
        figures = measure(arguments.binary, step)
        limits = recorded.get(step, {})
        for kind, counted in figures.items():
            limit = limits.get(kind)
            verdict = "" if limit is None else f"{(counted / limit - 1) * 100:+.1f} %"
            if not arguments.record and (limit is None or counted > limit * (1 + arguments.tolerance / 100)):
                failed = True
                verdict += " too many" if limit else "not recorded"
            print(f"| {step} | {kind} | {counted:,} | {'' if limit is None else f'{limit:,}'} | {verdict} |", flush=True)
        if arguments.record:
            recorded[step] = figures
    if arguments.record:
        with open(THRESHOLDS, "w") as file:
            json.dump(recorded, file, indent=1)
            file.write("\n")
    sys.exit(failed)


if __name__ == "__main__":
    main()
