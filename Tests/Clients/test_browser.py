"""The chat page and the admin page in a real browser."""

import json
import math
import os
import re
import signal
import struct
import zlib
from types import SimpleNamespace
from urllib.parse import urljoin

import pytest
import requests
from playwright.sync_api import expect

from admin import Admin
from appliance import ROOT
from browser import WAIT, Browser, assert_usable
from person import Person
from prefix_proxy import PrefixProxy

expect.set_options(timeout=WAIT)


def picture(width, height):
    """A PNG of one colour."""
    def chunk(name, data):
        return struct.pack("!I", len(data)) + name + data + struct.pack("!I", zlib.crc32(name + data))

    rows = b"".join(b"\0" + b"\x20\x80\xc0" * width for _ in range(height))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack("!IIBBBBB", width, height, 8, 2, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def recording(seconds):
    """A WAV of one tone."""
    data = bytes(int(128 + 80 * math.sin(index / 8)) for index in range(8000 * seconds))
    form = struct.pack("<IHHIIHH", 16, 1, 1, 8000, 8000, 1, 8)
    return (b"RIFF" + struct.pack("<I", 36 + len(data)) + b"WAVEfmt " + form + b"data" + struct.pack("<I", len(data))
            + data)


@pytest.fixture(scope="module")
def browser():
    browser = Browser()
    yield browser
    browser.close()


@pytest.fixture
def enter(browser):
    """enter(appliance, token) opens the chat page as that user; at the end no page may have complained."""
    pages = []

    def opener(appliance, token, **options):
        page = browser.page(**options)
        pages.append(page)
        page.goto(f"{appliance.url}/#token={token}")
        expect(page.locator("#line")).to_have_text("Connected")
        return page

    yield opener
    for page in pages:
        complaints = page.complaints
        page.context.close()
        assert complaints == []


@pytest.fixture
def lobby(parley, admin, enter):
    """Two users in a chat, each with the page open at it."""
    class Lobby:
        users = [admin.user(display_name="Alice A."), admin.user()]
        chat = admin.chat(*users, name="Lobby")
        tokens = [admin.token(user)["token"] for user in users]

    Lobby.alice, Lobby.bob = [enter(parley, token) for token in Lobby.tokens]
    for page in (Lobby.alice, Lobby.bob):
        page.get_by_role("button", name="Lobby").click()
        expect(box(page)).to_be_visible()
    return Lobby


@pytest.fixture
def rooms(start, enter):
    """An appliance that can be stopped, its two chats with a message in each, Alice's page and Bob's stock client."""
    appliance = start("--rate-limit-messages", 0, "--rate-limit-events", 0)
    appliance.options += ["--listen", appliance.addresses["public"]]
    admin = Admin(appliance)
    users = [admin.user(display_name="Alice A."), admin.user(display_name="Bob B.")]
    tokens = [admin.token(user)["token"] for user in users]
    first, second = admin.chat(*users, name="First"), admin.chat(*users, name="Second")
    page = enter(appliance, tokens[0])

    def bob():
        return Person(appliance, tokens[1]).connect()

    with bob() as other:
        other.send(first, "hello first")
        other.send(second, "hello second")
    yield SimpleNamespace(
        appliance=appliance, admin=admin, users=users, tokens=tokens, first=first, second=second, page=page, bob=bob)
    # That nobody answered meanwhile is the browser's to say.
    page.complaints[:] = [text for text in page.complaints if "ERR_CONNECTION_REFUSED" not in text]


def choose(page, name):
    page.locator("#chats").get_by_role("button", name=re.compile("^" + re.escape(name))).click()


def contents(admin, chat):
    return [message["content"] for message in admin.messages(chat)["items"]]


def box(page):
    return page.get_by_role("textbox", name="Message", exact=True)


def say(page, text):
    box(page).fill(text)
    page.get_by_role("button", name="Send").click()
    expect(box(page)).to_have_value("")


def item(page, text):
    """The message whose own words begin with that text and end a word there: the time below it, a name above it or the
    rest of a longer number must not complete it ("number 18" and "00:51" is not "number 180")."""
    words = page.locator("p:not(.sender):not(.foot)", has_text=re.compile("^" + re.escape(text) + r"(?!\w)"))
    return page.locator("#log > li").filter(has=words)


def act(page, text, action):
    item(page, text).get_by_label("Actions for this message").click()
    item(page, text).get_by_role("button", name=action, exact=True).click()


def test_two_users_chat(lobby):
    alice, bob = lobby.alice, lobby.bob
    say(alice, "Hello, Bob!\nA second line, and https://example.org/page.")
    expect(item(bob, "Hello, Bob!")).to_contain_text("Alice A.")
    expect(item(bob, "Hello, Bob!").get_by_role("link")).to_have_attribute("href", "https://example.org/page")
    expect(item(alice, "Hello, Bob!").locator(".state")).to_have_text("read")
    box(bob).press_sequentially("Hi", delay=20)
    expect(alice.locator("#typing")).to_have_text(f"{lobby.users[1]['username']} is typing…")
    bob.keyboard.press("Enter")
    expect(item(alice, "Hi")).to_be_visible()
    expect(alice.locator("#typing")).to_have_text("")
    act(bob, "Hi", "Edit")
    expect(box(bob)).to_have_value("Hi")
    say(bob, "Hi there")
    expect(item(alice, "Hi there")).to_contain_text("edited")
    act(alice, "Hi there", "React 👍")
    mark = item(bob, "Hi there").get_by_role("button", name="👍 1")
    expect(mark).to_have_attribute("aria-pressed", "false")
    mark.click()
    expect(item(alice, "Hi there").get_by_role("button", name="👍 2")).to_have_attribute("aria-pressed", "true")
    item(alice, "Hi there").get_by_role("button", name="👍 2").click()
    expect(item(bob, "Hi there").get_by_role("button", name="👍 1")).to_have_attribute("aria-pressed", "true")
    act(alice, "Hi there", "Reply")
    say(alice, "An answer")
    expect(item(bob, "An answer").locator(".quote")).to_contain_text("Hi there")
    alice.once("dialog", lambda dialog: dialog.accept())
    act(alice, "Hello, Bob!", "Delete")
    expect(item(bob, "This message was deleted.")).to_be_visible()
    expect(bob.locator("#log > li")).to_have_count(3)
    for page in (alice, bob):
        assert_usable(page)


def test_presence_and_unread(lobby, parley, admin, enter):
    alice, bob = lobby.alice, lobby.bob
    name = lobby.users[1]["username"]
    expect(alice.locator("#chat-about")).to_have_text(f"2 members, online: {name}")
    other = admin.chat(*lobby.users, name="Elsewhere")
    expect(bob.get_by_role("button", name="Elsewhere")).to_be_visible()
    with Person(parley, lobby.tokens[0]).connect() as third:
        for number in range(3):
            third.send(other, f"unread {number}")
        expect(bob.get_by_role("button", name="Elsewhere")).to_contain_text("3 unread")
        expect(bob.get_by_role("button", name="Elsewhere")).to_contain_text("Alice A.: unread 2")
        expect(bob).to_have_title("(3) Parley")
        bob.get_by_role("button", name="Elsewhere").click()
        expect(bob.get_by_role("button", name="Elsewhere")).not_to_contain_text("unread 3")
        expect(bob).to_have_title("Parley")
    admin.remove(other, lobby.users[1])
    expect(bob.get_by_role("button", name="Elsewhere")).to_have_count(0)
    expect(bob.locator("#no-chat")).to_be_visible()
    bob.get_by_role("button", name="Sign out").click()
    expect(alice.locator("#chat-about")).to_have_text("2 members")


def test_files_are_sent_and_shown(lobby, tmp_path):
    alice, bob = lobby.alice, lobby.bob
    data = os.urandom(300_000)
    alice.locator("#file").set_input_files([
        {"name": "view.png", "mimeType": "image/png", "buffer": picture(320, 200)},
        {"name": "notes.bin", "mimeType": "application/zip", "buffer": data}])
    expect(alice.locator("#attached li", has_text="ready")).to_have_count(2)
    alice.get_by_role("button", name="Remove notes.bin").click()
    say(alice, "the view")
    image = item(bob, "the view").get_by_role("img", name="view.png")
    expect(image).to_be_visible()
    expect(image).to_have_js_property("naturalWidth", 320)
    assert image.bounding_box()["width"] == 320
    expect(alice.locator("#attached li")).to_have_count(0)
    alice.locator("#file").set_input_files({"name": "notes.bin", "mimeType": "application/zip", "buffer": data})
    alice.get_by_role("button", name="Send").click()
    with bob.expect_download() as download:
        bob.get_by_role("button", name="Download notes.bin").click()
    assert download.value.suggested_filename == "notes.bin"
    with open(download.value.path(), "rb") as file:
        assert file.read() == data
    big = tmp_path / "big.bin"
    with open(big, "wb") as file:
        file.truncate(10_000_001)
    alice.locator("#file").set_input_files(big)
    expect(alice.get_by_role("alert").filter(has_text="big.bin is larger than")).to_be_visible()


def test_the_page_comes_back_after_a_restart(start, enter):
    appliance = start()
    admin = Admin(appliance)
    users = [admin.user(), admin.user()]
    chat = admin.chat(*users, name="Lobby")
    tokens = [admin.token(user)["token"] for user in users]
    alice, bob = [enter(appliance, token) for token in tokens]
    for page in (alice, bob):
        page.get_by_role("button", name="Lobby").click()
    say(alice, "before")
    expect(item(bob, "before")).to_be_visible()
    appliance.options += ["--listen", appliance.addresses["public"]]
    appliance.stop()
    expect(alice.locator("#line")).to_have_text("Connecting…")
    box(alice).fill("written without a line")
    alice.keyboard.press("Enter")
    expect(item(alice, "written without a line")).to_contain_text("sending…")
    appliance.start()
    with Person(appliance, tokens[1]).connect() as third:
        third.send(chat, "meanwhile")
    for page in (alice, bob):
        expect(page.locator("#line")).to_have_text("Connected", timeout=3 * WAIT)
        expect(item(page, "written without a line")).to_have_count(1)
        expect(item(page, "written without a line")).not_to_contain_text("sending…")
        expect(item(page, "meanwhile")).to_have_count(1)
        expect(item(page, "before")).to_have_count(1)
        # That nobody answered meanwhile is the browser's to say.
        page.complaints[:] = [text for text in page.complaints if "ERR_CONNECTION_REFUSED" not in text]
    messages = admin.messages(chat)["items"]
    assert [message["content"] for message in messages].count("written without a line") == 1


def test_history_and_search(lobby, admin):
    for number in range(1, 181):
        admin.call("POST", f"/admin/chats/{lobby.chat['id']}/messages", {
            "content": f"number {number}" + (" zyzzyva" if number == 5 else ""), "sender_id": lobby.users[1]["id"]})
    page = lobby.alice
    expect(item(page, "number 180")).to_be_in_viewport()
    page.reload()
    page.get_by_role("button", name="Lobby").click()
    expect(item(page, "number 180")).to_be_in_viewport()
    expect(page.locator("#m131")).to_be_attached()
    expect(page.locator("#m1")).not_to_be_attached()
    while page.locator("#m1").count() == 0:
        first = page.locator("#log > li").first.get_attribute("id")
        page.locator("#scroll").evaluate("(box) => { box.scrollTop = 0; }")
        expect(page.locator("#log > li").first).not_to_have_attribute("id", first)
    assert page.evaluate("[...document.querySelectorAll('#log > li')].map((item) => item.id)") == [
        f"m{number}" for number in range(1, 181)]
    expect(page.locator("#older")).to_have_text("This is the beginning.")
    page.reload()
    page.get_by_role("searchbox", name="Search messages").fill("zyzz")
    page.keyboard.press("Enter")
    expect(page.locator("#found-count")).to_have_text("1 found")
    assert_usable(page)
    expect(page.locator("#results mark")).to_have_text("zyzzyva")
    page.locator("#results button").click()
    expect(page.locator("#m5.hit")).to_be_in_viewport()
    expect(page.locator("#m180")).not_to_be_attached()
    page.get_by_role("button", name="Show the newest messages").click()
    expect(item(page, "number 180")).to_be_in_viewport()
    page.get_by_role("searchbox", name="Search messages").fill("nothing like this")
    page.keyboard.press("Enter")
    expect(page.locator("#found-count")).to_have_text("Nothing found")
    page.get_by_role("button", name="Close search").click()
    expect(page.get_by_role("button", name="Lobby")).to_be_visible()


def test_a_log_that_runs_for_days_stays_short(lobby, parley):
    page = lobby.alice
    with Person(parley, lobby.tokens[1]).connect() as bob:
        for number in range(1, 621):
            bob.emit("message:send", {"chatId": lobby.chat["id"], "content": f"number {number}"})
        expect(page.locator("#m620")).to_be_in_viewport()
    expect(page.locator("#m1")).not_to_be_attached()
    first = page.locator("#log > li").first.get_attribute("id")
    page.locator("#scroll").evaluate("(box) => { box.scrollTop = 0; }")
    expect(page.locator("#log > li").first).not_to_have_attribute("id", first)
    ids = page.evaluate("[...document.querySelectorAll('#log > li')].map((item) => Number(item.id.slice(1)))")
    assert ids == list(range(ids[0], 621))


def test_what_others_write_is_text(lobby, parley):
    alice = lobby.alice
    alice.on("dialog", lambda dialog: pytest.fail("a script ran"))
    evil = "<img src=x onerror=alert(1)><script>alert(2)</script> javascript:alert(3)"
    with Person(parley, lobby.tokens[1]).connect() as bob:
        bob.send(lobby.chat, evil)
    expect(item(alice, "<img src=x").locator(".text")).to_have_text(evil)
    assert item(alice, "<img src=x").locator("img, script, a").count() == 0
    # A web address ends where its script has no blank, and before marks that would show it in another order.
    with Person(parley, lobby.tokens[1]).connect() as bob:
        bob.send(lobby.chat, "看https://example.org/a%20b。你好（http://b.example/?q=1）«https://c.example»"
                 " https://d.example/\u202Emoc")
    expect(alice.locator("#log a")).to_have_text(
        ["https://example.org/a%20b", "http://b.example/?q=1", "https://c.example", "https://d.example/"])


def test_the_keyboard_is_enough(lobby):
    page = lobby.alice
    say(lobby.bob, "react to me")
    expect(item(page, "react to me")).to_be_visible()
    summary = item(page, "react to me").get_by_label("Actions for this message")
    summary.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(item(page, "react to me").get_by_role("button", name="React 👍")).to_be_focused()
    page.keyboard.press("Enter")
    expect(item(lobby.bob, "react to me").get_by_role("button", name="👍 1")).to_be_visible()
    page.get_by_role("searchbox").focus()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Lobby")).to_be_focused()
    page.keyboard.press("Enter")
    expect(box(page)).to_be_focused()
    box(page).fill("line one")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("line two")
    page.keyboard.press("Enter")
    expect(item(lobby.bob, "line one").locator(".text")).to_have_text("line one\nline two", use_inner_text=True)


def test_a_phone_shows_one_thing_at_a_time(lobby, parley, admin, enter):
    page = enter(parley, lobby.tokens[0], viewport={"width": 360, "height": 640}, has_touch=True, color_scheme="dark")
    expect(page.locator("#chat")).not_to_be_visible()
    assert_usable_but_for_main(page)
    page.get_by_role("button", name="Lobby").click()
    expect(page.locator("#side")).not_to_be_visible()
    say(page, "from a phone, with a word thatislongerthanthescreeniswideandgoesonandonandonandonandonandon")
    expect(item(lobby.bob, "from a phone")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert_usable(page)
    page.get_by_role("button", name="Back").click()
    expect(page.get_by_role("button", name="Lobby")).to_be_visible()
    expect(page.get_by_role("button", name="Lobby")).to_be_focused()
    page.get_by_role("button", name="Lobby").click()
    admin.remove(lobby.chat, lobby.users[0])
    expect(page.locator("#no-chat")).to_have_text("You are no longer in “Lobby”.")
    page.get_by_role("button", name="Back").click()
    expect(page.locator("#no-chats")).to_be_visible()


def assert_usable_but_for_main(page):
    """Where only the list is shown, the main part is not."""
    page.locator("#chat").evaluate("(chat) => { chat.style.display = 'flex'; }")
    assert_usable(page)
    page.locator("#chat").evaluate("(chat) => { chat.style.display = ''; }")


def test_signing_in(parley, admin, browser):
    user = admin.user()
    token = admin.token(user)
    page = browser.page()
    page.goto(parley.url + "/")
    assert_usable(page)
    page.get_by_label("Your token").fill("nonsense")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_have_text("The token is malformed.")
    page.get_by_label("Your token").fill(f" {token['token']}\n")
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("#line")).to_have_text("Connected")
    expect(page.locator("#no-chats")).to_be_visible()
    expect(page.locator("#me")).to_have_text(user["username"])
    assert token["token"] not in page.url
    page.reload()
    expect(page.locator("#line")).to_have_text("Connected")
    admin.call("DELETE", f"/admin/tokens/{token['token_id']}")
    expect(page.get_by_role("alert")).to_have_text("The token was revoked.")
    page.goto(f"{parley.url}/#token={admin.token(user)['token']}")
    page.reload()
    expect(page.locator("#line")).to_have_text("Connected")
    assert page.url == parley.url + "/"
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("Your token")).to_be_visible()
    assert page.evaluate("JSON.stringify([{...sessionStorage}, {...localStorage}])") == "[{},{}]"
    assert page.complaints == []
    page.context.close()


