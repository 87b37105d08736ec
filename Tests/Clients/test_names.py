"""Names that look alike, ids as identity providers have them, messages and reactions of nothing visible."""

from urllib.parse import quote

import pytest
import requests

import nasty
from admin import fresh
from person import Person

INVISIBLE = {
    "zero-width space": "\u200b", "word joiner": "\u2060", "soft hyphen": "\u00ad", "byte order mark": "\ufeff",
    "variation selector": "\ufe0f", "text selector": "\ufe0e", "right-to-left override": "\u202e",
    "right-to-left mark": "\u200f", "isolate": "\u2066", "tag character": "\U000e0061", "Hangul filler": "\u3164",
    "half-width Hangul filler": "\uffa0", "Hangul choseong filler": "\u115f", "braille blank": "\u2800",
    "combining grapheme joiner": "\u034f", "Mongolian vowel separator": "\u180e", "Mongolian selector": "\u180b",
    "Arabic letter mark": "\u061c", "invisible times": "\u2062", "joiner at the end": "\u200d",
    "supplementary selector": "\U000e0100",
}
NOTHING = {
    **{name: mark for name, mark in INVISIBLE.items()},
    "marks": "\u0301\u0301", "blanks": " \u3000", "several": "\u200b \u3164",
}


def refusal(admin, path, body, status=400):
    answer = admin.raw("POST", path, json=body)
    assert answer.status_code == status, f"{answer.status_code} {answer.text[:300]}"
    return answer.json()["error"]


@pytest.mark.parametrize("mark", INVISIBLE.values(), ids=INVISIBLE.keys())
def test_no_name_has_a_double_that_looks_the_same(admin, mark):
    name = admin.user()["username"]
    for double in (name + mark, mark + name, name[:2] + mark + name[2:]):
        answer = admin.raw("POST", "/admin/users", json={"username": double})
        error = answer.json().get("error", {})
        assert answer.status_code in (400, 409) and error["field"] == "username", answer.text


@pytest.mark.parametrize("change", [
    str.upper, lambda name: f"  {name} ", lambda name: name[:2] + "\u200d" + name[2:],
    lambda name: name[:2] + "\u200c" + name[2:], lambda name: "".join(
        chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in name),
], ids=["capitals", "blanks around", "joiner", "non-joiner", "full width"])
def test_what_counts_for_nothing_makes_no_other_name(admin, change):
    user = admin.user(fresh("anna"))
    error = refusal(admin, "/admin/users", {"username": change(user["username"])}, 409)
    assert error["code"] == "conflict" and error["field"] == "username"
    made = admin.call("POST", "/admin/tokens", {"username": change(user["username"])})
    assert made["user_id"] == user["id"], "the user is found by it"


@pytest.mark.parametrize("name", [*NOTHING.values(), "z" + "\u0337\u0321" * 30],
                         ids=[*NOTHING.keys(), "marks without end"])
def test_a_username_is_seen(admin, name):
    error = refusal(admin, "/admin/users", {"username": name})
    assert error["code"] == "invalid" and error["field"] == "username"
    error = refusal(admin, "/admin/tokens", {"username": name, "create": True})
    assert error["code"] == "invalid"


@pytest.mark.parametrize("name", ["می\u200cخواهم", "क्\u200dष", "👩\u200d👩\u200d👧", "Straße", "山田 太郎", "김민준"])
def test_names_as_people_have_them_are_taken(admin, name):
    name = f"{name} {fresh('x')}"
    assert admin.user(name)["username"] == name


def test_a_display_name_of_nothing_visible_is_none_and_none_turns_other_text(admin):
    assert admin.user(display_name="\u200b\u3164")["display_name"] is None
    assert refusal(admin, "/admin/users", {"username": fresh("u"), "display_name": "\u202eabc"})["field"] == "display_name"
    assert admin.call("POST", "/admin/chats", {"name": " \u200b"})["name"] is None


