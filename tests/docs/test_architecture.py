"""docs/architecture.md and its picture: rooms, their order, files and layers are those of the code.

Not here: whether the order holds (`tests/unit/test_layers.py`).
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any, get_args
from xml.etree import ElementTree as ET

import pytest

from bpp_etl.admission.working import WorkingFiles
from bpp_etl.code_version import Layer
from bpp_etl.release.shelf import BUILDING, FILE, MANIFEST, REPORT, Shelf
from bpp_etl.warehouse.connection import opened_read_only
from schemas.catalog import catalog
from tests.support.deliveries import TINY, write_delivery_of
from tests.support.pages import DOCS, fenced, page, sections
from tests.support.warehouses import admit

ROOT = DOCS.parent
PAGE = page("architecture.md")
PARTS = sections(PAGE)
ON_DISK = fenced(PARTS["What lies on disk"], "text")[0]
PICTURE = DOCS / "images" / "flow.svg"
ROWS = re.findall(
    r"^\| `(\w+)` \| (.+?) \| (.+?) \|$", PARTS["The rooms, in the order of the flow"], re.MULTILINE
)
DATABASES = {"building.duckdb", "admitted.duckdb", "shut.duckdb"}


def rooms() -> set[str]:
    """Return the packages of the engine, and the modules that stand beside them."""
    here = (ROOT / "bpp_etl").iterdir()
    return {path.stem for path in here if path.suffix == ".py" or (path / "__init__.py").is_file()} - {
        "__init__"
    }


def layers() -> list[str]:
    """Return the order of the rooms that the import linter holds."""
    told: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (found,) = [
        contract
        for contract in told["tool"]["importlinter"]["contracts"]
        if contract.get("containers") == ["bpp_etl"]
    ]
    return list(found["layers"])


def written(root: ET.Element) -> list[str]:
    return ["".join(text.itertext()) for text in root.iter("{http://www.w3.org/2000/svg}text")]


def test_every_room_is_named_once_with_a_sentence() -> None:
    assert sorted(room for room, *_ in ROWS) == sorted(rooms())
    assert all(sentence.endswith(".") for _, sentence, _ in ROWS)


@pytest.mark.parametrize("room", [room for room, *_ in ROWS])
def test_a_room_has_tests(room: str) -> None:
    (places,) = [tests for name, _, tests in ROWS if name == room]
    named = re.findall(r"`(tests/[\w/.]+)`", places)
    assert named
    for name in named:
        assert (ROOT / name).is_file() or list((ROOT / name).rglob("test_*.py")), name


def test_the_order_of_the_rooms_is_that_of_the_import_linter() -> None:
    assert fenced(PARTS["Who may know whom"], "text")[0].splitlines() == layers()


def test_the_files_on_disk_are_those_of_the_code() -> None:
    files, shelf = WorkingFiles.of(Path("warehouse"), "registry"), Shelf.of(Path("warehouse"))
    names = {
        path.name for path in (files.building, files.admitted, files.shut, shelf.current, shelf.releases)
    }
    names |= {".lock", BUILDING, FILE, MANIFEST, REPORT, shelf._unserved.name}
    assert [name for name in sorted(names) if name not in ON_DISK] == []
    assert set(re.findall(r"\w+\.duckdb", ON_DISK)) == DATABASES | {FILE, files.before_warnings.name}


def test_working_files_hold_what_the_page_says(tmp_path: Path) -> None:
    landing, warehouse = tmp_path / "landing", tmp_path / "warehouse"
    write_delivery_of(landing)
    admit(landing, warehouse)
    write_delivery_of(landing, day="2025-01-01", therapy_lines=TINY["therapy_lines"].replace(",21", ",10"))
    admit(landing, warehouse)
    told = dict(re.findall(r"^ +(\w+\.duckdb) .*: ([a-z, ]+)$", ON_DISK, re.MULTILINE))
    assert set(told) == {"admitted.duckdb", "shut.duckdb"}
    for name, listed in told.items():
        with opened_read_only(WorkingFiles.of(warehouse, "tiny").folder / name) as con:
            found = con.execute("select schema_name from duckdb_schemas() where database_name = 'warehouse'")
            held = {schema for (schema,) in found.fetchall()}
        assert set(listed.split(", ")) == held & {"raw", *catalog()}
        assert {"raw_data", "timeline"} <= held


def test_the_picture_can_be_read_and_says_what_it_shows() -> None:
    root = ET.parse(PICTURE).getroot()
    names = [child.tag.rpartition("}")[2] for child in root]
    assert names[:2] == ["title", "desc"]
    assert "prefers-color-scheme: dark" in PICTURE.read_text(encoding="utf-8")
    assert "http" not in re.sub(r'xmlns="[^"]*"', "", PICTURE.read_text(encoding="utf-8")), "it loads nothing"


def test_the_picture_shows_the_layers_in_their_order_and_rooms_that_are_there() -> None:
    root = ET.parse(PICTURE).getroot()
    by_class = {
        kind: [
            "".join(text.itertext())
            for text in root.iter("{http://www.w3.org/2000/svg}text")
            if kind in text.get("class", "").split()
        ]
        for kind in ("name", "room", "path")
    }
    assert by_class["name"] == list(get_args(Layer))
    shown = [room for room in by_class["room"] if room in rooms()]
    flow = {
        room
        for room, *_ in ROWS
        if room in PARTS["The rooms, in the order of the flow"].split("Beside the flow")[0]
    }
    assert len(shown) == len(set(shown)) >= 12
    assert set(shown) <= flow
    assert {one for one in by_class["path"] if one.endswith(".duckdb")} == DATABASES | {FILE}


def test_every_decision_is_listed_with_its_title() -> None:
    listed = re.findall(r"^\| \[(\d{4}) ([^\]]+)\]\(decisions/([\w-]+\.md)\) \|", PAGE, re.MULTILINE)
    there = {}
    for path in sorted((DOCS / "decisions").glob("*.md")):
        first = path.read_text(encoding="utf-8").splitlines()[0]
        there[path.name] = first.removeprefix("# ")
    assert [(name, f"{number} {title}") for number, title, name in listed] == list(there.items())
