"""The admin endpoint: users, tokens, chats, members, messages, and its errors."""

import re

import pytest

from admin import fresh

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
USER = {"id", "username", "display_name", "avatar_url", "created_at", "last_seen_at", "status", "blocked"}
CHAT = {"id", "name", "type", "created_at", "member_count", "last_seq"}
MEMBER = {"user_id", "username", "role", "joined_at"}


def error(answer, status, code):
    """The error of an answer, which must have that status and that code."""
    assert answer.status_code == status, f"{answer.status_code} {answer.text[:500]}"
    assert answer.headers["Content-Type"].startswith("application/json")
    body = answer.json()["error"]
    assert body["code"] == code and isinstance(body["message"], str) and body["message"], body
    return body


def pages(admin, path, **query):
    """All items of a list, page by page."""
    items, after = [], None
    while True:
        page = admin.call("GET", path, params={**query, **({"after": after} if after else {})})
        assert set(page) == {"items", "next"}
        items += page["items"]
        after = page["next"]
        if after is None:
            return items
        assert isinstance(after, str) and after


def test_a_user_has_all_its_fields_null_where_there_is_nothing(admin):
    username = fresh("user")
    user = admin.call("POST", "/admin/users", {"username": username})
    assert set(user) == USER
    assert user["username"] == username and TIME.fullmatch(user["created_at"])
    assert (user["display_name"], user["avatar_url"], user["last_seen_at"]) == (None, None, None)
    assert (user["status"], user["blocked"]) == ("offline", False)
    assert admin.call("GET", "/admin/users/" + user["id"]) == user


def test_a_user_may_be_given_an_id_and_a_display_name(admin):
    wanted = fresh("id:with.all_-of")
    user = admin.user(id=wanted, display_name="Ada 👋", avatar_url="https://example.org/a.png")
    assert user["id"] == wanted and user["display_name"] == "Ada 👋"
    assert user["avatar_url"] == "https://example.org/a.png"


@pytest.mark.parametrize("body,field", [
    ({}, "username"), ({"username": ""}, "username"), ({"username": 5}, "username"), ({"username": None}, "username"),
    ({"username": "ok", "id": "with space"}, "id"), ({"username": "ok", "id": "x" * 129}, "id"),
    ({"username": "ok", "id": ""}, "id"), ({"username": "ok", "id": 5}, "id"),
    ({"username": "ok", "display_name": 5}, "display_name"),
], ids=str)
def test_a_wrong_field_of_a_user_is_named(admin, body, field):
    assert error(admin.raw("POST", "/admin/users", json=body), 400, "invalid")["field"] == field


def test_a_username_is_taken_whatever_its_case(admin):
    user = admin.user()
    for name in (user["username"], user["username"].upper()):
        error(admin.raw("POST", "/admin/users", json={"username": name}), 409, "conflict")


def test_an_id_is_taken_once(admin):
    user = admin.user()
    error(admin.raw("POST", "/admin/users", json={"username": fresh("u"), "id": user["id"]}), 409, "conflict")


def test_a_user_can_be_changed_and_a_field_emptied(admin):
    user = admin.user(display_name="Before")
    path = "/admin/users/" + user["id"]
    assert admin.call("PATCH", path, {"display_name": "After"})["display_name"] == "After"
    assert admin.call("PATCH", path, {"avatar_url": "https://example.org/b.png"})["display_name"] == "After"
    assert admin.call("PATCH", path, {"display_name": None})["display_name"] is None
    changed = admin.call("GET", path)
    assert (changed["avatar_url"], changed["username"]) == ("https://example.org/b.png", user["username"])
    taken = admin.user()
    error(admin.raw("PATCH", path, json={"username": taken["username"]}), 409, "conflict")


def test_a_deleted_user_is_gone_and_its_messages_stay(admin):
    writer, reader = admin.user(), admin.user()
    chat = admin.chat(writer, reader)
    body = {"content": "I was here", "sender_id": writer["id"]}
    message = admin.call("POST", f"/admin/chats/{chat['id']}/messages", body)
    admin.call("DELETE", "/admin/users/" + writer["id"])
    error(admin.raw("GET", "/admin/users/" + writer["id"]), 404, "not_found")
    kept = admin.messages(chat)["items"]
    assert [(m["id"], m["content"]) for m in kept] == [(message["id"], "I was here")]
    assert [m["user_id"] for m in admin.call("GET", f"/admin/chats/{chat['id']}/members")["items"]] == [reader["id"]]


