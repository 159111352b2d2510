"""A fall of ALP as a test for pseudoprogression: how good it is, and what it says at other prevalences.

Not here: changes and categories of ALP (`alp.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bpp_etl.report.estimates import Estimates, dot_of
from bpp_etl.report.grid import Grid, grid
from bpp_etl.report.notes import Notes
from bpp_etl.report.plots.forest import forest_plot, share_axis
from bpp_etl.report.section import Plot, Section
from bpp_etl.report.tables import ReleaseTables
from bpp_etl.report.words import stratum_words
from schemas.metrics.alp_test import PREVALENCES

TITLE = "Predictive values of a fall of ALP"
_VALUES = (("positive", "Positive"), ("negative", "Negative"))


@dataclass(frozen=True)
class AlpTest:
    """What the part shows."""

    plots: tuple[Plot, ...]
    found: Grid
    given: Grid
    notes: Notes


def alp_test(tables: ReleaseTables) -> AlpTest:
    """Gather the test at every cut-off."""
    notes = Notes("alp-test")
    estimates = Estimates(tables, notes)
    strata = _strata(tables)
    found = grid(
        "alp-test-found",
        "A fall of ALP from baseline to the event as a test for pseudoprogression, with 95\u202f% interval",
        ("ALP", "#Sensitivity", "#Specificity", "#Positive predictive value", "#Negative predictive value"),
        [
            (
                stratum_words(stratum),
                *(
                    estimates.show(f"alp_fall_{name}", stratum).in_brief
                    for name in (
                        *("sensitivity", "specificity"),
                        *("positive_predictive_value", "negative_predictive_value"),
                    )
                ),
            )
            for stratum in strata
        ],
    )
    given = grid(
        "alp-test-given",
        "Predictive values if so many of the candidates were pseudoprogressions, with 95\u202f% interval",
        ("ALP", "Predictive value", *(f"#{percent}\u202f%" for percent in PREVALENCES)),
        [
            (
                stratum_words(stratum),
                words,
                *(
                    estimates.show(f"alp_fall_{name}_predictive_value_at_{percent}_percent", stratum).in_brief
                    for percent in PREVALENCES
                ),
            )
            for stratum in strata
            for name, words in _VALUES
        ],
    )
    return AlpTest(tuple(_plots(tables)), found, given, notes)


def _strata(tables: ReleaseTables) -> list[str]:
    rows = tables["metric.estimate"].where(protocol=tables.protocol, metric="alp_fall_sensitivity")
    return [row["stratum"] for row in rows]


def _plots(tables: ReleaseTables) -> Iterator[Plot]:
    table = tables["metric.estimate"]
    dots = []
    for name, words in _VALUES:
        for row in table.where(protocol=tables.protocol, metric=f"alp_fall_{name}_predictive_value"):
            cut_off = f"{row['stratum'].partition('=')[2]}\u202f%"
            dots.append(dot_of(table, row, f"{words}, {cut_off}"))
    if any(dot.value is not None for dot in dots):
        axis = share_axis("Right, of those who test so, %; by the fall asked for", None)
        yield Plot("estimate", TITLE, forest_plot("plot-alp-test", TITLE, dots, axis, name_width=104))


SECTION = Section("alp_test", "ALP as a test", alp_test, plots=_plots)
