"""A warehouse that the version tagged before really wrote, refreshed by this one.

Not here: other layouts in all their variants (`tests/faults/test_other_version.py`).
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bpp_etl.release.shelf import Shelf
from bpp_etl.settings import PROJECT
from bpp_etl.warehouse.connection import opened_read_only
from tests.support.commands import bpp, environment

TAG = "v0.1.0"
IS_THERE = (
    subprocess.run(
        ["git", "rev-parse", "-q", "--verify", f"{TAG}^{{commit}}"],
        cwd=PROJECT,
        capture_output=True,
        check=False,
    ).returncode
    == 0
)
pytestmark = [
    pytest.mark.soak,
    pytest.mark.skipif(not IS_THERE, reason=f"this clone has no tag {TAG} (git fetch --tags)"),
]
OLD_DEMO = "import sys; sys.argv[1:] = ['demo', sys.argv[1]]; from assets.cli import main; main()"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Let the tagged version's own code make its demonstration."""
    folder = tmp_path_factory.mktemp("upgrade")
    (folder / "code").mkdir()
    archive = subprocess.run(["git", "archive", TAG], cwd=PROJECT, capture_output=True, check=True).stdout
    subprocess.run(["tar", "x", "-C", folder / "code"], input=archive, check=True)
    words = [sys.executable, "-c", OLD_DEMO, str(folder / "warehouse")]
    settings = environment(PYTHONPATH=str(folder / "code"))
    subprocess.run(words, cwd=folder / "code", env=settings, capture_output=True, check=True)
    return folder / "warehouse"


def test_it_is_told_refreshed_and_kept_without_a_word_that_nobody_foresaw(home: Path) -> None:
    shelf = Shelf.of(home)
    (old,) = shelf.ids()
    with opened_read_only(shelf.current) as con:
        assert con.execute("select code_version from meta.release").fetchone()[0].startswith("0.1.0+")  # type: ignore[index]
    places = ("--warehouse", home)
    delivered = ("--landing", home / "landing")
    told = [bpp("status", *delivered, *places)]
    assert "was written by another version" in " ".join(told[0].out.split())
    told.append(bpp("share", "--to", home.parent / "share", *places))
    assert f"release {old} was written by another version" in told[-1].err
    told.append(bpp("refresh", *delivered, *places))
    assert told[-1].code == 3, "the demonstration has a registry that is shut"
    assert "synthetic-clean: 2026-06-30 judging (written by another version)" in told[-1].out
    new = Shelf.of(home).in_service()
    assert new not in {None, old}
    told.append(bpp("refresh", *delivered, *places))
    assert f"nothing new: release {new} stays in service" in told[-1].out
    told += [bpp("releases", word, *places) for word in ("list", "verify", "diff")]
    assert f"{old}: whole" in told[-2].out
    assert told[-2].code == 0
    told += [bpp("releases", "rollback", old, *places), bpp("status", *delivered, *places)]
    told.append(bpp("releases", "rollback", str(new), *places))
    assert [one.err for one in told if "unexpected" in one.err or "Traceback" in one.err] == []
