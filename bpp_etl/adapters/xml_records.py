"""Making lines of JSON of the records in an XML file, so that one SQL lays both flat.

An element is an object: its attributes (`@name`), its text (`#`), and for each name of its children the list
of them; one with text alone is that text. Prefixes and namespaces, comments and processing instructions are
left out. Not here: what is a record (`adapters/documents.py`), and which paths are read (`adapters/flat.py`).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.parsers import expat

from bpp_etl.adapters.documents import Documents

CHUNK = 1 << 16
DEEPEST = 100
"""How deep elements may lie in one another; exports take a dozen."""
LONGEST_RECORD = 16 << 20
"""The bytes of XML up to the end of each outermost record."""
MOST_TIMES = 20
"""How many times as large as the file its lines may be: an inner record's says again what lies above it."""
FREE = 256 << 20
"""The bytes that the lines of a file may take however small it is."""

Told = dict[str, Any]
_as_json = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode


class BrokenDocumentsError(Exception):
    """A file of documents cannot be read to its end: why, in words without a cell that follow its name."""


@dataclass(frozen=True)
class Members:
    """The members that are read of the records of each kind, and of what lies above one."""

    own: Mapping[str, Collection[str]]
    above: Collection[str] = ()


class _Element:
    """One that has begun: `kept` of it is read, None is all; `key` is its own name in the place of `name`."""

    __slots__ = ("inner", "kept", "key", "name", "text", "told")

    def __init__(self, name: str, told: Told, kept: frozenset[str] | None, key: str | None = None) -> None:
        self.name = name
        self.told = told
        self.kept = kept
        self.key = key
        self.text: list[str] = []
        self.inner: list[Told] = []


@dataclass(frozen=True)
class Written:
    """What was written of a file: the bytes of the longest line, and every name that the file has for a cell.

    Names are those of elements, and the keys of those that an attribute tells apart, read or not.
    """

    longest: int
    names: frozenset[str]


def write_as_json(path: Path, lines: Path, documents: Documents, members: Members) -> Written:
    """Write each record of an XML file as a line: its kind, the record, and what lies above it.

    An inner record comes before its outer one, which has it no more. Above it is what the outer one has of
    its own, and what the elements around have before the first record; what is nearer counts.
    Errors: BrokenDocumentsError, also for a document type, which can make a file of a line fill any memory or
    name other files.
    """
    most, written, longest = max(FREE, MOST_TIMES * path.stat().st_size), 0, 0
    records = _Records(documents, members)
    with path.open("rb") as stream, lines.open("wb") as out:
        while True:
            chunk = stream.read(CHUNK)
            for record in records.read(chunk):
                line = _as_json(record).encode() + b"\n"
                written, longest = written + len(line), max(longest, len(line))
                if written > most:
                    raise BrokenDocumentsError(
                        f"is more than {MOST_TIMES} times as large once it is laid flat"
                    )
                out.write(line)
            if not chunk:
                return Written(longest, frozenset((*records.names.values(), *records.keys)))


class _Records:
    """Reads a file piece by piece, and gives the records that have ended."""

    def __init__(self, documents: Documents, members: Members) -> None:
        self.above = frozenset(members.above)
        self.records = {name: self.above.union(members.own.get(name, ())) for name in documents.records}
        self.keyed = documents.keyed
        self.names: dict[str, str] = {}
        self.keys: set[str] = set()
        self.unread = _Element("", {}, frozenset())
        self.open = [_Element("", {}, self.above)]
        self.open_records = 0
        self.around: Told = {}
        self.is_before = True
        self.ended: list[Told] = []
        self.bytes = 0
        self.parser = expat.ParserCreate(namespace_separator="}")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.begin
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.say
        self.parser.StartDoctypeDeclHandler = _refuse_doctype

    def read(self, chunk: bytes) -> list[Told]:
        """Read the next piece of the file, its end where it is empty; return the records that end in it."""
        self.ended = []
        self.bytes += len(chunk)
        try:
            self.parser.Parse(chunk, not chunk)
        except expat.ExpatError as error:
            raise BrokenDocumentsError(f"is not readable XML in line {error.lineno}") from None
        except (ValueError, LookupError):
            raise BrokenDocumentsError("names an encoding that is not read: write it in UTF-8") from None
        if self.bytes > LONGEST_RECORD:
            raise BrokenDocumentsError(
                f"has more than {LONGEST_RECORD >> 20} MiB without the end of a {' or '.join(self.records)}"
            )
        return self.ended

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        if len(self.open) > DEEPEST:
            raise BrokenDocumentsError(f"has elements that lie more than {DEEPEST} deep in one another")
        name = self.names.get(name) or self.names.setdefault(name, name.rpartition("}")[2])
        outer, kept, key = self.open[-1], self.records.get(name), None
        if kept is not None:
            self._begin_record()
        else:
            for attribute in self.keyed.get(name, ()):
                key = attributes.get(attribute)
                if key is not None:
                    self.keys.add(key)
                    attributes = {}
                    break
            if outer.kept is not None and (name if key is None else key) not in outer.kept:
                if self.open_records:
                    self.open.append(self.unread)
                    return
                kept = self.above  # the records may lie in it
        told: Told = {}
        for attribute, value in attributes.items():
            member = "@" + attribute.rpartition("}")[2]
            if kept is None or member in kept:
                told[member] = value
        self.open.append(_Element(name, told, kept, key))

    def say(self, text: str) -> None:
        self.open[-1].text.append(text)

    def end(self, _: str) -> None:
        element = self.open.pop()
        outer = self.open[-1]
        if element is self.unread:
            element.text.clear()
            if element.inner and outer is not element:
                outer.inner += element.inner
                element.inner = []
        elif element.name in self.records:
            self._end_record(element, outer)
        else:
            outer.inner += element.inner
            if self.open_records or self.is_before:
                _add(element, outer)

    def _begin_record(self) -> None:
        if not self.open_records:
            self.around = {key: value for one in self.open for key, value in one.told.items()}
        self.open_records += 1
        self.is_before = False

    def _end_record(self, element: _Element, outer: _Element) -> None:
        own = {key: value for key, value in element.told.items() if key in self.above}
        for one in element.inner:
            one["above"] = own | one["above"]
        element.inner.append({"kind": element.name, "document": element.told, "above": {}})
        self.open_records -= 1
        if self.open_records:
            outer.inner += element.inner
            return
        for one in element.inner:
            one["above"] = self.around | one["above"]
        self.ended += element.inner
        self.bytes = 0
        outer.text.clear()


def _add(element: _Element, outer: _Element) -> None:
    """Make an element that has ended a member of the one that it lies in, if that is read."""
    member = element.name if element.key is None else element.key
    if outer.kept is not None and member not in outer.kept:
        return
    text = "".join(element.text).strip()
    if element.key is not None:
        outer.told.setdefault(member, text)
        return
    if element.told and text:
        element.told["#"] = text
    others = outer.told.setdefault(member, [])
    if isinstance(others, list):  # else a key has this name
        others.append(element.told or text)


def _refuse_doctype(*_: object) -> None:
    raise BrokenDocumentsError("has a document type, which no export needs")
