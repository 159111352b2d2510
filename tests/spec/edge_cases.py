"""The edge cases of the definition, each with a course and its ruling.

Not here: judging them (`test_edge_cases.py`). `differs` is another reading that was weighed and not taken.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class EdgeCase:
    """One case: `expected` names columns of the event, or left_at; of flags those that must be among them."""

    id: str
    case: str
    ruling: str
    course: str
    expected: Mapping[str, object] = field(default_factory=dict)
    differs: str = ""


BASELINE = "day -10 CT"
SHOWN = f"{BASELINE}\nday 42 CT: new osteoblastic #A"
CONFIRMED = f"{SHOWN}\nday 84 CT\nday 126 CT"

EDGE_CASES = (
    EdgeCase(
        "E1",
        "A new osteoblastic lesion and explicit progression at the same time point.",
        "True progression at detection; the candidate keeps its row and its own date.",
        f"{BASELINE}\nday 42 CT: new osteoblastic, lysis",
        {"state": "true_progression", "reason": "pd_at_detection", "event_date": 42, "progression_date": 42},
        "Another reading makes it no candidate at all.",
    ),
    EdgeCase(
        "E2",
        "A new lesion outside bone on the same visit.",
        "As E1: the response outside bone is PD, on whichever of CT, PET-CT and MRI.",
        f"{SHOWN}\nday 45 MRI: PD",
        {"reason": "pd_at_detection", "progression_kind": "extraosseous"},
        "An equivocal finding outside bone is not delivered, so none is awaited.",
    ),
    EdgeCase(
        "E3",
        "Progression on the first or second confirming CT.",
        "True progression, with the kind, so that progression outside bone alone can be told apart.",
        f"{SHOWN}\nday 84 CT\nday 126 CT: PD",
        {
            "state": "true_progression",
            "reason": "pd_before_confirmation",
            "progression_kind": "extraosseous",
        },
    ),
    EdgeCase(
        "E4",
        "A follow-up CT is missing.",
        "Indeterminate; one late CT counts once, however late.",
        f"{SHOWN}\nday 200 CT",
        {"state": "indeterminate", "reason": "awaiting_ct", "confirming_ct_count": 1},
    ),
    EdgeCase(
        "E5",
        "Two CTs closer than 28 days.",
        "Up to 7 days apart they are one time point; from 8 to 27 days the second is one of its own that does"
        " not count, but progression on it does.",
        f"{SHOWN}\nday 69 CT\nday 84 CT\nday 111 CT",
        {"reason": "awaiting_ct", "confirming_ct_count": 1, "confirming_assessment_ids": ["CT day 84"]},
        "Another reading joins everything within 28 days.",
    ),
    EdgeCase(
        "E6",
        "The patient is followed by bone scan and MRI.",
        "Neither confirms; a bone scan alone is never progression, an MRI can be.",
        f"{SHOWN}\nday 84 bone scan: PD, new osteolytic\nday 126 bone scan\nday 168 MRI: new osteolytic",
        {"reason": "pd_before_confirmation", "progression_date": 168, "confirming_ct_count": 0},
        "Another reading asks for a CT beside a lytic lesion on MRI.",
    ),
    EdgeCase(
        "E7",
        "The lesion is first seen on a bone scan, and later on CT.",
        "The event is dated by the CT.",
        f"{BASELINE}\nday 30 bone scan: new osteoblastic\nday 42 CT: new osteoblastic",
        {"left_at": "candidate", "event_date": 42},
    ),
    EdgeCase(
        "E8",
        "No CT in the 42 days up to the start of line 1.",
        "Indeterminate: newness cannot be shown.",
        "day -43 CT\nday 42 CT: new osteoblastic\nday 84 CT\nday 126 CT",
        {"state": "indeterminate", "reason": "no_baseline_ct"},
        "Another reading keeps them, with a flag, and flags a baseline older than 28 days too.",
    ),
    EdgeCase(
        "E9",
        "A known lytic lesion turns sclerotic.",
        "Repair, not a new lesion: no candidate where its row does not call it new.",
        "day -10 CT: baseline osteolytic #A\nday 42 CT: stable osteoblastic #A",
        {"left_at": "no_new_osteoblastic_lesion", "state": None},
        "A row that calls it new makes a candidate, flagged known_lesion_called_new, for ids may change.",
    ),
    EdgeCase(
        "E10",
        "A new lytic lesion.",
        "Explicit progression.",
        f"{SHOWN}\nday 84 CT: new osteolytic",
        {"state": "true_progression", "progression_kind": "new_lytic"},
    ),
    EdgeCase(
        "E11",
        "A new mixed lesion.",
        "Explicit progression, and never a candidate; an equivocal one is neither.",
        f"{BASELINE}\nday 42 CT: equivocal new mixed\nday 84 CT: new mixed\nday 126 CT: new osteoblastic",
        {"left_at": "progression_first"},
    ),
    EdgeCase(
        "E12",
        "The candidate's own lesion later shows lysis.",
        "Explicit progression on that day.",
        f"{CONFIRMED}\nday 168 CT: lysis osteoblastic #A",
        {"state": "pseudoprogression", "progression_date": 168, "progression_kind": "lysis"},
    ),
    EdgeCase(
        "E13",
        "Further new osteoblastic lesions on a confirming CT.",
        "The same episode: no progression, and they are counted; PCWG3 stands beside it.",
        f"{SHOWN}\nday 84 CT: new osteoblastic #B\nday 126 CT",
        {"state": "pseudoprogression", "new_lesion_count": 2, "verdict_pcwg3": "NE"},
    ),
    EdgeCase(
        "E14",
        "Several new lesions, on one day and on later ones.",
        "One candidate, dated at the first.",
        f"{BASELINE}\nday 42 CT: new osteoblastic #A, new osteoblastic #B\nday 84 CT: new osteoblastic #C",
        {"event_date": 42, "candidate_lesion_ids": ["A", "B"], "new_lesion_count": 3},
        "Another reading gives later dates rows of their own.",
    ),
    EdgeCase(
        "E15",
        "A sclerotic lesion grows or becomes denser.",
        "No progression here; for the MD Anderson criteria it is, if seen with the candidate.",
        f"{BASELINE}\nday 42 CT: new osteoblastic #A, larger #B\nday 84 CT: larger #A\nday 126 CT",
        {"state": "pseudoprogression", "has_progression": False, "verdict_mda": "PD"},
    ),
    EdgeCase(
        "E16",
        "The lesion is gone on the next CT.",
        "That CT counts as one without progression.",
        f"{SHOWN}\nday 84 CT: resolved #A\nday 126 CT",
        {"state": "pseudoprogression", "confirming_ct_count": 2},
        "Another reading adds a flag.",
    ),
    EdgeCase(
        "E17",
        "Death on the day of the CT.",
        "The CT counts. One dated after death is refused at the gate (`assessment_after_death`).",
        f"{CONFIRMED}\nday 126 dies",
        {"state": "pseudoprogression", "confirmation_date": 126},
    ),
    EdgeCase(
        "E18",
        "Loss to follow-up.",
        "Indeterminate if not confirmed; follow-up ends with the last evaluable assessment on treatment.",
        f"{SHOWN}\nday 84 CT\nday 100 last contact",
        {"reason": "lost_to_follow_up", "censor_date": 84},
    ),
    EdgeCase(
        "E19",
        "Therapy is changed on the day of the confirming CT.",
        "The day on which line 1 ends still counts; the day on which line 2 starts does not.",
        f"{CONFIRMED}\nday 126 line 1 ends\nday 127 line 2 starts",
        {"state": "pseudoprogression", "confirmation_date": 126},
    ),
    EdgeCase(
        "E20",
        "Treatment goes on beyond progression.",
        "The first progression counts.",
        f"{CONFIRMED}\nday 168 CT: PD\nday 210 CT\nday 252 CT: PD",
        {"progression_date": 168},
    ),
    EdgeCase(
        "E22",
        "The lesion is seen before the first dose or on day 0.",
        "Not on treatment: no candidate.",
        "day -10 CT\nday 0 CT: new osteoblastic\nday 42 CT: stable osteoblastic",
        {"left_at": "no_new_osteoblastic_lesion"},
    ),
    EdgeCase(
        "E23",
        "The lesion appears in line 2.",
        "Not in the first-line episode; a line 3 without a line 2 is flagged.",
        f"{BASELINE}\nday 42 CT\nday 60 line 2 starts\nday 102 CT: new osteoblastic",
        {"left_at": "no_new_osteoblastic_lesion"},
        "Another reading makes a gap in the numbers of lines an error.",
    ),
    EdgeCase(
        "E27",
        "ALP is missing or out of its window.",
        "The event stays; its changes are empty, nothing is imputed, and a flag says which value is missing.",
        f"{CONFIRMED}\nday -29 ALP 100\nday 42 ALP 90",
        {"alp_at_event": 90, "alp_delta_event": None, "flags": ["alp_baseline_missing"]},
    ),
    EdgeCase(
        "E28",
        "Several ALP values lie in the window.",
        "The nearest in days, of two the earlier; several of one day give their median, with a flag.",
        f"{CONFIRMED}\nday 40 ALP 80 at north\nday 40 ALP 90 at south\nday 44 ALP 200",
        {"alp_at_event": 85, "flags": ["alp_median_of_day"]},
    ),
    EdgeCase(
        "E29",
        "ALP on day 0.",
        "It is baseline.",
        f"{CONFIRMED}\nday 0 ALP 100\nday -5 ALP 150",
        {"alp_baseline": 100},
        "Another reading adds a flag.",
    ),
    EdgeCase(
        "E31",
        "Only bone ALP was measured.",
        "It never fills in for total ALP.",
        f"{CONFIRMED}\nday 0 bone ALP 20\nday 42 bone ALP 15",
        {"alp_baseline": None, "alp_at_event": None},
    ),
    EdgeCase(
        "E32",
        "Progression after the start of line 2.",
        "It belongs to line 1 up to the day on which line 2 starts; later it does not, and the patient is"
        " censored.",
        f"{CONFIRMED}\nday 150 line 2 starts\nday 151 CT: PD",
        {"state": "pseudoprogression", "has_progression": False, "censor_date": 126},
    ),
    EdgeCase(
        "E33",
        "Two readings of one visit disagree.",
        "They are one time point, and the worst finding wins.",
        f"{SHOWN}\nday 84 CT\nday 84 PET-CT: PD",
        {"reason": "pd_before_confirmation", "progression_date": 84},
        "Another reading asks for a priority of readers, which are not delivered.",
    ),
    EdgeCase(
        "E36",
        "The radiologist calls the lesion possible, or new or previously unseen.",
        "Equivocal: a candidate, with flags.",
        f"{BASELINE}\nday 42 CT: equivocal new osteoblastic",
        {"left_at": "candidate", "flags": ["equivocal_lesion", "equivocal_only"]},
    ),
)

ELSEWHERE = {
    "E21": "Radiotherapy or cement at a lesion is not delivered: no ruling.",
    "E24": "The start of a bone-modifying agent is not delivered: no ruling.",
    "E25": "A second primary or Paget's disease is not delivered: no ruling.",
    "E26": "Sex plays no part: ALP is read against the row's own upper limit.",
    "E30": (
        "A censored ALP such as <5 is refused at the gate (`value_is_censored`). Another reading keeps its"
        " category."
    ),
    "E34": (
        "A partial, future or impossible date is refused at the gate (`date_is_partial`, `date_in_future`,"
        " `assessment_before_birth`), and the counts balance."
    ),
    "E35": (
        "One person in two registries is two patients: registries are kept apart, and nothing links their"
        " pseudonyms. Another reading asks for a merge before."
    ),
}
"""Cases that no course of the first line can show."""
