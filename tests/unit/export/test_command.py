"""`bpp export` at a terminal: what it says, and how it ends.

Not here: what it writes.
"""

from __future__ import annotations

from pathlib import Path

from assets.cli import app
from bpp_etl.export.formats import FORMATS
from bpp_etl.export.make import KEPT_IN_THE_HOUSE
from tests.support.commands import bpp
from tests.unit.export.conftest import COURSES


def test_it_says_what_it_made_and_that_it_stays_in_the_house(warehouse: Path, tmp_path: Path) -> None:
    said = bpp("export", "adam", "--to", tmp_path / "out", "--warehouse", warehouse)
    first, *notes, last = said.out.splitlines()
    assert (said.code, said.err) == (0, "")
    named = "4 tables (ADSL, ADBPP, ADRS, ADTTE)"
    assert first == f"adam of release 20210301T120000Z-00000000, {named}: {tmp_path / 'out'}"
    assert last == KEPT_IN_THE_HOUSE
    assert not [
        name for courses in COURSES.values() for name in courses if len(name) > 8 and name in said.out
    ]
    assert len(notes) == 2


def test_a_call_that_is_off_is_a_line_and_a_hint(warehouse: Path, tmp_path: Path) -> None:
    said = bpp("export", "adam", "--warehouse", warehouse)
    assert (said.code, said.err.splitlines()) == (
        2,
        ["error: --to is missing", "hint: name a new folder: bpp export FORMAT --to DIR"],
    )
    unknown = bpp("export", "adam", "none", "--to", tmp_path / "out", "--warehouse", warehouse)
    assert (unknown.code, unknown.err.splitlines()[0]) == (4, "error: there is no release none")
    assert not (tmp_path / "out").exists()


def test_the_help_names_every_format() -> None:
    (command,) = [one for one in app.registered_commands if one.callback.__name__ == "export"]
    told = command.callback.__annotations__["form"]
    assert all(form in told for form in FORMATS)