def test_block_and_unblock_show(admin):
    user = admin.user()
    for action, blocked in (("block", True), ("unblock", False)):
        admin.act(user, action)
        assert admin.call("GET", "/admin/users/" + user["id"])["blocked"] is blocked


def test_users_are_paged_and_searched(admin):
    tag = fresh("paged")
    made = [admin.user(f"{tag}-{n:02}")["id"] for n in range(7)]
    found = pages(admin, "/admin/users", q=tag, limit=3)
    assert sorted(user["id"] for user in found) == sorted(made) and len(found) == 7
    everyone = pages(admin, "/admin/users", limit=200)
    assert len({user["id"] for user in everyone}) == len(everyone) and set(made) <= {u["id"] for u in everyone}
    assert admin.call("GET", "/admin/users", params={"q": "nobody has this name"}) == {"items": [], "next": None}


def test_the_default_page_is_fifty(admin):
    tag = fresh("many")
    for number in range(51):
        admin.user(f"{tag}-{number}")
    page = admin.call("GET", "/admin/users", params={"q": tag})
    assert len(page["items"]) == 50 and page["next"]


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x", "limit=-1", "after=%00garbage"])
@pytest.mark.parametrize("path", ["/admin/users", "/admin/chats", "/admin/tokens"])
def test_a_wrong_page_is_invalid(admin, path, query):
    error(admin.raw("GET", f"{path}?{query}"), 400, "invalid")


def test_a_token_tells_what_it_is_and_nobody_else_does(admin):
    user = admin.user()
    made = admin.call("POST", "/admin/tokens", {"user_id": user["id"], "ttl_seconds": 60, "label": "phone"})
    assert set(made) == {"token", "token_id", "user_id", "expires_at"}
    assert made["user_id"] == user["id"] and TIME.fullmatch(made["expires_at"])
    listed = pages(admin, "/admin/tokens", user_id=user["id"])
    assert len(listed) == 1
    assert (listed[0]["token_id"], listed[0]["user_id"], listed[0]["label"]) == (made["token_id"], user["id"], "phone")
    assert made["token"] not in str(listed)


def test_a_token_is_had_by_username_and_makes_the_user_when_asked(admin):
    user = admin.user()
    assert admin.call("POST", "/admin/tokens", {"username": user["username"]})["user_id"] == user["id"]
    name = fresh("new")
    error(admin.raw("POST", "/admin/tokens", json={"username": name}), 404, "not_found")
    made = admin.call("POST", "/admin/tokens", {"username": name, "create": True})
    assert admin.call("GET", "/admin/users/" + made["user_id"])["username"] == name
    again = admin.call("POST", "/admin/tokens", {"username": name, "create": True})
    assert again["user_id"] == made["user_id"] and again["token_id"] != made["token_id"]


@pytest.mark.parametrize("body", [
    {}, {"user_id": 5}, {"user_id": "USER", "ttl_seconds": 0}, {"user_id": "USER", "ttl_seconds": -5},
    {"user_id": "USER", "ttl_seconds": "long"}, {"user_id": "USER", "ttl_seconds": 11 * 366 * 86400},
], ids=str)
def test_a_wrong_field_of_a_token_is_invalid(admin, body):
    user = admin.user()
    body = {name: user["id"] if value == "USER" else value for name, value in body.items()}
    error(admin.raw("POST", "/admin/tokens", json=body), 400, "invalid")


def test_a_token_of_an_unknown_user_is_not_found(admin):
    error(admin.raw("POST", "/admin/tokens", json={"user_id": "nobody"}), 404, "not_found")


