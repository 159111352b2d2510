"""Reads one share: its files as its description says, its sums by their contract, and whom it is of.

Not here: whether several shares may be pooled (`agreement.py`).
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from bpp_etl.errors import BppError, DamagedError, NotFoundError, shown
from bpp_etl.events.window import Window
from bpp_etl.measure.cohort import REGISTRY
from bpp_etl.measure.tally import is_small
from bpp_etl.release.seal import sha256_of
from bpp_etl.share.before import DESCRIPTION, FILE
from bpp_etl.share.pooling import Pool
from bpp_etl.share.sums import FILE as SUMS
from bpp_etl.warehouse.connection import one_row, opened_read_only, shut_off
from schemas.contract import columns_of
from schemas.sums import MOMENTS, PARTS, Sums

AGAIN = "ask the house for the share again: copy the whole folder as it was made"
TEXTS = ("share_id", "release_id", "created_at", "contracts", "code")


@dataclass(frozen=True)
class Site:
    """One house's share: what it says of itself, the sums, and the deliveries that it is made of.

    `deliveries` has registry and digest of the files of each that was admitted; `newest` is the day of the
    last of them.
    """

    folder: Path
    digest: str
    told: Mapping[str, Any]
    sums: Pool
    window: Window
    deliveries: tuple[tuple[str, str], ...]
    newest: dt.date | None
    is_synthetic: bool | None

    @property
    def name(self) -> str:
        """Return the name of its folder, as messages call it."""
        return shown(self.folder.resolve().name)

    @property
    def protocols(self) -> tuple[str, ...]:
        """Return its protocols as name:digest."""
        return tuple(self.told["protocols"])

    @property
    def threshold(self) -> int:
        """Return the smallest number of patients that it tells; 0 where it tells every one."""
        told = int(self.told["threshold"])
        return told if told > 1 else 0

    @cached_property
    def registries(self) -> tuple[str, ...]:
        """Return the registries that it is of, in alphabetical order."""
        start = f"{REGISTRY}="
        strata = {row[0] for _, table, row in self.sums.rows if table == "flow"}
        return tuple(sorted(one.removeprefix(start) for one in strata if one.startswith(start)))


def read_site(folder: Path) -> Site:
    """Read a share as it was made.

    Errors: NotFoundError where a folder is no share, DamagedError where a file is not the one that it was
    made with, or its sums are no sums.
    """
    told = _description(folder)
    for name, digest in told["files"].items():
        path = folder / name
        if Path(name).name != name or not path.is_file():
            raise DamagedError(f"{shown(name)} of share {shown(folder.name)} is missing", AGAIN)
        if sha256_of(path) != digest:
            raise DamagedError(f"{shown(name)} of share {shown(folder.name)} is not as it was made", AGAIN)
    sums = _sums(folder, int(told["threshold"]))
    try:
        with opened_read_only(folder / FILE) as con:
            shut_off(con)
            first_day, last_day, is_synthetic = one_row(
                con, "select first_line_from, first_line_to, is_synthetic from meta.release"
            )
            admitted = con.execute(
                "select registry, input_digest, delivery_date from quality.delivery"
                " where status = 'admitted' order by registry"
            ).fetchall()
    except (duckdb.Error, BppError):
        raise DamagedError(f"{FILE} of share {shown(folder.name)} cannot be read", AGAIN) from None
    return Site(
        folder=folder,
        digest=sha256_of(folder / DESCRIPTION),
        told=told,
        sums=sums,
        window=Window(first_day, last_day),
        deliveries=tuple((registry, digest) for registry, digest, _ in admitted),
        newest=max((day for *_, day in admitted), default=None),
        is_synthetic=is_synthetic,
    )


def _description(folder: Path) -> dict[str, Any]:
    try:
        told = json.loads((folder / DESCRIPTION).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise NotFoundError(
            f"{shown(str(folder))} is no share: it has no {DESCRIPTION}",
            "name folders that `bpp share --to` made; one without it was not copied to its end",
        ) from None
    except (OSError, ValueError):
        told = None
    if not (
        isinstance(told, dict)
        and all(isinstance(told.get(name), str) for name in TEXTS)
        and isinstance(told.get("threshold"), int)
        and isinstance(told.get("protocols"), list)
        and isinstance(told.get("files"), dict)
        and {FILE, SUMS} <= told["files"].keys()
    ):
        raise DamagedError(f"{DESCRIPTION} of share {shown(folder.name)} cannot be read", AGAIN)
    return told


def _sums(folder: Path, threshold: int) -> Pool:
    """Read the sums by their contract; a count below the share's own threshold is none that it may tell."""
    from pandera.errors import SchemaErrors  # noqa: PLC0415 - pandera takes a second to load

    damaged = DamagedError(f"{SUMS} of share {shown(folder.name)} holds no sums", AGAIN)
    try:
        frame = Sums.validate(pl.read_parquet(folder / SUMS))
    except (pl.exceptions.PolarsError, SchemaErrors):
        raise damaged from None
    names = [column.name for column in columns_of(Sums)]
    if frame.columns != names or frame.select(names[:-1]).is_duplicated().any():
        raise damaged
    counts = frame.filter(~pl.col("quantity").is_in([*PARTS, *MOMENTS]))["value"].drop_nulls().to_list()
    if any(value < 0 or value != round(value) for value in counts):
        raise damaged
    if any(is_small(round(value), threshold) for value in counts):
        raise DamagedError(
            f"share {shown(folder.name)} tells counts below its own threshold of {threshold}",
            "do not pass it on; tell the house, and ask for it again",
        )
    return Pool.of(
        (protocol, table, tuple(row), quantity, day, value)
        for protocol, table, row, quantity, day, value in frame.iter_rows()
    )
