"""The contract of `patients` and the laws of its rows.

Not here: how its text is read (`bpp_etl/harmonise`) and what a broken rule leads to (`bpp_etl/gate`).
"""

from typing import Annotated

import polars as pl

from schemas.bounds import not_before_year
from schemas.codes import RECEPTOR_STATUS, SEX
from schemas.contract import Contract, delivered
from schemas.examples import Example, Row, example
from schemas.judging import at_or_before, flags_column, registry_column, row_number_column
from schemas.laws import NearLaw, RowLaw, SelectLaw, TimeLaw

MOST_BORN_ON_A_DAY, MOST_SHARE_BORN_ON_A_DAY = 5, 0.05
"""Of patients with a date of birth, so many at most, or such a share, share theirs by chance."""

_SEEN: Row = {"patient_id": "{own}", "last_contact_date": "{delivery:-30}"}


class Patients(Contract, key=("registry", "patient_id")):
    """One row per patient of a registry."""

    registry: pl.String = registry_column()
    patient_id: pl.String = delivered("The registry's pseudonym of the patient.", required=True)
    sex: pl.String = delivered("Sex as recorded by the registry.", kind="code", codes=SEX, required=True)
    birth_date: pl.Date = delivered("Date of birth.", kind="date")
    metastatic_diagnosis_date: pl.Date = delivered(
        "Date on which metastatic disease was diagnosed.", kind="date"
    )
    er_status: pl.String = delivered("Oestrogen receptor status.", kind="code", codes=RECEPTOR_STATUS)
    pr_status: pl.String = delivered("Progesterone receptor status.", kind="code", codes=RECEPTOR_STATUS)
    last_contact_date: pl.Date = delivered(
        "Last date on which the patient was known to be alive or died.", kind="date", required=True
    )
    death_date: pl.Date = delivered("Date of death; empty while alive.", kind="date")
    flags: Annotated[pl.List, pl.String] = flags_column()
    row_number: pl.Int64 = row_number_column()

    _laws = (
        NearLaw(
            "death_without_date",
            sentence="The day of a death that is recorded is known.",
            exactly="The format says that the patient died, and not when: the date of death stays empty, and "
            "the patient counts as alive at the last contact.",
            severity="flag",
            category="completeness",
            mend="Find the day at the source, or deliver it in a side table, as death_date.",
            ordinary="",
            columns=("death_date",),
        ),
        RowLaw(
            "birth_after_diagnosis",
            sentence="A patient is born before metastatic disease is diagnosed.",
            severity="refuse",
            category="plausibility",
            mend="Correct one of the dates.",
            holds=at_or_before("birth_date", "metastatic_diagnosis_date"),
            examples=(
                example(
                    {"birth_date": "{delivery:-1900}", "metastatic_diagnosis_date": "{delivery:-2000}"},
                    {"birth_date": "{delivery:-2100}", "metastatic_diagnosis_date": "{delivery:-2000}"},
                    planted=True,
                ),
                example(
                    {"birth_date": "1980-01-02", "metastatic_diagnosis_date": "1980-01-01"},
                    {"birth_date": "1980-01-01", "metastatic_diagnosis_date": "1980-01-01"},
                ),
            ),
        ),
        RowLaw(
            "birth_before_1900",
            is_of_calendar=True,
            sentence="A birth is not before 1900.",
            severity="refuse",
            category="plausibility",
            mend="Correct the date of birth.",
            holds=not_before_year("birth_date", 1900),
            examples=(
                example({"birth_date": "1890-06-15"}, {"birth_date": "1910-06-15"}, planted=True),
                example({"birth_date": "1899-12-31"}, {"birth_date": "1900-01-01"}),
            ),
        ),
        RowLaw(
            "death_before_diagnosis",
            sentence="Death does not come before the diagnosis of metastatic disease.",
            severity="refuse",
            category="plausibility",
            mend="Correct one of the dates.",
            holds=at_or_before("metastatic_diagnosis_date", "death_date"),
            examples=(
                example(
                    {
                        "metastatic_diagnosis_date": "{delivery:-2000}",
                        "death_date": "{delivery:-2100}",
                        "last_contact_date": "{delivery:-2100}",
                    },
                    {
                        "metastatic_diagnosis_date": "{delivery:-2000}",
                        "death_date": "{delivery:-1900}",
                        "last_contact_date": "{delivery:-1900}",
                    },
                    planted=True,
                ),
                example(
                    {
                        "metastatic_diagnosis_date": "2024-03-02",
                        "death_date": "2024-03-01",
                        "last_contact_date": "2024-03-01",
                    },
                    {
                        "metastatic_diagnosis_date": "2024-03-01",
                        "death_date": "2024-03-01",
                        "last_contact_date": "2024-03-01",
                    },
                ),
            ),
        ),
        RowLaw(
            "contact_after_death",
            sentence="The last contact is not after death.",
            severity="refuse",
            category="plausibility",
            mend="Correct one of the dates.",
            holds=at_or_before("last_contact_date", "death_date"),
            examples=(
                example(
                    {"death_date": "{delivery:-600}", "last_contact_date": "{delivery:-500}"},
                    {"death_date": "{delivery:-400}", "last_contact_date": "{delivery:-500}"},
                    planted=True,
                ),
                example(
                    {"death_date": "2024-03-01", "last_contact_date": "2024-03-02"},
                    {"death_date": "2024-03-01", "last_contact_date": "2024-03-01"},
                ),
            ),
        ),
        TimeLaw(
            "diagnosis_after_line",
            sentence="Metastatic disease is diagnosed at most 90 days after a line of its treatment starts.",
            severity="flag",
            category="plausibility",
            mend="Check the day of diagnosis, and whether the line is one for metastatic disease.",
            column="metastatic_diagnosis_date",
            order="at_or_before",
            other_table="therapy_lines",
            other_column="start_date",
            slack_days=90,
            examples=(
                Example(
                    given={
                        "therapy_lines": (
                            {"patient_id": "{own}", "line_number": "1", "start_date": "{delivery:-300}"},
                        )
                    },
                    bad=({**_SEEN, "metastatic_diagnosis_date": "{delivery:-209}"},),
                    good=({**_SEEN, "metastatic_diagnosis_date": "{delivery:-210}"},),
                    is_planted=True,
                ),
            ),
        ),
        RowLaw(
            "age_implausible",
            sentence="A patient is 15 to 105 years old when metastatic disease is diagnosed.",
            exactly="In completed years.",
            severity="flag",
            category="plausibility",
            mend="Check both dates, the century of the birth above all.",
            holds=(pl.col("birth_date").dt.offset_by("15y") <= pl.col("metastatic_diagnosis_date"))
            & (pl.col("birth_date").dt.offset_by("106y") > pl.col("metastatic_diagnosis_date")),
            examples=(
                example(
                    {"birth_date": "2005-03-02", "metastatic_diagnosis_date": "2020-03-01"},
                    {"birth_date": "2005-03-02", "metastatic_diagnosis_date": "2020-03-02"},
                    planted=True,
                ),
                example(
                    {"birth_date": "1905-03-02", "metastatic_diagnosis_date": "2011-03-02"},
                    {"birth_date": "1905-03-02", "metastatic_diagnosis_date": "2011-03-01"},
                ),
            ),
        ),
        SelectLaw(
            "contact_before_last_record",
            sentence="The last contact is not before the patient's last record.",
            exactly="A record is an image, a specimen for alkaline phosphatase, or the start of a line. "
            "Follow-up then ends at the last record.",
            severity="flag",
            category="plausibility",
            mend="Deliver the last day on which the patient was known to be alive.",
            examples=tuple(
                Example(
                    given={table: ({"patient_id": "{own}", **record},)},
                    bad=({"patient_id": "{own}", "last_contact_date": "{delivery:-201}"},),
                    good=({"patient_id": "{own}", "last_contact_date": "{delivery:-200}"},),
                    is_planted=table == "lab_results",
                )
                for table, record in (
                    ("lab_results", {"specimen_date": "{delivery:-200}"}),
                    ("imaging_assessments", {"assessment_date": "{delivery:-200}"}),
                    ("therapy_lines", {"line_number": "1", "start_date": "{delivery:-200}"}),
                )
            ),
            columns=("last_contact_date",),
        ),
        SelectLaw(
            "look_alike_id",
            sentence="No two patients of a delivery have ids that only look different.",
            exactly="They are compared without case, blanks, punctuation and the zeros before a number; 1-11 "
            "is not like 11-1, and both are like 111.",
            severity="flag",
            across_patients=True,
            category="plausibility",
            mend="Check whether it is one patient; if so, deliver all under one id.",
            stands_on=("patient_fold",),
            examples=(
                Example(
                    bad=({"patient_id": "{own}.p 7"}, {"patient_id": "{own} P-007"}),
                    good=({"patient_id": "{own}.p 7"}, {"patient_id": "{own} P-70"}),
                    is_planted=True,
                ),
                Example(
                    bad=({"patient_id": "{own} a1-11"}, {"patient_id": "{own} a111"}),
                    good=({"patient_id": "{own} a1-11"}, {"patient_id": "{own} a11-1"}),
                ),
            ),
            columns=("patient_id",),
        ),
        SelectLaw(
            "birth_date_default",
            is_of_calendar=True,
            sentence="Birth dates are spread over days.",
            exactly=f"Broken by each of more than {MOST_BORN_ON_A_DAY} patients, and more than "
            f"{MOST_SHARE_BORN_ON_A_DAY:.0%} of those with a date of birth, who have the same.",
            severity="flag",
            across_patients=True,
            category="plausibility",
            ordinary="It counts itself how common a day is.",
            mend="Leave the date empty where it is not known, rather than fill in a default.",
            among="birth_date is not null",
            parameters={"most_patients": MOST_BORN_ON_A_DAY, "most_share": MOST_SHARE_BORN_ON_A_DAY},
            examples=(
                example({"birth_date": "{common_birth}"}, {"birth_date": "{common_birth:+1}"}, planted=True),
            ),
            columns=("birth_date",),
        ),
    )
