"""From how many rows on a delivery is judged in shards, in how many, and what a wrong setting is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from bpp_etl.errors import UsageError
from bpp_etl.shards.sharding import Sharding, load_sharding


@pytest.mark.parametrize(
    ("rows", "shards"), [(0, 0), (50_000_000, 0), (50_000_001, 2), (150_000_000, 3), (150_000_001, 4)]
)
def test_no_shard_is_larger_than_what_is_judged_in_one_piece(rows: int, shards: int) -> None:
    assert Sharding().shards_of(rows) == shards


def test_whoever_has_more_cores_may_have_more_shards() -> None:
    assert Sharding(shards=8).shards_of(50_000_001) == 8
    assert Sharding(shards=8).shards_of(50_000_000) == 0


def test_settings_stand_in_the_file_and_variables_win(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(
        '[tool.bpp.shards]\nshard_rows = 1000\ninline_rows = 20\ntask_memory = "2 GiB"\n', encoding="utf-8"
    )
    found = load_sharding({"BPP_SHARD_ROWS": "10", "BPP_TASKS_AT_ONCE": "3"}, tmp_path)
    assert found == Sharding(shard_rows=10, inline_rows=20, task_memory=2 << 30, tasks_at_once=3)


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"BPP_SHARD_ROWS": "0"}, "shard_rows in [tool.bpp.shards] is no whole number above 0"),
        ({"BPP_INLINE_ROWS": "none"}, "inline_rows in [tool.bpp.shards] is no whole number above 0"),
        ({"BPP_INLINE_ROWS": "-1"}, "inline_rows in [tool.bpp.shards] is no whole number above 0"),
        ({"BPP_RUNNER": "sparkle"}, "runner in [tool.bpp.shards] is none that there is"),
        (
            {"BPP_RUNNER": "spark"},
            'runner in [tool.bpp.shards] is "spark", and spark_remote does not say where Spark is',
        ),
    ],
)
def test_a_wrong_setting_is_told(tmp_path: Path, variables: dict[str, str], words: str) -> None:
    with pytest.raises(UsageError) as raised:
        load_sharding(variables, tmp_path)
    assert raised.value.message == words
