"""What the sdtm adapter makes of TR: of which visits there are images, of which day, and made how.

Not here: RS and TU alone (`test_sdtm_imaging.py`).
"""

from __future__ import annotations

import pytest

from tests.support.adapted import meanings
from tests.unit.adapters.records import RESPONSE, TUMOUR, Record, column, made

SEEN: Record = {
    "usubjid": "S1",
    "trlnkid": "T01",
    "trmethod": "CT SCAN",
    "trdtc": "2020-02-10",
    "visitnum": "2.0",
}
"""A target lesion measured at the visit of the response, two days before the response was given."""


@pytest.mark.parametrize(
    ("told", "day", "modality"),
    [
        ({}, "2020-02-10", "CT"),
        ({"trdtc": "2020-02-10T08:15"}, "2020-02-10", "CT"),
        ({"trmethod": None}, "2020-02-10", "CT"),
        ({"trmethod": "MRI"}, "2020-02-10", "MRI"),
        ({"trmethod": "CALIPER"}, "2020-02-12", "CT"),
        ({"trmethod": None, "trlnkid": "T09"}, "2020-02-12", "CT"),
        ({"trdtc": "2020-02"}, "2020-02-12", "CT"),
        ({"trdtc": None}, "2020-02-12", "CT"),
        ({"visitnum": "3"}, "2020-02-12", "CT"),
        ({"trstat": "NOT DONE"}, "2020-02-12", "CT"),
        ({"treval": "INDEPENDENT ASSESSOR"}, "2020-02-12", "CT"),
    ],
)
def test_a_response_is_to_images_of_the_day_and_the_method_that_tr_tells(
    told: Record, day: str, modality: str
) -> None:
    rows = made("imaging_assessments", tu=[TUMOUR], tr=[{**SEEN, **told}], rs=[RESPONSE])
    answered = [(row["assessment_date"], row["modality"]) for row in rows if row["extraosseous_response"]]
    assert answered == [(day, modality)]


def test_a_visit_with_images_and_without_a_response_is_an_assessment() -> None:
    later = {**SEEN, "visitnum": "3", "trdtc": "2020-03-25"}
    rows = made(
        "imaging_assessments", tu=[TUMOUR], tr=[SEEN, later, {**later, "trlnkid": "T02"}], rs=[RESPONSE]
    )
    assert {row["assessment_id"]: row["extraosseous_response"] for row in rows} == {
        "S1|1.0|CT|2020-01-01": None,
        "S1|2.0|CT": "SD",
        "S1|3.0|CT|2020-03-25": None,
    }


def test_baseline_images_of_tu_and_tr_are_one_assessment_and_tr_makes_no_lesion() -> None:
    first = {**SEEN, "visitnum": "1", "trdtc": "2020-01-01"}
    domains = {"tu": [TUMOUR], "tr": [first, {**first, "trlnkid": "NEW01"}]}
    assert column("assessment_id", made("imaging_assessments", **domains)) == ["S1|1.0|CT|2020-01-01"]
    assert column("lesion_id", made("bone_lesions", **domains)) == ["T01"]


def test_what_tells_of_no_image_is_counted_apart() -> None:
    records = [
        SEEN,
        {**SEEN, "trlnkid": None},
        {**SEEN, "trmethod": "CALIPER"},
        {**SEEN, "trstat": "NOT DONE", "trdtc": None},
        {**SEEN, "treval": "INDEPENDENT ASSESSOR"},
    ]
    told = meanings("sdtm", tu=[TUMOUR], tr=records)
    assert {key: rows for key, rows in told.items() if key[0] == "tr"} == {
        ("tr", "a tumour assessed on images", "imaging_assessments"): 1,
        ("tr", "an assessment without images", None): 2,
        ("tr", "a tumour that was not assessed", None): 1,
        ("tr", "the read of another reader", None): 1,
    }
