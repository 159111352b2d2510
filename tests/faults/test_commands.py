"""How the real commands end: with the promised exit code, one readable line and a hint, and no traceback.

Not here: a refresh that ends with 3 (`test_leaks.py`) or 0 (`test_killed.py`).
"""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from assets.cli import app
from bpp_etl.errors import UsageError
from tests.support.commands import Said, bpp
from tests.support.deliveries import write_delivery_of
from tests.support.warehouses import files_in


def lines_of(said: Said) -> list[str]:
    assert "Traceback" not in said.out + said.err
    return said.err.splitlines()


@pytest.mark.soak
def test_a_sound_delivery_checks_with_0(tmp_path: Path) -> None:
    said = bpp("check", write_delivery_of(tmp_path))
    assert (said.code, said.err) == (0, "")


@pytest.mark.soak
def test_a_shut_delivery_checks_with_3(tmp_path: Path) -> None:
    said = bpp("check", write_delivery_of(tmp_path, patients="no patient\n"))
    assert said.code == 3
    assert lines_of(said) == []
    assert "patients.csv lacks the columns last_contact_date, patient_id, sex" in " ".join(said.out.split())


def test_contracts_that_are_switched_off_end_a_check_with_1(tmp_path: Path) -> None:
    said = bpp("check", write_delivery_of(tmp_path), PANDERA_VALIDATION_ENABLED="False")
    assert said.code == 1
    assert lines_of(said) == [
        "error: the contracts do not judge: a row known to be bad passed",
        "hint: unset PANDERA_VALIDATION_ENABLED and PANDERA_VALIDATION_DEPTH",
    ]


def test_a_landing_that_is_not_there_ends_a_refresh_with_2(tmp_path: Path) -> None:
    said = bpp("refresh", "--landing", tmp_path / "nowhere", "--warehouse", tmp_path / "warehouse")
    assert said.code == 2
    assert lines_of(said) == [
        f"error: the landing folder {tmp_path / 'nowhere'} does not exist",
        "hint: name it with --landing or BPP_LANDING, or try `bpp demo`",
    ]


@pytest.mark.parametrize("given", ["2018-02-30", "2018", "tomorrow", ""])
def test_a_window_of_what_is_no_day_is_refused(given: str) -> None:
    error = CliRunner().invoke(app, ["refresh", "--from", given]).exception
    assert isinstance(error, UsageError)
    assert (error.message.partition(",")[0], error.exit_code) == ("--from must be a day", 2)


def test_a_window_without_a_day_ends_a_refresh_with_2(tmp_path: Path) -> None:
    said = bpp("refresh", "--landing", tmp_path, "--from", "2018-01-02", "--to", "2018-01-01")
    assert said.code == 2
    assert lines_of(said) == [
        "error: no day lies in the calendar window from 2018-01-02 to 2018-01-01 of xu2025",
        "hint: --from is the first day on which line 1 may start, --to the last",
    ]


@pytest.mark.soak
def test_a_refresh_with_nothing_to_release_ends_with_4(tmp_path: Path) -> None:
    write_delivery_of(tmp_path / "landing", patients=None)
    (tmp_path / "landing" / "odd name").mkdir()
    said = bpp("refresh", BPP_LANDING=str(tmp_path / "landing"), BPP_WAREHOUSE=str(tmp_path / "warehouse"))
    assert said.code == 4, said
    assert lines_of(said) == []
    assert "left alone: odd name (the name fits no registry or delivery)" in said.out
    assert "tiny: gate shut for 2024-12-31\n  - patients is not delivered\n" in said.out
    assert files_in(tmp_path / "warehouse" / "registries") == {"tiny/.lock", "tiny/shut.duckdb"}
    assert not (tmp_path / "warehouse" / "published").exists()
