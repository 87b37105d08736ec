"""Files: up and down over HTTP, in messages, and who may have them."""

import base64
import io
import json
import os
import re
import socket
import sqlite3
import time
from urllib.parse import quote

import pytest
import requests

import pictures
from admin import Admin
from appliance import run
from browser import Browser
from person import Person
from raw import Plain
from test_recovery import come_back, last_offset, new_messages, open_one

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAIAAAADCAYAAAC56t6BAAAAEklEQVR4nGP4z8DwHwwZYAwAX9wH+QJ0nPsAAAAASUVORK5CYII=")
INLINE = "inline; filename="
SAVED = "attachment; filename="


class Files:
    """The files' addresses of one appliance, as one user's client calls them."""

    def __init__(self, appliance, token):
        self.base = appliance.url
        self.http = requests.Session()
        self.http.trust_env = False
        if token:
            self.http.headers["Authorization"] = "Bearer " + token

    def post(self, data, name="a.bin", type="application/pdf", **options):
        headers = {"Content-Type": type, **options.pop("headers", {})}
        return self.http.post(
            f"{self.base}/files?name={quote(name)}", data=data, headers=headers, timeout=30, **options)

    def upload(self, data=b"some bytes", **options):
        answer = self.post(data, **options)
        assert answer.status_code == 201, f"{answer.status_code} {answer.text}"
        return answer.json()

    def get(self, address, method="GET", **headers):
        address = address["url"] if isinstance(address, dict) else address
        return self.http.request(
            method, self.base + address, headers={k.replace("_", "-"): v for k, v in headers.items()}, timeout=30)


def code(answer, status):
    assert answer.status_code == status, f"{answer.status_code} {answer.text[:300]}"
    error = answer.json()["error"]
    assert error["message"]
    return error["code"]


@pytest.fixture
def pair(people, parley):
    """A chat of two, each with a socket and with files; and a third user who is not in it."""
    group = people(3, chat=False)
    group.chat = Admin(parley).chat(*group.users[:2])
    group.place = {"chatId": group.chat["id"]}
    group.alice, group.bob = group.wire(group.users[0]), group.wire(group.users[1])
    group.files = [Files(parley, user["token"]) for user in group.users]
    return group


def send(client, chat, *files, **fields):
    return client.ok("message:send", {
        "chatId": chat["id"], "attachmentIds": [file["id"] for file in files], **fields})["message"]


def test_a_file_goes_up_and_down(pair):
    data = os.urandom(400_000)
    file = pair.files[0].upload(data, name="Report 2026.pdf")
    assert file == {
        "id": file["id"], "name": "Report 2026.pdf", "size": 400_000, "mime_type": "application/pdf",
        "url": "/files/" + file["id"]}
    answer = pair.files[0].get(file)
    assert answer.status_code == 200 and answer.content == data
    headers = answer.headers
    assert headers["Content-Type"] == "application/pdf"
    assert headers["Content-Length"] == "400000" and headers["Accept-Ranges"] == "bytes"
    assert headers["Content-Disposition"] == SAVED + "\"Report 2026.pdf\"; filename*=UTF-8''Report%202026.pdf"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert headers["Cache-Control"] == "private, no-cache" and re.fullmatch('"[^"]+"', headers["ETag"])
    head = pair.files[0].get(file, "HEAD")
    assert head.status_code == 200 and head.content == b""
    for name in ("Content-Length", "ETag", "Content-Disposition", "Content-Type", "Content-Security-Policy"):
        assert head.headers[name] == headers[name]


def test_an_image_is_told_by_its_bytes_and_measured(pair):
    file = pair.files[0].upload(PNG, name="tiny.txt", type="text/plain")
    assert (file["mime_type"], file["width"], file["height"]) == ("image/png", 2, 3)
    answer = pair.files[0].get(file)
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["Content-Disposition"].startswith(INLINE)


@pytest.mark.parametrize("type", ["image/png", "text/html", "image/svg+xml", "application/xhtml+xml"])
def test_what_pretends_to_be_an_image_is_never_shown(pair, type):
    file = pair.files[0].upload(b"<html><script>alert(1)</script>", name="a.png", type=type)
    assert file["mime_type"] == "application/octet-stream"
    headers = pair.files[0].get(file).headers
    assert headers["Content-Type"] == "application/octet-stream"
    assert headers["Content-Disposition"].startswith(SAVED)
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_a_form_carries_a_file(pair):
    data = os.urandom(300_000) + b"\r\n--"
    answer = pair.files[0].http.post(
        pair.files[0].base + "/files", data={"caption": "not of interest"},
        files={"file": ("naïve \"photo\".bin", io.BytesIO(data), "application/zip")}, timeout=30)
    assert answer.status_code == 201, answer.text
    file = answer.json()
    assert answer.headers["Location"] == file["url"]
    assert (file["size"], file["mime_type"]) == (len(data), "application/zip")
    assert file["name"].startswith("naïve ") and file["name"].endswith(".bin")
    assert pair.files[0].get(file).content == data


