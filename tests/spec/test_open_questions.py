"""Open questions: what is missing of an undecided candidate, since when, and when its evidence would lie."""

import pytest

from bpp_etl.events import load_protocol
from schemas.event import OPEN_QUESTIONS
from tests.support.timeline import Judge

ALP = "day 0 ALP 100\n day 42 ALP 100\n"
OPEN = (
    ALP
    + """
    day -10  CT
    day 42   CT: new osteoblastic, SD
    day 84   CT: SD
"""
)


def test_only_an_undecided_candidate_has_open_questions(judge: Judge) -> None:
    assert set(judge.questions(OPEN)) == {"confirming_ct"}
    assert judge.questions(OPEN + "day 126 CT") == {}
    assert judge.questions(OPEN + "day 126 CT: PD") == {}
    assert judge.questions("day -10 CT\n day 42 CT") == {}


def test_a_further_ct_is_missing_since_the_last_one_that_counts(judge: Judge) -> None:
    asked = judge.questions(OPEN)["confirming_ct"]
    assert (asked.reason, asked.since, asked.lacking) == ("awaiting_ct", 84, 1)
    assert (asked.look_from, asked.look_until) == (112, None)
    assert judge(OPEN + "day 111 CT").state == "indeterminate"
    assert judge(OPEN + "day 112 CT").state == "pseudoprogression"


def test_without_any_confirming_ct_two_are_missing_since_the_candidate(judge: Judge) -> None:
    text = ALP + "day -10 CT\n day 42 CT: new osteoblastic, SD\n day 100 line 1 ends"
    asked = judge.questions(text)["confirming_ct"]
    assert (asked.reason, asked.since, asked.lacking) == ("therapy_changed", 42, 2)
    assert (asked.look_from, asked.look_until) == (70, 100)
    assert judge(text + "\n day 70 CT\n day 98 CT").state == "pseudoprogression"


@pytest.mark.parametrize(
    ("end", "until"),
    [
        ("day 97 line 1 ends", 125),
        ("day 98 line 2 starts", 98),
        ("day 97 dies", 97),
    ],
)
def test_where_the_cts_no_longer_fit_only_progression_is_asked_for(
    judge: Judge, end: str, until: int
) -> None:
    text = ALP + f"day -10 CT\n day 42 CT: new osteoblastic, SD\n {end}"
    questions = judge.questions(text)
    assert set(questions) == {"progression_evidence"}
    asked = questions["progression_evidence"]
    assert (asked.since, asked.look_from, asked.look_until) == (42, 42, until)
    assert judge(f"{text}\n day {until} MRI: PD").state == "true_progression"
    # A CT cannot be made after death, so there is no day after it to try.
    if "dies" not in end:
        assert judge(f"{text}\n day {until + 1} MRI: PD").state == "indeterminate"


def test_a_baseline_ct_is_missing_since_the_start_of_line_1(judge: Judge) -> None:
    text = ALP + "day 42 CT: new osteoblastic, SD\n day 84 CT: SD\n day 126 CT: SD"
    questions = judge.questions(text)
    assert set(questions) == {"baseline_ct"}
    asked = questions["baseline_ct"]
    assert (asked.reason, asked.since, asked.look_from, asked.look_until) == ("no_baseline_ct", 0, -42, 0)
    assert judge(text + "\n day -42 CT").state == "pseudoprogression"
    assert judge(text + "\n day -43 CT").state == "indeterminate"


def test_without_baseline_a_further_ct_is_asked_for_too_where_one_would_be_needed(judge: Judge) -> None:
    text = ALP + "day 42 CT: new osteoblastic, SD\n day 84 CT: SD"
    assert set(judge.questions(text)) == {"baseline_ct", "confirming_ct"}
    assert set(judge.questions(text + "\n day 126 CT: PD")) == {"baseline_ct"}


def test_a_response_is_missing_where_progression_in_it_would_decide(judge: Judge) -> None:
    text = (
        ALP
        + """
        day -10  CT
        day 35   MRI: no response
        day 42   CT: new osteoblastic, no response
        day 60   bone scan
        day 70   CT: NE
        day 84   CT: SD
        day 90   MRI: not evaluable
        day 100  line 1 ends
        day 128  MRI: no response
        day 140  CT: no response
    """
    )
    asked = judge.questions(text)["response"]
    # Day 35 joins the candidate's time point; day 60 shows no response; day 140 is too late to decide.
    assert asked.assessment_ids == ["MRI day 35", "CT day 42", "CT day 70", "MRI day 128"]
    assert (asked.since, asked.look_from, asked.look_until, asked.lacking) == (35, 35, 128, 4)
    for name in ("MRI day 35", "CT day 42", "CT day 70", "MRI day 128"):
        modality, _, day = name.split()
        told = text.replace(f"day {day}   {modality}: NE", f"day {day} {modality}")
        assert judge(f"{told}\n day {day} {modality}: PD").state == "true_progression", name


