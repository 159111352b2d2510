"""The contract of `her2_tests` and the laws of its rows.

Not here: how its text is read (`bpp_etl/harmonise`) and what a broken rule leads to (`bpp_etl/gate`).
"""

from typing import Annotated

import polars as pl

from schemas.bounds import between
from schemas.codes import HER2_REPORTED_STATUS, HER2_STATUS, IHC_SCORE, ISH_RESULT, SPECIMEN_SITE
from schemas.contract import Contract, delivered, derived
from schemas.examples import Example, example
from schemas.judging import flags_column, registry_column, row_number_column
from schemas.laws import RowLaw, TextLaw, TimeLaw

CODES_FROM = 99
"""Registries write that a number is missing, or was not asked for, as 99, 99.9, 998 and the like."""


LATE_AFTER_CONTACT_DAYS = 30
"""So long a laboratory may take with a specimen of the last visit."""


class Her2Tests(Contract, key=("registry", "row_number")):
    """One row per HER2 test of a patient.

    Nothing that is delivered names a test, two on one day are two facts: the row that held it does.
    """

    registry: pl.String = registry_column()
    patient_id: pl.String = delivered("The registry's pseudonym of the patient.", required=True)
    test_date: pl.Date = delivered("Day of the test.", kind="date", required=True)
    specimen_site: pl.String = delivered(
        "Where the tissue came from.", kind="code", codes=SPECIMEN_SITE, required=True
    )
    ihc_score: pl.String = delivered("Immunohistochemistry score.", kind="code", codes=IHC_SCORE)
    ish_result: pl.String = delivered("In situ hybridisation as reported.", kind="code", codes=ISH_RESULT)
    her2_cep17_ratio: pl.Float64 = delivered(
        "HER2 to CEP17 ratio.",
        kind="number",
        unit="ratio",
        unreadable="ratio_unreadable",
        codes_from=CODES_FROM,
    )
    her2_copy_number: pl.Float64 = delivered(
        "Average HER2 copies in a cell.",
        kind="number",
        unit="copies/cell",
        unreadable="copy_number_unreadable",
        codes_from=CODES_FROM,
    )
    reported_status: pl.String = delivered(
        "HER2 status as the laboratory or registry reported it.", kind="code", codes=HER2_REPORTED_STATUS
    )
    her2_status: pl.String = derived(
        "Status by ASCO/CAP 2018 as affirmed in 2023.", nullable=False, codes=HER2_STATUS
    )
    her2_low: pl.Boolean = derived("Annotation only: IHC 1+, or 2+ with negative ISH, in a negative test.")
    flags: Annotated[pl.List, pl.String] = flags_column()
    row_number: pl.Int64 = row_number_column()

    _laws = (
        TextLaw(
            "ratio_unreadable",
            sentence="A HER2 to CEP17 ratio can be read, where there is one.",
            exactly="One that cannot is empty.",
            severity="flag",
            category="conformance",
            mend="Deliver the ratio as a plain number, and state decimal in "
            "registry.toml where it is a comma; or leave it empty.",
            examples=(
                example({"her2_cep17_ratio": "amplified"}, {"her2_cep17_ratio": "n/a"}, planted=True),
                example({"her2_cep17_ratio": "<2"}, {"her2_cep17_ratio": "2.0"}),
            ),
        ),
        TextLaw(
            "copy_number_unreadable",
            sentence="A HER2 copy number can be read, where there is one.",
            exactly="One that cannot is empty.",
            severity="flag",
            category="conformance",
            mend="Deliver the copy number as a plain number, and state decimal in "
            "registry.toml where it is a comma; or leave it empty.",
            examples=(
                example({"her2_copy_number": "many"}, {"her2_copy_number": "-"}, planted=True),
                example({"her2_copy_number": "4-6"}, {"her2_copy_number": "6"}),
            ),
        ),
        TextLaw(
            "number_is_a_code",
            sentence=f"A HER2 to CEP17 ratio and a copy number are below {CODES_FROM}.",
            exactly="From there on it is a code for a number that is missing: empty.",
            severity="flag",
            category="plausibility",
            ordinary="Registries write a number that nobody measured as a code, and most were not.",
            mend="Leave the cell empty; null_words in registry.toml reads a code such as 99.9 as empty.",
            columns=("her2_cep17_ratio", "her2_copy_number"),
            examples=(
                example({"her2_cep17_ratio": "99.9"}, {"her2_cep17_ratio": "9.9"}, planted=True),
                example({"her2_copy_number": "99"}, {"her2_copy_number": "9.9"}),
                example({"her2_copy_number": "998.0"}, {"her2_copy_number": "98"}),
            ),
        ),
        RowLaw(
            "ratio_out_of_range",
            sentence="A HER2 to CEP17 ratio lies in 0 to 50.",
            severity="refuse",
            category="plausibility",
            mend="Correct the ratio.",
            holds=between("her2_cep17_ratio", 0, 50),
            examples=(
                example({"her2_cep17_ratio": "60.0"}, {"her2_cep17_ratio": "6.0"}, planted=True),
                example({"her2_cep17_ratio": "50.01"}, {"her2_cep17_ratio": "50"}),
                example({"her2_cep17_ratio": "-0.01"}, {"her2_cep17_ratio": "0"}),
            ),
        ),
        RowLaw(
            "copy_number_out_of_range",
            sentence="A HER2 copy number lies in 0 to 98.",
            severity="refuse",
            category="plausibility",
            mend="Correct the copy number.",
            holds=between("her2_copy_number", 0, 98),
            examples=(
                example({"her2_copy_number": "98.5"}, {"her2_copy_number": "9.85"}, planted=True),
                example({"her2_copy_number": "98.01"}, {"her2_copy_number": "98"}),
                example({"her2_copy_number": "-0.01"}, {"her2_copy_number": "0"}),
            ),
        ),
        TimeLaw(
            "test_before_birth",
            sentence="No test is before the patient's birth.",
            severity="refuse",
            category="plausibility",
            mend="Correct one of the dates.",
            column="test_date",
            order="at_or_after",
            other_table="patients",
            other_column="birth_date",
            examples=(
                example(
                    {"patient_id": "{dead}", "test_date": "{birth:-1}"},
                    {"patient_id": "{dead}", "test_date": "{birth}"},
                    planted=True,
                ),
            ),
        ),
        TimeLaw(
            "test_after_death",
            sentence="No test is after the patient's death.",
            severity="refuse",
            category="plausibility",
            mend="Correct one of the dates.",
            column="test_date",
            order="at_or_before",
            other_table="patients",
            other_column="death_date",
            examples=(
                example(
                    {"patient_id": "{dead}", "test_date": "{death:+1}"},
                    {"patient_id": "{dead}", "test_date": "{death}"},
                    planted=True,
                ),
            ),
        ),
        TimeLaw(
            "test_after_contact",
            sentence=f"No test is over {LATE_AFTER_CONTACT_DAYS} days after the last contact.",
            severity="flag",
            category="plausibility",
            mend="Check both days, and whether tests are another patient's. A specimen of before that is "
            "tested later is no contact, and stays flagged.",
            column="test_date",
            order="at_or_before",
            other_table="patients",
            other_column="last_contact_date",
            slack_days=LATE_AFTER_CONTACT_DAYS,
            examples=(
                Example(
                    given={
                        "patients": ({"patient_id": "{own} late", "last_contact_date": "{delivery:-200}"},)
                    },
                    bad=({"patient_id": "{own} late", "test_date": "{delivery:-169}"},),
                    good=({"patient_id": "{own} late", "test_date": "{delivery:-170}"},),
                    is_planted=True,
                ),
            ),
        ),
    )
