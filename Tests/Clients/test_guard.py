"""The guard of the routes, on the wire: every call of the description, in every spelling, without the key."""

import contextlib
import socket

import pytest
import requests

SPELLINGS = [
    "/{path}", "//{path}", "/.{path}", "/./{rest}", "/x/..{path}", "/%2e{path}", "/%2e%2e{path}", "/x/%2e%2e{path}",
    "{path}/", "{path}//", "{path}/.", "{path}/..", "{path}/x/..", "{path}%2f", "{path}%00", "{path}%", "{path};a=b",
    "{path}#", "/%2f{path}", "/%2F{rest}", "/{first}//{below}", "/{first}/./{below}", "/{first}/x/../{below}",
    "/{first}%2f{below}", "/{encoded}/{below}", "/{encoded}", "/\\{rest}", "/{first}\\{below}", "/{upper}/{below}",
    "http://localhost{path}", "HTTP://localhost{path}", "https://localhost{path}", "http://localhost/{path}",
    "http://evil.example{path}", "http://localhost:1{path}/", "{rest}", "*", "?{path}",
]


def spell(spelling, path):
    rest = path[1:]
    first, _, below = rest.partition("/")
    return spelling.format(path=path, rest=rest, first=first, below=below, upper=first.upper(),
                           encoded="%%%02x%s" % (ord(first[0]), first[1:]) if first else "")


def status(address, method, target, headers=(), body=b"", version="1.1"):
    """One request on a connection of its own, its target exactly so."""
    with socket.create_connection(address, timeout=10) as connection:
        lines = [f"{method} {target} HTTP/{version}", "Host: localhost", "Connection: close", *headers]
        if body:
            lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
        connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        answer = b""
        while part := connection.recv(65536):
            answer += part
    return int(answer.split()[1]), answer


def admin_address(appliance):
    host, port = appliance.addresses["admin"].rsplit(":", 1)
    return host.strip("[]"), int(port)


def test_no_spelling_passes_the_guard(parley, admin):
    user = admin.user()
    chat = admin.chat(user)
    description = requests.get(parley.admin_url + "/openapi.json", timeout=10).json()
    address = admin_address(parley)
    asked = 0
    for template, calls in description["paths"].items():
        place = "chats" if "/chats/" in template else "users"
        path = (template.replace("{id}", chat["id"] if place == "chats" else user["id"])
                .replace("{user_id}", user["id"]).replace("{token_id}", "x").replace("{sid}", "x"))
        for method, call in calls.items():
            if call.get("security") == []:
                continue
            for target in [path, *(spell(spelling, path) for spelling in SPELLINGS)]:
                for headers in ((), ("Authorization: Bearer wrong",)):
                    code, answer = status(address, method.upper(), target, headers)
                    assert code in (400, 401, 404, 421, 429), (method, target, answer)
                    asked += 1
    assert asked > 1000
    assert admin.call("GET", "/admin/users/" + user["id"])["blocked"] is False


def test_the_walk_arounds_of_the_last_release_are_refused(parley):
    address = admin_address(parley)
    for target in ("//admin/users", "/metrics/", "//metrics", "/%61dmin/users", "/admin/./users", "/x/../admin/users",
                   "//admin/backup", "/admin//backup", "http://localhost//admin/users", "/admin/%75sers"):
        assert status(address, "GET", target)[0] in (400, 401, 404), target
    assert status(address, "GET", "http://localhost/admin/users")[0] == 401
    made = status(address, "POST", "//admin/tokens", body=b'{"username":"mallory","create":true}')
    assert made[0] == 404


def test_other_spellings_are_404_on_the_public_listener_too(parley):
    for target in ("//healthz", "/healthz/", "/./healthz", "/x/../healthz", "/%68ealthz", "//", "/chat//app.js",
                   "/chat/./app.js", "//socket.io/?EIO=4&transport=polling", "/socket.io//?EIO=4&transport=polling",
                   "/%73ocket.io/?EIO=4&transport=polling", "/socket.io/./?EIO=4&transport=polling", "//files/x"):
        assert status(parley.address, "GET", target)[0] == 404, target
    assert status(parley.address, "GET", "http://a/healthz")[0] == 200
    assert status(parley.address, "GET", "http://a/socket.io/?EIO=4&transport=polling")[0] == 200


