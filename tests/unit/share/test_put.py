"""A share that could not be copied to its end has no description, and so is none.

Not here: what is in it.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from bpp_etl.share.make import DESCRIPTION, put


def test_the_description_of_a_share_is_copied_last(tmp_path: Path) -> None:
    leaving, target = tmp_path / "leaving", tmp_path / "to" / "share"
    leaving.mkdir()
    for name in ("report.html", DESCRIPTION, "sums.parquet"):
        (leaving / name).write_text(name, encoding="utf-8")
    (target / "sums.parquet").mkdir(parents=True)
    with pytest.raises(IsADirectoryError):
        put(leaving, target)
    assert not (target / DESCRIPTION).exists()
    (target / "sums.parquet").rmdir()
    put(leaving, target)
    assert {path.name for path in target.iterdir()} == {path.name for path in leaving.iterdir()}
