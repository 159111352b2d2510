"""HER2 status by ASCO/CAP 2018 (affirmed 2023): the table, its boundaries, conflicts, all combinations.

Not here: which test of a patient counts at an event, and ranges of ratio and copy number.
"""

import re
from dataclasses import asdict
from itertools import product
from typing import Any

import pytest

from schemas.codes import HER2_REPORTED_STATUS, IHC_SCORE, ISH_RESULT
from schemas.flags import FLAGS, HER2_FLAGS
from schemas.her2_tests import Her2Tests
from tests.unit.harmonise.her2_reference import Answer, Her2Test, read
from tests.unit.harmonise.queries import harmonise_her2, read_query

POS, NEG, UNKNOWN = "positive", "negative", "indeterminate"

RATIOS = (None, 0.0, 1.9, 1.99, 2.0, 2.01, 50.0)
COPIES = (None, 0.0, 3.9, 3.99, 4.0, 5.9, 5.99, 6.0, 6.01, 200.0)

GUIDELINE = [
    # ratio, copies:  IHC 0 or 1+, 2+, 3+, none
    ("group 1", 2.0, 4.0, (POS, POS, POS, POS)),
    ("group 1, high", 5.1, 16.0, (POS, POS, POS, POS)),
    ("group 2", 2.0, 3.99, (NEG, NEG, POS, UNKNOWN)),
    ("group 3", 1.99, 6.0, (NEG, POS, POS, UNKNOWN)),
    ("group 4, upper end", 1.99, 5.99, (NEG, NEG, POS, UNKNOWN)),
    ("group 4, lower end", 1.99, 4.0, (NEG, NEG, POS, UNKNOWN)),
    ("group 5", 1.99, 3.99, (NEG, NEG, POS, NEG)),
    ("single probe, 6 or more", None, 6.0, (POS, POS, POS, POS)),
    ("single probe, upper middle", None, 5.99, (NEG, UNKNOWN, POS, UNKNOWN)),
    ("single probe, lower middle", None, 4.0, (NEG, UNKNOWN, POS, UNKNOWN)),
    ("single probe, below 4", None, 3.99, (NEG, NEG, POS, NEG)),
    ("ratio alone, 2 or more: group 1 or 2", 2.0, None, (UNKNOWN, UNKNOWN, POS, UNKNOWN)),
    ("ratio alone, below 2: group 3, 4 or 5", 1.99, None, (NEG, UNKNOWN, POS, UNKNOWN)),
    ("no ISH", None, None, (NEG, UNKNOWN, POS, UNKNOWN)),
]


def answer(**evidence: Any) -> dict[str, Any]:
    """Harmonise one test."""
    (row,) = harmonise_her2(evidence)
    return row


@pytest.mark.parametrize(
    ("name", "ratio", "copies", "expected"), GUIDELINE, ids=[row[0] for row in GUIDELINE]
)
def test_the_numbers_and_ihc_give_the_status_of_the_guideline(
    name: str, ratio: float | None, copies: float | None, expected: tuple[str, str, str, str]
) -> None:
    numbers = {"her2_cep17_ratio": ratio, "her2_copy_number": copies}
    rows = harmonise_her2(*({**numbers, "ihc_score": ihc} for ihc in ("0", "1+", "2+", "3+", None)))
    zero_or_one, two, three, none = expected
    assert [row["her2_status"] for row in rows] == [zero_or_one, zero_or_one, two, three, none]


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        ("positive", (POS, POS, POS, POS)),
        ("negative", (NEG, NEG, POS, NEG)),
        ("equivocal", (NEG, UNKNOWN, POS, UNKNOWN)),
    ],
)
def test_without_numbers_the_reported_ish_result_is_read_with_ihc(
    result: str, expected: tuple[str, str, str, str]
) -> None:
    rows = harmonise_her2(*({"ish_result": result, "ihc_score": ihc} for ihc in ("1+", "2+", "3+", None)))
    assert tuple(row["her2_status"] for row in rows) == expected


def test_numbers_outrank_the_reported_ish_result_and_the_difference_is_flagged() -> None:
    row = answer(ihc_score="2+", ish_result="positive", her2_cep17_ratio=1.4, her2_copy_number=3.0)
    assert (row["her2_status"], row["flags"]) == (NEG, ["her2_ish_result_differs_from_numbers"])


def test_a_ratio_alone_lets_the_ish_result_decide_where_both_point_the_same_way() -> None:
    agree = answer(ihc_score="2+", ish_result="positive", her2_cep17_ratio=2.4)
    against = answer(ihc_score="2+", ish_result="positive", her2_cep17_ratio=1.4)
    assert (agree["her2_status"], agree["flags"]) == (POS, [])
    assert against["her2_status"] == UNKNOWN
    assert against["flags"] == ["her2_ish_result_differs_from_numbers", "her2_ratio_without_copy_number"]


def test_ihc_2_without_ish_is_indeterminate_whatever_was_reported() -> None:
    rows = harmonise_her2(
        *({"ihc_score": "2+", "reported_status": status} for status in HER2_REPORTED_STATUS)
    )
    assert {row["her2_status"] for row in rows} == {UNKNOWN}
    assert all("her2_ihc2_without_ish" in row["flags"] for row in rows)


