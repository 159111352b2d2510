"""The contracts of the quality tables: what each rule found or decided, and what became of each delivery.

Not here: the rules (`schemas/rules.py`). No value of a patient is in any of these.
"""

from typing import Annotated, Any

import polars as pl

from schemas.codes import CATEGORY, SEVERITY
from schemas.contract import Contract, derived

RULE_STATUS = ("passed", "failed", "waived", "not_applicable", "error")
DELIVERY_STATUS = ("admitted", "shut")


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
    unanswered: Annotated[pl.List, pl.String] = derived(
        "Rules that an earlier delivery broke against the one before it, as table.rule, and that nobody has "
        "answered since: by `[accept.<rule>]`, or by a delivery that is again as the one before the warning. "
        "Empty where it was judged before that was carried on."
    )
    unanswered_since: Annotated[pl.List, pl.String] = derived("The delivery that broke each of them.")
    unanswered_warnings: Annotated[pl.List, pl.String] = derived("What was said of each then, in words.")
    of_year: Annotated[pl.List, pl.String] = derived(
        "Deliveries admitted within a year, this one too, that `patients_fewer` holds later ones to."
    )
    of_year_patients: Annotated[pl.List, pl.Int32] = derived("Patients admitted of each of them.")
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
    """One row per registry, delivery, its status and declaration of registry.toml: how many rows use it."""

    registry: pl.String = derived("Registry that sent the delivery.", nullable=False)
    delivery: pl.String = derived("Delivery that was judged.", nullable=False)
    delivery_status: pl.String = delivery_status()
    position: pl.Int32 = derived("Place of the declaration among those of its registry.", nullable=False)
    section: pl.String = derived("Where it stands in registry.toml.", nullable=False)
    states: pl.String = derived(
        "For which rows it is stated; empty where for all that lack it. A column's name there. A code there "
        "and ours; not of an id, a day or a number."
    )
    source: pl.String = derived("What the registry gives as its source; empty where none is asked for.")
    table: pl.String = derived(
        "Table that it fills, renames or recodes; of another standard a file may be renamed.", nullable=False
    )
    column: pl.String = derived("Column that it fills, renames or recodes.", nullable=False)
    flag: pl.String = derived(
        "What each row that it filled is flagged with; empty where it renames or recodes."
    )
    rows: pl.Int64 = derived(
        "Rows that it filled, refused ones among them; whose cell it recoded; of the files with the column "
        "that it renames.",
        nullable=False,
    )


class Statement(Contract, key=("registry", "delivery", "delivery_status", "stated")):
    """One row per registry, delivery, its status and key of registry.toml, and one for the files."""

    registry: pl.String = derived("Registry that sent the delivery.", nullable=False)
    delivery: pl.String = derived("Delivery that was judged.", nullable=False)
    delivery_status: pl.String = delivery_status()
    stated: pl.String = derived(
        "Section of registry.toml that states something, key of [read] or [limits]; `files` for all files.",
        nullable=False,
    )
    digest: pl.String = derived("SHA-256 of what is stated, or of the files.", nullable=False)


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


QUALITY_TABLES = {
    "rule_result": RuleResult,
    "delivery": DeliveryResult,
    "waiver": Waiver,
    "table_count": TableCount,
    "extra_column": ExtraColumn,
    "null_word": NullWord,
    "declaration": Declaration,
    "statement": Statement,
    "source_row": SourceRow,
}
"""What a working file holds."""
