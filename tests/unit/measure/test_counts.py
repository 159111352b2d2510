"""Flow, shares, bones, rules and cadence: what is counted adds up.

Not here: definitions beside each other (`test_agreement.py`), and what disclosure control hides
(`test_disclosure.py`).
"""

from __future__ import annotations

from collections import defaultdict

import pytest

from bpp_etl.disclosure import publish_metrics
from bpp_etl.events import FLOW_RULES, STATE_RULES
from schemas.codes import CADENCE_CLASS
from tests.unit.measure.patients import Candidate, Other
from tests.unit.measure.world import Measured, measured, named, release

MIXED = [
    *[Candidate(registry="a", progressed=200)] * 3,
    *[Candidate(registry="b")] * 2,
    Candidate(registry="a", state="true_progression", reason="pd_at_detection", progressed=0),
    *[Candidate(registry="b", state="true_progression", progressed=50)] * 2,
    Candidate(registry="a", state="indeterminate", reason="death"),
    Candidate(registry="b", state="indeterminate", reason="no_baseline_ct"),
]
OTHERS = [
    Other("no_first_line", "a"),
    *[Other("no_on_treatment_ct", "b")] * 2,
    *[Other("progression_first", "a", progressed=42)] * 4,
    *[Other("no_new_osteoblastic_lesion", "b")] * 3,
]


@pytest.fixture(scope="module", name="found")
def measure_mixed() -> Measured:
    """Two registries with candidates of every state, and patients without one."""
    return measured(MIXED, OTHERS)


def test_every_step_of_the_flow_is_the_sum_of_its_parts(found: Measured) -> None:
    for stratum in ("all", "registry=a", "registry=b"):
        rows = found.some("flow", stratum=stratum)
        patients = {row["step"]: row["patients"] for row in rows}
        parts: dict[str, int] = defaultdict(int)
        for row in rows:
            if row["parent_step"]:
                parts[row["parent_step"]] += row["patients"]
        assert {step: patients[step] for step in parts} == parts
        assert set(parts) == {
            "delivered_row",
            "delivered",
            "admitted",
            "candidate",
            "pseudoprogression",
            "true_progression",
            "indeterminate",
        }


def test_the_registries_add_up_to_everyone(found: Measured) -> None:
    rows = found.some("flow", stratum="all")
    assert [row["position"] for row in rows] == list(range(1, len(rows) + 1))
    for row in rows:
        parts = [found.one("flow", step=row["step"], stratum=f"registry={name}")["patients"] for name in "ab"]
        assert row["patients"] == sum(parts)


def test_the_flow_counts_who_left_where(found: Measured) -> None:
    counted = {row["step"]: row["patients"] for row in found.some("flow", stratum="all")}
    assert counted == {
        "delivered_row": 20,
        "repeated_row": 0,
        "delivered": 20,
        "refused": 0,
        "admitted": 20,
        "no_first_line": 1,
        "no_on_treatment_ct": 2,
        "no_new_osteoblastic_lesion": 3,
        "progression_first": 4,
        "candidate": 10,
        "pseudoprogression": 5,
        "true_progression": 3,
        "indeterminate": 2,
        "progressed": 3,
        "not_progressed": 2,
        "pd_at_detection": 1,
        "pd_before_confirmation": 2,
        "no_baseline_ct": 1,
        "progression_not_read": 0,
        "death": 1,
        "therapy_changed": 0,
        "lost_to_follow_up": 0,
        "awaiting_ct": 0,
    }


def test_the_share_of_pseudoprogressions_has_bounds_over_the_undecided(found: Measured) -> None:
    shares = {
        name: found.estimate(f"pseudoprogression_share{name}")["estimate"]
        for name in ("_lowest", "", "_highest")
    }
    assert shares == {"_lowest": 5 / 10, "": 5 / 8, "_highest": 7 / 10}
    assert found.estimate("pseudoprogression_share", "registry=b")["estimate"] == 2 / 4


def test_a_share_has_the_interval_of_wilson() -> None:
    patients = [*[Candidate()] * 18, *[Candidate(state="true_progression", progressed=50)] * 5]
    row = measured(patients).estimate("pseudoprogression_share")
    assert row["estimate"] == pytest.approx(0.7826, abs=5e-5)
    assert (row["ci_low"], row["ci_high"]) == (
        pytest.approx(0.5810, abs=5e-5),
        pytest.approx(0.9034, abs=5e-5),
    )


