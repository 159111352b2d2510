"""Files and folders that are closed to us: a readable reason, and no other registry waits for it.

Not here: files that can be opened and not be read (`test_hostile_files.py`).
"""

from __future__ import annotations

import importlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from assets.begin import Refreshed
from bpp_etl.landing.deliveries import delivery_of, survey
from bpp_etl.reading.delivery import read_delivery
from bpp_etl.reading.inputs import input_digest
from bpp_etl.warehouse.connection import opened
from schemas.laws import DELIVERY
from tests.support.deliveries import write_delivery_of

NOBODY = 65534
"""A user whom the mode of a file stops; nothing stops root."""


@contextmanager
def without_privileges() -> Iterator[None]:
    before = os.geteuid()
    if before == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(before)
        # Modules that could not be found meanwhile can be found again.
        importlib.invalidate_caches()


@pytest.fixture
def landing() -> Iterator[Path]:
    """A landing that anybody may enter; the folders of pytest are their owner's alone."""
    with tempfile.TemporaryDirectory(prefix="bpp-test-") as name:
        Path(name).chmod(0o755)
        folder = Path(name) / "landing"
        folder.mkdir()
        yield folder
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o755)


def problems_of(folder: Path) -> list[tuple[str, str, str]]:
    """Read a delivery without privileges; every problem of a delivery shuts its gate (`tests/gates`)."""
    delivery = delivery_of(folder)
    assert delivery is not None
    with tempfile.TemporaryDirectory(prefix="bpp-test-") as name:
        Path(name).chmod(0o777)
        # Python loads a few of its own files only when they are needed, and nobody may read them.
        with opened(Path(name) / "first.duckdb") as con:
            read_delivery(con, delivery, scratch_root=Path(name))
        with without_privileges(), opened(Path(name) / "read.duckdb") as con:
            read = read_delivery(con, delivery, scratch_root=Path(name))
    return [(problem.table, problem.rule, problem.message) for problem in read.problems]


def test_a_file_that_is_closed_shuts_the_gate(landing: Path) -> None:
    folder = write_delivery_of(landing)
    (folder / "patients.csv").chmod(0)
    assert problems_of(folder) == [
        ("patients", "file_unreadable", "patients.csv cannot be opened: Permission denied")
    ]


def test_a_configuration_that_is_closed_shuts_the_gate(landing: Path) -> None:
    folder = write_delivery_of(landing)
    (folder.parent / "registry.toml").write_text("", encoding="utf-8")
    (folder.parent / "registry.toml").chmod(0)
    assert problems_of(folder) == [
        (
            DELIVERY,
            "configuration_invalid",
            "registry.toml cannot be opened: Permission denied; check its permissions",
        )
    ]


def test_a_delivery_that_is_closed_shuts_the_gate(landing: Path) -> None:
    folder = write_delivery_of(landing)
    folder.chmod(0)
    with without_privileges():
        delivery = survey(landing).newest["tiny"]
        closed = input_digest(delivery)
    assert problems_of(folder) == [
        (DELIVERY, "file_unreadable", "the folder 2024-12-31 cannot be opened: Permission denied")
    ]
    folder.chmod(0o755)
    assert input_digest(delivery) != closed


def test_a_registry_that_is_closed_is_reported_and_the_others_are_found(landing: Path) -> None:
    write_delivery_of(landing, registry="closed").parent.chmod(0)
    write_delivery_of(landing)
    with without_privileges():
        found = survey(landing)
    assert set(found.newest) == {"tiny"}
    assert found.unfit == ("closed (its folder cannot be opened: Permission denied)",)
    assert found.closed == ("closed",)


def test_a_registry_that_is_closed_shows_in_the_exit_code() -> None:
    assert Refreshed(release_id="any").exit_code == 0
    assert Refreshed(release_id="any", closed=("closed",)).exit_code == 3
