"""What leaves the house of the demonstration: no patient, no small count, and none to be worked out.

Not here: which counts give others away (`tests/unit/disclosure`).
"""

from __future__ import annotations

import datetime as dt
import html
import json
import re
import shutil
from importlib.resources import files
from pathlib import Path
from typing import Any

import duckdb
import pytest

from bpp_etl.code_version import code_version
from bpp_etl.errors import BppError, DamagedError, UsageError
from bpp_etl.events import load_protocol
from bpp_etl.release.seal import sha256_of
from bpp_etl.release.shelf import Shelf
from bpp_etl.share import Share, make_share
from bpp_etl.share.before import EXACT, FILE, PATIENTS, shares_before
from bpp_etl.share.leaving import SHARED
from bpp_etl.share.make import contracts_digest, share_told
from tests.support.releases import MadeRelease, publish_made

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
COUNTS = ("patients", "events", "counted", "total", "time_points", "at_risk", "censored", "lesions")


def a_share_of(home: Path, target: Path, second: int = 0, **more: Any) -> Share:
    now, release_id = NOW + dt.timedelta(seconds=second), Shelf.of(home / "warehouse").in_service()
    assert release_id is not None
    protocols = [load_protocol("xu2025")]
    return make_share(home / "warehouse", target, protocols, release_id=release_id, now=now, **more)


