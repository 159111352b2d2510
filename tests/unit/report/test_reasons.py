"""A registry without a pseudoprogression says why: the first thing that an event needs and is not there.

Not here: the counts of those who left the course.
"""

import pytest

from bpp_etl.report.sections.reasons import left_empty, why_none

NEEDED = (
    "has_patient",
    "has_new_lesion",
    "has_new_lesion_of_known_type",
    "has_new_osteoblastic_lesion",
    "has_first_line",
    "has_first_line_in_window",
    "has_on_treatment_ct",
    "has_on_treatment_lesion",
    "has_candidate",
    "has_pseudoprogression",
)
SAID = (
    "No patient of it was admitted.",
    "No bone lesion of its patients is recorded as new.",
    "whose type (morphology) is stated",
    "no osteoblastic one",
    "No patient has a first line of therapy.",
    "first line started in the calendar window",
    "No patient has an eligible CT during the first line.",
    "none on an eligible CT during the first line",
    "Explicit progression came before",
    "none was confirmed",
)


def facts_up_to(missing: str | None, *, is_site_known: bool = True) -> dict[str, bool]:
    """Hold everything that comes before the missing fact, and nothing from it on."""
    place = NEEDED.index(missing) if missing else len(NEEDED)
    return {fact: NEEDED.index(fact) < place for fact in NEEDED} | {
        "has_new_lesion_at_known_site": is_site_known
    }


@pytest.mark.parametrize(("missing", "said"), list(zip(NEEDED, SAID, strict=True)))
def test_the_first_thing_that_is_missing_is_the_reason(missing: str, said: str) -> None:
    sentence = why_none(facts_up_to(missing), is_admitted=True)
    assert sentence is not None
    assert said in sentence


def test_new_lesions_without_site_and_type_are_said_to_be_so() -> None:
    facts = facts_up_to("has_new_lesion_of_known_type", is_site_known=False)
    assert why_none(facts, is_admitted=True) == "No patient has a new lesion whose site and type are stated."


def test_a_registry_with_a_pseudoprogression_needs_no_reason() -> None:
    assert why_none(facts_up_to(None), is_admitted=True) is None


def test_a_shut_gate_comes_before_every_other_reason() -> None:
    sentence = why_none(None, is_admitted=False)
    assert sentence is not None
    assert sentence.startswith("Its gate is shut")


def witness(table: str, judged: int) -> dict[str, object]:
    return {"table": table, "rule": "file_unreadable", "judged": judged}


def test_an_optional_table_that_is_absent_and_one_without_rows_leave_the_same_empty_for_other_reasons() -> (
    None
):
    rules = [witness("lab_results", 0), witness("her2_tests", 1)]
    counts = [{"table": "lab_results", "admitted": 0}, {"table": "her2_tests", "admitted": 0}]
    lab, her2 = left_empty(rules, counts)
    assert lab.startswith("Laboratory results were not delivered")
    assert her2.startswith("No HER2 test was admitted")


def test_optional_tables_with_rows_leave_nothing_empty() -> None:
    rules = [witness("lab_results", 1), witness("her2_tests", 1)]
    counts = [{"table": "lab_results", "admitted": 4}, {"table": "her2_tests", "admitted": 1}]
    assert left_empty(rules, counts) == ()
