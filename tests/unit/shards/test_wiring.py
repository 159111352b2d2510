"""The setting is what decides: a refresh judges and derives in shards, and publishes the same release."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import chdir
from pathlib import Path

import pytest

from bpp_etl.admission.admit import derive, gate
from bpp_etl.admission.intake import read
from bpp_etl.admission.working import WorkingFiles
from bpp_etl.demo import write_demo_landing
from bpp_etl.errors import UsageError
from bpp_etl.events import load_protocol
from bpp_etl.landing.deliveries import survey
from bpp_etl.shards.rounds import Rounds, Told
from bpp_etl.shards.runners import OF_THIS_MACHINE, Runners
from tests.gates.test_derived_lines import DERIVE, DRUGS, LESIONS, PATIENTS, SCANS
from tests.gates.test_pseudonyms import KEY
from tests.support.deliveries import write_texts
from tests.support.warehouses import release
from tests.unit.shards.sharded import Here

ROUNDS = ["route", "own", "judge", "derive", "gather"]


@pytest.fixture
def rounds(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Name the rounds that are asked for."""
    found: list[str] = []
    run = Rounds.run

    def noted(self: Rounds, name: str, asked: list[Mapping[str, object]]) -> list[Told]:
        found.append(name)
        return run(self, name, asked)

    monkeypatch.setattr(Rounds, "run", noted)
    return found


def refreshed(
    landing: Path, warehouse: Path, registry: str, runners: Runners = OF_THIS_MACHINE
) -> tuple[str, list[str]]:
    """Admit a registry's delivery, publish it, and return the content's digest with what was said."""
    said: list[str] = []
    files = WorkingFiles.of(warehouse, registry)
    delivery = survey(landing).newest[registry]
    with files.locked():
        read(files, delivery)
        assert gate(files, delivery, said.append, runners).is_open
        derive(files, registry, [load_protocol("xu2025")], said.append, runners)
    assert {path.name for path in files.folder.iterdir()} <= {
        ".lock",
        ".pseudonyms",
        "admitted.duckdb",
        "patient_digests.parquet",
    }
    made = release(warehouse, say=said.append, runners=runners)
    assert all(path.is_file() for path in made.folder.iterdir())
    return made.content_digest, said


def test_a_refresh_in_shards_publishes_the_same_release_also_of_pseudonyms(
    tmp_path: Path, rounds: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BPP_PSEUDONYM_KEY", KEY)
    write_demo_landing(tmp_path / "landing")
    whole, said = refreshed(tmp_path / "landing", tmp_path / "whole", "synthetic-dirty")
    assert (rounds, said) == ([], [])
    monkeypatch.setenv("BPP_SHARD_ROWS", "3000")
    digest, said = refreshed(tmp_path / "landing", tmp_path / "shards", "synthetic-dirty")
    assert digest == whole
    assert rounds == ROUNDS
    assert "synthetic-dirty: events are derived in 3 shards" in said
    assert "what is measured is gathered in 3 parts" in said


class Elsewhere(Here):
    """Runs tasks in another folder than whoever asks for them, as workers do."""

    def run(self, tasks: Sequence[str]) -> list[str]:
        with chdir("/"):
            return super().run(tasks)


def test_tasks_that_run_elsewhere_find_a_warehouse_of_a_relative_path(
    tmp_path: Path, rounds: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BPP_SHARD_ROWS", "3000")
    monkeypatch.chdir(tmp_path)
    write_demo_landing(tmp_path / "landing")
    refreshed(Path("landing"), Path("warehouse"), "synthetic-dirty", {"processes": lambda *_: Elsewhere()})
    assert rounds == ROUNDS


def test_a_runner_that_nobody_hands_in_is_refused_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BPP_SHARD_ROWS", "1")
    monkeypatch.setenv("BPP_RUNNER", "spark")
    monkeypatch.setenv("BPP_SPARK_REMOTE", "local[2]")
    write_demo_landing(tmp_path / "landing")
    with pytest.raises(UsageError) as raised:
        refreshed(tmp_path / "landing", tmp_path / "warehouse", "synthetic-dirty")
    assert raised.value.message == "runner in [tool.bpp.shards] is spark, which is not at hand here"


def test_a_delivery_whose_lines_are_derived_is_judged_in_one_piece_and_says_so(
    tmp_path: Path, rounds: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BPP_SHARD_ROWS", "1")
    texts = {
        "patients.csv": f"{PATIENTS}A,female,2024-12-01,2023-12-01\n",
        "drug_exposures.csv": f"{DRUGS}A,letrozole,2024-01-01,2024-05-01\n",
        "imaging_assessments.csv": SCANS,
        "bone_lesions.csv": LESIONS,
    }
    folder = write_texts(tmp_path / "landing", texts, toml=f"{DERIVE}[limits]\ncadence = 1\n")
    _, said = refreshed(tmp_path / "landing", tmp_path / "warehouse", folder.parent.name)
    assert said[0].endswith("judged in one piece, for its lines of therapy are derived from drugs")
    assert rounds == ["derive", "gather"]
