"""Baseline characteristics on the page: medians with quartiles, counts with shares, no test between groups.

Not here: how they are counted (`tests/unit/measure/test_baseline.py`).
"""

from __future__ import annotations

from tests.support.report_page import Node


def test_a_number_reads_as_median_quartiles_and_patients(page: Node) -> None:
    words = page.by_id("baseline-table").words
    assert "57.5 (49 to 66)" in words
    assert "41 patients" in words


def test_a_code_reads_as_count_and_share_and_missing_is_a_row(page: Node) -> None:
    words = page.by_id("baseline-table").words
    assert "30 (73.2\u202f%)" in words
    assert words.count("Not recorded") == 2


def test_what_is_suppressed_says_so(page: Node) -> None:
    assert page.by_id("baseline-table").words.count("suppressed") == 3


def test_there_is_no_p_value_between_groups_told_apart_by_what_came_later(page: Node) -> None:
    heads = [head.words for head in page.by_id("baseline-table").with_tag("thead")[0].with_tag("th")]
    assert "p" not in heads
    assert "there is no test between them" in page.by_id("baseline").words
