"""What an adapter's description says of documents: nested records in JSON or XML, such as FHIR's resources.

Not here: laying them flat (`adapters/flat.py`), and which delivered files are documents.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bpp_etl.adapters.told import AdapterError

ABOVE = "^"
"""How a path begins that leads into what a document lies in: an entry of a bundle, an outer record."""
PATH = re.compile(r'[$^](?:\.(?:"[^"\\]{1,64}"|[A-Za-z_]\w{0,63})|\[\d{1,3}\])*', re.ASCII)
MEMBER = re.compile(r'\.(?:"([^"\\]+)"|(\w+))', re.ASCII)
ENDINGS: Mapping[str, tuple[str, ...]] = {
    "json": ("json", "ndjson", "json.gz", "ndjson.gz"),
    "xml": ("xml", "xml.gz"),
}
"""How the files of each format end."""
KEYS: Mapping[str, tuple[str, ...]] = {
    "json": ("format", "kind", "packed"),
    "xml": ("format", "records", "keyed"),
}
FORMATS_KNOWN = "json, with kind and packed; xml, with records and keyed"


@dataclass(frozen=True)
class Documents:
    """How an adapter's files of documents are written, and what in them is a document.

    Of JSON, `kind` is the path that names a document's kind; a document of a kind in `packed` is none itself
    but holds others: the path to its entries, and that in an entry to the document. Of XML, `records` are the
    elements that are a document each, of the kind of their name, an inner one apart from its outer one;
    `keyed` are elements that an attribute tells apart: the first of these attributes that one has names it.
    """

    format: str
    kind: str = "$"
    packed: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    records: tuple[str, ...] = ()
    keyed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def endings(self) -> tuple[str, ...]:
        """Return how the names of such files end."""
        return ENDINGS[self.format]


def documents_of(told: Any, where: str) -> Documents | None:
    """Follow `[documents]` of a description; None where there is none. Errors: AdapterError."""
    if told is None:
        return None
    at = f"{where} [documents]"
    if not isinstance(told, dict) or told.get("format") not in KEYS:
        raise AdapterError(f"{at} names no format that is known", FORMATS_KNOWN)
    odd = sorted(set(told) - set(KEYS[told["format"]]))
    if odd:
        raise AdapterError(f"{at}: keys are unknown: {', '.join(odd)}", FORMATS_KNOWN)
    if told["format"] == "xml":
        records, keyed = told.get("records"), told.get("keyed", {})
        if (
            not isinstance(records, list)
            or not _are_names(records)
            or not isinstance(keyed, dict)
            or not all(map(_are_names, keyed.values()))
        ):
            raise AdapterError(f"{at} needs records", 'records = ["Patient"], keyed = { Item = ["id"] }')
        return Documents("xml", records=tuple(records), keyed={name: tuple(keyed[name]) for name in keyed})
    kind, packed = told.get("kind"), told.get("packed", {})
    if not isinstance(packed, dict) or any(not _are_two(paths) for paths in packed.values()):
        raise AdapterError(f"{at} [packed] needs two paths for a kind", 'Bundle = ["$.entry", "$.resource"]')
    return Documents("json", kind=path_of(kind, at), packed={kind: (a, b) for kind, (a, b) in packed.items()})


def path_of(told: Any, where: str) -> str:
    """Hold a path to what one may be: members by name, and places in a list by number."""
    if not isinstance(told, str) or not PATH.fullmatch(told):
        raise AdapterError(f"{where} has a path that is none", 'such as "$.code.coding[0].code"')
    return told


def first_member(path: str) -> str | None:
    """Return the member that a path begins with; None where it is of the whole document, or of a list."""
    found = MEMBER.match(path, 1)
    return (found[1] or found[2]) if found else None


def _are_two(paths: Any) -> bool:
    return (
        isinstance(paths, list)
        and len(paths) == 2
        and all(isinstance(path, str) and PATH.fullmatch(path) for path in paths)
    )


def _are_names(names: Any) -> bool:
    return isinstance(names, list) and names != [] and all(isinstance(one, str) and one for one in names)