def test_the_pages_files(parley):
    answer = requests.get(parley.url + "/", timeout=10)
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe" not in policy and policy.startswith("default-src 'none'; script-src 'self';")
    assert not re.search(r"<script(?![^>]*src=)|\son\w+=|style=", answer.text)
    linked = [path for path in re.findall(r'(?:src|href)="([^"]+)"', answer.text) if path != "data:,"]
    # A proxy may have put the page below a path.
    assert linked and not [path for path in linked if path.startswith("/")]
    folder = ROOT / "Sources/ChatHTTP/Pages/Chat"
    scripts = set(os.listdir(folder)) - {"chat.html"}
    for path in ["/", *(urljoin("/", path) for path in linked), *(f"/chat/{name}" for name in scripts)]:
        answer = requests.get(parley.url + path, timeout=10)
        assert answer.status_code == 200 and answer.headers["X-Content-Type-Options"] == "nosniff", path
        again = requests.get(parley.url + path, headers={"If-None-Match": answer.headers["ETag"]}, timeout=10)
        assert again.status_code == 304 and not again.content
        assert requests.head(parley.url + path, timeout=10).headers["Content-Length"] == str(len(answer.content))
        assert requests.post(parley.url + path, timeout=10).status_code == 405
        assert answer.content == (folder / (path.removeprefix("/chat/").strip("/") or "chat.html")).read_bytes()
    assert requests.get(parley.url + "/chat/none.js", timeout=10).status_code == 404


