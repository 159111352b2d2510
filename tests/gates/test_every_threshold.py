"""Whatever number a rule goes by, a test notices when it is shifted by the least that matters, up or down.

So every limit has a test at it, one below and one over. Not here: those tests (the examples of `schemas`, and
the chapters that `TESTED` names).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from itertools import count
from pathlib import Path

import pytest

from schemas.laws import DeliveryLaw
from schemas.rules import RULES
from schemas.tables import TABLES
from tests.gates import (
    test_assessments_exchanged,
    test_birth_date_default,
    test_changed_patients,
    test_consistency_rules,
    test_days_of_tables,
    test_days_of_the_record,
    test_distribution_moved,
    test_flag_widespread,
    test_limits,
    test_lysis_not_recorded,
    test_new_rows_differ,
    test_patients_fewer,
    test_patients_of_another_registry,
    test_progression_not_seen,
    test_record_rules,
    test_regimen_misspelt,
    test_response_not_recorded,
    test_rows_gone,
    test_rules_against_before,
    test_side_tables,
    test_stable_lesion_ids,
    test_treated_past_progression,
    test_values_rewritten,
    test_warn_rules,
)
from tests.gates.shifted_laws import Shift, shifts_of
from tests.gates.test_row_rules import LIMITS as EVERYTHING_GOES
from tests.support.gating import gated
from tests.support.row_cases import DAY, case_delivery, row_cases

Test = Callable[..., None]

TESTED: Mapping[str, tuple[Test, ...]] = {
    "refused_share_exceeded": (
        test_limits.test_a_share_at_its_limit_leaves_the_gate_open,
        test_limits.test_one_row_more_shuts_it,
    ),
    "nothing_used": (test_record_rules.test_an_optional_table_of_which_no_row_counts_is_told,),
    "response_not_recorded": (
        test_response_not_recorded.test_more_than_half_of_the_first_line_cts_without_response_are_told,
    ),
    "lysis_not_recorded": (
        test_lysis_not_recorded.test_more_than_half_of_the_lytic_lesions_without_change_are_told,
    ),
    "sex_implausible": (test_warn_rules.test_more_than_a_tenth_of_male_patients_is_told,),
    "no_eligible_ct": (test_record_rules.test_no_eligible_ct_of_any_of_twenty_first_line_patients_shuts,),
    "contact_is_extraction": (test_days_of_the_record.test_last_contacts_on_the_delivery_s_day_are_told,),
    "alp_scale_implausible": (test_record_rules.test_a_median_alp_of_another_unit_shuts,),
    "laboratory_scale_differs": (
        test_record_rules.test_a_laboratory_on_another_scale_than_the_others_is_told,
    ),
    "patient_delivered_twice": (test_days_of_the_record.test_a_patient_under_two_ids_is_told,),
    "dates_on_one_day": (
        test_days_of_the_record.test_over_a_fifth_of_dates_on_one_day_is_told,
        test_days_of_the_record.test_over_half_of_dates_on_one_day_of_the_month_is_told,
    ),
    "records_stop": (test_days_of_tables.test_a_table_that_ends_over_a_quarter_before_another_is_told,),
    "day_read_as_month": (
        test_days_of_tables.test_a_column_whose_days_end_with_the_twelfth_is_told,
        test_days_of_tables.test_days_after_the_last_contact_that_are_not_with_day_and_month_exchanged_are_told,
    ),
    "her2_results_differ": (
        test_record_rules.test_over_a_tenth_of_twenty_her2_tests_that_contradict_themselves_are_told,
    ),
    "progression_not_seen": (
        test_progression_not_seen.test_over_half_of_twenty_first_lines_whose_progression_no_scan_shows_are_told,
    ),
    "code_never_varies": (
        test_consistency_rules.test_responses_of_twenty_patients_that_never_vary_or_progress_are_told,
    ),
    "code_never_occurs": (
        test_consistency_rules.test_responses_of_twenty_patients_that_never_vary_or_progress_are_told,
    ),
    "treated_past_progression": (
        test_treated_past_progression.test_over_half_of_ten_first_lines_that_go_on_for_over_sixty_days_are_told,
    ),
    "drugs_against_receptors": (
        test_consistency_rules.test_drugs_against_her2_of_whom_over_half_have_only_negative_tests_are_told,
        test_consistency_rules.test_endocrine_drugs_of_whom_over_half_have_no_receptor_are_told,
    ),
    "patients_dropped": (test_rules_against_before.test_more_than_a_tenth_of_the_patients_before_gone_shuts,),
    "table_shrunk": (
        test_rules_against_before.test_a_table_under_four_fifths_of_its_rows_before_shuts,
        test_rules_against_before.test_patients_with_cts_who_have_lost_every_lesion_shut,
        test_rules_against_before.test_patients_who_have_lost_every_row_of_another_table_shut,
    ),
    "deaths_withdrawn": (test_changed_patients.test_the_dead_who_are_alive_again_are_told,),
    "dates_moved": (
        test_changed_patients.test_dates_of_over_a_twentieth_of_the_patients_that_moved_are_told,
    ),
    "distribution_moved": (
        test_distribution_moved.test_only_what_moves_over_the_index_and_over_chance_is_told,
        test_distribution_moved.test_what_lies_just_over_the_index_and_over_chance_is_told,
        test_distribution_moved.test_a_code_of_twenty_rows_that_none_has_any_more_is_told_though_it_was_rare,
    ),
    "new_rows_differ": (
        test_new_rows_differ.test_what_most_new_rows_say_otherwise_is_told_beyond_chance,
        test_new_rows_differ.test_new_results_over_five_times_those_before_are_on_another_scale,
    ),
    "contacts_go_back": (test_changed_patients.test_last_contacts_that_go_back_are_told,),
    "assessments_exchanged": (
        test_assessments_exchanged.test_over_a_hundredth_of_the_scans_that_are_others_now_are_told,
        test_assessments_exchanged.test_scans_of_two_patients_are_put_right_and_of_three_are_told,
    ),
    "patients_fewer": (
        test_patients_fewer.test_over_a_tenth_fewer_than_within_the_year_is_told,
        test_patients_fewer.test_a_year_is_looked_back_on,
    ),
    "rows_gone": (test_rows_gone.test_over_a_twentieth_and_twenty_rows_that_are_not_found_again_are_told,),
    "values_rewritten": (
        test_values_rewritten.test_over_a_twentieth_and_twenty_rows_that_say_something_else_are_told,
        test_values_rewritten.test_a_number_that_no_rounding_makes_is_rewritten,
    ),
    "side_table_key_unknown": (
        test_side_tables.test_the_share_of_keys_that_the_source_lacks_is_held_to_its_limit,
    ),
    "flag_widespread": (test_flag_widespread.test_a_flag_on_over_a_fifth_of_twenty_rows_is_told,),
    "file_not_read": (test_limits.test_a_file_that_nothing_reads_is_held_to_its_limit,),
    "cadence_not_kept": (test_limits.test_the_share_of_intervals_off_schedule_is_held_to_its_limit,),
    "patients_of_another_registry": (
        test_patients_of_another_registry.test_one_patient_is_told_and_more_than_half_shut_the_gate,
    ),
    "delivery_repeats": (
        test_rules_against_before.test_a_delivery_with_the_rows_of_the_one_before_in_any_order_is_told,
        test_rules_against_before.test_a_delivery_that_goes_on_from_the_one_before_holds_all_rules,
    ),
    "birth_date_default": (
        test_birth_date_default.test_a_day_on_which_many_were_born_is_flagged_over_its_limits,
    ),
    "regimen_misspelt": (
        test_regimen_misspelt.test_a_regimen_with_an_agent_spelt_nearly_as_a_much_commoner_one_is_flagged,
    ),
    "lesion_of_another_patient: most_shared": (
        test_stable_lesion_ids.test_ids_that_every_patient_begins_anew_are_no_ones_of_another_patient,
    ),
}
"""Rule -> the tests at its numbers, where they are more than examples of rows."""

ALL_ROOM = {"alp_against_limit: GtEq for Gt", "alp_against_limit: LtEq for Lt"}
"""Comparisons that have room for what binary fractions lose: no number lies just on them."""

LAWS = tuple({rule.law: rule for rule in RULES})
SHIFTS = [shift for law in LAWS for shift in shifts_of(law, LAWS) if shift.name not in ALL_ROOM]


def own_tests(shift: Shift) -> tuple[Test, ...]:
    """Name the tests of their own that are at a number; none where examples are."""
    return next(
        (tests for name, tests in TESTED.items() if f"{shift.name} ".startswith((f"{name}:", f"{name} "))), ()
    )


OF_ROWS = [shift for shift in SHIFTS if not isinstance(shift.law, DeliveryLaw) and not own_tests(shift)]
APART = [shift for shift in SHIFTS if shift not in OF_ROWS]
"""Shifts that only tests of their own can notice."""

Verdicts = Mapping[str, frozenset[tuple[str, int]]]
"""Rule -> the rows that break it."""


def rounds() -> list[list[Shift]]:
    """Share the shifts out, so that no law has two of them at a time, and those that refuse stand apart."""
    shared: list[list[Shift]] = []
    for shift in OF_ROWS:
        fitting = (
            group
            for group in shared
            if group[0].law.severity == shift.law.severity
            and not any(one.values.keys() & shift.values.keys() for one in group)
        )
        group = next(fitting, None)
        if group is None:
            shared.append([shift])
        else:
            group.append(shift)
    return shared


class Examples:
    """The examples of all rules, in one delivery."""

    def __init__(self, home: Path) -> None:
        made = case_delivery(row_cases())
        self.folder = home / "cases" / DAY
        self.folder.mkdir(parents=True)
        for table in TABLES:
            (self.folder / f"{table}.csv").write_text(made.text_of(table), encoding="utf-8")
        (self.folder.parent / "registry.toml").write_text(EVERYTHING_GOES, encoding="utf-8")

    def judged(self) -> Verdicts:
        """Judge them, and gather the rows that break each rule."""
        one = gated(self.folder)
        found: dict[str, set[tuple[str, int]]] = {}
        for rows in (one.refused, one.flagged):
            for place, rules in rows.items():
                for rule in rules:
                    found.setdefault(rule, set()).add(place)
        return {rule: frozenset(places) for rule, places in found.items()}


@pytest.mark.walk
def test_an_example_notices_every_shift_of_a_law_of_rows(tmp_path: Path) -> None:
    examples = Examples(tmp_path)
    right = examples.judged()
    unnoticed = []
    for shifts in rounds():
        with ExitStack() as stack:
            for shift in shifts:
                stack.enter_context(shift.made())
            wrong = examples.judged()
        unnoticed += [
            shift.name
            for shift in shifts
            if all(right[law.id] == wrong.get(law.id, frozenset()) for law in shift.values)
        ]
    assert unnoticed == []


def cases_of(test: Test) -> Iterator[Mapping[str, object]]:
    """Give the parameters of each case of a test."""
    marks = [mark for mark in getattr(test, "pytestmark", ()) if mark.name == "parametrize"]
    if not marks:
        yield {}
        return
    (mark,) = marks
    names, rows = mark.args
    for row in rows:
        yield dict(zip(names, row, strict=True))


def test_every_law_of_deliveries_with_a_number_names_its_tests() -> None:
    assert [shift.name for shift in APART if not own_tests(shift)] == []
    used = {test for shift in APART for test in own_tests(shift)}
    assert {test for tests in TESTED.values() for test in tests} == used


@pytest.mark.soak
@pytest.mark.parametrize("shift", APART, ids=lambda shift: shift.name)
def test_a_test_notices_every_shift_of_what_it_is_at(shift: Shift, tmp_path: Path) -> None:
    places = (tmp_path / str(number) for number in count())
    with shift.made():
        for test in own_tests(shift):
            for case in cases_of(test):
                home = next(places)
                home.mkdir()
                try:
                    test(home, **case)
                except (AssertionError, ValueError):
                    return
    pytest.fail(f"no test at it turns red: {[test.__name__ for test in own_tests(shift)]}")
