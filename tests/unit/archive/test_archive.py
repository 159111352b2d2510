"""Delivered files stay as long as a kept release was made of them: what is kept, brought back, and let go.

Not here: telling a row (`tests/unit/explain`), erasing a patient (`tests/unit/erasure`).
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from assets.cli import app
from bpp_etl.admission.admit import gate
from bpp_etl.admission.intake import read
from bpp_etl.admission.working import WorkingFiles
from bpp_etl.archive import brought_back, forget_registry, keep_delivery, sweep_archive
from bpp_etl.errors import DamagedError
from bpp_etl.explain.delivered_row import tell_row
from bpp_etl.explain.row_fate import Which
from bpp_etl.landing.deliveries import survey
from bpp_etl.settings import Places
from tests.conftest import MadeOnce
from tests.support.deliveries import DAY, TINY, write_delivery_of
from tests.support.warehouses import admit, release

LATER = "2025-01-31"
TOML = "null_words = ['made-up-word']\n"


def make(home: Path) -> None:
    folder = write_delivery_of(home / "landing")
    (folder.parent / "registry.toml").write_text(TOML, encoding="utf-8")
    assert admit(home / "landing", home / "warehouse").is_open
    release(home / "warehouse")


@pytest.fixture
def home(made_once: MadeOnce, tmp_path: Path) -> Places:
    """Give a warehouse with one release of one delivery, and the landing beside it."""
    made, _ = made_once("archived", make)
    shutil.copytree(made, tmp_path / "home")
    return Places(tmp_path / "home" / "landing", tmp_path / "home" / "warehouse")


def files_kept(home: Places) -> set[str]:
    return {path.name for path in (home.warehouse / "raw" / "files").iterdir()}


def lists_kept(home: Places) -> list[str]:
    return sorted(path.name[:10] for path in (home.warehouse / "raw" / "deliveries").rglob("*.json"))


def deliver_again(home: Places, second: int = 1, **changed: str) -> None:
    write_delivery_of(home.landing, day=LATER, **changed)
    assert admit(home.landing, home.warehouse).is_open
    release(home.warehouse, second)


def test_a_delivery_is_brought_back_byte_by_byte_with_its_configuration(home: Places) -> None:
    delivered = home.landing / "tiny"
    with brought_back(home.warehouse, "tiny", DAY) as delivery:
        assert delivery is not None
        assert (delivery.registry, delivery.name) == ("tiny", DAY)
        for path in (*(delivered / DAY).iterdir(), delivered / "registry.toml"):
            back = delivery.path.parent / path.relative_to(delivered)
            assert back.read_bytes() == path.read_bytes(), path.name
        assert {path.name for path in delivery.path.iterdir()} == {f"{table}.csv" for table in TINY}
        laid_out = delivery.path
    assert not laid_out.exists()


def test_a_row_of_a_delivery_that_left_the_landing_is_told_as_it_was_delivered(home: Places) -> None:
    which = Which("tiny", DAY, "therapy_lines", 3)
    before = tell_row(home, which)
    deliver_again(home)
    shutil.rmtree(home.landing)
    assert tell_row(home, which).partition("what became of it")[0] == before.partition("what became of it")[0]
    assert "made up" in tell_row(home, which)


def test_a_file_that_two_deliveries_share_is_kept_once(home: Places) -> None:
    before = files_kept(home)
    deliver_again(home, her2_tests=TINY["her2_tests"].replace("primary", "metastasis"))
    assert len(files_kept(home) - before) == 1
    assert lists_kept(home) == [DAY, LATER]


def test_what_is_no_longer_what_was_read_is_not_kept(home: Places) -> None:
    folder = write_delivery_of(home.landing, day=LATER)
    delivery, files = survey(home.landing).newest["tiny"], WorkingFiles.of(home.warehouse, "tiny")
    with files.locked():
        found = read(files, delivery)
        (folder / "her2_tests.csv").write_text(TINY["her2_tests"] + "B,2023-12-01,primary,0\n")
        assert not keep_delivery(home.warehouse, delivery, found)
        gate(files, delivery)
    assert lists_kept(home) == [DAY]


def test_a_link_out_of_the_landing_is_not_followed(home: Places, tmp_path: Path) -> None:
    outside = tmp_path / "outside.csv"
    outside.write_text(TINY["her2_tests"], encoding="utf-8")
    folder = write_delivery_of(home.landing, day=LATER)
    (folder / "her2_tests.csv").unlink()
    (folder / "her2_tests.csv").symlink_to(outside)
    assert not admit(home.landing, home.warehouse).is_open
    assert lists_kept(home) == [DAY]


def test_nothing_is_kept_where_ids_become_pseudonyms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BPP_PSEUDONYM_KEY", "0123456789abcdef" * 4)
    write_delivery_of(tmp_path / "landing")
    assert admit(tmp_path / "landing", tmp_path / "warehouse", with_events=False).is_open
    assert not list((tmp_path / "warehouse" / "raw").rglob("*.zst"))


def test_what_was_kept_before_ids_became_pseudonyms_is_let_go(
    home: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BPP_PSEUDONYM_KEY", "0123456789abcdef" * 4)
    assert files_kept(home)
    write_delivery_of(home.landing, day=LATER)
    admit(home.landing, home.warehouse, with_events=False)
    assert files_kept(home) == set()


def test_a_damaged_file_is_told_and_never_shown(home: Places) -> None:
    place = max((home.warehouse / "raw" / "files").iterdir(), key=lambda path: path.stat().st_size)
    whole = place.read_bytes()
    for damaged in (whole[: len(whole) // 2], b"x" * len(whole), b""):
        place.write_bytes(damaged)
        with (
            pytest.raises(DamagedError, match="kept in the warehouse, is damaged"),
            brought_back(home.warehouse, "tiny", DAY),
        ):
            pass
    place.unlink()
    with (
        pytest.raises(DamagedError, match="kept in the warehouse, is gone"),
        brought_back(home.warehouse, "tiny", DAY),
    ):
        pass


@pytest.mark.parametrize("told", ["{", "[1]", '[{"name": "../../../out", "digest": "0"}]'])
def test_a_damaged_list_is_told_and_leads_nowhere(home: Places, told: str) -> None:
    (place,) = (home.warehouse / "raw" / "deliveries" / "tiny").iterdir()
    place.write_text(told, encoding="utf-8")
    with (
        pytest.raises(DamagedError, match="the list of the files of a delivery, is damaged"),
        brought_back(home.warehouse, "tiny", DAY),
    ):
        pass


@pytest.mark.parametrize("told", ["", "{", '[{"name": "../../../out", "digest": "0"}]'])
def test_what_is_damaged_is_kept_anew_when_the_delivery_is_judged_again(home: Places, told: str) -> None:
    (place,) = (home.warehouse / "raw" / "deliveries" / "tiny").iterdir()
    whole = place.read_text(encoding="utf-8")
    if told:
        place.write_text(told, encoding="utf-8")
    else:
        next((home.warehouse / "raw" / "files").iterdir()).unlink()
    assert admit(home.landing, home.warehouse).is_open
    assert place.read_text(encoding="utf-8") == whole
    with brought_back(home.warehouse, "tiny", DAY) as delivery:
        assert delivery is not None


def test_pruning_lets_go_of_what_no_kept_release_was_made_of(home: Places) -> None:
    shared = files_kept(home)
    deliver_again(home, her2_tests=TINY["her2_tests"].replace("primary", "metastasis"))
    (home.warehouse / "raw" / "files" / ".half-left").write_bytes(b"x")
    words = ["releases", "prune", "--warehouse", str(home.warehouse), "--keep"]
    assert CliRunner().invoke(app, [*words, "2"]).output == "2 kept\n"
    assert lists_kept(home) == [DAY, LATER]
    done = CliRunner().invoke(app, [*words, "1"])
    assert "let go of the files of 1 deliveries, of which no kept release is made\n" in done.output
    assert lists_kept(home) == [LATER]
    assert len(files_kept(home)) == len(TINY) + 1, "the tables, and the configuration"
    assert len(shared - files_kept(home)) == 1, "the table as it was before"


def test_the_delivery_that_was_judged_last_stays_though_no_release_has_it_yet(home: Places) -> None:
    assert sweep_archive(home.warehouse, []) == 0
    assert lists_kept(home) == [DAY]


def test_of_a_registry_that_is_forgotten_nothing_stays_that_another_has_not(home: Places) -> None:
    write_delivery_of(home.landing, "other", her2_tests=TINY["her2_tests"].replace("primary", "metastasis"))
    assert admit(home.landing, home.warehouse, "other", with_events=False).is_open
    assert forget_registry(home.warehouse, "tiny") == 1
    assert lists_kept(home) == [DAY]
    assert len(files_kept(home)) == len(TINY)
    with brought_back(home.warehouse, "other", DAY) as delivery:
        assert delivery is not None
    with brought_back(home.warehouse, "tiny", DAY) as delivery:
        assert delivery is None


def test_files_are_their_owners_alone(home: Places, tmp_path: Path) -> None:
    """The command line sets the mask; the archive must not widen it."""
    os.umask(0o077)
    deliver_again(home, her2_tests=TINY["her2_tests"].replace("primary", "metastasis"))
    new = [path for path in (home.warehouse / "raw").rglob("*") if LATER in path.name]
    assert new
    assert all(path.stat().st_mode & 0o077 == 0 for path in new)
