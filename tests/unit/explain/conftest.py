"""One warehouse of made-up courses for every test of this folder."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from bpp_etl.events import load_protocol
from bpp_etl.explain.facts import Evidence
from bpp_etl.explain.run import evidence_of
from bpp_etl.warehouse.connection import opened
from tests.conftest import MadeOnce
from tests.support.releases import DELIVERY, MadeRelease, publish_made
from tests.unit.explain.explained import COURSES, SECRET


class Explained(Mapping[str, Evidence]):
    """The courses of a registry, each explained when it is first asked for: a worker needs few of them."""

    def __init__(self, warehouse: Path) -> None:
        self.warehouse = warehouse
        self.found: dict[str, Evidence] = {}

    def __getitem__(self, name: str) -> Evidence:
        if name not in self.found:
            self.found[name] = evidence_of(self.warehouse, "east", name, load_protocol("xu2025"))
        return self.found[name]

    def __iter__(self) -> Iterator[str]:
        return iter(COURSES)

    def __len__(self) -> int:
        return len(COURSES)


@pytest.fixture(scope="session")
def warehouse(made_once: MadeOnce) -> Path:
    folder, _ = made_once("explained", _publish)
    return folder


def _publish(folder: Path) -> None:
    made = MadeRelease({"east": COURSES, "west": {"awaiting": "day 42 CT"}}, shut=("south",))
    publish_made(folder, made)
    with opened(folder / "published" / "bpp.duckdb") as con:
        for table, patient, status, rules in (
            ("patients", f" {SECRET} ", "admitted", ["birth_before_1900", "code_unknown"]),
            ("imaging_assessments", " awaiting", "admitted", ["date_invalid"]),
            ("imaging_assessments", "confirmed", "shut", ["date_invalid"]),
        ):
            con.execute(
                f"insert into quarantine.{table} by name select 'east' as registry, ? as delivery,"
                " ? as delivery_status, 'f.csv' as file, 1 as row_number, ? as broken_rules, ? as patient_id",
                [DELIVERY, status, rules, patient],
            )
        con.execute("update core.lab_results set upper_limit_normal = 100")


@pytest.fixture(scope="session")
def explained(warehouse: Path) -> Mapping[str, Evidence]:
    return Explained(warehouse)
