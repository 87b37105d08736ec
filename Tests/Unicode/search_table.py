"""Makes Sources/ChatCore/Search/SearchTable+Facts.swift: what search makes of every Unicode scalar.

    pip install unicodedata2 && python3 search_table.py ../../Sources/ChatCore/Search/SearchTable+Facts.swift

The table is kept, not the newest Unicode facts of whatever platform the binary runs on: an index that was written with
one table is taken apart with the same. Whoever makes it anew raises SearchTable.version, and every file is indexed
anew.

Base64 of: the number of pages (2 bytes, little endian, as all numbers); runs of the pages' numbers, one for each 256
scalars (count, number: 1 byte each); 0; runs of the pages' entries (count 1 byte, first entry 2, step 1); 0; the pool.
An entry below 16 is a class (bits 0-2; bit 3: it is put in canonical order), and the scalar stays what it is. Others
are 16 + a place in the pool, where the scalars stand that it becomes, in UTF-8, each such text ended by a NUL that has
no place of its own; a text of nothing has the place of one scalar.
"""
import base64
import struct
import sys
from itertools import groupby

import unicodedata2 as facts

OTHER, WORD, PAIRS, TRIPLES, SYMBOL, NOTHING, COMBINER = range(7)

# Letters that people write without their mark or in another way: they are found either way.
LETTERS = {
    "ø": "o", "ł": "l", "đ": "d", "ħ": "h", "ŧ": "t", "ı": "i", "æ": "ae", "œ": "oe",
    "ی": "ي", "ى": "ي", "ک": "ك",
}
# Letters of their own, though Unicode takes them apart: the base, the mark, and what they stay.
KEPT = {("и", "\u0306"): "й", ("у", "\u0306"): "ў", ("і", "\u0308"): "ї", ("г", "\u0301"): "ѓ", ("к", "\u0301"): "ќ"}
KANA_MARKS = "\u3099\u309A"
COMBINERS = {mark for _, mark in KEPT} | set(KANA_MARKS)

SIGNS = {
    **{dash: "-" for dash in "‐‑‒–—―−﹘﹣－"}, **{quote: "'" for quote in "‘’‚‛ʼ＇"},
    **{quote: '"' for quote in "“”„‟«»＂"}, "⁄": "/",
    # Hebrew's: geresh and gershayim, of which keyboards have but the quotes, and maqaf.
    "\u05F3": "'", "\u05F4": '"', "\u05BE": "-",
}

# Scripts whose words stand without blanks, by the size of their letters' number: Han, kana, Hangul, Yi and the like by
# pairs, those of South-East Asia, of which each has some seventy signs, by triples.
PAIR_RANGES = [
    (0x1100, 0x11FF), (0x3005, 0x3007), (0x3021, 0x3029), (0x3031, 0x3035), (0x3038, 0x303C), (0x3041, 0x3096),
    (0x309D, 0x309F), (0x30A1, 0x30FA), (0x30FC, 0x318E), (0x31A0, 0x31BF), (0x31F0, 0x31FF), (0x3400, 0x4DBF),
    (0x4E00, 0xA4CF), (0xA960, 0xA97F), (0xAC00, 0xD7FF), (0xF900, 0xFAFF), (0x16FE0, 0x18DFF), (0x1AFF0, 0x1B2FF),
    (0x20000, 0x3FFFD),
]
TRIPLE_RANGES = [
    (0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x1950, 0x19DF), (0x1A20, 0x1AAF), (0xA9E0, 0xA9FF),
    (0xAA60, 0xAADF), (0x11700, 0x1174F),
]
# Marks that may be left out where they stand: accents, harakat, niqqud, stress, chant; and the nukta where it marks
# sounds of borrowed words (not in Bengali, Assamese and Odia, whose letters it makes).
OPTIONAL = [
    (0x0300, 0x036F), (0x0483, 0x0489), (0x0591, 0x05BD), (0x05BF, 0x05C7), (0x0610, 0x061A), (0x0640, 0x0640),
    (0x064B, 0x065F), (0x0670, 0x0670), (0x06D6, 0x06DC), (0x06DF, 0x06E4), (0x06E7, 0x06E8), (0x06EA, 0x06ED),
    (0x0711, 0x0711), (0x0730, 0x074A), (0x07EB, 0x07F3), (0x0816, 0x082D), (0x0859, 0x085B), (0x0897, 0x089F),
    (0x08CA, 0x08FF), (0x093C, 0x093C), (0x0951, 0x0954), (0x0A3C, 0x0A3C), (0x0ABC, 0x0ABC),
    (0x0CBC, 0x0CBC), (0x1AB0, 0x1AFF), (0x1CD0, 0x1CFA), (0x1DC0, 0x1DFF), (0x20D0, 0x20FF),
    (0xA8E0, 0xA8F1), (0xFE20, 0xFE2F), (0x10EFC, 0x10EFF),
]
# Default_Ignorable_Code_Point; and skin tones.
IGNORABLE = [
    (0x00AD, 0x00AD), (0x034F, 0x034F), (0x061C, 0x061C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F),
    (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0x1F3FB, 0x1F3FF), (0xE0000, 0xE0FFF),
]
# Emoji that Unicode counts among punctuation, and room for those that it will have.
SYMBOLS = [(0x3030, 0x3030), (0x303D, 0x303D), (0x1F000, 0x1FAFF)]


