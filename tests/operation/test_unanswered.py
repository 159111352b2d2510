"""A series of deliveries: a warning that nobody answered is told everywhere, and who is erased is gone.

Not here: what answers a warning (`tests/gates/test_unanswered_warnings.py`).
"""

from __future__ import annotations

import json
from pathlib import Path

from assets.door import run_refresh
from bpp_etl.admission.working import WorkingFiles
from bpp_etl.release.shelf import REPORT, Shelf
from bpp_etl.warehouse.connection import opened_read_only
from tests.gates.held_to_before import PEOPLE, delivery
from tests.support.commands import bpp
from tests.support.deliveries import write_delivery_of
from tests.support.patients_by_name import files_with

NAME = "Quetzalcoatl"
PATIENTS = (*PEOPLE, NAME)
TOLD = (
    "not answered: deaths_withdrawn of 2024-12-30 (patients): 1 of 1 patients who were dead in the delivery "
    "before have no date of death (100.0 %, limit 0 %)"
)


def test_a_warning_that_nobody_answered_is_told_wherever_one_looks(tmp_path: Path, capsys) -> None:
    warehouse = tmp_path / "warehouse"
    for day, dead in (("2024-12-29", PEOPLE[:1]), ("2024-12-30", ()), ("2024-12-31", PEOPLE[1:2])):
        said = delivery(PATIENTS, dead=dead, born={NAME: "1950-01-01"}, started={NAME: "2024-01-01"})
        write_delivery_of(tmp_path / "landing", day=day, **said)
        assert run_refresh(tmp_path / "landing", warehouse, [], [], full=False) == 0
    assert f"warning: {TOLD}" in capsys.readouterr().out
    assert needs(tmp_path) == [TOLD]
    assert_published(warehouse)
    files = WorkingFiles.of(warehouse, "tiny")
    assert files.before_warnings.exists()
    assert bpp("erase", NAME, "--registry", "tiny", *places(tmp_path)).code == 0
    assert files_with(warehouse, [NAME]) == {}
    assert files.before_warnings.exists()
    assert TOLD in needs(tmp_path)
    assert_published(warehouse)
    accepted = '[accept.deaths_withdrawn]\nuntil = 2025-06-30\nreason = "a mistake"\nby = "the registry"\n'
    (tmp_path / "landing" / "tiny" / "registry.toml").write_text(accepted, encoding="utf-8")
    assert run_refresh(tmp_path / "landing", warehouse, [], [], full=False) == 0
    assert TOLD not in needs(tmp_path)
    assert not files.before_warnings.exists()


def places(home: Path) -> tuple[str, ...]:
    return ("--landing", str(home / "landing"), "--warehouse", str(home / "warehouse"))


def needs(home: Path) -> list[str]:
    said = bpp("status", "--format", "json", *places(home))
    return [need["what"] for need in json.loads(said.out)["needs"]]


def assert_published(warehouse: Path) -> None:
    shelf = Shelf.of(warehouse)
    with opened_read_only(shelf.current) as con:
        (found,) = con.execute("select unanswered, unanswered_since from quality.delivery").fetchall()
    assert found == (["patients.deaths_withdrawn"], ["2024-12-30"])
    report = shelf.releases / str(shelf.in_service()) / REPORT
    assert TOLD in report.read_text(encoding="utf-8")
