"""Every parameter that a protocol may set: its type, unit, hard bounds and meaning, by kind of protocol.

Not here: values and their sources (`protocols/*.toml`) and reading them (`protocol.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from bpp_etl.events.window import FIRST_DAY, LAST_DAY
from schemas.event import EXPLICIT
from schemas.verdicts import VERDICT_SETS

Value = int | float | str | date | tuple[str, ...]


@dataclass(frozen=True)
class Parameter:
    """One declared parameter: a number within bounds, a day, one code, or a list of codes.

    An optional one may be left unset: it is its default then, and no digest knows of it.
    """

    name: str
    sentence: str
    unit: str = ""
    bounds: tuple[float, float] | None = None
    is_whole: bool = True
    codes: tuple[str, ...] = ()
    is_list: bool = False
    may_be_empty: bool = False
    is_day: bool = False
    is_optional: bool = False
    default: Value | None = None


def _days(name: str, sentence: str, low: int, high: int) -> Parameter:
    return Parameter(name, sentence, unit="days", bounds=(low, high))


def _codes(name: str, sentence: str, codes: tuple[str, ...]) -> Parameter:
    return Parameter(name, sentence, codes=codes, is_list=True)


CANDIDATE_FINDINGS, CANDIDATE_ON, FIRST = "candidate_findings", "candidate_on", "first"
CONFIRMING_MODALITIES, CONFIRMING_FINDING, BETTER = "confirming_modalities", "confirming_finding", "better"
BONE_SCAN = "BONE_SCAN"
_CT_OR_SCAN = ("CT", "PET_CT", BONE_SCAN)
_CROSS_SECTIONAL = ("CT", "PET_CT", "MRI")

_EVENT = (
    _days(
        "time_point_days",
        "An assessment at most this long after the patient's previous one joins its time point.",
        0,
        27,
    ),
    _days(
        "baseline_window_days",
        "A baseline CT lies at most this long before the start of line 1, or on it.",
        0,
        365,
    ),
    _codes(
        "candidate_modalities", "Modalities that can show a candidate and serve as baseline.", _CT_OR_SCAN
    ),
    Parameter(
        CANDIDATE_FINDINGS,
        "What a candidate is: a new osteoblastic lesion; a denser one (a larger osteoblastic one, one with "
        "less lysis that is neither new nor resolved nor of unknown build, a known one called new and "
        "osteoblastic), but not on a bone scan; on a bone scan a new or a larger lesion of any kind.",
        codes=("new_osteoblastic", "denser", "new_on_bone_scan", "larger_on_bone_scan"),
        is_list=True,
        is_optional=True,
        default=("new_osteoblastic",),
    ),
    Parameter(
        CANDIDATE_ON,
        "Which on-treatment time points with such a modality can show a candidate: any, or the first alone.",
        codes=("any", FIRST),
        is_optional=True,
        default="any",
    ),
    Parameter(
        "flare_until_days",
        "What would be a candidate, but is seen without doubt later than this after the start of line 1, is "
        "progression; unset, it is a candidate on any day.",
        unit="days",
        bounds=(1, 3650),
        is_optional=True,
    ),
    _codes(
        CONFIRMING_MODALITIES,
        "Modalities that can confirm; a bone scan only where what confirms has to be better.",
        _CT_OR_SCAN,
    ),
    Parameter(
        CONFIRMING_FINDING,
        "What confirms: no progression; or better, which is a smaller or resolved lesion and none that is "
        "new or larger. Where it has to be better, a scan that is worse again, with a new or larger lesion "
        "without doubt, is progression.",
        codes=("no_progression", BETTER),
        is_optional=True,
        default="no_progression",
    ),
    _codes("progression_modalities", "Modalities that can show explicit progression.", _CROSS_SECTIONAL),
    _codes("progression_kinds", "Findings that are explicit progression.", EXPLICIT),
    Parameter(
        "confirming_cts",
        "Confirming CTs needed, the candidate's own not counted; without any it confirms itself.",
        unit="time points",
        bounds=(0, 12),
    ),
    Parameter(
        "read_for_progression",
        "What an eligible CT must record to be read for progression: the response outside bone, the change "
        "of every lytic or mixed lesion. Only a CT that is read confirms; of an empty list, every one is.",
        codes=("response", "lysis"),
        is_list=True,
        may_be_empty=True,
    ),
    _days(
        "confirming_spacing_days",
        "A confirming CT is at least this long after the candidate and after the one counted before it.",
        0,
        365,
    ),
    _days(
        "confirming_from_start_days",
        "A confirming CT is at least this long after the start of line 1.",
        0,
        730,
    ),
    _days(
        "progression_after_line_days",
        "Progression before confirmation counts up to this long after the end of line 1.",
        0,
        365,
    ),
    Parameter(
        "cycles_per_interval",
        "CTs are planned every so many cycles, unless the registry states its own schedule.",
        unit="cycles",
        bounds=(1, 12),
    ),
    _days("fallback_cycle_days", "Cycle length assumed, with a flag, where the line records none.", 7, 84),
    Parameter(
        "lost_after_intervals",
        "Lost to follow-up is a last contact more than this many expected intervals before the delivery.",
        unit="intervals",
        bounds=(0.5, 12),
        is_whole=False,
    ),
    _days(
        "late_onset_days",
        "A candidate later than this after the start of line 1 is flagged late_onset.",
        1,
        3650,
    ),
    _days(
        "early_onset_days",
        "A candidate earlier than this after the start of line 1 is flagged early_onset.",
        1,
        3650,
    ),
    Parameter(
        "long_gap_intervals",
        "More than so many expected intervals between the candidate and a confirming CT, or between two, are "
        "flagged long_gap.",
        unit="intervals",
        bounds=(0.5, 12),
        is_whole=False,
    ),
    _days(
        "entered_late_days",
        "A patient whose first image or laboratory result is later than this after the start of line 1 is "
        "flagged entered_late.",
        0,
        3650,
    ),
    _days(
        "progression_seen_days",
        "A line 1 that ended for progression, with none seen within this of its end, is flagged "
        "progression_without_imaging.",
        0,
        365,
    ),
    Parameter(
        "maintenance_continues",
        "Whether a line 2 out of line 1's own agents, which is maintenance, continues line 1.",
        codes=("yes", "no"),
    ),
    _days(
        "alp_baseline_days",
        "Baseline ALP lies at most this long before the start of line 1, or on it.",
        0,
        365,
    ),
    _days(
        "alp_event_days",
        "ALP at event and at progression lies at most this long before or after, not after line 2 starts.",
        0,
        90,
    ),
    Parameter(
        "alp_stable_percent",
        "An ALP change of at most this share of baseline is stable.",
        unit="percent",
        bounds=(0, 100),
        is_whole=False,
    ),
    Parameter(
        FIRST_DAY,
        "First day on which line 1 may start: who started before is left out of the cohort.",
        is_day=True,
        is_optional=True,
    ),
    Parameter(
        LAST_DAY,
        "Last day on which line 1 may start: who started after is left out of the cohort.",
        is_day=True,
        is_optional=True,
    ),
)

_RECIST11 = (
    Parameter(
        "equivocal_policy",
        "What a candidate of equivocal lesions alone is: settled by a later CT, or progression at once.",
        codes=("await_later_ct", "progression"),
    ),
)

_IRECIST = (
    _days(
        "increase_after_days",
        "A further increase this long after the first iUPD or later turns iUPD into iCPD.",
        0,
        365,
    ),
    _days(
        "increase_until_days",
        "A confirmation longer than this after the assessment before it is flagged irecist_confirmed_late.",
        1,
        730,
    ),
)

_MDA = (
    Parameter(
        "new_osteoblastic_verdict",
        "How a new osteoblastic lesion reads: sclerosis of one not seen before (PR), or a new lesion (PD).",
        codes=("PR", "PD"),
    ),
)

_PCWG3 = (
    _days(
        "flare_window_days",
        "A first bone scan at most this long after the start of line 1 may show flare.",
        0,
        365,
    ),
    Parameter(
        "bone_scan_new_lesions",
        "New lesions on a bone scan that make it suspicious, and again that confirm.",
        unit="lesions",
        bounds=(1, 10),
    ),
    _days("bone_scan_confirming_days", "A scan that settles another is at least this long after it.", 0, 365),
)

PARAMETERS: Mapping[str, Mapping[str, Parameter]] = {
    kind: {parameter.name: parameter for parameter in parameters}
    for kind, parameters in (
        ("event", _EVENT),
        ("recist11", _RECIST11),
        ("irecist", _IRECIST),
        ("mda", _MDA),
        ("pcwg3", _PCWG3),
    )
}
"""Kind of protocol -> its parameters. `event` gives the state; the others a verdict on the same evidence."""

VERDICT_KINDS = tuple(dict.fromkeys(one.kind for one in VERDICT_SETS.values()))
"""Each verdict set has a kind of protocol of its name; one that repeats another has that of the other."""