def test_a_chat_has_all_its_fields_and_takes_ids_and_usernames(admin):
    one, two = admin.user(), admin.user()
    name = fresh("chat")
    chat = admin.call("POST", "/admin/chats", {"name": name, "member_ids": [one["id"], two["username"]]})
    assert set(chat) == CHAT and TIME.fullmatch(chat["created_at"])
    assert (chat["name"], chat["type"], chat["member_count"], chat["last_seq"]) == (name, "group", 2, 0)
    assert admin.call("GET", "/admin/chats/" + chat["id"]) == chat
    members = pages(admin, f"/admin/chats/{chat['id']}/members", limit=1)
    assert all(set(member) == MEMBER for member in members)
    assert {member["username"] for member in members} == {one["username"], two["username"]}
    assert all(TIME.fullmatch(member["joined_at"]) for member in members)


def test_a_chat_may_have_neither_name_nor_members(admin):
    chat = admin.call("POST", "/admin/chats", {})
    assert chat["name"] is None and chat["member_count"] == 0


def test_a_chat_may_be_given_an_id_and_a_name_changed(admin):
    wanted = fresh("lobby")
    chat = admin.call("POST", "/admin/chats", {"id": wanted, "name": "Lobby"})
    assert chat["id"] == wanted
    assert admin.call("PATCH", "/admin/chats/" + wanted, {"name": "Hall"})["name"] == "Hall"
    error(admin.raw("POST", "/admin/chats", json={"id": wanted}), 409, "conflict")


@pytest.mark.parametrize("body", [
    {"name": 5}, {"type": "circle"}, {"member_ids": "x"}, {"member_ids": [5]}, {"id": "with space"},
    {"type": "direct", "member_ids": []},
], ids=str)
def test_a_wrong_field_of_a_chat_is_invalid(admin, body):
    error(admin.raw("POST", "/admin/chats", json=body), 400, "invalid")


def test_a_chat_with_an_unknown_member_is_not_made(admin):
    wanted = fresh("never")
    answer = admin.raw("POST", "/admin/chats", json={"id": wanted, "member_ids": [admin.user()["id"], "nobody"]})
    assert (answer.status_code, answer.json()["error"]["code"]) in ((404, "not_found"), (400, "invalid")), answer.text
    error(admin.raw("GET", "/admin/chats/" + wanted), 404, "not_found")


def test_members_come_and_go_with_their_roles(admin):
    one, two = admin.user(), admin.user()
    chat = admin.chat(one)
    admin.add(chat, two, role="admin")
    admin.add(chat, two, role="owner")
    members = {m["user_id"]: m["role"] for m in admin.call("GET", f"/admin/chats/{chat['id']}/members")["items"]}
    assert members[two["id"]] == "owner" and len(members) == 2
    admin.remove(chat, two)
    assert admin.call("GET", "/admin/chats/" + chat["id"])["member_count"] == 1
    path = f"/admin/chats/{chat['id']}/members/"
    error(admin.raw("PUT", path + two["id"], json={"role": "king"}), 400, "invalid")
    error(admin.raw("PUT", path + "nobody", json={}), 404, "not_found")
    error(admin.raw("DELETE", path + "nobody"), 404, "not_found")


def test_a_member_is_put_without_a_body_too(admin):
    user = admin.user()
    chat = admin.chat()
    assert admin.raw("PUT", f"/admin/chats/{chat['id']}/members/{user['id']}").status_code in (200, 201, 204)
    members = admin.call("GET", f"/admin/chats/{chat['id']}/members")["items"]
    assert [(m["user_id"], m["role"]) for m in members] == [(user["id"], "member")]


def test_a_deleted_chat_is_gone(admin):
    chat = admin.chat(admin.user())
    admin.call("DELETE", "/admin/chats/" + chat["id"])
    error(admin.raw("GET", "/admin/chats/" + chat["id"]), 404, "not_found")
    error(admin.raw("GET", f"/admin/chats/{chat['id']}/members"), 404, "not_found")


def test_chats_are_paged_and_searched(admin):
    tag = fresh("found")
    made = {admin.chat(name=f"{tag} {n}")["id"] for n in range(5)}
    assert {chat["id"] for chat in pages(admin, "/admin/chats", q=tag, limit=2)} == made


