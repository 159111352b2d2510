"""Shares that cannot be added are refused: one line that names what differs, and a hint.

Not here: what shares come to that can (`test_exact.py`).
"""

from __future__ import annotations

import datetime as dt
import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from bpp_etl.errors import BppError, DamagedError, NotFoundError, UsageError
from bpp_etl.events.window import Window
from bpp_etl.pool.agreement import ensure_ours, ensure_poolable
from bpp_etl.pool.make import make_pool
from bpp_etl.pool.site import Site, read_site
from bpp_etl.share.pooling import Pool
from tests.unit.pool.sites import describe

NOW = dt.datetime(2026, 2, 1, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def sites(controlled: list[Path]) -> list[Site]:
    return [read_site(folder) for folder in controlled[:3]]


def told(site: Site, **more: Any) -> Site:
    return replace(site, told={**site.told, **more})


def refusal(sites: list[Site]) -> BppError:
    with pytest.raises(BppError) as found:
        ensure_poolable(sites)
    assert "\n" not in found.value.message
    assert found.value.hint
    return found.value


def test_three_shares_that_were_made_alike_are_poolable(sites: list[Site]) -> None:
    ensure_poolable(sites)


def test_two_are_too_few(sites: list[Site]) -> None:
    found = refusal(sites[:2])
    assert isinstance(found, UsageError)
    assert found.message == "2 shares are given, and at least 3 sites are pooled"


@pytest.mark.parametrize("number", [0, 1])
def test_one_and_none_are_too_few(sites: list[Site], number: int) -> None:
    assert refusal(sites[:number]).message.startswith(f"{number} share")


def test_a_share_that_is_given_twice_is_named(sites: list[Site]) -> None:
    assert refusal([*sites, sites[0]]).message == "house-1 and house-1 are the same share"
    copied = replace(sites[0], digest="another description of the same files")
    assert "are the same share" in refusal([*sites, copied]).message


@pytest.mark.parametrize(
    ("what", "change", "words"),
    [
        ("threshold", {"threshold": 10}, "5 and 10"),
        ("code", {"code": "0.2.0+0123456789ab"}, "and 0.2.0+0123456789ab"),
        ("contracts", {"contracts": "0" * 64}, f"and {'0' * 12}"),
        ("protocols", {"protocols": ["xu2025:" + "1" * 64]}, f"and xu2025:{'1' * 12}"),
        ("protocols", {"protocols": []}, "xu2025:"),
    ],
)
def test_shares_that_were_made_otherwise_are_refused(
    sites: list[Site], what: str, change: dict[str, Any], words: str
) -> None:
    found = refusal([*sites[:2], told(sites[2], **change)])
    assert found.message.startswith(f"the {what} of house-1 and house-3 differ: ")
    assert words in found.message


def test_shares_of_another_period_are_refused(sites: list[Site]) -> None:
    other = replace(sites[1], window=Window(dt.date(2020, 1, 1), None))
    found = refusal([sites[0], other, sites[2]])
    assert found.message == "the period of house-1 and house-2 differ: always and from 2020-01-01"


def test_a_registry_that_is_in_two_shares_is_named(sites: list[Site]) -> None:
    rows = {
        (protocol, table, tuple("registry=h1-0" if part == "registry=h3-0" else part for part in row)): of
        for (protocol, table, row), of in sites[2].sums.rows.items()
    }
    found = refusal([*sites[:2], replace(sites[2], sums=Pool(rows))])
    assert found.message == "house-1 and house-3 both have registry h1-0"


def test_the_same_files_under_another_name_are_noticed(sites: list[Site]) -> None:
    other = replace(sites[2], deliveries=(("h3-0", sites[0].deliveries[0][1]),))
    found = refusal([*sites[:2], other])
    assert found.message == "registry h1-0 of house-1 is registry h3-0 of house-3 under another name"


def test_a_registry_with_the_same_sums_under_another_name_is_noticed(sites: list[Site]) -> None:
    renamed = {
        (protocol, table, tuple(part.replace("=h3-", "=other-") for part in row)): of
        for (protocol, table, row), of in sites[2].sums.rows.items()
    }
    other = replace(sites[2], digest="other", sums=Pool(renamed), deliveries=())
    other = told(other, share_id="other")
    found = refusal([*sites, other])
    assert "of house-3 is registry other-" in found.message


def test_registries_of_nobody_are_no_copies_of_one_another(sites: list[Site]) -> None:
    empty = {
        ("xu2025", "flow", (f"registry=empty-{place}", "candidate")): {("patients", 0): 0.0}
        for place in (1, 2)
    }
    both = [
        replace(told(sites[0], share_id=f"e{place}"), digest=f"e{place}", deliveries=(), sums=Pool({key: of}))
        for place, (key, of) in enumerate(empty.items())
    ]
    ensure_poolable([*both, sites[1]])


def test_shares_by_another_version_than_this_are_refused(sites: list[Site]) -> None:
    with pytest.raises(BppError, match="made by another version of bpp_etl") as found:
        ensure_ours(sites[0], "0" * 64, sites[0].protocols)
    assert found.value.hint == "pool them with that version"
    with pytest.raises(UsageError, match="protocol xu2025 of the shares is not the one of this name here"):
        ensure_ours(sites[0], sites[0].told["contracts"], ["xu2025:" + "1" * 64])


@pytest.fixture
def copied(controlled: list[Path], tmp_path: Path) -> Path:
    return Path(shutil.copytree(controlled[0], tmp_path / "copied"))


@pytest.mark.parametrize("name", ["sums.parquet", "share.duckdb"])
@pytest.mark.parametrize("how", ["changed", "missing"])
def test_a_damaged_file_is_named(copied: Path, name: str, how: str) -> None:
    if how == "missing":
        (copied / name).unlink()
    else:
        with (copied / name).open("r+b") as file:
            file.seek(200)
            file.write(b"\x00damaged")
    with pytest.raises(DamagedError) as found:
        read_site(copied)
    words = "is missing" if how == "missing" else "is not as it was made"
    assert found.value.message == f"{name} of share copied {words}"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"share_id": "x"}', "null"])
