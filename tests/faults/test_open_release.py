"""`bpp_etl.open_release()`: a whole release or one readable line and a hint, and nobody waits for a reader.

Not here: what analysts ask it (`tests/graph/test_analysts.py`).
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

import bpp_etl
from bpp_etl.errors import BppError, NotFoundError, UsageError
from bpp_etl.pages.plain_text import cells_of
from bpp_etl.release.shelf import Shelf
from schemas.catalog import catalog, relations
from schemas.contract import columns_of, grain_of, key_of
from tests.faults.conftest import Served
from tests.faults.test_isolation import leave_a_log
from tests.faults.test_permissions import without_privileges
from tests.faults.test_two_processes import running
from tests.support.warehouses import release

WRITER = (
    "import sys, duckdb\ncon = duckdb.connect(sys.argv[1])\nprint('open', flush=True)\nsys.stdin.read()\n"
)


def cut(share: float) -> Callable[[Path], None]:
    def spoil(path: Path) -> None:
        data = path.read_bytes()
        path.write_bytes(data[: int(len(data) * share)])

    return spoil


def another_database(path: Path) -> None:
    path.unlink()
    with duckdb.connect(str(path)) as con:
        con.execute("create table patients (name varchar)")


def unfinished(path: Path) -> None:
    """Leave what a release is before it is described."""
    with duckdb.connect(str(path)) as con:
        con.execute("delete from meta.release")


def test_the_release_in_service_opens_and_says_which_it_is(two_releases: Served) -> None:
    shelf = Shelf.of(two_releases.warehouse)
    with bpp_etl.open_release(two_releases.warehouse) as opened:
        assert opened.release_id == shelf.in_service() == shelf.ids()[-1]
        assert repr(opened) == f"<release {opened.release_id}, read-only: {shelf.current}>"
        assert opened.query("select count(*) from core.patients").fetchall() == [(3,)]


def test_without_a_word_it_is_the_warehouse_of_the_environment(
    two_releases: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BPP_WAREHOUSE", str(two_releases.warehouse))
    with bpp_etl.open_release() as opened:
        assert opened.path == Shelf.of(two_releases.warehouse).current


def test_any_release_that_is_kept_opens_by_its_id_or_its_file(two_releases: Served) -> None:
    shelf = Shelf.of(two_releases.warehouse)
    first = shelf.ids()[0]
    with (
        bpp_etl.open_release(two_releases.warehouse, first) as by_id,
        bpp_etl.open_release(str(shelf.folder(first) / "bpp.duckdb")) as by_file,
    ):
        assert by_id.release_id == by_file.release_id == first


def test_every_table_and_column_is_listed_with_its_comment(two_releases: Served) -> None:
    with bpp_etl.open_release(two_releases.warehouse) as opened:
        listed = {name: (told, rows) for name, told, rows in opened.tables().fetchall()}
        assert listed.keys() == {f"{schema}.{table}" for schema, table, _ in relations()}
        for schema, table, contract in relations():
            told, rows = listed[f"{schema}.{table}"]
            assert told == f"{grain_of(contract)} Key: {', '.join(key_of(contract))}."
            assert opened.table(f"{schema}.{table}").count("*").fetchall() == [(rows,)]
            columns = opened.columns(f"{schema}.{table}").pl()
            assert columns["column"].to_list() == [column.name for column in columns_of(contract)]
            assert columns["holds"].str.len_chars().min() > 5  # type: ignore[operator]


def test_every_column_is_shown_with_all_of_its_words(
    two_releases: Served, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    with bpp_etl.open_release(two_releases.warehouse) as opened:
        opened.columns("event.pseudoprogression").show()
        shown = capsys.readouterr().out
        tables = repr(opened.tables()).splitlines()
    rows = [line for line in shown.splitlines()[1:] if not line.startswith(" ")]
    columns = columns_of(catalog()["event"]["pseudoprogression"])
    assert [line.split()[0] for line in rows] == [column.name for column in columns]
    assert len(rows) > 40
    assert max(map(cells_of, shown.splitlines())) <= 80
    assert "…" not in shown
    named = [line.split()[0] for line in tables[1:] if not line.startswith(" ")]
    assert sorted(named) == sorted(f"{schema}.{table}" for schema, table, _ in relations())


def test_a_wide_terminal_shows_them_in_fewer_lines(two_releases: Served) -> None:
    with bpp_etl.open_release(two_releases.warehouse) as opened:
        narrow, wide = (opened.columns("core.patients").told(width).count("\n") for width in (80, 200))
    assert wide < narrow


def test_rows_come_as_pandas_and_as_polars(two_releases: Served) -> None:
    with bpp_etl.open_release(two_releases.warehouse) as opened:
        found = opened.query(
            "select patient_id, sex from core.patients where patient_id > $than", {"than": "A"}
        )
        assert found.df().to_dict("records") == found.pl().to_dicts()
        assert found.pl().height == 2


@pytest.mark.parametrize(
    "sql", ["delete from core.patients", "create table x (a integer)", "", "select 1; select 2"]
)
def test_anything_but_one_select_is_refused(two_releases: Served, sql: str) -> None:
    with (
        bpp_etl.open_release(two_releases.warehouse) as opened,
        pytest.raises(UsageError, match="not one SELECT"),
    ):
        opened.query(sql)


def test_nothing_is_written_even_past_us(two_releases: Served) -> None:
    with bpp_etl.open_release(two_releases.warehouse) as opened, pytest.raises(duckdb.Error):
        opened.connection.execute("delete from core.patients")


def test_a_table_that_is_not_there_is_named(two_releases: Served) -> None:
    with (
        bpp_etl.open_release(two_releases.warehouse) as opened,
        pytest.raises(NotFoundError, match=r"the release has no table core\.doctors"),
    ):
        opened.table("core.doctors")


def test_an_open_release_stays_and_publishing_never_waits_for_it(served: Served) -> None:
    with bpp_etl.open_release(served.warehouse) as opened:
        first = opened.release_id
        second = release(served.warehouse, second=59).release_id
        assert second != first
        assert opened.query("select release_id from meta.release").fetchall() == [(first,)]
        # In this very process, while the first is still open.
        with bpp_etl.open_release(served.warehouse) as newer:
            assert newer.release_id == second
            assert newer.query("select release_id from meta.release").fetchall() == [(second,)]
        assert opened.query("select count(*) from core.patients").fetchall() == [(3,)]


@pytest.mark.parametrize(
    "spoil",
    [
        cut(0.999),
        cut(0.5),
        cut(0.01),
        cut(0),
        another_database,
        unfinished,
        lambda path: path.write_text("patient_id\nA\n", encoding="utf-8"),
    ],
    ids=["almost whole", "half", "a header", "no byte", "another database", "unfinished", "text"],
)
def test_what_is_no_whole_release_is_refused_in_one_line_with_a_hint(
    served: Served, spoil: Callable[[Path], None]
) -> None:
    current = Shelf.of(served.warehouse).current
    current.chmod(0o644)
    spoil(current)
    with pytest.raises(BppError) as error:
        bpp_etl.open_release(served.warehouse)
    assert error.value.message == "bpp.duckdb is not a whole release"
    assert error.value.__notes__ == [
        "hint: copy it again to its end, or open one by its id; `bpp releases` lists them"
    ]
    # The hint helps: the releases that are kept are not the file in service.
    with bpp_etl.open_release(served.warehouse, Shelf.of(served.warehouse).ids()[-1]) as opened:
        assert opened.query("select count(*) from core.patients").fetchall() == [(3,)]


def test_a_release_that_was_written_to_is_refused_until_it_is_put_in_service_again(served: Served) -> None:
    shelf = Shelf.of(served.warehouse)
    shelf.current.chmod(0o644)
    leave_a_log(shelf.current)
    with pytest.raises(
        BppError, match=r"^bpp\.duckdb was changed after it was published: a log lies beside it"
    ):
        bpp_etl.open_release(served.warehouse)
    shelf.put_in_service(shelf.ids()[-1])
    with bpp_etl.open_release(served.warehouse) as opened:
        assert opened.query("select count(*) from core.patients").fetchall() == [(3,)]


def test_a_release_that_another_program_writes_to_is_refused_and_one_by_its_id_opens(served: Served) -> None:
    shelf = Shelf.of(served.warehouse)
    shelf.current.chmod(0o644)
    with running(WRITER, shelf.current) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "open\n"
        with pytest.raises(BppError, match=r"^bpp\.duckdb is in use by another process") as error:
            bpp_etl.open_release(served.warehouse)
        assert (
            error.value.hint == "close the program that has it open for writing, or open a release by its id"
        )
        with bpp_etl.open_release(served.warehouse, shelf.ids()[-1]) as opened:
            assert opened.release_id == shelf.ids()[-1]


def test_what_is_not_there_is_named(tmp_path: Path, two_releases: Served) -> None:
    for told, release_id, message in (
        (tmp_path / "nowhere", None, f"{tmp_path / 'nowhere'} does not exist"),
        (tmp_path, None, f"there is no release in {tmp_path}"),
        (
            two_releases.warehouse,
            "20200101T000000Z-00000000",
            "there is no release 20200101T000000Z-00000000",
        ),
    ):
        with pytest.raises(NotFoundError) as error:
            bpp_etl.open_release(told, release_id)
        assert error.value.message == message
        assert error.value.hint
    with pytest.raises(UsageError, match="a file is one release already"):
        bpp_etl.open_release(Shelf.of(two_releases.warehouse).current, "20200101T000000Z-00000000")


def test_a_release_opens_where_nothing_may_be_written_and_a_closed_one_says_so(served: Served) -> None:
    # Folders of pytest are their owner's alone.
    with tempfile.TemporaryDirectory(prefix="bpp-test-") as name:
        place = Path(shutil.copytree(Shelf.of(served.warehouse).published, Path(name) / "published"))
        file = place / "bpp.duckdb"
        for path, mode in ((Path(name), 0o755), (place, 0o555), (file, 0o444)):
            path.chmod(mode)
        with bpp_etl.open_release(file):  # loads what Python loads late, while it may
            pass
        with without_privileges(), bpp_etl.open_release(file) as opened:
            assert opened.query("select count(*) from core.patients").fetchall() == [(3,)]
        file.chmod(0)
        with (
            without_privileges(),
            pytest.raises(BppError, match=r"^bpp\.duckdb cannot be opened: Permission denied"),
        ):
            bpp_etl.open_release(file)
        place.chmod(0o755)


def test_a_published_file_is_closed_to_writers_and_no_more_open_than_it_was(served: Served) -> None:
    shelf = Shelf.of(served.warehouse)
    kept = shelf.folder(shelf.ids()[0]) / "bpp.duckdb"
    kept.chmod(0o640)
    shelf.put_in_service(shelf.ids()[0])
    assert kept.stat().st_mode & 0o777 == 0o440
    assert shelf.current.stat().st_mode & 0o222 == 0


def test_importing_the_package_loads_no_database() -> None:
    code = "import sys, json, bpp_etl; print(json.dumps(sorted({'duckdb', 'polars'} & set(sys.modules))))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(told.stdout) == []
    with pytest.raises(AttributeError, match="has no attribute 'open_relese'"):
        _ = bpp_etl.open_relese