IDS = ["auth0|507f1f77bcf86cd7", "jane@example.org", "https://id.example.org/users/7?a=b#c", "CN=Jane,O=Example",
       "{8f14e45f}", "dXNlcjo3+/==", "a%2Fb", "\"'\\<>&;", "..", "x" * 110]


@pytest.mark.parametrize("name", IDS)
def test_an_id_of_visible_ascii_is_one_everywhere(admin, parley, name):
    name = name if name == ".." else name + fresh("-")
    if name == "..":
        assert admin.raw("GET", "/admin/users/..").status_code == 404, "a dot segment is no id"
        return
    user = admin.user(id=name)
    assert user["id"] == name
    path = f"/admin/users/{quote(name, safe='')}"
    assert admin.call("GET", path)["username"] == user["username"]
    chat = admin.call("POST", "/admin/chats", {"id": name, "member_ids": [name]})
    assert chat["id"] == name
    chat_path = f"/admin/chats/{quote(name, safe='')}"
    assert admin.call("GET", f"{chat_path}/members")["items"][0]["user_id"] == name
    other = admin.user()
    admin.call("PUT", f"{chat_path}/members/{other['id']}", {})
    with Person(parley, admin.token(user)["token"]) as person, Person(parley, admin.token(other)["token"]) as peer:
        person.connect()
        peer.connect()
        sent = person.send(chat)
        assert peer.wait("message:new")["sender_id"] == name and sent["chat_id"] == name
        assert person.ok("presence:get", {"userIds": [name]})["users"][0]["userId"] == name
        file = person_uploads(parley, admin.token(user)["token"])
        person.ok("message:send", {
            "chatId": name, "content": "", "messageType": "file", "attachmentIds": [file["id"]]})
        address = peer.ok("file:url", {"fileId": file["id"]})["url"]
        assert admin.http.get(parley.url + address, timeout=10).content == b"hello"
        mine = person.ok("file:url", {"fileId": file["id"]})["url"]
        assert admin.http.get(parley.url + mine, timeout=10).content == b"hello"
    assert admin.call("GET", "/admin/tokens", params={"user_id": name})["items"][0]["user_id"] == name
    admin.call("DELETE", chat_path)
    admin.call("DELETE", path)


def person_uploads(parley, token):
    answer = requests.post(
        parley.url + "/files?name=a.txt", data=b"hello", timeout=10,
        headers={"Authorization": f"Bearer {token}", "Content-Type": "text/plain"})
    assert answer.status_code == 201, answer.text
    return answer.json()


@pytest.mark.parametrize("name", ["", "a b", "é", "a\n", "x" * 129, "a\u200b"])
def test_what_is_no_id_is_refused_by_its_field(admin, name):
    assert refusal(admin, "/admin/users", {"username": fresh("u"), "id": name})["field"] == "id"
    assert refusal(admin, "/admin/chats", {"id": name})["field"] == "id"
    assert refusal(admin, "/admin/tokens", {"user_id": name, "create": True})["field"] == "user_id"


def test_the_rooms_of_users_and_of_presence_are_no_chats(admin, people):
    """A chat may be called by what a user's own room was once."""
    group = people(2)
    victim, stranger = group.users
    victim_person = group.person(victim)
    own = {}
    for prefix in ("@", "~", " @", "\t@"):
        answer = admin.raw("POST", "/admin/chats", json={"id": prefix + victim["id"], "member_ids": [stranger["id"]]})
        assert answer.status_code == (201 if prefix.strip() == prefix else 400), answer.text
        if answer.status_code == 201:
            own[prefix] = answer.json()
    spy = group.person(stranger)
    admin.chat(victim)
    victim_person.wait("chat:added")
    message = group.person(stranger).send(group.chat)
    victim_person.ok("message:read", {"chatId": group.chat["id"], "messageId": message["id"]})
    spy.wait("message:read")
    assert spy.heard("chat:added") == []


