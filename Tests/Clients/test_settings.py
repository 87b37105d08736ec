"""Settings as people write them, in each of the places where one can stand."""

import json

import pytest
import requests
from websocket import WebSocketBadStatusException, create_connection

from appliance import run

VALUES = {
    "ping-interval": "25s", "ping-timeout": "0.5m", "recovery-window": "30d", "max-payload": "10MB",
    "max-connection-memory": "1GiB", "max-send-queue": "64k", "log-level": "WARNING", "durability": "FULL",
    "auto-create-users": "yes",
}
"""What each means is seen in what the server says of itself."""


def handshake(appliance):
    answer = requests.get(appliance.url + "/socket.io/?EIO=4&transport=polling", timeout=10)
    return json.loads(answer.text[1:])


@pytest.mark.parametrize("place", ["options", "environment", "file"])
def test_times_sizes_levels_and_switches_are_understood_wherever_they_stand(start, tmp_path, monkeypatch, place):
    # The addresses are logged at info.
    values = {**VALUES, "log-level": "Info"}
    options = []
    if place == "options":
        options = [f"--{name}={value}" for name, value in values.items()]
    elif place == "environment":
        import appliance as module
        given = {"PARLEY_" + name.upper().replace("-", "_"): value for name, value in values.items()}
        usual = module.environment()
        monkeypatch.setattr(module, "environment", lambda: {**usual, **given})
    else:
        file = tmp_path / "parley.yaml"
        file.write_text("".join(f"{name}: {value}\n" for name, value in values.items()))
        options = ["--config", file]
    opened = handshake(start(*options))
    assert (opened["pingInterval"], opened["pingTimeout"], opened["maxPayload"]) == (25_000, 30_000, 10_000_000)


@pytest.mark.parametrize("value", ["true", "yes", "on", "1", "false", "no", "off", "0", "True"])
def test_switches_of_the_file_are_those_of_yaml_and_of_people(start, tmp_path, value):
    file = tmp_path / "parley.yaml"
    file.write_text(f"auto-create-users: {value}\n")
    start("--config", file)


@pytest.mark.parametrize("options", [
    ("--listen", ""), ("--cors-origin", ""), ("--max-payload", ""), ("--log-level", ""), ("--path-prefix", ""),
    ("--auto-create-users=perhaps",), ("--ping-interval", "25 parsecs"),
    ("--max-payload", "10XB"), ("--log-level", "loud"),
    ("--path-prefix", "/files"), ("--path-prefix", "https://example.com/chat"),
    *[("--cors-origin", origin) for origin in (
        "example.com", "https://example.com/chat", "https://*.com", "https://*", "https://a.*.example.com",
        "https://example.com:port", "https://*example.com", "wss://example.com", "https://user@example.com")],
])
def test_what_means_nothing_ends_the_start_with_one_line(tmp_path, options):
    code, out, said = run("serve", "--data", tmp_path / "data", *options)
    assert (code, out) == (78, "")
    assert said.count("\n") == 1 and options[0].split("=")[0] in said
    assert not (tmp_path / "data").exists()


def test_an_origin_is_listed_as_people_write_it_and_echoed_as_it_comes(start):
    appliance = start(
        "--cors-origin", "https://*.example.com", "--cors-origin", "https://bücher.example:443/",
        "--cors-origin", "http://Localhost:80")
    welcome = ("https://a.example.com", "https://xn--bcher-kva.example", "http://localhost")
    unknown = ("https://example.com", "https://a.b.example.com", "https://a.example.com:8443", "http://a.example.com",
               "https://evil.example", "null")
    for path in ("/socket.io/?EIO=4&transport=polling", "/files/none"):
        for origin in welcome + unknown:
            answer = requests.get(appliance.url + path, headers={"Origin": origin}, timeout=10)
            echoed = answer.headers.get("Access-Control-Allow-Origin")
            assert echoed == (origin if origin in welcome else None), (path, origin)
            assert answer.headers.get("Access-Control-Allow-Credentials") == ("true" if echoed else None)
            assert "Origin" in answer.headers["Vary"]
    address = appliance.ws_url + "/socket.io/?EIO=4&transport=websocket"
    for origin in welcome:
        create_connection(address, origin=origin, timeout=10).close()
    for origin in unknown:
        with pytest.raises(WebSocketBadStatusException) as refused:
            create_connection(address, origin=origin, timeout=10)
        assert refused.value.status_code == 403, origin
