"""What a release carries on from the one before it: deliveries, and how often each rule decided."""

from __future__ import annotations

from pathlib import Path

import pytest

from bpp_etl.release.history import add_to_history, carry_history
from bpp_etl.release.shelf import FILE, MANIFEST, Shelf
from bpp_etl.warehouse.connection import opened
from tests.support.report_file import write_release

FIRED = {
    "registry": "north",
    "protocol": "xu2025",
    "position": 1,
    "rule": "no_first_line",
    "is_suppressed": False,
}


def fired(con: object) -> list[tuple[object, ...]]:
    found = con.execute(  # type: ignore[attr-defined]
        "select release_id, registry, protocol, rule, patients, is_suppressed"
        " from quality.event_rule_history order by all"
    )
    return list(found.fetchall())


def published(warehouse: Path, release_id: str, patients: int | None) -> Path:
    """Put a release with one rule's count on the shelf, with the history of those before it."""
    folder = Shelf.of(warehouse).releases / release_id
    folder.mkdir(parents=True)
    row = FIRED | {"patients": patients, "is_suppressed": patients is None}
    path = write_release(folder / FILE, {"quality.event_rule": [row]})
    with opened(path) as con:
        carry_history(con, Shelf.of(warehouse))
        add_to_history(con, release_id)
    (folder / MANIFEST).write_text("{}", encoding="utf-8")
    return path


def test_how_often_a_rule_fired_is_kept_for_each_release_as_it_was_shown(tmp_path: Path) -> None:
    published(tmp_path, "1", 12)
    published(tmp_path, "2", None)
    with opened(published(tmp_path, "3", 14)) as con:
        assert [(row[0], row[4], row[5]) for row in fired(con)] == [
            ("1", 12, False),
            ("2", None, True),
            ("3", 14, False),
        ]


@pytest.mark.parametrize("table", ["event_rule_history", "history"])
def test_a_release_of_before_the_table_existed_has_no_history_to_carry(tmp_path: Path, table: str) -> None:
    with opened(published(tmp_path, "1", 12)) as con:
        con.execute(f"drop table quality.{table}")
    with opened(published(tmp_path, "2", 14)) as con:
        assert ("2", "north", "xu2025", "no_first_line", 14, False) in fired(con)