def test_the_admin_page_opens(parley, admin, browser):
    user = admin.user(display_name="Somebody <b>bold</b>")
    chat = admin.chat(user)
    page = browser.page()
    page.goto(parley.admin_url + "/")
    page.locator("#key").fill(parley.admin_key)
    page.get_by_role("button", name="Use").click()
    expect(page.locator("main")).to_be_visible()
    page.get_by_placeholder("find").fill(user["username"])
    page.get_by_role("button", name="Find").click()
    row = page.locator("#users tr", has_text=user["username"])
    expect(row).to_contain_text("Somebody <b>bold</b>")
    row.get_by_role("button", name="Token").click()
    expect(page.locator("#token")).to_have_text(re.compile(r"^[\w-]+\.[\w-]+\.[\w-]+$"))
    assert chat["name"]
    assert page.complaints == []
    page.context.close()


# One chat at a time, as a whole


def test_a_chat_is_shown_as_a_whole_or_not_at_all(rooms):
    page = rooms.page
    choose(page, "First")
    expect(item(page, "hello first")).to_be_visible()
    box(page).fill("meant for the first")
    rooms.appliance.stop()
    expect(page.locator("#line")).to_have_text("Connecting…")
    choose(page, "Second")
    expect(page.get_by_role("alert").filter(has_text="This chat could not be opened.")).to_be_visible()
    expect(page.locator("#chat-name")).to_have_text("Second")
    expect(box(page)).to_have_value("")
    expect(page.locator("#chat")).not_to_contain_text("hello first")
    page.get_by_role("button", name="Try again").dblclick()
    expect(page.get_by_role("alert").filter(has_text="This chat could not be opened.")).to_be_visible()
    assert_usable(page)
    rooms.appliance.start()
    expect(item(page, "hello second")).to_be_visible(timeout=3 * WAIT)
    expect(page.locator("#log > li")).to_have_count(1)
    expect(box(page)).to_have_value("")
    say(page, "meant for the second")
    expect(item(page, "meant for the second")).not_to_contain_text("sending…")
    choose(page, "First")
    expect(box(page)).to_have_value("meant for the first")
    page.keyboard.press("Enter")
    expect(item(page, "meant for the first")).not_to_contain_text("sending…")
    assert contents(rooms.admin, rooms.first) == ["hello first", "meant for the first"]
    assert contents(rooms.admin, rooms.second) == ["hello second", "meant for the second"]


