"""Definitions laid beside each other: verdicts, protocols, kappa, and how far the medians move.

Not here: other counts (`test_counts.py`).
"""

from __future__ import annotations

from itertools import combinations

import pytest

from bpp_etl.disclosure import publish_metrics
from tests.unit.measure.patients import Candidate, Other
from tests.unit.measure.world import Measured, add, measured, named, release


def _agreeing() -> Measured:
    progression, none = ("PD", "iCPD", "PD", "PD"), ("NON_PD", "iUPD", "PR", "NON_PD")
    return measured(
        [
            *[Candidate(verdicts=none)] * 4,
            Candidate(verdicts=progression),
            *[Candidate(state="true_progression", progressed=50, verdicts=progression)] * 4,
            Candidate(state="true_progression", progressed=50, verdicts=none),
            Candidate(verdicts=("EQUIVOCAL", "iUPD", "PR", "PDu")),
            Candidate(state="indeterminate", verdicts=progression),
        ]
    )


def test_agreement_leaves_out_verdicts_that_decide_nothing() -> None:
    # 8 of 10 agree, and 5 of 10 would by chance.
    row = _agreeing().estimate("agreement_recist11")
    assert (row["estimate"], row["patients"]) == (pytest.approx(0.6), 10)


def test_every_verdict_is_counted_against_every_state() -> None:
    found = _agreeing()
    row = found.one(
        "concordance",
        definition="xu2025",
        call="pseudoprogression",
        other_definition="pcwg3",
        other_call="PDu",
    )
    assert row["patients"] == 1


def test_every_two_definitions_are_laid_against_each_other() -> None:
    found = _agreeing()
    names = ("xu2025", "recist11", "irecist", "mda", "pcwg3")
    for one, other in combinations(names, 2):
        rows = found.some("concordance", definition=one, other_definition=other)
        assert sum(row["patients"] for row in rows) == 12, (one, other)
    row = found.estimate("agreement_recist11_mda")
    # One is equivocal under RECIST; the other eleven agree throughout.
    assert (row["estimate"], row["patients"]) == (1, 11)


def test_kappa_of_verdicts_is_worked_out_by_hand() -> None:
    # 6 and 2 agree, 1 and 1 do not: 0.8 observed, 0.7 * 0.7 + 0.3 * 0.3 = 0.58 by chance.
    verdicts = [("NON_PD", "PR")] * 6 + [("PD", "PD")] * 2 + [("NON_PD", "PD"), ("PD", "PR")]
    found = measured([Candidate(verdicts=(recist, "iUPD", mda, "NE")) for recist, mda in verdicts])
    row = found.estimate("agreement_recist11_mda")
    assert row["estimate"] == pytest.approx((0.8 - 0.58) / (1 - 0.58))
    assert row["ci_low"] < row["estimate"] < row["ci_high"]
    # Nobody has a bone scan: there is nothing to compare.
    assert found.estimate("agreement_recist11_pcwg3")["warnings"] == ["indeterminate_left_out", "no_patients"]


def test_the_medians_move_by_definition() -> None:
    none, progression = ("NON_PD", "iUPD", "PR", "NON_PD"), ("PD", "iUPD", "PR", "NON_PD")
    found = measured(
        [
            *[Candidate(event=40, progressed=300, verdicts=none)] * 5,
            *[Candidate(event=60, progressed=500, verdicts=progression)] * 6,
            *[
                Candidate(
                    state="true_progression", event=20, progressed=50, verdicts=("NON_PD", "iCPD", "PD", "PD")
                )
            ]
            * 6,
        ]
    )
    own = found.estimate("time_to_pseudoprogression"), found.estimate("pseudoprogression_to_progression")
    assert [row["estimate"] for row in own] == [60, 500]
    recist = "definition=recist11"
    moved = [found.estimate(f"{row['metric']}_shift", recist) for row in own]
    read = [found.estimate(row["metric"], recist) for row in own]
    # RECIST reads the five and the six true progressions as none.
    assert [(row["patients"], row["estimate"]) for row in read] == [(11, 20), (11, 50)]
    assert [(row["patients"], row["estimate"]) for row in moved] == [(11, -40), (11, -450)]
    unmoved = found.estimate("time_to_pseudoprogression_shift", "definition=irecist")
    assert (unmoved["estimate"], unmoved["warnings"]) == (0, ["no_interval"])


def test_two_protocols_are_laid_against_each_other_over_everyone_with_a_first_line() -> None:
    first = [Candidate(event=40)] * 6 + [Candidate(state="indeterminate", event=40)] * 4
    second = [Candidate(event=40)] * 8 + [Candidate(state="true_progression", event=40, progressed=50)] * 2
    others = [Other()] * 5 + [Other("no_first_line")] * 3
    with release(first, others) as con:
        add(con, second, others, protocol="other")
        found = Measured(con, publish_metrics(con, protocols=[named("xu2025"), named("other")], threshold=0))
    rows = found.some("concordance", definition="xu2025", other_definition="other")
    assert {(row["call"], row["other_call"]): row["patients"] for row in rows if row["patients"]} == {
        ("pseudoprogression", "pseudoprogression"): 6,
        ("indeterminate", "pseudoprogression"): 2,
        ("indeterminate", "true_progression"): 2,
        ("no_new_osteoblastic_lesion", "no_new_osteoblastic_lesion"): 5,
    }
    row = found.estimate("agreement_protocol", "definition=other")
    # 6 and 7 of 15 agree; the margins are 6 of 15 and 8 of 15.
    by_chance = 6 / 15 * 8 / 15 + 9 / 15 * 7 / 15
    assert (row["protocol"], row["patients"]) == ("xu2025", 15)
    assert row["estimate"] == pytest.approx((13 / 15 - by_chance) / (1 - by_chance))
    shifts = [
        (row["protocol"], row["stratum"], row["estimate"])
        for row in found.some("estimate", metric="time_to_pseudoprogression_shift")
        if row["stratum"] in ("definition=xu2025", "definition=other")
    ]
    assert shifts == [("xu2025", "definition=other", 0), ("other", "definition=xu2025", 0)]


def test_kappa_is_hidden_with_a_count_that_it_tells() -> None:
    none, progression = ("NON_PD", "iUPD", "PR", "NE"), ("PD", "iUPD", "PD", "NE")
    few = [Candidate(verdicts=("PD", "iUPD", "PR", "NE"))] * 2
    patients = [*[Candidate(verdicts=none)] * 20, *[Candidate(verdicts=progression)] * 20]
    assert measured(patients, threshold=5).estimate("agreement_recist11_mda")["estimate"] == 1
    row = measured([*patients, *few], threshold=5).estimate("agreement_recist11_mda")
    assert (row["estimate"], row["ci_low"], row["is_suppressed"]) == (None, None, True)