def within(scalar, ranges):
    return any(low <= scalar <= high for low, high in ranges)


def is_space(character):
    return facts.category(character) in ("Zs", "Zl", "Zp") or character in "\t\n\v\f\r\x85"


def lower(character):
    """Case folding, also of pairs that this Python does not know yet."""
    folded = character.casefold()
    if folded == character and facts.category(character) in ("Lu", "Lt"):
        name = facts.name(character, "")
        try:
            return facts.lookup(name.replace("CAPITAL LETTER", "SMALL LETTER"))
        except KeyError:
            return character
    return folded


def composed(text):
    """Hangul and kana put together again, as their writers know them, and the letters that are kept."""
    out = []
    for character in text:
        if out:
            pair = facts.normalize("NFC", out[-1] + character)
            is_hangul = 0xAC00 <= ord(pair[0]) <= 0xD7A3
            if len(pair) == 1 and (is_hangul or character in KANA_MARKS):
                out[-1] = pair
                continue
            if (out[-1], character) in KEPT:
                out[-1] = KEPT[out[-1], character]
                continue
        out.append(character)
    return "".join(out)


def folded(character):
    scalar = ord(character)
    if within(scalar, IGNORABLE):
        return ""
    if facts.category(character) == "Nd":
        return str(facts.decimal(character))
    if character in COMBINERS or 0xAC00 <= scalar <= 0xD7A3:
        return character
    text = "".join(SIGNS.get(each, each) for each in character)
    text = facts.normalize("NFKD", text)
    text = facts.normalize("NFKD", "".join(lower(each) for each in text))
    text = "".join(LETTERS.get(each, each) for each in composed(text))
    text = "".join(" " if is_space(each) else SIGNS.get(each, each) for each in text)
    if len(text) > 1 or text in COMBINERS:
        # What combines is told by what stands before it: a half-width mark, a letter's mark.
        first, rest = text[0], text[1:]
        rest = "".join(each for each in rest if not within(ord(each), OPTIONAL + IGNORABLE))
        text = first + rest
    if len(text) == 1 and text in COMBINERS:
        return text
    return "".join(each for each in text if not within(ord(each), OPTIONAL + IGNORABLE))


def class_of(character):
    scalar, category = ord(character), facts.category(character)
    if character in COMBINERS:
        return COMBINER
    if within(scalar, IGNORABLE) or within(scalar, OPTIONAL):
        return NOTHING
    if within(scalar, SYMBOLS):
        return SYMBOL
    if category[0] in "LMN":
        if within(scalar, PAIR_RANGES):
            return PAIRS
        return TRIPLES if within(scalar, TRIPLE_RANGES) else WORD
    if category == "Co":
        return WORD
    # Those of the CJK planes that are not assigned yet are characters all the same.
    if category == "Cn" and 0x20000 <= scalar <= 0x3FFFD:
        return PAIRS
    return SYMBOL if scalar > 0x7F and category in ("So", "Sc", "Sm") else OTHER


def main(path):
    pool, places, pages, numbers = [], {}, {}, []

    def entry(scalar):
        if 0xD800 <= scalar <= 0xDFFF:
            return OTHER
        character = chr(scalar)
        text = folded(character)
        if text == character:
            kind = class_of(character)
            return kind | (8 if kind in (WORD, PAIRS, TRIPLES) and facts.combining(character) else 0)
        if text not in places:
            places[text] = count(pool)
            pool.append(text)
            for each in text:
                assert folded(each) == each, (hex(scalar), text)
        return 16 + places[text]

    for high in range(0x1100):
        page = tuple(entry(high << 8 | low) for low in range(256))
        numbers.append(pages.setdefault(page, len(pages)))
    assert len(pages) <= 256 and count(pool) + 16 < 1 << 16
    data = struct.pack("<H", len(pages)) + runs_of_pages(numbers) + b"\0"
    data += runs_of_entries([each for page in pages for each in page]) + b"\0"
    data += "".join(text + "\0" for text in pool).encode()
    text = base64.b64encode(data).decode()
    lines = [text[at:at + 110] for at in range(0, len(text), 110)]
    with open(path, "w", encoding="utf-8") as file:
        file.write(
            f"/// Made by Tests/Unicode/search_table.py from Unicode {facts.unidata_version}.\n"
            'extension SearchTable {\n    static let facts: StaticString = """\n'
            + "".join(f"        {line}\\\n" for line in lines[:-1]) + f'        {lines[-1]}\n        """\n}}\n')
    print(f"Unicode {facts.unidata_version}: {len(pages)} pages, {count(pool)} scalars in the pool, {len(data)} bytes")


def count(pool):
    return sum(len(text) or 1 for text in pool)


def runs_of_pages(numbers):
    out = b""
    for number, run in groupby(numbers):
        left = len(list(run))
        while left > 0:
            out += bytes([min(left, 255), number])
            left -= 255
    return out


def runs_of_entries(entries):
    out, at = [], 0
    while at < len(entries):
        end, step = at + 1, 0
        if end < len(entries) and 0 <= entries[end] - entries[at] <= 2:
            step = entries[end] - entries[at]
            while end < len(entries) and end - at < 255 and entries[end] - entries[end - 1] == step:
                end += 1
        out.append(struct.pack("<BHB", end - at, entries[at], step))
        at = end
    return b"".join(out)


main(sys.argv[1])
