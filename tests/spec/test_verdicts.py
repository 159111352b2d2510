"""What RECIST 1.1, iRECIST, MD Anderson and PCWG3 make of the same evidence."""

from tests.support.timeline import Judge

CONFIRMED = """
    day -10  CT
    day 42   CT: new osteoblastic
    day 84   CT
    day 126  CT
"""


def test_the_same_finding_gets_five_verdicts(judge: Judge) -> None:
    row = judge(CONFIRMED)
    assert row.state == "pseudoprogression"
    assert row.verdict_recist11 == "PD"
    assert row.verdict_irecist == "iUPD"
    assert row.verdict_mda == "PR"
    assert row.verdict_pcwg3 == "NE"


def test_recist_settles_an_equivocal_lesion_by_a_later_ct(judge: Judge) -> None:
    cases = {
        "": "EQUIVOCAL",
        "day 84 CT: stable #A": "PD",
        "day 84 CT: larger #A": "PD",
        "day 84 CT: equivocal stable #A": "NON_PD",
        "day 84 CT: resolved #A": "NON_PD",
        "day 84 CT: equivocal stable #A\n day 126 CT: stable #A": "PD",
        "day 84 MRI: stable #A": "EQUIVOCAL",
    }
    rows = judge.table(cases, lambda later: "day -10 CT\n day 42 CT: equivocal new osteoblastic #A\n" + later)
    assert {later: row.verdict_recist11 for later, row in rows.items()} == cases


def test_irecist_confirms_by_a_further_increase_28_days_later(judge: Judge) -> None:
    cases = {
        "day 84 CT": "iUPD",
        "day 84 CT: larger osteoblastic": "iCPD",
        "day 84 CT: new osteoblastic": "iCPD",
        "day 84 CT: PD": "iCPD",
        "day 84 CT: equivocal new osteoblastic": "iUPD",
        "day 69 CT: PD": "iUPD",
        "day 70 CT: PD": "iCPD",
        "day 60 line 1 ends\n day 70 CT: PD": "iUPD",
    }
    rows = judge.table(cases, lambda later: "day -10 CT\n day 42 CT: new osteoblastic\n" + later)
    assert {later: row.verdict_irecist for later, row in rows.items()} == cases


def test_mda_reads_new_sclerosis_as_response_unless_something_grows(judge: Judge) -> None:
    cases = {"": "PR", ", larger osteoblastic": "PD", ", larger osteolytic": "PD", ", PD": "PD"}
    rows = judge.table(cases, lambda also: f"day -10 CT\n day 42 CT: new osteoblastic{also}")
    assert {also: row.verdict_mda for also, row in rows.items()} == cases


TWO = "new osteoblastic, new osteoblastic"


def test_pcwg3_asks_for_two_new_lesions_and_two_more(judge: Judge) -> None:
    cases = {
        "": "NE",
        "day 40 bone scan": "NON_PD",
        f"day 40 bone scan: {TWO}": "PDu",
        f"day 40 bone scan: {TWO}\n day 81 bone scan: {TWO}": "PDu",
        f"day 40 bone scan: {TWO}\n day 82 bone scan: {TWO}": "PD",
        f"day 40 bone scan: {TWO}\n day 82 bone scan: new osteoblastic": "NON_PD",
        f"day 40 bone scan: {TWO}\n day 82 bone scan": "NON_PD",
        f"day 40 bone scan\n day 126 bone scan: {TWO}": "PDu",
        f"day 40 bone scan\n day 126 bone scan: {TWO}\n day 168 bone scan": "PD",
        f"day 40 bone scan\n day 126 bone scan: {TWO}\n day 168 bone scan: resolved": "NON_PD",
        "day 40 bone scan: new osteoblastic\n day 126 bone scan: new osteoblastic": "NON_PD",
    }
    rows = judge.table(cases, lambda scans: "day -10 CT\n day 42 CT: new osteoblastic\n" + scans)
    assert {scans: row.verdict_pcwg3 for scans, row in rows.items()} == cases