def test_a_share_counts_those_whose_cts_are_not_read_either_way() -> None:
    unread = Candidate(state="indeterminate", reason="progression_not_read")
    other = Candidate(state="indeterminate", reason="awaiting_ct")
    found = measured(
        [*[Candidate()] * 6, *[Candidate(state="true_progression", progressed=50)] * 2, unread, unread, other]
    )
    shares = {
        metric: (
            found.estimate(metric)["estimate"],
            found.estimate(metric)["events"],
            found.estimate(metric)["patients"],
        )
        for metric in (
            "pseudoprogression_share",
            "pseudoprogression_share_unread_as_none",
            "pseudoprogression_share_unread_as_one",
        )
    }
    assert list(shares.values()) == [(6 / 8, 6, 8), (6 / 10, 6, 10), (8 / 10, 8, 10)]
    assert found.estimate("pseudoprogression_share_unread_as_one", "registry=a")["events"] == 8


def test_bones_are_counted_by_patient_and_by_lesion_of_one_population() -> None:
    found = measured(
        [
            *[Candidate(sites=("spine", "spine", "rib"), later_sites=("skull",))] * 5,
            Candidate(sites=("rib",), old_sites=("pelvis", "skull")),
            Candidate(state="true_progression", progressed=50, sites=("skull",)),
        ]
    )
    shares = {
        (row["population"], row["level"], row["site"]): (row["counted"], row["total"])
        for row in found.tables["lesion_site"]
        if row["counted"]
    }
    assert shares == {
        ("candidate", "patient", "spine"): (5, 6),
        ("candidate", "patient", "rib"): (6, 6),
        ("candidate", "lesion", "spine"): (10, 16),
        ("candidate", "lesion", "rib"): (6, 16),
        ("episode", "patient", "spine"): (5, 6),
        ("episode", "patient", "rib"): (6, 6),
        ("episode", "patient", "skull"): (5, 6),
        ("episode", "lesion", "spine"): (10, 21),
        ("episode", "lesion", "rib"): (6, 21),
        ("episode", "lesion", "skull"): (5, 21),
    }
    assert found.estimate("lesion_site_share_of_patients", "site=skull")["estimate"] == 0
    assert found.estimate("lesion_site_episode_share_of_patients", "site=skull")["estimate"] == 5 / 6
    row = found.estimate("lesion_site_share_of_lesions", "site=spine")
    assert (row["estimate"], row["events"], row["patients"]) == (10 / 16, 10, 6)
    assert "lesions_clustered" in row["warnings"]


def test_what_the_undecided_lack_is_counted_by_registry() -> None:
    undecided = {"state": "indeterminate"}
    found = measured(
        [
            *[Candidate(registry="a", lacks=("confirming_ct", "alp_baseline"), **undecided)] * 2,
            Candidate(
                registry="b", reason="no_baseline_ct", lacks=("baseline_ct", "alp_baseline"), **undecided
            ),
            Candidate(registry="b"),
        ]
    )
    counted = {
        (row["stratum"], row["missing"]): row["patients"]
        for row in found.tables["open_question"]
        if row["patients"]
    }
    assert counted == {
        ("all", "baseline_ct"): 1,
        ("all", "confirming_ct"): 2,
        ("all", "alp_baseline"): 3,
        ("registry=a", "confirming_ct"): 2,
        ("registry=a", "alp_baseline"): 2,
        ("registry=b", "baseline_ct"): 1,
        ("registry=b", "alp_baseline"): 1,
    }


def test_a_few_who_lack_something_are_hidden_with_what_would_tell_them() -> None:
    undecided = {"state": "indeterminate", "reason": "no_baseline_ct"}
    patients = [
        *[Candidate(lacks=("baseline_ct", "alp_baseline"), **undecided)] * 4,
        *[Candidate(lacks=("baseline_ct",), **undecided)] * 5,
        *[Candidate()] * 20,
    ]
    found = measured(patients, threshold=5)
    counted = {row["missing"]: row["patients"] for row in found.some("open_question", stratum="all")}
    assert (counted["baseline_ct"], counted["alp_baseline"]) == (9, None)
    few = measured([*[Candidate(lacks=("baseline_ct",), **undecided)] * 3, *[Candidate()] * 20], threshold=5)
    assert few.one("open_question", stratum="all", missing="baseline_ct")["patients"] is None
    assert few.one("flow", stratum="all", step="no_baseline_ct")["patients"] is None


