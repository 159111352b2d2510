"""A number on the page together with the cell of the release that it was read from, and text around numbers.

Not here: reading the release (`tables.py`) and how numbers are written (`numbers.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from markupsafe import Markup, escape


@runtime_checkable
class Piece(Protocol):
    """Anything that can write itself as html, safely."""

    def __html__(self) -> str:
        """Return html in which everything that was delivered is escaped."""
        ...


@dataclass(frozen=True)
class Figure:
    """One cell of the release as the page shows it: a number, or the word that stands where there is none.

    `keys` name the row, `field` the column. Every figure carries them as data attributes, so that any number
    on the page can be traced to the release, and a test can do so for all of them.
    """

    text: str
    value: float | None
    relation: str
    keys: tuple[tuple[str, str], ...]
    field: str

    @property
    def attributes(self) -> dict[str, str]:
        """Return the data attributes that name the cell."""
        named = {"data-relation": self.relation}
        named |= {f"data-{key.replace('_', '-')}": value for key, value in self.keys}
        named["data-field"] = self.field
        if self.value is not None:
            named["data-value"] = repr(self.value)
        return named

    def __html__(self) -> str:
        """Write a number as a data element, the absence of one as plain text in grey."""
        attributes = self.attributes
        value = attributes.pop("data-value", None)
        written = "".join(f' {name}="{escape(text)}"' for name, text in attributes.items())
        if value is None:
            return f'<span class="missing"{written}>{escape(self.text)}</span>'
        return f'<data value="{escape(value)}"{written}>{escape(self.text)}</data>'


@dataclass(frozen=True)
class Missing:
    """A word where a number might be expected and the release has no such row."""

    text: str

    def __html__(self) -> str:
        """Write the word in grey."""
        return f'<span class="missing">{escape(self.text)}</span>'


@dataclass(frozen=True)
class Code:
    """A stable code, a name or a digest, as it is written in the release."""

    text: str

    def __html__(self) -> str:
        """Write it in the type of code; a long one may break after an underscore."""
        broken = Markup("_<wbr>").join(escape(part) for part in self.text.split("_"))
        return f"<code>{broken}</code>"


@dataclass(frozen=True)
class Link:
    """A word that leads to another place of the page."""

    href: str
    text: str

    def __html__(self) -> str:
        """Write it as a link."""
        return f'<a href="{escape(self.href)}">{escape(self.text)}</a>'


@dataclass(frozen=True)
class Beneath:
    """What stands in a smaller line under a number."""

    content: Piece | str

    def __html__(self) -> str:
        """Write it as a line of its own."""
        return f'<span class="beneath">{escape(self.content)}</span>'


@dataclass(frozen=True)
class Text:
    """Pieces and words one after another."""

    parts: tuple[Piece | str, ...]

    def __html__(self) -> str:
        """Write the parts without anything between them."""
        return "".join(str(escape(part)) for part in self.parts)


def text(*parts: Piece | str | None) -> Text:
    """Put pieces and words one after another, leaving out what is not there."""
    return Text(tuple(part for part in parts if part is not None))


NOTHING = Missing("\u2013")
"""An empty cell: nothing is measured there."""