def test_forms_that_are_none_are_refused(pair):
    http, address = pair.files[0].http, pair.files[0].base + "/files"

    def post(body, type):
        return http.post(address, data=body, headers={"Content-Type": type}, timeout=30)

    part = b"Content-Disposition: form-data; name=\"file\"; filename=\"x\"\r\n\r\nabc\r\n"
    assert code(post(b"x", "multipart/form-data"), 400) == "invalid"
    assert code(post(b"x" * 40_000, "multipart/form-data; boundary=b"), 400) == "invalid"
    assert code(post(b"--b\r\n" + part, "multipart/form-data; boundary=b"), 400) == "invalid"
    assert code(post(b"--b--\r\n", "multipart/form-data; boundary=b"), 400) == "invalid"
    assert code(post(b"--b\r\n" + part + b"--b\r\n" + part + b"--b--", "multipart/form-data; boundary=b"), 400) \
        == "invalid"
    assert code(post(b"x", "multipart/mixed; boundary=b"), 415) == "unsupported_media_type"
    assert post(b"--b\r\n" + part + b"--b--", "multipart/form-data; boundary=b").status_code == 201


@pytest.mark.parametrize("name, kept", [
    ("../../etc/passwd", "passwd"), ("a\r\nX-Evil: 1", "aX-Evil: 1"), ("", "file"), ("x\u202egnp.exe", "xgnp.exe"),
    ("\u00fc\u0301 \U0001f469\u200d\U0001f467.pdf", "\u00fc\u0301 \U0001f469\u200d\U0001f467.pdf"),
    ('";filename="evil.exe', '";filename="evil.exe')])
def test_names_break_no_header(pair, name, kept):
    file = pair.files[0].upload(name=name)
    assert file["name"] == kept
    header = pair.files[0].get(file).headers["Content-Disposition"]
    assert header.endswith("filename*=UTF-8''" + quote(kept, safe="!#$&+-.^_`|~"))
    assert header.count('"') == 2


def test_ranges(pair):
    data = bytes(index % 251 for index in range(300_000))
    file = pair.files[0].upload(data)

    def part(value, **headers):
        return pair.files[0].get(file, Range=value, **headers)

    for value, start, end in [("bytes=0-0", 0, 1), ("bytes=131071-131072", 131071, 131073),
                              ("bytes=100-262200", 100, 262201), ("bytes=299999-", 299999, 300000),
                              ("bytes=-10", 299990, 300000), ("bytes=262144-999999999", 262144, 300000)]:
        answer = part(value)
        assert answer.status_code == 206 and answer.content == data[start:end], value
        assert answer.headers["Content-Range"] == f"bytes {start}-{end - 1}/300000"
    answer = part("bytes=300000-")
    assert code(answer, 416) == "invalid" and answer.headers["Content-Range"] == "bytes */300000"
    for value in ("bytes=5-1", "bytes=0-1,5-6", "nonsense"):
        assert part(value).status_code == 200
    tag = pair.files[0].get(file).headers["ETag"]
    assert part("bytes=0-9", If_Range=tag).status_code == 206
    assert part("bytes=0-9", If_Range='"other"').status_code == 200
    head = pair.files[0].get(file, "HEAD", Range="bytes=0-9")
    assert head.status_code == 200 and head.headers["Content-Length"] == "300000"


def test_what_has_not_changed_is_not_sent_again(pair):
    file = pair.files[0].upload()
    tag = pair.files[0].get(file).headers["ETag"]
    for value in (tag, "*", '"x", W/' + tag):
        answer = pair.files[0].get(file, If_None_Match=value)
        assert answer.status_code == 304 and answer.content == b"" and answer.headers["ETag"] == tag
        assert "Content-Length" not in answer.headers
    assert pair.files[0].get(file, If_None_Match='"x"').status_code == 200


def test_a_message_shows_its_files_everywhere(pair):
    image = pair.files[0].upload(PNG, name="tiny.png", type="image/png")
    other = pair.files[0].upload()
    offset = pair.bob.ready["offset"]
    message = send(pair.alice, pair.chat, image, other, messageType="image", content="caption")
    assert message["attachments"] == [image, other] and message["message_type"] == "image"
    assert pair.bob.wait("message:new") == message
    assert pair.bob.ok("message:history", pair.place)["messages"] == [message]
    chats = pair.bob.ok("chat:list", {})["chats"]
    assert [chat["last_message"] for chat in chats if chat["id"] == pair.chat["id"]] == [message]
    assert pair.bob.ok("sync", {"after": offset})["changes"] == [{"event": "message:new", "data": message}]
    edited = pair.alice.ok("message:edit", {**pair.place, "messageId": message["id"], "content": ""})["message"]
    assert edited["attachments"] == [image, other]
    assert pair.bob.wait("message:updated") == edited
    plain = send(pair.alice, pair.chat, content="no files")
    assert "attachments" not in plain


def test_found_messages_show_their_files(pair):
    message = send(pair.alice, pair.chat, pair.files[0].upload(), messageType="file", content="zyzzyva")
    deadline = time.monotonic() + 10
    while True:
        results = pair.bob.ok("message:search", {"query": "zyzzyva"})["results"]
        if results or time.monotonic() > deadline:
            break
    assert [result["message"] for result in results] == [message]


