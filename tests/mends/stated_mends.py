"""Mends by lines of registry.toml: a whole delivery of the clean record, and what the text says to state.

Not here: what mends the export itself (`delivery_mends.py`).
"""

from __future__ import annotations

import re
from collections.abc import Callable

from schemas.rules import RULES
from tests.mends.delivery_mends import of, planted
from tests.mends.mend import DeliveryMend, Export, of_delivery
from tests.mutations.changes import each, recoded, says, without_column
from tests.mutations.delivery_defects import DELIVERY_DEFECTS
from tests.mutations.hostile_defects import HOSTILE_DEFECTS
from tests.mutations.increment_defects import INCREMENT_DEFECTS
from tests.mutations.kept_defects import KEPT_DEFECTS
from tests.mutations.record import Record, Row


def states(toml: str) -> Callable[[Export], object]:
    """Write lines into registry.toml."""

    def follow(export: Export) -> None:
        export.toml += toml + "\n"

    return follow


def _dates(form: Callable[[str], str]) -> Callable[[Record], None]:
    """Write every date in another form."""

    def plant(record: Record) -> None:
        for rows in record.values():
            for row in rows:
                for column, cell in row.items():
                    if column.endswith("_date") and cell:
                        row[column] = form(cell)

    return plant


def _german(cell: str) -> str:
    return f"{cell[8:]}.{cell[5:7]}.{cell[:4]}"


def _short(cell: str) -> str:
    return f"{cell[8:]}.{cell[5:7]}.{cell[2:4]}"


def _comma(row: Row) -> None:
    for column in ("value", "upper_limit_normal", "her2_cep17_ratio", "her2_copy_number"):
        if row.get(column):
            row[column] = str(row[column]).replace(".", ",")


def _limit_with_comma(row: Row) -> None:
    row["value"] = str(row["value"]).partition(".")[0]
    row["upper_limit_normal"] = "104,5"


def _all_commas(record: Record) -> None:
    for table in ("lab_results", "her2_tests"):
        each(table, _comma)(record)


def _ids_counted_anew(record: Record) -> None:
    for row in record["imaging_assessments"]:
        row["assessment_id"] = str(row["assessment_id"]).rpartition("-")[2]
    for row in record["bone_lesions"]:
        row["assessment_id"] = str(row["assessment_id"]).rpartition("-")[2]
        row["patient_id"] = row["owner"]


def _renamed(record: Record) -> None:
    for row in record["patients"]:
        row["geschlecht"] = row.pop("sex")


def _seen_again(row: Row) -> None:
    if str(row["assessment_id"]).endswith("ct4") and row["morphology"] == "osteoblastic":
        row["status"] = "new"


def _unit_left_out(export: Export) -> None:
    without_column("lab_results", "unit")(export.record)
    states('[constants.lab_results]\nunit = "U/L"')(export)


def _number_codes(row: Row) -> None:
    row["her2_copy_number"] = row["her2_copy_number"] or "999"


def _every_second_ct(record: Record) -> None:
    """Keep the baseline and the CTs of every second visit: the registry makes them every four cycles."""
    gone = {
        row["assessment_id"]
        for row in record["imaging_assessments"]
        if str(row["assessment_id"])[-1] in "135"
    }
    for table in ("imaging_assessments", "bone_lesions"):
        record[table] = [row for row in record[table] if row["assessment_id"] not in gone]


def _proposed(export: Export) -> None:
    (line,) = re.findall(r"\[cadence\] (interval_days = \[[\d, ]+\])", export.said)
    states(f"[cadence]\n{line}")(export)


THEIR_ANALYTES = {"AP": "ALP_TOTAL", "Ostase": "ALP_BONE"}


def _some_cycles_in_weeks(record: Record) -> None:
    # Of second lines, as nothing hangs on those.
    lines = [row for row in record["therapy_lines"] if row["line_number"] == "2"]
    for row in lines[::2]:
        row["cycle_length_days"] = "3"


def _last_contact_unknown(row: Row) -> None:
    row["last_contact_date"] = None


def _but_pd(row: Row) -> str | None:
    return "PD" if row["extraosseous_response"] == "PD" else None


