"""The contracts of the quality tables that a release adds: what was before, what moved since, who did what.

Not here: what a working file holds (`quality.py`).
"""

from typing import Annotated

import polars as pl

from schemas.contract import Contract, derived
from schemas.metric_columns import is_suppressed_column
from schemas.quality import DELIVERY_STATUS

AUDIT_ACTION = ("refresh", "publish", "put_back", "rollback", "prune", "share", "export", "erase")

CHANGE_COURSE = ("moved", "appeared", "gone")
CHANGE_CAUSE = {
    "delivery": "a registry's rows are those of another delivery, or of other files or another configuration",
    "rules": "a registry's delivery is the same and was judged anew, by other rules or without a patient who "
    "was erased",
    "protocol": "the protocol has other parameters",
    "code": "neither rows nor parameters explain it, so another version of the software does",
}
"""What moves a number, by kind: a code and its sentence."""


class History(Contract, key=("release_id", "registry", "delivery", "status")):
    """One row per release, registry, delivery that the release was built on, and its status."""

    release_id: pl.String = derived("Release.", nullable=False)
    registry: pl.String = derived("Registry that sent the delivery.", nullable=False)
    delivery: pl.String = derived("Name of the delivery.", nullable=False)
    status: pl.String = derived("Whether the gate opened.", nullable=False, codes=DELIVERY_STATUS)
    why: Annotated[pl.List, pl.String] = derived("Rules for which the gate was shut.", nullable=False)
    delivered: pl.Int64 = derived("Rows delivered.", nullable=False)
    admitted: pl.Int64 = derived("Rows admitted.", nullable=False)
    refused: pl.Int64 = derived("Rows refused.", nullable=False)
    ignored: pl.Int64 = derived("Rows ignored.", nullable=False)


class Change(Contract, key=("protocol", "metric", "stratum")):
    """One row per protocol, metric and stratum whose number moved since the release before.

    A first release has none. What it is compared with is no part of what was delivered: it does not count
    for the content digest, as `history` does not. Protocols that both releases applied are compared.
    """

    release_before: pl.String = derived(
        "The release before, which the number is compared with.", nullable=False
    )
    protocol: pl.String = derived("Name of the protocol that was applied.", nullable=False)
    metric: pl.String = derived("Stable id of the metric.", nullable=False)
    stratum: pl.String = derived("Who is in the number, as in `metric.estimate`.", nullable=False)
    is_headline: pl.Boolean = derived("Whether it is one that a reader looks at first.", nullable=False)
    course: pl.String = derived(
        "What became of the number; one that appeared, or is gone, is in one release alone.",
        nullable=False,
        codes=CHANGE_COURSE,
    )
    unit: pl.String = derived("Unit of the estimate.", nullable=False)
    estimate_before: pl.Float64 = derived("Estimate in the release before.")
    estimate_after: pl.Float64 = derived("Estimate in this release.")
    ci_low_before: pl.Float64 = derived("Lower limit of its interval in the release before.")
    ci_low_after: pl.Float64 = derived("Lower limit of its interval in this release.")
    ci_high_before: pl.Float64 = derived("Upper limit of its interval in the release before.")
    ci_high_after: pl.Float64 = derived("Upper limit of its interval in this release.")
    patients_before: pl.Int64 = derived("Patients it rests on in the release before.")
    patients_after: pl.Int64 = derived("Patients it rests on in this release.")
    events_before: pl.Int64 = derived("Events it rests on in the release before.")
    events_after: pl.Int64 = derived("Events it rests on in this release.")
    p_value_before: pl.Float64 = derived("p-value in the release before.")
    p_value_after: pl.Float64 = derived("p-value in this release.")
    is_suppressed_before: pl.Boolean = derived("Whether it was withheld in the release before.")
    is_suppressed_after: pl.Boolean = derived("Whether it is withheld in this release.")
    registries: Annotated[pl.List, pl.String] = derived(
        "Registries whose rows that it is measured of differ; empty where none do.", nullable=False
    )
    causes: Annotated[pl.List, pl.String] = derived(
        "What moved it, by kind. "
        + " ".join(f"{code}: {sentence}." for code, sentence in CHANGE_CAUSE.items()),
        nullable=False,
    )
    moved_by: Annotated[pl.List, pl.String] = derived(
        "The same in words, with the rows of each registry that were added, corrected, gone or refused.",
        nullable=False,
    )


class EventRule(Contract, key=("registry", "protocol", "rule")):
    """One row per registry, protocol and deciding rule: patients for whom it fired.

    The rules of the course come first, then those of candidates.
    """

    registry: pl.String = derived("Registry of the patients.", nullable=False)
    protocol: pl.String = derived("Name of the protocol that was applied.", nullable=False)
    position: pl.Int32 = derived("Place of the rule: the first that holds decides.", nullable=False)
    rule: pl.String = derived("Stable id of the rule.", nullable=False)
    patients: pl.Int64 = derived("Patients for whom it fired.")
    is_suppressed: pl.Boolean = is_suppressed_column()


class EventRuleHistory(Contract, key=("release_id", "registry", "protocol", "rule")):
    """One row per release, registry, protocol and deciding rule: patients for whom it fired then."""

    release_id: pl.String = derived("Release.", nullable=False)
    registry: pl.String = derived("Registry of the patients.", nullable=False)
    protocol: pl.String = derived("Name of the protocol that was applied.", nullable=False)
    rule: pl.String = derived("Stable id of the rule.", nullable=False)
    patients: pl.Int64 = derived("Patients for whom it fired.")
    is_suppressed: pl.Boolean = is_suppressed_column()


class Audit(Contract, key=("position",)):
    """One row per deed that `audit.jsonl` of the warehouse told when the release was built.

    Later ones, its own publication among them, are in the file.
    """

    position: pl.Int64 = derived("Line of the file, counted from 1.", nullable=False)
    done_at: Annotated[pl.Datetime, "us", None] = derived("When it was done, in UTC.", nullable=False)
    account: pl.String = derived("Account of the operating system that did it.", nullable=False)
    host: pl.String = derived("Machine that it was done on.", nullable=False)
    action: pl.String = derived("What was done.", nullable=False, codes=AUDIT_ACTION)
    registry: pl.String = derived("Registry that was refreshed, or of the patient who was erased.")
    delivery: pl.String = derived("Delivery that was judged.")
    release_id: pl.String = derived("Release that was published, served again, removed, shared or rewritten.")
    share_id: pl.String = derived("Share that was made.")
    detail: pl.String = derived(
        "Of refresh: admitted or shut. Of publish and prune: copied, where it is of a copy in S3. Of erase: "
        "the keyed hash of the patient. Else empty."
    )


HISTORY_TABLES = {"history": History, "event_rule_history": EventRuleHistory}
"""What a release carries on from the one before."""

RELEASE_QUALITY_TABLES = {"event_rule": EventRule, **HISTORY_TABLES, "change": Change, "audit": Audit}
"""What a release adds."""

OUTSIDE_CONTENT = (*HISTORY_TABLES, "change", "audit")
"""What does not count for a release's content digest: it tells what was before, not what was delivered."""