def test_without_baseline_only_the_candidates_own_response_decides(judge: Judge) -> None:
    asked = judge.questions("day 42 CT: new osteoblastic, no response\n day 84 CT: no response")
    assert asked["response"].assessment_ids == ["CT day 42"]
    assert "progression_reading" not in asked


def test_what_the_cts_that_confirm_nothing_say_of_progression_is_missing(judge: Judge) -> None:
    text = """
        day -10  CT
        day 42   CT: new osteoblastic
        day 84   CT: no response
        day 88   MRI: no response
        day 126  CT: SD, stable osteolytic with lysis unread
        day 168  line 1 ends
        day 175  CT: no response
    """
    questions = judge.questions(ALP + text)
    assert set(questions) == {"progression_reading", "response"}
    asked = questions["progression_reading"]
    assert asked.assessment_ids == ["CT day 84", "CT day 126"]
    assert (asked.reason, asked.since, asked.look_from, asked.look_until, asked.lacking) == (
        "progression_not_read",
        84,
        84,
        126,
        2,
    )
    # The response of an image that cannot confirm is asked for by itself.
    assert questions["response"].assessment_ids == ["MRI day 88", "CT day 175"]
    read = text.replace("CT: no response\n        day 88", "CT: SD\n        day 88").replace(
        " with lysis unread", ""
    )
    assert judge(read).state == "pseudoprogression"


def test_where_reading_what_is_there_would_confirm_nothing_else_is_asked_for(judge: Judge) -> None:
    questions = judge.questions(
        ALP
        + """
        day -10  CT
        day 42   CT: new osteoblastic
        day 84   CT: no response
        day 126  CT: no response
        day 127  line 1 ends
    """
    )
    assert set(questions) == {"progression_reading"}


def test_alp_is_missing_at_baseline_and_at_the_event(judge: Judge) -> None:
    text = "day -10 CT\n day 42 CT: new osteoblastic, SD\n day 50 line 2 starts\n"
    questions = judge.questions(text)
    assert {"alp_baseline", "alp_at_event"} <= set(questions)
    baseline, event = questions["alp_baseline"], questions["alp_at_event"]
    assert (baseline.since, baseline.look_from, baseline.look_until) == (0, -28, 0)
    assert (event.since, event.look_from, event.look_until) == (42, 28, 50)
    closed = judge.questions(text + "day -28 ALP 100\n day 50 ALP 100")
    assert not {"alp_baseline", "alp_at_event"} & set(closed)


def test_the_windows_are_those_of_the_protocol(judge: Judge) -> None:
    text = "day -10 bone scan\n day 60 bone scan: new osteoblastic"
    asked = judge.questions(text, "lin2021")["confirming_ct"]
    landmark = load_protocol("lin2021").values["confirming_from_start_days"]
    assert (asked.lacking, asked.look_from) == (1, landmark)


def test_every_question_says_in_words_what_would_close_it(judge: Judge) -> None:
    questions = judge.questions("day 42 CT: new osteoblastic, no response")
    assert {name: asked.closed_by for name, asked in questions.items()} == {
        name: OPEN_QUESTIONS[name].format(lacking=asked.lacking, scan="CT or PET-CT with bone window")
        for name, asked in questions.items()
    }
    assert len(questions) == 5


def test_the_baseline_that_is_asked_for_is_of_the_protocol_s_modalities(judge: Judge) -> None:
    text = "day 42 bone scan: new osteoblastic"
    asked = {
        name: judge.questions(text, name)["baseline_ct"].closed_by for name in ("lin2021", "coleman1988")
    }
    assert asked["lin2021"].startswith("A bone scan made before treatment")
    assert asked["coleman1988"].startswith("A CT or PET-CT with bone window, or a bone scan made before")


@pytest.mark.parametrize(("later", "number"), [("", 2), ("\n day 84 CT: SD", 1)])
def test_as_many_cts_as_are_lacking_are_asked_for_by_their_number(
    judge: Judge, later: str, number: int
) -> None:
    asked = judge.questions(f"day -10 CT\n day 42 CT: new osteoblastic, SD{later}")["confirming_ct"]
    assert asked.lacking == number
    assert f"bone window, {number} in number, within the dates" in asked.closed_by
