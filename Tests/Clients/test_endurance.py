"""A short round of each endurance test; the long ones are `make crash-test` and its like."""

import subprocess
import sys

import pytest

from appliance import BINARY, ROOT, environment

ROUNDS = {
    "crash_test.py": ["--rounds", 5, "--first-starts", 3, "--migrations", 4, "--jobs", 1],
    "copy_test.py": ["--copies", 12, "--slow", 2, "--shell", 2, "--frozen", 1, "--slowed", 2, "--pace", 150],
    "jitter_test.py": ["--clients", 20, "--seconds", 5, "--every", 1.5, "--senders", 5, "--pace", 5],
    "restart_test.py": ["--clients", 30, "--rounds", 2, "--senders", 6, "--pace", 5],
}


@pytest.mark.timeout(300)
@pytest.mark.parametrize("script", ROUNDS)
def test_a_short_round_finds_nothing(script):
    command = [sys.executable, ROOT / "Tests" / "Endurance" / script, *ROUNDS[script]]
    done = subprocess.run(
        [str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
        timeout=290, env={**environment(), "PARLEY_BIN": BINARY})
    assert done.returncode == 0, done.stdout[-8000:]
    assert "PASSED" in done.stdout
