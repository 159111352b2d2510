"""The demonstration's registries come out as planted: every refused row with its rules, every flag, no other.

Not here: what is planted (`bpp_etl/demo`).
"""

from __future__ import annotations

import pytest

from bpp_etl.demo import WrittenDelivery, write_demo_landing
from tests.support.gating import Gated, gated

Gates = dict[str, tuple[WrittenDelivery, Gated]]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Gates:
    written = write_demo_landing(tmp_path_factory.mktemp("demo") / "landing")
    return {one.registry_name: (one, gated(one.folder)) for one in written}


NAMES = ("synthetic-clean", "synthetic-dirty", "synthetic-shut")


@pytest.mark.parametrize("name", NAMES)
def test_quarantine_is_what_was_planted_row_for_row(demo: Gates, name: str) -> None:
    written, one = demo[name]
    planted = written.registry.planted.iter_rows(named=True)
    assert one.refused == {(row["table"], row["row_number"]): row["rules"] for row in planted}


@pytest.mark.parametrize("name", NAMES)
def test_suspect_units_are_those_that_were_planted(demo: Gates, name: str) -> None:
    written, one = demo[name]
    suspect = {place for place, flags in one.flagged.items() if "unit_suspect" in flags}
    planted = written.registry.flagged.iter_rows(named=True)
    assert suspect == {(row["table"], row["row_number"]) for row in planted if row["flag"] == "unit_suspect"}
    result = one.result("lab_results", "unit_suspect")
    assert (result.broken, result.status) == (len(suspect), "failed" if suspect else "passed")


@pytest.mark.parametrize("name", NAMES)
def test_the_gate_opens_or_shuts_as_announced(demo: Gates, name: str) -> None:
    written, one = demo[name]
    assert one.decision.status == written.expected
    assert all(count.is_conserved for count in one.decision.tables)


def test_the_dirty_registry_withholds_its_identifiers(demo: Gates) -> None:
    _, one = demo["synthetic-dirty"]
    assert one.read.identifier_columns == (("patients", "patient_name"),)
    assert one.read.extra_columns == (("imaging_assessments", "scanner"),)


def test_the_shut_registry_says_which_tables_and_how_many_rows(demo: Gates) -> None:
    _, one = demo["synthetic-shut"]
    assert one.causes() == {
        ("imaging_assessments", "refused_share_exceeded"),
        ("bone_lesions", "refused_share_exceeded"),
    }
