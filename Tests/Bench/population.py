"""The users, chats and tokens of a benchmark: ids are numbers, so a run can be repeated."""
import base64
import hashlib
import hmac
import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPConnection

SECRET = "a benchmark's secret, of 32 bytes or more"


@dataclass(frozen=True)
class Population:
    """`chats` chats of `members` members each, dealt to `users` users in turn."""

    users: int
    chats: int
    members: int

    def user(self, number):
        return f"user-{number:06d}"

    def chat(self, number):
        return f"chat-{number:06d}"

    def members_of(self, chat):
        return [self.user((chat * self.members + place) % self.users) for place in range(self.members)]

    def token(self, number):
        """A token of one user, good for a day."""
        now = int(time.time())
        return token({"sub": self.user(number), "name": self.user(number), "iat": now, "exp": now + 86400})

    def write_tokens(self, path, ttl=86400):
        """A line '<token> <chatId>[,<chatId>…]' for each user, as the load generators read it."""
        chats_of = {self.user(number): [] for number in range(self.users)}
        for chat in range(self.chats):
            for member in self.members_of(chat):
                chats_of[member].append(self.chat(chat))
        now = int(time.time())
        with open(path, "w") as file:
            for user, chats in chats_of.items():
                claims = {"sub": user, "name": user, "iat": now, "exp": now + ttl}
                file.write(f"{token(claims)} {','.join(chats)}".rstrip() + "\n")

    def seed(self, admin_port, key):
        """Makes users and chats through the admin endpoint."""
        run_all(admin_port, key, (
            ("/admin/users", {"id": self.user(number), "username": self.user(number)})
            for number in range(self.users)))
        run_all(admin_port, key, (
            ("/admin/chats", {"id": self.chat(number), "name": self.chat(number),
                              "member_ids": self.members_of(number)})
            for number in range(self.chats)))


def token(claims):
    def part(value):
        return base64.urlsafe_b64encode(value).rstrip(b"=")

    head = part(b'{"alg":"HS256","typ":"JWT"}') + b"." + part(json.dumps(claims).encode())
    return (head + b"." + part(hmac.new(SECRET.encode(), head, hashlib.sha256).digest())).decode()


def run_all(port, key, calls, workers=16):
    """Posts every (path, body); whatever is not created is an error."""
    calls = list(calls)

    def work(share):
        connection = HTTPConnection("127.0.0.1", port, timeout=60)
        for path, body in share:
            connection.request("POST", path, json.dumps(body),
                               {"Authorization": f"Bearer {key}", "Content-Type": "application/json"})
            answer = connection.getresponse()
            text = answer.read()
            if answer.status != 201:
                raise RuntimeError(f"{path}: {answer.status} {text[:200]!r}")
        connection.close()

    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(work, [calls[start::workers] for start in range(workers)]))
