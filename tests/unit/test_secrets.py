"""Secrets lie as files in a folder, each called as its variable; what the environment states wins.

Not here: what the variables mean (docs/operations.md).
"""

from __future__ import annotations

from pathlib import Path

import pytest

from bpp_etl.errors import UsageError
from bpp_etl.settings import secrets_in
from tests.support.commands import bpp


def test_each_file_is_the_variable_of_its_name_without_its_last_line_break(tmp_path: Path) -> None:
    (tmp_path / "BPP_PG_PASSWORD").write_text("two words\n", encoding="utf-8")
    (tmp_path / "BPP_ALERT_WEBHOOK").write_text("https://example.org/hook", encoding="utf-8")
    (tmp_path / "PATH").write_text("/elsewhere", encoding="utf-8")
    (tmp_path / ".BPP_HIDDEN").write_text("no", encoding="utf-8")
    found = secrets_in({"BPP_SECRETS": str(tmp_path)})
    assert found == {"BPP_PG_PASSWORD": "two words", "BPP_ALERT_WEBHOOK": "https://example.org/hook"}


def test_a_variable_that_is_set_wins(tmp_path: Path) -> None:
    (tmp_path / "BPP_PG_USER").write_text("file", encoding="utf-8")
    assert secrets_in({"BPP_SECRETS": str(tmp_path), "BPP_PG_USER": "environment"}) == {}


def test_without_a_folder_there_are_none() -> None:
    assert secrets_in({}) == {}
    assert secrets_in({"BPP_SECRETS": ""}) == {}


@pytest.mark.parametrize("broken", ["missing", "bytes"])
def test_a_folder_that_cannot_be_read_is_told_in_a_line(tmp_path: Path, broken: str) -> None:
    folder = tmp_path / "secrets"
    if broken == "bytes":
        folder.mkdir()
        (folder / "BPP_PG_PASSWORD").write_bytes(b"\xff")
    with pytest.raises(UsageError, match=r"^BPP_SECRETS: .* is no folder of text files"):
        secrets_in({"BPP_SECRETS": str(folder)})


def test_a_command_takes_them_before_anything_else(tmp_path: Path) -> None:
    secrets, warehouse = tmp_path / "secrets", tmp_path / "warehouse"
    secrets.mkdir()
    (secrets / "BPP_KEEP_RELEASES").write_text("none", encoding="utf-8")
    said = bpp("releases", "prune", "--warehouse", warehouse, BPP_SECRETS=str(secrets))
    assert (said.code, "keep_releases is no whole number" in said.err) == (2, True)
    said = bpp("releases", "list", "--warehouse", warehouse, BPP_SECRETS=str(tmp_path / "missing"))
    assert said.code == 2
    assert said.err.startswith("error: BPP_SECRETS: ")