def test_messages_of_the_operator_and_their_pages(admin):
    user = admin.user()
    chat = admin.chat(user)
    path = f"/admin/chats/{chat['id']}/messages"
    system = admin.call("POST", path, {"content": "Welcome"})
    assert (system["seq"], system["message_type"], system["sender_id"], system["sender"]) == (1, "system", None, None)
    spoken = admin.call("POST", path, {"content": "Hi", "sender_id": user["id"]})
    assert (spoken["seq"], spoken["message_type"], spoken["sender"]["username"]) == (2, "text", user["username"])
    for number in range(3, 8):
        admin.call("POST", path, {"content": str(number)})
    assert [m["seq"] for m in admin.messages(chat, before=4)["items"]] == [1, 2, 3]
    assert [m["seq"] for m in admin.messages(chat, after=2, limit=3)["items"]] == [3, 4, 5]
    error(admin.raw("POST", path, json={}), 400, "invalid")
    error(admin.raw("POST", path, json={"content": "x", "sender_id": "nobody"}), 404, "not_found")
    error(admin.raw("POST", "/admin/chats/none/messages", json={"content": "x"}), 404, "not_found")


def test_a_deleted_message_is_a_tombstone(admin):
    chat = admin.chat(admin.user())
    message = admin.call("POST", f"/admin/chats/{chat['id']}/messages", {"content": "secret words"})
    admin.call("DELETE", "/admin/messages/" + message["id"])
    tombstone = admin.messages(chat)["items"][0]
    assert (tombstone["id"], tombstone["seq"], tombstone["content"]) == (message["id"], 1, "")
    assert TIME.fullmatch(tombstone["deleted_at"])
    error(admin.raw("DELETE", "/admin/messages/nothing"), 404, "not_found")


@pytest.mark.parametrize("method,path", [
    ("GET", "/admin/users"), ("POST", "/admin/users"), ("GET", "/admin/chats"), ("GET", "/admin/tokens"),
    ("POST", "/admin/tokens"), ("GET", "/admin/stats"), ("GET", "/admin/connections"), ("GET", "/metrics"),
    ("GET", "/admin/backup"),
])
@pytest.mark.parametrize("key", [False, "wrong", ""], ids=["none", "wrong", "empty"])
def test_without_the_key_nothing_is_answered(admin, method, path, key):
    error(admin.raw(method, path, key=key), 401, "unauthorized")


def test_a_users_token_is_no_admin_key(admin):
    error(admin.raw("GET", "/admin/users", key=admin.token(admin.user())["token"]), 401, "unauthorized")


@pytest.mark.parametrize("method,path", [
    ("PUT", "/admin/users"), ("DELETE", "/admin/users"), ("PATCH", "/admin/tokens"), ("PUT", "/admin/chats"),
    ("POST", "/healthz"),
])
def test_a_wrong_method_is_told_with_what_is_allowed(admin, method, path):
    answer = admin.raw(method, path)
    error(answer, 405, "method_not_allowed")
    assert "GET" in answer.headers["Allow"]


@pytest.mark.parametrize("path", ["/admin/nothing", "/admin/users/a/b/c", "/nothing", "/admin"])
def test_an_unknown_path_is_not_found(admin, path):
    error(admin.raw("GET", path), 404, "not_found")


@pytest.mark.parametrize("body", [b"{", b"", b"[]", b'"x"', b"null", b'{"username":}', b"\xff\xfe", b"{}{}"], ids=repr)
def test_broken_json_is_invalid(admin, body):
    answer = admin.raw("POST", "/admin/users", data=body, headers={"Content-Type": "application/json"})
    error(answer, 400, "invalid")


def test_deeply_nested_json_is_invalid_and_kills_nothing(admin):
    body = b'{"username":' + b"[" * 100000 + b"]" * 100000 + b"}"
    answer = admin.raw("POST", "/admin/users", data=body, headers={"Content-Type": "application/json"})
    error(answer, 400, "invalid")
    admin.user()


def test_another_content_type_is_refused(admin):
    answer = admin.raw("POST", "/admin/users", data="username=x", headers={
        "Content-Type": "application/x-www-form-urlencoded"})
    error(answer, 415, "unsupported_media_type")


def test_a_content_type_with_a_charset_is_fine(admin):
    body = ('{"username":"' + fresh("charset") + '"}').encode()
    headers = {"Content-Type": "application/json; charset=utf-8"}
    assert admin.raw("POST", "/admin/users", data=body, headers=headers).status_code == 201