def test_who_may_have_a_file(pair, parley, admin):
    alice, bob, carl = pair.files
    file = alice.upload(b"secret")
    assert alice.get(file).content == b"secret"
    assert code(bob.get(file), 404) == "not_found"
    send(pair.alice, pair.chat, file)
    assert bob.get(file).content == b"secret"
    assert code(carl.get(file), 404) == "not_found"
    assert code(carl.get("/files/none"), 404) == "not_found"
    admin.add(pair.chat, pair.users[2])
    assert carl.get(file).content == b"secret"
    for user in pair.users[:2]:
        admin.remove(pair.chat, user)
    assert code(bob.get(file), 404) == "not_found"
    assert code(alice.get(file), 404) == "not_found"
    assert carl.get(file).content == b"secret"
    assert code(Files(parley, None).get(file), 401) == "unauthorized"


def test_tokens_that_hold_no_more(people, parley, admin):
    group = people(3)
    files = [Files(parley, user["token"]) for user in group.users]
    file = files[0].upload()
    send(group.wire(group.users[0]), group.chat, file)
    admin.act(group.users[1], "block")
    admin.act(group.users[2], "revoke-tokens")
    for other in files[1:]:
        assert code(other.get(file), 401) == "unauthorized"
        assert code(other.post(b"x"), 401) == "unauthorized"
    for token in ("x", "a.b.c", group.users[0]["token"] + "x"):
        answer = Files(parley, token).post(b"x")
        assert code(answer, 401) == "unauthorized" and answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_signed_address_needs_no_token(pair, parley, admin):
    file = pair.files[0].upload(b"signed")
    nobody = Files(parley, None)
    assert pair.bob.call("file:url", {"fileId": file["id"]})["error"]["code"] == "not_found"
    assert pair.alice.ok("file:url", {"fileId": file["id"]})["url"].startswith(file["url"] + "?")
    send(pair.alice, pair.chat, file)
    ack = pair.bob.ok("file:url", {"fileId": file["id"]})
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z", ack["expires_at"])
    assert nobody.get(ack["url"]).content == b"signed"
    assert nobody.get(ack["url"], Range="bytes=1-2").content == b"ig"
    other = pair.files[0].upload(b"other")
    path, query = ack["url"].split("?")
    expires = int(re.search(r"expires=(\d+)", query)[1])
    assert abs(expires - time.time() - 3600) < 120
    forged = [
        ack["url"][:-1] + ("A" if ack["url"][-1] != "A" else "B"), other["url"] + "?" + query,
        ack["url"].replace(str(expires), str(expires + 1)), path + "?signature=x", path + "?expires=9&signature=",
        ack["url"].replace(str(expires), "9" * 30)]
    for address in forged:
        assert code(nobody.get(address), 403) == "forbidden", address
    assert code(nobody.get(path + "?expires=" + str(expires)), 401) == "unauthorized"
    for wrong in ({}, {"fileId": 5}, {"fileId": ""}):
        assert pair.alice.call("file:url", wrong)["error"]["code"] == "invalid"
    assert pair.alice.call("file:url", {"fileId": "none"})["error"]["code"] == "not_found"


@pytest.mark.parametrize("what", ["removed", "blocked", "revoked", "deleted"])
def test_a_signed_address_is_good_for_as_long_as_its_user_is(pair, parley, admin, what):
    file = pair.files[0].upload(b"signed")
    send(pair.alice, pair.chat, file)
    bob = pair.users[1]
    address = pair.bob.ok("file:url", {"fileId": file["id"]})["url"]
    nobody = Files(parley, None)
    assert nobody.get(address).content == b"signed"
    # It names its user, and cannot be made another's.
    assert code(nobody.get(address.replace(bob["id"], pair.users[0]["id"])), 403) == "forbidden"
    if what == "removed":
        admin.remove(pair.chat, bob)
        assert code(nobody.get(address), 404) == "not_found"
        return
    if what == "deleted":
        admin.call("DELETE", "/admin/users/" + bob["id"])
    else:
        admin.act(bob, {"blocked": "block", "revoked": "revoke-tokens"}[what])
    assert code(nobody.get(address), 403) == "forbidden"


@pytest.mark.parametrize("what", ["block", "revoke-tokens", "delete"])
def test_an_upload_ends_with_what_let_its_user_in(people, parley, admin, what):
    user = people(1, chat=False).users[0]
    line = Plain(parley)
    line.write(
        f"POST /files?name=a HTTP/1.1\r\nHost: {line.host}\r\nAuthorization: Bearer {user['token']}\r\n"
        "Content-Type: application/pdf\r\nContent-Length: 100000\r\n\r\n")
    line.write(b"x" * 90_000)
    time.sleep(0.3)
    if what == "delete":
        admin.call("DELETE", "/admin/users/" + user["id"])
    else:
        admin.act(user, what)
    line.write(b"x" * 10_000)
    assert line.answer()[0] in (401, 403, 404)


def test_white_space_around_a_token_is_forgiven(pair, parley):
    token = pair.users[0]["token"]
    for value in ("bearer   " + token, "BEARER " + token + "  "):
        answer = requests.post(
            parley.url + "/files?name=a", data=b"x", headers={"Authorization": value}, timeout=10)
        assert answer.status_code == 201, answer.text


