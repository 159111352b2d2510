"""The laws of an alkaline phosphatase among its limit and the patient's other results.

All flag: none decides which result is right. Not here: the contract of the rows
(`schemas/lab_results.py`), and the SELECTs that find the rows (`bpp_etl/gate/sql`).
"""

from __future__ import annotations

import polars as pl

from schemas.examples import Example, Row, example
from schemas.laws import Law, RowLaw, SelectLaw

IS_TOTAL = (pl.col("analyte") == "ALP_TOTAL") & (pl.col("unit") == "U/L")
"""Total ALP, which is in U/L; bone ALP may be in ug/L."""

LOWEST_LIMIT, HIGHEST_LIMIT = 30, 600
"""U/L; an upper limit of total ALP outside, from infants to adolescents, is of no laboratory."""

LOWEST_MULTIPLE, HIGHEST_MULTIPLE = 0.05, 100
"""Of its upper limit; a result outside and its limit are not of one scale."""

ROOM = 1 + 1e-9
"""Of a bound, for what is not whole in binary: 10.4 is a tenth of 104."""

MOST_ALIKE = 3
"""So many days in a row at most have a patient's, or two patients', results alike by chance."""

LOWEST_MEDIAN = 20
"""U/L; a median of total ALP below is rather one of bone ALP."""

MOST_TIMES_ON_A_DAY = 1.5
"""Results of one day that lie farther apart are not of one specimen, whatever the methods."""

OF_PATIENT = "alp_of_patient"
SERIES = (OF_PATIENT, "alp_series")
"""The relation that laws of a patient's total ALP stand on: each day with the days around it."""


def _series(*values: str, **cells: str | None) -> tuple[Row, ...]:
    """Write results of a patient who has no others."""
    return tuple({"patient_id": "{own}", "value": value, **cells} for value in values)


def _on_days(patient: str, *values: str, first: int = 300) -> tuple[Row, ...]:
    """Write results of a patient four weeks apart."""
    return tuple(
        {
            "patient_id": patient,
            "specimen_date": f"{{delivery:-{first - 28 * place}}}",
            "value": value,
        }
        for place, value in enumerate(values)
    )


def _on_one_day(*values: str, **cells: str) -> tuple[Row, ...]:
    return tuple(
        {"patient_id": "{own}", "specimen_date": "{delivery:-300}", "value": value, **cells}
        for value in values
    )


