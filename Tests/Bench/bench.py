"""Measures Parley, release build, next to a yardstick that neither stores nor authenticates.

Five workloads, several rounds, yardstick and Parley in turn in each; medians, and the ratio of the two. With --tools
(the folder of the load generator `sioload` and of `limit`) those are built and used; without, the repository's own
`parley-load` measures Parley alone.
"""
import argparse
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

from population import SECRET, Population

WORKLOADS = {
    "room50": (Population(200, 4, 50), ["--scenario", "fanout", "--senders", "10", "--window", "4"]),
    "room1000": (Population(1000, 1, 1000), ["--scenario", "fanout", "--senders", "5", "--window", "2"]),
    "room10": (Population(2000, 200, 10), ["--scenario", "fanout", "--senders", "200", "--window", "2"]),
    "connect": (Population(10000, 2000, 10), ["--scenario", "connect", "--parallel", "64"]),
    "latency": (Population(2000, 200, 10), ["--scenario", "latency", "--conns", "100", "--count", "1500"]),
}

# Which figure tells, in the generator's names, and how it is shown.
FIGURES = {
    "room50": [("deliveries_per_s", "deliveries/s"), ("cpu_us_per_delivery", "CPU µs/delivery"),
               ("ack_p50", "ack p50 µs"), ("ack_p99", "ack p99 µs")],
    "room1000": [("deliveries_per_s", "deliveries/s"), ("cpu_us_per_delivery", "CPU µs/delivery"),
                 ("ack_p50", "ack p50 µs"), ("ack_p99", "ack p99 µs")],
    "room10": [("acked_per_s", "messages/s"), ("cpu_us_per_msg", "CPU µs/message"), ("ack_p50", "ack p50 µs"),
               ("ack_p99", "ack p99 µs")],
    "connect": [("connects_per_s", "connects/s"), ("cpu_us_per_connect", "CPU µs/connect"),
                ("rss_per_conn_kb", "KiB/connection"), ("rss_before_mb", "MiB at rest")],
    "latency": [("ack_p50", "ack p50 µs"), ("ack_p99", "ack p99 µs")],
}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Parley:
    """The appliance, its data below `folder`; seeded, unless `population` is None."""

    name = "parley"

    def __init__(self, binary, population, folder, extra):
        self.port, self.admin = free_port(), free_port()
        self.log = open(os.path.join(folder, "parley.log"), "ab")
        data = os.path.join(folder, "data")
        self.process = subprocess.Popen(
            [binary, "serve", "--data", data, "--listen", f"127.0.0.1:{self.port}",
             "--admin-listen", f"127.0.0.1:{self.admin}", "--jwt-secret", SECRET, "--rate-limit-messages", "0",
             "--rate-limit-events", "0", "--log-level", "warning", *extra],
            stdout=subprocess.DEVNULL, stderr=self.log)
        began = time.monotonic()
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.admin}/readyz", timeout=1).read()
                break
            except OSError:
                if self.process.poll() is not None or time.monotonic() > began + 20:
                    raise RuntimeError("parley did not start; see " + self.log.name) from None
                time.sleep(0.005)
        self.started_in = time.monotonic() - began
        if population is None:
            return
        with open(os.path.join(data, "admin.key")) as file:
            population.seed(self.admin, file.read().strip())
        self.come_to_rest()

    def come_to_rest(self):
        """Memory and CPU are counted from a server at rest: seconds after its last work it gives memory back."""
        time.sleep(6)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)
        self.log.close()


class Yardstick:
    name = "limit"

    def __init__(self, binary, tokens):
        self.port = free_port()
        self.process = subprocess.Popen([binary, str(self.port), tokens], stdout=subprocess.DEVNULL)
        time.sleep(0.5)

    def stop(self):
        self.process.terminate()
        self.process.wait(10)