def test_transfers_that_only_hold_their_places_make_room(start):
    appliance = start()
    admin = Admin(appliance)
    dripping = []
    for _ in range(16):
        token = admin.token(admin.user())["token"]
        for _ in range(8):
            line = Plain(appliance)
            line.write(
                f"POST /files?name=a HTTP/1.1\r\nHost: {line.host}\r\nAuthorization: Bearer {token}\r\n"
                "Content-Type: application/pdf\r\nContent-Length: 1000000\r\n\r\nx")
            dripping.append(line)
    files = Files(appliance, admin.token(admin.user())["token"])
    deadline = time.monotonic() + 60
    while (answer := files.post(b"some bytes")).status_code != 201:
        # Those who hold the places are young at first.
        assert code(answer, 503 if answer.status_code == 503 else 429) and time.monotonic() < deadline
        time.sleep(0.5)
    for line in dripping:
        line.socket.close()
    appliance.stop()


def test_a_deleted_message_takes_its_files(pair, parley):
    file = pair.files[0].upload(b"gone soon")
    message = send(pair.alice, pair.chat, file)
    address = pair.bob.ok("file:url", {"fileId": file["id"]})["url"]
    gone = pair.alice.ok("message:delete", {**pair.place, "messageId": message["id"]})["message"]
    assert "attachments" not in gone
    for files, where in ((pair.files[0], file), (pair.files[1], file), (Files(parley, None), address)):
        assert code(files.get(where), 404) == "not_found"
    assert pair.bob.call("file:url", {"fileId": file["id"]})["error"]["code"] == "not_found"


def test_sends_with_wrong_files_are_refused(pair):
    mine, bobs, sent = pair.files[0].upload(), pair.files[1].upload(), pair.files[0].upload()
    send(pair.alice, pair.chat, sent)

    def refusal(ids, **fields):
        error = pair.alice.call("message:send", {**pair.place, "attachmentIds": ids, **fields})["error"]
        return error["code"], error.get("field")

    assert refusal([bobs["id"]]) == ("not_found", "attachmentIds")
    assert refusal(["none"]) == ("not_found", "attachmentIds")
    assert refusal([sent["id"]]) == ("conflict", "attachmentIds")
    assert refusal([mine["id"], mine["id"]]) == ("invalid", "attachmentIds")
    assert refusal(["x"] * 11) == ("invalid", "attachmentIds")
    assert refusal("x") == ("invalid", "attachmentIds")
    assert refusal([5]) == ("invalid", "attachmentIds")
    assert refusal([mine["id"]], messageType="image") == ("invalid", "messageType")
    assert refusal([], messageType="file") == ("invalid", "content")
    assert send(pair.alice, pair.chat, mine)["attachments"] == [mine]


def test_a_repeated_client_id_returns_the_first_message(pair):
    file, other = pair.files[0].upload(), pair.files[0].upload()
    body = {**pair.place, "attachmentIds": [file["id"]], "clientId": "once"}
    first = pair.alice.ok("message:send", body)
    again = pair.alice.ok("message:send", body)
    assert again["duplicate"] is True and again["message"] == first["message"]
    changed = pair.alice.call("message:send", {**body, "attachmentIds": [other["id"]]})
    assert (changed["error"]["code"], changed["error"]["field"]) == ("conflict", "clientId")


def test_pages_of_other_origins_may_use_files(pair, parley):
    file = pair.files[0].upload()
    for address, methods in (("/files", "POST, OPTIONS"), (file["url"], "GET, HEAD, OPTIONS")):
        answer = requests.options(pair.files[0].base + address, headers={
            "Origin": "https://app.example.org", "Access-Control-Request-Method": methods.split(",")[0],
            "Access-Control-Request-Headers": "authorization, content-type"}, timeout=10)
        assert answer.status_code == 204 and answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.headers["Access-Control-Allow-Methods"] == methods
        assert answer.headers["Access-Control-Allow-Headers"] == "authorization, content-type"
    for answer in (pair.files[0].get(file, Origin="https://app.example.org"),
                   Files(parley, None).get(file, Origin="https://app.example.org")):
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "ETag" in answer.headers["Access-Control-Expose-Headers"]


def test_only_listed_origins(start):
    appliance = start("--cors-origin", "https://app.example.org")
    files = Files(appliance, Admin(appliance).token(Admin(appliance).user())["token"])
    listed = files.post(b"x", headers={"Origin": "https://app.example.org"})
    assert listed.headers["Access-Control-Allow-Origin"] == "https://app.example.org"
    assert listed.headers["Access-Control-Allow-Credentials"] == "true" and "Origin" in listed.headers["Vary"]
    assert "Access-Control-Allow-Origin" not in files.post(b"x", headers={"Origin": "https://evil.example"}).headers


def test_methods_and_addresses(pair):
    files = pair.files[0]
    file = files.upload()
    for address, method, allowed in (("/files", "GET", "POST, OPTIONS"), (file["url"], "DELETE", "GET, HEAD, OPTIONS")):
        answer = files.get(address, method)
        assert code(answer, 405) == "method_not_allowed" and answer.headers["Allow"] == allowed
    assert code(files.get(file["url"] + "/x"), 404) == "not_found"
    assert code(files.get("/files/"), 404) == "not_found"


