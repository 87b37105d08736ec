"""Counts the instructions of each step of a message's way, under callgrind, and holds them to recorded thresholds.

Instruction counts do not depend on what else the machine does, so a few per cent more is a change of the code. A step's
count is (count(2n) - count(n)) / n: what starts and ends the process falls out.
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


def instructions(binary, step, count):
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", binary, step, str(count)]
    environment = dict(os.environ, SWIFT_DETERMINISTIC_HASHING="1")
    run = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False, env=environment)
    found = re.search(r"Collected : (\d+)", run.stderr)
    if run.returncode or not found:
        sys.exit(f"{step}: {run.stderr}")
    return int(found[1])


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
    print("| step | instructions | recorded | |\n| --- | --- | --- | --- |")
    for step in arguments.only or STEPS:
        count = STEPS[step]
        counted = round((instructions(arguments.binary, step, 2 * count)
                         - instructions(arguments.binary, step, count)) / count)
        limit = recorded.get(step)
        verdict = "" if limit is None else f"{(counted / limit - 1) * 100:+.1f} %"
        if arguments.record:
            recorded[step] = counted
        elif limit is None or counted > limit * (1 + arguments.tolerance / 100):
            failed = True
            verdict += " too many" if limit else "not recorded"
        print(f"| {step} | {counted:,} | {f'{limit:,}' if limit else ''} | {verdict} |", flush=True)
    if arguments.record:
        with open(THRESHOLDS, "w") as file:
            json.dump(recorded, file, indent=1)
            file.write("\n")
    sys.exit(failed)


if __name__ == "__main__":
    main()
