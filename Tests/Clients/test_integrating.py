"""What the page "Integrating" shows is run as it stands there: its Python, and its nginx in front of the program."""

import re
import shutil
import socket
import subprocess
import time
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urljoin

import pytest
import requests
import socketio
from playwright.sync_api import expect

from admin import Admin
from appliance import ROOT
from person import Person
from test_browser import browser, enter, item, picture, say  # noqa: F401 (the first two are fixtures)
from test_examples import PNG, blocks

PAGE = ROOT / "Sources" / "parley" / "parley.docc" / "Integrating.md"
WAIT = 20


@pytest.fixture
def nginx(tmp_path):
    """nginx(appliance, location) is the address of one with the page's configuration; `location`: of its blocks."""
    program = shutil.which("nginx", path="/usr/sbin:/usr/bin:/sbin:/bin")
    assert program, "nginx is of the packages that `make test-packages` installs"
    running = []

    def starter(appliance, location=None):
        parts = dict(re.match(r"# (\S+)\n(.*)", block, re.S).groups() for block in blocks(PAGE, "nginx"))
        site = parts["conf.d/parley.conf"]
        if location:
            site, count = re.subn(r"    location / \{.*?\n    \}\n", lambda _: parts[location], site, flags=re.S)
            assert count == 1
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        given = {"listen 80;": f"listen 127.0.0.1:{port};", "127.0.0.1:5000": appliance.addresses["public"]}
        for text, value in given.items():
            assert text in site
            site = site.replace(text, value)
        folder = tmp_path / f"nginx-{len(running)}"
        (folder / "snippets").mkdir(parents=True)
        (folder / "snippets" / "parley.conf").write_text(parts["snippets/parley.conf"])
        paths = "".join(f"{name}_temp_path {folder}/{name};\n" for name in
                        ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        (folder / "nginx.conf").write_text(
            f"daemon off;\nmaster_process off;\npid {folder}/pid;\nerror_log {folder}/error.log;\n"
            f"events {{}}\nhttp {{\naccess_log off;\n{paths}{site}}}\n")
        process = subprocess.Popen(
            [program, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log")],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        running.append(process)
        deadline = time.monotonic() + WAIT
        while True:
            assert process.poll() is None, process.stderr.read() + (folder / "error.log").read_text()
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                return f"http://127.0.0.1:{port}"
            except OSError:
                assert time.monotonic() < deadline, "nginx does not listen"
                time.sleep(0.02)

    yield starter
    for process in running:
        process.terminate()
        process.wait(10)
        process.stderr.close()


def converse(url, path, chat, tokens, transport):
    """Two stock clients at `url`, over one transport: what one sends the other hears."""
    heard = []
    alice, bob = (socketio.Client(reconnection=False, handle_sigint=False) for _ in range(2))
    bob.on("message:new", heard.append)
    try:
        for client, token in zip((alice, bob), tokens):
            client.connect(url, socketio_path=path, transports=[transport], auth={"token": token}, wait_timeout=WAIT)
            assert client.transport() == transport
        for number in range(5):
            ack = alice.call("message:send", {"chatId": chat["id"], "content": f"{transport} {number}"}, timeout=WAIT)
            assert ack["ok"], ack
        deadline = time.monotonic() + WAIT
        while len(heard) < 5 and time.monotonic() < deadline:
            time.sleep(0.01)
        assert [message["content"] for message in heard] == [f"{transport} {number}" for number in range(5)]
    finally:
        alice.disconnect()
        bob.disconnect()


def folks(appliance):
    admin = Admin(appliance)
    users = [admin.user() for _ in range(2)]
    return admin.chat(*users), [admin.token(user)["token"] for user in users]


def use_files(site, base, chat, token, appliance):
    """A file up and down, by the addresses that the server tells."""
    headers = {"Authorization": f"Bearer {token}"}
    up = requests.post(urljoin(base, "files?name=cat.png"), data=PNG, headers=headers, timeout=WAIT)
    assert up.status_code == 201, up.text
    prefix = base.removeprefix(site).rstrip("/")
    assert up.json()["url"] == up.headers["Location"] == f"{prefix}/files/{up.json()['id']}"
    with Person(appliance, token) as person:
        person.connect()
        sent = person.ok("message:send", {"chatId": chat["id"], "content": "", "attachmentIds": [up.json()["id"]]})
        (attached,) = sent["message"]["attachments"]
        signed = person.ok("file:url", {"fileId": attached["id"]})["url"]
    for address in (attached["url"], signed):
        down = requests.get(urljoin(base, address), headers=headers if address == attached["url"] else {}, timeout=WAIT)
        assert (down.status_code, down.content) == (200, PNG), address


def see_page(base):
    """The chat page and everything that it names lie below `base`."""
    page = requests.get(base, timeout=WAIT)
    assert page.status_code == 200 and "<title>Parley</title>" in page.text
    names = [name for name in re.findall(r'(?:src|href)="([^"]+)"', page.text) if not name.startswith("data:")]
    assert len(names) >= 2
    for name in names:
        address = urljoin(base, name)
        assert address.startswith(base), address
        assert requests.get(address, timeout=WAIT).status_code == 200, address
    assert requests.get(urljoin(base, "healthz"), timeout=WAIT).json() == {"status": "ok"}
    assert requests.get(urljoin(base, "parley.d.ts"), timeout=WAIT).status_code == 200


@pytest.mark.parametrize("transport", ["polling", "websocket"])
def test_clients_talk_through_the_pages_nginx(start, nginx, transport):
    appliance = start("--trusted-proxy", "loopback")
    site = nginx(appliance)
    chat, tokens = folks(appliance)
    converse(site, "socket.io", chat, tokens, transport)
    use_files(site, site + "/", chat, tokens[0], appliance)
    see_page(site + "/")


@pytest.mark.parametrize("location", ["keep", "strip"])
def test_below_a_path_everything_works_whether_the_proxy_keeps_or_strips_it(start, nginx, location):
    appliance = start("--trusted-proxy", "loopback", "--path-prefix", "/chat")
    site = nginx(appliance, location)
    chat, tokens = folks(appliance)
    for transport in ("polling", "websocket"):
        converse(site, "chat/socket.io", chat, tokens, transport)
    see_page(site + "/chat/")
    # Without the slash one is led to the page: by nginx itself, or by the program where nginx hands that on.
    use_files(site, site + "/chat/", chat, tokens[0], appliance)


@pytest.mark.parametrize("location", ["keep", "strip"])
def test_the_chat_page_works_below_a_path(start, nginx, enter, location):  # noqa: F811
    appliance = start("--trusted-proxy", "loopback", "--path-prefix", "/chat")
    base = SimpleNamespace(url=nginx(appliance, location) + "/chat")
    admin = Admin(appliance)
    users = [admin.user(), admin.user()]
    admin.chat(*users, name="Lobby")
    alice, bob = [enter(base, admin.token(user)["token"]) for user in users]
    for page in (alice, bob):
        page.get_by_role("button", name="Lobby").click()
    alice.locator("#file").set_input_files({"name": "v.png", "mimeType": "image/png", "buffer": picture(320, 200)})
    expect(alice.locator("#attached li", has_text="ready")).to_have_count(1)
    say(alice, "below a path")
    image = item(bob, "below a path").get_by_role("img", name="v.png")
    expect(image).to_have_js_property("naturalWidth", 320)


def test_without_a_proxy_everything_is_there_twice(start):
    appliance = start("--path-prefix", "/team/chat/")
    chat, tokens = folks(appliance)
    for path in ("socket.io", "team/chat/socket.io"):
        for transport in ("polling", "websocket"):
            converse(appliance.url, path, chat, tokens, transport)
    for base in (appliance.url + "/", appliance.url + "/team/chat/"):
        see_page(base)
    use_files(appliance.url, appliance.url + "/team/chat/", chat, tokens[0], appliance)
    led = requests.get(appliance.url + "/team/chat", allow_redirects=False, timeout=WAIT)
    assert led.status_code == 307 and urljoin(appliance.url + "/team/chat", led.headers["Location"]) == (
        appliance.url + "/team/chat/")
    led = requests.get(appliance.url + "/team/chat?x=1&y=%C3%A9", allow_redirects=False, timeout=WAIT)
    assert led.status_code == 307 and led.headers["Location"] == "chat/?x=1&y=%C3%A9"
    for path in ("/team", "/team/chat/team/chat/healthz", "/team/chatx/healthz", "/team/chat/admin/users"):
        assert requests.get(appliance.url + path, timeout=WAIT).status_code == 404, path


def test_the_pages_python_runs_from_the_secret_to_the_file(start, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (secret,) = re.findall(r"^    (head -c .* > jwt\.secret)$", PAGE.read_text(), re.M)
    subprocess.run(["sh", "-c", secret], check=True)
    appliance = start("--jwt-secret-file", "jwt.secret", "--auto-create-users")
    given = {"http://127.0.0.1:5080": appliance.admin_url, "http://127.0.0.1:5000": appliance.url}
    names = {"__name__": "example"}
    for number, block in enumerate(blocks(PAGE, "python")):
        for text, value in given.items():
            block = block.replace(text, value)
        exec(compile(block, f"{PAGE.name}, Python example {number + 1}", "exec"), names)
    page = SimpleNamespace(**names)
    said = Admin(appliance).messages({"id": "order-4711"})["items"]
    assert [(message["message_type"], message["sender_id"]) for message in said] == [("system", None), ("text", "u-2")]
    with pytest.raises(RuntimeError, match="409 conflict"):
        page.call("POST", "/users", id="u-1", username="alice")
    token = page.chat_token("u-1", "Alice")
    Path("cat.png").write_bytes(PNG)
    with Person(appliance, token) as alice:
        alice.connect()
        assert alice.ready["user"]["id"] == "u-1"
        file = page.upload("cat.png", token, appliance.url)
        sent = alice.ok("message:send", {"chatId": "order-4711", "content": "", "attachmentIds": [file]})
        assert sent["message"]["attachments"][0]["name"] == "cat.png"
    with Person(appliance, page.chat_token("stranger", "A Stranger")) as stranger:
        stranger.connect()
        assert stranger.ready["user"]["id"] == "stranger"
