"""Three houses from their exports on: each refreshes and shares, the shares are pooled, by the command.

Not here: made-up events, by which every number is held (`test_exact.py`).
"""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from bpp_etl.demo.landing import write_benchmark_landing
from bpp_etl.release.shelf import Shelf
from bpp_etl.share.make import share_told
from schemas.contract import key_of
from schemas.metrics.not_pooled import NOT_POOLED
from schemas.pool import ADDED, pool_catalog
from tests.conftest import MadeOnce
from tests.support.commands import bpp
from tests.support.warehouses import admit, release

HOUSES = {"north": 260, "south": 180, "west": 310}
BLANK = ("median", "quartile_low", "quartile_high")
"""Of values that are no times: what sums do not give in `metric.baseline`."""


def make_houses(home: Path) -> None:
    """Refresh three houses, and all of them as one; write an exact and a controlled share of each house."""
    whole = home / "whole"
    for seed, (name, patients) in enumerate(HOUSES.items(), start=1):
        write_benchmark_landing(home / "written", patients, seed)
        (home / "written" / "synthetic-bench-01").rename(home / "written" / name)
        for house in (home / name, whole):
            shutil.copytree(home / "written" / name, house / "landing" / name)
            assert admit(house / "landing", house / "warehouse", name).is_open
        release(home / name / "warehouse", second=seed)
        for threshold in (0, 5):
            share_told(home / name / "warehouse", home / f"shares-{threshold}" / name, None, (), threshold)
    release(whole / "warehouse")


@pytest.fixture(scope="module")
def home(made_once: MadeOnce) -> Path:
    return made_once("houses", make_houses)[0]


def pooled(home: Path, threshold: int, target: Path) -> Path:
    shares = [home / f"shares-{threshold}" / name for name in HOUSES]
    said = bpp("pool", *shares, "--to", target)
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("pool ")
    assert ("sums are kept at some site" in said.out) == (threshold > 1)
    assert f" of 3 sites: {target}" in said.out
    return target / "pool.duckdb"


def test_the_pool_of_their_shares_is_the_release_of_all_exports(home: Path, tmp_path: Path) -> None:
    pool = pooled(home, 0, tmp_path / "pool")
    shelf = Shelf.of(home / "whole" / "warehouse")
    whole = shelf.folder(str(shelf.in_service())) / "bpp.duckdb"
    with duckdb.connect(str(pool), read_only=True) as con:
        con.execute(f"attach '{whole}' as whole (read_only)")
        held = 0
        for table in ADDED:
            contract = pool_catalog()["metric"][table]
            columns = [one for one in contract.to_schema().columns if one != "warnings"]
            if table == "baseline":
                columns = [one for one in columns if one not in BLANK]
            if table == "alp_change":
                columns = [*key_of(contract), "patients"]
            names = ", ".join(columns)
            mine, theirs = (
                con.execute(f"select {names} from {base}metric.{table} order by all").fetchall()
                for base in ("", "whole.")
            )
            if table == "estimate":
                left_out = {
                    tuple(row)
                    for row in con.execute(
                        "select metric, stratum from metric.estimate"
                        " where list_contains(warnings, 'not_pooled')"
                    ).fetchall()
                }
                mine, theirs = ([row for row in rows if row[1:3] not in left_out] for rows in (mine, theirs))
                assert NOT_POOLED.keys() >= {
                    metric
                    for metric, stratum in left_out
                    if not stratum.startswith(("flag", "evid", "defin"))
                }
            assert mine == theirs, table
            held += len(mine)
    assert held > 2000


def test_under_control_the_pool_has_what_all_three_tell_and_bounds_the_rest(
    home: Path, tmp_path: Path
) -> None:
    pool = pooled(home, 5, tmp_path / "pool")
    shelf = Shelf.of(home / "whole" / "warehouse")
    whole = shelf.folder(str(shelf.in_service())) / "bpp.duckdb"
    with duckdb.connect(str(pool), read_only=True) as con:
        con.execute(f"attach '{whole}' as whole (read_only)")
        ((kept, within),) = con.execute(
            """
            select count(*), count(*) filter (true_count between lowest and coalesce(highest, 'infinity'))
            from (
                select kept.*, if(quantity = 'events', events, patients) as true_count
                from metric.kept
                join whole.metric.estimate
                    on "table" = 'estimate' and metric = row[1] and stratum = row[2]
            )
            """
        ).fetchall()
        assert within == kept > 100
        told = con.execute(
            """
            select mine.patients, mine.events, theirs.patients, theirs.events
            from metric.estimate as mine join whole.metric.estimate as theirs using (metric, stratum)
            where mine.patients is not null and mine.events is not null
            """
        ).fetchall()
        assert len(told) > 50
        assert all(row[:2] == row[2:] for row in told)
        assert con.execute("select count(*) from quality.delivery").fetchall() == [(3,)]
        ((rules,),) = con.execute("select count(distinct registry) from quality.rule_result").fetchall()
        assert rules == 3


@pytest.mark.parametrize(
    ("words", "code", "line"),
    [
        (("north", "south"), 2, "2 shares are given, and at least 3 sites are pooled"),
        (("north", "south", "west", "north"), 2, "north and north are the same share"),
        (("north", "south", "nowhere"), 4, "is no share: it has no share.json"),
        ((), 2, "0 shares are given"),
    ],
)
def test_the_command_refuses_in_one_line_with_a_hint(
    home: Path, tmp_path: Path, words: tuple[str, ...], code: int, line: str
) -> None:
    shares = [home / "shares-5" / name for name in words]
    said = bpp("pool", *shares, "--to", tmp_path / "pool")
    assert said.code == code
    assert line in said.err
    assert "Traceback" not in said.err
    assert not (tmp_path / "pool").exists()


def test_shares_of_different_thresholds_are_refused(home: Path, tmp_path: Path) -> None:
    shares = [home / "shares-5" / "north", home / "shares-5" / "south", home / "shares-0" / "west"]
    said = bpp("pool", *shares, "--to", tmp_path / "pool")
    assert said.code == 1
    assert "the threshold of north and west differ: 5 and 0" in said.err


def test_without_a_folder_to_write_to_it_says_so(home: Path) -> None:
    said = bpp("pool", home / "shares-5" / "north")
    assert said.code == 2
    assert "--to is missing" in said.err
