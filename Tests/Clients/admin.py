"""The operator's side: the admin endpoint over HTTP."""

import itertools
import secrets

import requests

_count = itertools.count(1)


def fresh(prefix):
    """A name that no other test uses."""
    return f"{prefix}-{next(_count)}-{secrets.token_hex(3)}"


class Admin:
    """Calls of the admin endpoint; what is not expected fails the test with the server's answer."""

    def __init__(self, appliance):
        self.appliance = appliance
        self.http = requests.Session()
        self.http.trust_env = False

    def raw(self, method, path, *, key=True, **options):
        headers = dict(options.pop("headers", None) or {})
        if key:
            headers.setdefault("Authorization", f"Bearer {self.appliance.admin_key if key is True else key}")
        return self.http.request(
            method, self.appliance.admin_url + path, headers=headers, timeout=15, **options)

    def call(self, method, path, json=None, expect=None, **options):
        answer = self.raw(method, path, json=json, **options)
        wanted = expect or {"POST": 201, "DELETE": 204}.get(method, 200)
        assert answer.status_code == wanted, f"{method} {path}: {answer.status_code} {answer.text[:500]}"
        return answer.json() if answer.content else None

    def user(self, username=None, **fields):
        return self.call("POST", "/admin/users", {"username": username or fresh("user"), **fields})

    def token(self, user, **fields):
        return self.call("POST", "/admin/tokens", {"user_id": user["id"], **fields})

    def chat(self, *members, **fields):
        fields.setdefault("name", fresh("chat"))
        return self.call("POST", "/admin/chats", {"member_ids": [user["id"] for user in members], **fields})

    def add(self, chat, user, **fields):
        path = f"/admin/chats/{chat['id']}/members/{user['id']}"
        answer = self.raw("PUT", path, json=fields)
        assert answer.status_code in (200, 201, 204), f"PUT {path}: {answer.status_code} {answer.text[:500]}"

    def remove(self, chat, user):
        self.call("DELETE", f"/admin/chats/{chat['id']}/members/{user['id']}")

    def act(self, user, action):
        self.call("POST", f"/admin/users/{user['id']}/{action}", expect=204)

    def messages(self, chat, **query):
        return self.call("GET", f"/admin/chats/{chat['id']}/messages", params=query)
