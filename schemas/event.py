"""The contracts of the `event` schema, with the codes of states, reasons and exits.

Not here: the rules that give the codes (`bpp_etl/events`), the verdicts (`schemas/verdicts.py`) and the flags
(`schemas/event_flags.py`).
"""

from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType
from typing import Annotated, Any

import polars as pl

from schemas.codes import CT_MODALITIES, HER2_STATUS
from schemas.contract import Contract, derived, key_of
from schemas.first_line import FirstLine
from schemas.judging import registry_column
from schemas.verdicts import VERDICT_SETS

STATE = ("pseudoprogression", "true_progression", "indeterminate")
REASON = (
    "confirmed",
    "pd_at_detection",
    "pd_before_confirmation",
    "no_baseline_ct",
    "progression_not_read",
    "death",
    "therapy_changed",
    "lost_to_follow_up",
    "awaiting_ct",
)
NOT_IN_COHORT = ("no_first_line", "outside_window")
"""Where patients leave who are not judged: without a line 1, or with one outside the calendar window."""

LEFT_AT = (
    *NOT_IN_COHORT,
    "no_on_treatment_ct",
    "no_new_osteoblastic_lesion",
    "progression_first",
    "candidate",
)
EXPLICIT = ("extraosseous", "lysis", "new_lytic")
"""Findings that a protocol may take for explicit progression, wherever they come in the course."""
PROGRESSION_KIND = (*EXPLICIT, "late_lesion", "worse_again")
"""The last two are like a candidate's finding: too late for a flare, or worse where it has to be better."""
ALP_CATEGORY = ("decreased", "stable", "increased")

OPEN_QUESTIONS: Mapping[str, str] = MappingProxyType(
    {
        "baseline_ct": (
            "A {scan} made before treatment, within the dates given: look for images or reports from staging,"
            " also from another hospital."
        ),
        "confirming_ct": (
            "Further CTs or PET-CTs with bone window, {lacking} in number, within the dates given and as far "
            "apart as the protocol asks, without progression; or a CT, PET-CT or MRI that shows progression."
        ),
        "progression_evidence": (
            "No further scan can confirm it: the line, or life, ended too soon. Only a CT, PET-CT or MRI "
            "that shows progression, within the dates given, decides; or a correction of the dates of "
            "therapy."
        ),
        "progression_reading": (
            "What the CTs listed say of progression: the response outside bone, and the change of lysis of"
            " each lytic or mixed lesion, one of which was not sent. Read it from their reports: each without"
            " progression can confirm, and progression in one of them decides."
        ),
        "response": (
            "The response outside bone on the assessments listed, for which none, or not evaluable, was "
            "sent: read it from their reports. Progression in one of them decides."
        ),
        "alp_baseline": (
            "A total ALP with its unit and upper limit, taken within the dates given, before treatment. It "
            "describes the patient and does not decide."
        ),
        "alp_at_event": (
            "A total ALP with its unit and upper limit, taken within the dates given, around the scan with "
            "the new lesions. It describes the patient and does not decide."
        ),
    }
)
"""What can be missing of an undecided candidate -> the evidence that closes it, for an abstractor.

`{lacking}` stands for how many are lacking, `{scan}` for what can be a baseline.
"""

CT_WITH_WINDOW, ON_BONE_SCAN = "CT or PET-CT with bone window", "bone scan"
IF_BETTER: Mapping[str, str] = MappingProxyType(
    {
        "confirming_ct": (
            "Further bone scans, {lacking} in number, within the dates given, that are better than the one"
            " before; or one that is worse again, or a CT, PET-CT or MRI that shows progression."
        ),
        "progression_evidence": (
            "No further scan can confirm it: the line, or life, ended too soon. Only a bone scan that is"
            " worse again, or a CT, PET-CT or MRI that shows progression, within the dates given, decides;"
            " or a correction of the dates of therapy."
        ),
    }
)
"""The same where the protocol asks for a better scan."""


def closing_evidence(baselines: Collection[str], *, is_better_asked: bool) -> Mapping[str, str]:
    """Return what closes each open question; `baselines` are the modalities that can be one."""
    scans = [CT_WITH_WINDOW] if set(baselines) & set(CT_MODALITIES) else []
    scans += [ON_BONE_SCAN] if set(baselines) - set(CT_MODALITIES) else []
    told = {name: text.replace("{scan}", ", or a ".join(scans)) for name, text in OPEN_QUESTIONS.items()}
    return {**told, **IF_BETTER} if is_better_asked else told