def test_a_huge_body_is_refused(admin):
    body = b'{"username":"' + b"x" * 5_000_000 + b'"}'
    try:
        answer = admin.raw("POST", "/admin/users", data=body, headers={"Content-Type": "application/json"})
    except OSError:
        pass  # it may close while the body is still on its way
    else:
        error(answer, 413, "payload_too_large")
    admin.user()


@pytest.mark.parametrize("method,path", [
    ("GET", "/admin/users/nobody"), ("PATCH", "/admin/users/nobody"), ("DELETE", "/admin/users/nobody"),
    ("POST", "/admin/users/nobody/block"), ("POST", "/admin/users/nobody/unblock"),
    ("POST", "/admin/users/nobody/disconnect"), ("POST", "/admin/users/nobody/revoke-tokens"),
    ("DELETE", "/admin/tokens/nothing"), ("GET", "/admin/chats/nothing"), ("PATCH", "/admin/chats/nothing"),
    ("DELETE", "/admin/chats/nothing"), ("GET", "/admin/chats/nothing/members"),
    ("GET", "/admin/chats/nothing/messages"), ("DELETE", "/admin/connections/nothing"),
])
def test_what_is_not_there_is_not_found(admin, method, path):
    body = {"name": "x"} if "chats" in path else {"display_name": "x"}
    options = {"json": body} if method == "PATCH" else {}
    error(admin.raw(method, path, **options), 404, "not_found")


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/openapi.json", "/"])
def test_what_is_open_needs_no_key(admin, path):
    assert admin.raw("GET", path, key=False).status_code == 200


def test_the_public_port_is_healthy_and_knows_no_admin(admin, parley):
    assert admin.http.get(parley.url + "/healthz", timeout=10).status_code == 200
    for path in ("/admin/users", "/metrics"):
        assert admin.http.get(parley.url + path, timeout=10).status_code == 404


def test_stats_connections_and_metrics_answer(admin, people):
    group = people(1)
    group.wire(group.users[0])
    assert isinstance(admin.call("GET", "/admin/stats"), dict)
    listed = pages(admin, "/admin/connections", limit=200)
    mine = [item for item in listed if item["user_id"] == group.users[0]["id"]]
    assert len(mine) == 1 and mine[0]["transport"] == "websocket" and mine[0]["sid"]
    text = admin.raw("GET", "/metrics").text
    assert "# TYPE parley_" in text


def test_a_keep_alive_connection_serves_after_each_error(admin):
    for _ in range(3):
        error(admin.raw("GET", "/admin/users/nobody"), 404, "not_found")
        # Without a key: wrong ones are counted, and the tests before this one have shown ten.
        error(admin.raw("GET", "/admin/users", key=False), 401, "unauthorized")
        error(admin.raw("POST", "/admin/users", data=b"{", headers={"Content-Type": "application/json"}),
              400, "invalid")
        assert set(admin.user()) == USER


def test_no_call_takes_a_field_or_a_parameter_that_it_does_not_know(admin):
    """By its own description, which is made of what the desk checks."""
    paths = admin.raw("GET", "/openapi.json", key=False).json()["paths"]
    for path, calls in paths.items():
        for method, operation in calls.items():
            if operation.get("security") == []:
                continue
            address = re.sub(r"\{\w+\}", "nothing", path)
            answer = admin.raw(method.upper(), address + "?nothing=1")
            assert error(answer, 400, "invalid")["field"] == "nothing", (method, path)
            answer = admin.raw(method.upper(), address, json={"nothing": 1})
            assert error(answer, 400, "invalid")["field"] == "nothing", (method, path)


@pytest.mark.parametrize("body, field", [
    ({"members": [{"user_id": "x", "rolle": "owner"}]}, "members[0].rolle"), ({"members": [{}]}, "members[0].user_id"),
    ({"members": ["x"]}, "members[0]"), ({"members_ids": []}, "members_ids"), ({"posting": "admins"}, "posting"),
    ({"retention_seconds": 5}, "retention_seconds"), ({"metadata": {}}, "metadata"), ({"name": ["x"]}, "name"),
], ids=str)
def test_an_unknown_or_wrong_field_of_a_chat_is_named(admin, body, field):
    assert error(admin.raw("POST", "/admin/chats", json=body), 400, "invalid")["field"] == field


