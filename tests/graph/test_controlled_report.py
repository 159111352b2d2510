"""A release whose own report is the controlled one: it tells what a share tells, and the file is exact.

Not here: shares (`test_share.py`).
"""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
from pathlib import Path

import duckdb
import pytest

from bpp_etl.errors import UsageError
from bpp_etl.events import load_protocol
from bpp_etl.release.build import Release, assemble, publish
from bpp_etl.settings import is_report_shared

FIELDS = "patients|events|at_risk|censored|counted|time_points"
SMALL = re.compile(rf'<data value="[1-4]"[^>]*data-field="({FIELDS})"')


@pytest.fixture(scope="module")
def made(demo, tmp_path_factory: pytest.TempPathFactory) -> Release:
    """The demonstration's registries, released again with a controlled report."""
    home = tmp_path_factory.mktemp("controlled")
    shutil.copytree(demo[0] / "warehouse" / "registries", home / "registries")
    assemble(home, [load_protocol("xu2025")], is_report_controlled=True)
    return publish(home, created_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))


def test_the_report_tells_no_few_and_may_leave_and_the_file_is_exact(made: Release, demo) -> None:
    released = next((demo[0] / "warehouse" / "published" / "releases").glob("*/report.html"))
    exact, told = (path.read_text(encoding="utf-8") for path in (released, made.folder / "report.html"))
    assert len(SMALL.findall(exact)) > 20
    assert SMALL.findall(told) == []
    assert "suppressed" in told
    assert "This report may leave the house" in told
    assert "This report stays in the house" not in told
    with duckdb.connect(str(made.folder / "bpp.duckdb"), read_only=True) as con:
        ((few,),) = con.execute("select count(*) from metric.flow where patients between 1 and 4").fetchall()
        ((alone,),) = con.execute("select count(*) from metric.course_group where patients = 1").fetchall()
    assert few > 5
    assert alone > 20


def test_nothing_but_the_release_is_left_in_its_folder(made: Release) -> None:
    manifest = json.loads((made.folder / "manifest.json").read_text(encoding="utf-8"))
    names = {path.name for path in made.folder.iterdir()}
    assert names == {*manifest["files"], "manifest.json"}
    assert {"bpp.duckdb", "report.html"} <= names


def test_the_setting_is_read_and_another_word_is_refused(tmp_path: Path) -> None:
    assert not is_report_shared({})
    assert is_report_shared({"BPP_REPORT": "shared"})
    (tmp_path / "pyproject.toml").write_text('[tool.bpp]\nreport = "shared"\n', encoding="utf-8")
    assert is_report_shared({}, tmp_path)
    assert not is_report_shared({"BPP_REPORT": "exact"}, tmp_path)
    with pytest.raises(UsageError, match="no kind of report"):
        is_report_shared({"BPP_REPORT": "open"}, tmp_path)