def _with_verdicts(*, before: str) -> Callable[[type[Contract]], type[Contract]]:
    """Give a contract two columns for each verdict set, before one of its own: the verdict and its day."""

    def widened(contract: type[Contract]) -> type[Contract]:
        annotations: dict[str, Any] = {}
        fields: dict[str, Any] = {}
        for name, kind in contract.__annotations__.items():
            for one in VERDICT_SETS.values() if name == before else ():
                annotations |= {one.column: pl.String, one.date_column: pl.Date}
                fields[one.column] = derived(one.judges, nullable=False, codes=one.codes)
                fields[one.date_column] = derived(one.dates)
            annotations[name] = kind
            fields[name] = vars(contract)[name]
        named = {"__doc__": contract.__doc__, "__module__": __name__, "__annotations__": annotations}
        made: type[Contract] = type(contract.__name__, (Contract,), {**named, **fields}, key=key_of(contract))
        return made

    return widened


@_with_verdicts(before="rule")
class Pseudoprogression(Contract, key=("registry", "patient_id", "protocol")):
    """One row per patient and protocol with a candidate on the first line: the call and its evidence."""

    registry: pl.String = registry_column()
    patient_id: pl.String = derived("The registry's pseudonym of the patient.", nullable=False)
    protocol: pl.String = derived("Name of the protocol that was applied.", nullable=False)
    state: pl.String = derived("What the candidate turned out to be.", nullable=False, codes=STATE)
    reason: pl.String = derived("Why it is in that state.", nullable=False, codes=REASON)
    flags: Annotated[pl.List, pl.String] = derived(
        "Warning codes in alphabetical order; empty when there are none.", nullable=False
    )
    therapy_start_date: pl.Date = derived("Start of line 1.", nullable=False)
    event_date: pl.Date = derived("Day of the candidate's time point.", nullable=False)
    confirmation_date: pl.Date = derived(
        "Day of the last confirming CT needed, or of the event where none is; empty unless confirmed."
    )
    progression_date: pl.Date = derived(
        "Day of the first explicit progression at or after the candidate, not after the start of line 2; "
        "empty while indeterminate."
    )
    observed_progression_date: pl.Date = derived(
        "The same day whatever the state: also where the candidate is indeterminate."
    )
    progression_kind: pl.String = derived(
        "What progressed at that time point: extraosseous, lysis, new_lytic; under a protocol that knows them"
        " late_lesion, which comes too late for a flare, and worse_again; or several of them joined by +."
    )
    censor_date: pl.Date = derived(
        "Day of the last evaluable on-treatment assessment; only without a progression date."
    )
    days_to_event: pl.Int32 = derived("From the start of line 1 to the event.", nullable=False, unit="days")
    days_event_to_progression: pl.Int32 = derived(
        "From the event to progression; empty without progression.", unit="days"
    )
    has_progression: pl.Boolean = derived("Whether there is a progression date.", nullable=False)
    onset_after: pl.Date = derived(
        "Day of the last eligible CT before the candidate, without the lesion: onset lies after it and not "
        "after the event date."
    )
    progression_after: pl.Date = derived(
        "Day of the last evaluable assessment without progression before the observed progression date: "
        "progression lies after it and not after that date, whatever the state."
    )
    sites: Annotated[pl.List, pl.String] = derived(
        "Bones with a lesion of the episode, distinct and sorted: a new osteoblastic one, or what else the"
        " protocol takes for a candidate.",
        nullable=False,
    )
    new_lesion_sites: Annotated[pl.List, pl.String] = derived(
        "Bone of each lesion of the episode, sorted: as many as there are lesions.",
        nullable=False,
    )
    new_lesion_count: pl.Int32 = derived(
        "Lesions of the episode, at the candidate and later on treatment: new osteoblastic ones, or what else"
        " the protocol takes for a candidate.",
        nullable=False,
    )
    confirming_ct_count: pl.Int32 = derived(
        "Confirming CT time points, which are read for progression, counted before any progression, also "
        "beyond the number needed.",
        nullable=False,
    )
    unread_ct_count: pl.Int32 = derived(
        "CT time points on treatment after the candidate and before any progression on which no eligible CT "
        "is read for progression: they confirm nothing.",
        nullable=False,
    )
    candidate_assessment_ids: Annotated[pl.List, pl.String] = derived(
        "Eligible CTs of the candidate's time point that show one of its lesions, by date.",
        nullable=False,
    )
    candidate_lesion_ids: Annotated[pl.List, pl.String] = derived(
        "Lesions that make the candidate, sorted.", nullable=False
    )
    confirming_assessment_ids: Annotated[pl.List, pl.String] = derived(
        "Eligible CTs of the counted confirming time points, by date.", nullable=False
    )
    progression_assessment_ids: Annotated[pl.List, pl.String] = derived(
        "Assessments that show the progression, by date; empty without progression.", nullable=False
    )
    baseline_assessment_ids: Annotated[pl.List, pl.String] = derived(
        "Eligible CTs in the baseline window, by date.", nullable=False
    )
    her2_status: pl.String = derived(
        "HER2 status known on the event day; empty when nothing was known yet.", codes=HER2_STATUS
    )
    alp_baseline: pl.Float64 = derived("Total ALP nearest to the start of line 1, before it.", unit="U/L")
    alp_at_event: pl.Float64 = derived("Total ALP nearest to the event.", unit="U/L")
    alp_at_progression: pl.Float64 = derived("Total ALP nearest to the progression.", unit="U/L")
    alp_baseline_times_limit: pl.Float64 = derived(
        "ALP at baseline in multiples of the laboratory's upper limit; of several results of a day the "
        "median, empty without a limit."
    )
    alp_at_event_times_limit: pl.Float64 = derived(
        "ALP at the event in multiples of the laboratory's upper limit; empty without a limit."
    )
    alp_at_progression_times_limit: pl.Float64 = derived(
        "ALP at progression in multiples of the laboratory's upper limit; empty without a limit."
    )
    alp_delta_event: pl.Float64 = derived("ALP at the event minus baseline.", unit="U/L")
    alp_delta_progression: pl.Float64 = derived("ALP at progression minus baseline.", unit="U/L")
    alp_category: pl.String = derived(
        "ALP at the event against baseline: stable within the protocol's `alp_stable_percent`, else "
        "decreased or increased.",
        codes=ALP_CATEGORY,
    )
    alp_category_progression: pl.String = derived(
        "ALP at progression against baseline, in the same categories.", codes=ALP_CATEGORY
    )
    rule: pl.String = derived("Id of the rule that decided.", nullable=False)
    protocol_digest: pl.String = derived("Digest of the protocol's rules and parameters.", nullable=False)
    delivery: pl.String = derived("Delivery that the evidence comes from.", nullable=False)


