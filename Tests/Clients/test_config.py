"""`parley config` and `parley healthcheck`: CONTRACT section 1."""

import json
import os
import subprocess

import pytest

from appliance import BINARY, environment, run

SECRET = "a secret of these tests, longer than 32 bytes"


def config(*arguments, cwd=None, **variables):
    done = subprocess.run(
        [BINARY, "config", *map(str, arguments)], capture_output=True, text=True, timeout=30, check=False, cwd=cwd,
        env={**environment(), **variables})
    return done.returncode, done.stdout, done.stderr


def settings(*arguments, **variables):
    code, out, said = config("--json", *arguments, **variables)
    assert code == 0, said
    return json.loads(out)


def test_every_setting_of_serve_is_shown_with_its_default(tmp_path):
    shown = settings()
    help_text = subprocess.run([BINARY, "serve", "--help"], capture_output=True, text=True, timeout=30).stdout
    for name in shown:
        assert f"--{name}" in help_text, name
    assert {setting["origin"] for setting in shown.values()} == {"default"}
    expected = {
        "data": "./data", "listen": "[::]:5000", "admin-listen": "127.0.0.1:5080", "durability": "full",
        "ping-interval": "25s", "recovery-window": "7d", "max-payload": "1000000", "cors-origin": "*",
        "jwt-user-claim": "sub", "path-prefix": None, "strip-location": "true", "rate-limit-messages": "20",
        "unix-mode": "0666", "max-connection-memory": "2000000",
    }
    assert {name: shown[name]["value"] for name in expected} == expected


def test_where_each_comes_from_flag_before_environment_before_file(tmp_path):
    file = tmp_path / "parley.yaml"
    file.write_text("listen: 127.0.0.1:1\nping-interval: 30s\nhistory: joined\ncors-origin: [https://a.example]\n")
    shown = settings("--config", file, "--ping-interval", "40s", PARLEY_PING_INTERVAL="50s", PARLEY_HISTORY="all")
    assert shown["ping-interval"] == {"value": "40s", "origin": "--ping-interval"}
    assert shown["history"] == {"value": "all", "origin": "PARLEY_HISTORY"}
    assert shown["listen"] == {"value": "127.0.0.1:1", "origin": "listen in the configuration file"}
    assert shown["cors-origin"]["value"] == "https://a.example"
    assert settings(PARLEY_CONFIG=str(file))["history"]["value"] == "joined"


def test_keys_are_not_shown_and_files_of_keys_are_named(tmp_path):
    (tmp_path / "key").write_text("an-admin-key-of-enough-bytes")
    for arguments, variables in (
            (("--jwt-secret", SECRET, "--admin-key", "the-admin-key-itself"), {}),
            ((), {"PARLEY_JWT_SECRET": SECRET, "PARLEY_ADMIN_KEY": "the-admin-key-itself"})):
        for form in ((), ("--json",)):
            code, out, said = config(*form, *arguments, **variables)
            assert code == 0 and SECRET not in out + said and "the-admin-key-itself" not in out + said
            assert out.count("(hidden)") == 2
    assert settings("--admin-key-file", tmp_path / "key")["admin-key-file"]["value"] == str(tmp_path / "key")


def test_all_that_is_wrong_is_told_with_78(tmp_path):
    file = tmp_path / "parley.yaml"
    file.write_text("history: some\n")
    code, out, said = config(
        "--check", "--config", file, "--ping-interval", "soon", "--jwt-secret", "short", "--tls-cert", "/none",
        "--cors-origin", "ftp:", PARLEY_THREADS="many")
    assert (code, out) == (78, "")
    lines = said.splitlines()
    for name in ("--ping-interval", "--jwt-secret", "--cors-origin", "PARLEY_THREADS", "history in the", "--tls-cert"):
        assert sum(name in line for line in lines) == 1, said
    assert all(line.startswith("parley: ") for line in lines)
    file.write_text("a: 1\nlisten: 127.0.0.1:1\nb: 2\n")
    assert config("--config", file)[0] == 78 and "a, b" in config("--config", file)[2]
    assert config("--config", tmp_path / "none.yaml")[0] == 78
    assert config("--no-such-option")[0] != 0


def test_check_looks_into_the_files_that_are_named_and_says_nothing_where_all_is_right(tmp_path):
    (tmp_path / "cert.pem").write_text("no certificate")
    (tmp_path / "key.pem").write_text("no key")
    code, _, said = config("--check", "--tls-cert", tmp_path / "cert.pem", "--tls-key", tmp_path / "key.pem")
    assert code == 78 and "cert.pem" in said
    (tmp_path / "keys.json").write_text("{}")
    code, _, said = config("--check", "--jwt-public-key", tmp_path / "keys.json", "--jwt-audience", "x")
    assert code == 78 and "--jwt-public-key" in said
    assert config("--check") == (0, "", "")
    code, _, said = config("--check", PARLEY_LISTN="x")
    assert code == 0 and "PARLEY_LISTN" in said
    assert not os.path.exists(tmp_path / "data")


def test_healthcheck_is_0_where_the_appliance_of_this_configuration_is_ready(start, tmp_path):
    appliance = start()
    address = appliance.addresses["admin"]
    assert run("healthcheck", "--admin-listen", address)[:2] == (0, "ready\n")
    assert run("healthcheck", "--quiet", "--admin-listen", address)[:2] == (0, "")
    file = tmp_path / "parley.yaml"
    file.write_text(f"admin-listen: {address}\n")
    assert run("healthcheck", "--config", file)[0] == 0
    appliance.stop()
    code, out, said = run("healthcheck", "--admin-listen", address)
    assert (code, out) == (1, "") and address in said
    assert run("healthcheck", "--admin-listen", "nonsense")[0] == 78


def test_healthcheck_by_a_unix_socket(start, tmp_path):
    start("--admin-listen", f"unix:{tmp_path}/admin.sock")
    assert run("healthcheck", "--admin-listen", f"unix:{tmp_path}/admin.sock")[0] == 0


@pytest.mark.parametrize("answer", [b"HTTP/1.1 503 No\r\nContent-Length: 4\r\n\r\nlost", b"SSH-2.0-x\r\n", b""])
def test_healthcheck_of_what_is_no_ready_parley_is_1(answer):
    import socket
    import threading

    with socket.create_server(("127.0.0.1", 0)) as server:
        def serve():
            peer, _ = server.accept()
            peer.recv(4096)
            peer.sendall(answer)
            peer.close()

        thread = threading.Thread(target=serve)
        thread.start()
        code, out, said = run("healthcheck", "--admin-listen", f"127.0.0.1:{server.getsockname()[1]}")
        thread.join()
    assert (code, out) == (1, "") and said.count("\n") == 1