def test_every_rule_is_counted_by_registry_as_often_as_it_fired(found: Measured) -> None:
    counted = {(row["registry"], row["rule"]): row["patients"] for row in found.tables["event_rule"]}
    assert {key: number for key, number in counted.items() if number} == {
        ("a", "no_first_line"): 1,
        ("b", "no_on_treatment_ct"): 2,
        ("b", "no_new_osteoblastic_lesion"): 3,
        ("a", "progression_first"): 4,
        ("a", "candidate"): 5,
        ("b", "candidate"): 5,
        ("a", "confirmed"): 3,
        ("b", "confirmed"): 2,
        ("a", "pd_at_detection"): 1,
        ("b", "pd_before_confirmation"): 2,
        ("a", "death"): 1,
        ("b", "no_baseline_ct"): 1,
    }
    # No calendar window is set, so that nobody can lie outside one.
    rules = [rule.id for rule in (*FLOW_RULES, *STATE_RULES) if rule.id != "outside_window"]
    for registry in "ab":
        assert [row["rule"] for row in found.some("event_rule", registry=registry)] == rules


def test_a_rule_that_fired_for_a_few_is_hidden_and_so_is_what_would_tell_it() -> None:
    patients = [*[Candidate()] * 20, *[Candidate(state="true_progression", reason="pd_at_detection")] * 3]
    found = measured(patients, threshold=5)
    hidden = {row["rule"] for row in found.tables["event_rule"] if row["is_suppressed"]}
    assert "pd_at_detection" in hidden
    assert hidden & {"candidate", "confirmed"}


def test_cadence_is_counted_by_registry_and_for_pseudoprogressions_by_her2_status() -> None:
    found = measured(
        [
            Candidate(registry="a", her2="positive", cadence=("on_time", "on_time", "late"), interval=40),
            Candidate(registry="b", cadence=("missed",), interval=80),
            Candidate(registry="b", state="true_progression", progressed=50, cadence=("early",), interval=20),
            Candidate(cadence=("missed",) * 9, interval=99, cadence_line=2),
        ]
    )

    def classes(population: str, stratum: str) -> list[int]:
        rows = found.some("cadence", population=population, stratum=stratum)
        assert [row["cadence_class"] for row in rows] == list(CADENCE_CLASS)
        return [row["time_points"] for row in rows]

    assert classes("first_line", "all") == [2, 1, 1, 1]
    assert classes("first_line", "registry=b") == [0, 1, 0, 1]
    assert classes("pseudoprogression", "her2=positive") == [2, 0, 1, 0]
    assert classes("pseudoprogression", "her2=unknown") == [0, 0, 0, 1]
    assert found.one("cadence", population="first_line", stratum="registry=a", cadence_class="on_time")[
        "share"
    ] == pytest.approx(2 / 3)
    assert found.estimate("cadence_interval")["estimate"] == 40
    assert found.estimate("pseudoprogression_cadence_interval", "her2=unknown")["estimate"] == 80
    assert found.estimate("pseudoprogression_cadence_deviation", "her2=positive")["estimate"] == -2
    share = found.estimate("cadence_on_time_share")
    assert (share["estimate"], share["events"], share["patients"]) == (2 / 5, 2, 3)


def test_the_widest_bounds_count_whom_the_gate_refused_either_way() -> None:
    refused = ("refused_evidence",)
    candidates = [
        *[Candidate()] * 4,
        Candidate(flags=refused),
        *[Candidate(state="true_progression", progressed=50)] * 2,
        Candidate(state="true_progression", progressed=50, flags=refused),
        *[Candidate(state="indeterminate")] * 2,
    ]
    with release(candidates) as con:
        rows = [
            ("admitted", "1.csv", 1, "X"),
            ("admitted", "1.csv", 2, " X "),
            ("admitted", "1.csv", 3, None),
            ("admitted", "2.csv", 3, None),  # each file is numbered anew
            ("admitted", "2.csv", 5, "C0000"),  # a second copy of somebody who is admitted
            ("shut", "1.csv", 1, "Y"),  # of a delivery that came again under the same name
        ]
        con.executemany(
            "insert into quarantine.patients by name select 'a' as registry, 'd' as delivery,"
            " ? as delivery_status, ? as file, ? as row_number, [] as broken_rules,"
            " ? as patient_id",
            rows,
        )
        found = Measured(con, publish_metrics(con, protocols=[named("xu2025")], threshold=0))
    lowest, highest = (
        found.estimate(f"pseudoprogression_share_{name}_with_refused") for name in ("lowest", "highest")
    )
    # 10 candidates and 3 refused; 4 pseudoprogressions on complete evidence; all but 2 true progressions.
    assert (lowest["events"], lowest["patients"]) == (4, 13)
    assert (highest["events"], highest["patients"]) == (11, 13)
    assert "refused_counted" in lowest["warnings"]
    steps = {row["step"]: row["patients"] for row in found.some("flow", stratum="registry=a")}
    assert [steps[step] for step in ("delivered", "refused", "admitted")] == [13, 3, 10]
    # Of 5 refused rows 3 are patients: one is refused twice, and one is a copy of somebody who is admitted.
    assert [steps[step] for step in ("delivered_row", "repeated_row")] == [15, 2]
