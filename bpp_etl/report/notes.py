"""The notes under a part of the report: each warning once, in words, with the letter that refers to it.

Not here: the warnings' sentences (`schemas/metric_codes.py`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from string import ascii_lowercase

from markupsafe import escape

from bpp_etl.report.figures import Code, Text
from bpp_etl.report.numbers import THIN
from schemas.metric_codes import WARNINGS

IN_THE_NUMBER = frozenset({"suppressed", "no_patients"})
"""Warnings that the cell says in a word of its own, so that no note is needed."""


@dataclass(frozen=True)
class Marks:
    """The letters beside a number; each leads to its note."""

    links: tuple[tuple[str, str], ...]

    def __html__(self) -> str:
        """Write the letters as one superscript."""
        if not self.links:
            return ""
        written = ",\u202f".join(
            f'<a href="#{escape(anchor)}" aria-label="note {escape(letter)}">{escape(letter)}</a>'
            for letter, anchor in self.links
        )
        return f'<sup class="marks">{written}</sup>'


@dataclass(frozen=True)
class Note:
    """One note as it stands below."""

    letter: str
    anchor: str
    code: str
    sentence: Text


@dataclass
class Notes:
    """Gathers the warnings of one part of the report in the order in which a reader meets them."""

    part: str
    codes: list[str] = field(default_factory=list)

    def marks(self, warnings: Iterable[str]) -> Marks:
        """Return the letters of some warnings, each new one getting the next letter."""
        links = []
        for code in warnings:
            if code in IN_THE_NUMBER:
                continue
            if code not in self.codes:
                self.codes.append(code)
            letter = _letter(self.codes.index(code))
            links.append((letter, self._anchor(letter)))
        return Marks(tuple(sorted(links)))

    @property
    def listed(self) -> tuple[Note, ...]:
        """List the notes."""
        found = []
        for place, code in enumerate(self.codes):
            letter = _letter(place)
            sentence = WARNINGS.get(code, code).replace(" %", f"{THIN}%")
            found.append(Note(letter, self._anchor(letter), code, with_codes(sentence)))
        return tuple(found)

    def _anchor(self, letter: str) -> str:
        return f"note-{self.part}-{letter}"


def with_codes(sentence: str) -> Text:
    """Set what stands between backticks in the type of code."""
    parts = sentence.split("`")
    return Text(tuple(Code(part) if place % 2 else part for place, part in enumerate(parts)))


def _letter(place: int) -> str:
    """Count a, b, ..., z, aa, ab, ..."""
    rest, last = divmod(place, len(ascii_lowercase))
    return (ascii_lowercase[rest - 1] if rest else "") + ascii_lowercase[last]
