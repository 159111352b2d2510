"""The function that holds the distribution of each column to that of the delivery before.

Not here: rules that follow single patients from one delivery to the next (`gate/rules_against_before.py`),
and the rule's declaration (`schemas/before_laws.py`).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from statistics import NormalDist
from typing import NamedTuple

from bpp_etl.gate.delivery_rule import Found, WholeDelivery, judges
from bpp_etl.warehouse.connection import Connection, one_row, quoted
from bpp_etl.warehouse.parsed import parsed
from schemas.before_laws import SAYS_NOTHING
from schemas.contract import delivered_columns
from schemas.rules import Rule
from schemas.tables import TABLES

CODED, NUMBERS = frozenset({"code", "boolean"}), frozenset({"number", "integer"})

OF_PATIENT = "core.{} as own join core.patients as patients using (patient_id)"


class Interval(NamedTuple):
    """What two dates make: its days in SQL, the rows that have them, and the columns of the table in it."""

    days: str
    rows: str
    columns: tuple[str, ...]


INTERVALS: Mapping[str, Mapping[str, Interval]] = {
    "patients": {
        "years from birth to metastatic diagnosis": Interval(
            "date_diff('year', birth_date, metastatic_diagnosis_date)",
            "core.patients",
            ("birth_date", "metastatic_diagnosis_date"),
        ),
        "days from metastatic diagnosis to death": Interval(
            "death_date - metastatic_diagnosis_date",
            "core.patients",
            ("metastatic_diagnosis_date", "death_date"),
        ),
    },
    "therapy_lines": {
        "days from start to end": Interval(
            "end_date - start_date", "core.therapy_lines", ("start_date", "end_date")
        ),
        "days from metastatic diagnosis to line 1": Interval(
            "case when line_number = 1 then start_date - patients.metastatic_diagnosis_date end",
            OF_PATIENT.format("therapy_lines"),
            ("start_date",),
        ),
    },
    "imaging_assessments": {
        "days between CTs": Interval("interval_days", "core.assessment_cadence", ("assessment_date",))
    },
    "her2_tests": {
        "days from metastatic diagnosis to test": Interval(
            "test_date - patients.metastatic_diagnosis_date", OF_PATIENT.format("her2_tests"), ("test_date",)
        ),
    },
}
"""By the words for it."""

FEW_VALUES = 10
"""A number with no more different values is counted value by value: deciles would not tell them apart."""

Counts = Mapping[object, int]


@judges("distribution_moved")
def distribution_moved(whole: WholeDelivery, rule: Rule) -> Found:
    """Hold the share of a table's columns whose distribution has moved to its limit."""
    limit = whole.limit_of(rule)
    if whole.before is None or rule.table not in whole.judged.tables:
        return Found(0, 0, limit)
    judged = 0
    moved: list[str] = []
    columns: list[str] = []
    for name, of_columns, before, now in _distributions(whole.before, whole.con, rule.table):
        if sum(before.values()) == 0 or sum(now.values()) == 0:
            continue
        judged += 1
        index = stability_index(before, now)
        if index > max(rule.parameters["highest_psi"], by_chance(before, now, rule.parameters["one_in"])):
            why = f"{index:.2f}"
        elif gone := rows_of_lost_codes(before, now, rule.parameters["least_rows"]):
            why = f"{index:.2f}; a code of {gone} rows is gone"
        else:
            continue
        moved.append(f"{name} ({why})")
        columns += of_columns
    words = (
        f"spread otherwise in {rule.table} than in the delivery before, by the population stability index: "
        f"{', '.join(moved)}"
    )
    return Found(judged, len(moved), limit, words, tuple(dict.fromkeys(columns)))


def stability_index(before: Counts, now: Counts) -> float:
    """Return the population stability index of two samples, counted by the same bins.

    The sum over bins of (q - p) ln(q / p), p and q being the shares; half a row more in each bin keeps it
    finite where a bin is empty in one of them. Source: Siddiqi, Credit Risk Scorecards, 2006.
    """
    bins = before.keys() | now.keys()
    n, m = (sum(counts.values()) + len(bins) / 2 for counts in (before, now))
    index = 0.0
    for one in bins:
        p, q = (before.get(one, 0) + 0.5) / n, (now.get(one, 0) + 0.5) / m
        index += (q - p) * math.log(q / p)
    return index


def rows_of_lost_codes(before: Counts, now: Counts, least: float) -> int:
    """Return how many rows had the commonest code that none has now; 0 where no lost code had `least`.

    A bin of numbers is no code, and nor is what says nothing: it may be found out.
    """
    lost = [
        rows
        for code, rows in before.items()
        if isinstance(code, str | bool) and code != SAYS_NOTHING and code not in now and rows >= least
    ]
    return max(lost, default=0)


def by_chance(before: Counts, now: Counts, one_in: float) -> float:
    """Return the index that two samples of one population exceed once in so many times.

    The index is about (1/n + 1/m) times chi-squared with one degree less than bins (Yurdakul and Naranjo,
    J Risk Model Valid 2020); its quantile by Wilson and Hilferty.
    """
    freedom = len(before.keys() | now.keys()) - 1
    if freedom < 1:
        return 0.0
    normal = NormalDist().inv_cdf(1 - 1 / one_in)
    spread = 2 / (9 * freedom)
    quantile = freedom * (1 - spread + normal * math.sqrt(spread)) ** 3
    return float(quantile) * (1 / sum(before.values()) + 1 / sum(now.values()))


def _distributions(
    before: Connection, now: Connection, table: str
) -> Iterator[tuple[str, tuple[str, ...], Counts, Counts]]:
    """Count each coded column by its codes, and each number and interval by its deciles before."""
    source = f"core.{quoted(table)}"
    for column in delivered_columns(TABLES[table].contract):
        if column.kind in CODED:
            name = quoted(column.name)
            yield (
                column.name,
                (column.name,),
                _by_code(before, source, name),
                _by_code(now, source, name),
            )
        elif column.kind in NUMBERS:
            yield column.name, (column.name,), *_by_bins(before, now, source, quoted(column.name))
    for words, one in INTERVALS.get(table, {}).items():
        yield words, one.columns, *_by_bins(before, now, one.rows, one.days)


def _by_code(con: Connection, source: str, expression: str) -> Counts:
    counted = parsed(con, f"select {expression}, count(*) from {source} group by all")
    return dict(con.execute(counted).fetchall())


def _by_bins(before: Connection, now: Connection, source: str, expression: str) -> tuple[Counts, Counts]:
    """Count numbers by the deciles before; where they were few, each by itself, and what lies between."""
    edges, is_few = one_row(
        before,
        "select case when count(distinct x) <= $few then list(distinct x) filter (where x is not null)"
        " else list_distinct(quantile_disc(x, [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9])) end,"
        f" count(distinct x) <= $few from (select {expression} as x from {source})",
        {"few": FEW_VALUES},
    )
    counted = (
        "select case when x is not null then len(list_filter($edges, lambda edge: edge < x))"
        " + case when $is_few then len(list_filter($edges, lambda edge: edge <= x)) else 0 end end, count(*)"
        f" from (select {expression} as x from {source}) group by all"
    )
    given = {"edges": edges or [], "is_few": is_few}
    found = [con.execute(parsed(con, counted), given).fetchall() for con in (before, now)]
    return dict(found[0]), dict(found[1])
