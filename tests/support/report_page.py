"""Reads a report back: its elements, the words in them, and the cells of the release that its numbers name.

Not here: any expectation of what a report says.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

VOID = {"meta", "br", "wbr", "img", "link", "input", "hr", "base", "source"}


@dataclass
class Node:
    """One element: its attributes and everything inside it, in order."""

    tag: str
    attributes: dict[str, str]
    inside: list[Node | str] = field(default_factory=list)

    @property
    def words(self) -> str:
        """Return the text inside, as a reader sees it."""
        return self.without()

    def all(self) -> list[Node]:
        """List this element and every element inside it."""
        found = [self]
        for part in self.inside:
            if isinstance(part, Node):
                found += part.all()
        return found

    def with_tag(self, *tags: str) -> list[Node]:
        """List the elements of some kinds."""
        return [node for node in self.all() if node.tag in tags]

    def by_id(self, name: str) -> Node:
        """Find the one element with an id."""
        (found,) = [node for node in self.all() if node.attributes.get("id") == name]
        return found

    def without(self, *tags: str) -> str:
        """Return the text inside, leaving out elements of some kinds."""
        return "".join(
            part if isinstance(part, str) else "" if part.tag in tags else part.without(*tags)
            for part in self.inside
        )


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Node("document", {})
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs})
        self.open[-1].inside.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        assert self.open[-1].tag == tag, f"<{self.open[-1].tag}> is closed as </{tag}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].inside.append(data)


def read_page(path: Path) -> Node:
    """Parse a page; an element that is closed by another's tag is an error."""
    reader = _Reader()
    reader.feed(path.read_text(encoding="utf-8"))
    reader.close()
    assert [node.tag for node in reader.open] == ["document"], "an element is left open"
    return reader.root


@dataclass(frozen=True)
class Named:
    """One number on the page, or the word in its place, with the cell of the release that it names."""

    relation: str
    keys: tuple[tuple[str, str], ...]
    field: str
    value: float | None
    words: str


def named_cells(page: Node) -> list[Named]:
    """List everything on the page that names a cell of the release."""
    found = []
    for node in page.all():
        told = node.attributes
        if "data-relation" not in told:
            continue
        value = told.get("value") or told.get("data-value")
        keys = tuple(
            (name.removeprefix("data-").replace("-", "_"), text)
            for name, text in told.items()
            if name.startswith("data-") and name not in {"data-relation", "data-field", "data-value"}
        )
        number = float(value) if value is not None else None
        found.append(Named(told["data-relation"], keys, told["data-field"], number, node.words))
    return found
