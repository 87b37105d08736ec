"""Everybody acknowledges everything at once: what is told and written is bounded. CONTRACT section 3, "Receipts"."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "Bench"))

from receipts import measure  # noqa: E402


def at_most_a_second(counts):
    """How often one watermark of one member may have been told: once at first, then once a second."""
    return 2 + int(counts["seconds"])


def test_in_a_large_room_receipts_are_told_to_the_reader_alone_and_once_a_second(tmp_path):
    counts = measure(tmp_path, members=150)
    assert counts["messages told"] == 150 * 10
    assert counts["of others"] == 0
    assert counts["most to one"] <= 2 * at_most_a_second(counts)
    assert counts["receipts told"] <= 2 * 149 * at_most_a_second(counts)
    # What was sent, and who came and went, is all that the writer was given.
    assert counts["commands"] <= counts["receipts sent"] + 10 + 2 * 150
    assert counts["commits"] <= counts["commands"]


def test_in_a_small_room_everybody_is_told_once_a_second(tmp_path):
    counts = measure(tmp_path, members=30)
    assert 29 * 29 <= counts["receipts told"] <= 2 * 29 * 30 * at_most_a_second(counts)
    assert counts["most to one"] <= 2 * 29 * at_most_a_second(counts)
