"""A release with rows in Parquet beside its file is, cell by cell, the one that has them in one file.

Not here: erasing from one (`tests/unit/erasure/test_rows_beside.py`).
"""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

import bpp_etl
from bpp_etl.admission.working import WorkingFiles
from bpp_etl.errors import BppError, DamagedError, UsageError
from bpp_etl.events import load_protocol
from bpp_etl.explain import explain_patient
from bpp_etl.export import export_release
from bpp_etl.release import beside as writing
from bpp_etl.release.copy import is_larger
from bpp_etl.release.crate import CRATE
from bpp_etl.release.seal import FILES, WITHOUT_ROWS
from bpp_etl.release.shelf import BUILDING, FILE, Shelf
from bpp_etl.release.told import difference, listed, verified
from bpp_etl.shards.runners import Runners
from bpp_etl.share import make_share
from bpp_etl.warehouse.beside import SCHEMAS, TABLES, all_beside, files_beside, views_in
from bpp_etl.warehouse.connection import Connection, attach_read_only, opened, opened_read_only
from schemas.catalog import catalog, relations
from tests.support.commands import environment
from tests.support.deliveries import write_delivery_of
from tests.support.warehouses import admit as admitted
from tests.support.warehouses import release
from tests.unit.erasure.erased import ANNA, KEPT, VALUE
from tests.unit.shards.sharded import Here

LAB = ANNA["lab_results"].replace(str(VALUE), "124")
PATIENTS = f"{TABLES}/core/patients/tiny.parquet"
READ = """
import bpp_etl, json, sys
with bpp_etl.open_release(*sys.argv[1:]) as release:
    tables = release.tables().fetchall()
    columns = release.columns("core.patients").fetchall()
    rows = release.query("select count(*) from core.patients").fetchall()[0][0]
print(json.dumps([release.release_id, tables, columns, rows]))
"""


def rows_in(con: Connection) -> dict[str, Any]:
    """Read every table that may lie beside the file, in the order of its rows, with types of columns."""
    return {
        f"{schema}.{table}": [
            con.execute(f'from {schema}."{table}"').fetchall(),
            [one[:2] for one in con.execute(f'describe {schema}."{table}"').fetchall()],
        ]
        for schema in SCHEMAS
        for table in catalog()[schema]
    }


def comments_in(con: Connection) -> list[Any]:
    kinds = "select schema_name, table_name, comment from duckdb_tables() union all from"
    kinds += " (select schema_name, view_name, comment from duckdb_views() where not internal) order by all"
    columns = "select schema_name, table_name, column_name, data_type, comment from duckdb_columns()"
    return [con.execute(sql).fetchall() for sql in (kinds, f"{columns} where not internal order by all")]


def newest(warehouse: Path) -> Path:
    shelf = Shelf.of(warehouse)
    return shelf.folder(shelf.ids()[-1])


def test_every_cell_and_word_is_that_of_a_release_in_one_file(both: Path) -> None:
    inline, beside = newest(both / "inline"), newest(both / "warehouse")
    assert inline.name == beside.name, "the id has the digest of the content"
    manifests = [Shelf.of(one.parents[2]).manifest(one.name) for one in (inline, beside)]
    assert manifests[0]["content_digest"] == manifests[1]["content_digest"]
    assert manifests[0]["rows"] == manifests[1]["rows"]
    with opened_read_only(inline / FILE) as con:
        told, said = rows_in(con), comments_in(con)
        assert views_in(con) == []
    for path in (beside / FILE, Shelf.of(both / "warehouse").current):
        with opened_read_only(path) as con:
            assert rows_in(con) == told
            assert comments_in(con) == said
            assert {schema for schema, _ in views_in(con)} == set(SCHEMAS)


def test_as_many_rows_as_one_file_may_have_lie_in_one(both: Path, tmp_path: Path) -> None:
    rows = Shelf.of(both / "inline").manifest(newest(both / "inline").name)["rows"]
    most = sum(count for name, count in rows.items() if name.startswith(SCHEMAS))
    for limit, is_beside in ((most, False), (most - 1, True)):
        with opened(tmp_path / f"{limit}.duckdb") as con:
            assert is_larger(con, both / "inline", limit) is is_beside


