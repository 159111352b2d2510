"""Registries with small files are copied together, and what comes of it is what each alone would give.

Not here: what becomes of a damaged file in each place (`tests/faults/test_damaged_registries.py`).
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from bpp_etl.admission.working import WorkingFiles
from bpp_etl.events import load_protocol
from bpp_etl.release import copy
from bpp_etl.release.copy import Copied, copy_registries
from bpp_etl.warehouse.connection import Connection, opened
from tests.conftest import MadeOnce
from tests.support.deliveries import write_delivery_of
from tests.support.warehouses import PROTOCOLS, admit, contents

REGISTRIES = ("east", "north", "south", "west")
SHUT = {"patients": "never a table\n"}


@pytest.fixture(scope="session")
def warehouse(made_once: MadeOnce) -> Path:
    """Admit a delivery of each registry, but for east's, which is shut; of north and west a later one is."""
    home, _ = made_once("copied together", _admit)
    return home / "warehouse"


def _admit(home: Path) -> None:
    for registry in REGISTRIES:
        write_delivery_of(home / "landing", registry, **(SHUT if registry == "east" else {}))
        admit(home / "landing", home / "warehouse", registry)
    for registry in ("north", "west"):
        write_delivery_of(home / "landing", registry, "2025-02-01", **SHUT)
        admit(home / "landing", home / "warehouse", registry)


def copied(warehouse: Path, file: Path) -> tuple[Copied, Mapping[str, str]]:
    with opened(file) as con:
        done = copy_registries(con, warehouse, [load_protocol(name) for name in PROTOCOLS])
    return done, contents(file)


@contextmanager
def counting(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Count how many files each round of statements copies from."""
    rounds: list[int] = []
    copy_of = copy._copy

    def counted(con: Connection, sources: list[tuple[str, str]], *more: Any, **named: Any) -> Any:
        rounds.append(len(sources))
        return copy_of(con, sources, *more, **named)

    with monkeypatch.context() as patch:
        patch.setattr(copy, "_copy", counted)
        yield rounds


@pytest.mark.parametrize(
    ("limits", "rounds"),
    [
        ({}, [6]),
        ({"TOGETHER": 2}, [3, 3]),
        ({"TOGETHER": 3}, [4, 1, 1]),
        ({"SMALL": 0}, [1] * 6),
    ],
)
def test_the_rows_and_their_order_are_those_of_each_alone(
    warehouse: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    limits: Mapping[str, int],
    rounds: list[int],
) -> None:
    with monkeypatch.context() as alone:
        alone.setattr(copy, "TOGETHER", 1)
        expected = copied(warehouse, tmp_path / "alone.duckdb")
    for name, value in limits.items():
        monkeypatch.setattr(copy, name, value)
    with counting(monkeypatch) as counts:
        assert copied(warehouse, tmp_path / "together.duckdb") == expected
    assert counts == rounds


def test_where_one_is_damaged_the_others_are_copied_and_it_alone_is_told(
    warehouse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "warehouse"
    shutil.copytree(warehouse, own)
    place = WorkingFiles.of(own, "south").admitted
    place.write_bytes(place.read_bytes()[:6000])
    done, _ = copied(own, tmp_path / "bpp.duckdb")
    assert [one.partition("/")[0] for one in done.deliveries] == ["east", "north", "north", "west", "west"]
    assert list(done.damaged) == ["south"]
    assert done.expected["core", "patients"] == 6
