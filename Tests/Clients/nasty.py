"""Texts that make a server work which looks at them as characters: for each kind, so many bytes of it.

What a kind gives is the inside of a JSON string, as it goes over the wire; `plain` gives what it stands for."""

import json


def _repeated(pattern):
    def make(size):
        return pattern * max(1, size // len(pattern.encode()))
    return make


def _descending(size):
    # To put it in canonical order by insertion moves each of the latter over all of the former.
    half = max(1, size // 4)
    return "a" + "\u0301" * half + "\u0334" * half


KINDS = {
    "marks in descending order": _descending,
    "U+0344, which is two marks": _repeated("\u0344"),
    "letters that are three scalars": _repeated("\u1e69"),
    "hangul jamo": _repeated("\u1112\u1161\u11ab"),
    "joiners": _repeated("\U0001F468\u200d"),
    "tag characters": _repeated("\U000E0061"),
    "presentation forms": _repeated("\uFB2C"),
    "ends of lines": _repeated("\r\n"),
    "escapes": lambda size: "\\u0301" * (size // 12) + "\\u0334" * (size // 12),
    "halves of surrogate pairs": lambda size: "\\ud800" * (size // 6),
    "regional indicators": _repeated("\U0001F1E6"),
}
"""Text of about `size` bytes."""

RAW = ("escapes", "halves of surrogate pairs")
"""Kinds that are JSON escapes already."""


def inside(kind, size):
    """What stands between the quotes of a JSON string."""
    text = KINDS[kind](size)
    return text if kind in RAW else json.dumps(text, ensure_ascii=False)[1:-1]


def plain(kind, size):
    """The text itself, for places that are no JSON."""
    text = KINDS[kind](size)
    return json.loads(f'"{text}"').encode("utf-8", "replace").decode() if kind in RAW else text
