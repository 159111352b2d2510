"""MD Anderson bone criteria: new sclerosis is response; growth or lysis of bone lesions is progression.

Hamaoka et al., J Clin Oncol 2004; Costelloe et al., J Cancer 2010; the table in Hayashi et al., Clin Breast
Cancer 2013 (table 1).
"""

from tests.support.timeline import Judge


def test_new_sclerosis_is_partial_response_unless_bone_disease_grows(judge: Judge) -> None:
    cases = {
        "": ("PR", None),
        ", stable osteoblastic": ("PR", None),
        ", larger osteoblastic": ("PD", 42),
        ", larger osteolytic": ("PD", 42),
        ", lysis": ("PD", 42),
        ", new osteolytic": ("PD", 42),
        ", new mixed": ("PD", 42),
        ", equivocal larger osteoblastic": ("PR", None),
    }
    rows = judge.table(cases, lambda also: f"day -10 CT\n day 42 CT: new osteoblastic{also}")
    assert {also: (row.verdict_mda, row.verdict_mda_date) for also, row in rows.items()} == cases


def test_progression_outside_bone_does_not_enter(judge: Judge) -> None:
    row = judge("day -10 CT\n day 42 CT: new osteoblastic, PD")
    assert (row.state, row.verdict_mda) == ("true_progression", "PR")


def test_a_larger_lesion_on_a_bone_scan_alone_may_be_flare(judge: Judge) -> None:
    cases = {"bone scan": "PR", "X-ray": "PD", "MRI": "PD"}
    rows = judge.table(
        cases, lambda image: f"day -10 CT\n day 42 CT: new osteoblastic\n day 43 {image}: larger osteoblastic"
    )
    assert {image: row.verdict_mda for image, row in rows.items()} == cases


def test_what_comes_later_does_not_change_it(judge: Judge) -> None:
    row = judge("day -10 CT\n day 42 CT: new osteoblastic #A\n day 84 CT: larger #A, PD")
    assert row.verdict_mda == "PR"