@pytest.mark.parametrize("content", NOTHING.values(), ids=NOTHING.keys())
def test_a_message_of_nothing_visible_is_refused(people, content):
    group = people(1)
    person = group.person(group.users[0])
    for kind in ("text", "image", "file"):
        ack = person.call("message:send", {"chatId": group.chat["id"], "content": content, "messageType": kind})
        assert ack["ok"] is False and ack["error"]["code"] == "invalid" and ack["error"]["field"] == "content", ack
    sent = person.send(group.chat, "seen")
    ack = person.call("message:edit", {"chatId": group.chat["id"], "messageId": sent["id"], "content": content})
    assert ack["ok"] is False and ack["error"]["code"] == "invalid", ack
    assert person.send(group.chat, content + "x")["content"] == content + "x", "content is kept as it was sent"


@pytest.mark.parametrize("one,other", [
    ("❤", "❤\ufe0f"), ("☀\ufe0f", "☀"), ("1\u20e3", "1\ufe0f\u20e3"), ("🏳\u200d🌈", "🏳\ufe0f\u200d🌈"),
])
def test_an_emoji_with_and_without_its_selector_is_one_reaction(people, one, other):
    group = people(2)
    ann, bob = [group.person(user) for user in group.users]
    message = ann.send(group.chat)

    def react(person, emoji, **fields):
        return person.ok("message:react", {
            "chatId": group.chat["id"], "messageId": message["id"], "emoji": emoji, **fields})["reactions"]

    first = react(ann, one)
    assert len(first) == 1 and react(ann, other) == first
    both = react(bob, other)
    assert list(both.values()) == [[group.users[0]["id"], group.users[1]["id"]]]
    told = bob.wait("message:reaction", lambda data: data["userId"] == group.users[1]["id"])
    assert told["emoji"] in both and "\ufe0f" in told["emoji"]
    assert list(react(ann, other, remove=True).values()) == [[group.users[1]["id"]]]
    assert react(bob, one, remove=True) == {}


@pytest.mark.parametrize("emoji", [":party_parrot:", "+1", "x" * 64, "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"])
def test_codes_of_other_programs_are_reactions(people, emoji):
    group = people(1)
    person = group.person(group.users[0])
    message = person.send(group.chat)
    ack = person.ok("message:react", {"chatId": group.chat["id"], "messageId": message["id"], "emoji": emoji})
    assert ack["reactions"] == {emoji: [group.users[0]["id"]]}


@pytest.mark.parametrize("emoji,code", [
    ("", "invalid"), ("\ufe0f", "invalid"), ("\u200b", "invalid"), ("👍\u200b", "invalid"), ("x" * 65, "too_long"),
    ("x" + "\ufe0f" * 1000, "too_long"),
])
def test_a_reaction_of_nothing_visible_or_too_long_is_refused(people, emoji, code):
    group = people(1)
    person = group.person(group.users[0])
    message = person.send(group.chat)
    ack = person.call("message:react", {"chatId": group.chat["id"], "messageId": message["id"], "emoji": emoji})
    assert ack["error"]["code"] == code and ack["error"]["field"] == "emoji", ack


@pytest.mark.parametrize("character", ["👩\u200d👩\u200d👧\u200d👦", "🇩🇪", "e\u0301", "👍🏽", "क्षि"])
def test_a_reply_shows_no_part_of_a_character(people, character):
    group = people(1)
    person = group.person(group.users[0])
    for before in range(200 - len(character) + 1, 201):
        answered = person.send(group.chat, "x" * before + character + "y")
        reply = person.send(group.chat, "answer", replyTo=answered["id"])
        assert reply["reply_to"]["content"] == "x" * min(before, 200)
    listed = person.ok("message:history", {"chatId": group.chat["id"], "limit": 1})["messages"][0]
    assert listed["reply_to"]["content"] == "x" * 200


@pytest.mark.parametrize("kind", nasty.KINDS)
def test_a_reply_to_a_nasty_text_is_told(people, kind):
    group = people(1)
    person = group.person(group.users[0])
    answered = person.send(group.chat, "x" + nasty.plain(kind, 4000)[:4000])
    reply = person.send(group.chat, "answer", replyTo=answered["id"])
    assert 1 <= len(reply["reply_to"]["content"]) <= 200