def test_a_file_is_no_larger_than_it_may_be(start):
    appliance = start("--max-attachment", 200_000)
    admin = Admin(appliance)
    user = admin.user()
    files = Files(appliance, admin.token(user)["token"])
    assert files.upload(b"x" * 200_000)["size"] == 200_000
    assert code(files.post(b"x" * 200_001), 413) == "payload_too_large"

    def pieces():
        for _ in range(30):
            yield b"x" * 10_000

    assert code(files.post(pieces()), 413) == "payload_too_large"
    answer = files.http.post(files.base + "/files", files={"file": ("x", b"x" * 250_000)}, timeout=30)
    assert code(answer, 413) == "payload_too_large"
    with Plain(appliance) as plain:
        # The head is enough to refuse: nobody has to send it all first.
        plain.write(f"POST /files HTTP/1.1\r\nHost: x\r\nAuthorization: {files.http.headers['Authorization']}\r\n"
                    "Content-Length: 50000000\r\nExpect: 100-continue\r\n\r\n")
        status, _, _ = plain.answer()
        while status == 100:
            status, _, _ = plain.answer()
        assert status == 413
    with Person(appliance, admin.token(user)["token"]).connect() as person:
        assert person.ready["limits"]["max_attachment"] == 200_000
    assert_sound(appliance, files=1)


def test_all_files_take_no_more_than_they_may(start):
    appliance = start("--max-storage", 500_000)
    admin = Admin(appliance)
    user = admin.user()
    chat = admin.chat(user)
    files = Files(appliance, admin.token(user)["token"])
    file = files.upload(b"x" * 400_000)
    answer = files.post(b"x" * 200_000)
    assert code(answer, 507) == "storage_full" and int(answer.headers["Retry-After"]) > 0
    with Person(appliance, admin.token(user)["token"]).connect() as person:
        assert person.send(chat, "messages go on")["seq"] == 1
        message = send(person, chat, file)
        person.ok("message:delete", {"chatId": chat["id"], "messageId": message["id"]})
    deadline = time.monotonic() + 10
    while files.post(b"x" * 400_000).status_code != 201:
        assert time.monotonic() < deadline, "the room does not come back"


def assert_sound(appliance, files=None):
    """The database holds what it should, as the program itself and another reader see it."""
    done, output, errors = run("check", appliance.data / "parley.db")
    assert done == 0, output + errors
    if files is not None:
        with sqlite3.connect(f"file:{appliance.data}/parley.db?mode=ro", uri=True) as database:
            assert database.execute("SELECT count(*) FROM files").fetchone()[0] == files


def chunks_left(appliance):
    with sqlite3.connect(f"file:{appliance.data}/parley.db?mode=ro", uri=True) as database:
        return database.execute("SELECT (SELECT count(*) FROM files) + (SELECT count(*) FROM file_chunks)").fetchone()[0]


def test_an_upload_that_breaks_off_leaves_nothing(start):
    appliance = start()
    admin = Admin(appliance)
    token = admin.token(admin.user())["token"]
    for reset in (False, True):
        plain = Plain(appliance)
        plain.write(f"POST /files?name=x HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n"
                    "Content-Length: 5000000\r\n\r\n")
        plain.write(b"x" * 600_000)
        deadline = time.monotonic() + 10
        while chunks_left(appliance) < 3:
            assert time.monotonic() < deadline, "nothing was stored"
        if reset:
            plain.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        plain.close()
        deadline = time.monotonic() + 10
        while chunks_left(appliance):
            assert time.monotonic() < deadline, "something stays"
    assert_sound(appliance, files=0)


def test_one_user_uploads_a_bounded_number_at_a_time(start):
    appliance = start()
    admin = Admin(appliance)
    token = admin.token(admin.user())["token"]
    other = Files(appliance, admin.token(admin.user())["token"])
    files = Files(appliance, token)
    lines = []
    for number in range(8):
        plain = Plain(appliance)
        plain.write(f"POST /files?name=x HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n"
                    "Content-Length: 10\r\n\r\nx")
        lines.append(plain)
    deadline = time.monotonic() + 10
    while chunks_left(appliance) < 8:
        assert time.monotonic() < deadline
    answer = files.post(b"one more")
    assert code(answer, 429) == "rate_limited" and int(answer.headers["Retry-After"]) > 0
    assert other.upload()["size"] == 10
    for plain in lines:
        plain.write("x" * 9)
        assert plain.answer()[0] == 201
        plain.close()
    assert files.upload()["size"] == 10


