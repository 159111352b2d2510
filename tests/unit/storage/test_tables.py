"""Tables of Delta and Iceberg as deliveries: read once, by their log, in an order that stays.

Not here: writing a release as Delta (`tests/unit/export/test_delta.py`).
"""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable, write_deltalake

from bpp_etl.check import check_delivery
from bpp_etl.landing.deliveries import Delivery, files_of, survey
from bpp_etl.settings import Places, places
from bpp_etl.storage import staging, tables
from bpp_etl.storage.look import look_at_delivery, look_at_landing
from tests.support.deliveries import DAY, TINY, write_delivery_of
from tests.support.gating import gated
from tests.unit.storage.conftest import Server

TABLE = "lab_results"


def arrow(text: str) -> pa.Table:
    return pa.Table.from_pylist(list(csv.DictReader(io.StringIO(text))))


def write_delta(folder: Path, text: str = TINY[TABLE]) -> None:
    """Write a table a row at a time: a file for each."""
    rows = arrow(text)
    for number in range(rows.num_rows):
        write_deltalake(folder, rows.slice(number, 1), mode="append")


def write_iceberg(folder: Path, text: str = TINY[TABLE]) -> None:
    """Write a table somewhere else, and move it: its files name each other by where they lay."""
    from pyiceberg.catalog.memory import InMemoryCatalog  # noqa: PLC0415

    lay_at = folder.parents[3] / "elsewhere"
    catalog = InMemoryCatalog("made", warehouse=f"file://{lay_at}")
    catalog.create_namespace("made")
    rows = arrow(text)
    table = catalog.create_table("made.rows", rows.schema, location=f"file://{lay_at}/rows")
    for number in range(rows.num_rows):
        table.append(rows.slice(number, 1))
    catalog.close()
    shutil.move(lay_at / "rows", folder)


WRITERS = {"delta": write_delta, "iceberg": write_iceberg}


@pytest.fixture
def where(tmp_path: Path) -> Places:
    return places({}, tmp_path / "landing", tmp_path / "warehouse")


@pytest.fixture(params=sorted(WRITERS))
def delivered(request: pytest.FixtureRequest, where: Places) -> Path:
    """A delivery one table of which is a lakehouse's."""
    folder = write_delivery_of(where.landing, **{TABLE: None})
    WRITERS[request.param](folder / TABLE)
    return folder


def look(where: Places) -> Delivery:
    found = look_at_landing(where)
    assert found.closed == (), [one.why for one in found.left_alone]
    return found.newest["tiny"]


def rows(delivery: Delivery) -> bytes:
    """Return what was made of the table: nothing, where it could not be read."""
    return (delivery.path / TABLE / tables.ROWS).read_bytes()


def test_a_table_of_a_lakehouse_is_read_as_if_it_were_a_file(
    delivered: Path, where: Places, tmp_path: Path
) -> None:
    before = {path: path.stat().st_mtime_ns for path in where.landing.rglob("*")}
    ours = gated(look(where).path)
    theirs = gated(write_delivery_of(tmp_path / "plain"))
    assert {table: sorted(row[:-1] for row in rows) for table, rows in ours.core.items()} == {
        table: sorted(row[:-1] for row in rows) for table, rows in theirs.core.items()
    }
    assert ours.decision.is_open
    assert len(ours.core[TABLE]) == 3
    assert {path: path.stat().st_mtime_ns for path in where.landing.rglob("*")} == before, "it is only read"


