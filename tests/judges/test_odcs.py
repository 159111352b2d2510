"""datacontract-cli, with the schema of ODCS and an older DuckDB, judges our contracts and a release by them.

Not here: what a contract says of each column (`tests/unit/contract_documents`).
"""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from bpp_etl.contract_documents.described import LANDING, parts
from bpp_etl.contract_documents.odcs import RELEASE_FILE, as_yaml, contract_of
from bpp_etl.warehouse.connection import opened
from tests.judges.conftest import Judge

PUBLISHED = [part for part in parts() if part != LANDING]


@pytest.fixture(scope="module")
def datacontract(judge: Callable[[str], Judge]) -> Judge:
    return judge("datacontract")


def results(judge: Judge, folder: Path, what: str, contract: str) -> tuple[int, Counter[str], list[str]]:
    """Ask for a lint or a test of a contract; return the exit code, the results and what did not pass."""
    (folder / "contract.yaml").write_text(contract, encoding="utf-8")
    told = folder / "told.json"
    told.unlink(missing_ok=True)
    asked = [what, "contract.yaml", "--output-format", "json", "--output", told.name]
    done = judge.asks("datacontract", *asked, folder=folder)
    assert told.exists(), done.stdout + done.stderr
    checks: list[dict[str, Any]] = json.loads(told.read_text(encoding="utf-8"))["checks"]
    failed = [str(one["name"]) for one in checks if one["result"] != "passed"]
    return done.returncode, Counter(one["result"] for one in checks), failed


def test_a_contract_is_one_by_the_schema_of_odcs(datacontract: Judge, tmp_path: Path) -> None:
    """Those of the other parts are held to the schema before a release is held to them."""
    code, told, _ = results(datacontract, tmp_path, "lint", as_yaml(LANDING))
    assert (code, set(told)) == (0, {"passed"})


def test_the_judge_refuses_a_contract_that_says_what_odcs_does_not_know(
    datacontract: Judge, tmp_path: Path
) -> None:
    broken = contract_of("core")
    broken["schema"][0]["properties"][0]["logicalType"] = "text"
    code, told, _ = results(datacontract, tmp_path, "lint", yaml.safe_dump(broken))
    assert code == 1
    assert "passed" not in told


@pytest.mark.parametrize("part", PUBLISHED)
def test_a_release_holds_to_the_contract_of_each_schema(
    datacontract: Judge, released: Path, tmp_path: Path, part: str
) -> None:
    shutil.copyfile(released / RELEASE_FILE, tmp_path / RELEASE_FILE)
    code, told, failed = results(datacontract, tmp_path, "test", as_yaml(part))
    assert (code, failed) == (0, [])
    columns = sum(len(table["properties"]) for table in contract_of(part)["schema"])
    # Of each column at least whether it is there, and its type.
    assert told["passed"] > 2 * columns


BREACHES = {
    "field sex ": "update core.patients set sex = 'other'",
    "field birth_date ": "update core.patients set birth_date = date '1899-12-31'",
    "(registry, patient_id) has no duplicate": "insert into core.patients from core.patients limit 1",
    "field value ": "update core.lab_results set value = 0 where row_number = 1",
    "field her2_cep17_ratio ": "update core.her2_tests set her2_cep17_ratio = 50.5 where row_number = 1",
    "missing from imaging_assessments": "delete from core.imaging_assessments",
    "field is_equivocal ": "alter table core.bone_lesions drop column is_equivocal;"
    " alter table core.bone_lesions add column is_equivocal varchar",
}
"""What the name of a failed check tells -> the change to a release that it must notice."""


def test_a_release_that_breaks_it_is_refused_for_each_breach_and_nothing_else(
    datacontract: Judge, released: Path, tmp_path: Path
) -> None:
    path = tmp_path / RELEASE_FILE
    shutil.copyfile(released / RELEASE_FILE, path)
    path.chmod(0o644)
    with opened(path) as con:
        for change in BREACHES.values():
            con.execute(change)
    code, _, failed = results(datacontract, tmp_path, "test", as_yaml("core"))
    assert code == 1
    noticed = [breach for name in failed for breach in BREACHES if breach in name]
    assert (sorted(set(noticed)), len(noticed)) == (sorted(BREACHES), len(failed)), failed


def test_a_delivery_of_csv_holds_to_the_contract_of_the_landing(
    datacontract: Judge, delivered: Path, tmp_path: Path
) -> None:
    shutil.copytree(delivered, tmp_path, dirs_exist_ok=True)
    code, _, failed = results(datacontract, tmp_path, "test", as_yaml(LANDING))
    assert (code, failed) == (0, [])