def test_late_answers_change_no_other_chat(rooms):
    page = rooms.page
    choose(page, "First")
    expect(item(page, "hello first")).to_be_visible()
    with rooms.bob() as bob:
        # A server that answers late: it has what it is asked for, and says nothing yet.
        rooms.appliance.process.send_signal(signal.SIGSTOP)
        choose(page, "Second")
        expect(page.locator("#opening")).to_have_text("Opening…")
        expect(box(page)).to_be_hidden()
        expect(page.locator("#chat")).not_to_contain_text("hello first")
        for name in ("First", "Second", "First"):
            choose(page, name)
        bob.emit("message:send", {"chatId": rooms.second["id"], "content": "news of the second"})
        bob.emit("message:send", {"chatId": rooms.first["id"], "content": "news of the first"})
        bob.emit("typing:start", {"chatId": rooms.second["id"]})
        rooms.appliance.process.send_signal(signal.SIGCONT)
        expect(item(page, "news of the first")).to_be_visible()
        choice = page.get_by_role("button", name=re.compile("^Second"))
        expect(choice).to_contain_text("Bob B.: news of the second")
        expect(choice).to_contain_text("2 unread")
        expect(page.locator("#log > li")).to_have_count(2)
        expect(page.locator("#typing")).to_have_text("")
        choose(page, "Second")
        expect(page.locator("#log .text")).to_have_text(["hello second", "news of the second"])
        expect(choice).not_to_contain_text("unread")


