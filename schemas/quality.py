"""The contracts of the quality tables: what each rule found or decided, and what became of each delivery.

Not here: the rules (`schemas/rules.py`). No value of a patient is in any of these.
"""

from typing import Annotated, Any

import polars as pl

from schemas.codes import CATEGORY, SEVERITY
from schemas.contract import Contract, derived
from schemas.metric_columns import is_suppressed_column

RULE_STATUS = ("passed", "failed", "waived", "not_applicable", "error")
DELIVERY_STATUS = ("admitted", "shut")
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


def delivery_status() -> Any:
    """Tell two judgements of one name apart: a delivery that came again with other files may be shut."""
    return derived(
        "Whether the delivery of this row was admitted or shut; one name may stand for both.",
        nullable=False,
        codes=DELIVERY_STATUS,
    )


class RuleResult(Contract, key=("registry", "delivery", "delivery_status", "table", "rule")):
    """One row per registry, delivery, its status, table and rule: how often it was judged and broken."""

    registry: pl.String = derived("Registry that sent the delivery.", nullable=False)
    delivery: pl.String = derived("Delivery that was judged.", nullable=False)
    delivery_status: pl.String = delivery_status()
    table: pl.String = derived("Table judged, or `delivery` for the whole.", nullable=False)
    rule: pl.String = derived("Stable id of the rule.", nullable=False)
    severity: pl.String = derived("What a breach does.", nullable=False, codes=SEVERITY)
    category: pl.String = derived("Category by Kahn et al. 2016.", nullable=False, codes=CATEGORY)
    judged: pl.Int64 = derived("Rows, files or intervals judged.", nullable=False)
    broken: pl.Int64 = derived("How many of them broke the rule.", nullable=False)
    limit: pl.Float64 = derived("Highest share that may break it without a failure.", nullable=False)
    status: pl.String = derived(
        "Outcome; a breach that a waiver accepts is waived, nothing judged is not_applicable.",
        nullable=False,
        codes=RULE_STATUS,
    )


class DeliveryResult(Contract, key=("registry", "delivery", "status")):
    """One row per delivery and status that a registry's working files hold: admitted or shut, and why."""

    registry: pl.String = derived("Registry that sent the delivery.", nullable=False)
    delivery: pl.String = derived("Name of the delivery.", nullable=False)
    title: pl.String = derived("Name of the registry in full; empty where its registry.toml has none.")
    is_synthetic: pl.Boolean = derived(
        "Whether `[about]` of registry.toml states that the patients are made up; empty where it was judged "
        "before that was read."
    )
    contact: pl.String = derived("Whom to ask about the data; empty where its registry.toml has none.")
    delivery_date: pl.Date = derived("Day of the delivery; no date in it may be later.", nullable=False)
    status: pl.String = derived("Whether the gate opened.", nullable=False, codes=DELIVERY_STATUS)
    why: Annotated[pl.List, pl.String] = derived(
        "Rules for which the gate is shut, as table.rule; empty when admitted.", nullable=False
    )
    messages: Annotated[pl.List, pl.String] = derived("The same in words.", nullable=False)
    warned: Annotated[pl.List, pl.String] = derived(
        "Rules that everyone is told of and that leave the gate open, as table.rule.", nullable=False
    )
    warnings: Annotated[pl.List, pl.String] = derived("The same in words.", nullable=False)
    delivered: pl.Int64 = derived("Rows delivered in all tables.", nullable=False)
    admitted: pl.Int64 = derived("Rows admitted; none where the gate is shut.", nullable=False)
    refused: pl.Int64 = derived("Rows refused; all but the ignored where the gate is shut.", nullable=False)
    ignored: pl.Int64 = derived("Rows of analytes that are not used.", nullable=False)
    stated_interval_days: Annotated[pl.List, pl.Int32] = derived(
        "Days from the start of a line to its first CT, from that to the next, and so on, as `[cadence]` of "
        "registry.toml states them; the last repeats. Empty where it states none: CTs are then expected by "
        "the cycles of their line.",
        unit="days",
    )
    has_stable_lesion_ids: pl.Boolean = derived(
        "Whether `[lesions]` of registry.toml states that a lesion keeps its id from scan to scan: what is "
        "called new under an id that the patient had at an earlier time point is then not new."
    )
    input_digest: pl.String = derived("SHA-256 over the delivery's files and configuration.", nullable=False)
    code_version: pl.String = derived("Version of the rules that judged it.", nullable=False)


class Waiver(Contract, key=("registry", "delivery", "delivery_status", "rule")):
    """One row per rule that a registry accepts broken, as `[accept.<rule>]` of registry.toml states."""

    registry: pl.String = derived("Registry that sent the delivery.", nullable=False)
    delivery: pl.String = derived("Delivery that was judged.", nullable=False)
    delivery_status: pl.String = delivery_status()
    rule: pl.String = derived("Stable id of the rule.", nullable=False)
    until: pl.Date = derived("Last delivery day that it covers.", nullable=False)
    reason: pl.String = derived("Why the breach is accepted, in the registry's words.", nullable=False)
    by: pl.String = derived("Who accepts it.", nullable=False)
    is_in_force: pl.Boolean = derived("Whether it covers the delivery's day.", nullable=False)
    tables: Annotated[pl.List, pl.String] = derived(
        "Tables in which it covers a breach, `delivery` for the whole; empty where there was none to cover.",
        nullable=False,
    )


