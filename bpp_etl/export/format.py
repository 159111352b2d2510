"""What a format of `bpp export` declares of itself, what it writes from, and what it says it wrote.

Not here: the formats (`formats.py` lists them), and the folder that they write to (`make.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bpp_etl.events import Protocol
from bpp_etl.export.dataset import Dataset
from bpp_etl.warehouse.connection import Connection

OPTIONS: Mapping[str, str] = {
    "protocol": "--protocol",
    "with_quarantine": "--with-quarantine",
    "without_age": "--without-age",
}
"""What may be asked of a format -> the option that asks it."""


@dataclass(frozen=True)
class Source:
    """What is exported: a release, open for reading, as the catalog in use; temporary tables may be made.

    `protocol` is the one whose calls are told, None for a format that tells all.
    """

    con: Connection
    release_id: str
    is_synthetic: bool | None
    protocol: Protocol | None = None
    with_quarantine: bool = False
    without_age: bool = False

    @property
    def told_by(self) -> Protocol:
        """Return the protocol of a format that takes one."""
        if self.protocol is None:
            raise ValueError("the format takes no protocol")
        return self.protocol


@dataclass(frozen=True)
class WrittenTable:
    """One table that was written: to which files, how many rows, and what the index says of it beside."""

    name: str
    files: tuple[str, ...]
    rows: int
    key: tuple[str, ...]
    more: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Written:
    """What a format wrote; `notes` say in a line each what is not as in the release, and no value."""

    tables: tuple[WrittenTable, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Format:
    """A form that a release is written in: declared once, and help, page and command are made from it.

    `lacks` says what it cannot carry, `in_r` reads it in R from the folder it was put into. `options` are
    those of `OPTIONS` that it takes. `write` puts its files into a folder that is there and empty; it
    reads the release by SQL, and loads heavy libraries itself.
    """

    name: str
    title: str
    sentence: str
    lacks: tuple[str, ...]
    in_r: str
    options: frozenset[str]
    datasets: tuple[Dataset, ...]
    write: Callable[[Source, Path], Written]
