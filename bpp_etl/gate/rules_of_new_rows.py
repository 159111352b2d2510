"""The function that holds the rows that are new in a delivery to rows at the same place of the course before.

An increment is a small part of its table, which a defect of it hardly moves. New rows differ from others for
good reasons: they are later in the course, of patients who have just come in, or not yet filled in. So each
is held to its like, and only what most of them say otherwise is told.

Not here: what may be chance (`gate/new_rows.py`), whole tables (`gate/rules_of_spread.py`), and the rule's
declaration (`schemas/increment_laws.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import polars as pl

from bpp_etl.gate.delivery_rule import Found, WholeDelivery, judges
from bpp_etl.gate.new_rows import Held, apart, apart_by_chance, less_by_chance
from bpp_etl.gate.rules_of_rewriting import digest_of_key, key_of
from bpp_etl.warehouse.connection import Connection, one_value, quoted
from bpp_etl.warehouse.parsed import parsed
from schemas.before_laws import SAYS_NOTHING
from schemas.contract import Column, delivered_columns
from schemas.increment_laws import LATER, ONLY_OF, SCALES
from schemas.rules import Rule
from schemas.tables import TABLES, DeliveredTable

SAYS = pl.col("cell").is_not_null() & (pl.col("cell") != SAYS_NOTHING)


class Course(NamedTuple):
    """Where a table's rows stand: their day, and what makes their place of the course."""

    day: str
    place: str


BY_LINES = (
    "2 * (coalesce(own.{day} > line.first_start, false)::integer"
    " + coalesce(own.{day} > line.second_start, false)::integer)"
    " + (own.{day} > min(own.{day}) over (partition by own.patient_id))::integer"
)
"""How many lines have begun, two at most, and whether it is the first day of the patient in the table."""

LINES = (
    "(select patient_id, min(start_date) as first_start, list_sort(list(start_date))[2] as second_start"
    " from core.therapy_lines where {of_some} group by patient_id)"
)

COURSES: Mapping[str, Course] = {
    "patients": Course("metastatic_diagnosis_date", "0"),
    "therapy_lines": Course("start_date", "least(own.line_number, 3)"),
    "imaging_assessments": Course("assessment_date", BY_LINES),
    "bone_lesions": Course("assessment_date", BY_LINES),
    "lab_results": Course("specimen_date", "own.analyte"),
    "her2_tests": Course("test_date", BY_LINES),
}

LESIONS = (
    "(select lesion.*, scan.patient_id, scan.assessment_date from core.bone_lesions as lesion"
    " join (select assessment_id, patient_id, assessment_date from core.imaging_assessments where {of_some})"
    " as scan using (assessment_id))"
)
"""The rows of lesions, with the patient and the day."""


@judges("new_rows_differ")
def new_rows_differ(whole: WholeDelivery, rule: Rule) -> Found:
    """Hold the share of a table's columns in which new rows say otherwise than those before to its limit."""
    limit, table = whole.limit_of(rule), TABLES[rule.table]
    if whole.before is None or limit >= 1 or rule.table not in whole.judged.tables:
        return Found(0, 0, limit)
    new, before = _new_and_before(whole, whole.before, table)
    judged = 0
    differing: dict[str, str] = {}
    for column, held in _held(table, new, before, rule.parameters["least_patients"]):
        judged += 1
        if why := _why(table, column, held, rule.parameters):
            differing[column.name] = why
    told = ", ".join(f"{name} ({why})" for name, why in differing.items())
    words = f"the rows of {rule.table} that are new say otherwise than such rows did before: {told}"
    return Found(judged, len(differing), limit, words, tuple(differing))