def test_an_equivocal_test_reported_as_negative_is_flagged_as_such() -> None:
    row = answer(ihc_score="2+", reported_status="negative")
    assert row["flags"] == [
        "her2_equivocal_reported_negative",
        "her2_ihc2_without_ish",
        "her2_reported_differs",
    ]


def test_ihc_3_with_group_5_is_positive_and_a_conflict() -> None:
    row = answer(ihc_score="3+", her2_cep17_ratio=1.1, her2_copy_number=2.4)
    assert (row["her2_status"], row["flags"]) == (POS, ["her2_ihc3_ish_group5"])


@pytest.mark.parametrize("ish", [{"ish_result": "negative"}, {"her2_copy_number": 2.4}])
def test_ihc_3_with_another_negative_ish_is_positive_and_a_conflict(ish: dict[str, Any]) -> None:
    row = answer(ihc_score="3+", **ish)
    assert (row["her2_status"], row["flags"]) == (POS, ["her2_ihc3_ish_negative"])


@pytest.mark.parametrize(
    ("reported", "status", "flag"),
    [
        ("positive", POS, "her2_status_as_reported"),
        ("negative", NEG, "her2_status_as_reported"),
        ("equivocal", UNKNOWN, "her2_status_as_reported"),
        ("unknown", UNKNOWN, "her2_no_evidence"),
        (None, UNKNOWN, "her2_no_evidence"),
    ],
)
def test_with_neither_ihc_nor_ish_the_reported_status_stands(
    reported: str | None, status: str, flag: str
) -> None:
    row = answer(reported_status=reported)
    assert (row["her2_status"], row["her2_low"], row["flags"]) == (
        status,
        False if status == POS else None,
        [flag],
    )


def test_a_reported_status_never_changes_one_that_evidence_gives() -> None:
    row = answer(ihc_score="0", reported_status="positive")
    assert (row["her2_status"], row["flags"]) == (NEG, ["her2_reported_differs"])


def test_negative_in_groups_2_to_4_carries_the_comment_that_the_guideline_asks_for() -> None:
    rows = harmonise_her2(
        {"ihc_score": "2+", "her2_cep17_ratio": 2.1, "her2_copy_number": 3.7},
        {"ihc_score": "1+", "her2_cep17_ratio": 1.6, "her2_copy_number": 6.6},
        {"ihc_score": "2+", "her2_cep17_ratio": 1.4, "her2_copy_number": 4.8},
        {"ihc_score": "2+", "her2_cep17_ratio": 1.4, "her2_copy_number": 3.0},
    )
    assert [row["flags"] for row in rows] == [["her2_negative_with_comment"]] * 3 + [[]]


@pytest.mark.parametrize(
    ("evidence", "is_low"),
    [
        ({"ihc_score": "0"}, False),
        ({"ihc_score": "1+"}, True),
        ({"ihc_score": "2+", "ish_result": "negative"}, True),
        ({"ihc_score": "2+", "ish_result": "positive"}, False),
        ({"ihc_score": "2+"}, None),
        ({"ihc_score": "3+", "ish_result": "negative"}, False),
        ({"ihc_score": "1+", "ish_result": "positive"}, False),
        ({"ihc_score": "1+", "her2_cep17_ratio": 2.2}, None),
        ({"ish_result": "negative"}, None),
    ],
)
def test_her2_low_is_an_annotation_of_negative_tests(evidence: dict[str, Any], is_low: bool | None) -> None:
    assert answer(**evidence)["her2_low"] is is_low


def test_every_combination_of_evidence_agrees_with_the_row_by_row_reference() -> None:
    tests = [
        Her2Test(*combination)
        for combination in product(
            (None, *IHC_SCORE), (None, *ISH_RESULT), RATIOS, COPIES, (None, *HER2_REPORTED_STATUS)
        )
    ]
    rows = harmonise_her2(*map(asdict, tests))
    assert len(rows) == len(tests) == 7000
    differing = [
        (test, found, read(test))
        for test, row in zip(tests, rows, strict=True)
        if (found := Answer(row["her2_status"], row["her2_low"], row["flags"])) != read(test)
    ]
    assert differing == []
    indeterminate = [row for row in rows if row["her2_status"] == UNKNOWN]
    why = {"her2_no_evidence", "her2_status_as_reported", "her2_ihc2_without_ish", "her2_ish_group_needs_ihc"}
    why |= {"her2_single_probe_needs_dual_probe", "her2_ratio_without_copy_number", "her2_ish_equivocal"}
    assert all(why & set(row["flags"]) for row in indeterminate)
    assert {flag for row in rows for flag in row["flags"]} == set(HER2_FLAGS)


def test_the_query_raises_only_flags_that_are_explained() -> None:
    raised = set(re.findall(r"then '(her2_\w+)'", read_query("her2_tests")))
    assert raised == set(HER2_FLAGS)
    assert raised <= set(FLAGS)


def test_the_query_yields_the_columns_of_the_contract_and_the_problems() -> None:
    row = answer(ihc_score="0")
    assert list(row) == [*Her2Tests.to_schema().columns, "problems"]
    assert (row["problems"], row["flags"]) == ([], [])


def test_the_problems_of_parsing_are_kept() -> None:
    assert answer(ihc_score=None, problems=["code_unknown"])["problems"] == ["code_unknown"]