def test_a_returning_client_is_told_of_files(start):
    appliance = start("--presence-grace", 100)
    admin = Admin(appliance)
    users = [admin.user(), admin.user()]
    chat = admin.chat(*users)
    tokens = [admin.token(user)["token"] for user in users]
    files = Files(appliance, tokens[0])
    with Person(appliance, tokens[1]).connect() as bob:
        offset = bob.ready["offset"]
    with Person(appliance, tokens[0]).connect() as alice:
        message = send(alice, chat, files.upload(PNG, name="a.png"), messageType="image", content="")
    appliance.stop()
    appliance.start()
    assert Files(appliance, tokens[1]).get(message["attachments"][0]).content == PNG
    with Person(appliance, tokens[1]).connect() as bob:
        assert bob.ok("sync", {"after": offset})["changes"] == [{"event": "message:new", "data": message}]
        url = bob.ok("file:url", {"fileId": message["attachments"][0]["id"]})["url"]
    appliance.stop()
    appliance.start()
    assert Files(appliance, None).get(url).content == PNG, "an address outlives a restart"


def test_recovery_brings_files(parley, people):
    group = people(2)
    files = Files(parley, group.users[0]["token"])
    alice = group.wire(group.users[0])
    bob, data = open_one(parley, group.users[1])
    old = send(alice, group.chat, files.upload(), content="old")
    bob.wait("message:new")
    bob.wait("offset")
    offset = last_offset(bob)
    bob.socket.shutdown()
    place = {"chatId": group.chat["id"]}
    new = send(alice, group.chat, files.upload(PNG), files.upload())
    edited = alice.ok("message:edit", {**place, "messageId": old["id"], "content": "edited"})["message"]
    assert edited["attachments"] == old["attachments"]
    back, again = come_back(parley, group.users[1]["token"], data["pid"], offset)
    assert again["pid"] == data["pid"]
    assert new_messages(back, 2) == [new]
    assert back.wait("message:updated") == edited
    back.close()


def test_a_copy_of_the_database_holds_the_files(start, tmp_path):
    appliance = start()
    admin = Admin(appliance)
    user = admin.user()
    token = admin.token(user)["token"]
    data = os.urandom(700_000)
    file = Files(appliance, token).upload(data)
    with Person(appliance, token).connect() as person:
        send(person, admin.chat(user), file)
    copy = tmp_path / "copy" / "parley.db"
    copy.parent.mkdir()
    for options in ((), ("--without-keys",)):
        done, output, errors = run("backup", copy, "--data", appliance.data, *options, timeout=60)
        # The running appliance listens elsewhere than the command looks: it is stopped for it.
        if done:
            appliance.stop()
            done, output, errors = run("backup", copy, "--data", appliance.data, *options, timeout=60)
        assert done == 0, output + errors
    done, _, _ = run("check", copy)
    assert done == 0
    other = start(data=copy.parent)
    again = Admin(other)
    token = again.call("POST", "/admin/tokens", {"user_id": user["id"]})["token"]
    assert Files(other, token).get(file).content == data


def resident(appliance):
    with open(f"/proc/{appliance.process.pid}/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE")


def test_memory_does_not_grow_with_files(start):
    appliance = start()
    admin = Admin(appliance)
    user = admin.user()
    files = Files(appliance, admin.token(user)["token"])
    data = os.urandom(9_000_000)
    first = files.upload(data)
    assert files.get(first).content == data
    before = resident(appliance)
    uploaded = [files.upload(data) for _ in range(6)]
    for file in uploaded:
        assert files.get(file).content == data
    # A client that does not read holds a few chunks back in the server, not the file.
    lines = []
    for file in uploaded:
        plain = Plain(appliance)
        plain.get(file["url"], Authorization=files.http.headers["Authorization"])
        plain.exactly(100)
        lines.append(plain)
    grown = resident(appliance) - before
    for plain in lines:
        plain.close()
    assert grown < 30_000_000, f"grown by {grown}"
    assert_sound(appliance, files=7)


# Names, as programs write them.

def post(parley, token, target, body=b"hello", headers=()):
    """A request with a target of any bytes: (status, headers, body)."""
    line = Plain(parley)
    heads = "".join(f"{name}: {value}\r\n" for name, value in headers)
    line.write(
        b"POST " + target + f" HTTP/1.1\r\nHost: {line.host}\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Length: {len(body)}\r\n{heads}\r\n".encode() + body)
    return line.answer()


@pytest.mark.parametrize("name, kept", [
    ("größe.png", "größe.png"), ("報告書.pdf", "報告書.pdf"), ("a%20b.png", "a b.png"),
    ("gr%C3%B6%C3%9Fe.png", "größe.png"),
    ('a"b.png', 'a"b.png'), ("a|b.png", "a|b.png"), ("a[1].png", "a[1].png"), ("a^b`c.png", "a^b`c.png"),
    ("a{b}<c>.png", "a{b}<c>.png"), ("it's.png", "it's.png"), ("a\\b.png", "b.png"), ("a+b.png", "a+b.png"),
    ("👩‍👧.png", "👩‍👧.png"), ("50%.png", "50%.png")])
def test_a_name_in_the_address_may_be_of_any_bytes(people, parley, name, kept):
    token = people(1, chat=False).users[0]["token"]
    status, _, body = post(parley, token, b"/files?name=" + name.encode())
    assert status == 201 and json.loads(body)["name"] == kept


def test_an_address_that_is_not_utf8_is_answered_too(people, parley):
    token = people(1, chat=False).users[0]["token"]
    status, _, body = post(parley, token, b"/files?name=gr\xf6\xdfe.png")
    assert status == 201 and json.loads(body)["name"] == "gr\ufffd\ufffde.png"


