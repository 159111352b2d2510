"""The key of pseudonyms: where it may lie, who may read it, and what it makes of an id."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from bpp_etl.errors import UsageError
from bpp_etl.identity.pseudonyms import FEWEST_CHARACTERS, Pseudonyms, pseudonym_of_patient, pseudonyms_of
from bpp_etl.settings import Places

KEY = "k" * FEWEST_CHARACTERS


def key_file(path: Path, told: str = KEY, mode: int = 0o600) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(told + "\n", encoding="utf-8")
    path.chmod(mode)
    return path


def places(folder: Path) -> Places:
    return Places(folder / "landing", folder / "warehouse")


def test_nothing_configured_makes_no_pseudonyms(tmp_path: Path) -> None:
    assert pseudonyms_of({}, places(tmp_path), tmp_path) is None
    assert pseudonym_of_patient({}, tmp_path, "one", "A") is None


def test_the_variable_its_file_and_the_setting_are_one_key(tmp_path: Path) -> None:
    file = key_file(tmp_path / "key")
    (tmp_path / "pyproject.toml").write_text('[tool.bpp]\npseudonym_key_file = "key"\n', encoding="utf-8")
    made = [
        pseudonyms_of(told, places(tmp_path), tmp_path)
        for told in ({"BPP_PSEUDONYM_KEY": KEY}, {"BPP_PSEUDONYM_KEY_FILE": str(file)}, {})
    ]
    assert made == [Pseudonyms.by(KEY)] * 3
    other = key_file(tmp_path / "other", "o" * 40)
    wins = pseudonyms_of({"BPP_PSEUDONYM_KEY_FILE": str(other)}, places(tmp_path), tmp_path)
    assert wins == Pseudonyms.by("o" * 40)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o610, 0o601, 0o644])
def test_a_key_that_others_can_reach_is_refused(tmp_path: Path, mode: int) -> None:
    file = key_file(tmp_path / "key", mode=mode)
    with pytest.raises(UsageError, match="can be read by others"):
        pseudonyms_of({"BPP_PSEUDONYM_KEY_FILE": str(file)}, places(tmp_path))


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_a_key_for_its_owner_alone_is_read(tmp_path: Path, mode: int) -> None:
    file = key_file(tmp_path / "key", mode=mode)
    assert pseudonyms_of({"BPP_PSEUDONYM_KEY_FILE": str(file)}, places(tmp_path)) is not None


@pytest.mark.parametrize("inside", ["warehouse", "landing"])
@pytest.mark.parametrize("is_linked", [False, True])
def test_a_key_in_the_warehouse_or_the_landing_is_refused(
    tmp_path: Path, inside: str, is_linked: bool
) -> None:
    file = key_file(tmp_path / inside / "deep" / "key")
    if is_linked:
        (tmp_path / "link").symlink_to(file)
        file = tmp_path / "link"
    with pytest.raises(UsageError, match="lies in the warehouse or the landing"):
        pseudonyms_of({"BPP_PSEUDONYM_KEY_FILE": str(file)}, places(tmp_path))


@pytest.mark.parametrize("told", ["", " ", "k" * (FEWEST_CHARACTERS - 1), " " * FEWEST_CHARACTERS])
def test_a_key_that_can_be_guessed_is_refused(tmp_path: Path, told: str) -> None:
    for given in (
        {"BPP_PSEUDONYM_KEY": told},
        {"BPP_PSEUDONYM_KEY_FILE": str(key_file(tmp_path / "key", told))},
    ):
        with pytest.raises(UsageError, match="fewer than 32 characters"):
            pseudonyms_of(given, places(tmp_path))


def test_a_key_that_is_not_there_or_no_text_is_said_in_words(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read: No such file"):
        pseudonyms_of({"BPP_PSEUDONYM_KEY_FILE": str(tmp_path / "none")}, places(tmp_path))
    with pytest.raises(UsageError, match="is not a file"):
        pseudonyms_of({"BPP_PSEUDONYM_KEY_FILE": str(tmp_path)}, places(tmp_path))
    file = key_file(tmp_path / "key")
    file.write_bytes(os.urandom(64) + b"\xff\xfe")
    with pytest.raises(UsageError, match="is no text"):
        pseudonyms_of({"BPP_PSEUDONYM_KEY_FILE": str(file)}, places(tmp_path))
    (tmp_path / "pyproject.toml").write_text("[tool.bpp]\npseudonym_key_file = 1\n", encoding="utf-8")
    with pytest.raises(UsageError, match="is no text"):
        pseudonyms_of({}, places(tmp_path), tmp_path)


def test_the_key_is_in_no_word_of_it() -> None:
    made = Pseudonyms.by(KEY)
    assert KEY not in repr(made)
    assert not re.search("[0-9a-f]{32}", repr(made))
    assert re.fullmatch("[0-9a-f]{12}", made.fingerprint)
    assert made.fingerprint != Pseudonyms.by(KEY + "k").fingerprint


def test_what_is_called_alike_is_told_apart_by_registry_column_and_key() -> None:
    made = Pseudonyms.by(KEY)
    told = {
        made.of("one", "patient_id", "A"),
        made.of("other", "patient_id", "A"),
        made.of("one", "patient_id", "a"),
        made.of("one", "assessment_id", "A"),
        made.of("one", "lesion_id", "A"),
        Pseudonyms.by(KEY + "k").of("one", "patient_id", "A"),
    }
    assert len(told) == 6
    assert all(re.fullmatch("[pal]-[0-9a-f]{32}", one) for one in told)
    assert made.of("one", "patient_id", "A") == Pseudonyms.by(KEY).of("one", "patient_id", "A")


def test_a_pseudonym_stays_what_it_was_in_every_version() -> None:
    assert Pseudonyms.by(KEY).of("one", "patient_id", "A") == "p-b7ca10efec954f974eda0de945b8c95a"
