"""What holds of three houses holds of four and of seven, and under a protocol of their own.

Not here: three houses, and small ones (`test_exact.py`).
"""

from __future__ import annotations

import datetime as dt
from importlib.resources import files
from pathlib import Path

import duckdb
import pytest

from bpp_etl.errors import UsageError
from bpp_etl.events import load_protocol
from bpp_etl.pool.make import make_pool
from tests.unit.pool.held import drawn, ensure_same, pooled_and_whole
from tests.unit.pool.sites import write_share

DEFINITIONS = files("bpp_etl.events") / "protocols"


@pytest.mark.parametrize("sites", [4, 7])
def test_more_houses_are_their_release(sites: int) -> None:
    assert ensure_same(*pooled_and_whole(sites, protocols=1))["survival_curve"] > 10_000


def test_shares_by_a_protocol_of_one_s_own_are_pooled_with_its_file(tmp_path: Path) -> None:
    text = (DEFINITIONS / "xu2025_one_ct.toml").read_text(encoding="utf-8")
    file = tmp_path / "mine.toml"
    file.write_text(text.replace('name = "xu2025_one_ct"', 'name = "mine"'), encoding="utf-8")
    own = load_protocol(file)
    folders = [write_share(tmp_path / f"s{seed}", drawn(seed), [own]) for seed in (2, 4, 6)]
    made = make_pool(folders, tmp_path / "pool", [str(file)], now=dt.datetime(2026, 2, 1, tzinfo=dt.UTC))
    with duckdb.connect(str(made.folder / "pool.duckdb"), read_only=True) as con:
        assert con.execute("select distinct protocol from metric.estimate").fetchall() == [("mine",)]
        assert con.execute("select protocol from meta.protocol where position = 1").fetchall() == [("mine",)]
    with pytest.raises(UsageError, match="protocol mine of the shares is not shipped"):
        make_pool(folders, tmp_path / "again", now=dt.datetime(2026, 2, 1, tzinfo=dt.UTC))
    with pytest.raises(UsageError, match="protocol mine of the shares is not the one of this name here"):
        make_pool(folders, tmp_path / "again", ["xu2025"], now=dt.datetime(2026, 2, 1, tzinfo=dt.UTC))
