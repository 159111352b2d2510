"""A warehouse that another version wrote: what can be is read, the rest is judged anew, or named in one line.

Not here: files that are damaged (`test_damaged_registries.py`), and one that an earlier version really
wrote (`tests/soak/test_upgrade.py`).
"""

from __future__ import annotations

import shutil

import pytest
from typer.testing import CliRunner

from assets import cli
from assets.refresh import Refreshed, refresh
from assets.resources import Warehouse
from bpp_etl.admission.admit import derive
from bpp_etl.admission.due import due_for
from bpp_etl.admission.working import WorkingFiles
from bpp_etl.errors import BppError, OtherVersionError
from bpp_etl.events import load_protocol
from bpp_etl.landing.deliveries import survey
from bpp_etl.release.seal import sha256_of
from bpp_etl.release.shelf import Shelf
from bpp_etl.warehouse.connection import opened_read_only
from tests.faults.conftest import Served
from tests.support.deliveries import write_delivery_of
from tests.support.other_version import FEWER_COLUMNS, VERSION, as_of_another_version
from tests.support.pages import fenced, page
from tests.support.warehouses import IN_SERVICE, PROTOCOLS, admit, files_in, release

FILE_TOLD = "admitted.duckdb of tiny was written by another version"


@pytest.fixture
def other(served: Served) -> Served:
    """A copy of the two releases, as another version would have left them."""
    as_of_another_version(served.warehouse)
    return served


def refreshed(served: Served, said: list[str]) -> Refreshed:
    return refresh(Warehouse(landing=str(served.landing), warehouse=str(served.warehouse)), say=said.append)


def told_by(served: Served, *words: str) -> str:
    """Run a command; give what it says, or the error that it ends with."""
    done = CliRunner().invoke(cli.app, [*words, "--warehouse", str(served.warehouse)])
    if isinstance(done.exception, BppError):
        return done.exception.message
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.output


def test_its_working_file_is_judged_anew_and_is_not_called_damaged(other: Served) -> None:
    files = WorkingFiles.of(other.warehouse, "tiny")
    assert [error.message for error in files.in_place().damaged.values()] == [FILE_TOLD]
    protocols = [load_protocol(name) for name in PROTOCOLS]
    due = due_for(other.warehouse, survey(other.landing).newest["tiny"], protocols, full=False)
    assert (due.action, due.why) == ("judge", "written by another version")
    with pytest.raises(OtherVersionError, match=f"^{FILE_TOLD}$") as error:
        derive(files, "tiny", protocols)
    assert error.value.hint
    assert files_in(files.folder) == IN_SERVICE, "no mark of damage"
    assert admit(other.landing, other.warehouse).is_open
    assert files.in_place().damaged == {}


def test_a_column_that_may_be_empty_and_was_not_there_is_empty(served: Served) -> None:
    as_of_another_version(served.warehouse, FEWER_COLUMNS)
    assert WorkingFiles.of(served.warehouse, "tiny").in_place().damaged == {}
    release(served.warehouse, 59)
    with opened_read_only(Shelf.of(served.warehouse).current) as con:
        assert con.execute("select count(*), count(birth_date) from core.patients").fetchall() == [(3, 0)]


def test_a_refresh_makes_a_release_of_this_version_and_keeps_those_of_the_other(other: Served) -> None:
    shelf = Shelf.of(other.warehouse)
    first, second = shelf.ids()
    said: list[str] = []
    done = refreshed(other, said)
    assert (done.exit_code, done.is_new) == (0, True)
    assert "tiny: 2024-12-31 judging (written by another version)" in said
    listed = told_by(other, "releases", "list")
    assert [line.split()[-2:] for line in listed.splitlines()[1:3]] == [["other", "version"]] * 2
    assert told_by(other, "releases", "verify").count(": whole\n") == 3
    assert f"release {first} was written by another version of bpp_etl ({VERSION})" in " ".join(
        listed.split()
    )
    # What it made can still be put in service, and any DuckDB reads it.
    shelf.put_in_service(first)
    assert sha256_of(shelf.current) == sha256_of(shelf.folder(first) / "bpp.duckdb")
    for words in (
        ("releases", "diff", first, second),
        ("releases", "diff"),
        ("share", "--to", str(other.warehouse / "share")),
        ("explain", "A", "--registry", "tiny"),
    ):
        told = told_by(other, *words)
        assert told.endswith(f"was written by another version of bpp_etl ({VERSION})"), words


def test_a_registry_that_no_longer_delivers_is_named_and_stops_no_other(other: Served) -> None:
    shutil.rmtree(other.landing / "tiny")
    write_delivery_of(other.landing, registry="later")
    said: list[str] = []
    done = refreshed(other, said)
    assert done.exit_code == 3
    shut = f"tiny: shut: {FILE_TOLD}, and none of its deliveries could take its place"
    assert shut in said
    assert fenced(page("backup.md"), "text")[1].strip() == shut
    with opened_read_only(Shelf.of(other.warehouse).current) as con:
        assert con.execute("select distinct registry from core.patients").fetchall() == [("later",)]
    assert refreshed(other, []).is_new is False, "and that is so again"
    told = told_by(other, "status", "--landing", str(other.landing))
    assert f"- tiny: {FILE_TOLD}" in told
    assert "of another" in told
