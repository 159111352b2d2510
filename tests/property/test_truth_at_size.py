"""A whole refresh of 100,000 synthetic patients comes out as they were planted: every call, date and refusal.

Not here: small registries, on which this holds in every run (`tests/graph/test_demo_refresh.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import duckdb
import polars as pl
import pytest

from assets.refresh import refresh
from assets.resources import Warehouse
from bpp_etl.demo import CLEAN, DIRTY, Profile, SyntheticRegistry, generate_registry, write_delivery
from bpp_etl.demo.write import registry_toml
from bpp_etl.release.shelf import Shelf

pytestmark = pytest.mark.soak
DAY = date(2026, 6, 30)
REGISTRIES: Mapping[str, tuple[int, Profile]] = {"clean": (60_000, CLEAN), "dirty": (40_000, DIRTY)}
EXACT = ("state", "reason", "event_date", "confirmation_date", "progression_date", "her2_status")
ALP = ("alp_baseline", "alp_at_event", "alp_at_progression")


@dataclass(frozen=True)
class Truth:
    """What was planted, and the release in service."""

    planted: Mapping[str, SyntheticRegistry]
    release: duckdb.DuckDBPyConnection

    def rows(self, sql: str, registry: str) -> pl.DataFrame:
        """Read a query's rows of one registry."""
        return pl.DataFrame(self.release.sql(sql, params={"registry": registry}).to_arrow_table())


@pytest.fixture(scope="module")
def truth(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Truth]:
    home = tmp_path_factory.mktemp("size")
    planted = {}
    for name, (patients, profile) in REGISTRIES.items():
        made = generate_registry(patients, 41, profile, DAY)
        planted[name] = write_delivery(made, home / "landing" / name / DAY.isoformat(), shuffle_seed=41)
        toml = registry_toml(profile.dialect, "SYNTHETIC DATA")
        (home / "landing" / name / "registry.toml").write_text(toml, encoding="utf-8")
    done = refresh(Warehouse(landing=str(home / "landing"), warehouse=str(home / "warehouse")))
    assert done.exit_code == 0, done
    with duckdb.connect(str(Shelf.of(home / "warehouse").current), read_only=True) as con:
        yield Truth(planted, con)


@pytest.fixture(params=REGISTRIES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def events(truth: Truth, name: str) -> pl.DataFrame:
    """Every expected event row beside the one that was found; what is lacking is empty."""
    columns = ", ".join((*EXACT, *ALP, "censor_date"))
    found = truth.rows(
        f"select patient_id, true as is_found, {columns} from event.pseudoprogression"
        " where registry = $registry",
        name,
    )
    expected = truth.planted[name].truth.filter(~pl.col("is_refused") & pl.col("state").is_not_null())
    assert expected.height > 9_000
    return expected.join(found, on="patient_id", how="full", suffix="_found", coalesce=True)


def test_exactly_the_expected_patients_have_an_event(events: pl.DataFrame) -> None:
    assert events["is_found"].null_count() == 0
    assert events["is_refused"].null_count() == 0


@pytest.mark.parametrize("column", EXACT)
def test_every_call_and_date_is_the_planted_one(events: pl.DataFrame, column: str) -> None:
    assert events.filter(pl.col(column).ne_missing(pl.col(f"{column}_found"))).height == 0


def test_every_planted_day_of_censoring_is_found(events: pl.DataFrame) -> None:
    planted = events.drop_nulls("censor_date")
    assert planted.filter(pl.col("censor_date").ne_missing(pl.col("censor_date_found"))).height == 0


@pytest.mark.parametrize("column", ALP)
def test_every_alp_is_the_planted_one(events: pl.DataFrame, column: str) -> None:
    found = pl.col(f"{column}_found")
    off = (pl.col(column) - found).abs() > 1e-6
    assert (
        events.filter(off.fill_null(value=False) | (pl.col(column).is_null() != found.is_null())).height == 0
    )


def test_every_other_admitted_patient_left_without_an_event(truth: Truth, name: str) -> None:
    flow = truth.rows("select patient_id from event.patient_flow where registry = $registry", name)
    admitted = truth.planted[name].truth.filter(~pl.col("is_refused"))
    assert set(flow["patient_id"]) == set(admitted["patient_id"])
    assert flow.height == admitted.height


def test_the_quarantine_holds_the_planted_rows_and_no_other(truth: Truth, name: str) -> None:
    planted = truth.planted[name].planted
    for table in truth.planted[name].tables:
        own = planted.filter(pl.col("table") == table)
        found = truth.rows(
            f"select row_number, broken_rules from quarantine.{table} where registry = $registry", name
        )
        assert dict(found.iter_rows()) == dict(own.select("row_number", "rules").iter_rows()), table
        assert found.height == own.height


def test_every_row_is_accounted_for(truth: Truth, name: str) -> None:
    counts = truth.rows(
        'select "table", delivered, admitted, refused, ignored from quality.table_count'
        " where registry = $registry",
        name,
    )
    for table, delivered, admitted, refused, ignored in counts.iter_rows():
        assert delivered == truth.planted[name].tables[table].height
        assert delivered == admitted + refused + ignored
