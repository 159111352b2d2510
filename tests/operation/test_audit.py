"""Who did what to a warehouse, and when: every deed is a line, and a line once written stays.

Not here: that an erasure is told by registry and keyed hash alone (`tests/unit/erasure`).
"""

from __future__ import annotations

import datetime as dt
import json
import os
import pwd
import socket
import stat
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import duckdb
import pytest

from bpp_etl.events import load_protocol
from bpp_etl.release.shelf import Shelf
from bpp_etl.share import make_share
from bpp_etl.warehouse.audit import FILE, note, noted
from bpp_etl.warehouse.connection import NoRoomError, opened_read_only
from tests.support.deliveries import TINY, write_delivery_of
from tests.support.pages import fenced, page
from tests.support.warehouses import admit, release


def told(warehouse: Path) -> list[tuple[Any, ...]]:
    """List what was done, on what."""
    return [
        (one["action"], one["registry"], one["delivery"], one["release_id"], one["detail"])
        for one in noted(warehouse)
    ]


def test_every_deed_is_a_line_with_who_where_and_when(tmp_path: Path) -> None:
    landing, warehouse = tmp_path / "landing", tmp_path / "warehouse"
    began = dt.datetime.now(dt.UTC)
    write_delivery_of(landing)
    admit(landing, warehouse)
    first = release(warehouse).release_id
    bad = TINY["therapy_lines"].replace(",21", ",10")
    write_delivery_of(landing, day="2025-01-31", therapy_lines=bad)
    admit(landing, warehouse)
    second = release(warehouse, 1).release_id
    shelf = Shelf.of(warehouse)
    shelf.step_back(first)
    third = release(warehouse, 2).release_id
    assert shelf.prune(1) == [first, second]
    made = make_share(
        warehouse,
        tmp_path / "out",
        [load_protocol("xu2025")],
        release_id=third,
        now=dt.datetime(2025, 1, 1, tzinfo=dt.UTC),
    )
    assert told(warehouse) == [
        ("refresh", "tiny", "2024-12-31", None, "admitted"),
        ("publish", None, None, first, None),
        ("refresh", "tiny", "2025-01-31", None, "shut"),
        ("publish", None, None, second, None),
        ("rollback", None, None, first, None),
        ("publish", None, None, third, None),
        ("prune", None, None, first, None),
        ("prune", None, None, second, None),
        ("share", None, None, third, None),
    ]
    lines = noted(warehouse)
    assert lines[-1]["share_id"] == made.share_id
    assert {one["account"] for one in lines} == {pwd.getpwuid(os.getuid()).pw_name}
    assert {one["host"] for one in lines} == {socket.gethostname()}
    days = [dt.datetime.fromisoformat(one["done_at"]) for one in lines]
    assert days == sorted(days)
    assert began <= days[0]
    assert days[-1] <= dt.datetime.now(dt.UTC)
    with opened_read_only(shelf.current) as con:
        table = con.execute(
            "select position, action, account from quality.audit order by position"
        ).fetchall()
    assert [(place, action) for place, action, _ in table] == [
        (place + 1, action) for place, (action, *_) in enumerate(told(warehouse)[:5])
    ], "what was done up to the release that holds it"
    with duckdb.connect(str(tmp_path / "out" / "share.duckdb"), read_only=True) as share:
        there = share.execute("select table_name from duckdb_tables() where table_name = 'audit'").fetchall()
        named = share.execute('select count(*) from meta."table" where "table" = \'audit\'').fetchall()
    assert (there, named) == ([], [(0,)]), "names of accounts and machines stay in the house"


def test_a_release_s_digest_does_not_depend_on_who_made_it(tmp_path: Path) -> None:
    landing = tmp_path / "landing"
    write_delivery_of(landing)
    digests = []
    for name in ("one", "other"):
        admit(landing, tmp_path / name)
        if name == "other":
            note(tmp_path / name, "rollback", release_id="made up")
        digests.append(release(tmp_path / name).content_digest)
    assert digests[0] == digests[1]


def _note_many(warehouse: Path, who: str) -> None:
    for number in range(50):
        note(warehouse, "refresh", registry=who, delivery=str(number), detail="x" * 500)


def test_lines_of_many_writers_do_not_tear_each_other(tmp_path: Path) -> None:
    spawn = get_context("fork")
    writers = [spawn.Process(target=_note_many, args=(tmp_path, f"r{place}")) for place in range(6)]
    for one in writers:
        one.start()
    for one in writers:
        one.join()
    lines = noted(tmp_path)
    assert [one["position"] for one in lines] == list(range(1, 301))
    for place in range(6):
        own = [one["delivery"] for one in lines if one["registry"] == f"r{place}"]
        assert own == [str(number) for number in range(50)]


@pytest.mark.parametrize("torn", ['{"action": "publish", "done_at": "2025-', '{"action"', "{", "\x00\x00"])
def test_a_torn_line_is_passed_over_and_spoils_none_after_it(tmp_path: Path, torn: str) -> None:
    note(tmp_path, "refresh", registry="one")
    with (tmp_path / FILE).open("a", encoding="utf-8") as file:
        file.write(torn)
    assert [one["registry"] for one in noted(tmp_path)] == ["one"]
    note(tmp_path, "refresh", registry="two")
    assert [one["registry"] for one in noted(tmp_path)] == ["one", "two"]
    for line in (tmp_path / FILE).read_text(encoding="utf-8").splitlines()[2:]:
        json.loads(line)


def test_what_was_written_is_never_written_again(tmp_path: Path) -> None:
    note(tmp_path, "refresh", registry="one")
    before, inode = (tmp_path / FILE).read_bytes(), (tmp_path / FILE).stat().st_ino
    note(tmp_path, "refresh", registry="two")
    assert (tmp_path / FILE).read_bytes().startswith(before)
    assert (tmp_path / FILE).stat().st_ino == inode


@pytest.mark.parametrize(("folder", "file"), [(0o700, 0o600), (0o750, 0o640), (0o755, 0o640)])
def test_nobody_else_can_read_it_whatever_the_umask(tmp_path: Path, folder: int, file: int) -> None:
    warehouse = tmp_path / "warehouse"
    warehouse.mkdir()
    warehouse.chmod(folder)
    before = os.umask(0)
    try:
        note(warehouse, "refresh", registry="one")
    finally:
        os.umask(before)
    assert stat.S_IMODE((warehouse / FILE).stat().st_mode) == file


def test_a_disk_that_is_full_is_said_in_words(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    note(tmp_path, "refresh", registry="one")
    whole = (tmp_path / FILE).read_bytes()

    def full(*_: object) -> int:
        raise OSError(28, os.strerror(28))

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", full)
        with pytest.raises(NoRoomError):
            note(tmp_path, "refresh", registry="two")
    assert (tmp_path / FILE).read_bytes() == whole


def test_the_query_of_the_page_reads_the_file(tmp_path: Path) -> None:
    (query,) = (block for block in fenced(page("operations.md"), "sql") if "audit.jsonl" in block)
    note(tmp_path, "refresh", registry="one", delivery="2025-01-01", detail="admitted")
    note(tmp_path, "publish", release_id="r")
    with (tmp_path / FILE).open("a", encoding="utf-8") as file:
        file.write('{"action": "pub')
    rows = duckdb.sql(query.replace("warehouse/audit.jsonl", str(tmp_path / FILE)))
    found = [dict(zip(rows.columns, row, strict=True)) for row in rows.fetchall()]
    assert [(one["action"], one["registry"], one["release_id"]) for one in found] == [
        ("publish", None, "r"),
        ("refresh", "one", None),
    ]
