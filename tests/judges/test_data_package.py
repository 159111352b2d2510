"""frictionless judges our data packages: of a release exported as csv, and of a delivery as it was sent.

Not here: what a package says of each column (`tests/unit/contract_documents`).
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bpp_etl.contract_documents.data_package import FILE, as_json, in_files, package_of
from bpp_etl.contract_documents.described import LANDING, parts, tables_of
from bpp_etl.warehouse.connection import opened_read_only, quoted
from tests.judges.conftest import Judge

PUBLISHED = [part for part in parts() if part != LANDING]
RELEASE = package_of(PUBLISHED, in_files("csv"))

Told = tuple[str, str, str | None]
"""Of an error its table, its kind, and its column where it has one."""


@pytest.fixture(scope="module")
def frictionless(judge: Callable[[str], Judge]) -> Judge:
    return judge("frictionless")


@pytest.fixture(scope="module")
def exported(released: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release as files of csv: lists as JSON, moments with a T, as Table Schema wants them."""
    folder = tmp_path_factory.mktemp("exported")
    with opened_read_only(released / "bpp.duckdb") as con:
        for table in (one for part in PUBLISHED for one in tables_of(part)):
            path = folder / table.part / f"{table.name}.csv"
            path.parent.mkdir(exist_ok=True)
            wanted = {"list": "to_json({0})", "moment": "strftime({0}, '%Y-%m-%dT%H:%M:%S.%f')"}
            cells = (
                f"{wanted.get(field.kind, '{0}').format(quoted(field.name))} as {quoted(field.name)}"
                for field in table.fields
            )
            rows = f"select {', '.join(cells)} from {quoted(table.part)}.{quoted(table.name)}"
            con.execute(f"copy ({rows}) to '{path}' (header)")
    (folder / FILE).write_text(as_json(RELEASE), encoding="utf-8")
    return folder


def errors(judge: Judge, folder: Path) -> list[Told]:
    """Ask the judge; return each error that it found."""
    done = judge.asks("frictionless", "validate", FILE, "--json", folder=folder)
    told: dict[str, Any] = json.loads(done.stdout)
    assert done.returncode == (0 if told["valid"] else 1)
    return list(_errors(told))


def _errors(told: dict[str, Any]) -> Iterator[Told]:
    yield from ((FILE, one["type"], None) for one in told["errors"])
    for task in told["tasks"]:
        yield from ((task["name"], one["type"], one.get("fieldName")) for one in task["errors"])


def test_a_release_holds_to_its_package(frictionless: Judge, exported: Path) -> None:
    assert errors(frictionless, exported) == []


@pytest.mark.parametrize(
    ("find", "put", "told"),
    [
        (",female,", ",other,", ("core.patients", "constraint-error", "sex")),
        (",female,", ",,", ("core.patients", "constraint-error", "sex")),
        ("SYN-", "NEW-", ("core.therapy_lines", "foreign-key", None)),
        ("registry,", "house,", ("core.patients", "incorrect-label", "registry")),
    ],
)
def test_a_release_that_breaks_it_is_refused(
    frictionless: Judge,
    exported: Path,
    tmp_path: Path,
    find: str,
    put: str,
    told: Told,
) -> None:
    shutil.copytree(exported, tmp_path, dirs_exist_ok=True)
    path = tmp_path / "core" / "patients.csv"
    rows = path.read_text(encoding="utf-8")
    assert find in rows
    path.write_text(rows.replace(find, put, 1), encoding="utf-8")
    assert told in errors(frictionless, tmp_path)


def test_the_package_beside_a_release_describes_every_table_of_it(released: Path) -> None:
    told = json.loads((released / FILE).read_text(encoding="utf-8"))
    in_csv = {one["name"]: one["schema"] for one in RELEASE["resources"]}
    assert {one["name"]: one["schema"] for one in told["resources"]} == in_csv
    with opened_read_only(released / "bpp.duckdb") as con:
        tables = con.execute("select schema_name || '.' || table_name from duckdb_tables()").fetchall()
    assert {one["dialect"]["table"] for one in told["resources"]} == {name for (name,) in tables}


def test_a_delivery_holds_to_the_package_of_the_landing(
    frictionless: Judge, delivered: Path, tmp_path: Path
) -> None:
    shutil.copytree(delivered, tmp_path, dirs_exist_ok=True)
    (tmp_path / FILE).write_text(as_json(package_of([LANDING], in_files("csv"))), encoding="utf-8")
    assert errors(frictionless, tmp_path) == []


def test_a_delivery_that_does_not_is_refused_before_it_is_sent(
    frictionless: Judge, delivered: Path, tmp_path: Path
) -> None:
    shutil.copytree(delivered, tmp_path, dirs_exist_ok=True)
    path = tmp_path / "patients.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("female", "woman"), encoding="utf-8")
    (tmp_path / FILE).write_text(as_json(package_of([LANDING], in_files("csv"))), encoding="utf-8")
    assert ("patients", "constraint-error", "sex") in errors(frictionless, tmp_path)