def test_drafts_and_files_stay_with_their_chat(rooms):
    page = rooms.page
    held = []
    page.route("**/files?name=slow.png", lambda route: held.append(route))
    choose(page, "First")
    expect(box(page)).to_be_visible()
    assert box(page).bounding_box()["height"] > 35
    box(page).fill("one\ntwo\nthree\nfour")
    tall = box(page).bounding_box()["height"]
    assert tall > 80
    page.locator("#file").set_input_files({"name": "slow.png", "mimeType": "image/png", "buffer": picture(60, 40)})
    expect(page.get_by_role("progressbar", name="Upload of slow.png")).to_be_visible()
    choose(page, "Second")
    expect(item(page, "hello second")).to_be_visible()
    expect(box(page)).to_have_value("")
    expect(page.locator("#attached li")).to_have_count(0)
    expect(page.get_by_role("button", name=re.compile("^First"))).to_contain_text("Draft: one")
    box(page).fill("of the second")
    choose(page, "First")
    expect(box(page)).to_have_value("one\ntwo\nthree\nfour")
    assert box(page).bounding_box()["height"] == tall
    expect(page.get_by_role("progressbar", name="Upload of slow.png")).to_be_visible()
    # Sent while the file is still on its way, and another chat is looked at: it comes to its own chat, once.
    page.get_by_role("button", name="Send").dblclick()
    expect(item(page, "one")).to_contain_text("sending…")
    choose(page, "Second")
    expect(box(page)).to_have_value("of the second")
    held.pop().continue_()
    expect(page.get_by_role("button", name=re.compile("^First"))).to_contain_text("You: one")
    expect(page.locator("#log > li")).to_have_count(1)
    choose(page, "First")
    expect(item(page, "one").get_by_role("img", name="slow.png")).to_be_visible()
    expect(page.locator("#log > li")).to_have_count(2)
    assert contents(rooms.admin, rooms.first) == ["hello first", "one\ntwo\nthree\nfour"]
    assert contents(rooms.admin, rooms.second) == ["hello second"]


def test_edits_and_answers_stay_with_their_chat(rooms):
    page = rooms.page
    choose(page, "First")
    say(page, "mine")
    box(page).fill("a beginning")
    act(page, "mine", "Edit")
    expect(page.locator("#editing")).to_have_text("Editing a message Cancel the edit")
    expect(box(page)).to_have_value("mine")
    box(page).fill("mine, changed")
    choose(page, "Second")
    expect(page.locator("#editing")).to_be_hidden()
    act(page, "hello second", "Reply")
    expect(page.locator("#editing")).to_have_text("Answering a message of Bob B. Cancel the answer")
    choose(page, "First")
    expect(page.locator("#editing")).to_have_text("Editing a message Cancel the edit")
    say_again = page.get_by_role("button", name="Send")
    say_again.click()
    expect(item(page, "mine, changed")).to_contain_text("edited")
    expect(page.locator("#editing")).to_be_hidden()
    expect(box(page)).to_have_value("a beginning")
    act(page, "mine, changed", "Edit")
    page.get_by_role("button", name="Cancel the edit").click()
    expect(box(page)).to_have_value("a beginning")
    expect(box(page)).to_be_focused()
    choose(page, "Second")
    say(page, "an answer")
    expect(item(page, "an answer").locator(".quote")).to_contain_text("hello second")
    act(page, "hello second", "Reply")
    page.keyboard.press("Escape")
    expect(page.locator("#editing")).to_be_hidden()
    # What is being answered or changed may go meanwhile.
    with rooms.bob() as bob:
        message = bob.send(rooms.second, "soon gone")
        act(page, "soon gone", "Reply")
        bob.ok("message:delete", {"chatId": rooms.second["id"], "messageId": message["id"]})
    expect(page.get_by_role("alert").filter(has_text="That message was deleted.")).to_be_visible()
    expect(page.locator("#editing")).to_be_hidden()
    assert contents(rooms.admin, rooms.first) == ["hello first", "mine, changed"]


def test_what_is_written_without_a_line_goes_once_and_in_order(rooms):
    page = rooms.page
    choose(page, "First")
    expect(item(page, "hello first")).to_be_visible()
    rooms.appliance.stop()
    expect(page.locator("#line")).to_have_text("Connecting…")
    for number in range(3):
        say(page, f"waiting {number}")
    expect(page.locator("#log > li.unsent")).to_have_count(3)
    page.locator("#file").set_input_files({"name": "late.png", "mimeType": "image/png", "buffer": picture(60, 40)})
    expect(page.locator("#attached")).to_contain_text("The connection was lost.")
    choose(page, "Second")
    rooms.appliance.start()
    expect(item(page, "hello second")).to_be_visible(timeout=3 * WAIT)
    expect(page.locator("#log > li")).to_have_count(1)
    choose(page, "First")
    expect(page.locator("#log > li.unsent")).to_have_count(0)
    expect(page.locator("#log > li")).to_have_count(4)
    expect(page.locator("#attached")).to_contain_text("ready")
    assert contents(rooms.admin, rooms.first) == ["hello first", "waiting 0", "waiting 1", "waiting 2"]


def test_a_chat_that_was_seen_can_be_written_in_without_a_line(rooms):
    page = rooms.page
    choose(page, "First")
    expect(item(page, "hello first")).to_be_visible()
    choose(page, "Second")
    expect(item(page, "hello second")).to_be_visible()
    with rooms.bob() as bob:
        bob.send(rooms.first, "told meanwhile")
        expect(page.get_by_role("button", name=re.compile("^First"))).to_contain_text("told meanwhile")
    rooms.appliance.stop()
    expect(page.locator("#line")).to_have_text("Connecting…")
    box(page).fill("half a thought")
    choose(page, "First")
    expect(page.get_by_role("alert").filter(has_text="Messages could not be loaded.")).to_be_visible()
    expect(page.locator("#log .text")).to_have_text(["hello first", "told meanwhile"])
    say(page, "to the first")
    choose(page, "Second")
    expect(page.locator("#log .text")).to_have_text(["hello second"])
    expect(box(page)).to_have_value("half a thought")
    page.keyboard.press("Enter")
    expect(item(page, "half a thought")).to_contain_text("sending…")
    rooms.appliance.start()
    expect(item(page, "half a thought")).not_to_contain_text("sending…", timeout=3 * WAIT)
    expect(page.get_by_role("button", name="Try again")).to_be_hidden()
    choose(page, "First")
    expect(page.locator("#log .text")).to_have_text(["hello first", "told meanwhile", "to the first"])
    assert contents(rooms.admin, rooms.first) == ["hello first", "told meanwhile", "to the first"]
    assert contents(rooms.admin, rooms.second) == ["hello second", "half a thought"]