def _new_and_before(
    whole: WholeDelivery, before: Connection, table: DeliveredTable
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Read the rows that are new, none where most are, and those before."""
    rows_now, rows_before = (_in_course(con, table, whole.part) for con in (whole.con, before))
    new = rows_now.join(rows_before, on="row_key", how="anti")
    if 2 * len(new) > len(rows_now):
        new = new.clear()
    days_before = _days_old(rows_before, one_value(before, "select delivery_date from quality.delivery"))
    age = _days_old(new, whole.delivery.date).median()
    is_young = pl.lit(value=False) if age is None else (days_before <= age).fill_null(value=False)
    return new, rows_before.with_columns(is_young.alias("is_young"))


def _days_old(rows: pl.DataFrame, on: object) -> pl.Series:
    return rows.select((pl.lit(on) - pl.col("on_day")).dt.total_days().alias("days"))["days"]


def _in_course(con: Connection, table: DeliveredTable, part: int) -> pl.DataFrame:
    """Read a table's rows of some patients, with the day and the place of each."""
    course = COURSES[table.name]
    columns = [column for column in delivered_columns(table.contract) if column.name != "patient_id"]
    cells = ", ".join(
        f"own.{quoted(column.name)}{'::varchar' if _is_coded(column) else ''} as {quoted(column.name)}"
        for column in columns
    )
    of_some = f"hash(patient_id) % {part} = 0"
    rows_of = (
        LESIONS if table.name == "bone_lesions" else f"(select * from core.{table.name} where {{of_some}})"
    )
    lines = (
        f" left join {LINES} as line on line.patient_id = own.patient_id" if course.place == BY_LINES else ""
    )
    text = (
        f"select {digest_of_key(table, 'own.')} as row_key, own.patient_id, own.{course.day} as on_day,"
        f" ({course.place.format(day=course.day)})::varchar as place, {cells}"
        f" from {rows_of} as own{lines}"
    ).replace("{of_some}", of_some)
    rows: pl.DataFrame = con.sql(parsed(con, text)).pl()
    return rows


def _is_coded(column: Column) -> bool:
    return column.kind in {"code", "boolean"}


def _held(
    table: DeliveredTable, new: pl.DataFrame, before: pl.DataFrame, least: float
) -> Iterator[tuple[Column, Held]]:
    """Give each column that is held, with the rows that it speaks of at places that were known."""
    for column in delivered_columns(table.contract):
        is_held = _is_coded(column) or column.name not in key_of(table)
        if not is_held or column.name in COURSES[table.name].place:
            continue
        held = Held(*(side.with_columns(pl.col(column.name).alias("cell")) for side in (new, before)))
        if column.name in ONLY_OF:
            other, codes = ONLY_OF[column.name]
            held = held.only(pl.col(other).is_in(codes))
        known = held.at_known_places(least)
        if known is not None:
            yield column, known


def _why(table: DeliveredTable, column: Column, held: Held, limits: Mapping[str, float]) -> str:
    """Say in what the new rows of a column differ; nothing where they do not."""
    if column.name not in LATER:
        says = SAYS if _is_coded(column) else pl.col("cell").is_not_null()
        filled = Held(*(side.with_columns(says.alias("cell")) for side in (held.new, held.before)))
        if _is_emptier(filled, limits):
            return "empty or unknown"
    times = limits["times"]
    if column.name in SCALES.get(table.name, ()):
        scales = held.scales(limits["least_patients"])
        return "another scale" if any(not 1 / times <= scale <= times for scale in scales) else ""
    said = held.only(SAYS).at_known_places(limits["least_patients"]) if _is_coded(column) else None
    if said is None:
        return ""
    if _is_otherwise(said, limits):
        return "other codes"
    return "a code is gone" if _is_gone(said, limits) else ""


def _is_emptier(held: Held, limits: Mapping[str, float]) -> bool:
    """Say whether most cells that should say something do not, beyond what chance gives."""
    now, expected = held.shares()
    left, filled = 1 - limits["most_otherwise"], now.get(True, 0.0)
    if expected.get(True, 0.0) < limits["least_share"] or filled >= left * expected[True]:
        return False
    if less_by_chance(filled, expected[True], *held.patients()) >= 1 / limits["one_in"]:
        return False
    young = held.young()
    return young is None or filled < left * young.get(True, 0.0)


def _is_otherwise(held: Held, limits: Mapping[str, float]) -> bool:
    """Say whether new rows are further apart than most may be, and than chance makes them."""
    now, expected = held.shares()
    most = limits["most_otherwise"]
    if apart(now, expected) <= max(most, apart_by_chance(now, expected, *held.patients(), limits["one_in"])):
        return False
    young = held.young()
    return young is None or apart(now, young) > most


def _is_gone(held: Held, limits: Mapping[str, float]) -> bool:
    """Say whether a code that should be common among new rows is none's; not even by chance, or of late."""
    now, expected = held.shares()
    patients, young = held.patients(), held.young()
    return any(
        share >= limits["least_share"]
        and code not in now
        and less_by_chance(0, share, *patients) * len(expected) < 1 / limits["one_in"]
        and (young is None or code in young)
        for code, share in expected.items()
    )