ALP_LAWS: tuple[Law, ...] = (
    SelectLaw(
        "unit_suspect",
        sentence="A total ALP is at least 10 U/L and not about 60 times off the patient's others.",
        exactly="Doubtful is a total ALP below 10 U/L, and one that is 50 to 70 times, or 1/70 to "
        "1/50 of, the median of the patient's other results.",
        severity="flag",
        category="plausibility",
        mend="Check the unit at the laboratory.",
        among="analyte = 'ALP_TOTAL'",
        parameters={"lowest": 10, "times_from": 50, "times_to": 70},
        stands_on=(OF_PATIENT,),
        examples=(
            Example(
                bad=_series("1.7", "100.0", "101.0", "102.0", "6060.0", upper_limit_normal=None),
                good=_series("10", "100.0", "101.0", "102.0", "5024", upper_limit_normal=None),
                breaks=(0, 4),
            ),
            Example(bad=_series("9.99", "31"), good=_series("10", "31"), breaks=(0,), is_planted=True),
            Example(bad=_series("16.1", "805"), good=_series("16.1", "804.9")),
            Example(bad=_series("10", "700"), good=_series("10", "700.1")),
        ),
        columns=("value", "unit"),
    ),
    RowLaw(
        "alp_against_limit",
        sentence="A result and its upper limit of normal fit each other.",
        exactly=f"A result is {LOWEST_MULTIPLE:g} to {HIGHEST_MULTIPLE} times its limit, and the limit of a "
        f"total ALP is {LOWEST_LIMIT} to {HIGHEST_LIMIT} U/L.",
        severity="flag",
        category="plausibility",
        mend="Check whether value and limit are exchanged, or the limit is of another unit or analyte.",
        holds=(pl.col("value") * ROOM >= LOWEST_MULTIPLE * pl.col("upper_limit_normal"))
        & (pl.col("value") <= HIGHEST_MULTIPLE * ROOM * pl.col("upper_limit_normal"))
        & (~IS_TOTAL | pl.col("upper_limit_normal").is_between(LOWEST_LIMIT, HIGHEST_LIMIT)),
        examples=(
            example(
                {"value": "5.19", "upper_limit_normal": "104"}, {"value": "5.2", "upper_limit_normal": "104"}
            ),
            example(
                {"value": "10400.1", "upper_limit_normal": "104"},
                {"value": "10400", "upper_limit_normal": "104"},
            ),
            Example(
                bad=({"patient_id": "{own}", "upper_limit_normal": "29.9"},),
                good=({"patient_id": "{own}", "upper_limit_normal": "30"},),
                is_planted=True,
            ),
            example({"upper_limit_normal": "600.1"}, {"upper_limit_normal": "600.1", "analyte": "ALP_BONE"}),
            example({"upper_limit_normal": "601"}, {"upper_limit_normal": "600"}),
        ),
    ),
    SelectLaw(
        "alp_jump",
        sentence="No total ALP is ten times, or a tenth of, those before and after it.",
        exactly="Of the patient's results on the nearest day before and on the nearest after; of the first "
        "and the last, such as a baseline, on the two days that are nearest.",
        severity="flag",
        category="plausibility",
        mend="Check the decimal mark, and whether the specimen is the patient's.",
        among="analyte = 'ALP_TOTAL'",
        parameters={"times": 10, "most_alike": MOST_ALIKE},
        stands_on=SERIES,
        examples=(
            Example(
                bad=_series("100", "1010", "101"),
                good=_series("100", "1009.9", "101"),
                breaks=(1,),
                is_planted=True,
            ),
            Example(bad=_series("101", "10.1", "102"), good=_series("101", "10.2", "102"), breaks=(1,)),
            Example(bad=_series("101", "1020", "102"), good=_series("101", "1020")[::-1], breaks=(1,)),
            Example(
                bad=_on_days("{own}", "1020", "102", "101"),
                good=_on_days("{own}", "1020", "102", "103"),
                breaks=(0,),
            ),
            Example(
                bad=_on_days("{own}", "102", "101", "10.1"),
                good=_on_days("{own}", "102", "100", "10.1"),
                breaks=(2,),
            ),
        ),
        columns=("value",),
    ),
    SelectLaw(
        "alp_series_constant",
        sentence="A patient's total ALP does not stay the same to the letter.",
        exactly=f"Broken by the results of over {MOST_ALIKE} days in a row that are all equal.",
        severity="flag",
        category="plausibility",
        mend="Check whether one result was carried forward.",
        among="analyte = 'ALP_TOTAL'",
        parameters={"most_alike": MOST_ALIKE},
        stands_on=SERIES,
        examples=(
            Example(
                bad=_series("101", "103", "103", "103", "103"),
                good=_series("101", "103", "103", "103", "104"),
                breaks=(1, 2, 3, 4),
                is_planted=True,
            ),
        ),
        columns=("value",),
    ),
    SelectLaw(
        "alp_series_shared",
        sentence="No two patients have the same course of total ALP.",
        exactly=f"Broken by the results of over {MOST_ALIKE} days in a row that are, days and values, those "
        "of another patient.",
        severity="flag",
        across_patients=True,
        category="plausibility",
        mend="Check whether it is one patient under two ids, or results were filed under the wrong one.",
        among="analyte = 'ALP_TOTAL'",
        parameters={"most_alike": MOST_ALIKE},
        stands_on=SERIES,
        examples=(
            Example(
                given={"patients": ({"patient_id": "{own} twin", "last_contact_date": "{delivery:-30}"},)},
                bad=_on_days("{own}", "90", "117", "98", "126", "104")
                + _on_days("{own} twin", "117", "98", "126", "104", first=272),
                good=_on_days("{own}", "91", "217", "198", "226", "204")
                + _on_days("{own} twin", "218", "198", "226", "204", first=272),
                breaks=(1, 2, 3, 4, 5, 6, 7, 8),
                is_planted=True,
            ),
        ),
        columns=("specimen_date", "value"),
    ),
    SelectLaw(
        "total_alp_low_for_total",
        sentence="A patient's total ALP is not on the scale of bone ALP.",
        exactly=f"Broken by every result where the patient's median is below {LOWEST_MEDIAN} U/L.",
        severity="flag",
        category="plausibility",
        mend="Check the analyte: bone ALP in ug/L or U/L may stand under the name of the total.",
        among="analyte = 'ALP_TOTAL'",
        parameters={"lowest_median": LOWEST_MEDIAN},
        stands_on=(OF_PATIENT,),
        examples=(
            Example(bad=_series("18", "21.9"), good=_series("18", "22"), is_planted=True),
            Example(bad=_series("19.9"), good=_series("20")),
        ),
        columns=("analyte", "value"),
    ),
    SelectLaw(
        "same_day_contradiction",
        sentence="A patient's results of one day agree.",
        exactly=f"Broken by each result of an analyte and unit on a day of which the highest is over "
        f"{MOST_TIMES_ON_A_DAY:g} times the lowest.",
        severity="flag",
        category="plausibility",
        mend="Check which of the results is the patient's, and of that day.",
        parameters={"most_times": MOST_TIMES_ON_A_DAY},
        examples=(
            Example(
                bad=_on_one_day("100", "120", "150.1"),
                good=_on_one_day("100", "120", "150"),
                is_planted=True,
            ),
            Example(
                bad=_on_one_day("10", "16", analyte="ALP_BONE", unit="ug/L"),
                good=_on_one_day("10", analyte="ALP_BONE", unit="ug/L") + _on_one_day("16"),
            ),
        ),
        columns=("value",),
    ),
    SelectLaw(
        "bone_alp_above_total",
        sentence="No bone ALP is above the total ALP of its day, of which it is a part.",
        exactly="Broken by the results in U/L of a patient's day of which a bone ALP is above every total.",
        severity="flag",
        category="plausibility",
        mend="Check the analytes, which may be interchanged, and whether the bone ALP is in ug/L.",
        among="unit = 'U/L'",
        examples=(
            Example(
                bad=_on_one_day("100.1", analyte="ALP_BONE") + _on_one_day("100"),
                good=_on_one_day("100", analyte="ALP_BONE") + _on_one_day("100"),
                is_planted=True,
            ),
            Example(
                bad=_on_one_day("130", analyte="ALP_BONE") + _on_one_day("100", "120"),
                good=_on_one_day("110", analyte="ALP_BONE") + _on_one_day("100", "120"),
            ),
            Example(
                bad=_on_one_day("130", analyte="ALP_BONE") + _on_one_day("100"),
                good=_on_one_day("130", analyte="ALP_BONE", unit="ug/L") + _on_one_day("100"),
            ),
        ),
        columns=("analyte", "value", "unit"),
    ),
)
