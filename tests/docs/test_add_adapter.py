"""docs/add/adapter.md is what is run: its blocks make an adapter from outside, and its rows are admitted."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

from bpp_etl.adapters.conformance import CHECKS
from bpp_etl.adapters.description import KEYS
from bpp_etl.release.open import open_release
from tests.support.add_adapter import NAME, PAGE, files, write_page
from tests.support.commands import BPP, ended
from tests.support.walk import ROOT, blocks

PROGRAMS = {"bpp": BPP, "python": Path(sys.executable)}


def run(folder: Path, line: str) -> str:
    """Run one line of the page in a folder, as its reader would."""
    name, *words = shlex.split(line)
    said = ended([PROGRAMS[name], *words], folder, BPP_ADAPTERS="adapters", PYTHONDONTWRITEBYTECODE="1")
    assert said.code == 0, f"`{line}` ended with {said.code}:\n{said.out}{said.err}"
    return said.out


def test_what_the_page_makes_is_checked_and_admitted(tmp_path: Path) -> None:
    write_page(tmp_path)
    lines = [line for block in blocks(PAGE) if block.action == "run" for line in block.text.splitlines()]
    tested, *_, checked, refreshed = (run(tmp_path, line) for line in lines)
    assert f"{len(CHECKS)} passed" in tested
    assert "the gate is open" in checked
    assert "No rule was broken." in checked
    assert "is in service" in refreshed
    with open_release(tmp_path / "warehouse") as release:
        told = {
            table: release.query(f"select count(*) from core.{table}").fetchall()[0][0]
            for table in ("patients", "therapy_lines", "imaging_assessments", "bone_lesions")
        }
        states = release.query("select patient_id, state from event.pseudoprogression").fetchall()
        counted = release.query("select source, rows from quality.source_row order by all").fetchall()
    assert told == {"patients": 3, "therapy_lines": 2, "imaging_assessments": 7, "bone_lesions": 8}
    assert states == [("P1", "pseudoprogression")]
    assert counted == [("findings", 1), ("findings", 8), ("people", 3)]


def test_the_page_names_every_key_of_a_description() -> None:
    description = files()[f"adapters/{NAME}/adapter.toml"]
    told = PAGE.read_text(encoding="utf-8")
    for key in KEYS:
        # Of what the example has not, a table tells.
        in_words = f"`[{key}]`" in told or f"| `{key}` |" in told
        assert f"\n{key} = " in f"\n{description}" or f"\n[{key}" in description or in_words, key


def test_the_page_tells_how_a_folder_of_adapters_is_configured() -> None:
    for page in (PAGE, ROOT / "docs" / "operations.md"):
        told = page.read_text(encoding="utf-8")
        assert all(word in told for word in ("BPP_ADAPTERS", "`[tool.bpp]", 'format = "clinic"'))
