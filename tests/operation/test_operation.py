"""The settings: their defaults, where they are changed, and what is refused; and every one is documented."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from assets.operation import Operation, load_operation
from bpp_etl.errors import UsageError
from bpp_etl.settings import PROJECT


def written(folder: Path, text: str) -> Path:
    (folder / "pyproject.toml").write_text(f"[tool.bpp.operation]\n{text}\n", encoding="utf-8")
    return folder


def test_the_project_states_the_defaults() -> None:
    assert load_operation(PROJECT, {}) == Operation()


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    assert load_operation(tmp_path, {}) == Operation()


def test_a_variable_wins_over_the_file(tmp_path: Path) -> None:
    folder = written(tmp_path, 'quiet_minutes = 5\ntimezone = "Europe/Oslo"')
    found = load_operation(folder, {"BPP_QUIET_MINUTES": "2.5", "BPP_PROTOCOLS": "xu2025, lin2021"})
    assert (found.quiet_minutes, found.timezone) == (2.5, "Europe/Oslo")
    assert found.protocol_names == ["xu2025", "lin2021"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("quiet = 5", "unknown key: quiet"),
        ("quiet_minutes = 0", "quiet_minutes is not above 0"),
        ('watch_seconds = "often"', "watch_seconds is not a int"),
        ('timezone = "Europe/Nowhere"', "timezone is not a known timezone"),
    ],
)
def test_what_cannot_be_followed_is_refused_by_name(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        load_operation(written(tmp_path, text), {})


def test_every_setting_is_documented_with_its_default() -> None:
    page = (PROJECT / "docs" / "operations.md").read_text(encoding="utf-8")
    for field in fields(Operation):
        default = f"{field.default:g}" if isinstance(field.default, int | float) else str(field.default)
        assert f"| `{field.name}` | {default} |" in page.replace(f"`{default}`", default), field.name