def test_a_chat_that_was_never_seen_can_be_written_in_without_a_line(rooms):
    page = rooms.page
    choose(page, "First")
    expect(item(page, "hello first")).to_be_visible()
    rooms.appliance.stop()
    expect(page.locator("#line")).to_have_text("Connecting…")
    choose(page, "Second")
    expect(page.get_by_role("alert").filter(has_text="This chat could not be opened.")).to_be_visible()
    say(page, "written unseen")
    expect(item(page, "written unseen")).to_contain_text("sending…")
    box(page).fill("half a thought")
    page.locator("#scroll").focus()
    assert_usable(page)
    rooms.appliance.start()
    expect(item(page, "hello second")).to_be_visible(timeout=3 * WAIT)
    expect(item(page, "written unseen")).not_to_contain_text("sending…")
    expect(page.get_by_role("alert").filter(has_text="This chat could not be opened.")).to_be_hidden()
    expect(box(page)).to_have_value("half a thought")
    expect(page.locator("#log .text")).to_have_text(["hello second", "written unseen"])
    assert contents(rooms.admin, rooms.second) == ["hello second", "written unseen"]


def test_a_quote_that_was_cut_says_so(rooms):
    page = rooms.page
    choose(page, "First")
    say(page, "long " + "x" * 300)
    say(page, "short")
    for quoted, ending in (("long", "x…"), ("short", "short")):
        act(page, quoted, "Reply")
        say(page, "about " + quoted)
        answer = item(page, "about " + quoted)
        expect(answer).not_to_contain_text("sending…")
        expect(answer.locator(".quote")).to_contain_text(ending + " Show")


def test_more_results_are_of_the_same_search(rooms):
    page = rooms.page
    with rooms.bob() as bob:
        for number in range(25):
            bob.send(rooms.first, f"apple {number}")
        while len(bob.ok("message:search", {"query": "apple", "limit": 30})["results"]) < 25:
            pass  # the index follows
    page.get_by_role("searchbox", name="Search messages").fill("apple")
    page.keyboard.press("Enter")
    expect(page.locator("#found-count")).to_have_text("20 or more found")
    page.get_by_role("button", name="More results").click()
    expect(page.locator("#found-count")).to_have_text("25 found")
    expect(page.locator("#results > li")).to_have_count(25)


def test_what_is_refused_is_kept_with_words(rooms):
    page, appliance = rooms.page, rooms.appliance
    choose(page, "First")
    most = "😀" + "x" * 4999
    box(page).fill(most + "y")
    page.keyboard.press("Enter")
    expect(page.locator("#notice")).to_have_text("The message has 5001 characters; 5000 can be sent at most.")
    expect(box(page)).to_have_value(most + "y")
    box(page).fill(most)
    page.keyboard.press("Enter")
    expect(page.locator("#log > li.unsent")).to_have_count(0)
    expect(page.locator("#log .text").last).to_have_text(most)
    # Written while the server was away, which comes back with other limits.
    appliance.stop()
    expect(page.locator("#line")).to_have_text("Connecting…")
    say(page, "longer than ten")
    choose(page, "Second")
    appliance.options += ["--max-message-length", "10"]
    appliance.start()
    expect(item(page, "hello second")).to_be_visible(timeout=3 * WAIT)
    expect(page.get_by_role("button", name=re.compile("^First"))).to_contain_text("A message was not sent")
    expect(page.locator("#notice")).to_have_text("")
    choose(page, "First")
    refused = item(page, "longer than ten")
    expect(refused.get_by_role("alert")).to_contain_text("Not sent: ")
    assert_usable(page)
    refused.get_by_role("button", name="Try again").click()
    expect(refused.get_by_role("alert")).to_contain_text("Not sent: ")
    refused.get_by_role("button", name="Edit").click()
    expect(box(page)).to_have_value("longer than ten")
    expect(box(page)).to_be_focused()
    say(page, "short")
    expect(item(page, "short")).not_to_contain_text("sending…")
    assert contents(rooms.admin, rooms.first) == ["hello first", most, "short"]


def test_a_chat_that_one_is_removed_from_closes(rooms):
    page = rooms.page
    choose(page, "First")
    box(page).fill("half a thought")
    rooms.admin.remove(rooms.first, rooms.users[0])
    expect(page.locator("#no-chat")).to_have_text("You are no longer in “First”.")
    expect(box(page)).to_have_count(0)
    choose(page, "Second")
    say(page, "still here")
    expect(item(page, "still here")).not_to_contain_text("sending…")
    rooms.admin.add(rooms.first, rooms.users[0])
    choose(page, "First")
    expect(box(page)).to_have_value("half a thought")
    # Removed while there is no line.
    rooms.appliance.options += ["--recovery-window", "0"]
    rooms.appliance.stop()
    expect(page.locator("#line")).to_have_text("Connecting…")
    rooms.appliance.start()
    rooms.admin.remove(rooms.first, rooms.users[0])
    expect(page.locator("#no-chat")).to_have_text("You are no longer in “First”.", timeout=3 * WAIT)
    assert contents(rooms.admin, rooms.first) == ["hello first"]


def test_without_recovery_a_chat_is_read_anew_where_one_is(rooms):
    page = rooms.page
    with rooms.bob() as bob:
        for number in range(80):
            bob.send(rooms.first, f"number {number}")
        choose(page, "First")
        expect(item(page, "number 79")).to_be_in_viewport()
        page.locator("#scroll").evaluate("(box) => { box.scrollTop = 600; }")
        box(page).fill("half a thought")
    seen = page.locator("#log > li").evaluate_all(
        "(all) => all.find((item) => item.getBoundingClientRect().top > 200).querySelector('.text').textContent")
    rooms.appliance.options += ["--recovery-window", "0"]
    rooms.appliance.stop()
    expect(page.locator("#line")).to_have_text("Connecting…")
    rooms.appliance.start()
    with rooms.bob() as bob:
        bob.send(rooms.first, "meanwhile")
    expect(page.locator("#line")).to_have_text("Connected", timeout=3 * WAIT)
    expect(item(page, seen)).to_be_in_viewport()
    expect(box(page)).to_have_value("half a thought")
    page.get_by_role("button", name=re.compile("^First")).click()
    expect(item(page, "meanwhile")).to_be_in_viewport()


