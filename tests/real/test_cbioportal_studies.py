"""Public cBioPortal studies through the cbioportal adapter: every row of every file read is accounted for.

Not here: what single rows become (`tests/unit/adapters`). Sources: test studies of cBioPortal (AGPL-3.0), and
one that is made up; the files lie beside the checkout.
"""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import pytest

from tests.real.pipeline import SHARED
from tests.support.gating import Gated, gated

FORMATS = SHARED / "formats" / "cbioportal"
pytestmark = pytest.mark.skipif(not FORMATS.is_dir(), reason="the public files lie beside the checkout")

READ = {"patient": "*clinical_patient*", "sample": "*clinical_sample*", "timeline": "*timeline*"}
STUDIES = ("study_es_0_import_export", "study_es_0_inc", "template_bpp_study")


def delivered(tmp_path: Path, name: str) -> Gated:
    """Judge the files of a study as they are."""
    delivery = Path(shutil.copytree(FORMATS / name, tmp_path / "landing" / name / "2026-01-01"))
    (delivery.parent / "registry.toml").write_text('format = "cbioportal"\n', encoding="utf-8")
    return gated(delivery)


def rows_in(name: str) -> dict[str, int]:
    """Count the rows of the files of each source, below comments and header."""
    told: Counter[str] = Counter()
    for source, pattern in READ.items():
        for file in (FORMATS / name).glob(f"data_{pattern}.txt"):
            lines = file.read_text(encoding="utf-8").splitlines()
            told[source] += len([line for line in lines if line and not line.startswith("#")]) - 1
    return dict(told)


@pytest.mark.parametrize("name", STUDIES)
def test_each_row_that_is_read_has_a_meaning_and_no_file_is_strange(tmp_path: Path, name: str) -> None:
    one = delivered(tmp_path, name)
    told: Counter[str] = Counter()
    for (source, _), rows in one.meanings.items():
        told[source] += rows
    assert told == rows_in(name)
    assert set(one.read.unknown_files) <= {"README.txt", "cna_long"}


def test_each_event_of_a_study_is_counted_by_what_it_is(tmp_path: Path) -> None:
    assert delivered(tmp_path, "template_bpp_study").meanings == {
        ("patient", "a patient"): 2,
        ("sample", "a sample with HER2 without a day"): 2,
        ("timeline", "a row of an image"): 2,
        ("timeline", "a result of alkaline phosphatase"): 2,
        ("timeline", "a status"): 2,
        ("timeline", "an agent of a treatment"): 1,
    }


@pytest.mark.parametrize("name", STUDIES)
def test_without_a_day_zero_every_row_with_a_day_is_refused_and_the_gate_is_shut(
    tmp_path: Path, name: str
) -> None:
    one = delivered(tmp_path, name)
    assert not one.decision.is_open
    refused = Counter(table for table, _ in one.refused)
    assert refused == {table: rows for table, rows in one.read.rows.items() if rows}
