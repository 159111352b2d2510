"""Who only reads releases needs DuckDB: what the pipeline stands on is not loaded, and need not be there.

Not here: what the reader does (`tests/faults/test_open_release.py`), and installing it
(`tests/operation/test_installation.py`).
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.commands import environment
from tests.support.releases import MadeRelease, publish_made

ALONE = """
import sys
class OnlyThese:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] not in {*sys.stdlib_module_names, *sys.argv[1].split(",")}:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, OnlyThese())
"""
"""Lets nothing be imported but Python's own and the packages that are named."""
READ = """
import bpp_etl, json
with bpp_etl.open_release(sys.argv[2]) as release:
    ((patients,),) = release.query("select count(*) from core.patients").fetchall()
    names = [name for name, *_ in release.columns("core.patients").fetchall()]
print(json.dumps([release.release_id, patients, "birth_date" in names, sorted(sys.modules)]))
"""
MEASURE = """
from bpp_etl.metrics import median_survival
print(median_survival([1, 2, 3], [True, True, True]).estimate)
"""
HEAVY = {
    "dagster",
    "pandas",
    "pandera",
    "polars",
    "numpy",
    "scipy",
    "lifelines",
    "statsmodels",
    "sqlalchemy",
    "typer",
}


def told(code: str, packages: str, *words: str | Path) -> str:
    line = [sys.executable, "-c", ALONE + code, packages, *map(str, words)]
    done = subprocess.run(line, env=environment(), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    home = tmp_path_factory.mktemp("house")
    courses = {"synthetic": {"one": "day 0 CT"}}
    return home, publish_made(home, MadeRelease(courses=courses))


def test_a_release_is_read_with_duckdb_alone(made: tuple[Path, str]) -> None:
    home, release_id = made
    found_id, patients, has_birth_date, modules = json.loads(told(READ, "bpp_etl,duckdb,_duckdb", home))
    assert (found_id, patients, has_birth_date) == (release_id, 1, True)
    ours = {name.partition(".")[0] for name in modules} & {"bpp_etl", "schemas", "assets"}
    assert ours == {"bpp_etl"}


def test_where_they_are_installed_the_reader_loads_none_of_the_heavy_ones(made: tuple[Path, str]) -> None:
    home, _ = made
    line = [sys.executable, "-c", f"import sys\n{READ}", "", str(home)]
    done = subprocess.run(line, env=environment(), capture_output=True, text=True, check=True)
    assert HEAVY & set(json.loads(done.stdout)[3]) == set()


def test_with_numpy_the_metrics_are_functions_of_it_too() -> None:
    assert told(MEASURE, "bpp_etl,duckdb,_duckdb,numpy,scipy") == "2.0\n"