def test_a_line_that_goes_again_while_all_is_read_anew(rooms):
    """The first comeback is not recovered and breaks off; the second is, but knows of the second pause only."""
    page, lines, pids = rooms.page, [], []
    page.close()
    page = rooms.page.context.new_page()

    def proxy(line):
        lines.append(line)
        number, server = len(lines), line.connect_to_server()

        def to_server(text):
            if number == 2 and text.startswith("40"):
                text = "40" + json.dumps({"token": rooms.tokens[0]})
            server.send(text)

        def to_page(text):
            if text.startswith("40"):
                pids.append(json.loads(text[2:])["pid"])
            if number == 1 and "meanwhile" in text:
                return line.close()
            return line.close() if number == 2 and text.startswith("43") else line.send(text)

        line.on_message(to_server)
        server.on_message(to_page)

    page.route_web_socket("**/socket.io/**", proxy)
    page.goto(f"{rooms.appliance.url}/#token={rooms.tokens[0]}")
    choose(page, "First")
    expect(item(page, "hello first")).to_be_visible()
    with rooms.bob() as bob:
        bob.send(rooms.first, "meanwhile")
    expect(item(page, "meanwhile")).to_be_visible()
    assert len(pids) == 3 and pids[1] == pids[2] != pids[0]


def test_a_search_result_opens_its_own_chat(rooms):
    page = rooms.page
    choose(page, "First")
    box(page).fill("half a thought")
    with rooms.bob() as bob:
        while len(bob.ok("message:search", {"query": "hello"})["results"]) < 2:
            # It is indexed a moment after it was sent.
            bob.client.sleep(0.05)
    page.get_by_role("searchbox", name="Search messages").fill("hello")
    page.keyboard.press("Enter")
    expect(page.locator("#found-count")).to_have_text("2 found")
    page.locator("#results button", has_text="Second").click()
    expect(page.locator("#chat-name")).to_have_text("Second")
    expect(page.locator("#m1.hit .text")).to_have_text("hello second")
    expect(box(page)).to_have_value("")
    rooms.admin.remove(rooms.second, rooms.users[0])
    expect(page.locator("#no-chat")).to_be_visible()
    page.locator("#results button", has_text="Second").click()
    expect(page.locator("#no-chat")).to_have_text("You are no longer in that chat.")
    rooms.appliance.stop()
    expect(page.locator("#line")).to_have_text("Connecting…")
    page.get_by_role("searchbox", name="Search messages").press("Enter")
    expect(page.locator("#found-count")).to_contain_text("The search failed.")
    rooms.appliance.start()
    expect(page.locator("#line")).to_have_text("Connected", timeout=3 * WAIT)
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("#found-count")).to_have_text("1 found")


# Pictures, recordings and files


def attach(page, *files):
    page.locator("#file").set_input_files(
        [{"name": name, "mimeType": kind, "buffer": data} for name, kind, data in files])
    expect(page.locator("#attached li", has_text="ready")).to_have_count(len(files))
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#log > li.unsent")).to_have_count(0)


@pytest.mark.parametrize("viewport", [{"width": 1280, "height": 800}, {"width": 390, "height": 844}])
def test_pictures_keep_their_shape_and_open_large(lobby, parley, enter, viewport):
    sizes = [(400, 900), (900, 400), (4000, 100), (100, 4000), (1, 1)]
    attach(lobby.alice, *((f"{w}×{h}.png", "image/png", picture(w, h)) for w, h in sizes))
    page = enter(parley, lobby.tokens[1], viewport=viewport)
    choose(page, "Lobby")
    for width, height in sizes:
        image = page.get_by_role("img", name=f"{width}×{height}.png")
        image.scroll_into_view_if_needed()
        expect(image).to_have_js_property("naturalWidth", width)
        shown = image.bounding_box()
        assert shown["width"] / shown["height"] == pytest.approx(width / height, rel=0.02)
        assert shown["width"] <= min(width, viewport["width"]) and shown["height"] <= min(height, 320.5)
        opener = page.get_by_role("button", name=f"Open {width}×{height}.png")
        assert min(opener.bounding_box()["width"], opener.bounding_box()["height"]) >= 44
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    opener = page.get_by_role("button", name="Open 400×900.png")
    opener.focus()
    page.keyboard.press("Enter")
    large = page.get_by_role("dialog", name="400×900.png")
    expect(large.get_by_role("button", name="Close")).to_be_focused()
    expect(large.get_by_role("img")).to_have_js_property("naturalHeight", 900)
    shown = large.get_by_role("img").bounding_box()
    assert shown["height"] > 500 and shown["width"] / shown["height"] == pytest.approx(400 / 900, rel=0.02)
    link = large.get_by_role("link", name="Open the file").get_attribute("href")
    assert requests.get(link, timeout=10).content == picture(400, 900)
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_have_count(0)
    expect(opener).to_be_focused()
    opener.click()
    large.get_by_role("button", name="Close").click()
    expect(opener).to_be_focused()


