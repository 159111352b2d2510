"""Baseline characteristics: everyone with a first line, and beside them both outcomes of a candidate.

Not here: p-values between the groups; there are none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bpp_etl.report.figures import NOTHING, Beneath, Piece, text
from bpp_etl.report.grid import Cell, Grid, grid, spread
from bpp_etl.report.numbers import bare, with_unit
from bpp_etl.report.section import Section
from bpp_etl.report.tables import HIDDEN, ReleaseTables, Row
from schemas.metric_codes import BASELINE_CHARACTERISTIC

GROUPS = (
    ("all", "#All with a first line"),
    ("state=pseudoprogression", "#Pseudo\u00adprogressions"),
    ("state=true_progression", "#True progressions"),
)
_NAMES: Mapping[str, str] = {
    "age_at_start": "Age at the start, years",
    "sex": "Sex",
    "er_status": "Oestrogen receptor",
    "pr_status": "Progesterone receptor",
    "her2_status": "HER2 at the start",
    "days_from_diagnosis": "Metastatic diagnosis to the start, days",
    "alp": "Total ALP before the start, U/L",
    "bone_lesions": "Bone lesions on the baseline CT",
    "cycle_length": "Cycle length",
    "recorded_lines": "Lines of therapy recorded so far",
}
_LEVELS: Mapping[str, str] = {
    "known": "Median, quartiles",
    "unknown": "Recorded as unknown",
    "missing": "Not recorded",
    "21_days": "21 days",
    "28_days": "28 days",
    "other": "Another length",
    "3_or_more": "3 or more",
}


MODALITIES: Mapping[str, str] = {"CT": "CTs", "PET_CT": "PET-CTs", "BONE_SCAN": "bone scans"}


@dataclass(frozen=True)
class Baseline:
    """What the part shows, and where the protocol looks for it: days before the start, and on what scans."""

    table: Grid
    alp_days: str
    ct_days: str
    modalities: str


def baseline(tables: ReleaseTables) -> Baseline:
    """Lay out the characteristics: one row for each level, one column for each group."""
    table = tables["metric.baseline"]
    mine = table.where(protocol=tables.protocol)
    cells = {(row["stratum"], row["characteristic"], row["level"]): row for row in mine}
    rows: list[tuple[Cell, ...]] = []
    for name in BASELINE_CHARACTERISTIC:
        levels = [row["level"] for row in mine if row["stratum"] == "all" and row["characteristic"] == name]
        group: list[tuple[Cell, ...]] = [
            (
                _NAMES[name],
                _LEVELS.get(level, level.capitalize()),
                *(_cell(tables, cells.get((stratum, name, level))) for stratum, _ in GROUPS),
            )
            for level in levels
        ]
        rows += spread(group, 0)
    heads = ("Characteristic", "Level", *(head for _, head in GROUPS))
    nothing = "This release has no baseline characteristics."
    return Baseline(
        grid("baseline-table", "Patients when line 1 began", heads, rows, nothing=nothing),
        alp_days=tables.told("alp_baseline_days"),
        ct_days=tables.told("baseline_window_days"),
        modalities=" or ".join(MODALITIES[code] for code in tables.told("candidate_modalities").split(", ")),
    )


def _cell(tables: ReleaseTables, row: Row | None) -> Piece:
    """Show a count with its share, or a median with its quartiles over the patients that it rests on."""
    if row is None:
        return NOTHING
    table = tables["metric.baseline"]
    count = table.count(row, "patients")
    if row["unit"] is None:
        if row["share"] is None:
            return count
        return text(count, " (", table.figure(row, "share", lambda value: with_unit(value, "share")), ")")
    if row["median"] is None:
        return table.figure(row, "median", _bare, HIDDEN if row["is_suppressed"] else "nobody to measure")
    quartiles = (table.figure(row, "quartile_low", _bare), " to ", table.figure(row, "quartile_high", _bare))
    basis = (count, " patients") if row["patients"] is not None else (f"count {HIDDEN}",)
    return text(table.figure(row, "median", _bare), " (", *quartiles, ")", Beneath(text(*basis)))


def _bare(value: float) -> str:
    return bare(value, "days")


SECTION = Section("baseline", "Baseline", baseline, is_folded=True)
