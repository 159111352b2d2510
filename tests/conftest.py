"""What takes long to make is made once in a test run, whichever of its processes comes first.

Not here: what is made (the `conftest.py` of a chapter).
"""

from __future__ import annotations

import fcntl
import os
import pickle
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

TESTS = Path(__file__).parent
WALKS = (
    "browser",
    "docs/test_add_adapter.py",
    "docs/test_add_metric.py",
    "docs/test_add_protocol.py",
    "docs/test_add_rule.py",
    "docs/test_exports.py",
    "docs/test_pooling.py",
    "faults",
    "formats",
    "gates/test_adapted_files.py",
    "gates/test_any_columns.py",
    "gates/test_assessments_exchanged.py",
    "gates/test_broken_columns.py",
    "gates/test_cells.py",
    "gates/test_changed_patients.py",
    "gates/test_composed_keys.py",
    "gates/test_conservation.py",
    "gates/test_consistency_rules.py",
    "gates/test_days_of_tables.py",
    "gates/test_days_of_the_record.py",
    "gates/test_declared_rows.py",
    "gates/test_derived_lines.py",
    "gates/test_distribution_moved.py",
    "gates/test_erased_patients.py",
    "gates/test_export_to_event.py",
    "gates/test_files_of_a_table.py",
    "gates/test_flag_widespread.py",
    "gates/test_formats.py",
    "gates/test_ids_written_otherwise.py",
    "gates/test_last_contact.py",
    "gates/test_limits.py",
    "gates/test_lines_of_csv.py",
    "gates/test_new_rows_differ.py",
    "gates/test_odd_formats.py",
    "gates/test_patients_fewer.py",
    "gates/test_patients_of_another_registry.py",
    "gates/test_pseudonyms.py",
    "gates/test_record_rules.py",
    "gates/test_redcap_kit.py",
    "gates/test_relative_dates.py",
    "gates/test_response_not_recorded.py",
    "gates/test_rows_gone.py",
    "gates/test_rules_against_before.py",
    "gates/test_series.py",
    "gates/test_shut_rules.py",
    "gates/test_side_tables.py",
    "gates/test_stable_lesion_ids.py",
    "gates/test_stated_cadence.py",
    "gates/test_stating.py",
    "gates/test_tabbed_files.py",
    "gates/test_treated_past_progression.py",
    "gates/test_typed_cells.py",
    "gates/test_unanswered_warnings.py",
    "gates/test_unstated_format.py",
    "gates/test_values_rewritten.py",
    "gates/test_waivers.py",
    "gates/test_warn_rules.py",
    "graph",
    "mends/test_deliveries.py",
    "mends/test_rows.py",
    "mends/test_told.py",
    "mutations/test_score.py",
    "operation",
    "property/test_definitions_agree.py",
    "property/test_reference_agrees.py",
    "property/test_what_would_settle.py",
    "real",
    "unit/adapters/test_cbioportal_rows.py",
    "unit/adapters/test_conformance.py",
    "unit/adapters/test_fhir_choices.py",
    "unit/adapters/test_fhir_records.py",
    "unit/adapters/test_fhir_results.py",
    "unit/adapters/test_judged_again.py",
    "unit/adapters/test_naaccr.py",
    "unit/adapters/test_obds.py",
    "unit/adapters/test_omop_files.py",
    "unit/adapters/test_undated_deaths.py",
    "unit/adapters/test_worked_deliveries.py",
    "unit/archive",
    "unit/difference/test_compare.py",
    "unit/erasure",
    "unit/explain/test_delivered_row.py",
    "unit/explain/test_telling.py",
    "unit/export/test_command.py",
    "unit/export/test_few.py",
    "unit/export/test_make.py",
    "unit/kit/test_first_day.py",
    "unit/measure/test_release.py",
    "unit/pool/test_controlled.py",
    "unit/pool/test_exact.py",
    "unit/pool/test_houses.py",
    "unit/pool/test_more_houses.py",
    "unit/shards",
    "unit/share/test_attack.py",
    "unit/erasure/test_rows_beside.py",
    "unit/release/test_rows_beside.py",
    "unit/share/test_attack_of_protocols.py",
    "unit/storage",
    "unit/test_check_proposals.py",
)
"""Chapters and files whose tests walk: a page, a whole refresh, public files, all checks of each adapter,
many sequences of scans, a whole gate for nearly every test; with processes and kills.
"""
JUDGES = "judges"
"""The chapter whose tests run tools of others, each in an environment of its own."""

MadeOnce = Callable[[str, Callable[[Path], Any]], tuple[Path, Any]]


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Import no file whose tests would all be left out again: each worker would, and some take long.

    Only where walks or judges are not asked for, as by `make test`: other files may hold a walk or two.
    """
    asked = config.getoption("markexpr")
    if collection_path.suffix != ".py" or not collection_path.is_relative_to(TESTS):
        return None
    place = collection_path.relative_to(TESTS).as_posix()
    is_out = ("not walk" in asked and _is_walk(place)) or ("not judge" in asked and _is_judge(place))
    return True if is_out else None


def _is_walk(place: str) -> bool:
    return any(place == walk or place.startswith(f"{walk}/") for walk in WALKS)


def _is_judge(place: str) -> bool:
    return place.startswith(f"{JUDGES}/")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark walks and judges: `make test` leaves them to targets of their own, and the build runs them all."""
    for item in items:
        place = item.path.relative_to(TESTS).as_posix()
        if _is_walk(place):
            item.add_marker("walk")
        if _is_judge(place):
            item.add_marker("judge")


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> MadeOnce:
    """Make something in a folder of a name, and give the folder with what the making returned.

    Whoever comes later, in this process or beside it, waits for it and is given the same: to look at, and to
    copy before anything is changed.
    """
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own

    def once(name: str, make: Callable[[Path], Any]) -> tuple[Path, Any]:
        home, returned = shared / name, shared / f"{name}.pickle"
        with (shared / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not returned.exists():
                home.mkdir()
                returned.write_bytes(pickle.dumps(make(home)))
        return home, pickle.loads(returned.read_bytes())

    return once


@pytest.fixture(autouse=True)
def _mask_of_new_files() -> None:
    """Begin each test with the usual mask: the command line sets a stricter one for its whole process."""
    os.umask(0o022)


@pytest.fixture(scope="session", autouse=True)
def _ctrl_c_is_heard() -> None:
    """Hear SIGINT, which a shell lets its jobs in the background ignore, and they their children."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
