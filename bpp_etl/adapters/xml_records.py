"""Making lines of JSON of the records in an XML file, so that one SQL lays both flat.

An element is an object: its attributes (`@name`), its text (`#`), and for each name of its children the list
of them; one with text alone is that text. Namespaces are left out. Not here: what is a record
(`adapters/documents.py`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, ParseError, iterparse
from xml.parsers import expat

from bpp_etl.adapters.documents import Documents

CHUNK = 1 << 16


class BrokenDocumentsError(Exception):
    """A file of documents cannot be read to its end: why, in words without a cell that follow its name."""


class _RootFoundError(Exception):
    """The first element began: no document type can come any more."""


def write_as_json(path: Path, lines: Path, documents: Documents) -> None:
    """Write each record of an XML file as a line: its kind, the record, and what lies above it.

    An inner record comes before its outer one, which has it no more; above it is what the outer one has of
    its own. Errors: BrokenDocumentsError, also for a document type, which can make a file of a line fill any
    memory or name other files.
    """
    try:
        _ensure_plain(path)
        with lines.open("w", encoding="utf-8") as out:
            for line in _records(path, documents):
                out.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
    except (ParseError, expat.ExpatError) as error:
        place = getattr(error, "position", None) or (getattr(error, "lineno", 0), 0)
        raise BrokenDocumentsError(f"is not readable XML in line {place[0]}") from None
    except (ValueError, LookupError, RecursionError):
        raise BrokenDocumentsError("is not readable XML") from None


def _records(path: Path, documents: Documents) -> Iterator[dict[str, Any]]:
    records = frozenset(documents.records)
    open_records: list[Element] = []
    elements: list[Element] = []
    inner: list[list[dict[str, Any]]] = []
    for event, element in iterparse(path, events=("start", "end")):
        is_record = _local(element.tag) in records
        if event == "start":
            elements.append(element)
            if is_record:
                open_records.append(element)
                inner.append([])
            continue
        elements.pop()
        if not is_record:
            if not open_records:
                element.clear()
            continue
        open_records.pop()
        told = _told(element, documents)
        found = inner.pop()
        for one in found:
            one["above"] = told if one["above"] is None else {**told, **one["above"]}
        found.append({"kind": _local(element.tag), "document": told, "above": None})
        if open_records:
            inner[-1] += found
        else:
            yield from found
        if elements:
            elements[-1].remove(element)


def _told(element: Element, documents: Documents) -> dict[str, Any]:
    """Tell an element as an object, whatever it holds."""
    told: dict[str, Any] = {f"@{_local(name)}": value for name, value in element.attrib.items()}
    text = (element.text or "").strip()
    if text:
        told["#"] = text
    for child in element:
        name = _local(child.tag)
        key = child.get(documents.keyed.get(name, ""))
        if name in documents.keyed and key is not None:
            told.setdefault(key, (child.text or "").strip())
        else:
            told.setdefault(name, []).append(_content(child, documents))
    return told


def _content(element: Element, documents: Documents) -> Any:
    if len(element) or element.attrib:
        return _told(element, documents)
    return (element.text or "").strip()


def _local(tag: Any) -> str:
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _ensure_plain(path: Path) -> None:
    """Refuse a document type, which only stands before the first element."""
    parser = expat.ParserCreate()

    def doctype(*_: object) -> None:
        raise BrokenDocumentsError("has a document type, which no export needs")

    def root(*_: object) -> None:
        raise _RootFoundError

    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler = root
    try:
        with path.open("rb") as stream:
            while chunk := stream.read(CHUNK):
                parser.Parse(chunk)
            parser.Parse(b"", True)
    except _RootFoundError:
        return
