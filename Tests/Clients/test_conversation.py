"""A scripted conversation of three users with every feature in it; `make conversation` shows its transcript.

Every event and every ack is held against what the appliance says of itself at /asyncapi.json, and at the end every
event that it describes has been sent or heard."""

import json
import threading
import time

import pytest
import requests

from admin import Admin
from described import Described
from person import Person
from test_recovery import come_back, last_offset, open_one

PNG = (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x03\x00\x00\x00\x02\x08\x02\x00\x00\x00")


class Talker(Person):
    """A user whose every word goes into the transcript."""

    def __init__(self, stage, user, token, **options):
        self.stage, self.user, self.name = stage, user, user["username"]
        super().__init__(stage.appliance, token, **options)

    def _on_event(self, event, *arguments):
        self.stage.hears(self.name, event, arguments)
        super()._on_event(event, *arguments)

    def call(self, event, data):
        ack = super().call(event, data)
        self.stage.says(self.name, event, data, ack)
        return ack

    def emit(self, event, data):
        self.stage.says(self.name, event, data, None)
        super().emit(event, data)

    def refused(self, event, data, code):
        ack = self.call(event, data)
        assert ack["ok"] is False and ack["error"]["code"] == code, ack
        return ack["error"]


class Stage:
    """Where it takes place, and what was said."""

    def __init__(self, start):
        self.appliance = start("--clients-create-chats", "all", "--presence-grace", 300, "--typing-timeout", 60_000)
        self.admin = Admin(self.appliance)
        self.described = Described(self.appliance)
        self.sent, self.heard, self.faults = set(), set(), []
        self.lock = threading.Lock()
        self.talkers = []
        self.names = {}
        """What the transcript shows for ids."""

    def scene(self, title):
        with self.lock:
            print(f"\n== {title}")

    def note(self, text):
        with self.lock:
            print(f"   ({text})")

    def user(self, name, ttl=3600):
        user = self.admin.user(name)
        self.names[user["id"]] = name
        return user, self.admin.token(user, ttl_seconds=ttl)["token"]

    def enter(self, user, token, **options):
        talker = Talker(self, user, token, **options).connect()
        self.talkers.append(talker)
        return talker

    def says(self, name, event, data, ack):
        with self.lock:
            self.sent.add(event)
            answer = f"  ->  {self.short(ack)}" if ack is not None else ""
            print(f"{name:>4} > {event} {self.short(data)}{answer}")
        if ack is not None and event in self.described.client_events:
            self.described.check_ack(event, ack)

    def hears(self, name, event, arguments):
        # On a thread of the client: what is wrong is told at the end.
        with self.lock:
            self.heard.add(event)
            if event != "offset":
                print(f"{name:>4} < {event} {self.short(arguments[0] if arguments else None)}")
            try:
                self.described.check_event(event, arguments)
            except AssertionError as fault:
                self.faults.append(str(fault))

    def short(self, value):
        """JSON of a line's length: names for ids, of messages what a person looks at."""
        text = json.dumps(self.cut(value), ensure_ascii=False)
        return text if len(text) <= 240 else text[:239] + "…"

    def cut(self, item):
        if isinstance(item, dict):
            if "seq" in item and "content" in item and "sender" in item:
                self.names[item["id"]] = f"#{item['seq']}"
                sender = (item["sender"] or {}).get("username")
                kept = {"seq": item["seq"], "sender": sender, "content": item["content"]}
                kept.update({key: item[key] for key in ("reply_to", "attachments", "reactions") if key in item})
                kept.update({key: True for key in ("edited_at", "deleted_at") if key in item})
                item = kept
            elif "member_count" in item:
                self.names[item["id"]] = item["name"] or "the two"
            return {key: self.cut(inner) for key, inner in item.items() if inner is not None}
        if isinstance(item, list):
            return [self.cut(inner) for inner in item[:6]] + (["…"] if len(item) > 6 else [])
        if isinstance(item, str):
            return self.names.get(item) or (item[:12] + "…" if len(item) > 40 else item)
        return item


@pytest.fixture
def stage(start):
    stage = Stage(start)
    yield stage
    for talker in stage.talkers:
        talker.close()


def test_three_users_use_every_feature(stage):
    stage.scene("Three users come in: Ann by WebSocket, Bob by polling, Cyn as the client likes")
    ann_user, ann_token = stage.user("Ann")
    bob_user, bob_token = stage.user("Bob")
    cyn_user, cyn_token = stage.user("Cyn")
    ann = stage.enter(ann_user, ann_token, transports=["websocket"])
    bob = stage.enter(bob_user, bob_token, transports=["polling"])
    cyn = stage.enter(cyn_user, cyn_token)
    assert (ann.transport, bob.transport) == ("websocket", "polling")
    group, direct = chats(stage, ann, bob, cyn)
    first = talking(stage, group, ann, bob, cyn)
    receipts(stage, group, first, ann, bob, cyn)
    files(stage, group, ann, cyn, ann_token)
    looking_back(stage, group, direct, ann, bob, cyn)
    people(stage, group, ann, bob, cyn, bob_token)
    moderation(stage, group, ann, bob)
    restart(stage, group, (ann, ann_user, ann_token), (bob, bob_user, bob_token), (cyn, cyn_user, cyn_token))
    assert stage.faults == []
    assert set(stage.described.client_events) - stage.sent == set()
    assert set(stage.described.server_events) - stage.heard == set()


def chats(stage, ann, bob, cyn):
    stage.scene("Chats: made, named, joined, left")
    group = ann.ok("chat:create", {"type": "group", "name": "Te", "memberIds": [bob.user["id"]]})["chat"]
    bob.wait("chat:added", lambda d: d["chat"]["id"] == group["id"])
    place = {"chatId": group["id"]}
    bob.refused("chat:update", {**place, "name": "Bob's"}, "forbidden")
    ann.ok("chat:update", {**place, "name": "Tea"})
    assert bob.wait("chat:updated")["chat"]["name"] == "Tea"
    cyn.refused("chat:join", place, "forbidden")
    ann.ok("chat:add", {**place, "userId": cyn.user["id"]})
    assert cyn.wait("chat:added")["chat"]["name"] == "Tea"
    bob.wait("chat:member-added", lambda d: d["userId"] == cyn.user["id"])
    cyn.ok("chat:leave", place)
    cyn.wait("chat:left")
    cyn.ok("chat:join", place)
    cyn.wait("chat:joined")
    both = []
    threads = [
        threading.Thread(target=lambda: both.append(ann.ok(
            "chat:create", {"type": "direct", "memberIds": [bob.user["id"]]})["chat"]["id"])),
        threading.Thread(target=lambda: both.append(bob.ok(
            "chat:create", {"type": "direct", "memberIds": [ann.user["id"]]})["chat"]["id"])),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert both[0] == both[1]
    stage.note("both made their direct chat at once: it is one")
    members = ann.ok("chat:members", {**place, "limit": 2})
    rest = ann.ok("chat:members", {**place, "after": members["next"]})
    assert [m["username"] for m in members["members"] + rest["members"]] == ["Ann", "Bob", "Cyn"]
    assert [m["role"] for m in members["members"]] == ["owner", "member"]
    return group, {"id": both[0]}


def talking(stage, group, ann, bob, cyn):
    stage.scene("Messages: typed, sent once, answered, edited, reacted to, deleted")
    place = {"chatId": group["id"]}
    ann.ok("typing:start", place)
    assert bob.wait("typing:start")["username"] == "Ann"
    first = ann.send(group, "Shall we have tea?", clientId="tea-1")
    bob.wait("typing:stop")
    again = ann.ok("message:send", {**place, "content": "Shall we have tea?", "clientId": "tea-1"})
    assert again["duplicate"] is True and again["message"]["id"] == first["id"]
    assert cyn.wait("message:new")["id"] == first["id"]
    bob.ok("typing:start", place)
    cyn.wait("typing:start", lambda d: d["userId"] == bob.user["id"])
    bob.ok("typing:stop", place)
    cyn.wait("typing:stop", lambda d: d["userId"] == bob.user["id"])
    answer = bob.send(group, "Gladdly!", replyTo=first["id"])
    assert answer["reply_to"]["content"] == "Shall we have tea?"
    edited = bob.ok("message:edit", {**place, "messageId": answer["id"], "content": "Gladly!"})["message"]
    assert ann.wait("message:updated") == edited and edited["edited_at"]
    ann.refused("message:edit", {**place, "messageId": answer["id"], "content": "No."}, "forbidden")
    for talker in (ann, cyn):
        talker.ok("message:react", {**place, "messageId": answer["id"], "emoji": "🍵"})
    told = bob.wait("message:reaction", lambda d: d["userId"] == cyn.user["id"])
    assert told["reactions"] == {"🍵": [ann.user["id"], cyn.user["id"]]}
    cyn.ok("message:react", {**place, "messageId": answer["id"], "emoji": "🍵", "remove": True})
    secret = cyn.send(group, "The password is hunter2")
    gone = cyn.ok("message:delete", {**place, "messageId": secret["id"]})["message"]
    assert gone["content"] == "" and ann.wait("message:deleted") == gone
    bob.emit("message:send", {**place, "content": ""})
    assert bob.wait("error")["code"] == "invalid"
    return first


def receipts(stage, group, first, ann, bob, cyn):
    stage.scene("Receipts: delivered, read, never back; unread counts")
    place = {"chatId": group["id"]}
    listed = cyn.ok("chat:list", {})
    assert listed["unread_total"] == 0, "sending reads up to one's message, and what is deleted does not count"
    last = ann.send(group, "At five?")
    cyn.ok("message:delivered", {**place, "messageId": last["id"]})
    assert ann.wait("message:delivered", lambda d: d["userId"] == cyn.user["id"])["seq"] == last["seq"]
    assert cyn.ok("chat:list", {})["unread_total"] == 1
    assert cyn.ok("message:read", {**place, "messageId": last["id"]})["unread_count"] == 0
    assert ann.wait("message:read", lambda d: d["userId"] == cyn.user["id"])["seq"] == last["seq"]
    assert cyn.ok("message:read", {**place, "messageId": first["id"]})["read_seq"] == last["seq"]


def files(stage, group, ann, cyn, token):
    stage.scene("Files: uploaded, sent, fetched by a member")
    answer = requests.post(
        stage.appliance.url + "/files?name=cup.png", data=PNG, timeout=10,
        headers={"Authorization": f"Bearer {token}", "Content-Type": "image/png"})
    assert answer.status_code == 201, answer.text
    picture = answer.json()
    stage.note(f"POST /files: {stage.short(picture)}")
    sent = ann.send(group, "", messageType="image", attachmentIds=[picture["id"]])
    assert sent["attachments"] == [picture] and (picture["width"], picture["height"]) == (3, 2)
    cyn.wait("message:new", lambda m: m["id"] == sent["id"])
    signed = cyn.ok("file:url", {"fileId": picture["id"]})["url"]
    fetched = requests.get(stage.appliance.url + signed, timeout=10)
    assert fetched.content == PNG and fetched.headers["Content-Type"] == "image/png"
    stage.note(f"GET it: {fetched.status_code}, {len(fetched.content)} bytes, {fetched.headers['Content-Type']}")


def looking_back(stage, group, direct, ann, bob, cyn):
    stage.scene("History all ways, and search")
    place = {"chatId": group["id"]}
    for number in range(12):
        bob.send(direct, f"the {number}th cup of tea")
    whole = ann.ok("message:history", {**place})["messages"]
    assert [m["seq"] for m in whole] == list(range(1, len(whole) + 1))
    assert [bool(m.get("deleted_at")) for m in whole].count(True) == 1
    place = {"chatId": direct["id"], "limit": 4}

    def seqs(**where):
        page = ann.ok("message:history", {**place, **where})
        return [m["seq"] for m in page["messages"]], page["has_more"]

    assert seqs() == ([9, 10, 11, 12], True)
    assert seqs(before=3) == ([1, 2], False)
    assert seqs(after=2) == ([3, 4, 5, 6], True)
    assert seqs(around=6) == ([4, 5, 6, 7], True)
    found = search(ann, "cup te", wanted=12)
    assert [hit["message"]["seq"] for hit in found] == list(range(12, 0, -1))
    assert cyn.ok("message:search", {"query": "cup"})["results"] == [], "of others' chats one finds nothing"
    assert ann.ok("message:search", {"query": "hunter2"})["results"] == []
    assert ann.ok("message:search", {"query": "\" OR * NEAR( :"})["results"] == []
    (hit,) = ann.ok("message:search", {"query": "GLADLY", "chatId": group["id"]})["results"]
    assert hit["message"]["content"] == "Gladly!"


def search(talker, query, wanted):
    """All pages; the index follows within a second, so it is asked until there are enough."""
    deadline = time.monotonic() + 10
    while True:
        found, after = [], None
        while not found or after:
            page = talker.ok("message:search", {"query": query, "limit": 5, **({"after": after} if after else {})})
            found += page["results"]
            after = page["next"]
            if not page["results"]:
                break
        if len(found) >= wanted or time.monotonic() > deadline:
            return found
        # A search costs as much as several plain events.
        time.sleep(0.3)


def people(stage, group, ann, bob, cyn, token):
    stage.scene("People: who is there, who they are; a token that runs out is changed for another")
    asked = {"userIds": [bob.user["id"], cyn.user["id"], "nobody"]}
    online = ann.ok("presence:get", asked)["users"]
    assert [(u["userId"], u["status"]) for u in online] == [(bob.user["id"], "online"), (cyn.user["id"], "online")]
    assert [u["username"] for u in ann.ok("user:get", asked)["users"]] == ["Bob", "Cyn"]
    stage.admin.call("PATCH", "/admin/users/" + bob.user["id"], {"display_name": "Robert"})
    assert ann.wait("user:updated")["user"]["display_name"] == "Robert"
    dora_user, dora_token = stage.user("Dora", ttl=30)
    dora = stage.enter(dora_user, dora_token)
    dora.wait("session:expiring")
    fresh = stage.admin.token(dora_user)["token"]
    dora.ok("auth:refresh", {"token": fresh})
    dora.refused("auth:refresh", {"token": token}, "unauthorized")
    ann.ok("chat:add", {"chatId": group["id"], "userId": dora_user["id"]})
    dora.wait("chat:added")
    dora.close()
    left = ann.wait("user:status", lambda d: d["userId"] == dora_user["id"] and d["status"] == "offline")
    assert left["last_seen_at"]
    ann.ok("chat:remove", {"chatId": group["id"], "userId": dora_user["id"]})
    bob.wait("chat:member-removed", lambda d: d["userId"] == dora_user["id"])


def moderation(stage, group, ann, bob):
    stage.scene("The operator: says something, deletes something, takes somebody out")
    path = f"/admin/chats/{group['id']}"
    notice = stage.admin.call("POST", path + "/messages", {"content": "Be kind."})
    assert ann.wait("message:new", lambda m: m["id"] == notice["id"])["message_type"] == "system"
    rude = bob.send(group, "Rude words")
    stage.admin.call("DELETE", "/admin/messages/" + rude["id"])
    assert ann.wait("message:deleted", lambda m: m["id"] == rude["id"])["content"] == ""
    place = {"chatId": group["id"]}
    bob.refused("message:edit", {**place, "messageId": rude["id"], "content": "Ruder words"}, "conflict")
    stage.admin.call("DELETE", f"{path}/members/{bob.user['id']}")
    assert bob.wait("chat:removed")["chatId"] == group["id"]
    bob.refused("message:send", {**place, "content": "Hello?"}, "forbidden")
    stage.admin.call("PUT", f"{path}/members/{bob.user['id']}", {"role": "admin"})
    bob.wait("chat:added")


def restart(stage, group, *people):
    (ann, ann_user, ann_token), (bob, bob_user, bob_token), (cyn, cyn_user, cyn_token) = people
    stage.scene("Cyn goes, things happen, the server restarts; each comes back in its own way")
    place = {"chatId": group["id"]}
    tablet, tablet_session = open_one(stage.appliance, {"token": cyn_token})
    offset = cyn.ok("chat:list", {})["offset"]
    seen = last_offset(tablet)
    tablet.socket.shutdown()
    cyn.close()
    missed = ann.send(group, "Cyn is away")
    first = ann.ok("message:history", {**place, "limit": 1, "before": 2})["messages"][0]
    ann.ok("message:edit", {**place, "messageId": first["id"], "content": "Shall we have coffee?"})
    stage.appliance.stop()
    for talker in (ann, bob):
        ended = talker.wait("session:ended")
        assert (ended["code"], ended["reconnect"]) == ("restart", True)
    stage.appliance.start()
    stage.admin = Admin(stage.appliance)
    stage.note("the server is there again")
    ann = stage.enter(ann_user, ann_token, transports=["websocket"])
    late = ann.send(group, "Back again")
    cyn = stage.enter(cyn_user, cyn_token)
    told = cyn.ok("sync", {"after": offset, "limit": 1000})
    assert told["complete"] is True
    for change in told["changes"]:
        stage.described.check_event(change["event"], [change["data"]])
    messages = [(c["event"], c["data"]["seq"]) for c in told["changes"] if c["event"].startswith("message:")
                and "content" in c["data"]]
    assert messages == [("message:new", missed["seq"]), ("message:new", late["seq"]), ("message:updated", 1)]
    back, again = come_back(stage.appliance, cyn_token, tablet_session["pid"], seen)
    assert (again["pid"], again["sid"]) == (tablet_session["pid"], tablet_session["sid"])
    assert back.wait("message:new", lambda m: m["seq"] == late["seq"])["content"] == "Back again"
    stage.note("Cyn's tablet recovered its session, with the same sid, and was told the same")
    back.close()
    bob = stage.enter(bob_user, bob_token, transports=["polling"])
    unread = {talker.name: talker.ready["unread_total"] for talker in (ann, bob, cyn)}
    stage.note(f"unread when they came back: {unread}")
    assert unread == {"Ann": 12, "Bob": 2, "Cyn": 3}
    for talker in (ann, bob, cyn):
        assert talker.ok("chat:list", {})["unread_total"] == unread[talker.name]
    bob.ok("chat:remove", {**place, "userId": bob_user["id"]})
    bob.wait("chat:removed")
    ann.wait("chat:member-removed", lambda d: d["userId"] == bob_user["id"])
