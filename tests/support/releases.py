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
from schemas.tables import TABLES
from tests.support.core_tables import rows_of
from tests.support.relations import create_relations, insert_rows
from tests.support.report_rows import counted, delivery, release_row
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

    @property
    def release_id(self) -> str:
        return f"{self.created_at:%Y%m%dT%H%M%SZ}-{'0' * 8}"


def publish_made(warehouse: Path, made: MadeRelease) -> str:
    """Write a release, put it in service, and return its id."""
    shelf = Shelf.of(warehouse)
    folder = shelf.releases / made.release_id
    folder.mkdir(parents=True)
    protocols = [load_protocol(name) for name in made.protocols]
    about = release_row(
        release_id=made.release_id,
        created_at=made.created_at.replace(tzinfo=None),
        protocols=[f"{protocol.name}:{protocol.digest}" for protocol in protocols],
        code_version=made.code_version,
        input_digests=[],
    )
    with opened(folder / FILE) as con:
        create_relations(con)
        for registry, courses in made.courses.items():
            patients = [read_timeline(text, name) for name, text in courses.items()]
            tables = rows_of(patients)
            for table, rows in tables.items():
                insert_rows(con, f"core.{table}", [row | {"registry": registry} for row in rows])
            _deliver(con, made, registry, {name: len(rows) for name, rows in tables.items()})
            derive_events(con, registry, on(DELIVERY_DAY), protocols, delivery=made.delivery)
        for registry in made.shut:
            _deliver(con, made, registry, {}, is_shut=True)
        insert_rows(con, "metric.estimate", made.estimates)
        write_protocols(con, protocols)
        insert_rows(con, "meta.release", [about])
    (folder / MANIFEST).write_text(json.dumps({"release_id": made.release_id}), encoding="utf-8")
    shelf.put_in_service(made.release_id)
    return made.release_id


def _deliver(
    con: Connection, made: MadeRelease, registry: str, admitted: Mapping[str, int], *, is_shut: bool = False
) -> None:
    refused = {name: made.refused.get((registry, name), 0) for name in TABLES}
    stamp = {"registry": registry, "delivery": made.delivery}
    if is_shut:
        stamp["delivery_status"] = "shut"
    counts = [
        {"table": name, "broken": refused[name], "refused_share_limit": 0.05}
        | stamp
        | counted(admitted.get(name, 0), refused[name])
        for name in TABLES
    ]
    insert_rows(con, "quality.table_count", counts)
    whole = delivery(
        registry,
        is_shut=is_shut,
        name=made.delivery,
        delivery_date=on(DELIVERY_DAY),
        input_digest=made.delivery,
        code_version=made.code_version,
        **counted(sum(admitted.values()), sum(refused.values())),
    )
    insert_rows(con, "quality.delivery", [whole])
