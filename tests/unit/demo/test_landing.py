"""Deliveries on disk: the same bytes from the same seed, in each registry's own dialect."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from bpp_etl.demo import (
    SyntheticRegistry,
    WrittenDelivery,
    write_benchmark_landing,
    write_delivery,
    write_demo_landing,
)
from bpp_etl.demo.write import FileFormat
from bpp_etl.landing.deliveries import survey
from bpp_etl.landing.registry_config import load_config
from schemas.tables import TABLES


@pytest.fixture(scope="module")
def landing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("landing")


@pytest.fixture(scope="module")
def written(landing: Path) -> dict[str, WrittenDelivery]:
    return {delivery.registry_name: delivery for delivery in write_demo_landing(landing)}


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("file_format", ["csv", "csv.gz", "parquet"])
def test_the_same_seed_gives_the_same_bytes(
    tmp_path: Path, clean: SyntheticRegistry, file_format: FileFormat
) -> None:
    for name in ("one", "two"):
        write_delivery(clean, tmp_path / name, file_format, shuffle_seed=7)
    one = contents(tmp_path / "one")
    assert set(one) == {f"{table}.{file_format}" for table in TABLES}
    assert one == contents(tmp_path / "two")


def test_another_shuffle_seed_gives_the_same_rows_in_another_order(
    tmp_path: Path, clean: SyntheticRegistry
) -> None:
    write_delivery(clean, tmp_path / "one", shuffle_seed=7)
    write_delivery(clean, tmp_path / "two", shuffle_seed=8)
    for table in TABLES:
        one, two = ((tmp_path / name / f"{table}.csv").read_text() for name in ("one", "two"))
        assert one != two
        assert sorted(one.splitlines()) == sorted(two.splitlines())


def test_a_csv_file_reads_back_as_the_table(tmp_path: Path, clean: SyntheticRegistry) -> None:
    delivered = write_delivery(clean, tmp_path, "csv", shuffle_seed=7)
    for table, frame in delivered.tables.items():
        read = pl.read_csv(tmp_path / f"{table}.csv", infer_schema=False)
        assert_frame_equal(read, frame.select(pl.all().cast(pl.String)))


def test_an_unknown_file_format_is_refused(tmp_path: Path, clean: SyntheticRegistry) -> None:
    with pytest.raises(ValueError, match=r"csv, csv\.gz or parquet"):
        write_delivery(clean, tmp_path, "xls")  # type: ignore[arg-type]


def test_the_demo_landing_holds_three_registries_and_nothing_unfit(
    landing: Path, written: dict[str, WrittenDelivery]
) -> None:
    found = survey(landing)
    assert found.unfit == ()
    assert set(found.newest) == set(written) == {"synthetic-clean", "synthetic-dirty", "synthetic-shut"}
    assert all(found.newest[name].path == delivery.folder for name, delivery in written.items())
    assert {name: delivery.expected for name, delivery in written.items()} == {
        "synthetic-clean": "admitted",
        "synthetic-dirty": "admitted",
        "synthetic-shut": "shut",
    }


def test_the_demo_landing_is_the_same_each_time(
    tmp_path: Path, landing: Path, written: dict[str, WrittenDelivery]
) -> None:
    assert written
    write_demo_landing(tmp_path)
    assert contents(tmp_path) == contents(landing)


def test_every_registry_says_that_it_is_synthetic(written: dict[str, WrittenDelivery]) -> None:
    for delivery in written.values():
        note = (delivery.folder.parent / "registry.toml").read_text(encoding="utf-8")
        assert note.startswith("# SYNTHETIC DATA.")


def test_each_registry_toml_says_how_its_files_are_written(written: dict[str, WrittenDelivery]) -> None:
    for delivery in written.values():
        config = load_config(delivery.folder.parent / "registry.toml")
        dialect = delivery.registry.profile.dialect
        assert (config.read.delimiter, config.read.encoding, config.read.decimal) == (
            dialect.delimiter,
            dialect.encoding,
            dialect.decimal,
        )
        assert config.rename == dialect.rename
        assert config.recode == dialect.recode
        assert config.constants == dialect.constants
        assert config.limits == dialect.limits


def test_the_dirty_registry_is_read_back_through_its_own_dialect(
    written: dict[str, WrittenDelivery],
) -> None:
    delivery = written["synthetic-dirty"]
    config = load_config(delivery.folder.parent / "registry.toml")
    for table, frame in delivery.registry.tables.items():
        text = (delivery.folder / f"{table}.csv").read_bytes().decode(config.read.encoding)
        read = pl.read_csv(text.encode(), separator=config.read.delimiter, infer_schema=False)
        read = read.rename(dict(config.rename.get(table, {})))
        for column, codes in config.recode.get(table, {}).items():
            read = read.with_columns(pl.col(column).replace(dict(codes)))
        for column, value in config.constants.get(table, {}).items():
            read = read.with_columns(pl.lit(value).alias(column))
        numbers = ("value", "upper_limit_normal", "her2_cep17_ratio", "her2_copy_number")
        read = read.with_columns(
            pl.col(name).str.replace(",", ".", literal=True) for name in numbers if name in read.columns
        )
        assert_frame_equal(read.select(frame.columns), frame)


def test_the_dirty_registry_speaks_another_language_than_ours(written: dict[str, WrittenDelivery]) -> None:
    folder = written["synthetic-dirty"].folder
    therapy = (folder / "therapy_lines.csv").read_bytes()
    assert "卡培他滨".encode("gb18030") in therapy
    header, first = (folder / "her2_tests.csv").read_bytes().decode("gb18030").splitlines()[:2]
    assert header.startswith("case_code;tested_on;")
    assert first.count(";") == header.count(";")
    labs = (folder / "lab_results.csv").read_bytes().decode("gb18030")
    assert all(unit in labs for unit in ("ukat/L", "\u00b5kat/L", "\u03bckat/L", "nkat/L", "xULN"))
    assert "patient_name" in (folder / "patients.csv").read_bytes().decode("gb18030").splitlines()[0]


def test_a_benchmark_landing_shares_out_its_patients(tmp_path: Path) -> None:
    rows = write_benchmark_landing(tmp_path, 1_001, 3, registries=2, file_format="parquet")
    assert rows["patients"] == 1_001
    heights = [
        pl.read_parquet(path)["patient_id"].len() for path in sorted(tmp_path.rglob("patients.parquet"))
    ]
    assert heights == [501, 500]
    assert set(survey(tmp_path).newest) == {"synthetic-bench-01", "synthetic-bench-02"}


def test_more_registries_than_patients_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="cannot be shared out"):
        write_benchmark_landing(tmp_path, 2, 3, registries=3)
