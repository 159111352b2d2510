"""The function that looks for patients of other registries, and the digests by which it knows them.

Not here: where the files of digests lie (`bpp_etl/admission/working.py`), and the rule's declaration
(`schemas/before_laws.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import polars as pl

from bpp_etl.gate.delivery_rule import Found, WholeDelivery, judges, share_in_words
from bpp_etl.warehouse.connection import Connection
from bpp_etl.warehouse.select import Select, drop_relations, run_step
from schemas.record_laws import ANCHORED, LEAST_SCAN_DAYS
from schemas.rules import Rule

PATIENT_DIGEST = Select("bpp_etl.gate", "patient_digest")
DIGESTS = ("digest", "digest_of_first")
"""Of all days, and of those with the first days of scans alone; empty where there are fewer."""


@judges("patients_of_another_registry")
def patients_of_another_registry(whole: WholeDelivery, rule: Rule) -> Found:
    """Hold the share of patients who are admitted in another registry to its limit."""
    limit, elsewhere = whole.limit_of(rule), digests_in(whole.known.elsewhere)
    if not elsewhere:
        return Found(0, 0, limit)
    own = _digests_of(whole.con)
    told = {name: _shared(own, theirs) for name, theirs in elsewhere.items()}
    names = [name for name, shared in told.items() if shared.any()]
    # A patient of several registries is counted once.
    broken = int(pl.DataFrame(told).select(pl.any_horizontal(pl.all())).to_series().sum())
    words = share_in_words(
        broken, len(own), limit, f"patients have the days of patients of {', '.join(names)}"
    )
    return Found(len(own), broken, limit, words)


def write_digests(con: Connection, path: Path) -> None:
    """Write the digests of a delivery's admitted patients, to be compared with other registries'."""
    _digests_of(con).unique().sort(DIGESTS).write_parquet(path)


def digests_in(files: Mapping[str, Path]) -> dict[str, pl.DataFrame]:
    """Read the digests of other registries' patients; a damaged file is none, until it is written anew."""
    found = {}
    for name, path in sorted(files.items()):
        with suppress(pl.exceptions.PolarsError, OSError):
            theirs = pl.read_parquet(path, glob=False)
            # One of an earlier version has digests of all days alone.
            found[name] = theirs.select(one for one in DIGESTS if one in theirs.columns)
    return found


def _shared(own: pl.DataFrame, theirs: pl.DataFrame) -> pl.Series:
    """Say of each of our patients whether one of theirs has the same days, all or the first."""
    found = pl.any_horizontal(
        pl.col(one).is_in(theirs.get_column(one).drop_nulls().implode()).fill_null(value=False)
        for one in theirs.columns
    )
    return own.select(found).to_series()


def _digests_of(con: Connection) -> pl.DataFrame:
    """Digest the days of each patient of whom enough is known; one row for each of them."""
    run_step(con, PATIENT_DIGEST, {"least_scan_days": LEAST_SCAN_DAYS, **ANCHORED})
    digests: pl.DataFrame = con.table(PATIENT_DIGEST.name).pl().select(DIGESTS)
    drop_relations(con, [PATIENT_DIGEST.name])
    return digests
