"""A protocol none of whose numbers is the default: every number told of it is its own, from event to page.

Not here: what each parameter does to an event (`tests/unit/events/test_protocols.py`, `tests/spec`).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bpp_etl.admission.admit import derive, gate
from bpp_etl.admission.intake import read
from bpp_etl.admission.working import WorkingFiles
from bpp_etl.demo import CLEAN, generate_registry, write_delivery
from bpp_etl.events import Protocol, load_protocol
from bpp_etl.landing.deliveries import survey
from bpp_etl.release.build import Release, assemble, publish
from bpp_etl.warehouse.connection import Connection, opened_read_only
from schemas.catalog import relations
from schemas.contract import columns_of
from schemas.metrics import METRICS
from tests.support.report_page import Node, read_page

OWN = {
    "time_point_days": 6,
    "baseline_window_days": 40,
    "candidate_modalities": ["CT"],
    "confirming_modalities": ["PET_CT"],
    "progression_modalities": ["CT", "MRI"],
    "progression_kinds": ["extraosseous"],
    "confirming_cts": 1,
    "read_for_progression": ["response"],
    "confirming_spacing_days": 27,
    "confirming_from_start_days": 3,
    "progression_after_line_days": 20,
    "cycles_per_interval": 3,
    "fallback_cycle_days": 35,
    "lost_after_intervals": 3,
    "late_onset_days": 100,
    "early_onset_days": 10,
    "long_gap_intervals": 1.5,
    "entered_late_days": 33,
    "progression_seen_days": 45,
    "maintenance_continues": "yes",
    "alp_baseline_days": 24,
    "alp_event_days": 11,
    "alp_stable_percent": 40,
}


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Protocol:
    default = load_protocol("xu2025")
    lines = ['name = "own"', 'kind = "event"', 'title = "Nobody else\'s numbers"', 'summary = "Made up."']
    lines += ["[citation]", 'text = "Nowhere"']
    for name, value in OWN.items():
        told = f'"{value}"' if isinstance(value, str) else str(value).replace("'", '"')
        lines += [f"[parameters.{name}]", f"value = {told}", 'source = "Made up."']
    path = tmp_path_factory.mktemp("protocol") / "own.toml"
    path.write_text("\n".join(lines), encoding="utf-8")
    protocol = load_protocol(path)
    same = {name for name, value in protocol.values.items() if value == default.values[name]}
    assert not same, "none of its numbers is the default"
    return protocol


@pytest.fixture(scope="module")
def published(own: Protocol, tmp_path_factory: pytest.TempPathFactory) -> tuple[Release, Path]:
    home = tmp_path_factory.mktemp("own")
    registry = generate_registry(160, 5, CLEAN, dt.date(2026, 6, 30))
    write_delivery(registry, home / "landing" / "made" / "2026-06-30", "csv", shuffle_seed=1)
    files = WorkingFiles.of(home / "warehouse", "made")
    delivery = survey(home / "landing").newest["made"]
    with files.locked():
        read(files, delivery)
        assert gate(files, delivery).is_open
        derive(files, "made", [own])
    assemble(home / "warehouse", [own])
    return publish(home / "warehouse", created_at=dt.datetime(2026, 7, 1, tzinfo=dt.UTC)), home


@pytest.fixture(scope="module")
def con(published: tuple[Release, Path]) -> Iterator[Connection]:
    with opened_read_only(published[0].folder / "bpp.duckdb") as opened:
        yield opened


@pytest.fixture(scope="module")
def page(published: tuple[Release, Path]) -> Node:
    return read_page(published[0].folder / "report.html")


def test_the_release_tells_every_number_that_the_protocol_sets(con: Connection, own: Protocol) -> None:
    told = dict(
        con.execute("select parameter, value from meta.protocol_parameter where protocol = 'own'").fetchall()
    )
    assert set(told) == set(own.values)
    assert told["alp_stable_percent"] == "40"
    assert told["progression_modalities"] == "CT, MRI"


def test_the_page_words_alp_and_the_baseline_by_the_protocols_own_numbers(page: Node) -> None:
    categories = page.by_id("alp-categories").words
    assert "Within 40\u202f% of baseline" in categories
    assert not re.search(r"\b15\b\s?%", categories)
    baseline = page.by_id("baseline").words
    assert "24 days up to it" in baseline
    assert "CTs in the 40 days up to it" in baseline


def test_alp_is_stable_within_the_protocols_band(con: Connection) -> None:
    wrong = con.execute(
        "select count(*) from event.pseudoprogression where alp_category is not null"
        " and (alp_category = 'stable') <> (abs(alp_delta_event) <= 0.4 * alp_baseline)"
    ).fetchall()
    within = con.execute(
        "select count(*) from event.pseudoprogression where alp_category = 'stable'"
        " and abs(alp_delta_event) > 0.15 * alp_baseline"
    ).fetchall()
    assert wrong == [(0,)]
    assert within[0][0] > 0, "some are stable by this protocol alone"


def test_what_is_known_at_the_start_lies_in_the_protocols_windows(con: Connection) -> None:
    found = con.execute(
        """
        with seen as (
            select line.patient_id,
                (select count(distinct imaging.assessment_id) from core.imaging_assessments as imaging
                 where imaging.patient_id = line.patient_id and imaging.modality = 'CT'
                 and coalesce(imaging.is_evaluable, true) and imaging.is_bone_window is distinct from false
                 and imaging.extraosseous_response is distinct from 'NE'
                 and imaging.assessment_date between line.therapy_start_date - 40 and line.therapy_start_date
                ) as cts,
                (select arg_max(labs.value, labs.specimen_date) from core.lab_results as labs
                 where labs.patient_id = line.patient_id and labs.analyte = 'ALP_TOTAL'
                 and labs.specimen_date between line.therapy_start_date - 24 and line.therapy_start_date
                ) as alp
            from event.first_line as line
        )
        select count(*) filter (where seen.cts <> line.baseline_ct_count),
            count(*) filter (where seen.alp is distinct from line.alp_baseline),
            count(*) filter (where line.alp_baseline is not null),
            count(*) filter (
                where line.expected_interval_days <> 3 * coalesce(line.cycle_length_days, 35)
            ),
            count(*) filter (
                where line.progression_until is distinct from
                    least(line.line_end_date + 20, line.second_line_start_date)
            )
        from seen join event.first_line as line on line.patient_id = seen.patient_id
        """
    ).fetchall()
    cts, alp, known, intervals, until = found[0]
    assert (cts, alp, intervals, until) == (0, 0, 0, 0)
    assert known > 20


def test_no_comment_and_no_metrics_sentence_says_a_number_that_a_protocol_sets() -> None:
    units = {"days": r"days\b", "percent": r"(%|percent\b)", "cycles": r"cycles\b"}
    default = load_protocol("xu2025")
    said = {
        f"{setting.value:g} {setting.unit}": re.compile(
            rf"(?<![\d.-]){setting.value:g}[\s\u202f]?{units[setting.unit]}"
        )
        for setting in default.settings.values()
        if setting.unit in units and isinstance(setting.value, (int, float)) and setting.value
    }
    told = [
        (f"{schema}.{table}.{column.name}", column.description)
        for schema, table, contract in relations()
        if schema in {"event", "metric"}
        for column in columns_of(contract)
    ]
    told += [(metric.id, metric.sentence) for metric in METRICS.values()]
    # On time is a word of the cadence of core, which no protocol sets.
    told = [(name, words) for name, words in told if "on_time" not in name]
    found = [(name, number) for name, words in told for number, form in said.items() if form.search(words)]
    assert not found
