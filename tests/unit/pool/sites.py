"""Sites that are pooled, from houses of made-up patients: each alone, and all as one release.

Not here: any expectation.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import astuple
from pathlib import Path

from bpp_etl.code_version import code_version
from bpp_etl.disclosure.publish import Told, told_of
from bpp_etl.events import Protocol
from bpp_etl.events.window import ALWAYS, Window
from bpp_etl.measure.run import measure
from bpp_etl.measure.write import insert_values, write_metrics
from bpp_etl.pool.site import Site
from bpp_etl.release.inputs import told_protocols
from bpp_etl.release.protocols import write_protocols
from bpp_etl.release.seal import sha256_of
from bpp_etl.share.before import FILE
from bpp_etl.share.contents import DESCRIPTION
from bpp_etl.share.leaving import SHARED
from bpp_etl.share.make import contracts_digest
from bpp_etl.share.pooling import Pool
from bpp_etl.share.sums import FILE as SUMS
from bpp_etl.share.sums import sum_lines, write_sums
from bpp_etl.warehouse.connection import opened
from bpp_etl.warehouse.ddl import create_table, insert_rows
from schemas.catalog import catalog
from schemas.contract import columns_of
from schemas.quality import DeliveryResult
from tests.unit.measure.patients import Candidate, Other
from tests.unit.measure.world import add, release

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)

House = tuple[Sequence[Candidate], Sequence[Other]]


def told_of_houses(houses: Sequence[House], protocols: Sequence[Protocol], threshold: int = 0) -> Told:
    """Measure the patients of some houses as one release, by each protocol the same events."""
    candidates = [one for found, _ in houses for one in found]
    others = [one for _, found in houses for one in found]
    with release(candidates, others, protocol=protocols[0].name) as con:
        for protocol in protocols[1:]:
            add(con, candidates, others, protocol=protocol.name)
        return told_of(measure(con, list(protocols)), threshold)


def write_share(
    folder: Path,
    house: House,
    protocols: Sequence[Protocol],
    *,
    threshold: int = 0,
    window: Window = ALWAYS,
    is_synthetic: bool = True,
    **more: object,
) -> Path:
    """Write what a share of one house holds that a pool reads; `more` goes into its description."""
    folder.mkdir()
    told = told_of_houses([house], protocols, threshold)
    write_sums(told, folder / SUMS)
    registries = sorted({one.registry for part in house for one in part})
    with opened(folder / FILE) as con:
        for schema, tables in SHARED.items():
            for table in tables:
                create_table(con, schema, table, catalog()[schema][table])
        write_metrics(con, tuple(one.name for one in protocols), told.rows)
        write_protocols(con, protocols)
        made = (
            "r-1",
            NOW,
            list(told_protocols(protocols)),
            *astuple(window),
            code_version(),
            "",
            is_synthetic,
        )
        insert_rows(con, "meta", "release", [(*made, [])])
        for registry in registries:
            insert_values(con, "quality", "delivery", DeliveryResult, [_delivery(registry, is_synthetic)])
    described = {
        "share_id": f"share-{folder.name}",
        "release_id": "r-1",
        "created_at": "2026-01-01T00:00:00+00:00",
        "threshold": threshold,
        "files": {},
        "protocols": list(told_protocols(protocols)),
        "contracts": contracts_digest(),
        "code": code_version(),
        **more,
    }
    describe(folder, described)
    return folder


def describe(folder: Path, described: Mapping[str, object]) -> None:
    """Write the description of a share over its files as they are."""
    files = {path.name: sha256_of(path) for path in sorted(folder.iterdir()) if path.name != DESCRIPTION}
    (folder / DESCRIPTION).write_text(json.dumps({**described, "files": files}), encoding="utf-8")


def _delivery(registry: str, is_synthetic: bool) -> dict[str, object]:
    return {
        **dict.fromkeys(column.name for column in columns_of(DeliveryResult)),
        **{name: [] for name in ("why", "messages", "warned", "warnings")},
        **dict.fromkeys(("delivered", "admitted", "refused", "ignored"), 0),
        "registry": registry,
        "delivery": "2026-01-01",
        "delivery_date": dt.date(2026, 1, 1),
        "status": "admitted",
        "input_digest": f"files of {registry}",
        "code_version": "1",
        "is_synthetic": is_synthetic,
    }


def site_of(house: House, protocols: Sequence[Protocol], threshold: int = 0, name: str = "site") -> Site:
    """Measure the patients of one house as a site of a pool."""
    return Site(
        folder=Path(name),
        digest=name,
        told={
            "share_id": name,
            "release_id": name,
            "created_at": "2026-01-01T00:00:00+00:00",
            "threshold": threshold,
            "protocols": list(told_protocols(protocols)),
            "contracts": "contracts",
            "code": "code",
            "files": {"sums.parquet": name},
        },
        sums=Pool.of(sum_lines(told_of_houses([house], protocols, threshold))),
        window=Window(),
        deliveries=((f"{name}", name),),
        newest=dt.date(2026, 1, 1),
        is_synthetic=True,
    )
