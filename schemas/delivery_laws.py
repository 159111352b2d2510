"""The laws of files, of whole tables and of the delivery as a whole.

Not here: whether the record can be true (`schemas/record_laws.py`), and the functions that judge them
(`bpp_etl/gate/delivery_rules.py`), one for each.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from schemas.cadence import CYCLES_PER_INTERVAL, FALLBACK_CYCLE_DAYS, TOLERANCE_DAYS
from schemas.general_laws import every_table
from schemas.laws import DELIVERY, DeliveryLaw, Tables

if TYPE_CHECKING:
    from schemas.tables import DeliveredTable


def each_file(tables: Mapping[str, DeliveredTable]) -> tuple[str, ...]:
    """Choose all tables; files of another standard are not one table's, but the delivery's."""
    return (*tables, DELIVERY)


def required_tables(tables: Mapping[str, DeliveredTable]) -> tuple[str, ...]:
    """Choose the tables without which nothing is admitted."""
    return tuple(name for name, table in tables.items() if table.is_required)


def patients(_: Mapping[str, DeliveredTable]) -> tuple[str, ...]:
    """Choose the table of patients."""
    return ("patients",)


def optional_tables(tables: Mapping[str, DeliveredTable]) -> tuple[str, ...]:
    """Choose the tables that a delivery may lack."""
    return tuple(name for name, table in tables.items() if not table.is_required)


def known_by_the_source(_: Mapping[str, DeliveredTable]) -> tuple[str, ...]:
    """Choose the tables of which a format that has them names every row; a lesion it may name only once."""
    return ("patients", "therapy_lines", "imaging_assessments")


def only(*names: str) -> Tables:
    """Choose tables by their names."""
    return lambda _: names


def whole_delivery(_: Mapping[str, DeliveredTable]) -> tuple[str, ...]:
    """Choose no table, but all of them together."""
    return (DELIVERY,)


TABLE_LAWS = (
    DeliveryLaw(
        "table_missing",
        sentence="A required table is delivered.",
        severity="shut",
        category="completeness",
        mend="Add the table to the export; if it is a sheet of delivery.xlsx under another name, state that "
        "as sheet in [read.<table>] of registry.toml. Where all files are those of another standard, "
        "state it as format in registry.toml; beside them it is a side table, <table>.csv. Lines of "
        "therapy can follow from drugs: [therapy_lines].",
        on=each_file,
        is_binding=True,
    ),
    DeliveryLaw(
        "column_missing",
        sentence="Every required column is delivered.",
        severity="shut",
        category="completeness",
        mend="Add the column, or say in registry.toml what it is called in the export ([rename.<table>]: "
        "theirs = ours) or what its value always is ([constants.<table>]).",
        on=each_file,
        is_binding=True,
    ),
    DeliveryLaw(
        "column_duplicated",
        sentence="No column is delivered twice.",
        severity="shut",
        category="conformance",
        mend="Remove one of the columns of the same name.",
        on=each_file,
        is_binding=True,
    ),
    DeliveryLaw(
        "file_unreadable",
        sentence="Every file can be read from end to end.",
        severity="shut",
        category="conformance",
        mend="Export the file again; check delimiter and encoding in registry.toml.",
        on=each_file,
        is_binding=True,
    ),
    DeliveryLaw(
        "file_ambiguous",
        sentence="A table is delivered once: as a file, a folder of files, or a sheet of delivery.xlsx.",
        severity="shut",
        category="conformance",
        mend="Leave one of them for each table in the delivery.",
        on=each_file,
        is_binding=True,
    ),
    DeliveryLaw(
        "file_outside_landing",
        sentence="Every file lies inside its delivery.",
        severity="shut",
        category="conformance",
        mend="Copy the file into the delivery instead of linking to it.",
        on=each_file,
        is_binding=True,
    ),
    DeliveryLaw(
        "file_changed_while_read",
        sentence="No file changes while it is read.",
        severity="shut",
        category="conformance",
        mend="Write the delivery under another name and rename it when it is complete.",
        on=each_file,
        is_binding=True,
    ),
    DeliveryLaw(
        "required_table_empty",
        sentence="A row of every required table survives.",
        severity="shut",
        category="completeness",
        mend="Correct the rows by the rules that refuse them; bpp check names both. What an export in a "
        "format of others does not hold, a side table brings: <table>.csv beside its files; what its rows "
        "are made of, and which settings say so, is on the page of the format.",
        on=required_tables,
        is_binding=True,
        is_in_our_words=True,
    ),
    DeliveryLaw(
        "refused_share_exceeded",
        sentence="A table's refused share stays within its limit.",
        severity="shut",
        category="plausibility",
        mend="Correct the rows by the rules that refuse them; bpp check names both. Raise the limit in "
        "[limits] only with a reason.",
        on=every_table,
        limit=0.05,
        limit_name="{table}",
        is_told_by_table=True,
        is_in_our_words=True,
    ),
    DeliveryLaw(
        "nothing_used",
        sentence="A row counts of every optional table that is delivered.",
        severity="warn",
        category="completeness",
        mend="Correct the rows by the rules that refuse them. Where results are of other analytes, say in "
        "[recode.lab_results.analyte] which of them are ours. Or leave the table out; [limits] nothing_used "
        "= 1 switches the rule off.",
        on=optional_tables,
        limit_name="nothing_used",
        is_told_by_table=True,
    ),
    DeliveryLaw(
        "side_table_key_unknown",
        sentence="Every row of a side table is of a key that the source has.",
        exactly="Of side tables beside rows that the source makes of the same table. A row of a key that the "
        "source lacks is added, and judged as any other. Not of lesions, which a side table follows to scans "
        "on which the source does not name them.",
        severity="warn",
        category="conformance",
        mend="Correct the key where it is mistyped. Where the side table rightly brings rows that the source "
        "lacks, [limits] side_table_key_unknown = 1 switches the rule off.",
        on=known_by_the_source,
        limit_name="side_table_key_unknown",
        is_told_by_table=True,
        is_in_our_words=True,
    ),
    DeliveryLaw(
        "rows_not_conserved",
        sentence="Delivered rows are admitted, refused or ignored, and none is lost.",
        severity="shut",
        category="conformance",
        mend="This is a fault of the software: report it with the release's manifest.",
        on=every_table,
        is_binding=True,
        is_in_our_words=True,
    ),
    DeliveryLaw(
        "sex_implausible",
        sentence="The share of male patients stays within its limit.",
        exactly="One man alone is no share.",
        severity="warn",
        category="plausibility",
        mend="Check how the export codes sex, and whether it holds other cancers; "
        "[limits] sex_implausible = 1 switches the rule off.",
        on=patients,
        limit=0.1,
        limit_name="sex_implausible",
        is_told_by_table=True,
        columns=("sex",),
    ),
)
"""Laid on tables one by one; reports list them before the laws of one table."""

WHOLE_LAWS = (
    DeliveryLaw(
        "configuration_invalid",
        sentence="registry.toml can be read and holds only known keys.",
        severity="shut",
        category="conformance",
        mend="Correct the key or value that the message names.",
        on=whole_delivery,
        is_binding=True,
    ),
    DeliveryLaw(
        "pseudonym_key_differs",
        sentence="Patients who have pseudonyms keep them.",
        exactly="Broken where a registry was admitted with pseudonyms, and no key is configured, or another.",
        severity="shut",
        category="conformance",
        mend="Configure the key by which the registry was admitted: BPP_PSEUDONYM_KEY_FILE, or "
        "[tool.bpp] pseudonym_key_file. Where it is lost, see the runbook.",
        on=whole_delivery,
        is_binding=True,
    ),
    DeliveryLaw(
        "erased_patient_delivered",
        sentence="No patient who was erased is delivered again.",
        severity="warn",
        category="conformance",
        mend="Nothing of them is taken in. Have the registry take them out of its export; until then "
        "accept it by [accept.erased_patient_delivered].",
        on=whole_delivery,
    ),
    DeliveryLaw(
        "file_not_read",
        sentence="Every file of the delivery is read.",
        severity="warn",
        category="conformance",
        mend="Name each file after its table, or take it out of the delivery; bpp check names the files. "
        "[limits] file_not_read = 1 switches the rule off.",
        on=whole_delivery,
        limit_name="file_not_read",
    ),
    DeliveryLaw(
        "waiver_expired",
        sentence="Every waiver of registry.toml lasts to the delivery's day.",
        severity="warn",
        category="conformance",
        mend="Renew [accept.<rule>] with its reason, or take it out.",
        on=whole_delivery,
        is_binding=True,
    ),
    DeliveryLaw(
        "cadence_not_kept",
        sentence="The share of first-line CT intervals off schedule stays within its limit.",
        exactly=f"On schedule is a CT within {TOLERANCE_DAYS} days of {CYCLES_PER_INTERVAL} cycles "
        f"(cycle_length_days, {FALLBACK_CYCLE_DAYS} where it is empty), or of what [cadence] states, after "
        "the CT before it or the start of the line. One interval is enough.",
        severity="shut",
        category="plausibility",
        mend="State the registry's own schedule in [cadence] where the message has it right; else check "
        "cycle_length_days and the CT dates. [limits] cadence = 1 switches the rule off.",
        on=whole_delivery,
        limit=0.5,
        limit_name="cadence",
        is_in_our_words=True,
    ),
)
"""Laid on the delivery; reports list them last."""
