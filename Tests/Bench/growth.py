"""How Parley's costs grow: with the members of a room, the connections, the messages stored, the threads.

Writes a table (Markdown), a plot (SVG) and the figures (JSON). CPU is the server's, by the load generator, which needs
--tools (the folder of `sioload`). --reduced takes minutes, the whole the better part of an hour.
"""
import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, replace

from bench import Parley, build_tools, measure
from chart import Panel, svg
from chat_socket import ChatSocket
from population import Population
from store_filler import fill


@dataclass(frozen=True)
class Plan:
    rooms: tuple = (10, 100, 1_000, 10_000)
    connections: tuple = (200, 1_000, 5_000, 15_000)
    messages: tuple = (10_000, 100_000, 1_000_000, 10_000_000)
    threads: tuple = (1, 2)
    seconds: float = 6
    questions: int = 300


REDUCED = Plan(messages=(10_000, 100_000, 1_000_000), seconds=3, questions=200)


class Site:
    """Makes servers, one after the other, each in a directory of its own."""

    def __init__(self, binary, folder, generator, realtime):
        self.binary, self.folder, self.generator, self.realtime = binary, folder, generator, realtime
        self.number = 0
        # The server whose start is measured.
        self.starter = binary
        if realtime:
            self.generator = self.wrap("sioload", generator)
            self.starter = self.wrap("parley", os.path.abspath(binary))

    def wrap(self, name, program):
        path = os.path.join(self.folder, name)
        with open(path, "w") as file:
            file.write(f'#!/bin/sh\nexec chrt -r 1 {program} "$@"\n')
        os.chmod(path, 0o755)
        return path

    def place(self):
        self.number += 1
        place = os.path.join(self.folder, str(self.number))
        os.mkdir(place)
        return place

    def load(self, server, population, arguments, seconds):
        tokens = os.path.join(self.folder, "tokens")
        population.write_tokens(tokens)
        if self.realtime:
            subprocess.run(["chrt", "-a", "-r", "-p", "1", str(server.process.pid)], check=True)
        return measure(self.generator, server, tokens, ["--scenario", "fanout", *arguments], seconds)

    def fanout(self, population, senders, window, seconds, *options):
        place = self.place()
        server = Parley(self.binary, population, place, list(options))
        try:
            return self.load(server, population, ["--senders", str(senders), "--window", str(window)], seconds)
        finally:
            server.stop()
            shutil.rmtree(place)


def say(line):
    print(line, file=sys.stderr, flush=True)


def rooms(site, plan):
    rows = []
    for members in plan.rooms:
        # One room, and as much in flight whatever its size: how many frames a commit joins is the same.
        result = site.fanout(Population(members, 1, members), 10, 4, plan.seconds)
        rows.append({"members": members, **delivery(result)})
        say(f"room of {members}: {rows[-1]}")
    return rows


def connections(site, plan):
    rows = []
    for users in plan.connections:
        # The same four rooms speak; everybody else is only there.
        result = site.fanout(Population(users, 4, 50), 10, 4, plan.seconds)
        rows.append({"connections": users, **delivery(result)})
        say(f"{users} connections: {rows[-1]}")
    return rows


def threads(site, plan):
    rows = []
    for count in plan.threads:
        for members, senders, window in ((10, 200, 2), (50, 10, 4), (1_000, 5, 2)):
            population = Population(2_000, 2_000 // members, members)
            result = site.fanout(population, senders, window, plan.seconds, "--threads", str(count))
            rows.append({"threads": count, "members": members, **delivery(result)})
            say(f"{count} threads, rooms of {members}: {rows[-1]}")
    return rows


def delivery(result):
    return {"deliveries_per_s": result["deliveries_per_s"], "cpu_us_per_delivery": result["cpu_us_per_delivery"],
            "cpu_us_per_message": result["cpu_us_per_msg"], "ack_p50_us": result["ack_p50"],
            "ack_p99_us": result["ack_p99"], "ok": bool(result.get("ok"))}


def stored(site, plan):
    rows = []
    population = Population(2_000, 200, 10)
    for count in plan.messages:
        place = site.place()
        # The first start makes the file.
        Parley(site.binary, None, place, []).stop()
        fill(os.path.join(place, "data"), population, count)
        size = os.path.getsize(os.path.join(place, "data", "parley.db"))
        began = time.perf_counter()
        server = Parley(site.starter, None, place, [])
        row = {"messages": count, "bytes_per_message": size / count, "start_ms": server.started_in * 1000}
        try:
            row.update(questions(server, population, plan.questions))
            row.update(delivery(site.load(server, population, ["--senders", "200", "--window", "2"], plan.seconds)))
        finally:
            server.stop()
            shutil.rmtree(place)
        rows.append(row)
        say(f"{count} messages ({time.perf_counter() - began:.0f} s): {row}")
    return rows


def questions(server, population, count):
    """Latencies of reads: the newest page of a chat, one from its middle, and the list of chats; medians in µs."""
    client = ChatSocket(server.port, population.token(0))
    listed, _ = client.call("chat:list", {})
    chat = listed["chats"][0]
    last = chat["last_seq"]
    figures = {"newest": ("message:history", lambda _: {"chatId": chat["id"]}),
               "middle": ("message:history", lambda turn: {"chatId": chat["id"], "before": max(2, (turn * 7919) % last)}),
               "list": ("chat:list", lambda _: {})}
    medians = {}
    for name, (event, argument) in figures.items():
        times = [client.call(event, argument(turn))[1] for turn in range(count)]
        medians[f"{name}_us"] = statistics.median(times) * 1e6
    client.close()
    return medians


def table(columns, rows):
    def show(value):
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, float):
            return f"{value:,.2f}" if value < 100 else f"{value:,.0f}"
        return f"{value:,}" if isinstance(value, int) else str(value)

    lines = ["| " + " | ".join(columns.values()) + " |", "|" + " --- |" * len(columns)]
    lines += ["| " + " | ".join(show(row[key]) for key in columns) + " |" for row in rows]
    return "\n".join(lines)