def measure(generator, server, tokens, arguments, seconds):
    if generator.endswith("parley-load"):
        command = [generator, "--url", f"http://127.0.0.1:{server.port}", "--json"]
    else:
        command = [generator, "--port", str(server.port)]
    command += ["--pid", str(server.process.pid), "--tokens", tokens, *arguments]
    if "connect" in arguments:
        command += ["--seconds" if generator.endswith("parley-load") else "--hold", "3"]
    elif "latency" not in arguments:
        command += ["--seconds", str(seconds)]
    output = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False).stdout
    line = next((line for line in output.splitlines() if line.startswith(("RESULT ", "{"))), None)
    if line is None:
        raise RuntimeError(f"{server.name}: the generator measured nothing:\n{output}")
    return flat(json.loads(line.removeprefix("RESULT ")))


def flat(result):
    """The generators' figures by one set of names."""
    ack = result.get("ack_us") or {}
    for quantile in ("p50", "p99", "p999"):
        result[f"ack_{quantile}"] = ack.get(quantile, result.get(f"ack_{quantile}_us"))
    return result


def build_tools(source, folder):
    """The yardstick and the load generator, built from their sources, outside the tree they lie in."""
    copy = os.path.join(folder, "tools")
    shutil.copytree(source, copy)
    subprocess.run(["chmod", "-R", "u+w", copy], check=True)
    subprocess.run(["make", "-s", "-C", os.path.join(copy, "sioload")], check=True)
    limit = os.path.join(copy, "limit", "limit")
    subprocess.run(["cc", "-O3", "-o", limit, limit + ".c"], check=True)
    return os.path.join(copy, "sioload", "sioload"), limit


def table(results):
    lines = ["| workload | figure | limit | parley | ratio |", "| --- | --- | --- | --- | --- |"]
    for workload, runs in results.items():
        for key, label in FIGURES[workload]:
            medians = {}
            for name, rounds in runs.items():
                values = [r[key] for r in rounds if r.get(key) is not None]
                if values:
                    medians[name] = statistics.median(values)
            ours, theirs = medians.get("parley"), medians.get("limit")
            ratio = f"{ours / theirs:.2f}" if ours is not None and theirs else ""
            shown = [f"{value:,.2f}" if value is not None and value < 100 else f"{value:,.0f}" if value is not None else ""
                     for value in (theirs, ours)]
            lines.append(f"| {workload} | {label} | {shown[0]} | {shown[1]} | {ratio} |")
        faults = [r for rounds in runs.values() for r in rounds if not r.get("ok")]
        if faults:
            lines.append(f"| {workload} | runs with a fault | | {len(faults)} | |")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--server", default=".build/parley")
    parser.add_argument("--load", default=".build/release/parley-load")
    parser.add_argument("--tools", help="folder with sioload/ and limit/")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=6)
    parser.add_argument("--only", action="append", choices=list(WORKLOADS))
    parser.add_argument("--out", default=".build/bench.json")
    parser.add_argument("--option", action="append", default=[], help="an option for parley serve, as --option=--durability=normal")
    arguments = parser.parse_args()
    results = {}
    with tempfile.TemporaryDirectory(prefix="parley-bench-") as folder:
        generator, limit = (build_tools(arguments.tools, folder) if arguments.tools else (arguments.load, None))
        for name in arguments.only or WORKLOADS:
            population, options = WORKLOADS[name]
            tokens = os.path.join(folder, name)
            population.write_tokens(tokens)
            results[name] = {}
            for number in range(arguments.rounds):
                servers = [lambda: Yardstick(limit, tokens)] if limit else []
                place = os.path.join(folder, f"{name}-{number}")
                os.mkdir(place)
                servers.append(lambda: Parley(arguments.server, population, place, arguments.option))
                for start in servers:
                    server = start()
                    try:
                        result = measure(generator, server, tokens, options, arguments.seconds)
                    finally:
                        server.stop()
                    results[name].setdefault(server.name, []).append(result)
                    print(f"{name} {number + 1}/{arguments.rounds} {server.name}: " + ", ".join(
                        f"{label} {result.get(key)}" for key, label in FIGURES[name]), file=sys.stderr)
                shutil.rmtree(place)
    print(table(results))
    with open(arguments.out, "w") as file:
        json.dump(results, file, indent=1)


if __name__ == "__main__":
    main()
