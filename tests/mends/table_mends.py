"""Mends of rules that hold for many tables: each is broken in all of them at once, and mended in all.

Not here: files (`tables_told.py`), and mends that are another for one table (the modules beside it).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.mends.delivery_mends import exported_again, of, planted
from tests.mends.mend import DeliveryMend, Export
from tests.mends.stated_mends import states
from tests.mutations.changes import first_of_month, kept, recoded, says, without_column
from tests.mutations.record import LINE, OWNER, TABLES, Record, Row, cells_of

Cells = Mapping[str, tuple[str, str | None]]
"""Table -> a column, and what stands wrongly in it."""

NEEDED: Cells = {
    "patients": ("sex", None),
    "therapy_lines": ("regimen", None),
    "imaging_assessments": ("modality", None),
    "bone_lesions": ("site", None),
    "lab_results": ("value", None),
    "her2_tests": ("specimen_site", None),
}
CODES: Cells = {
    "patients": ("sex", "w"),
    "therapy_lines": ("end_reason", "PD"),
    "imaging_assessments": ("modality", "Scan"),
    "bone_lesions": ("site", "WS"),
    "her2_tests": ("specimen_site", "Mamma"),
}
MEANT = {"w": "female", "PD": "progression", "Scan": "CT", "WS": "spine", "Mamma": "primary"}
NUMBERS: Cells = {"therapy_lines": ("line_number", "first"), "lab_results": ("value", "many")}
MARKED: Cells = {"lab_results": ("value", "90 H"), "her2_tests": ("her2_cep17_ratio", "1.2 H")}
OTHERWISE: Cells = {
    "patients": ("er_status", "unknown"),
    "therapy_lines": ("regimen", "another"),
    "imaging_assessments": ("modality", "MRI"),
    "bone_lesions": ("site", "skull"),
}
CONSTANTS: Mapping[str, tuple[str, str]] = {
    "patients": ("er_status", "positive"),
    "therapy_lines": ("cycle_length_days", "21"),
    "imaging_assessments": ("is_evaluable", "true"),
    "bone_lesions": ("is_equivocal", "false"),
    "lab_results": ("unit", "U/L"),
    "her2_tests": ("specimen_site", "primary"),
}
DATES = {
    "patients": "birth_date",
    "therapy_lines": "start_date",
    "imaging_assessments": "assessment_date",
    "lab_results": "specimen_date",
    "her2_tests": "test_date",
}
CHILDREN = ("therapy_lines", "imaging_assessments", "lab_results", "her2_tests")
FOLLOWING = (
    "unknown_patient",
    "unknown_assessment",
    "line_one_missing",
    "not_seen_before",
    "progression_without_imaging",
)
"""What the rows that are left say once others are refused."""
ALL = tuple(TABLES)


def dates(text: str) -> Cells:
    """Put one text in a date of each table."""
    return {table: (column, text) for table, column in DATES.items()}


def everything_again(export: Export) -> None:
    """Export all tables anew, and leave what the registry states."""
    exported_again(*TABLES)(export)


def _in_one_row(cells: Cells) -> Callable[[Record], None]:
    def plant(record: Record) -> None:
        for table, (column, cell) in cells.items():
            record[table][0][column] = cell

    return plant


def _in_many_rows(cells: Cells, every: int = 1) -> Callable[[Record], None]:
    def plant(record: Record) -> None:
        for table, (column, cell) in cells.items():
            for row in record[table][::every]:
                row[column] = cell

    return plant


def by_cell(rule: str, text: str, cells: Cells, *, leaves: tuple[str, ...] = ()) -> DeliveryMend:
    """Put wrong cells right as the source has them; with `leaves` there is nothing to mend."""
    follow = (lambda _: None) if leaves else everything_again
    return planted(rule, text, _in_one_row(cells), follow, on=tuple(cells), leaves=leaves)


def _copied(record: Record) -> None:
    for rows in record.values():
        rows.append(dict(rows[-1]))


def _copied_otherwise(record: Record) -> None:
    for table, (column, cell) in OTHERWISE.items():
        record[table].append({**record[table][-1], column: cell})


def _cut_short(record: Record) -> None:
    for rows in record.values():
        last = list(cells_of(rows[0]))[-1]
        rows[0][last] = None
        rows[0][LINE] = ",".join(cell or "" for cell in cells_of(rows[0]).values()).rstrip(",")


def _whole_lines(export: Export) -> None:
    for rows in export.record.values():
        del rows[0][LINE]


def _person_lost(record: Record) -> None:
    del record["patients"][0]


def _without(cells: Mapping[str, tuple[str, str]]) -> Callable[[Export], None]:
    def plant(export: Export) -> None:
        for table, (column, value) in cells.items():
            without_column(table, column)(export.record)
            states(f'[constants.{table}]\n{column} = "{value}"')(export)

    return plant


def _said_by_constant(text: str, follow: Callable[[Export], object], *leaves: str) -> DeliveryMend:
    return DeliveryMend(
        "constant_declared", text, frozenset(leaves), ALL, plant=_without(CONSTANTS), follow=follow
    )


def _said_by_the_export(export: Export) -> None:
    everything_again(export)
    export.toml = ""


def _recoded(export: Export) -> None:
    for table, (column, theirs) in CODES.items():
        states(f'[recode.{table}.{column}]\n{theirs} = "{MEANT[str(theirs)]}"')(export)


def _heaped(record: Record) -> None:
    for table, column in DATES.items():
        first_of_month(table, column)(record)


def _halved(record: Record) -> None:
    kept(*TABLES)(record)


def _of_another_sort(record: Record) -> None:
    says("patients", er_status=None)(record)
    says("therapy_lines", cycle_length_days="28")(record)
    recoded("imaging_assessments", "modality", {"CT": "PET_CT"})(record)
    says("bone_lesions", morphology="osteoblastic")(record)
    says("lab_results", upper_limit_normal=None)(record)
    says("her2_tests", specimen_site="primary")(record)


def _fewer_than_before(row: Row) -> bool:
    return str(row[OWNER])[-1] in "012"


def _letters_for_sex(record: Record) -> None:
    for row in record["patients"]:
        if _fewer_than_before(row):
            row["sex"] = "w"


FILL = "Fill the empty cells at the source."
CORRECT_ROWS = "Correct the rows by the rules that refuse them;"
REFUSED = "and refused rows;"

TABLE_MENDS = (
    by_cell("required_value_missing", FILL, NEEDED),
    planted(
        "required_value_missing",
        "A constant in [constants.<table>] stands in for a column that the export lacks; it fills no empty "
        "cell.",
        says("her2_tests", specimen_site=None),
        _without({"her2_tests": CONSTANTS["her2_tests"]}),
        on=("her2_tests",),
        leaves=("constant_declared",),
    ),
    by_cell("date_invalid", "Deliver ISO days (2021-03-05)", dates("soon")),
    by_cell("date_has_zone", "Or deliver the day alone.", dates("2022-03-05T08:00Z")),
    by_cell("date_century_unknown", "Deliver years of four digits.", dates("05.03.22")),
    by_cell("date_is_partial", "Find the day at the source", dates("2022-03")),
    by_cell("date_in_future", "Correct the date", dates("2031-03-05")),
    by_cell("code_unknown", "or correct it.", CODES),
    planted(
        "code_unknown",
        "Add the code to [recode.<table>.<column>] in registry.toml",
        _in_one_row(CODES),
        _recoded,
        on=tuple(CODES),
    ),
    by_cell("number_invalid", "Deliver plain numbers", NUMBERS),
    by_cell("mark_dropped", "leave it out of the export.", MARKED),
    by_cell(
        "mark_dropped",
        "Nothing to mend where the mark only says high, low or abnormal;",
        MARKED,
        leaves=("mark_dropped",),
    ),
    planted("duplicate_row", "Remove the copies from the export.", _copied, everything_again, on=ALL),
    planted(
        "duplicate_key",
        "Decide at the source which of the rows is right.",
        _copied_otherwise,
        everything_again,
        on=tuple(OTHERWISE),
    ),
    planted(
        "field_count_differs",
        "and write empty cells at the end of a row too.",
        _cut_short,
        _whole_lines,
        on=ALL,
    ),
    planted("unknown_patient", "Deliver the patient", _person_lost, exported_again("patients"), on=CHILDREN),
    planted(
        "unknown_patient",
        "or mend the patient's own row, which was refused.",
        _in_one_row({"patients": ("sex", "w")}),
        exported_again("patients"),
        on=CHILDREN,
    ),
    _said_by_constant("Nothing to mend where it is so;", lambda _: None, "constant_declared"),
    _said_by_constant("better is a column in the export.", _said_by_the_export),
    planted(
        "required_table_empty",
        CORRECT_ROWS,
        _in_many_rows(NEEDED),
        everything_again,
        on=("patients", "therapy_lines", "imaging_assessments", "bone_lesions"),
    ),
    planted("refused_share_exceeded", CORRECT_ROWS, _in_many_rows(NEEDED, every=5), everything_again, on=ALL),
    planted(
        "refused_share_exceeded",
        "Raise the limit in [limits] only with a reason.",
        _in_many_rows(NEEDED, every=12),
        states("[limits]\n" + "".join(f"{table} = 0.4\n" for table in TABLES)),
        on=ALL,
        leaves=("required_value_missing", *FOLLOWING),
    ),
    planted(
        "dates_on_one_day", "Deliver the day that was recorded", _heaped, everything_again, on=tuple(DATES)
    ),
    planted(
        "table_shrunk",
        "Look for a file that was cut off",
        _halved,
        everything_again,
        on=ALL,
        against="the delivery before",
    ),
    *(
        planted(rule, REFUSED, _letters_for_sex, of(_said_in_words), on=on, against="the delivery before")
        for rule, on, _said_in_words in (
            ("table_shrunk", ALL, says("patients", sex="female")),
            ("patients_dropped", ("patients",), says("patients", sex="female")),
        )
    ),
    planted(
        "distribution_moved",
        "Look for a code, a unit or a sort of patient that is new, gone or exchanged",
        _of_another_sort,
        everything_again,
        on=ALL,
        against="the delivery before",
    ),
)