@pytest.mark.parametrize("disposition, kept", [
    (b'filename="gr\xc3\xb6\xc3\x9fe.png"', "größe.png"), (b"filename*=UTF-8''gr%C3%B6%C3%9Fe.png", "größe.png"),
    (b"filename=\"x.png\"; filename*=iso-8859-1'de'gr%F6%DFe.png", "größe.png"),
    (b'filename="=?UTF-8?B?5aCx5ZGKLnBuZw==?="', "報告.png"),
    (b'filename="=?utf-8?Q?gr=C3?= =?utf-8?Q?=B6=C3=9Fe.png?="', "größe.png"),
    (b'filename="=?iso-8859-1?Q?gr=F6=DFe.png?="', "größe.png"),
    (b'filename="a%22b.png"', 'a"b.png'), (b'filename="a%0D%0Ab.png"', "ab.png"),
    (b'filename="100%25.png"', "100%25.png"),
    (b'filename="a\\"b.png"', 'a"b.png'), (b'filename="a;b.png"', "a;b.png"),
    (b'filename="C:\\dir\\a.png"', "a.png"),
    (b'filename="../../etc/passwd"', "passwd"), (b'\r\n filename="folded.png"', "folded.png"),
    (b'filename="a\tb\x07.png"', "ab.png"), (b'filename=plain.png', "plain.png"),
    (b'filename="' + "👩‍👧".encode() * 30 + b'.png"', "👩‍👧" * 22 + ".png")])
def test_a_name_in_a_form_is_understood_as_programs_write_it(people, parley, disposition, kept):
    user = people(1, chat=False).users[0]
    heads = b'Content-Disposition: form-data; name="file"; ' + disposition + b"\r\nContent-Type: image/png"
    part = heads + b"\r\n\r\nabc\r\n"
    status, _, body = post(
        parley, user["token"], b"/files", b"--b\r\n" + part + b"--b--\r\n",
        [("Content-Type", "multipart/form-data; boundary=b")])
    file = json.loads(body)
    assert status == 201 and file["name"] == kept
    header = Files(parley, user["token"]).get(file).headers["Content-Disposition"]
    assert header.count('"') == 2 and header.endswith("filename*=UTF-8''" + quote(kept, safe="!#$&+-.^_`|~"))


@pytest.mark.parametrize("request_line, status", [
    ("GET /\x01 HTTP/1.1", 400), ("GET / HTTP/9.9", 505), ("nonsense", 400), ("CONNECT a:1 HTTP/1.1", 501),
    ("GET /" + "x" * 100_000 + " HTTP/1.1", 431), ("GET /nothing HTTP/1.1", 404), ("DELETE /files HTTP/1.1", 401)])
@pytest.mark.parametrize("listener", ["public", "admin"])
def test_whoever_refuses_says_why_in_the_form_of_all_errors(parley, request_line, status, listener):
    host, port = parley.addresses[listener].rsplit(":", 1)
    line = Plain(parley, (host, int(port)))
    if listener == "admin" and status == 401:
        request_line = request_line.replace("/files", "/admin/users")
    line.write(f"{request_line}\r\nHost: {line.host}\r\n\r\n")
    answer, headers, body = line.answer()
    assert answer == status and headers["content-type"].startswith("application/json")
    error = json.loads(body)["error"]
    assert error["code"] and error["message"]


@pytest.mark.parametrize("coding, status", [("gzip", 415), ("br", 415), ("deflate, gzip", 415), ("identity", 201)])
def test_a_body_that_would_have_to_be_unpacked_is_refused(pair, coding, status):
    answer = pair.files[0].post(b"x", headers={"Content-Encoding": coding})
    assert answer.status_code == status and (status == 201 or code(answer, 415) == "unsupported_media_type")


# Pictures, sound, films.

def sizes():
    """Pictures, and the size that a browser shows them in."""
    return {
        "turned.jpg": (pictures.JPEG, 30, 40), "late.jpg": (pictures.jpeg_with_late_exif(), 30, 40),
        "placed.jpg": (pictures.jpeg_with_place()[0], 40, 30), "turned.png": (pictures.PNG, 30, 40),
        "late.png": (pictures.png_with_late_exif(), 40, 30), "turned.webp": (pictures.WEBP, 40, 30),
        "turned.avif": (pictures.AVIF, 30, 40), "upright.avif": (pictures.AVIF_UPRIGHT, 40, 30)}


@pytest.mark.parametrize("name", sizes())
def test_a_picture_has_the_size_that_a_browser_shows(pair, name):
    data, width, height = sizes()[name]
    file = pair.files[0].upload(data, name=name, type="text/plain")
    assert (file["width"], file["height"]) == (width, height)


def test_the_browser_agrees(pair):
    browser = Browser()
    try:
        page = browser.chromium.new_page()
        page.goto(pair.files[0].base + "/healthz")
        for name, (data, width, height) in sizes().items():
            file = pair.files[0].upload(data, name=name)
            address = pair.alice.ok("file:url", {"fileId": file["id"]})["url"]
            shown = page.evaluate("""async (address) => {
              const image = new Image();
              image.src = address;
              await image.decode();
              return [image.naturalWidth, image.naturalHeight];
            }""", address)
            assert shown == [width, height] == [file["width"], file["height"]], name
    finally:
        browser.close()


