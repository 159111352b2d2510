"""A file that changes while it is read is refused, and one that changes afterwards is judged again.

Not here: files that are broken from the start (`test_hostile_files.py`).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from bpp_etl.admission.admit import gate, read
from bpp_etl.admission.due import due_for
from bpp_etl.admission.working import WorkingFiles
from bpp_etl.landing.deliveries import DeliveredFile, survey
from bpp_etl.landing.read_settings import ReadSettings
from bpp_etl.reading.files import ensure_unchanged, prepare, snapshot_of
from bpp_etl.reading.problems import UnreadableError
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


def test_a_file_that_changes_between_reading_and_judging_is_judged_again(tmp_path: Path) -> None:
    folder = write_delivery_of(tmp_path / "landing")
    delivery = survey(tmp_path / "landing").newest["tiny"]
    files = WorkingFiles.of(tmp_path / "warehouse", "tiny")
    read(files, delivery)
    (folder / "patients.csv").write_text(TINY["patients"].replace("female", "male"), encoding="utf-8")
    gate(files, delivery)
    # What was admitted is what was read; the digest beside it must not speak of the later file.
    assert due_for(tmp_path / "warehouse", delivery, (), full=False).why == "files changed"
