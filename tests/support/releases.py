"""Releases written by hand for tests: courses in words become a published file, without landing and gate.

Not here: how a release is really built (`bpp_etl/release/build.py`).
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bpp_etl.events import derive_events, load_protocol
from bpp_etl.release.protocols import write_protocols
from bpp_etl.release.shelf import FILE, MANIFEST, Shelf
from bpp_etl.warehouse.connection import Connection, opened
from bpp_etl.warehouse.ddl import create_table
from schemas.catalog import relations
from schemas.tables import TABLES
from tests.support.core_tables import insert_rows, rows_of
from tests.support.patients import Patient
from tests.support.timeline import DELIVERY_DAY, on, read_timeline

DELIVERY = f"{on(DELIVERY_DAY)}"


@dataclass
class MadeRelease:
    """What a made release holds: courses in words by registry and patient, and what else differs."""

    courses: Mapping[str, Mapping[str, str]]
    created_at: dt.datetime = dt.datetime(2021, 3, 1, 12, tzinfo=dt.UTC)
    protocols: Sequence[str] = ("xu2025",)
    code_version: str = "1.0"
    delivery: str = DELIVERY
    shut: Sequence[str] = ()
    refused: Mapping[tuple[str, str], int] = field(default_factory=dict)
    estimates: Sequence[Mapping[str, object]] = ()
    threshold: int = 0

    @property
    def release_id(self) -> str:
        return f"{self.created_at:%Y%m%dT%H%M%SZ}-{'0' * 8}"


def publish_made(warehouse: Path, made: MadeRelease) -> str:
    """Write a release, put it in service, and return its id."""
    shelf = Shelf.of(warehouse)
    folder = shelf.releases / made.release_id
    folder.mkdir(parents=True)
    with opened(folder / FILE) as con:
        for schema, table, contract in relations():
            create_table(con, schema, table, contract)
        for registry, courses in made.courses.items():
            patients = [read_timeline(text, name) for name, text in courses.items()]
            _admit(con, made, registry, patients)
        for registry in made.shut:
            _deliver(con, made, registry, "shut", {})
        _insert(con, "metric.estimate", made.estimates)
        write_protocols(con, [load_protocol(name) for name in made.protocols])
        _insert(
            con,
            "meta.release",
            [
                {
                    "release_id": made.release_id,
                    "created_at": made.created_at.replace(tzinfo=None),
                    "protocols": [f"{name}:{load_protocol(name).digest}" for name in made.protocols],
                    "code_version": made.code_version,
                    "content_digest": "0",
                    "input_digests": [],
                    "disclosure_threshold": made.threshold,
                }
            ],
        )
    (folder / MANIFEST).write_text(json.dumps({"release_id": made.release_id}), encoding="utf-8")
    shelf.put_in_service(made.release_id)
    return made.release_id


def _admit(con: Connection, made: MadeRelease, registry: str, patients: Sequence[Patient]) -> None:
    tables = rows_of(patients)
    for table, rows in tables.items():
        insert_rows(con, table, [row | {"registry": registry} for row in rows])
    _deliver(con, made, registry, "admitted", {name: len(rows) for name, rows in tables.items()})
    protocols = [load_protocol(name) for name in made.protocols]
    derive_events(con, registry, on(DELIVERY_DAY), protocols, delivery=made.delivery)


def _deliver(
    con: Connection, made: MadeRelease, registry: str, status: str, admitted: Mapping[str, int]
) -> None:
    refused = {name: made.refused.get((registry, name), 0) for name in TABLES}
    counts = [
        {
            "registry": registry,
            "delivery": made.delivery,
            "delivery_status": status,
            "table": name,
            "delivered": admitted.get(name, 0) + refused[name],
            "admitted": admitted.get(name, 0),
            "refused": refused[name],
            "ignored": 0,
            "broken": refused[name],
            "refused_share_limit": 0.05,
        }
        for name in TABLES
    ]
    _insert(con, "quality.table_count", counts)
    _insert(
        con,
        "quality.delivery",
        [
            {
                "registry": registry,
                "delivery": made.delivery,
                "delivery_date": on(DELIVERY_DAY),
                "status": status,
                "why": [],
                "messages": [],
                "delivered": sum(admitted.values()) + sum(refused.values()),
                "admitted": sum(admitted.values()),
                "refused": sum(refused.values()),
                "ignored": 0,
                "input_digest": made.delivery,
                "code_version": made.code_version,
            }
        ],
    )


def _insert(con: Connection, relation: str, rows: Sequence[Mapping[str, object]]) -> None:
    for row in rows:
        names = ", ".join(f'"{name}"' for name in row)
        marks = ", ".join("?" for _ in row)
        con.execute(f"insert into {relation} ({names}) values ({marks})", list(row.values()))