@pytest.fixture(scope="module")
def house(demo, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse that holds the demonstration's release alone, and one share of it."""
    home = tmp_path_factory.mktemp("house")
    shutil.copytree(demo[0] / "warehouse" / "published", home / "warehouse" / "published")
    a_share_of(home, home / "share")
    return home


@pytest.fixture(scope="module")
def shared(house: Path):
    with duckdb.connect(str(house / "share" / FILE), read_only=True) as con:
        yield con


def rows(con: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
    return con.execute(sql).fetchall()


def tables_of(con: duckdb.DuckDBPyConnection) -> list[str]:
    return [
        f'{schema}."{table}"'
        for schema, table in rows(
            con,
            "select schema_name, table_name from duckdb_tables() where database_name = current_database()",
        )
    ]


def test_it_holds_metrics_quality_and_meta_and_its_files_are_as_it_says(house: Path, shared) -> None:
    assert {table.split(".")[0] for table in tables_of(shared)} == {"metric", "quality", "meta"}
    told = json.loads((house / "share" / "share.json").read_text(encoding="utf-8"))
    names = ("datapackage.json", "report.html", "ro-crate-metadata.json", "share.duckdb", "sums.parquet")
    assert told["files"] == {name: sha256_of(house / "share" / name) for name in names}
    assert told["threshold"] == 5
    assert {path.name for path in (house / "share").iterdir()} == {*told["files"], "share.json"}
    listed = {
        f'{schema}."{table}"' for schema, table in rows(shared, 'select "schema", "table" from meta."table"')
    }
    assert listed == {table for table in tables_of(shared) if not table.startswith("meta.")}


def test_what_machines_read_of_it_lists_its_files_and_just_its_tables(house: Path, shared) -> None:
    share = json.loads((house / "share" / "share.json").read_text(encoding="utf-8"))
    graph = json.loads((house / "share" / "ro-crate-metadata.json").read_text(encoding="utf-8"))["@graph"]
    told = {one["@id"]: one for one in graph}
    assert told["#identifier"]["value"] == share["share_id"]
    parts = [one["@id"] for one in told["./"]["hasPart"]]
    assert {*parts, "ro-crate-metadata.json"} == {path.name for path in (house / "share").iterdir()}
    digests = {name: told[name]["sha256"] for name in parts if name != "share.json"}
    assert digests.items() <= share["files"].items()
    package = json.loads((house / "share" / "datapackage.json").read_text(encoding="utf-8"))
    listed = [one["dialect"]["table"] for one in package["resources"]]
    assert sorted(listed) == sorted(table.replace('"', "") for table in tables_of(shared))


def test_no_id_of_a_patient_a_scan_or_a_lesion_is_in_any_of_its_bytes(house: Path, release) -> None:
    ids = [
        str(row[0]).encode()
        for column, table in (("patient_id", "patients"), ("assessment_id", "imaging_assessments"))
        for row in rows(release, f"select {column} from core.{table} using sample 150 rows (reservoir, 1)")
    ]
    assert all(len(one) > 4 for one in ids)
    for path in (house / "share").iterdir():
        told = path.read_bytes()
        assert not [one for one in ids if one in told], path.name


def small_counts(con: duckdb.DuckDBPyConnection) -> int:
    found = 0
    for table in tables_of(con):
        if table.startswith("metric."):
            names = {name for (name, *_) in con.execute(f"describe {table}").fetchall()}
            for column in names & set(COUNTS):
                found += rows(con, f"select count(*) from {table} where {column} between 1 and 4")[0][0]
    return found


def test_no_count_of_1_to_4_is_in_it_though_the_release_has_many(shared, release) -> None:
    assert small_counts(release) > 10
    assert small_counts(shared) == 0
    hidden = rows(
        shared,
        "select count(*) from quality.rule_result where broken between 1 and 4 and severity = 'refuse'",
    )
    assert hidden == [(0,)]


def test_nothing_that_can_be_solved_stands_beside_a_hidden_count(shared) -> None:
    where = "where (patients is null or events is null) and list_contains(warnings, 'suppressed')"
    beside = rows(shared, f"select ci_low, ci_high, ci_method, p_value from metric.estimate {where}")
    assert len(beside) > 10
    assert {value for row in beside for value in row} == {None}


def test_names_of_theirs_stay_in_the_house(shared) -> None:
    assert rows(shared, "select count(*) from quality.delivery where contact is not null") == [(0,)]
    assert not {'quality."extra_column"', 'quality."waiver"', 'quality."history"'} & set(tables_of(shared))


def test_its_report_says_that_it_may_leave_and_the_release_s_that_it_stays(house: Path) -> None:
    shelf = Shelf.of(house / "warehouse")
    stays = (shelf.folder(str(shelf.in_service())) / "report.html").read_text(encoding="utf-8")
    leaves = (house / "share" / "report.html").read_text(encoding="utf-8")
    assert ("This report stays in the house" in stays, "This report may leave" in stays) == (True, False)
    assert ("This report stays in the house" in leaves, "This report may leave" in leaves) == (False, True)


def test_the_same_release_may_be_shared_again_and_the_log_has_both(house: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(house / "warehouse", home / "warehouse")
    again = a_share_of(home, tmp_path / "again", 1)
    assert again.hidden_by_difference == 0
    assert len(shares_before(home / "warehouse")) == 2


def test_a_share_that_would_tell_few_patients_apart_beside_one_before_is_refused(
    house: Path, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    shutil.copytree(house / "warehouse", home / "warehouse")
    (before,) = shares_before(home / "warehouse")
    digests = before / PATIENTS
    with duckdb.connect() as con:
        con.execute(f"create table told as from read_parquet('{digests}') offset 4")
        digests.unlink()
        con.execute(f"copy told to '{digests}' (format parquet)")
    with pytest.raises(BppError, match="fewer than 5 patients differ"):
        a_share_of(home, tmp_path / "refused", 2)
    assert not (tmp_path / "refused").exists()
    assert shares_before(home / "warehouse") == [before]


def test_a_count_that_differs_by_few_from_one_told_before_is_hidden(house: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(house / "warehouse", home / "warehouse")
    (before,) = shares_before(home / "warehouse")
    where = "step = 'admitted' and stratum = 'registry=synthetic-clean'"
    with duckdb.connect(str(before / FILE)) as con:
        ((told,),) = rows(con, f"select patients from metric.flow where {where}")
        con.execute(f"update metric.flow set patients = patients - 2 where {where}")
    made = a_share_of(home, tmp_path / "later", 3)
    assert told is not None
    assert made.hidden_by_difference == 1
    with duckdb.connect(str(tmp_path / "later" / FILE), read_only=True) as con:
        assert rows(con, f"select patients from metric.flow where {where}") == [(None,)]


def test_a_protocol_of_its_own_is_named_by_its_file_and_the_others_are_those_shipped(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    shipped = Path(str(files("bpp_etl.events").joinpath("protocols", "xu2025_one_ct.toml")))
    file.write_text(shipped.read_text(encoding="utf-8").replace("xu2025_one_ct", "own"), encoding="utf-8")
    patients = {"one": {"P1": "day -3 CT\nday 42 CT: new osteoblastic rib\nday 84 CT\nday 126 CT"}}
    publish_made(tmp_path / "warehouse", MadeRelease(patients, protocols=("xu2025", str(file))))
    with pytest.raises(UsageError, match="made by own, a protocol of its own") as caught:
        share_told(tmp_path / "warehouse", tmp_path / "a", None, ["xu2025"])
    assert "--protocol" in caught.value.hint
    share_told(tmp_path / "warehouse", tmp_path / "a", None, [str(file)])
    told = json.loads((tmp_path / "a" / "share.json").read_text(encoding="utf-8"))
    assert [one.partition(":")[0] for one in told["protocols"]] == ["xu2025", "own"]


def test_what_cannot_be_shared_is_refused_in_words(house: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(house / "warehouse", home / "warehouse")
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "file").touch()
    with pytest.raises(UsageError, match="is taken"):
        a_share_of(home, tmp_path / "taken", 4)
    with pytest.raises(UsageError, match="made by other protocols: xu2025"):
        share_told(home / "warehouse", tmp_path / "other", None, ["xu2025_one_ct"], 5)
    shelf = Shelf.of(home / "warehouse")
    report = shelf.folder(str(shelf.in_service())) / "report.html"
    report.chmod(0o600)
    report.write_text("another", encoding="utf-8")
    with pytest.raises(DamagedError):
        share_told(home / "warehouse", tmp_path / "other", None, [], 5)
    assert not (tmp_path / "other").exists()


def test_share_json_has_the_digests_of_protocols_contracts_and_code(house: Path, shared) -> None:
    told = json.loads((house / "share" / "share.json").read_text(encoding="utf-8"))
    ((protocols, code),) = rows(shared, "select protocols, code_version from meta.release")
    assert told["protocols"] == protocols
    assert told["code"] == code_version() == code
    assert told["contracts"] == contracts_digest()
    assert len(told["contracts"]) == 64


def test_every_number_of_its_report_stands_in_its_tables(house: Path, shared) -> None:
    page = (house / "share" / "report.html").read_text(encoding="utf-8")
    judged = 0
    for value, attributes in re.findall(r'<data value="([^"]*)"([^>]*)>', page):
        found = re.findall(r'data-([a-z0-9_-]+)="([^"]*)"', attributes)
        named = {name.replace("-", "_"): html.unescape(text) for name, text in found}
        relation, field = named.pop("relation"), named.pop("field")
        if not relation.startswith(("metric.", "quality.")) or relation.split(".")[1] not in told_tables():
            continue
        if field.startswith("sum of ") or field == "count":
            continue  # of rows that are on the page themselves
        where = " and ".join(f'cast("{name}" as varchar) = ?' for name in named)
        sql = f'select "{field}" from {relation} where {where}'
        found = shared.execute(sql, list(named.values())).fetchall()
        assert len(found) == 1, (relation, named)
        if isinstance(found[0][0], int | float) and not isinstance(found[0][0], bool):
            assert float(value) == pytest.approx(float(found[0][0])), (relation, named, field)
            judged += 1
    assert judged > 500


def told_tables() -> set[str]:
    return {table for tables in SHARED.values() for table in tables}


def test_nothing_of_the_tables_that_stay_is_left_in_its_bytes(house: Path, release) -> None:
    told = (house / "share" / FILE).read_bytes()
    stays = rows(
        release,
        'select distinct digest from meta."table"'
        " where schema in ('core', 'event', 'quarantine') and rows > 0",
    )
    assert len(stays) > 10
    assert not [digest for (digest,) in stays if digest.encode() in told]


def test_the_house_alone_keeps_the_exact_sums(house: Path) -> None:
    (kept,) = shares_before(house / "warehouse")
    with duckdb.connect() as con:
        few = [
            rows(con, f"select count(*) from '{file}' where day > 0 and value between 1 and 4")[0][0]
            for file in (kept / EXACT, house / "share" / "sums.parquet")
        ]
    assert few[0] > 100
    assert few[1] == 0
    assert not (house / "share" / EXACT).exists()
