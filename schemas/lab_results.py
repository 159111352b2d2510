"""The contract of `lab_results` and the laws of each of its rows by itself.

Not here: the laws of a result among others (`schemas/alp_laws.py`), and of its unit and its limit
(`schemas/unit_limit_laws.py`), how its text is read (`bpp_etl/harmonise`) and what a broken rule leads to
(`bpp_etl/gate`).
"""

from typing import Annotated

import polars as pl

from schemas.alp_laws import ALP_LAWS, IS_TOTAL
from schemas.bounds import above
from schemas.codes import ANALYTE
from schemas.contract import Contract, delivered, derived
from schemas.examples import example
from schemas.judging import flags_column, registry_column, row_number_column
from schemas.laws import RowLaw, TextLaw, TimeLaw
from schemas.unit_limit_laws import UNIT_LIMIT_LAWS

HIGHEST_PLAUSIBLE_ALP = 20_000
"""U/L; above it a total ALP is a slip of the pen, not a patient (`value_implausible`)."""


class LabResults(Contract, key=("registry", "row_number")):
    """One row per alkaline phosphatase result of a patient.

    Nothing that is delivered names a result, two on one day are two facts: the row that held it does.
    """

    registry: pl.String = registry_column()
    patient_id: pl.String = delivered("The registry's pseudonym of the patient.", required=True)
    analyte: pl.String = delivered(
        "Total (LOINC 6768-6) or bone-specific (LOINC 17838-4) alkaline phosphatase.",
        kind="code",
        codes=ANALYTE,
        required=True,
    )
    specimen_date: pl.Date = delivered("Day the specimen was taken.", kind="date", required=True)
    value: pl.Float64 = delivered(
        "Result in `unit`: U/L for total ALP, nothing rounded.",
        kind="number",
        required=True,
        asked="Result as the laboratory reported it, a plain number.",
    )
    unit: pl.String = delivered(
        "Unit after harmonising: U/L, or ug/L for bone ALP mass.",
        required=True,
        asked="Unit of the result, as the laboratory reported it.",
    )
    upper_limit_normal: pl.Float64 = delivered(
        "Upper limit of the laboratory's reference interval, in `unit`.",
        kind="number",
        asked="Upper limit of the laboratory's reference interval, in the unit of the result.",
        unreadable="upper_limit_unreadable",
        from_range="upper_limit_from_range",
    )
    laboratory: pl.String = delivered("Laboratory that reported the result.")
    raw_value: pl.String = derived("Result as delivered.")
    raw_unit: pl.String = derived("Unit as delivered.")
    unit_factor: pl.Float64 = derived("What the delivered value was multiplied by.")
    flags: Annotated[pl.List, pl.String] = flags_column()
    row_number: pl.Int64 = row_number_column()

    _laws = (
        RowLaw(
            "value_not_positive",
            sentence="A result is above zero.",
            severity="refuse",
            category="plausibility",
            mend="Correct the value.",
            holds=above("value", 0),
            examples=(
                example({"value": "0"}, {"value": "0.001"}, planted=True),
                example({"value": "-12.5"}, {"value": "+12.5"}, planted=True),
                example({"value": "-0.001"}, {"value": "+10"}),
            ),
        ),
        RowLaw(
            "value_implausible",
            sentence=f"A total ALP is at most {HIGHEST_PLAUSIBLE_ALP} U/L.",
            severity="refuse",
            category="plausibility",
            mend="Correct the value or its unit.",
            holds=~IS_TOTAL | (pl.col("value") <= HIGHEST_PLAUSIBLE_ALP),
            examples=(
                example({"value": "20000.5"}, {"value": "20000"}, planted=True),
                example({"value": "20000.01"}, {"value": "20000.01", "analyte": "ALP_BONE"}),
                example({"value": "333.4", "unit": "ukat/L"}, {"value": "333.3", "unit": "ukat/L"}),
            ),
        ),
        RowLaw(
            "limit_not_positive",
            sentence="An upper limit of normal is above zero.",
            severity="refuse",
            category="plausibility",
            mend="Correct the limit, or leave it empty.",
            holds=above("upper_limit_normal", 0),
            examples=(example({"upper_limit_normal": "0"}, {"upper_limit_normal": "0.01"}, planted=True),),
        ),
        TextLaw(
            "upper_limit_unreadable",
            sentence="An upper limit of normal can be read, where there is one.",
            exactly="One that cannot is empty.",
            severity="flag",
            category="conformance",
            mend="Deliver the upper limit as a plain number, and state decimal in "
            "registry.toml where it is a comma; or leave it empty.",
            examples=(
                example({"upper_limit_normal": "see report"}, {"upper_limit_normal": "n/a"}, planted=True),
                example({"upper_limit_normal": "105-35"}, {"upper_limit_normal": "105"}),
                example({"upper_limit_normal": ">35"}, {"upper_limit_normal": "35.0"}),
            ),
        ),
        TextLaw(
            "upper_limit_from_range",
            sentence="An upper limit of normal is one number.",
            exactly="Of a range (35-105, <105) the upper end is read.",
            severity="flag",
            category="conformance",
            ordinary="A laboratory may report its reference interval with every result.",
            mend="Nothing to mend where it is the reference interval; else deliver its upper end alone.",
            examples=(
                example({"upper_limit_normal": "35-105"}, {"upper_limit_normal": "105"}, planted=True),
                *(
                    example({"upper_limit_normal": text}, {"upper_limit_normal": "105.0"})
                    for text in ("35 - 105", "35 – 105", "(35.0~105)", "３５－１０５", "<105")
                ),
            ),
        ),
        TextLaw(
            "unit_missing",
            sentence="Every result states its unit.",
            severity="refuse",
            category="completeness",
            mend="Deliver the unit; it is never guessed. If the export has no unit column, state the unit in "
            "[constants.lab_results]; an empty one must be left out of the export for that.",
            columns=("unit",),
            examples=(
                example({"unit": None}, {"unit": "u / l"}, planted=True),
                example({"unit": " \t"}, {"unit": " U/L\t"}),
            ),
        ),
        TextLaw(
            "unit_not_convertible",
            sentence="Every unit can be converted to U/L, or is ug/L for bone ALP.",
            severity="refuse",
            category="conformance",
            mend="Map the laboratory's spelling in [recode.lab_results.unit], or deliver another unit.",
            columns=("unit",),
            examples=(
                example({"unit": "King-Armstrong"}, {"unit": "IU/L"}, planted=True),
                example({"unit": "U/L (37 C)"}, {"unit": "U/L (IFCC)"}),
                example(
                    {"unit": "xULN", "value": "1.4", "upper_limit_normal": None},
                    {"unit": "xULN", "value": "1.4", "upper_limit_normal": "104"},
                    planted=True,
                ),
                example({"unit": "ug/L"}, {"unit": "ug/L", "analyte": "ALP_BONE"}),
            ),
        ),
        TextLaw(
            "value_is_censored",
            sentence="A result is a number, not a bound such as '<5'.",
            severity="refuse",
            category="conformance",
            mend="Nothing to mend where the laboratory reports a bound; such a result is not used.",
            columns=("value",),
            examples=(
                example({"value": "<5"}, {"value": "5"}, planted=True),
                *(example({"value": f"{sign}5"}, {"value": "5.0"}) for sign in (">", "≤", "＜", "&lt;")),
            ),
        ),
        TimeLaw(
            "specimen_after_death",
            sentence="No specimen is taken after the patient's death.",
            severity="refuse",
            category="plausibility",
            mend="Correct one of the dates.",
            column="specimen_date",
            order="at_or_before",
            other_table="patients",
            other_column="death_date",
            examples=(
                example(
                    {"patient_id": "{dead}", "specimen_date": "{death:+1}"},
                    {"patient_id": "{dead}", "specimen_date": "{death}"},
                    planted=True,
                ),
            ),
        ),
        TimeLaw(
            "specimen_before_birth",
            sentence="No specimen is taken before the patient's birth.",
            severity="refuse",
            category="plausibility",
            mend="Correct one of the dates.",
            column="specimen_date",
            order="at_or_after",
            other_table="patients",
            other_column="birth_date",
            examples=(
                example(
                    {"patient_id": "{dead}", "specimen_date": "{birth:-1}"},
                    {"patient_id": "{dead}", "specimen_date": "{birth}"},
                    planted=True,
                ),
            ),
        ),
        *ALP_LAWS,
        *UNIT_LIMIT_LAWS,
    )
