"""No cell value leaves core and quarantine: not to a terminal, not into a log, a run history or a report.

Not here: the tokens (`tests/faults/leaking.py`). One real `bpp refresh` of two registries: one is admitted
with refused rows, one is shut, and every cell that can be is a token.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from bpp_etl.check.run import delivery_in, gated
from bpp_etl.check.show import WRITERS
from bpp_etl.release.shelf import Shelf
from bpp_etl.warehouse.connection import opened_read_only
from tests.faults.leaking import PATIENTS, TOKEN, write_dirty, write_shut
from tests.support.commands import Said, bpp


@dataclass(frozen=True)
class Refreshed:
    said: Said
    landing: Path
    warehouse: Path

    @property
    def release(self) -> Path:
        shelf = Shelf.of(self.warehouse)
        newest = shelf.newest()
        assert newest is not None, self.said
        return shelf.folder(newest)


@pytest.fixture(scope="module")
def refreshed(tmp_path_factory: pytest.TempPathFactory) -> Refreshed:
    home = tmp_path_factory.mktemp("leaks")
    landing, warehouse = home / "landing", home / "warehouse"
    write_dirty(landing)
    write_shut(landing)
    said = bpp("refresh", "--landing", landing, "--warehouse", warehouse)
    return Refreshed(said, landing, warehouse)


def tables_of(path: Path) -> dict[str, bytes]:
    """Return everything that each table of a DuckDB file holds, as text."""
    with opened_read_only(path) as con:
        names = con.execute(
            "select schema_name, table_name from duckdb_tables() where database_name = 'warehouse'"
        ).fetchall()
        return {
            f"{schema}.{table}": repr(con.execute(f'select * from "{schema}"."{table}"').fetchall()).encode()
            for schema, table in names
        }


def test_the_refresh_is_what_this_chapter_is_about(refreshed: Refreshed) -> None:
    assert refreshed.said.code == 3, refreshed.said
    tables = tables_of(refreshed.release / "bpp.duckdb")
    # The tokens really went through: looking for them elsewhere means something.
    assert len(set(TOKEN.findall(tables["core.patients"]))) == PATIENTS
    assert TOKEN.search(tables["event.pseudoprogression"])
    for table in ("patients", "therapy_lines", "imaging_assessments", "lab_results", "her2_tests"):
        assert TOKEN.search(tables[f"quarantine.{table}"])


def test_nothing_is_told_on_the_terminal(refreshed: Refreshed) -> None:
    assert not TOKEN.search((refreshed.said.out + refreshed.said.err).encode())
    assert "Traceback" not in refreshed.said.out + refreshed.said.err


def test_nothing_is_in_the_run_history_and_its_logs(refreshed: Refreshed) -> None:
    files = [path for path in (refreshed.warehouse / "dagster").rglob("*") if path.is_file()]
    assert {".db", ".out", ".err"} <= {path.suffix for path in files}
    assert [path.name for path in files if TOKEN.search(path.read_bytes())] == []


@pytest.mark.parametrize(
    "name",
    ["manifest.json", "report.html", "software.cdx.json", "datapackage.json", "ro-crate-metadata.json"],
)
def test_nothing_is_in_what_is_published_beside_the_warehouse(refreshed: Refreshed, name: str) -> None:
    assert not TOKEN.search((refreshed.release / name).read_bytes())


def test_tokens_are_in_core_event_and_quarantine_only(refreshed: Refreshed) -> None:
    found = tables_of(refreshed.release / "bpp.duckdb")
    leaking = {name.split(".")[0] for name, content in found.items() if TOKEN.search(content)}
    assert leaking == {"core", "event", "quarantine"}


def test_a_column_that_was_not_asked_for_is_not_loaded_anywhere(refreshed: Refreshed) -> None:
    held = (refreshed.warehouse / "registries" / "dirty" / "admitted.duckdb").read_bytes()
    told = (refreshed.landing / "dirty" / "2024-12-31" / "patients.csv").read_bytes()
    first = told.splitlines()[1].split(b",")
    assert first[-2:] == [token for token in first[-2:] if TOKEN.fullmatch(token)]
    assert [token for token in first[-2:] if token in held] == []


@pytest.mark.parametrize("registry", ["dirty", "shut"])
def test_nothing_is_told_by_a_check(refreshed: Refreshed, registry: str) -> None:
    checked = gated(delivery_in(refreshed.landing / registry / "2024-12-31"))
    assert checked.decision.is_open == (registry == "dirty")
    # At the terminal, and in the JSON that a person asked for, stand texts that are in no list of codes, and
    # analytes that are not ours.
    faults = [fault for broken in checked.broken for fault in broken.faults if fault.allowed]
    texts = [text for fault in faults for text in fault.texts]
    texts += [theirs for theirs, _ in checked.other_analytes]
    codes = set(TOKEN.findall(" ".join(texts).encode()))
    for output, write in WRITERS.items():
        told = set(TOKEN.findall(write(checked).encode()))
        assert told <= (set() if output == "html" else codes)
