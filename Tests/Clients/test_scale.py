"""The round of Tests/Bench/scale.py that takes seconds: every answer on a filled database is right."""

import sys
from pathlib import Path

from appliance import run

sys.path.append(str(Path(__file__).resolve().parents[1] / "Bench"))

from scale import Filling, Scale  # noqa: E402


def test_every_event_is_answered_rightly_on_a_filled_database(tmp_path):
    scale = Scale(tmp_path, Filling(messages=6_000, members=600, chats=150), repeat=10)
    scale.fill()
    scale.start()
    try:
        scale.everything()
        scale.appliance.stop()
    finally:
        scale.appliance.kill()
    code, out, _ = run("check", tmp_path / "data" / "parley.db", timeout=120)
    assert code == 0, out
