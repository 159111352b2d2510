"""What is judged and derived in shards is what it is in one piece: rows, flags, counts, decision, events."""

from __future__ import annotations

from pathlib import Path

import pytest

from bpp_etl.demo import write_demo_landing
from bpp_etl.shards import judging
from bpp_etl.shards.routing import Routed
from tests.formats.cohort import DAY, cohort
from tests.formats.omop_writer import write_omop
from tests.gates.test_declared_rows import OPEN
from tests.gates.test_relative_dates import STANDS_IN, TABLES_OF_ONE
from tests.support.deliveries import TINY, write_texts
from tests.unit.shards.hostile import write_hostile
from tests.unit.shards.sharded import Landed, Outcome


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Landed:
    home = tmp_path_factory.mktemp("hostile")
    return Landed.of(write_hostile(home / "landing"), home / "read")


@pytest.fixture(scope="module")
def hostile_whole(hostile: Landed) -> Outcome:
    return hostile.outcome()


@pytest.mark.parametrize("shards", [1, 3, 7])
def test_dirt_that_crosses_from_patient_to_patient_is_judged_alike(
    hostile: Landed, hostile_whole: Outcome, shards: int
) -> None:
    assert hostile.outcome(shards).differing(hostile_whole) == []


def test_the_hostile_landing_has_what_it_is_there_for(hostile_whole: Outcome) -> None:
    broken = {(one.table, one.rule) for one in hostile_whole.decision.rules if one.broken}
    assert {
        ("imaging_assessments", "duplicate_key"),
        ("imaging_assessments", "duplicate_row"),
        ("bone_lesions", "duplicate_row"),
        ("bone_lesions", "unknown_assessment"),
        ("bone_lesions", "lesion_of_another_patient"),
        ("patients", "look_alike_id"),
        ("patients", "birth_date_default"),
        ("lab_results", "alp_series_shared"),
    } <= broken


def test_without_the_ids_that_patients_share_it_would_differ(
    hostile: Landed, hostile_whole: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    routed = judging.routed

    def without(*args: object) -> Routed:
        found = routed(*args)  # type: ignore[arg-type]
        found.shared = found.shared[:0]
        return found

    monkeypatch.setattr(judging, "routed", without)
    monkeypatch.setattr(judging, "rows_in", _or_none(judging.rows_in))
    assert "core.imaging_assessments" in hostile.outcome(3).differing(hostile_whole)


def _or_none(rows_in):
    return lambda files, **told: (
        rows_in(files, **told) if files else "(select '' as assessment_id where false)"
    )


def test_the_cohort_of_the_demonstration_is_judged_alike(tmp_path: Path) -> None:
    write_demo_landing(tmp_path / "landing")
    (delivered,) = (path for path in (tmp_path / "landing" / "synthetic-dirty").iterdir() if path.is_dir())
    landed = Landed.of(delivered, tmp_path / "read")
    whole = landed.outcome()
    assert whole.decision.is_open
    assert whole.rows["event.pseudoprogression"]
    assert landed.outcome(3).differing(whole) == []


def test_an_export_of_another_standard_is_judged_alike(tmp_path: Path) -> None:
    folder = tmp_path / "landing" / "synthetic-north" / DAY
    folder.mkdir(parents=True)
    stated = write_omop(cohort(tmp_path), folder)
    (folder.parent / "registry.toml").write_text(stated, encoding="utf-8")
    landed = Landed.of(folder, tmp_path / "read")
    assert landed.outcome(3).differing(landed.outcome()) == []


CONTACTS = f"{OPEN}[last_contact]\nfrom = 'any_record'\n"
CALLED = (
    f"{CONTACTS}[rename.patients]\nER = 'er_status'\n"
    "[recode.imaging_assessments.extraosseous_response]\nPD = 'SD'\n'' = 'NE'\n"
)
"""Names and codes, of which one comes to nothing and one is ours."""


@pytest.mark.parametrize("toml", [STANDS_IN, CONTACTS, CALLED])
def test_what_a_registry_declares_fills_the_same_rows(tmp_path: Path, toml: str) -> None:
    is_relative = toml == STANDS_IN
    tables = {
        name: text.replace(",2024-12-01", ",") if name == "patients" and not is_relative else text
        for name, text in (TABLES_OF_ONE if is_relative else TINY).items()
    }
    texts = {f"{name}.csv": text for name, text in tables.items()}
    landed = Landed.of(write_texts(tmp_path / "landing", texts, toml=toml), tmp_path / "read")
    whole = landed.outcome()
    assert any(one.rows for one in whole.decision.declared)
    assert landed.outcome(3).differing(whole) == []
