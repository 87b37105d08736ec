"""The chat page and the admin page in a real browser."""

import os
import re
import struct
import zlib

import pytest
import requests
from playwright.sync_api import expect

from admin import Admin
from browser import WAIT, Browser, assert_usable
from person import Person

expect.set_options(timeout=WAIT)


def picture(width, height):
    """A PNG of one colour."""
    def chunk(name, data):
        return struct.pack("!I", len(data)) + name + data + struct.pack("!I", zlib.crc32(name + data))

    rows = b"".join(b"\0" + b"\x20\x80\xc0" * width for _ in range(height))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack("!IIBBBBB", width, height, 8, 2, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


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


def test_what_others_write_is_text(lobby, parley):
    alice = lobby.alice
    alice.on("dialog", lambda dialog: pytest.fail("a script ran"))
    evil = "<img src=x onerror=alert(1)><script>alert(2)</script> javascript:alert(3)"
    with Person(parley, lobby.tokens[1]).connect() as bob:
        bob.send(lobby.chat, evil)
    expect(item(alice, "<img src=x").locator(".text")).to_have_text(evil)
    assert item(alice, "<img src=x").locator("img, script, a").count() == 0


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


def test_a_phone_shows_one_thing_at_a_time(lobby, parley, enter):
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
    for path in ["/", *re.findall(r'(?:src|href)="(/[^"]+)"', answer.text), "/chat/thread.js"]:
        answer = requests.get(parley.url + path, timeout=10)
        assert answer.status_code == 200 and answer.headers["X-Content-Type-Options"] == "nosniff", path
        again = requests.get(parley.url + path, headers={"If-None-Match": answer.headers["ETag"]}, timeout=10)
        assert again.status_code == 304 and not again.content
        assert requests.head(parley.url + path, timeout=10).headers["Content-Length"] == str(len(answer.content))
        assert requests.post(parley.url + path, timeout=10).status_code == 405
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
