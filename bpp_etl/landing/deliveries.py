"""What lies in the landing folder: registries, their deliveries, their files. Names are data, never patterns.

Not here: reading a file. A name that does not fit is reported and left alone.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from pathlib import Path

from bpp_etl.errors import UsageError, shown

REGISTRY_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", re.ASCII)
DELIVERY_NAME = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:-(\d{1,6}))?", re.ASCII)
CONFIGURATION = "registry.toml"
MARKER = "_COMPLETE"
UNFIT = "(the name fits no registry or delivery)"
BESIDE_DATA = (".", "_")
"""How the names begin of what lies beside the data: what programs leave in a folder, and sheets of notes."""
TABLES = frozenset({"csv", "csv.gz", "parquet", "xlsx", "xpt"})
"""The formats of tables, each of which any delivery may be written in."""
TABBED = frozenset({"txt", "tsv"})
"""Text with tabs between its columns: tables for adapters that say so, and for nobody else."""
DOCUMENTS = frozenset({"json", "json.gz", "ndjson", "ndjson.gz", "xml", "xml.gz"})
"""The formats of documents, which only some adapters read."""
LAKE_TABLES = {("_delta_log", ".json"): "delta", ("metadata", ".metadata.json"): "iceberg"}
"""A folder in the folder of a table, and how a name in it ends -> the kind of its lakehouse."""
FORMATS = (*sorted(TABLES), *sorted(TABBED), *sorted(DOCUMENTS))


@dataclass(frozen=True)
class Delivery:
    """One complete export of one registry: a folder named after its day."""

    registry: str
    name: str
    date: dt.date
    sequence: int
    path: Path

    @property
    def order(self) -> tuple[dt.date, int]:
        """Say which delivery is newer."""
        return (self.date, self.sequence)


@dataclass(frozen=True)
class DeliveredFile:
    """One file of a delivery: what it holds (`stem`), how it is written (`format`), and where it lies.

    `name` is how it is called within the delivery: of a part of a table, with its folder.
    """

    stem: str
    format: str
    path: Path
    name: str


@dataclass(frozen=True)
class LeftAlone:
    """What in the landing is left alone, and why in words: by its name, and by its place alone, for logs.

    A name that does not fit may be a person's.
    """

    name: str
    place: str
    why: str

    def __str__(self) -> str:
        """Say it to whoever sits at the terminal."""
        return f"{self.name} {self.why}"

    @property
    def told(self) -> str:
        """Say it where others look on."""
        return f"{self.place} {self.why}"


@dataclass(frozen=True)
class Landing:
    """The newest delivery of each registry, and what is left alone.

    `closed` names the registries among it whose folder cannot be opened: what they deliver nobody knows.
    """

    newest: dict[str, Delivery] = field(default_factory=dict)
    left_alone: tuple[LeftAlone, ...] = ()
    closed: tuple[str, ...] = ()

    @property
    def unfit(self) -> tuple[str, ...]:
        """Name what is left alone, and why, for whoever sits at the terminal."""
        return tuple(map(str, self.left_alone))


def survey(landing: Path) -> Landing:
    """List the newest delivery of every registry in the landing folder."""
    if not landing.is_dir():
        raise UsageError(
            f"the landing folder {landing} does not exist",
            "name it with --landing or BPP_LANDING, or try `bpp demo`",
        )
    newest: dict[str, Delivery] = {}
    left: list[LeftAlone] = []
    closed: list[str] = []
    for position, folder in enumerate(sorted(landing.iterdir()), start=1):
        name = folder.name
        if not folder.is_dir() or not REGISTRY_NAME.fullmatch(name):
            left.append(LeftAlone(shown(name), f"entry {position} of the landing", UNFIT))
            continue
        try:
            entries = [(entry, entry.is_dir()) for entry in sorted(folder.iterdir())]
        except OSError as error:
            # One registry's folder that is closed to us is no reason to leave the others waiting.
            left.append(LeftAlone(name, name, f"(its folder cannot be opened: {error.strerror})"))
            closed.append(name)
            continue
        if not any(is_folder for _, is_folder in entries):
            left.append(LeftAlone(name, name, "(it holds no delivery)"))
        for number, (entry, is_folder) in enumerate(entries, start=1):
            if entry.name == CONFIGURATION:
                continue
            delivery = delivery_of(entry) if is_folder else None
            if delivery is None:
                left.append(LeftAlone(f"{name}/{shown(entry.name)}", f"entry {number} of {name}", UNFIT))
            elif name not in newest or delivery.order > newest[name].order:
                newest[name] = delivery
    return Landing(newest, tuple(left), tuple(closed))


def delivery_of(folder: Path) -> Delivery | None:
    """Read a folder's name as a delivery, or say None where it does not fit."""
    match = DELIVERY_NAME.fullmatch(folder.name)
    if match is None:
        return None
    year, month, day, sequence = match.groups()
    try:
        date = dt.date(int(year), int(month), int(day))
    except ValueError:
        return None
    return Delivery(folder.parent.name, folder.name, date, int(sequence or 0), folder)


def files_of(delivery: Delivery) -> tuple[DeliveredFile, ...]:
    """List the files of a delivery whose ending says a known format, and those in its folders.

    A folder is what its name says, in as many files as lie in it. One of a lakehouse's table is passed over:
    which of its files count, its log alone says (`bpp_etl/storage`).
    """
    found = []
    for entry in sorted(delivery.path.iterdir()):
        ending = ending_of(entry.name)
        if ending is not None:
            stem = entry.name.removesuffix(f".{ending}")
            found.append(DeliveredFile(stem, ending, entry, entry.name))
        elif entry.is_dir() and lake_kind(entry) is None:
            found += [
                DeliveredFile(entry.name, ending, part, f"{entry.name}/{part.name}")
                for part in sorted(entry.iterdir())
                if (ending := ending_of(part.name)) and not part.name.startswith(BESIDE_DATA)
            ]
    return tuple(found)


def lake_kind(folder: Path) -> str | None:
    """Say of which kind of lakehouse a table's folder is, if it is of one."""
    for (inside, ending), kind in LAKE_TABLES.items():
        place = folder / inside
        if place.is_dir() and any(one.name.endswith(ending) for one in place.iterdir()):
            return kind
    return None


def ending_of(name: str) -> str | None:
    """Return the ending of a name that says a known format, without its dot; None where none does."""
    return next((ending for ending in FORMATS if name.endswith(f".{ending}")), None)


def unknown_files(delivery: Delivery, used: set[Path]) -> tuple[str, ...]:
    """List the names in a delivery that nothing reads, and in folders of which something is read."""
    names = []
    for entry in sorted(delivery.path.iterdir()):
        if any(path.parent == entry for path in used):
            names += [
                f"{entry.name}/{part.name}"
                for part in sorted(entry.iterdir())
                if part not in used and not part.name.startswith(BESIDE_DATA)
            ]
        elif entry not in used and entry.name != MARKER:
            names.append(entry.name)
    return tuple(map(shown, names))


def size_of(delivery: Delivery) -> int:
    """Sum the bytes that a delivery takes in the landing; 0 where it was taken away."""
    try:
        return sum(path.lstat().st_size for path in delivery.path.rglob("*"))
    except OSError:
        return 0
