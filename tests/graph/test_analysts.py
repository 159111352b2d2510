"""docs/analysts.md is true of the demonstration: every query runs, answers, and yields the columns it states.

Not here: how a release is opened and refused (`tests/faults/test_open_release.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from sqlglot import exp, parse_one

import bpp_etl
from bpp_etl.metrics import hazard_ratio, kaplan_meier, median_survival
from schemas.catalog import relations
from schemas.contract import columns_of, key_of
from schemas.event_flags import EVENT_FLAGS
from schemas.metric import Estimate
from schemas.metric_codes import WARNINGS
from schemas.metrics import METRICS
from tests.support.pages import fenced, page, sections

PAGE = page("analysts.md")
QUESTIONS = {heading: text for heading, text in sections(PAGE).items() if heading}


@pytest.fixture(scope="module")
def opened(demo: Any) -> Iterator[bpp_etl.OpenRelease]:
    home, _, _, done, _ = demo
    with bpp_etl.open_release(home / "warehouse", done.release_id) as release:
        yield release


def test_there_is_a_dozen_of_questions() -> None:
    assert len(QUESTIONS) >= 12
    assert [int(heading.split(".")[0]) for heading in QUESTIONS] == list(range(1, len(QUESTIONS) + 1))
    assert all(heading.endswith("?") or heading.endswith("of my own") for heading in QUESTIONS)


@pytest.mark.parametrize("heading", QUESTIONS)
def test_a_question_is_answered_with_the_columns_that_are_stated(
    opened: bpp_etl.OpenRelease, heading: str
) -> None:
    (sql,) = fenced(QUESTIONS[heading], "sql")
    below = QUESTIONS[heading].split("```")[2]
    stated, meaning = re.match(r"\s*Columns: (.*?)\n\n(.*)", below, re.DOTALL).groups()  # type: ignore[union-attr]
    found = opened.query(sql)
    assert found.columns == re.findall(r"`(\w+)`", stated)
    assert len(found.fetchall()) > 0
    assert len(meaning.split()) > 15, "what does the answer mean?"


def test_every_join_of_the_page_goes_by_the_whole_key_of_one_side() -> None:
    keys = {f"{schema}.{table}": set(key_of(contract)) for schema, table, contract in relations()}
    joins = []
    for text in QUESTIONS.values():
        asked = parse_one(fenced(text, "sql")[0], dialect="duckdb")
        named = {table.alias_or_name: f"{table.db}.{table.name}" for table in asked.find_all(exp.Table)}
        for join in asked.find_all(exp.Join):
            if join.kind == "CROSS":
                continue
            equal = [side for one in join.args["on"].find_all(exp.EQ) for side in (one.left, one.right)]
            sides = {
                (named[alias], frozenset(column.name for column in equal if column.table == alias))
                for alias in {column.table for column in equal}
            }
            joins.append(any(columns >= keys[table] for table, columns in sides if table in keys))
    assert joins
    assert all(joins)


def test_every_code_that_the_page_names_is_one() -> None:
    columns = {column.name for column in columns_of(Estimate)}
    known = {*EVENT_FLAGS, *WARNINGS, *METRICS, *columns}
    named = {
        "guarantee_time", "selected_on_outcome", "few_events", "no_patients", "groups_missing",
        "median_not_reached", "small_groups", "unit_suspect", "refused_evidence", "cadence_differs",
    }  # fmt: skip
    assert named <= known
    assert all(f"`{name}`" in PAGE for name in named)


def test_the_notebook_example_runs_and_comes_to_the_published_median(
    opened: bpp_etl.OpenRelease, capsys: pytest.CaptureFixture[str]
) -> None:
    (code,) = fenced(sections(PAGE)[""], "python")
    call = 'bpp_etl.open_release("warehouse/demo")'
    assert call in code
    names: dict[str, Any] = {"opened": opened}
    exec(code.replace(call, "opened"), names)
    told = capsys.readouterr().out.splitlines()[-1]
    (published,) = opened.query(
        "select estimate, ci_low, ci_high from metric.estimate where protocol = 'xu2025'"
        " and metric = 'time_to_pseudoprogression' and stratum = 'all'"
    ).fetchall()
    assert told == " ".join(map(str, published))


def test_times_for_an_own_analysis_come_to_the_published_median(opened: bpp_etl.OpenRelease) -> None:
    (text,) = (text for heading, text in QUESTIONS.items() if heading.endswith("of my own"))
    rows = opened.query(fenced(text, "sql")[0]).pl()
    median = median_survival(rows["days"].to_list(), rows["is_observed"].to_list())
    published = opened.query(
        "select estimate, ci_low, ci_high from metric.estimate where protocol = 'xu2025'"
        " and metric = 'pseudoprogression_to_progression' and stratum = 'all'"
    ).fetchall()
    assert published == [(median.estimate, median.low, median.high)]


def test_the_same_rows_go_into_lifelines_as_a_frame(
    opened: bpp_etl.OpenRelease, capsys: pytest.CaptureFixture[str]
) -> None:
    (text,) = (text for heading, text in QUESTIONS.items() if heading.endswith("of my own"))
    (sql,), (code,) = fenced(text, "sql"), fenced(text, "python")
    names: dict[str, Any] = {"release": opened, "sql": sql}
    with np.errstate():  # a curve of lifelines sets how numpy treats errors, for everybody
        exec(code, names)
    told = capsys.readouterr().out
    times, curve = names["times"], names["curve"]
    own = kaplan_meier(times["days"], times["is_observed"])
    assert curve.predict(own.times).to_numpy() == pytest.approx(own.survival)
    # The area under the steps of the curve, up to a year.
    ends = np.append(own.times[own.times < 365], 365)
    area = np.diff(ends, prepend=0) @ np.append(1, own.survival[own.times < 365])
    assert float(told.splitlines()[0]) == pytest.approx(area)
    known = names["known"]
    published = opened.query(
        "select estimate, ci_low, ci_high from metric.estimate where protocol = 'xu2025'"
        " and metric = 'pseudoprogression_to_progression_hazard_ratio'"
    ).fetchall()
    ratio = hazard_ratio(known["days"], known["is_observed"], known["is_positive"])
    assert published == [(ratio.estimate, ratio.low, ratio.high)]
    assert list(names["model"].hazard_ratios_.index) == ["is_positive"]


def test_every_missing_estimate_has_a_reason(opened: bpp_etl.OpenRelease) -> None:
    missing, without = opened.query(
        "select count(*), count(*) filter (len(warnings) = 0) from metric.estimate where estimate is null"
    ).fetchall()[0]
    assert missing > 0
    assert without == 0


def test_parts_of_the_flow_add_up_as_the_page_says(opened: bpp_etl.OpenRelease) -> None:
    rows = opened.query(
        "select whole.patients, sum(part.patients)"
        " from metric.flow as part inner join metric.flow as whole"
        " on part.protocol = whole.protocol and part.stratum = whole.stratum"
        " and part.parent_step = whole.step"
        " group by part.protocol, part.stratum, whole.step, whole.patients"
    ).fetchall()
    assert len(rows) > 5
    assert all(whole == parts for whole, parts in rows)


def test_broken_rules_add_up_to_more_than_the_refused_rows_as_the_page_warns(
    opened: bpp_etl.OpenRelease,
) -> None:
    (broken,) = opened.query(
        "select sum(broken) from quality.rule_result"
        " where severity = 'refuse' and registry = 'synthetic-dirty'"
    ).fetchall()[0]
    (refused,) = opened.query(
        "select sum(refused) from quality.table_count where registry = 'synthetic-dirty'"
    ).fetchall()[0]
    assert broken > refused
