"""What the obds adapter makes of made-up systemic therapies: drugs, and lines where a registry declares them.

Not here: all other reports (`test_obds.py`), and deriving lines (`tests/gates/test_derived_lines.py`).
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.documents import counted, made
from tests.unit.adapters.obds_reports import (
    course,
    diagnosis,
    exported,
    judged,
    metastases,
    only,
    patient,
    report,
    therapy,
)


def test_reports_of_the_start_and_the_end_of_a_therapy_are_one_therapy() -> None:
    reports = (
        report(therapy(), "M1"),
        report(therapy(inside="<Ende>2022-01-01</Ende>"), "M2"),
        report(therapy("T2"), "M3"),
        report(therapy("T3", intention="K"), "M4"),
    )
    found = made("obds", exported(patient(*reports)))
    assert counted(found) == {
        "a patient": 1,
        "a palliative systemic therapy": 2,
        "a further report of the same therapy": 1,
        "a systemic therapy": 1,
    }
    assert "therapy_lines" not in found


def given(*substances: str, start: str = "2022-01-10", end: str = "", precision: str = "E") -> str:
    named = "".join(f"<Substanz>{one}</Substanz>" for one in substances)
    return (
        f'<Beginn Datumsgenauigkeit="{precision}">{start}</Beginn>'
        + (f"<Menge_Substanz>{named}</Menge_Substanz>" if named else "<Protokoll>Letrozol</Protokoll>")
        + (f"<Ende>{end}</Ende>" if end else "")
    )


def drugs(*texts: str) -> set[tuple[object, ...]]:
    rows = made("obds", *texts)["drug_exposures"]
    return {tuple(row[name] for name in ("patient_id", "agent", "start_date", "end_date")) for row in rows}


LETROZOLE, PALBOCICLIB = "<Bezeichnung>Letrozol</Bezeichnung>", "<Bezeichnung>Palbociclib</Bezeichnung>"


def test_reports_without_an_id_of_their_therapy_are_one_by_drug_and_start() -> None:
    begun = report(therapy("", inside=given(LETROZOLE)), "M1")
    ended = report(therapy("", inside=given(LETROZOLE, end="2022-06-01")), "M2")
    beside = report(therapy("", inside=given(PALBOCICLIB)), "M3")
    again = report(therapy("", inside=given(LETROZOLE, start="2023-01-10")), "M4")
    assert drugs(exported(patient(begun, ended, beside, again))) == {
        ("P1", "Letrozol", "2022-01-10", "2022-06-01"),
        ("P1", "Palbociclib", "2022-01-10", None),
        ("P1", "Letrozol", "2023-01-10", None),
    }


def test_each_substance_of_a_therapy_is_a_drug_by_its_name_else_by_its_code() -> None:
    code = "<ATC><Code>L01EF01</Code><Version>2020</Version></ATC>"
    inside = given(LETROZOLE, code, f"{code}{PALBOCICLIB}", end="2022-05-01")
    assert drugs(exported(patient(report(therapy(inside=inside))))) == {
        ("P1", "Letrozol", "2022-01-10", "2022-05-01"),
        ("P1", "L01EF01", "2022-01-10", "2022-05-01"),
        ("P1", "Palbociclib", "2022-01-10", "2022-05-01"),
    }


def test_a_therapy_without_substances_is_a_drug_by_its_protocol() -> None:
    assert drugs(exported(patient(report(therapy(inside=given()))))) == {
        ("P1", "Letrozol", "2022-01-10", None)
    }


@pytest.mark.parametrize("kind", ["AS", "WS", "WW"])
def test_a_decision_to_wait_is_no_drug(kind: str) -> None:
    inside = "<Protokoll>watchful waiting</Protokoll><Beginn>2022-01-10</Beginn>"
    waited = therapy(inside=inside).replace("<Therapieart>CH", f"<Therapieart>{kind}")
    assert drugs(exported(patient(report(waited)))) == set()
    assert drugs(exported(patient(report(therapy(inside=inside)))))


def test_a_therapy_has_the_newest_substances_the_start_and_the_end_of_its_reports() -> None:
    first = exported(patient(report(therapy(inside=given(LETROZOLE)), "M1")), day="2022-02-01")
    then = report(therapy(inside=given(LETROZOLE, PALBOCICLIB, end="2022-05-01")), "M2")
    second = exported(patient(then), day="2022-06-01")
    third = exported(patient(report(therapy(), "M3")), day="2022-07-01")
    both = {("P1", agent, "2022-01-10", "2022-05-01") for agent in ("Letrozol", "Palbociclib")}
    for order in ((first, second, third), (third, second, first)):
        assert drugs(*order) == both
        assert (
            counted(made("obds", *order))["a substance of a report that does not count, or told again"] == 1
        )


def test_therapies_of_other_sites_and_reports_sent_again_are_no_drugs() -> None:
    other = report(therapy(inside=given(LETROZOLE)), "M1", site="C20")
    assert drugs(exported(patient(other, report(diagnosis(), "M2")))) == set()
    again = report(therapy(inside=given(LETROZOLE)), "M1")
    assert len(drugs(exported(patient(again)), exported(patient(again)))) == 1


def test_lines_follow_from_the_drugs_where_that_is_declared_and_bear_an_estimated_start(
    tmp_path: Path,
) -> None:
    ill = report(diagnosis(metastases("2022-01-01")), "M0")
    course = report(therapy(inside=given(LETROZOLE, PALBOCICLIB, precision="T")), "M1")
    toml = '[therapy_lines]\nderive = "gap_and_new_agent"\n[last_contact]\nfrom = "reported"\n'
    one = judged(tmp_path, exported(patient(ill, course)), toml=toml)
    assert one.refused == {}
    ((_, _, number, regimen, start, *_),) = one.core["therapy_lines"]
    assert (number, str(start)) == (1, "2022-01-10")
    assert {"letrozol", "palbociclib"} == {agent.strip().lower() for agent in str(regimen).split("+")}
    assert "value_approximated" in next(
        flags for (table, _), flags in one.flagged.items() if table == "therapy_lines"
    )


def test_the_last_contact_may_follow_from_the_latest_day_of_the_reports() -> None:
    reports = (
        report(course(day="2021-06-01"), "M1"),
        report(therapy(inside=given(start="2022-01-10")), "M2"),
        report(diagnosis(), "M3"),
        report(course(day="2023"), "M4"),
    )
    assert only("patients", exported(patient(*reports)))["reported"] == "2022-01-10"
