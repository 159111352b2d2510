"""The laws of the unit and of the upper limit of normal of an ALP, where they change within a series.

All flag: none decides which unit or limit is right. Not here: other laws of ALP (`schemas/alp_laws.py`), and
the SELECTs that find the rows (`bpp_etl/gate/sql`).
"""

from __future__ import annotations

from schemas.alp_laws import OF_PATIENT
from schemas.examples import Example, Row
from schemas.laws import Law, SelectLaw

TIMES_OFF = 5
"""Units lie 16.7 times apart and more; a patient's results seldom change so much on the day a unit does."""

MOST_TIMES_ALIKE = 1.05
"""Limits that lie so near to each other are one, written in two units or rounded."""


def _series(*results: Row) -> tuple[Row, ...]:
    """Write results of a patient, four weeks apart."""
    return tuple(
        {"patient_id": "{own}", "specimen_date": f"{{delivery:-{300 - 28 * place}}}", **result}
        for place, result in enumerate(results)
    )


def _limits(*limits: str | None, laboratory: str = "{laboratory}") -> tuple[Row, ...]:
    """Write results of a patient at a laboratory, with these limits."""
    return _series(
        *(
            {"value": f"{90 + 3 * place}", "laboratory": laboratory, "upper_limit_normal": limit}
            for place, limit in enumerate(limits)
        )
    )


def _in_units(*results: tuple[str, str]) -> tuple[Row, ...]:
    """Write results of a patient: value and unit."""
    return _series(*({"value": value, "unit": unit, "upper_limit_normal": None} for value, unit in results))


UNIT_LIMIT_LAWS: tuple[Law, ...] = (
    SelectLaw(
        "scale_changes_with_unit",
        sentence="A patient's total ALP keeps its scale where its unit is another.",
        exactly=f"Broken by each over {TIMES_OFF} times, or under 1/{TIMES_OFF} of, the median of those in "
        "another unit that as many of the patient's results have, or more. Units of one size, such as U/L "
        "and IU/L, are one; multiples of the upper limit are not judged.",
        severity="flag",
        category="plausibility",
        mend="Check the unit at the laboratory: the number may be one of the unit before.",
        among="analyte = 'ALP_TOTAL'",
        parameters={"times_off": TIMES_OFF},
        stands_on=(OF_PATIENT,),
        examples=(
            Example(
                bad=_in_units(("80", "U/L"), ("6.67", "ukat/L")),
                good=_in_units(("80.04", "U/L"), ("6.67", "ukat/L")),
                is_planted=True,
            ),
            Example(
                bad=_in_units(("90", "U/L"), ("110", "IU/L"), ("333", "nkat/L"), ("100", "U/L")),
                good=_in_units(("90", "U/L"), ("19.9", "IU/L"), ("334", "nkat/L"), ("100", "U/L")),
                breaks=(2,),
            ),
        ),
        columns=("value", "unit"),
    ),
    SelectLaw(
        "upper_limit_changes_back",
        sentence="An upper limit of normal that has changed does not change back.",
        exactly="Of a patient's results of one analyte, unit and laboratory by their days: broken by those "
        "between two whose limits agree, where theirs differ from both. Limits agree where the higher is at "
        f"most {MOST_TIMES_ALIKE:g} times the lower. A change that stays may be the patient's age or a new "
        "method.",
        severity="flag",
        category="plausibility",
        mend="Check the limit at the laboratory: it may be the lower one, that of the other sex, or of "
        "another method or laboratory.",
        among="upper_limit_normal is not null and laboratory is not null",
        parameters={"most_times_alike": MOST_TIMES_ALIKE},
        examples=(
            Example(
                bad=_limits("104", "129", "104"),
                good=_limits("104", "129", "129"),
                breaks=(1,),
                is_planted=True,
            ),
            Example(
                bad=_limits("104", "35", "35", "104", "120"),
                good=_limits("104", "104", "110", "110", "120"),
                breaks=(1, 2),
            ),
            Example(
                bad=_limits("100", "105.1", "100"),
                good=_limits("100", "105", "100"),
                breaks=(1,),
            ),
            Example(
                bad=_limits("100", "130", "105"),
                good=_limits("100", "130", "105.1"),
                breaks=(1,),
            ),
            Example(
                bad=_limits("104", None, "129", "104"),
                good=(*_limits("104", "104"), *_limits("129", "129", laboratory="another")),
                breaks=(2,),
            ),
        ),
        columns=("upper_limit_normal",),
    ),
)
