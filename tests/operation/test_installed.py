"""The wheel works outside a checkout: it brings what it needs, and keeps to the folder that one works in.

Not here: what a demonstration makes (`tests/graph/test_demo_refresh.py`).
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.wheel import unpacked

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return unpacked(tmp_path_factory.mktemp("wheel"))


def run(installed: Path, work: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the installed command line in a folder; packages that it depends on are this environment's."""
    environment = {**os.environ, "PYTHONPATH": str(installed), "PYTHONSAFEPATH": "1"}
    for name in ("BPP_LANDING", "BPP_WAREHOUSE"):
        environment.pop(name, None)
    told = [sys.executable, "-c", "import sys; from assets.cli import main; sys.exit(main())", *words]
    return subprocess.run(told, cwd=work, env=environment, capture_output=True, text=True, check=False)


def test_a_demonstration_is_made_in_the_folder_that_one_works_in(installed: Path, tmp_path: Path) -> None:
    done = run(installed, tmp_path, "demo")
    assert (done.returncode, done.stderr) == (0, "")
    home = tmp_path / "warehouse" / "demo"
    assert (home / "published" / "bpp.duckdb").is_file()
    assert f"the UI:    bpp ui --landing {home}/landing --warehouse {home}" in done.stdout
    assert "run_storage" in (home / "dagster" / "dagster.yaml").read_text(encoding="utf-8")
    assert not (installed / "warehouse").exists()


def test_settings_are_those_of_the_folder_that_one_works_in(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.bpp]\nkeep_releases = 0\n", encoding="utf-8")
    done = run(installed, tmp_path, "releases", "prune")
    assert done.returncode == 2
    assert "keep_releases is no whole number above 0" in done.stderr
    (tmp_path / "pyproject.toml").write_text("[tool.bpp\n", encoding="utf-8")
    done = run(installed, tmp_path, "releases", "prune")
    assert (done.returncode, "cannot be read as TOML" in done.stderr) == (2, True)


def test_every_adapter_is_in_the_wheel(installed: Path) -> None:
    def kept(folder: Path) -> set[Path]:
        return {path.relative_to(folder) for path in (folder / "bpp_etl" / "adapters").rglob("*.sql")}

    assert kept(installed) == kept(ROOT) != set()
