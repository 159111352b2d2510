"""Names of their columns, files and folders may be a person's: no log, no run history and no alert has them.

Not here: values of cells (`tests/faults/test_leaks.py`), and what the terminal and a release's report show.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from assets.alerts import alert_of
from assets.tags import DELIVERY
from assets.watch import watch
from bpp_etl.check.run import delivery_in, gated
from bpp_etl.check.show import as_text
from schemas.laws import DeliveryLaw
from schemas.rules import RULES
from tests.operation.conftest import Project, started
from tests.support.deliveries import TINY

PERSON = "kowalska"
IN_OUR_WORDS = {rule.id for rule in RULES if isinstance(rule.law, DeliveryLaw) and rule.law.is_in_our_words}


def named_after_a_person(project: Project) -> list[Path]:
    """Deliver to be admitted, and to be shut, with a person's name wherever a name can stand."""
    header, *rows = TINY["patients"].splitlines()
    told = [f"{header},{PERSON} notes,ward", *(f"{row},x,y" for row in rows)]
    admitted = project.deliver("admitted", patients="\n".join(told) + "\n")
    (admitted / f"{PERSON}.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    (admitted / PERSON).mkdir()
    (admitted / PERSON / f"{PERSON}.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    shut = project.deliver("shut", patients=None, lab_results=TINY["lab_results"].replace("unit", PERSON))
    (shut / "patients").mkdir()
    (shut / "patients" / f"{PERSON} 1.csv").write_text(TINY["patients"].replace("sex", PERSON), "utf-8")
    (shut / "patients" / f"{PERSON} 2.csv.gz").write_bytes(b"no gzip")
    (shut / "bone_lesions.csv").unlink()
    (shut / "bone_lesions").mkdir()
    for name in (f"{PERSON}.csv", f"{PERSON}.parquet"):
        (shut / "bone_lesions" / name).write_text("", encoding="utf-8")
    (project.landing / f"{PERSON} anna").mkdir()
    (shut.parent / f"{PERSON} 2024").mkdir()
    return [admitted, shut]


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory, storage: Path) -> Iterator[tuple[Project, list[str]]]:
    """Refresh both as the daemon does, look at the landing, and gather what is told outside the storage."""
    with started(tmp_path_factory.mktemp("names"), storage) as project:
        words = []
        for folder, is_admitted in zip(named_after_a_person(project), (True, False), strict=True):
            assert PERSON in as_text(gated(delivery_in(folder))), "the terminal shows them"
            done = project.refresh(folder.parent.name, tags={DELIVERY: folder.name})
            assert done.success is is_admitted
            failed = [event for event in done.all_events if event.is_step_failure]
            words += [alert_of(done.dagster_run, failed).text] if failed else []
        with dg.build_sensor_context(instance=project.instance) as context:
            now = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)
            looked = watch(context, project.warehouse, project.operation, now)
        words += [str(looked.cursor), str(looked.skip_reason)]
        yield project, words


def test_the_storage_of_dagster_holds_no_name_of_theirs(ran: tuple[Project, list[str]]) -> None:
    project, _ = ran
    files = [path for path in Path(project.instance.root_directory).rglob("*") if path.is_file()]
    stored = [path for path in files if "landing" not in path.parts and "warehouse" not in path.parts]
    assert any(path.suffix == ".db" and b"column_missing" in path.read_bytes() for path in stored)
    assert [path.name for path in stored if PERSON.encode() in path.read_bytes()] == []


def test_an_alert_and_a_look_tell_position_and_kind(ran: tuple[Project, list[str]]) -> None:
    alert, cursor, skipped = ran[1]
    assert PERSON not in alert + cursor + skipped
    assert "- not so: Every required column is delivered. (lab_results.column_missing)" in alert
    assert "- not so: Every file can be read from end to end. (patients.file_unreadable)" in alert
    assert "bpp check " in alert, "which says the rest"
    assert "of the landing (the name fits no registry or delivery)" in cursor
    assert "of shut (the name fits no registry or delivery)" in cursor


def test_only_rules_of_rows_and_counts_are_told_in_the_words_of_the_terminal() -> None:
    assert {
        "alp_scale_implausible",
        "assessments_exchanged",
        "cadence_not_kept",
        "code_never_occurs",
        "code_never_varies",
        "drugs_against_receptors",
        "code_of_ours_recoded",
        "flag_widespread",
        "ids_written_otherwise",
        "no_eligible_ct",
        "patients_dropped",
        "patients_fewer",
        "patients_of_another_registry",
        "progression_not_seen",
        "contacts_go_back",
        "day_read_as_month",
        "new_rows_differ",
        "records_stop",
        "refused_share_exceeded",
        "required_table_empty",
        "rows_not_conserved",
        "side_table_key_unknown",
        "table_shrunk",
        "treated_past_progression",
        "values_rewritten",
    } == IN_OUR_WORDS
