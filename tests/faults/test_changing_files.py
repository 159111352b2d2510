"""A file that changes while it is read is refused, and one that changes afterwards is judged again.

Not here: files that are broken from the start (`test_hostile_files.py`).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from bpp_etl.admission.admit import gate
from bpp_etl.admission.due import due_for
from bpp_etl.admission.intake import read
from bpp_etl.admission.working import WorkingFiles
from bpp_etl.errors import BppError
from bpp_etl.landing.deliveries import DeliveredFile, survey
from bpp_etl.landing.read_settings import ReadSettings
from bpp_etl.reading.delivery import read_delivery
from bpp_etl.reading.files import CHANGED, ensure_unchanged, prepare, snapshot_of
from bpp_etl.reading.inputs import input_digest
from bpp_etl.reading.problems import UnreadableError
from bpp_etl.reading.terms import Step, Terms
from bpp_etl.warehouse.connection import opened
from tests.support.deliveries import TINY, write_delivery_of


class Tampered:
    """A csv file between the two looks that reading takes at it."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "patients.csv"
        self.path.write_text(TINY["patients"], encoding="utf-8")
        source = DeliveredFile("patients", "csv", self.path, "patients.csv")
        scratch = folder / "scratch"
        scratch.mkdir()
        snapshot = snapshot_of(source, folder.resolve())
        self.opened = prepare(source, snapshot, scratch, ReadSettings())

    def look_again(self) -> None:
        ensure_unchanged(self.opened.source, self.opened.snapshot)


def same_size_and_time(path: Path) -> None:
    told = path.stat()
    path.write_text(TINY["patients"].replace("female", "FEMALE"), encoding="utf-8")
    os.utime(path, ns=(told.st_atime_ns, told.st_mtime_ns))


def exchanged(path: Path) -> None:
    other = path.with_name("other")
    other.write_bytes(path.read_bytes())
    other.rename(path)


@pytest.mark.parametrize(
    "change",
    [
        lambda path: path.write_text(TINY["patients"] + "D,female,2024-12-01\n", encoding="utf-8"),
        lambda path: path.write_text(""),
        Path.unlink,
        same_size_and_time,
        exchanged,
    ],
    ids=["grown", "emptied", "gone", "same size and time", "exchanged"],
)
def test_a_file_that_changes_while_it_is_read_is_refused(
    tmp_path: Path, change: Callable[[Path], object]
) -> None:
    tampered = Tampered(tmp_path)
    tampered.look_again()
    change(tampered.path)
    with pytest.raises(UnreadableError, match=r"^patients\.csv changed while it was read$") as error:
        tampered.look_again()
    assert error.value.rule == "file_changed_while_read"


@pytest.mark.parametrize(
    "change",
    [
        lambda path: path.chmod(0o600),
        Path.touch,
        lambda path: path.write_text(TINY["patients"], encoding="utf-8"),
        lambda path: path.write_text(TINY["patients"][:-9], encoding="utf-8"),
        lambda path: path.write_bytes(b"\0"),
        Path.unlink,
    ],
    ids=["mode", "time", "the same again", "half of it", "other bytes", "gone"],
)
def test_a_file_that_changed_while_it_was_read_is_looked_at_again(
    tmp_path: Path, change: Callable[[Path], object]
) -> None:
    folder = write_delivery_of(tmp_path / "landing")
    delivery = survey(tmp_path / "landing").newest["tiny"]
    path = folder / "patients.csv"
    before = input_digest(delivery)

    def changed(step: Step) -> None:
        if step.table == "patients":
            change(path)

    with opened(tmp_path / "read.duckdb") as con:
        found = read_delivery(con, delivery, tmp_path, terms=Terms(began=changed))
    assert [(one.table, one.rule) for one in found.problems] == [("patients", CHANGED)]
    assert "patients" not in found.rows
    assert found.input_digest not in {before, input_digest(delivery)}, "else it would be shut for good"
    path.write_text(TINY["patients"], encoding="utf-8")
    with opened(tmp_path / "again.duckdb") as con:
        again = read_delivery(con, delivery, tmp_path)
    assert again.problems == ()
    assert again.input_digest == input_digest(delivery) == before


def test_a_delivery_that_is_taken_away_while_it_is_read_leaves_nothing(tmp_path: Path) -> None:
    folder = write_delivery_of(tmp_path / "landing")
    delivery = survey(tmp_path / "landing").newest["tiny"]
    files = WorkingFiles.of(tmp_path / "warehouse", "tiny")
    for away in (folder, folder.parent.parent):
        # Taken away when all but reading has begun, and then while a file of it is open.
        away.rename(tmp_path / "away")
        with pytest.raises(BppError) as error:
            read(files, delivery)
        assert error.value.message == "tiny: the delivery 2024-12-31 was taken away while it was read"
        assert error.value.hint
        assert list(files.folder.iterdir()) == []
        (tmp_path / "away").rename(away)
    with opened(tmp_path / "read.duckdb") as con:
        found = read_delivery(
            con, delivery, tmp_path, terms=Terms(began=lambda _: shutil.rmtree(folder, ignore_errors=True))
        )
    assert CHANGED in {one.rule for one in found.problems}
    write_delivery_of(tmp_path / "landing", day="2025-01-01")
    delivery = survey(tmp_path / "landing").newest["tiny"]
    read(files, delivery)
    assert gate(files, delivery).is_open


def test_a_file_that_changes_between_reading_and_judging_is_judged_again(tmp_path: Path) -> None:
    folder = write_delivery_of(tmp_path / "landing")
    delivery = survey(tmp_path / "landing").newest["tiny"]
    files = WorkingFiles.of(tmp_path / "warehouse", "tiny")
    read(files, delivery)
    (folder / "patients.csv").write_text(TINY["patients"].replace("female", "male"), encoding="utf-8")
    gate(files, delivery)
    # What was admitted is what was read; the digest beside it must not speak of the later file.
    assert due_for(tmp_path / "warehouse", delivery, (), full=False).why == "files changed"