class PatientFlow(Contract, key=("registry", "patient_id", "protocol")):
    """One row per admitted patient and protocol: where the patient left the first-line course."""

    registry: pl.String = registry_column()
    patient_id: pl.String = derived("The registry's pseudonym of the patient.", nullable=False)
    protocol: pl.String = derived("Name of the protocol that was applied.", nullable=False)
    left_at: pl.String = derived(
        "First step that the patient did not pass; candidate for those with a row in pseudoprogression.",
        nullable=False,
        codes=LEFT_AT,
    )
    state: pl.String = derived("State of the candidate; empty for everyone else.", codes=STATE)
    progression_date: pl.Date = derived(
        "Time point of the explicit progression that came first; empty unless the patient left by "
        "progression_first."
    )


class OpenQuestion(Contract, key=("registry", "patient_id", "protocol", "missing")):
    """One row per registry, patient, protocol and missing thing: what would settle an undecided candidate."""

    registry: pl.String = registry_column()
    patient_id: pl.String = derived("The registry's pseudonym of the patient.", nullable=False)
    protocol: pl.String = derived("Name of the protocol that was applied.", nullable=False)
    reason: pl.String = derived("Why the candidate is indeterminate.", nullable=False, codes=REASON[3:])
    missing: pl.String = derived("What is missing.", nullable=False, codes=OPEN_QUESTIONS)
    since: pl.Date = derived(
        "Day since which it is missing: for what belongs before treatment the start of line 1, for a further "
        "CT the last confirming CT or the candidate, for ALP the event, for a reading or response its first "
        "assessment.",
        nullable=False,
    )
    look_from: pl.Date = derived("First day on which the evidence would count.", nullable=False)
    look_until: pl.Date = derived("Last day on which it would count; empty while line 1 goes on.")
    lacking: pl.Int32 = derived(
        "How many are lacking: confirming CTs, or assessments without their reading or response; "
        "otherwise 1.",
        nullable=False,
    )
    assessment_ids: Annotated[pl.List, pl.String] = derived(
        "Assessments whose reading or response is missing, by date; empty for everything else.",
        nullable=False,
    )
    closed_by: pl.String = derived("The evidence that would close it, in words.", nullable=False)


EVENT_TABLES: Mapping[str, type[Contract]] = MappingProxyType(
    {
        "pseudoprogression": Pseudoprogression,
        "patient_flow": PatientFlow,
        "first_line": FirstLine,
        "open_question": OpenQuestion,
    }
)
"""Table of `event` -> its contract, in the order in which they are listed."""