def test_a_chat_is_made_with_roles_once(admin):
    one, two, three = admin.user(), admin.user(), admin.user()
    body = {"id": fresh("ops"), "name": "Ops", "member_ids": [three["id"]],
            "members": [{"user_id": one["username"], "role": "owner"}, {"user_id": two["id"]}]}
    chat = admin.call("POST", "/admin/chats", body)
    members = pages(admin, f"/admin/chats/{chat['id']}/members")
    assert {member["user_id"]: member["role"] for member in members} == {
        one["id"]: "owner", two["id"]: "member", three["id"]: "member"}
    assert admin.call("POST", "/admin/chats", body, expect=200) == chat
    for other in ({"name": "Else"}, {"members": body["members"][:1]}, {"member_ids": []}, {"type": "direct"}):
        error(admin.raw("POST", "/admin/chats", json={**body, **other}), 409 if "type" not in other else 400,
              "conflict" if "type" not in other else "invalid")


def test_a_message_of_the_operator_is_sent_once(admin):
    user = admin.user()
    chat = admin.chat(user)
    path = f"/admin/chats/{chat['id']}/messages"
    for sender in ({}, {"sender_id": user["id"]}, {"sender_id": user["username"], "message_type": "text"}):
        key = fresh("k")
        first = admin.call("POST", path, {"content": "x", "client_id": key, **sender})
        assert admin.call("POST", path, {"content": "x", "client_id": key, **sender}, expect=200) == first
        assert first["message_type"] == ("text" if sender else "system") and first["client_id"] == key
        conflict = admin.raw("POST", path, json={"content": "y", "client_id": key, **sender})
        assert error(conflict, 409, "conflict")["field"] == "client_id"
        answer = admin.call("POST", path, {"content": "z", "reply_to": first["id"], **sender})
        assert answer["reply_to"]["id"] == first["id"]
    assert [message["seq"] for message in admin.messages(chat)["items"]] == list(range(1, 7))


def test_a_message_of_the_operator_carries_files_of_its_sender(admin, people, parley):
    user = people(1, chat=False).users[0]
    chat = admin.chat(user)
    upload = admin.http.post(
        parley.url + "/files?name=a.txt", data=b"x", timeout=10,
        headers={"Authorization": "Bearer " + user["token"], "Content-Type": "text/plain"}).json()
    path = f"/admin/chats/{chat['id']}/messages"
    body = {"content": "", "message_type": "file", "sender_id": user["id"], "attachment_ids": [upload["id"]],
            "client_id": "k"}
    message = admin.call("POST", path, body)
    assert message["attachments"] == [upload]
    assert admin.call("POST", path, body, expect=200) == message
    again = admin.raw("POST", path, json={**body, "client_id": "other"})
    assert error(again, 409, "conflict")["field"] == "attachment_ids"
    system = admin.raw("POST", path, json={"content": "x", "attachment_ids": [upload["id"]]})
    assert error(system, 400, "invalid")["field"] == "attachment_ids"


def test_a_users_chats_are_listed_with_what_is_unread(admin):
    one, two = admin.user(), admin.user()
    chats = [admin.chat(one, two) for _ in range(3)]
    for chat in chats:
        admin.call("POST", f"/admin/chats/{chat['id']}/messages", {"content": "x", "sender_id": two["id"]})
    listed = pages(admin, f"/admin/users/{one['id']}/chats", limit=2)
    assert [(item["id"], item["unread_count"]) for item in listed] == [(chat["id"], 1) for chat in reversed(chats)]
    error(admin.raw("GET", "/admin/users/nobody/chats"), 404, "not_found")


@pytest.mark.parametrize("coding, status", [("gzip", 415), ("identity", 201)])
def test_a_packed_body_is_refused(admin, coding, status):
    answer = admin.raw("POST", "/admin/users", json={"username": fresh("user")}, headers={"Content-Encoding": coding})
    assert answer.status_code == status


def test_a_body_where_there_is_none_is_not_left_out_without_a_word(admin):
    user = admin.user()
    answer = admin.raw("DELETE", "/admin/users/" + user["id"], json={"messages": "delete"})
    assert error(answer, 400, "invalid")["field"] == "messages"
    assert admin.call("GET", "/admin/users/" + user["id"]) == user
