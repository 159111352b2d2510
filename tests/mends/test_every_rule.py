"""Every rule is mended in every table that it holds for, and no words of a mend text are left unfollowed.

Not here: following them (`test_rows.py`, `test_deliveries.py`, `test_told.py`).
"""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from schemas.rules import RULES
from tests.gates.test_shut_rules import CANNOT_BREAK
from tests.mends.mend import Mend
from tests.mends.stated_mends import SWITCHED_OFF, SWITCHES
from tests.mends.test_deliveries import MENDS as DELIVERIES
from tests.mends.test_rows import MENDS as ROWS
from tests.mends.test_told import MENDS as TOLD

MENDS: tuple[Mend, ...] = (*ROWS, *DELIVERIES, *SWITCHED_OFF, *TOLD)
TEXTS = {rule.id: rule.mend for rule in RULES}

TO_KNOW: Mapping[str, tuple[str, ...]] = {
    "date_has_zone": ("the local day is then read",),
    "date_century_unknown": ("short years up to it are of this century, those above it of the last",),
    "date_is_partial": ("a partial date is never completed here",),
    "required_table_empty": (
        "bpp check names both",
        "what its rows are made of, and which settings say so, is on the page of the format",
    ),
    "refused_share_exceeded": ("bpp check names both",),
    "response_not_recorded": ("a CT without one confirms no pseudoprogression",),
    "lysis_not_recorded": ("a CT with a lytic lesion that has none confirms no pseudoprogression",),
    "progression_not_seen": ("what is not seen ends no pseudoprogression",),
    "code_never_varies": ("Where only some lesions are recorded",),
    "treated_past_progression": ("Where the registry treats beyond progression",),
    "contact_is_extraction": ("follow-up is too long otherwise",),
    "dates_moved": ("which must stay the same for a patient",),
    "patients_of_another_registry": ("A registry that is called otherwise now keeps its folder's name",),
    "flag_widespread": ("the rule of each flag says what it takes a row for",),
    "values_rewritten": ("Where the registry has corrected its record",),
    "contacts_go_back": ("Where the registry has corrected its record",),
    "records_stop": ("Where it is closed and patients are only followed on",),
    "age_implausible": ("the century of the birth above all",),
    "look_alike_id": ("Check whether it is one patient",),
    "patient_delivered_twice": ("Check whether it is one patient",),
    "birth_date_default": ("rather than fill in a default",),
    "line_one_missing": ("there is no event without it",),
    "progression_without_imaging": ("rising markers alone are no progression here",),
    "same_day_copy": ("parts of one that were read apart share no lesion",),
    "new_at_baseline": ("new is counted from the baseline on",),
    "back_after_resolved": ("one that is back is rare, and",),
    "resolved_but_lysis": ("both speak of the same examination",),
    "dense_but_lysis": ("which does not speak of sclerosis",),
    "unit_missing": ("it is never guessed",),
    "total_alp_low_for_total": ("Check the analyte",),
    "pseudonym_key_differs": ("Where it is lost, see the runbook",),
    "erased_patient_delivered": ("Nothing of them is taken in",),
    "file_not_read": ("bpp check names the files",),
    "declaration_fills_nothing": ("bpp check says what the delivery has that is spelt nearly so",),
    "ids_written_otherwise": ("a workbook may have read it as a number",),
}
"""Rule -> the words of its mend text that give a reason or lead to others, and ask for nothing themselves."""


@pytest.mark.parametrize("rule", TEXTS)
def test_the_mend_text_of_every_rule_is_followed(rule: str) -> None:
    followed = [mend for mend in MENDS if mend.rule == rule]
    assert followed
    assert [mend.says for mend in followed if mend.says not in TEXTS[rule]] == []


def test_every_rule_is_mended_in_every_table_that_it_holds_for() -> None:
    mended = {place for mend in MENDS for place in mend.places}
    held = {(rule.table, rule.id) for rule in RULES} - CANNOT_BREAK
    assert held - mended == set()


def left_of(rule: str) -> tuple[str, ...]:
    """Give the words of a mend text that no mend follows, without what stands between."""
    text = TEXTS[rule]
    for says in sorted({mend.says for mend in MENDS if mend.rule == rule}, key=len, reverse=True):
        text = text.replace(says, "|")
    return tuple(words for one in text.split("|") if (words := one.strip(" ,;:.")))


def test_no_words_of_a_mend_text_are_left_but_those_that_ask_for_nothing() -> None:
    assert {rule: left for rule in TEXTS if (left := left_of(rule))} == TO_KNOW


def test_every_limit_that_switches_a_rule_off_is_tried() -> None:
    tried = {mend.rule for mend in MENDS if "[limits]" in mend.says}
    assert set(SWITCHES) <= tried


def test_a_text_that_leaves_its_rule_broken_says_so() -> None:
    words = ("Nothing to mend", "accept it", "stays flagged")
    silent = [mend.says for mend in MENDS if mend.is_nothing and not any(word in mend.says for word in words)]
    assert silent == []
