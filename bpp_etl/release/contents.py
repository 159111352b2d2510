"""What a folder holds that machines are told of: a release, or a share of one; and what it says of itself.

Not here: how a crate tells it (`crate.py`), and what a share holds (`bpp_etl/share/contents.py`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from bpp_etl.contract_documents.data_package import DUCKDB
from bpp_etl.contract_documents.data_package import FILE as PACKAGE
from bpp_etl.release.seal import FILE, MANIFEST, REPORT
from bpp_etl.release.software import SOFTWARE


@dataclass(frozen=True)
class FileKind:
    """One file of a crate: its title, what it holds, and its media type, which a folder has not."""

    title: str
    holds: str
    media_type: str | None


@dataclass(frozen=True)
class Contents:
    """What a folder holds that a crate describes, as a release or a share does.

    `files` are by name; `seal` is the one that is written last, with the digest of every other. `database`
    is the one that holds the tables.
    """

    what: str
    holds: str
    conditions: str
    database: str
    seal: str
    files: Mapping[str, FileKind]


PACKAGE_KIND = FileKind(
    "Data package",
    "Tables and columns with types, constraints, keys and units, as a Data Package.",
    "application/json",
)
REPORT_KIND = FileKind(
    "Report", "The numbers in figures and plots, drawn from the database alone.", "text/html"
)
TABLES_KIND = FileKind(
    "Rows",
    "Rows of core and quarantine in Parquet, a file for each table and registry: the database names them.",
    None,
)
"""The folder that a release of many rows has beside the files that every release has."""


@dataclass(frozen=True)
class Made:
    """One folder of such contents: its id, when it was made, by which code, and when it was made anew."""

    id: str
    at: dt.datetime
    code_version: str
    rewritten_at: dt.datetime | None = None


@dataclass(frozen=True)
class AppliedProtocol:
    """A definition that was applied, as `meta.protocol` has it."""

    name: str
    title: str
    digest: str
    citation: str
    doi: str | None


@dataclass(frozen=True)
class ToldRelease:
    """What a release says of itself in `meta`; a share of it says the same."""

    release_id: str
    created_at: dt.datetime
    code_version: str
    is_synthetic: bool | None
    protocols: tuple[AppliedProtocol, ...]


RELEASE = Contents(
    what="release",
    holds="What registries delivered, gated and harmonised; the calls of each protocol; what was measured.",
    conditions="A release is exact and holds every patient: it stays in the house.",
    database=FILE,
    seal=MANIFEST,
    files={
        FILE: FileKind(
            "The release",
            "All tables of the release, each with its key and comments; DuckDB from 1.2 on reads it.",
            DUCKDB,
        ),
        REPORT: REPORT_KIND,
        SOFTWARE: FileKind(
            "Software", "What the release was made with, in CycloneDX.", "application/vnd.cyclonedx+json"
        ),
        PACKAGE: PACKAGE_KIND,
        MANIFEST: FileKind(
            "Manifest",
            "The deliveries that it is made of, the rows of its tables, and the sha256 of its files.",
            "application/json",
        ),
    },
)