def test_it_is_measured_and_shared_in_parts_alike(
    both: Path, warehouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tasks open the file by its path alone: where it is built, and the copy that a share is measured in."""
    monkeypatch.setenv("BPP_SHARD_ROWS", "20")
    said: list[str] = []
    runners: Runners = {"processes": lambda *_: Here()}
    release(warehouse, 1, said.append, runners)
    assert any(line.startswith("round gather: ") for line in said)
    assert (newest(warehouse) / TABLES).is_dir()
    assert newest(warehouse).name.rpartition("-")[2] == newest(both / "inline").name.rpartition("-")[2]
    now = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
    sums = {}
    for home, more in ((warehouse, {"say": said.append, "runners": runners}), (both / "inline", {})):
        copy = warehouse.with_name(f"shared-{home.name}")
        shutil.copytree(home, copy)
        protocols, release_id = [load_protocol("xu2025")], newest(copy).name
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("BPP_SHARD_ROWS", "20" if more else "1000")
            make_share(copy, copy / "out", protocols, release_id=release_id, now=now, **more)
        sums[home.name] = (copy / "out" / "sums.parquet").read_bytes()
    assert sums["warehouse"] == sums["inline"]
    assert sum(line.startswith("round gather: ") for line in said) == 2


def test_each_registry_has_a_file_for_each_table_and_none_is_open_to_others(both: Path) -> None:
    folder = newest(both / "warehouse")
    files = {path.relative_to(folder).as_posix() for path in all_beside(folder)}
    assert files == {
        f"{TABLES}/{schema}/{table}/{name}.parquet"
        for schema in SCHEMAS
        for table in catalog()[schema]
        for name in ("other", "tiny", *(["tiny.shut"] if schema == "quarantine" else []))
    }
    assert Shelf.of(both / "warehouse").manifest(folder.name)[FILES].keys() >= files
    assert not any(stat.S_IMODE((folder / name).stat().st_mode) & 0o222 for name in files)
    graph = json.loads((folder / CRATE).read_text(encoding="utf-8"))["@graph"]
    assert [one["@type"] for one in graph if one["@id"] == f"{TABLES}/"] == ["Dataset"]
    assert "tiny" not in (folder / CRATE).read_text(encoding="utf-8"), "a crate names no registry"


def test_no_path_of_this_machine_is_in_the_file(both: Path) -> None:
    data = (newest(both / "warehouse") / FILE).read_bytes()
    assert str(both).encode() not in data
    assert BUILDING.encode() not in data, "it names the machine"


def test_what_was_admitted_comes_before_what_was_shut_and_registries_in_their_order(tmp_path: Path) -> None:
    names = ("B", "a", "a-b", "a_b", "a.shut", "ab")
    (tmp_path / TABLES / "core" / "patients").mkdir(parents=True)
    for name in reversed(names):
        (tmp_path / TABLES / "core" / "patients" / f"{name}.parquet").touch()
    found = [file.name.removesuffix(".parquet") for file in files_beside(tmp_path, "core", "patients")]
    assert found == ["B", "a", "a.shut", "a-b", "a_b", "ab"]


def spoil(path: Path) -> None:
    path.chmod(0o644)
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        file.write(b"!")


def cut(path: Path) -> None:
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:-1])


def exchange(path: Path) -> None:
    """Put the file of another registry in its place."""
    path.unlink()
    shutil.copyfile(path.with_name("other.parquet"), path)


@pytest.mark.parametrize("damage", [spoil, cut, exchange, Path.unlink])
def test_a_file_that_is_not_as_published_is_told_and_not_served(
    warehouse: Path, damage: Callable[[Path], None]
) -> None:
    folder = newest(warehouse)
    damage(folder / PATIENTS)
    what = "is missing" if damage is Path.unlink else "is not the file that was published"
    told, is_whole = verified(warehouse)
    assert (f"{folder.name}: {PATIENTS} {what}", is_whole) == (told.splitlines()[0], False)
    with pytest.raises(DamagedError, match=PATIENTS):
        Shelf.of(warehouse).step_back(folder.name)


def test_a_file_that_was_added_is_told_and_shown_to_nobody(warehouse: Path) -> None:
    folder = newest(warehouse)
    shutil.copyfile(folder / PATIENTS, (folder / PATIENTS).with_name("added.parquet"))
    added = f"{TABLES}/core/patients/added.parquet"
    assert verified(warehouse)[0].splitlines()[0] == f"{folder.name}: {added} is not of this release"
    with bpp_etl.open_release(warehouse) as found:
        assert found.query("select count(*) from core.patients").fetchall() == [(6,)]


@pytest.mark.parametrize("damage", [cut, Path.unlink])
def test_a_release_without_its_rows_is_told_in_a_line_by_all_who_read(
    warehouse: Path, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    folder = newest(warehouse)
    damage(folder / PATIENTS)
    shelf = Shelf.of(warehouse)
    assert shelf.damage_in_service() == WITHOUT_ROWS
    with pytest.raises(DamagedError, match=f"{WITHOUT_ROWS}, and so is its release"):
        shelf.put_back()
    with pytest.raises(BppError, match=f"lie in {folder.name}/tables, which is not there, or not whole"):
        bpp_etl.open_release(warehouse)
    with pytest.raises(DamagedError, match="is without rows that lie beside its file"):
        explain_patient(warehouse, "tiny", KEPT[0])
    assert f"{folder.name}: {FILE} cannot be read" in " ".join(listed(warehouse).split())


def test_a_reader_in_another_process_and_folder_finds_the_rows(both: Path, tmp_path: Path) -> None:
    warehouse, folder = both / "warehouse", newest(both / "warehouse")
    moved = tmp_path / folder.name
    shutil.copytree(folder, moved)
    asked = ([warehouse], [warehouse, folder.name], [folder / FILE], [moved / FILE])
    told = [
        json.loads(subprocess.check_output([sys.executable, "-c", READ, *words], cwd="/", env=environment()))
        for words in asked
    ]
    release_id, tables, columns, rows = told[0]
    assert all(one == told[0] for one in told)
    assert (release_id, rows) == (folder.name, 6)
    assert {name for name, *_ in tables} == {f"{schema}.{table}" for schema, table, _ in relations()}
    with bpp_etl.open_release(both / "inline") as inline:
        assert sorted(tables) == sorted(map(list, inline.tables().fetchall()))
        assert columns == [list(one) for one in inline.columns("core.patients").fetchall()]


def test_of_two_copies_that_are_read_one_after_the_other_no_row_is_read_twice(
    both: Path, warehouse: Path
) -> None:
    """Both have the same id: a folder that was looked into before must not be looked into again."""
    for file in (newest(both / "warehouse") / FILE, newest(warehouse) / FILE, Shelf.of(warehouse).current):
        with opened_read_only(file) as con:
            assert con.execute("select count(*) from core.patients").fetchall() == [(6,)]
            if file.is_relative_to(both):
                with pytest.raises(BppError, match="which have the same id, cannot be open together"):
                    attach_read_only(con, newest(warehouse) / FILE, "copy")


def test_any_client_finds_the_rows_from_the_folder_of_all_releases(
    both: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf = Shelf.of(both / "warehouse")
    with duckdb.connect(str(shelf.current), read_only=True) as con:
        con.execute("set file_search_path = $place", {"place": str(shelf.releases)})
        assert con.execute("select count(*) from core.patients").fetchall() == [(6,)]
    monkeypatch.chdir(shelf.releases)
    with duckdb.connect("../bpp.duckdb", read_only=True) as con:
        assert con.execute("select count(*) from core.patients").fetchall() == [(6,)]


def test_a_folder_s_name_is_no_pattern(warehouse: Path, tmp_path: Path) -> None:
    """A folder beside it bears a name that its own, taken for a pattern, would mean."""
    for name in ("it's [1] * {x}", "it's 1 any x"):
        shutil.copytree(warehouse, tmp_path / name / "house")
        shutil.rmtree(tmp_path / name / "house" / "published")
    home = tmp_path / "it's [1] * {x}" / "house"
    release(home)
    with bpp_etl.open_release(home) as found:
        assert found.query("select count(*) from core.patients").fetchall() == [(6,)]
    assert verified(home)[1]


def test_a_path_with_a_comma_is_refused_before_anything_is_written(warehouse: Path, tmp_path: Path) -> None:
    home = tmp_path / "one, two"
    shutil.copytree(warehouse, home)
    served = Shelf.of(home).in_service()
    with pytest.raises(UsageError, match="the warehouse's path has a comma"):
        release(home, 1)
    assert Shelf.of(home).in_service() == served
    assert not list(Shelf.of(home).published.glob(f"{BUILDING}*"))
    with pytest.raises(BppError, match="which is not there, or not whole"):
        bpp_etl.open_release(home)


def test_what_an_unchanged_registry_sent_is_taken_over_and_not_written_again(
    warehouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = newest(warehouse)
    write_delivery_of(warehouse.parent / "landing", "other", "2025-02-28", **ANNA)
    assert admitted(warehouse.parent / "landing", warehouse, "other").is_open
    release(warehouse, 1)
    after = newest(warehouse)

    def is_same(name: str) -> bool:
        return (before / TABLES / name).samefile(after / TABLES / name)

    assert is_same("core/patients/tiny.parquet")
    assert is_same("quarantine/patients/tiny.shut.parquet")
    assert not is_same("core/patients/other.parquet")
    assert verified(warehouse)[1]
    # What is not as it was published is written, and so is all where the same file cannot have two names.
    spoil(after / PATIENTS)

    def fail(*_: object) -> None:
        raise OSError

    monkeypatch.setattr(writing.os, "link", fail)
    release(warehouse, 2)
    last = newest(warehouse)
    assert not (last / PATIENTS).samefile(after / PATIENTS)
    other = f"{TABLES}/core/patients/other.parquet"
    assert (last / other).read_bytes() == (after / other).read_bytes()
    assert not (last / other).samefile(after / other)
    assert not (last / other).stat().st_mode & 0o222
    assert "whole" in verified(warehouse, last.name)[0]


def test_rows_of_other_code_are_not_taken_over(warehouse: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = newest(warehouse)
    monkeypatch.setattr(writing, "code_version", lambda: "another")
    release(warehouse, 1)
    assert not (before / PATIENTS).samefile(newest(warehouse) / PATIENTS)


def test_a_registry_that_turns_out_to_be_damaged_leaves_none_of_its_rows(
    warehouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its working file opens, and breaks in the middle; no release before has rows of it."""
    shutil.rmtree(warehouse / "published")
    put = writing.RowsBeside.put

    def break_in_the_middle(rows: Any, con: Connection, schema: str, table: str, *more: Any) -> None:
        put(rows, con, schema, table, *more)
        if (rows.name, schema, table) == ("tiny.parquet", "quarantine", "patients"):
            raise DamagedError("admitted.duckdb is not whole")

    monkeypatch.setattr(writing.RowsBeside, "put", break_in_the_middle)
    release(warehouse)
    folder = newest(warehouse)
    assert {file.name for file in all_beside(folder)} == {"other.parquet", "tiny.shut.parquet"}
    with bpp_etl.open_release(warehouse) as found:
        assert found.query("select distinct registry from core.patients").fetchall() == [("other",)]


def test_of_a_damaged_registry_the_rows_of_the_release_before_are_taken_over(warehouse: Path) -> None:
    before = newest(warehouse)
    file = WorkingFiles.of(warehouse, "tiny").admitted
    file.write_bytes(b"!" * file.stat().st_size)
    release(warehouse, 1)
    assert (before / PATIENTS).samefile(newest(warehouse) / PATIENTS)
    assert newest(warehouse).name.rpartition("-")[2] == before.name.rpartition("-")[2], "the same content"


@pytest.mark.parametrize("step", ["show_rows", "write_rows", "comment_table"])
def test_a_release_that_is_not_made_to_its_end_leaves_nothing(
    warehouse: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """The disk is full at a view, at rows, or when the views are named anew."""
    shutil.rmtree(warehouse / "published" / "releases")
    served = contents_of(warehouse / "published")

    def fail(*_: object, **__: object) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(writing, step, fail)
    if step == "show_rows":
        monkeypatch.setattr("bpp_etl.release.copy.show_rows", fail)
    with pytest.raises(BppError, match="there is no room on the disk"):
        release(warehouse, 1)
    assert contents_of(warehouse / "published") == served


def contents_of(published: Path) -> set[str]:
    return {path.name for path in published.rglob("*") if path.is_file() and path.name != ".lock"}


def test_a_release_of_either_form_follows_one_of_the_other(
    warehouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_delivery_of(warehouse.parent / "landing", "other", "2025-02-28", **{**ANNA, "lab_results": LAB})
    assert admitted(warehouse.parent / "landing", warehouse, "other").is_open
    monkeypatch.delenv("BPP_INLINE_ROWS")
    release(warehouse, 1)
    monkeypatch.setenv("BPP_INLINE_ROWS", "5")
    release(warehouse, 2)
    first, second, third = Shelf.of(warehouse).ids()
    assert not (Shelf.of(warehouse).folder(second) / TABLES).exists()
    told = [difference(warehouse, *two) for two in ((first, second), (second, third), (first, third))]
    assert ["other", "lab_results"] in [line.split()[:2] for line in told[0].splitlines()]
    assert "no change; the content is the same" in told[1]
    assert told[2].splitlines()[2:] == told[0].splitlines()[2:]
    assert Shelf.of(warehouse).prune(1) == [first, second]
    with bpp_etl.open_release(warehouse) as found:
        assert found.query("select count(*) from core.patients").fetchall() == [(6,)]


def test_what_is_made_of_it_is_what_is_made_of_one_file(both: Path, tmp_path: Path) -> None:
    made = {}
    for name in ("inline", "warehouse"):
        home = tmp_path / name
        shutil.copytree(both / name, home)
        now = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
        release_id = Shelf.of(home).ids()[0]
        make_share(home, home / "share", [load_protocol("xu2025")], release_id=release_id, now=now)
        export_release(home, home / "export", "parquet", with_quarantine=True, now=now)
        made[name] = (
            explain_patient(home, "tiny", KEPT[0]),
            (home / "share" / "sums.parquet").read_bytes(),
            {file.relative_to(home): file.read_bytes() for file in (home / "export").rglob("*.parquet")},
        )
    assert made["inline"] == made["warehouse"]
    assert not list((tmp_path / "warehouse" / "shares").glob(".building-*"))