def test_another_host_is_not_this_listener(start):
    appliance = start("--admin-host", "parley.example.org")
    for host, code in (("127.0.0.1", 200), ("localhost:1", 200), ("[::1]:5", 200), ("parley.example.org", 200),
                       ("evil.example", 421), ("localhost.evil.example", 421)):
        headers = {"Host": host, "Authorization": "Bearer " + appliance.admin_key}
        assert requests.get(appliance.admin_url + "/admin/stats", headers=headers, timeout=10).status_code == code, host
    for path, code in (("/", 421), ("/nothing", 421), ("/healthz", 200)):
        answer = requests.get(appliance.admin_url + path, headers={"Host": "evil.example"}, timeout=10)
        assert answer.status_code == code, path


def test_guesses_are_slowed_and_logged_and_the_right_key_passes(start):
    appliance = start()
    codes = [requests.get(appliance.admin_url + "/admin/stats", headers={"Authorization": "Bearer guess"}, timeout=10)
             for _ in range(12)]
    assert [answer.status_code for answer in codes] == [401] * 10 + [429] * 2
    assert 1 <= int(codes[-1].headers["Retry-After"]) <= 60
    right = {"Authorization": "Bearer " + appliance.admin_key}
    assert requests.get(appliance.admin_url + "/admin/stats", headers=right, timeout=10).status_code == 200
    assert requests.get(appliance.admin_url + "/admin/stats", timeout=10).status_code == 401
    refused = [line for line in appliance.log().splitlines() if "refused key" in line]
    assert len(refused) == 12 and all("127.0.0.1" in line and "guess" not in line for line in refused)


@pytest.mark.parametrize("listener", ["admin", "public"])
def test_http_by_the_book(parley, listener):
    address = admin_address(parley) if listener == "admin" else parley.address

    def raw(text):
        with socket.create_connection(address, timeout=10) as connection:
            connection.sendall(text.encode())
            answer = b""
            while part := connection.recv(65536):
                answer += part
        return int(answer.split()[1])

    assert raw("GET /healthz HTTP/1.1\r\n\r\n") == 400
    assert raw("GET /healthz HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n") == 400
    assert raw("GET /healthz HTTP/1.0\r\n\r\n") == 200
    assert raw("CONNECT localhost:1 HTTP/1.1\r\nHost: localhost:1\r\n\r\n") in (400, 405, 501)
    path, key = ("/admin/users", parley.admin_key) if listener == "admin" else ("/files", "none")
    head = (f"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\n"
            "Content-Type: application/json\r\n")
    assert raw(head + "Transfer-Encoding: chunked\r\n\r\nzz\r\n") in (400, 401)
    assert raw(head + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n") == 400
    assert raw(head + "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}") == 400
    assert "admin call failed" not in parley.log() and "public call failed" not in parley.log()


def test_the_clients_script_is_not_carried_and_says_where_it_is(parley):
    answer = requests.get(parley.url + "/socket.io/socket.io.js", timeout=10)
    assert answer.status_code == 404 and answer.text.count("\n") == 1 and "socket.io-client" in answer.text


def test_who_only_sits_there_does_not_keep_the_operator_out(start):
    appliance = start()
    address = admin_address(appliance)
    right = {"Authorization": "Bearer " + appliance.admin_key}
    with requests.Session() as operator, contextlib.ExitStack() as sitters:
        operator.trust_env = False
        assert operator.get(appliance.admin_url + "/admin/stats", headers=right, timeout=10).status_code == 200
        for number in range(150):
            try:
                sitter = sitters.enter_context(socket.create_connection(address, timeout=10))
                sitter.sendall(b"GET / HTTP/1.1\r\nHost: loc" if number % 2 else b"")
            except OSError:
                pass  # it has made room already
            if number % 10 == 0:
                answer = requests.get(appliance.admin_url + "/admin/stats", headers=right, timeout=10)
                assert answer.status_code == 200, number
        assert operator.get(appliance.admin_url + "/admin/stats", headers=right, timeout=10).status_code == 200