def test_a_damaged_description_is_named(copied: Path, text: str) -> None:
    (copied / "share.json").write_text(text, encoding="utf-8")
    with pytest.raises(DamagedError, match=r"share\.json of share copied cannot be read"):
        read_site(copied)


def test_a_folder_without_a_description_is_no_share(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "nothing"):
        with pytest.raises(NotFoundError, match=r"is no share: it has no share\.json"):
            read_site(folder)


def test_a_description_that_names_a_file_elsewhere_is_not_followed(copied: Path) -> None:
    described = json.loads((copied / "share.json").read_text(encoding="utf-8"))
    described["files"]["../sums.parquet"] = described["files"]["sums.parquet"]
    shutil.copy(copied / "sums.parquet", copied.parent / "sums.parquet")
    (copied / "share.json").write_text(json.dumps(described), encoding="utf-8")
    with pytest.raises(DamagedError, match="is missing"):
        read_site(copied)


def rewritten(folder: Path, frame: pl.DataFrame) -> None:
    """Write other sums, described as if they had been made so."""
    frame.write_parquet(folder / "sums.parquet")
    describe(folder, json.loads((folder / "share.json").read_text(encoding="utf-8")))


def test_sums_that_break_their_contract_are_none(copied: Path) -> None:
    sums = pl.read_parquet(copied / "sums.parquet")
    for broken in (
        sums.with_columns(pl.lit("guess").alias("quantity")),
        pl.concat([sums, sums.head(1)]),
        sums.drop("day"),
        sums.with_columns(pl.when(pl.col("quantity") == "patients").then(10.5).alias("value")),
        sums.with_columns(pl.when(pl.col("quantity") == "patients").then(-10.0).alias("value")),
    ):
        rewritten(copied, broken)
        with pytest.raises(DamagedError, match=r"sums\.parquet of share copied holds no sums"):
            read_site(copied)


def test_a_share_that_tells_a_count_below_its_own_threshold_is_not_passed_on(copied: Path) -> None:
    sums = pl.read_parquet(copied / "sums.parquet")
    small = pl.when(pl.col("table") == "flow").then(4.0).otherwise(pl.col("value")).alias("value")
    rewritten(copied, sums.with_columns(small))
    with pytest.raises(DamagedError, match="tells counts below its own threshold of 5"):
        read_site(copied)


def test_the_folder_of_a_pool_must_be_new(controlled: list[Path], tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "something").write_text("", encoding="utf-8")
    with pytest.raises(UsageError, match="is taken"):
        make_pool(controlled, tmp_path / "taken", now=NOW)


def test_a_protocol_that_is_not_shipped_is_asked_for_and_its_name_is_no_path(
    controlled: list[Path], tmp_path: Path
) -> None:
    folders = []
    for folder in controlled[:3]:
        copy = Path(shutil.copytree(folder, tmp_path / folder.name))
        described = json.loads((copy / "share.json").read_text(encoding="utf-8"))
        path = tmp_path / "own.toml"
        path.write_text("", encoding="utf-8")
        described["protocols"] = [f"{path}:{'1' * 64}"]
        describe(copy, described)
        folders.append(copy)
    with pytest.raises(UsageError, match="is not shipped") as found:
        make_pool(folders, tmp_path / "pool", now=NOW)
    assert found.value.hint == "name each by --protocol, with the file it was in"
    assert not (tmp_path / "pool").exists()


def test_a_view_in_the_database_of_a_share_reads_no_file_of_ours(
    controlled: list[Path], tmp_path: Path
) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("registry\nours\n", encoding="utf-8")
    folders = [Path(shutil.copytree(folder, tmp_path / folder.name)) for folder in controlled[:3]]
    with duckdb.connect(str(folders[0] / "share.duckdb")) as con:
        columns = [name for name, *_ in con.execute("describe quality.rule_result").fetchall()]
        con.execute("drop table quality.rule_result")
        rest = ", ".join(f"null as {name}" for name in columns[1:])
        con.execute(f"create view quality.rule_result as select registry, {rest} from read_csv('{secret}')")
    describe(folders[0], json.loads((folders[0] / "share.json").read_text(encoding="utf-8")))
    with pytest.raises(DamagedError, match=r"share\.duckdb of share house-1 cannot be read"):
        make_pool(folders, tmp_path / "pool", now=NOW)
    assert not (tmp_path / "pool").exists()