def test_rows_keep_their_numbers_wherever_and_whenever_the_table_is_read(
    delivered: Path, where: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = look(where)
    before = rows(first)
    with monkeypatch.context() as patched:
        patched.setattr(staging, "write_rows", lambda *_: pytest.fail("it was read already"))
        assert look(where) == first
    assert rows(first) == before
    assert rows(look(places({}, where.landing, tmp_path / "another warehouse"))) == before


def test_a_version_that_is_not_whole_or_names_files_of_others_cannot_be_read(
    delivered: Path, where: Places, tmp_path: Path
) -> None:
    file = min((delivered / TABLE).rglob("*.parquet"))
    log = max((delivered / TABLE).rglob("*.json"), key=lambda path: path.name)
    kept, told = file.read_bytes(), log.read_text(encoding="utf-8")
    file.unlink()
    assert rows(look(where)) == b""
    file.write_bytes(kept[: len(kept) // 2])
    assert rows(look(where)) == b""
    file.write_bytes(kept)
    log.write_text(told[:40], encoding="utf-8")
    assert rows(look(where)) == b""
    log.write_text(_leading_outside(log, told, tmp_path, kept), encoding="utf-8")
    assert rows(look(where)) == b""
    log.write_text(told, encoding="utf-8")
    assert pq.read_table(look(where).path / TABLE / tables.ROWS).num_rows == 3


def _leading_outside(log: Path, told: str, outside: Path, content: bytes) -> str:
    """Have a log name a file that lies outside its table, and put one there."""
    (outside / "secret.parquet").write_bytes(content)
    if log.parent.name == "metadata":
        return json.dumps(json.loads(told) | {"location": f"file://{outside}"})
    (line,) = [one for one in told.splitlines() if '"add"' in one]
    return told.replace(json.loads(line)["add"]["path"], "../../../../secret.parquet")


def test_what_the_log_says_counts_and_not_what_lies_there(where: Places) -> None:
    folder = write_delivery_of(where.landing, **{TABLE: None})
    write_delta(folder / TABLE)
    first = look(where)
    assert pq.read_table(first.path / TABLE / tables.ROWS).num_rows == 3
    DeltaTable(folder / TABLE).delete("value = '90'")
    assert len(list((folder / TABLE).glob("*.parquet"))) == 3, "the file of the row is still there"
    second = look(where)
    assert pq.read_table(second.path / TABLE / tables.ROWS)["value"].to_pylist() == ["120", "150"]
    assert [one.name for one in files_of(second) if TABLE in one.name] == [f"{TABLE}/{tables.ROWS}"]
    (unread,) = survey(where.landing).newest.values()
    assert not [one for one in files_of(unread) if TABLE in one.name], "where nobody looked at its log"


def test_what_could_not_be_read_is_a_file_that_cannot_be_read(where: Places) -> None:
    folder = write_delivery_of(where.landing, **{TABLE: None})
    write_delta(folder / TABLE)
    min((folder / TABLE).glob("*.parquet")).unlink()
    problems = gated(look(where).path).read.problems
    assert [(one.table, one.rule) for one in problems] == [(TABLE, "file_unreadable")]


def test_without_its_package_a_registry_is_told_what_to_install_and_the_others_go_on(
    delivered: Path, where: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_delivery_of(where.landing, "plain")
    monkeypatch.setattr(tables, "find_spec", lambda _: None)
    found = look_at_landing(where)
    assert (sorted(found.newest), found.closed) == (["plain"], ("tiny",))
    assert "which needs the package" in found.left_alone[0].told
    assert "pip install 'bpp-etl[lakehouse]'" in found.left_alone[0].told


def test_a_table_that_takes_too_long_is_a_file_that_cannot_be_read(
    where: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_delivery_of(where.landing, **{TABLE: None})
    write_delta(folder / TABLE)
    told: dict[str, Any] = {}
    monkeypatch.setattr(tables.subprocess, "run", lambda *_, **more: told.update(more) or timed_out())
    first = look(where).path / TABLE / tables.ROWS
    before = first.stat()
    assert (before.st_size, told["timeout"]) == (0, pytest.approx(600, abs=1))
    assert (look(where).path / TABLE / tables.ROWS).stat() == before, "tried again, and left as it was"
    monkeypatch.undo()
    look(where)
    assert first.stat().st_size > 0


def timed_out() -> Any:
    raise tables.subprocess.TimeoutExpired("", 1)


def test_a_delivery_with_such_a_table_is_checked_and_shown(where: Places) -> None:
    folder = write_delivery_of(where.landing, **{TABLE: None})
    write_delta(folder / TABLE)
    told, is_open = check_delivery(folder)
    assert is_open, told
    found = look_at_delivery(where, "tiny", DAY)
    assert found is not None
    assert (found.path / TABLE / tables.ROWS).is_file()


def test_a_table_in_s3_is_one_too(server: Server, tmp_path: Path) -> None:
    folder = write_delivery_of(tmp_path / "landing", **{TABLE: None})
    write_delta(folder / TABLE)
    server.put_folder(tmp_path / "landing", "landing")
    there = look(places({}, f"{server.address}/landing", tmp_path / "warehouse"))
    here = look(places({}, tmp_path / "landing", tmp_path / "warehouse"))
    assert (there.path / TABLE / tables.ROWS).read_bytes() == (here.path / TABLE / tables.ROWS).read_bytes()