def test_where_a_picture_was_taken_is_taken_out_and_nothing_else(pair):
    placed, wanted = pictures.jpeg_with_place()
    file = pair.files[0].upload(placed, name="a.jpg", type="image/jpeg")
    assert file["size"] == len(placed)
    assert pair.files[0].get(file).content == wanted != placed
    form = pair.files[0].http.post(
        pair.files[0].base + "/files", files={"file": ("a.jpg", io.BytesIO(placed))}, timeout=30)
    assert pair.files[0].get(form.json()).content == wanted
    broken = placed.replace(b"MM\0*\0\0\0\x08", b"MM\0*\0\0\xff\x08")
    # Where nobody can read what is in it, it goes whole.
    served, start = pair.files[0].get(pair.files[0].upload(broken)).content, broken.index(b"MM\0*")
    assert served[:start] == broken[:start] and len(served) == len(broken) and b"MM\0*" not in served
    for data in (pictures.PNG, pictures.JPEG, pictures.WEBP):
        assert pair.files[0].get(pair.files[0].upload(data)).content == data


def test_the_place_stays_where_the_operator_wants_it(start):
    appliance = start("--no-strip-location")
    admin = Admin(appliance)
    files = Files(appliance, admin.token(admin.user())["token"])
    placed, _ = pictures.jpeg_with_place()
    assert files.get(files.upload(placed)).content == placed


def box(name, content):
    return (len(content) + 8).to_bytes(4, "big") + name + content


HEIC = box(b"ftyp", b"heic\0\0\0\0mif1heic") + box(b"mdat", b"x")
MEDIA = {
    "video/mp4": (box(b"ftyp", b"isom\0\0\2\0isomiso2avc1mp41") + bytes(500), "video/mp4"),
    "audio/mp4": (box(b"ftyp", b"M4A \0\0\0\0M4A mp42isom") + bytes(500), "audio/x-m4a"),
    "video/webm": (bytes.fromhex("1A45DFA387428284") + b"webm" + bytes(500), "application/octet-stream"),
    "audio/webm": (bytes.fromhex("1A45DFA387428284") + b"webm" + bytes(500), "audio/webm;codecs=opus"),
    "audio/ogg": (b"OggS" + bytes(22) + b"\1\x13OpusHead" + bytes(500), "application/ogg"),
    "audio/mpeg": (b"ID3\4\0\0\0\0\0\0" + bytes(500), "audio/mp3"),
    "audio/wav": (b"RIFF\xf4\1\0\0WAVEfmt " + bytes(500), "text/plain")}


@pytest.mark.parametrize("type", MEDIA)
def test_sound_and_films_are_played_from_any_place(pair, type):
    data, declared = MEDIA[type]
    file = pair.files[0].upload(data, name="a.bin", type=declared)
    assert file["mime_type"] == type
    answer = pair.files[0].get(file, Range="bytes=0-")
    assert answer.status_code == 206 and answer.content == data
    assert answer.headers["Content-Type"] == type and answer.headers["Content-Disposition"].startswith(INLINE)
    assert answer.headers["Accept-Ranges"] == "bytes" and answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert pair.files[0].get(file, Range="bytes=-7").content == data[-7:]


@pytest.mark.parametrize("type", ["video/mp4", "audio/mpeg", "video/webm"])
def test_what_pretends_to_be_a_film_is_saved_as_nothing_in_particular(pair, type):
    file = pair.files[0].upload(b"<html><script>alert(1)</script>", type=type)
    headers = pair.files[0].get(file).headers
    assert headers["Content-Type"] == "application/octet-stream" and headers["Content-Disposition"].startswith(SAVED)


def test_heic_keeps_its_type_and_is_an_image_that_is_saved(pair):
    file = pair.files[0].upload(HEIC, name="IMG_1.HEIC", type="application/octet-stream")
    assert file["mime_type"] == "image/heic"
    message = send(pair.alice, pair.chat, file, messageType="image", content="")
    assert message["attachments"][0]["mime_type"] == "image/heic"
    headers = pair.files[1].get(file).headers
    assert headers["Content-Type"] == "image/heic" and headers["Content-Disposition"].startswith(SAVED)


@pytest.mark.parametrize("type, served", [
    ("application/pdf", "application/pdf"), ("text/plain", "text/plain"), ("video/quicktime", "video/quicktime"),
    ("text/html", "application/octet-stream"), ("image/svg+xml", "application/octet-stream"),
    ("application/xml", "application/octet-stream"), ("text/javascript", "application/octet-stream"),
    ("application/wasm", "application/octet-stream"), ("text/css", "application/octet-stream")])
def test_the_rest_is_saved_under_its_type_if_that_is_harmless(pair, type, served):
    headers = pair.files[0].get(pair.files[0].upload(b"<svg/onload=alert(1)>", type=type)).headers
    assert headers["Content-Type"] == served and headers["Content-Disposition"].startswith(SAVED)
