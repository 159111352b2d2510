"""Headers and shapes that can be read and are odd: no header, a second one, very wide, very long, cut off.

Not here: files that cannot be read (`test_hostile_files.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from assets.instance import home_of, instance_of
from bpp_etl.admission.working import WorkingFiles, sweep
from bpp_etl.errors import BppError
from bpp_etl.identity.erased import between_erasures
from bpp_etl.release.shelf import FILE, Shelf
from bpp_etl.warehouse.connection import opened_read_only
from bpp_etl.warehouse.lock_file import lock_file
from schemas.tables import TABLES
from tests.faults.hostile_files import TOKEN, text
from tests.support.deliveries import TINY, write_delivery_of, write_texts
from tests.support.gating import gated, problems_of, typed
from tests.support.warehouses import admit, release


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_a_file_without_a_header_tells_none_of_its_first_row(tmp_path: Path, ending: str) -> None:
    bodies = {f"{table}.csv": text(table).split("\n", 1)[1].replace("\n", ending) for table in TABLES}
    one = gated(write_texts(tmp_path, bodies))
    assert {rule for _, rule in one.causes()} == {"column_missing"}
    assert {table for table, _ in one.causes()} == set(TABLES)
    assert TOKEN not in one.told()


def test_a_file_without_a_header_withholds_even_names_that_look_like_columns(tmp_path: Path) -> None:
    one = gated(write_texts(tmp_path, {"patients.csv": "Anna Schmidt,female,mail\nBerta,female,x\n"}))
    assert [column for _, column in (*one.read.extra_columns, *one.read.identifier_columns)] == [
        "column 1 (name withheld)",
        "column 2 (name withheld)",
        "column 3 (name withheld)",
    ]


def test_a_header_repeated_among_the_rows_is_a_refused_row(tmp_path: Path) -> None:
    one = gated(
        write_delivery_of(tmp_path, patients=TINY["patients"] + TINY["patients"].split("\n")[0] + "\n")
    )
    assert one.refused["patients", 4] == ["code_unknown", "date_invalid"]


def test_a_table_cut_off_between_rows_cannot_be_told_from_a_shorter_one(tmp_path: Path) -> None:
    # Whoever wants that seen delivers csv.gz or parquet, which carry their own end.
    shorter = "\n".join(TINY["lab_results"].split("\n")[:3])
    assert problems_of(write_delivery_of(tmp_path, lab_results=shorter)) == []


def test_two_thousand_columns_are_read_past(tmp_path: Path) -> None:
    wide = "\n".join(
        line + "".join(f",extra_{at}" if number == 0 else ",v" for at in range(2000))
        for number, line in enumerate(TINY["patients"].splitlines())
    )
    one = gated(write_delivery_of(tmp_path, patients=wide))
    assert one.decision.is_open
    assert len(one.read.extra_columns) == 2000


def test_a_long_cell_is_kept_as_it_is(tmp_path: Path) -> None:
    regimen = "x" * 60_000
    lines = TINY["therapy_lines"].replace("A,1,made up", f"A,1,{regimen}")
    rows = typed(write_delivery_of(tmp_path, therapy_lines=lines))
    assert rows["therapy_lines"][0][3] == regimen


def test_what_would_turn_the_line_around_is_no_part_of_a_name_and_what_moves_the_cursor_withholds_it(
    tmp_path: Path,
) -> None:
    wide = "\n".join(
        line + (",\u202eov\u202eer,\u009b2J,größe" if number == 0 else ",x,x,x")
        for number, line in enumerate(TINY["patients"].splitlines())
    )
    labels = [column for _, column in gated(write_delivery_of(tmp_path, patients=wide)).read.extra_columns]
    assert labels == ["over", "column 5 (name withheld)", "größe"]


def test_a_foreign_column_that_a_header_names_twice_is_told_once_in_the_release(tmp_path: Path) -> None:
    wide = "\n".join(
        line + (",note,mail,note,mail" if number == 0 else ",x,x,x,x")
        for number, line in enumerate(TINY["patients"].splitlines())
    )
    write_delivery_of(tmp_path / "landing", patients=wide)
    admit(tmp_path / "landing", tmp_path / "warehouse")
    with opened_read_only(release(tmp_path / "warehouse").folder / FILE) as con:
        told = con.execute(
            'select "column", is_identifier from quality.extra_column order by "column"'
        ).fetchall()
    assert told == [("mail", True), ("note", False)]


def test_a_lock_that_is_a_folder_is_told_of_its_registry_and_hinders_no_other(tmp_path: Path) -> None:
    landing, root = tmp_path / "landing", tmp_path / "warehouse"
    for registry in ("odd", "sound"):
        write_delivery_of(landing, registry)
    (WorkingFiles.of(root, "odd").folder / ".lock").mkdir(parents=True)
    sweep(root)
    with pytest.raises(BppError, match=r"odd/\.lock is a folder"):
        admit(landing, root, "odd")
    assert admit(landing, root, "sound", with_events=False).is_open


@pytest.mark.parametrize(
    ("place", "hold"),
    [
        (".erase.lock", between_erasures),
        ("dagster/.lock", instance_of),
        ("published/.lock", lambda root: lock_file(root / "published" / ".lock")),
    ],
)
def test_a_folder_in_the_place_of_any_lock_is_told_in_one_line(
    tmp_path: Path, place: str, hold: Callable[[Path], AbstractContextManager[object]]
) -> None:
    (tmp_path / place).mkdir(parents=True)
    with pytest.raises(BppError, match="lock is a folder") as error, hold(tmp_path):
        pass
    assert error.value.hint == "remove it, then refresh again"


def test_a_file_in_the_place_of_the_run_storage_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "dagster").write_text("notes", encoding="utf-8")
    with pytest.raises(BppError, match="where the run storage is to be, is no folder"):
        home_of(tmp_path)


@pytest.mark.parametrize("name", [b"\xff\xfe", b"\x00../../elsewhere"])
def test_a_name_of_what_is_in_service_that_nobody_can_read_is_no_name(tmp_path: Path, name: bytes) -> None:
    shelf = Shelf.of(tmp_path)
    shelf.published.mkdir(parents=True)
    (shelf.published / ".served").write_bytes(name)
    assert shelf.put_back() is None
    (shelf.published / ".served").unlink()
    (shelf.published / ".served").mkdir()
    assert shelf.served() is None
