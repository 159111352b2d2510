"""Laying words and tables out for a terminal of 80 columns.

Not here: what they say.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

WIDTH = 80
GAP = "  "


def cells_of(text: str) -> int:
    """Count the terminal's cells that a text takes: a wide letter takes two, a combining one none."""
    return sum(_cells(letter) for letter in text)


def wrapped(text: str, indent: str = "", *, hanging: str | None = None, width: int = WIDTH) -> list[str]:
    """Break a text into lines no wider than `width`; lines after the first start with `hanging`.

    A word that is wider than a line is broken after the last `_`, `-` or `/` that fits.
    """
    lines: list[str] = []
    line, start = indent, indent
    for word in text.split():
        rest = word
        if line != start and cells_of(line) + 1 + cells_of(rest) <= width:
            line += f" {rest}"
            continue
        if line != start:
            lines.append(line)
            line = start = indent if hanging is None else hanging
        while cells_of(start) + cells_of(rest) > width:
            head = _head(rest, width - cells_of(start))
            lines.append(start + head)
            rest, start = rest[len(head) :], indent if hanging is None else hanging
        line = start + rest
    return [*lines, line]


def table(
    headers: Sequence[str],
    rows: Iterable[Sequence[str]],
    align: str,
    *,
    indent: str = GAP,
    gap: str = GAP,
    width: int = WIDTH,
) -> list[str]:
    """Lay out rows under headers, if any; `align` says l, r or w for each column; the widest ones wrap.

    Only text that is set to the left wraps: a number in two lines is two numbers. With a w for words only
    those columns do, and names stay whole.
    """
    grid = [*([list(headers)] if headers else []), *(list(row) for row in rows)]
    widths = [max(1, *(cells_of(row[place]) for row in grid)) for place in range(len(align))]
    room = width - cells_of(indent) - len(gap) * (len(align) - 1)
    while sum(widths) > room:
        wraps = "w" if "w" in align else "l"
        place = max(
            (place for place in range(len(widths)) if align[place] == wraps), key=lambda place: widths[place]
        )
        if widths[place] <= 8:
            break
        widths[place] -= 1
    return [line for row in grid for line in _row(row, widths, align, indent, gap)]


def printable(line: str) -> str:
    """Replace what would steer a terminal; an id is a registry's text and may hold anything."""
    return "".join(letter if letter.isprintable() else "?" for letter in line)


def counted(number: int, one: str, many: str = "") -> str:
    """Put a number before its noun, in the singular for one."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def joined(words: Sequence[str]) -> str:
    """Join words as a sentence lists them."""
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def _row(row: Sequence[str], widths: Sequence[int], align: str, indent: str, gap: str) -> list[str]:
    parts = [wrapped(text, width=room) for text, room in zip(row, widths, strict=True)]
    lines = []
    for number in range(max(len(part) for part in parts)):
        padded = []
        for part, room, side in zip(parts, widths, align, strict=True):
            text = part[number] if number < len(part) else ""
            space = " " * (room - cells_of(text))
            padded.append(space + text if side == "r" else text + space)
        lines.append((indent + gap.join(padded)).rstrip())
    return lines


def _cells(letter: str) -> int:
    if unicodedata.combining(letter):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def _head(word: str, room: int) -> str:
    """Cut as much of a word as there is room for: at a joint of a name, if it has one there."""
    head = _fitting(word, room)
    joint = max(head.rfind(sign) for sign in "_-/") + 1
    return head[:joint] if 0 < joint < len(word) else head


def _fitting(word: str, room: int) -> str:
    taken = 0
    for place, letter in enumerate(word):
        taken += _cells(letter)
        if taken > room and place > 0:
            return word[:place]
    return word