STATED_MENDS = (
    planted(
        "date_invalid",
        "or state date_format in registry.toml.",
        _dates(_german),
        states('date_format = "%d.%m.%Y"'),
    ),
    planted(
        "date_has_zone",
        "State timezone in [read] of registry.toml, by its name in the IANA list "
        '(timezone = "Europe/Berlin")',
        _dates(lambda cell: f"{cell}T08:00Z"),
        states('[read]\ntimezone = "Europe/Berlin"'),
    ),
    planted(
        "date_century_unknown",
        "Or state date_format with %y (%d.%m.%y), and century_pivot, in [read] of registry.toml",
        _dates(_short),
        states('[read]\ndate_format = "%d.%m.%y"\ncentury_pivot = 30'),
    ),
    planted(
        "code_unknown",
        "Add the code to [recode.<table>.<column>] in registry.toml",
        says("patients", sex="w"),
        states('[recode.patients.sex]\nw = "female"'),
    ),
    planted(
        "number_invalid",
        "and state decimal in registry.toml where it is a comma.",
        _all_commas,
        states('decimal = ","'),
    ),
    *(
        planted(
            rule,
            "and state decimal in registry.toml where it is a comma;",
            plant,
            states(f'[read.{table}]\ndecimal = ","'),
        )
        for rule, table, plant in (
            ("upper_limit_unreadable", "lab_results", each("lab_results", _limit_with_comma)),
            ("ratio_unreadable", "her2_tests", each("her2_tests", _comma)),
            ("copy_number_unreadable", "her2_tests", each("her2_tests", _comma)),
        )
    ),
    planted(
        "duplicate_key",
        "Where ids are counted anew for each patient, make the key of both columns in [compose.<table>] of "
        "registry.toml.",
        _ids_counted_anew,
        states(
            "".join(
                f'[compose.{table}]\nassessment_id = ["patient_id", "assessment_id"]\n'
                for table in ("imaging_assessments", "bone_lesions")
            )
        ),
    ),
    planted(
        "required_value_missing",
        "What a last contact that nobody recorded follows from is stated in [last_contact].",
        each("patients", _last_contact_unknown),
        states('[last_contact]\nfrom = "any_record"'),
        leaves=("last_contact_derived",),
    ),
    planted(
        "unit_missing",
        "If the export has no unit column, state the unit in [constants.lab_results]; an empty one must be "
        "left out of the export for that.",
        says("lab_results", unit=None),
        _unit_left_out,
        leaves=("constant_declared",),
    ),
    planted(
        "unit_not_convertible",
        "Map the laboratory's spelling in [recode.lab_results.unit]",
        says("lab_results", unit="E je Liter"),
        states('[recode.lab_results.unit]\n"E je Liter" = "U/L"'),
    ),
    planted(
        "regimen_misspelt",
        "or recode it in [recode.therapy_lines.regimen] of registry.toml.",
        lambda record: record["therapy_lines"][0].update(regimen="letrozol + ribociclib"),
        states('[recode.therapy_lines.regimen]\n"letrozol + ribociclib" = "letrozole and ribociclib"'),
    ),
    planted(
        "number_is_a_code",
        "null_words in registry.toml reads a code such as 99.9 as empty.",
        each("her2_tests", _number_codes),
        states('null_words = ["999"]'),
    ),
    planted(
        "new_again",
        'Where ids last, state [lesions] ids = "stable": the row is then not counted as new, and stays '
        "flagged.",
        each("bone_lesions", _seen_again),
        states('[lesions]\nids = "stable"'),
        leaves=("new_again", "flag_widespread"),
    ),
    planted(
        "column_missing",
        "or say in registry.toml what it is called in the export ([rename.<table>]: theirs = ours)",
        _renamed,
        states('[rename.patients]\ngeschlecht = "sex"'),
    ),
    planted(
        "column_missing",
        "or what its value always is ([constants.<table>]).",
        without_column("patients", "sex"),
        states('[constants.patients]\nsex = "female"'),
        leaves=("constant_declared",),
    ),
    planted(
        "response_not_recorded",
        'If an empty cell has a meaning, state it: [recode.imaging_assessments.extraosseous_response] "" = '
        '"NON_CR_NON_PD".',
        each("imaging_assessments", lambda row: row.update(extraosseous_response=_but_pd(row))),
        states('[recode.imaging_assessments.extraosseous_response]\n"" = "NON_CR_NON_PD"'),
    ),
    planted(
        "lysis_not_recorded",
        'If an empty cell has a meaning, state it: [recode.bone_lesions.lysis_change] "" = "none".',
        says("bone_lesions", lysis_change=None),
        states('[recode.bone_lesions.lysis_change]\n"" = "none"'),
    ),
    planted(
        "nothing_used",
        "Where results are of other analytes, say in [recode.lab_results.analyte] which of them are ours.",
        recoded("lab_results", "analyte", {ours: theirs for theirs, ours in THEIR_ANALYTES.items()}),
        states(
            "[recode.lab_results.analyte]\n"
            + "\n".join(f'"{theirs}" = "{ours}"' for theirs, ours in THEIR_ANALYTES.items())
        ),
    ),
    of_delivery(
        "stable is progression",
        "or is the code for something else.",
        states('[recode.imaging_assessments.extraosseous_response]\nPD = "SD"\nSD = "PD"'),
        leaves=("code_of_ours_recoded",),
    ),
    of_delivery(
        "analytes are spelt otherwise",
        "Or leave the table out;",
        lambda export: export.record.pop("lab_results"),
    ),
    planted(
        "refused_share_exceeded",
        "Raise the limit in [limits] only with a reason.",
        _some_cycles_in_weeks,
        states("[limits]\ntherapy_lines = 0.2"),
        leaves=("cycle_length_out_of_range",),
    ),
    planted(
        "cadence_not_kept",
        "State the registry's own schedule in [cadence] where the message has it right",
        _every_second_ct,
        _proposed,
    ),
)


LIMIT = re.compile(r"\[limits\] (\w+) = 1 (?:switches the rule off|lets them go)")
SWITCHES = {rule.id: found for rule in RULES if (found := LIMIT.search(rule.mend))}
"""Rules whose mend text says how to switch them off, and where it does."""

SWITCHED_OFF = tuple(
    DeliveryMend(
        defect.rule,
        SWITCHES[defect.rule][0],
        plant=of(defect.plant),
        follow=states(f"[limits]\n{SWITCHES[defect.rule][1]} = 1"),
        against=defect.against,
        is_known=True,
    )
    for defect in {
        one.rule: one
        for one in (*INCREMENT_DEFECTS, *KEPT_DEFECTS, *HOSTILE_DEFECTS, *DELIVERY_DEFECTS)
        if one.rule in SWITCHES
    }.values()
)
"""One for each of them that a known defect breaks."""
