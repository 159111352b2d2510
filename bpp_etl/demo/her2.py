"""The rows of `her2_tests`, and the HER2 status that counts at the event.

Only findings that every edition of the guideline reads alike are made, so that the truth is known.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from bpp_etl.demo.archetypes import Plans
from bpp_etl.demo.arrays import Bools, Floats, Ints, between, between_each, chance, days, labels, pick
from bpp_etl.demo.timelines import Timelines
from bpp_etl.demo.visits import Visits

POSITIVE, NEGATIVE, INDETERMINATE = range(3)
HER2_STATUSES = ("positive", "negative", "indeterminate")
IHC = ("0", "1+", "2+", "3+")


@dataclass(frozen=True)
class Her2Results:
    """The delivered rows, and per patient the status at the event (position in HER2_STATUSES, -1 = none)."""

    rows: pl.DataFrame
    status_at_event: Ints


@dataclass(frozen=True)
class _Findings:
    ihc: Ints
    ish: Ints  # 0 not done, 1 positive, 2 negative
    ratio: Floats
    copies: Floats
    reported: Ints
    status: Ints


def her2_rows(
    patient_ids: pl.Series, plans: Plans, visits: Visits, timelines: Timelines, rng: np.random.Generator
) -> Her2Results:
    """Makes one row per test: mostly the primary, often a metastasis, some only after the event."""
    n = plans.size
    everyone = np.arange(n)
    has_primary, has_metastasis = chance(rng, 0.92, n), chance(rng, 0.38, n)
    event = visits.day_of(plans.candidate)
    last = timelines.last_visit
    comes_after = has_metastasis & (plans.candidate > 0) & (last > event) & chance(rng, 0.25, n)
    primary_day = -between(rng, 60, 2500, n)
    metastasis_day = np.where(comes_after, between_each(rng, event + 1, last), -between(rng, 0, 45, n))

    # The receptor is lost or won between primary and metastasis in some patients.
    turned = np.where(plans.her2_positive, chance(rng, 0.21, n), chance(rng, 0.095, n))
    primary = _findings(plans.her2_positive, rng)
    metastasis = _findings(plans.her2_positive ^ turned, rng)

    counts = has_metastasis & ~comes_after
    status = np.where(counts, metastasis.status, np.where(has_primary, primary.status, -1))
    status = np.where(plans.candidate > 0, status, -1)

    frames = []
    for site, findings, day, has in (
        ("primary", primary, primary_day, has_primary),
        ("metastasis", metastasis, metastasis_day, has_metastasis),
    ):
        frame = _frame(site, findings, timelines.start + day, patient_ids.gather(everyone))
        frames.append(frame.filter(pl.Series(has)))
    return Her2Results(pl.concat(frames), status.astype(np.int64))


def _findings(is_positive: Bools, rng: np.random.Generator) -> _Findings:
    """Draws IHC and ISH for tumours of known receptor status; IHC 2+ without ISH stays undecided."""
    n = is_positive.size
    ihc = np.where(is_positive, 2 + pick(rng, (0.3, 0.7), n), pick(rng, (0.35, 0.35, 0.3), n))
    no_ish = (ihc == 2) & chance(rng, 0.12, n)
    ish = np.where((ihc == 2) & ~no_ish, np.where(is_positive, 1, 2), 0)
    copies = np.where(ish == 1, rng.uniform(6.2, 15, n), rng.uniform(1.5, 3.8, n))
    ratio = np.where(ish == 1, rng.uniform(2.3, 6, n), rng.uniform(0.9, 1.7, n))
    status = np.where(is_positive, POSITIVE, NEGATIVE)
    status = np.where(no_ish, INDETERMINATE, status)
    # Reported: 0 positive, 1 negative, 2 equivocal, 3 empty. Undecided is now and then called negative.
    reported = np.where(no_ish, np.where(chance(rng, 0.3, n), 1, 2), status)
    reported = np.where(chance(rng, 0.1, n), 3, reported)
    return _Findings(
        ihc.astype(np.int64), ish.astype(np.int64), ratio, copies, reported.astype(np.int64), status
    )


def _frame(site: str, findings: _Findings, day: Ints, patient_ids: pl.Series) -> pl.DataFrame:
    """Puts the columns in the order in which they are delivered."""
    no_ish = pl.Series(findings.ish == 0)
    return pl.DataFrame(
        {
            "patient_id": patient_ids,
            "test_date": days(day),
            "specimen_site": pl.Series([site]).gather(np.zeros(day.size, dtype=np.int64)),
            "ihc_score": labels(findings.ihc, IHC),
            "ish_result": labels(findings.ish, (None, "positive", "negative")),
            "her2_cep17_ratio": pl.Series(np.round(findings.ratio, 1)).set(no_ish, None),
            "her2_copy_number": pl.Series(np.round(findings.copies, 1)).set(no_ish, None),
            "reported_status": labels(findings.reported, ("positive", "negative", "equivocal", None)),
        }
    )
