"""RECIST 1.1: an unequivocal new lesion is PD; an equivocal one is followed, and dated back if confirmed.

Eisenhauer et al., Eur J Cancer 2009, section on new lesions.
"""

from tests.support.timeline import Judge

EQUIVOCAL = "day -10 CT\n day 42 CT: equivocal new osteoblastic #A\n"


def test_the_same_finding_gets_five_verdicts(judge: Judge) -> None:
    row = judge("day -10 CT\n day 42 CT: new osteoblastic\n day 84 CT\n day 126 CT")
    assert row.state == "pseudoprogression"
    assert (row.verdict_recist11, row.verdict_recist11_date) == ("PD", 42)
    assert (row.verdict_irecist, row.verdict_irecist_date) == ("iUPD", 42)
    assert (row.verdict_mda, row.verdict_mda_date) == ("PR", None)
    assert (row.verdict_pcwg3, row.verdict_pcwg3_date) == ("NE", None)


def test_an_equivocal_lesion_is_settled_by_a_later_ct_and_dated_back_if_confirmed(judge: Judge) -> None:
    cases = {
        "": ("EQUIVOCAL", None),
        "day 84 CT: stable #A": ("PD", 42),
        "day 84 CT: larger #A": ("PD", 42),
        "day 84 CT: equivocal stable #A": ("NON_PD", None),
        "day 84 CT: resolved #A": ("NON_PD", None),
        "day 84 CT: equivocal stable #A\n day 126 CT: stable #A": ("PD", 42),
        "day 84 MRI: stable #A": ("EQUIVOCAL", None),
    }
    rows = judge.table(cases, lambda later: EQUIVOCAL + later)
    assert {later: (row.verdict_recist11, row.verdict_recist11_date) for later, row in rows.items()} == cases


def test_progression_after_an_equivocal_lesion_is_dated_on_its_own_day(judge: Judge) -> None:
    cases = {
        "day 84 CT: equivocal stable #A\n day 126 CT: PD": ("PD", 126),
        "day 84 CT: new osteoblastic #B, resolved #A": ("PD", 84),
        "day 84 MRI: new osteolytic": ("PD", 84),
        "day 84 bone scan: new osteoblastic": ("EQUIVOCAL", None),
        # Later made certain after all: dated back beyond the progression.
        "day 84 CT: PD\n day 126 CT: stable #A": ("PD", 42),
        "day 90 line 1 ends\n day 126 CT: PD": ("EQUIVOCAL", None),
    }
    rows = judge.table(cases, lambda later: EQUIVOCAL + later)
    assert {later: (row.verdict_recist11, row.verdict_recist11_date) for later, row in rows.items()} == cases


def test_progression_after_the_state_was_decided_is_no_verdict_on_the_candidate(judge: Judge) -> None:
    confirmed = "day 84 CT: equivocal stable #A\n day 126 CT: equivocal stable #A\n"
    cases = {
        confirmed: ("NON_PD", None),
        confirmed + "day 168 CT: PD": ("NON_PD", None),
        confirmed + "day 127 MRI: new osteoblastic #B": ("PD", 126),
        # Made certain, however late, it was progression from the start.
        confirmed + "day 168 CT: stable #A": ("PD", 42),
    }
    rows = judge.table(cases, lambda later: EQUIVOCAL + later)
    assert {row.state for row in rows.values()} == {"pseudoprogression"}
    assert {later: (row.verdict_recist11, row.verdict_recist11_date) for later, row in rows.items()} == cases


def test_explicit_progression_beside_an_equivocal_lesion_is_progression_then(
    judge: Judge,
) -> None:
    row = judge("day -10 CT\n day 42 CT: equivocal new osteoblastic, PD")
    assert (row.verdict_recist11, row.verdict_recist11_date) == ("PD", 42)
