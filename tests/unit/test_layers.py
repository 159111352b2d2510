"""The order in which rooms may know each other is held by a linter that turns red."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("module", "planted", "broken"),
    [
        ("bpp_etl/landing/arrival.py", "import bpp_etl.release.shelf", "landing"),
        ("bpp_etl/measure/rows.py", "import bpp_etl.disclosure.hiding", "measure"),
        ("bpp_etl/gate/judged.py", "import bpp_etl.events.rules", "gate"),
        ("bpp_etl/errors.py", "import assets.tags", "bpp_etl"),
        ("schemas/laws.py", "import bpp_etl.errors", "schemas"),
    ],
)
def test_an_import_against_the_order_is_refused(
    tmp_path: Path, module: str, planted: str, broken: str
) -> None:
    for package in ("assets", "bpp_etl", "schemas"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    file = tmp_path / module
    file.write_text(f"{file.read_text(encoding='utf-8')}\n{planted}\n", encoding="utf-8")
    linter = Path(sys.executable).with_name("lint-imports")
    found = subprocess.run([linter, "--no-cache"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert found.returncode == 1, found.stdout
    assert f"{broken}" in found.stdout
    assert "is not allowed to import" in found.stdout
