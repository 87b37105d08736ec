"""SIGKILL in the middle of work that is done in slices: a chat of many members made and deleted, a user deleted with
the messages. After the next start it is carried to its end, and nothing that was answered is undone."""

import asyncio
import sqlite3
import threading
import time

import requests

import paths  # noqa: F401

import evidence
from admin import Admin
from appliance import Appliance
from population import run_all

MEMBERS = 1500
"""Of a chat: eight slices."""

MESSAGES = 300
"""Of a user who is deleted: two slices."""

SETTLED = 60
"""Seconds for chores to be done; only ever waited in full when that fails."""


class JobKills:
    """One data directory, killed again and again; every kill is looked into after the next start."""

    def __init__(self, data, stage):
        self.appliance, self.rng, self.ledger = Appliance(data), stage.rng, stage.ledger
        self.label, self.inside = "", 0

    def start(self):
        self.appliance.start()
        self.admin = Admin(self.appliance)

    def rows(self, query):
        connection = sqlite3.connect(f"file:{self.appliance.data / 'parley.db'}?mode=ro", uri=True, timeout=20)
        try:
            return connection.execute(query).fetchone()[0]
        finally:
            connection.close()

    def settle(self):
        """Waits until no chore is left."""
        deadline = time.monotonic() + SETTLED
        while self.rows("SELECT count(*) FROM chores"):
            if time.monotonic() > deadline:
                return self.ledger.violation(f"{self.label}: chores are not done after {SETTLED} s")
            time.sleep(0.05)

    def killed_during(self, method, path, body=None):
        """Makes a call and kills the server meanwhile or after it: the status that was answered, or None."""
        answers = []

        def call():
            try:
                answers.append(self.admin.raw(method, path, json=body).status_code)
            except requests.RequestException:
                pass

        thread = threading.Thread(target=call)
        thread.start()
        time.sleep(self.rng.uniform(0, 0.4))
        self.appliance.kill()
        thread.join()
        self.inside += self.rows("SELECT count(*) FROM chores WHERE kind <> 3")
        evidence.check(self.appliance.data / "parley.db", self.ledger, self.label)
        self.start()
        self.settle()
        return answers[0] if answers else None

    def expect(self, holds, text):
        if not holds:
            self.ledger.violation(f"{self.label}: {text}")

    def populate(self):
        self.start()
        port = int(self.appliance.addresses["admin"].rsplit(":", 1)[1])
        users = [f"member-{number}" for number in range(MEMBERS)]
        run_all(port, self.appliance.admin_key, (("/admin/users", {"id": name, "username": name}) for name in users),
                workers=4)
        return users

    def chat(self, number, users):
        self.label = f"chat {number}, killed while it was made"
        name = f"chat-{number}"
        status = self.killed_during("POST", "/admin/chats", {"id": name, "member_ids": users})
        answer = self.admin.raw("GET", f"/admin/chats/{name}")
        if answer.status_code == 404:
            self.expect(status != 201, "it was answered, and is not there")
            self.admin.call("POST", "/admin/chats", {"id": name, "member_ids": users})
        else:
            self.expect(answer.json()["member_count"] == len(users), f"it has {answer.json()['member_count']} members")
        self.label = f"chat {number}, killed while it was deleted"
        status = self.killed_during("DELETE", f"/admin/chats/{name}")
        answer = self.admin.raw("GET", f"/admin/chats/{name}")
        self.expect(answer.status_code == 404 or status is None, "its deletion was answered, and it is there")
        left = self.rows(
            f"SELECT count(*) FROM members m JOIN chats c ON c.key = m.chat WHERE c.id = '{name}'")
        self.expect(left == (0 if answer.status_code == 404 else len(users)), f"{left} members are left")

    def user(self, number):
        name = f"leaver-{number}"
        self.label = f"user {number}, killed while deleted"
        self.admin.call("POST", "/admin/users", {"id": name, "username": name})
        chat = self.admin.call("POST", "/admin/chats", {"member_ids": [name, "member-0"]})
        for place in range(MESSAGES):
            self.admin.call(
                "POST", f"/admin/chats/{chat['id']}/messages", {"content": f"text {place}", "sender_id": name})
        status = self.killed_during("DELETE", f"/admin/users/{name}?messages=delete")
        gone = self.admin.raw("GET", f"/admin/users/{name}").status_code == 404
        self.expect(gone or status is None, "the deletion was answered, and the user is there")
        left = self.rows(
            "SELECT count(*) FROM messages m JOIN users u ON u.key = m.sender "
            f"WHERE u.id = '{name}' AND m.deleted_ms IS NULL")
        self.expect(left == (0 if gone else MESSAGES), f"{left} messages are left")

    def run(self, rounds):
        try:
            users = self.populate()
            for number in range(rounds):
                self.chat(number, users)
                self.user(number)
            self.appliance.stop()
            evidence.check(self.appliance.data / "parley.db", self.ledger, "after the chores")
        finally:
            self.appliance.kill()
        return self.inside


async def kill_jobs(options, folder, stage):
    """Gives how many kills left work to be gone on with."""
    if not options.jobs:
        return 0
    return await asyncio.to_thread(JobKills(folder / "jobs", stage).run, options.jobs)