def test_recordings_play_and_other_files_are_saved(lobby):
    alice, bob = lobby.alice, lobby.bob
    attach(alice, ("voice.wav", "audio/wav", recording(1)))
    sound = bob.locator("#log audio")
    expect(sound).to_have_attribute("aria-label", "voice.wav")
    sound.evaluate("(sound) => { sound.muted = true; return sound.play(); }")
    # What changes about the message does not stop it.
    sound.evaluate("(sound) => { sound.dataset.same = 'yes'; }")
    bob.locator("#log > li").last.get_by_label("Actions for this message").click()
    bob.locator("#log > li").last.get_by_role("button", name="React 👍").click()
    expect(bob.get_by_role("button", name="👍 1")).to_be_visible()
    expect(sound).to_have_attribute("data-same", "yes")
    expect(sound).to_have_js_property("ended", True)
    # What says that it is a recording and is none can still be saved.
    attach(alice, ("broken.mp4", "video/mp4", b"no video"))
    expect(bob.get_by_role("button", name="Download broken.mp4, 8 B")).to_be_visible()
    expect(bob.locator("#log video")).to_have_count(0)
    for name in ["IMG_0001.heic", "报告 100% \"final\".pdf", "a'b&c=d#e?.txt", "صورة.bin"]:
        kind = "image/heic" if name.endswith("heic") else "application/octet-stream"
        attach(alice, (name, kind, b"some bytes"))
        button = bob.get_by_role("button", name=f"Download {name}, 10 B", exact=True)
        with bob.expect_download() as download:
            button.click()
        with open(download.value.path(), "rb") as file:
            assert file.read() == b"some bytes"
        assert os.path.splitext(download.value.suggested_filename)[1] == os.path.splitext(name)[1]


def test_every_direction_and_length_has_room(admin, parley, enter):
    long = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenfabrikverkaufsraum" * 3
    alice, bob = admin.user(display_name="مريم <الحسيني>"), admin.user(display_name="W" * 60)
    chat = admin.chat(alice, bob, name=long[:200])
    admin.chat(alice, bob, name="שלום (1)")
    page = enter(parley, admin.token(alice)["token"], viewport={"width": 390, "height": 844})
    with Person(parley, admin.token(bob)["token"]).connect() as other:
        first = other.send(chat, "مرحبا version 2.0!\nHello\nשלום")
        other.send(chat, long, replyTo=first["id"])
        other.send(chat, "👩‍👩‍👧‍👦❤️" * 200)
        choose(page, long[:20])
        expect(page.locator("#log > li")).to_have_count(3)
        other.emit("typing:start", {"chatId": chat["id"]})
        expect(page.locator("#typing")).to_contain_text("WWW")
        text = page.locator("#m1 .text")
        assert text.evaluate("(text) => getComputedStyle(text).direction") == "rtl"
        assert text.evaluate("(text) => getComputedStyle(text).unicodeBidi") == "plaintext"
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert page.locator("#scroll").evaluate("(box) => box.scrollWidth <= box.clientWidth")
        assert_usable(page)
        act(page, "مرحبا version 2.0!", "Reply")
        box(page).fill("مرحبا")
        assert box(page).evaluate("(box) => getComputedStyle(box).direction") == "rtl"
        page.keyboard.press("Enter")
        expect(page.locator("#m4 .quote")).to_contain_text("WWW")
    page.get_by_role("button", name="Back").click()
    assert page.locator("#chats .name").first.evaluate("(name) => name.dir") == "auto"
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_an_input_method_chooses_words_with_enter(lobby):
    page = lobby.alice
    box(page).fill("にほん")
    for fields in ("isComposing: true", "keyCode: 229"):
        prevented = box(page).evaluate("""(box) => !box.dispatchEvent(new KeyboardEvent("keydown", {
            key: "Enter", bubbles: true, cancelable: true, %s }))""" % fields)
        assert not prevented
    expect(box(page)).to_have_value("にほん")
    expect(page.locator("#log > li")).to_have_count(0)
    page.keyboard.press("Enter")
    expect(item(page, "にほん")).to_be_visible()


def test_the_focus_stays_where_one_is(lobby, parley):
    page = lobby.alice
    say(lobby.bob, "react to me")
    act(page, "react to me", "React 👍")
    mark = item(page, "react to me").get_by_role("button", name="👍 1")
    mark.focus()
    with Person(parley, lobby.tokens[1]).connect() as bob:
        last = bob.ok("message:history", {"chatId": lobby.chat["id"]})["messages"][-1]
        bob.ok("message:react", {"chatId": lobby.chat["id"], "messageId": last["id"], "emoji": "👍"})
        expect(item(page, "react to me").get_by_role("button", name="👍 2")).to_be_focused()
        item(page, "react to me").get_by_label("Actions for this message").click()
        bob.ok("message:react", {"chatId": lobby.chat["id"], "messageId": last["id"], "emoji": "🎉"})
        expect(item(page, "react to me").get_by_role("button", name="🎉 1")).to_be_visible()
        reply = item(page, "react to me").get_by_role("button", name="Reply")
        reply.focus()
        bob.send(lobby.chat, "more")
        expect(item(page, "more")).to_be_visible()
        expect(reply).to_be_focused()
        page.keyboard.press("Escape")
        expect(item(page, "react to me").get_by_label("Actions for this message")).to_be_focused()
        page.get_by_role("button", name=re.compile("^Lobby")).focus()
        bob.send(lobby.chat, "and more")
        expect(item(page, "and more")).to_be_visible()
        expect(page.get_by_role("button", name=re.compile("^Lobby"))).to_be_focused()
    assert page.evaluate("document.getAnimations().length") == 0


def test_the_page_works_below_a_path(lobby, parley, browser):
    proxy = PrefixProxy(parley, "/team/chat")
    page = browser.page()
    try:
        page.goto(f"{proxy.url}/#token={lobby.tokens[0]}")
        expect(page.locator("#line")).to_have_text("Connected")
        assert page.url == proxy.url + "/"
        choose(page, "Lobby")
        attach(page, ("view.png", "image/png", picture(60, 40)))
        expect(page.get_by_role("img", name="view.png")).to_have_js_property("naturalWidth", 60)
        page.get_by_role("button", name="Open view.png").click()
        assert page.get_by_role("link", name="Open the file").get_attribute("href").startswith(proxy.url + "/files/")
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_label("Your token")).to_be_visible()
        assert page.url == proxy.url + "/"
        assert page.complaints == [] and proxy.strays == []
    finally:
        page.context.close()
        proxy.close()