class TableCount(Contract, key=("registry", "delivery", "delivery_status", "table")):
    """One row per registry, delivery, its status and table: delivered = admitted + refused + ignored."""

    registry: pl.String = derived("Registry that sent the delivery.", nullable=False)
    delivery: pl.String = derived("Name of the delivery.", nullable=False)
    delivery_status: pl.String = delivery_status()
    table: pl.String = derived("Table counted.", nullable=False)
    delivered: pl.Int64 = derived("Rows delivered.", nullable=False)
    admitted: pl.Int64 = derived("Rows admitted.", nullable=False)
    refused: pl.Int64 = derived("Rows refused.", nullable=False)
    ignored: pl.Int64 = derived("Rows of analytes that are not used.", nullable=False)
    broken: pl.Int64 = derived("Rows that broke a refusing rule; these are in quarantine.", nullable=False)
    refused_share_limit: pl.Float64 = derived(
        "Highest share of broken rows that opens the gate.", nullable=False
    )


class ExtraColumn(Contract, key=("registry", "delivery", "delivery_status", "table", "column")):
    """One row per registry, delivery, its status, table and name that columns which are not loaded bear."""

    registry: pl.String = derived("Registry that sent the delivery.", nullable=False)
    delivery: pl.String = derived("Name of the delivery.", nullable=False)
    delivery_status: pl.String = delivery_status()
    table: pl.String = derived("Table that has the column.", nullable=False)
    column: pl.String = derived("Name of the column, where it is safe to show.", nullable=False)
    is_identifier: pl.Boolean = derived("Whether the name speaks of a direct identifier.", nullable=False)


class NullWord(Contract, key=("registry", "delivery", "delivery_status", "table", "column")):
    """One row per registry, delivery, its status, table and column with cells that held a word for empty."""

    registry: pl.String = derived("Registry that sent the delivery.", nullable=False)
    delivery: pl.String = derived("Name of the delivery.", nullable=False)
    delivery_status: pl.String = delivery_status()
    table: pl.String = derived("Table that has the column.", nullable=False)
    column: pl.String = derived("Column of ours.", nullable=False)
    cells: pl.Int64 = derived("Delivered cells that held such a word: NULL, NA, n/a, -.", nullable=False)


class Declaration(Contract, key=("registry", "delivery", "delivery_status", "position")):
    """One row per registry, delivery, its status and declaration of registry.toml: which rows it filled."""

    registry: pl.String = derived("Registry that sent the delivery.", nullable=False)
    delivery: pl.String = derived("Delivery that was judged.", nullable=False)
    delivery_status: pl.String = delivery_status()
    position: pl.Int32 = derived("Place of the declaration among those of its registry.", nullable=False)
    section: pl.String = derived("Where it stands in registry.toml.", nullable=False)
    states: pl.String = derived("For which rows it is stated; empty where for all that lack it.")
    source: pl.String = derived("What the registry gives as its source; empty where none is asked for.")
    table: pl.String = derived("Table that it fills.", nullable=False)
    column: pl.String = derived("Column that it fills.", nullable=False)
    flag: pl.String = derived("What each row that it filled is flagged with.", nullable=False)
    rows: pl.Int64 = derived("Rows that it filled, refused ones among them.", nullable=False)


class SourceRow(Contract, key=("registry", "delivery", "delivery_status", "source", "meaning")):
    """One row per source and meaning of its rows: all rows of another standard, of our own the empty ones."""

    registry: pl.String = derived("Registry that sent the delivery.", nullable=False)
    delivery: pl.String = derived("Name of the delivery.", nullable=False)
    delivery_status: pl.String = delivery_status()
    source: pl.String = derived("File of the standard, such as rs of SDTM, or table of ours.", nullable=False)
    meaning: pl.String = derived(
        "What the rows are to the adapter, or that they are empty: those are not delivered.", nullable=False
    )
    table: pl.String = derived("Table that they come into; empty for those that are out of scope.")
    rows: pl.Int64 = derived("Rows of the file with this meaning.", nullable=False)


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
        "Of refresh: admitted or shut. Of erase: the keyed hash of the patient. Else empty."
    )


QUALITY_TABLES = {
    "rule_result": RuleResult,
    "delivery": DeliveryResult,
    "waiver": Waiver,
    "table_count": TableCount,
    "extra_column": ExtraColumn,
    "null_word": NullWord,
    "declaration": Declaration,
    "source_row": SourceRow,
}
"""What a working file holds."""

HISTORY_TABLES = {"history": History, "event_rule_history": EventRuleHistory}
"""What a release carries on from the one before."""

RELEASE_QUALITY_TABLES = {"event_rule": EventRule, **HISTORY_TABLES, "change": Change, "audit": Audit}
"""What a release adds."""

OUTSIDE_CONTENT = (*HISTORY_TABLES, "change", "audit")
"""What does not count for a release's content digest: it tells what was before, not what was delivered."""
