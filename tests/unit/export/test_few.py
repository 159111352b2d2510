"""Releases of one patient, of nobody, and of names that are hard to write, in every format.

Not here: releases with patients of every kind.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pyreadstat
import pytest

from bpp_etl.export import export_release
from bpp_etl.export.adam_tables import DATASETS
from bpp_etl.export.formats import FORMATS
from tests.support.releases import MadeRelease, publish_made
from tests.unit.export.cbioportal_rules import broken
from tests.unit.export.conftest import NOW

Courses = dict[str, dict[str, str]]


@pytest.mark.parametrize(
    ("courses", "candidates"),
    [
        ({"one": {"P1": "day -3 CT\nday 42 CT: new osteoblastic rib\nday 84 CT\nday 126 CT"}}, 1),
        ({"one": {"P1": "day -3 CT\nday 42 CT"}}, 0),
        ({"one": {"P1": "no line 1"}}, 0),
        ({"may-clinic": {"jan-01": "day 0 line 1 starts with mar-x\nday -3 CT"}}, 0),
        ({}, 0),
    ],
    ids=["one patient", "no event", "no line", "names like dates", "nobody"],
)
def test_every_format_has_its_tables(courses: Courses, candidates: int, tmp_path: Path) -> None:
    publish_made(tmp_path / "warehouse", MadeRelease(courses))
    made = {form: export_release(tmp_path / "warehouse", tmp_path / form, form, now=NOW) for form in FORMATS}
    rows = {}
    for dataset in DATASETS:
        told, meta = pyreadstat.read_xport(str(made["adam"].folder / f"{dataset.name.lower()}.xpt"))
        assert meta.column_names == [column.name for column in dataset.columns]
        rows[dataset.name] = len(told)
    patients = sum(map(len, courses.values()))
    assert (rows["ADSL"], rows["ADBPP"]) == (patients, candidates)
    # A list of all samples names at least one: nobody is no study.
    assert broken(made["cbioportal"].folder).keys() <= (
        {"one_list_has_all_samples_once"} if not courses else set()
    )
    assert {path.name for path in made["omop"].folder.iterdir() if path.is_dir()} == courses.keys()
    for registry in courses:
        with (made["omop"].folder / registry / "EPISODE.csv").open(encoding="utf-8", newline="") as stream:
            assert len(list(csv.DictReader(stream))) == candidates
