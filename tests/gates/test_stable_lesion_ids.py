"""Stable lesion ids from end to end: stated in registry.toml, judged, derived, published and explained by.

Not here: what is new and what is not (`tests/spec/test_stable_lesion_ids.py`), and the flags of rows
(`test_row_rules.py`).
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from bpp_etl.admission.due import due_for
from bpp_etl.events import load_protocol
from bpp_etl.explain.run import explain_patient
from bpp_etl.landing.deliveries import survey
from bpp_etl.release.shelf import FILE, REPORT
from tests.support.deliveries import TINY, write_delivery_of
from tests.support.gating import gated
from tests.support.warehouses import PROTOCOLS, admit, release

STATED = '[lesions]\nids = "stable"\n'
HEALED = TINY["bone_lesions"] + "A0,L1,spine,osteolytic,baseline,none,false\n"
"""The lesion that A1 calls new and osteoblastic was reported lytic at baseline, under the same id."""


HOMES = ("landing", "warehouse")


@dataclass(frozen=True)
class Published:
    """What one delivery, judged and published, says of patient A and of its registry."""

    landing: Path
    warehouse: Path
    flow: Sequence[object]
    event: Sequence[object] | None
    is_recorded_stable: bool
    report: str
    explained: str


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Published]:
    """What is published by what registry.toml says: nothing, or that ids are stable."""
    return {toml: publish(tmp_path_factory.mktemp("published"), toml) for toml in ("", STATED)}


def publish(root: Path, toml: str) -> Published:
    landing, warehouse = (root / name for name in HOMES)
    folder = write_delivery_of(landing, bone_lesions=HEALED)
    (folder.parent / "registry.toml").write_text(toml, encoding="utf-8")
    assert admit(landing, warehouse).is_open
    made = release(warehouse)
    with duckdb.connect(str(made.folder / FILE), read_only=True) as con:

        def row(query: str) -> Sequence[object] | None:
            found: Sequence[object] | None = con.execute(query).fetchone()
            return found

        of_a = "where patient_id = 'A' and protocol = 'xu2025'"
        flow = row(f"select left_at, state from event.patient_flow {of_a}")
        event = row(f"select event_date::varchar, flags from event.pseudoprogression {of_a}")
        told = row("select has_stable_lesion_ids from quality.delivery")
    assert flow is not None
    assert told is not None
    return Published(
        landing,
        warehouse,
        flow,
        event,
        bool(told[0]),
        report=re.sub(r"<[^>]*>", "", (made.folder / REPORT).read_text(encoding="utf-8")),
        explained=" ".join(explain_patient(warehouse, "tiny", "A").split()),
    )


def test_where_nothing_is_stated_a_known_lesion_called_new_is_a_candidate_with_a_flag(
    published: Mapping[str, Published],
) -> None:
    found = published[""]
    assert found.flow == ("candidate", "pseudoprogression")
    assert found.event is not None
    assert found.event[0] == "2024-02-12"
    assert "known_lesion_called_new" in found.event[1]  # type: ignore[operator]
    assert not found.is_recorded_stable
    assert "The registry states that a lesion keeps" not in found.report
    assert "lesion ids" not in found.explained


def test_where_stable_ids_are_stated_a_known_lesion_called_new_is_no_candidate(
    published: Mapping[str, Published],
) -> None:
    found = published[STATED]
    assert found.flow == ("no_new_osteoblastic_lesion", None)
    assert found.event is None
    assert found.is_recorded_stable
    assert "The registry states that a lesion keeps its id from scan to scan" in found.report
    assert "lesion ids stable, as [lesions] states: what was reported before is not new" in found.explained
    assert "new osteoblastic spine, reported before and so not new" in found.explained


@pytest.mark.parametrize(("first", "second"), [("", STATED), (STATED, "")])
def test_a_registry_that_states_it_or_no_longer_does_is_judged_again(
    published: Mapping[str, Published], tmp_path: Path, first: str, second: str
) -> None:
    landing, warehouse = (shutil.copytree(getattr(published[first], name), tmp_path / name) for name in HOMES)

    def step() -> tuple[str, str]:
        newest = survey(landing).newest["tiny"]
        due = due_for(warehouse, newest, [load_protocol(name) for name in PROTOCOLS], full=False)
        return due.action, due.why

    assert step() == ("nothing", "unchanged")
    (landing / "tiny" / "registry.toml").write_text(second, encoding="utf-8")
    why = "registry.toml changed: [lesions]"
    assert step() == ("judge", why)


def test_ids_that_every_patient_begins_anew_are_no_ones_of_another_patient(tmp_path: Path) -> None:
    header = TINY["bone_lesions"].split("\n", 1)[0]
    own = [f"A1,own {number},spine,osteoblastic,stable,none,false" for number in range(19)]

    def flagged(rows: list[str], day: str) -> int:
        folder = write_delivery_of(tmp_path, day=day, bone_lesions="\n".join([header, *rows]) + "\n")
        return gated(folder).result("bone_lesions", "lesion_of_another_patient").broken

    shared = [f"{scan},L1,spine,osteoblastic,new,none,false" for scan in ("A1", "B1")]
    assert flagged(shared, "2024-12-28") == 0, "every id is of several patients"
    assert flagged([*shared, *own[:-1]], "2024-12-29") == 0, "1 of 19 ids is over a twentieth"
    assert flagged([*shared, *own], "2024-12-30") == 2, "1 of 20 ids is a twentieth"


@pytest.mark.parametrize(("toml", "flagged"), [("", []), (STATED, ["progression_without_imaging"])])
def test_a_lytic_lesion_that_is_called_new_again_shows_no_progression(
    tmp_path: Path, toml: str, flagged: Sequence[str]
) -> None:
    """The only image of a line that ended for progression calls a lesion new that baseline had."""
    lines = "patient_id,line_number,regimen,start_date,end_date,end_reason\n"
    folder = write_delivery_of(
        tmp_path,
        therapy_lines=f"{lines}A,1,made up,2024-01-01,2024-02-14,progression\n",
        imaging_assessments=(
            "assessment_id,patient_id,assessment_date,modality\nA0,A,2023-12-20,CT\nA1,A,2024-02-12,CT\n"
        ),
        bone_lesions=(
            "assessment_id,lesion_id,site,morphology,status\n"
            "A0,L1,rib,osteolytic,baseline\nA1,L1,rib,osteolytic,new\n"
        ),
        lab_results=None,
        her2_tests=None,
    )
    (folder.parent / "registry.toml").write_text(f"{toml}[limits]\ncadence = 1\n", encoding="utf-8")
    one = gated(folder)
    assert one.decision.is_open
    assert one.flagged.get(("therapy_lines", 1), []) == flagged
