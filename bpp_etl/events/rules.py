"""The ordered rules that decide: where a patient leaves the course, and what a candidate turned out to be.

Not here: the evidence they look at (`sql/`), the verdicts of other rule sets (`verdicts.py`) and any number,
which a protocol sets (`protocols/`). ALP and HER2 are not among the columns that a rule can see.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import polars as pl
from polars import col

from bpp_etl.events.findings import Definition, scans_told
from bpp_etl.events.window import Window
from schemas.event import NOT_IN_COHORT

_, OUTSIDE_WINDOW = NOT_IN_COHORT
CONFIRMED = "confirmed"
XU2025 = "Xu et al., Front Oncol 2025, doi 10.3389/fonc.2025.1643179"
PROJECT = "Project choice; the publication is silent"
PFS_GUIDANCE = "Guidance on censoring of progression-free survival: two missed assessments"


@dataclass(frozen=True)
class DecidingRule:
    """One named rule: where `condition` holds and no rule before it did, the patient is in `state`.

    `looks_at` names the parameter with the modalities that its sentence calls CTs, if it does.
    For the rules of the course `state` is None and `reason` is where the patient leaves. `would_change` says
    what other evidence would have led past this rule.
    """

    id: str
    sentence: str
    condition: pl.Expr = field(repr=False, compare=False)
    state: str | None
    reason: str
    citation: str
    would_change: str
    looks_at: str | None = None

    def under(self, protocol: Definition) -> DecidingRule:
        """Return the rule as it reads under a protocol: its scans by their names, its own publication."""
        sentence = self.sentence
        if self.id == CONFIRMED and protocol.confirms_itself:
            sentence = (
                "Nothing has to confirm the candidate, and its time point shows no explicit progression."
            )
        elif self.looks_at is not None:
            modalities = protocol.codes(self.looks_at)
            for is_one, word in ((False, r"\bCTs\b"), (True, r"\bCT\b")):
                sentence = re.sub(word, scans_told(modalities, is_one=is_one), sentence)
        is_own = XU2025.endswith(f"doi {protocol.doi}")
        own = f"{protocol.citation}, doi {protocol.doi}" if protocol.doi else protocol.citation
        return replace(
            self, sentence=sentence, citation=own if self.citation == XU2025 and not is_own else self.citation
        )


def _not_after(first: str, last: str) -> pl.Expr:
    """Hold where the first date is known, and not after the last one if that is known."""
    return col(first).is_not_null() & (col(last).is_null() | (col(first) <= col(last)))


FLOW_RULES: tuple[DecidingRule, ...] = (
    DecidingRule(
        id="no_first_line",
        sentence="No line 1 of therapy is recorded.",
        condition=~col("has_first_line"),
        state=None,
        reason="no_first_line",
        citation=XU2025,
        would_change="An admitted line 1.",
    ),
    DecidingRule(
        id=OUTSIDE_WINDOW,
        sentence="Line 1 started before or after the calendar window of the protocol.",
        condition=~col("is_in_window"),
        state=None,
        reason=OUTSIDE_WINDOW,
        citation="The protocol, or who asked for the refresh: a cohort of its own years",
        would_change="A start of line 1 within the window.",
    ),
    DecidingRule(
        id="no_on_treatment_ct",
        sentence="No eligible CT was made after the start of line 1, up to its end and before line 2.",
        condition=col("on_treatment_ct_count") == 0,
        state=None,
        reason="no_on_treatment_ct",
        citation=XU2025,
        would_change="An evaluable CT with bone window during line 1.",
        looks_at="candidate_modalities",
    ),
    DecidingRule(
        id="no_new_osteoblastic_lesion",
        sentence=(
            "No on-treatment eligible CT shows a new osteoblastic lesion, or whatever else the protocol takes"
            " for a candidate."
        ),
        condition=col("first_candidate_date").is_null(),
        state=None,
        reason="no_new_osteoblastic_lesion",
        citation=XU2025,
        would_change="A new osteoblastic lesion on an eligible CT during line 1.",
        looks_at="candidate_modalities",
    ),
    DecidingRule(
        id="progression_first",
        sentence="Explicit progression came before any new osteoblastic lesion.",
        # Who never had such a lesion has left by the rule above.
        condition=col("first_pd_date").is_not_null()
        & (col("first_pd_date") < col("first_candidate_date")).fill_null(value=True),
        state=None,
        reason="progression_first",
        citation=XU2025,
        would_change="No explicit progression between the start of line 1 and the lesion.",
    ),
    DecidingRule(
        id="candidate",
        sentence="A new osteoblastic lesion appeared on treatment before any explicit progression.",
        condition=pl.lit(value=True),
        state=None,
        reason="candidate",
        citation=XU2025,
        would_change="Nothing: a candidate always has a row.",
    ),
)

STATE_RULES: tuple[DecidingRule, ...] = (
    DecidingRule(
        id="pd_at_detection",
        sentence="The candidate's own time point shows explicit progression.",
        condition=col("has_pd_at_candidate"),
        state="true_progression",
        reason="pd_at_detection",
        citation=XU2025,
        would_change="No explicit progression within the candidate's time point.",
    ),
    DecidingRule(
        id="no_baseline_ct",
        sentence="No eligible CT lies in the baseline window, so newness cannot be shown.",
        condition=col("baseline_ct_count") == 0,
        state="indeterminate",
        reason="no_baseline_ct",
        citation="RECIST 1.1 asks for imaging before the start; the window is the protocol's",
        would_change="An eligible CT in the baseline window before the start of line 1.",
        looks_at="candidate_modalities",
    ),
    DecidingRule(
        id=CONFIRMED,
        sentence="The number of confirming CTs needed came on line 1 before any explicit progression.",
        condition=col("confirming_ct_count") >= col("required_confirming_ct_count"),
        state="pseudoprogression",
        reason="confirmed",
        citation=XU2025,
        would_change="Explicit progression before the last confirming CT needed.",
        looks_at="confirming_modalities",
    ),
    DecidingRule(
        id="pd_before_confirmation",
        sentence=(
            "Explicit progression came before confirmation, soon enough after line 1 ended and not after "
            "line 2 started."
        ),
        condition=_not_after("later_pd_date", "progression_counts_until")
        & _not_after("later_pd_date", "second_line_start_date"),
        state="true_progression",
        reason="pd_before_confirmation",
        citation=XU2025,
        would_change="The confirming CTs needed before that progression.",
    ),
    DecidingRule(
        id="progression_not_read",
        sentence=(
            "Enough CTs came, and only because some of them are not read for progression they do not confirm."
        ),
        condition=col("confirming_ct_count_if_read") >= col("required_confirming_ct_count"),
        state="indeterminate",
        reason="progression_not_read",
        citation=f"{PROJECT}: what nobody wrote down is not the absence of progression",
        would_change="The response outside bone, and the change of lysis, on the CTs that record none.",
        looks_at="confirming_modalities",
    ),
    DecidingRule(
        id="death",
        sentence="The patient died before the candidate was confirmed or progressed.",
        condition=col("death_date").is_not_null(),
        state="indeterminate",
        reason="death",
        citation=PROJECT,
        would_change="Confirming CTs or explicit progression before death.",
    ),
    DecidingRule(
        id="therapy_changed",
        sentence="Line 1 ended or line 2 began before the candidate was confirmed or progressed.",
        condition=col("line_end_date").is_not_null() | col("second_line_start_date").is_not_null(),
        state="indeterminate",
        reason="therapy_changed",
        citation="Vogel et al., J Clin Oncol 1995: therapy changed on worsening scans leaves flare undecided",
        would_change="Confirming CTs before the end of line 1, or explicit progression soon after it.",
    ),
    DecidingRule(
        id="lost_to_follow_up",
        sentence=(
            "The last contact or record, whichever is later, lies more than the allowed expected intervals "
            "before the delivery."
        ),
        condition=col("followed_until_date") < col("lost_before_date"),
        state="indeterminate",
        reason="lost_to_follow_up",
        citation=PFS_GUIDANCE,
        would_change="A later contact or record, or the CTs that were missed.",
    ),
    DecidingRule(
        id="awaiting_ct",
        sentence="Line 1 goes on and the next CTs are still to come.",
        condition=pl.lit(value=True),
        state="indeterminate",
        reason="awaiting_ct",
        citation=PROJECT,
        would_change="The next confirming CTs, or explicit progression.",
        looks_at="confirming_modalities",
    ),
)


def flow_rules(window: Window) -> tuple[DecidingRule, ...]:
    """Return the rules of the course that can hold: nobody lies outside a window that is open."""
    return tuple(rule for rule in FLOW_RULES if rule.id != OUTSIDE_WINDOW or not window.is_open)


def first_match(rules: Sequence[DecidingRule]) -> pl.Expr:
    """Return the id of the first rule whose condition holds; a condition that is unknown does not hold."""
    return pl.coalesce(
        pl.when(rule.condition.fill_null(value=False)).then(pl.lit(rule.id)).otherwise(None) for rule in rules
    )


def outcome_of(rule: pl.Expr, rules: Sequence[DecidingRule], outcome: str) -> pl.Expr:
    """Look up a rule's state or reason by the rule's id."""
    values = {one.id: getattr(one, outcome) for one in rules}
    return rule.replace_strict(values, return_dtype=pl.String)
