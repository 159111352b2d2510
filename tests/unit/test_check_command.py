"""`bpp check` as a command: how it leaves, and what it says of a folder that does not fit.

Not here: what it tells of a delivery (`test_check.py`).
"""

from __future__ import annotations

import contextlib
import json
import os
import pty
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from assets.cli import app
from bpp_etl.check import check_delivery
from bpp_etl.errors import UsageError
from tests.support.commands import BPP, environment
from tests.support.deliveries import write_delivery_of


@pytest.fixture
def landing(tmp_path: Path) -> Path:
    return tmp_path / "landing"


def test_on_a_terminal_a_check_says_what_it_does_apart_from_its_result(landing: Path) -> None:
    folder = write_delivery_of(landing)
    ours, theirs = pty.openpty()
    words = [str(BPP), "check", str(folder), "--format", "json"]
    said = b""
    # Read on while it runs: a terminal that nobody reads from stops who writes to it, and so does a pipe.
    with (
        (landing / "told.json").open("w+b") as told,
        subprocess.Popen(words, env=environment(TERM="xterm"), stdout=told, stderr=theirs) as process,
    ):
        os.close(theirs)
        with contextlib.suppress(OSError):
            while chunk := os.read(ours, 4096):
                said += chunk
        process.wait()
        told.seek(0)
        result = json.loads(told.read())
    os.close(ours)
    assert process.returncode == 0
    assert b"tiny: 2024-12-31 judging 22 rows" in said
    assert result["gate"] == "open"


def test_the_command_leaves_with_0_for_open_and_3_for_shut(landing: Path) -> None:
    folder = write_delivery_of(landing)
    assert CliRunner().invoke(app, ["check", str(folder)]).exit_code == 0
    (folder / "patients.csv").unlink()
    assert CliRunner().invoke(app, ["check", str(folder), "--format", "json"]).exit_code == 3


def test_a_relative_path_names_the_registry_too(landing: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(write_delivery_of(landing))
    text, _ = check_delivery(Path(), "text")
    assert text.startswith("tiny, delivery 2024-12-31")


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ("tiny/missing", "is not a folder"),
        ("tiny/2024-12-31/patients.csv", "is not a folder"),
        ("tiny/newest", "is no name of a delivery"),
        ("tiny/2024-02-30", "is no name of a delivery"),
        ("no name/2024-12-31", "is no name of a registry"),
    ],
)
def test_a_folder_that_does_not_fit_is_a_usage_error_with_a_hint(
    landing: Path, place: str, told: str
) -> None:
    write_delivery_of(landing)
    if "missing" not in place and "csv" not in place:
        (landing / place).mkdir(parents=True)
    with pytest.raises(UsageError, match=told) as error:
        check_delivery(landing / place, "text")
    assert error.value.exit_code == 2
    assert error.value.hint


def test_an_unknown_format_is_a_usage_error(landing: Path) -> None:
    with pytest.raises(UsageError, match="there is no format pdf") as error:
        check_delivery(write_delivery_of(landing), "pdf")
    assert error.value.hint == "choose one of text, json, html, xlsx"


def test_a_registry_in_the_place_of_a_delivery_is_told_its_newest_one(landing: Path) -> None:
    folder = write_delivery_of(landing)
    (folder.parent / "2019-01-01").mkdir()
    with pytest.raises(UsageError) as error:
        check_delivery(folder.parent, "text")
    assert error.value.message == f"{folder.parent.name} is a registry, not a delivery"
    assert error.value.hint == f"its newest delivery: bpp check {folder}"