COSTS = {"deliveries_per_s": "deliveries/s", "cpu_us_per_delivery": "CPU µs/delivery",
         "cpu_us_per_message": "CPU µs/message", "ack_p50_us": "ack p50 µs", "ack_p99_us": "ack p99 µs"}


def page(results):
    parts = [
        ("Members of a room", table({"members": "members", **COSTS}, results["rooms"])),
        ("Connections, of which 200 in four rooms speak", table({"connections": "connections", **COSTS}, results["connections"])),
        ("Messages stored, rooms of 10", table(
            {"messages": "messages", "bytes_per_message": "bytes each", "start_ms": "start ms",
             "newest_us": "newest page µs", "middle_us": "older page µs", "list_us": "chat:list µs",
             "cpu_us_per_message": "CPU µs/message", "ack_p50_us": "ack p50 µs", "ack_p99_us": "ack p99 µs"},
            results["stored"])),
        ("Event-loop threads, 2,000 connections", table(
            {"threads": "threads", "members": "members", **COSTS}, results["threads"])),
    ]
    return "\n\n".join(f"**{title}**\n\n{text}" for title, text in parts) + "\n"


def plot(results):
    def line(name, x, y):
        return [(row[x], row[y]) for row in results[name]]

    stored_lines = {"start, ms": line("stored", "messages", "start_ms")}
    return svg([
        Panel("CPU µs a delivery", "members of a room", {"": line("rooms", "members", "cpu_us_per_delivery")}),
        Panel("CPU µs a delivery", "connections (200 speak)",
              {"": line("connections", "connections", "cpu_us_per_delivery")}),
        Panel("CPU µs a message", "messages stored", {"": line("stored", "messages", "cpu_us_per_message")}),
        Panel("Time to ready, ms", "messages stored", stored_lines),
        Panel("Reads, µs at the client", "messages stored",
              {"newest page": line("stored", "messages", "newest_us"),
               "older page": line("stored", "messages", "middle_us"),
               "chat:list": line("stored", "messages", "list_us")}),
        Panel("CPU µs a delivery by threads", "members of a room",
              {f"{count} thread{'s' if count > 1 else ''}": [
                  (row["members"], row["cpu_us_per_delivery"]) for row in results["threads"] if row["threads"] == count]
               for count in sorted({row["threads"] for row in results["threads"]})}),
    ])


PARTS = {"rooms": rooms, "connections": connections, "stored": stored, "threads": threads}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--server", default=".build/parley")
    parser.add_argument("--tools", required=True, help="folder with sioload/ and limit/")
    parser.add_argument("--reduced", action="store_true", help="shorter runs, a million messages at most")
    parser.add_argument("--messages", type=int, help="store this many at most, in powers of ten from 10,000")
    parser.add_argument("--only", action="append", choices=list(PARTS))
    parser.add_argument("--realtime", action="store_true",
                        help="real-time priority while measured (needs root), on machines that do other things")
    parser.add_argument("--out", default=".build/growth", help="where the figures, the table and the plot go")
    arguments = parser.parse_args()
    plan = REDUCED if arguments.reduced else Plan()
    if arguments.messages:
        plan = replace(plan, messages=tuple(count for count in Plan.messages if count <= arguments.messages))
    figures = arguments.out + ".json"
    results = {}
    if os.path.exists(figures) and arguments.only:
        # Parts measured before stay.
        with open(figures) as file:
            results = json.load(file)
    with tempfile.TemporaryDirectory(prefix="parley-growth-") as folder:
        generator, _ = build_tools(arguments.tools, folder)
        site = Site(arguments.server, folder, generator, arguments.realtime)
        for name in arguments.only or PARTS:
            results[name] = PARTS[name](site, plan)
    with open(figures, "w") as file:
        json.dump(results, file, indent=1)
    if all(name in results for name in PARTS):
        with open(arguments.out + ".md", "w") as file:
            file.write(page(results))
        with open(arguments.out + ".svg", "w") as file:
            file.write(plot(results))
        print(page(results))


if __name__ == "__main__":
    main()
