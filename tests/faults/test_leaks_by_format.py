"""No cell of any format leaves core and quarantine, and no name of theirs reaches logs, shares or metadata.

Not here: csv files of ours and their refused rows (`test_leaks.py`), and the words of single faults. One real
`bpp refresh` of a registry for each format, most of them shut.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from bpp_etl.check.run import delivery_in, gated
from bpp_etl.check.show import WRITERS
from bpp_etl.release.shelf import Shelf
from tests.faults.leaking_formats import NAME, write_every_format
from tests.support.commands import Said, bpp

TOKEN = re.compile(rb"LEAK\d{4}")
SHUT = 3
FORMS = ("parquet", "adam", "cbioportal", "omop")
METADATA = (".json", ".md", ".html", ".xml", ".yml", ".yaml", ".toml")


@dataclass(frozen=True)
class House:
    home: Path
    registries: list[str]
    said: Said

    @property
    def warehouse(self) -> Path:
        return self.home / "warehouse"

    @property
    def places(self) -> tuple[str | Path, ...]:
        return ("--landing", self.home / "landing", "--warehouse", self.warehouse)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    home = tmp_path_factory.mktemp("formats")
    registries = write_every_format(home / "landing")
    said = bpp("refresh", "--landing", home / "landing", "--warehouse", home / "warehouse")
    return House(home, registries, said)


def holding(folder: Path, mark: re.Pattern[bytes]) -> list[str]:
    """Name the files of a folder that hold a mark, in their bytes or in their names."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [path.name for path in files if mark.search(path.read_bytes()) or mark.search(str(path).encode())]


def test_the_refresh_is_what_this_chapter_is_about(house: House) -> None:
    assert house.said.code == SHUT, house.said
    assert "Traceback" not in house.said.err
    assert "unexpected" not in house.said.err
    for name in house.registries:
        assert name in house.said.out, "each registry is told of"
    published = Shelf.of(house.warehouse).current.read_bytes()
    assert TOKEN.search(published), "the sound registries were admitted"


def test_no_cell_is_told_on_the_terminal_by_refresh_or_status(house: House) -> None:
    status = bpp("status", *house.places)
    for said in (house.said, status):
        assert not TOKEN.search((said.out + said.err).encode())


def test_no_cell_and_no_name_is_in_run_history_logs_and_audit(house: House) -> None:
    stored = house.warehouse / "dagster"
    assert len([path for path in stored.rglob("*") if path.is_file()]) > 3
    assert holding(stored, TOKEN) == []
    assert holding(stored, re.compile(NAME.encode())) == []
    audit = (house.warehouse / "audit.jsonl").read_bytes()
    assert not re.search(rb"LEAK|" + NAME.encode(), audit)


def test_no_cell_is_beside_the_release(house: House) -> None:
    shelf = Shelf.of(house.warehouse)
    folder = shelf.folder(str(shelf.in_service()))
    assert holding(folder, TOKEN) == ["bpp.duckdb"]


def test_a_check_shows_codes_alone(house: House) -> None:
    for name in house.registries:
        checked = gated(delivery_in(next((house.home / "landing" / name).glob("2*"))))
        faults = [fault for broken in checked.broken for fault in broken.faults if fault.allowed]
        texts = [text for fault in faults for text in fault.texts]
        texts += [theirs for theirs, _ in checked.other_analytes]
        codes = set(TOKEN.findall(" ".join(texts).encode()))
        for output, write in WRITERS.items():
            told = set(TOKEN.findall(write(checked).encode()))
            assert told <= (set() if output == "html" else codes), (name, output)


def test_no_cell_and_no_name_is_in_a_share(house: House) -> None:
    said = bpp("share", "--to", house.home / "share", "--warehouse", house.warehouse)
    assert said.code == 0, said
    assert not TOKEN.search((said.out + said.err).encode())
    assert holding(house.home / "share", re.compile(rb"LEAK|" + NAME.encode())) == []


@pytest.mark.parametrize("form", FORMS)
def test_no_name_of_theirs_and_no_cell_is_in_what_tells_of_an_export(house: House, form: str) -> None:
    target = house.home / form
    said = bpp("export", form, "--to", target, "--warehouse", house.warehouse)
    assert said.code == 0, said
    assert not TOKEN.search((said.out + said.err).encode())
    metadata = [path for path in target.rglob("*") if path.suffix in METADATA]
    assert metadata
    for path in metadata:
        assert not re.search(rb"LEAK|" + NAME.encode(), path.read_bytes()), path.name
