"""Mends of files and of what is said of them: each a tale of a delivery that is put right where it lies.

Not here: declarations and side tables (`declared_mends.py`), and warehouses (`warehouse_mends.py`).
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

import openpyxl

from tests.mends.mend import ToldMend
from tests.mends.telling import OF_STUDY, Decisions, decided, mends, states, write, write_study
from tests.support.deliveries import DAY, TINY, write_delivery_of, write_texts


@mends(
    "table_missing",
    "if it is a sheet of delivery.xlsx under another name, state that as sheet in [read.<table>] of "
    "registry.toml.",
)
def sheet_named(home: Path) -> Decisions:
    folder = write_texts(home, {})
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for table, text in TINY.items():
        sheet = book.create_sheet("Kranke" if table == "patients" else table)
        for row in csv.reader(io.StringIO(text)):
            sheet.append([cell or None for cell in row])
    book.save(folder / "delivery.xlsx")
    yield decided(folder)
    states(folder, '[read.patients]\nsheet = "Kranke"\n')
    yield decided(folder)


@mends(
    "table_missing",
    "Where all files are those of another standard, state it as format in registry.toml;",
    *OF_STUDY,
)
def format_stated(home: Path) -> Decisions:
    folder = write_study(home)
    toml = (folder.parent / "registry.toml").read_text(encoding="utf-8")
    states(folder, "")
    decision = decided(folder)
    assert 'state format = "cbioportal" in registry.toml' in repr(decision.causes)
    yield decision
    states(folder, toml)
    yield decided(folder)


@mends("table_missing", "beside them it is a side table, <table>.csv.", *OF_STUDY)
def side_table_added(home: Path) -> Decisions:
    folder = write_study(home)
    (folder / "bone_lesions.csv").rename(home / "bone_lesions.csv")
    yield decided(folder)
    (home / "bone_lesions.csv").rename(folder / "bone_lesions.csv")
    yield decided(folder)


@mends("table_missing", "Lines of therapy can follow from drugs: [therapy_lines].", "line_derived")
def lines_from_drugs(home: Path) -> Decisions:
    drugs = "patient_id,agent,start_date,end_date\n" + "".join(
        f"{one},letrozole,2024-01-01,\n" for one in "ABC"
    )
    folder = write_delivery_of(home, therapy_lines=None, drug_exposures=drugs)
    yield decided(folder)
    states(folder, '[therapy_lines]\nderive = "gap_and_new_agent"\nstart = "first_drug"\n')
    yield decided(folder)


@mends("file_unreadable", "check delimiter and encoding in registry.toml.")
def encoding_stated(home: Path) -> Decisions:
    folder = write_delivery_of(home)
    text = TINY["therapy_lines"].replace("made up", "künstlich")
    (folder / "therapy_lines.csv").write_bytes(text.encode("latin-1"))
    yield decided(folder)
    states(folder, 'encoding = "latin-1"\n')
    yield decided(folder)


@mends("file_unreadable", "check delimiter and encoding in registry.toml.")
def delimiter_stated(home: Path) -> Decisions:
    rows = csv.reader(io.StringIO(TINY["therapy_lines"]))
    text = "".join(";".join(f'"{cell}"' for cell in row) + "\n" for row in rows)
    folder = write_delivery_of(home, therapy_lines=text)
    yield decided(folder)
    states(folder, '[read.therapy_lines]\ndelimiter = ";"\n')
    yield decided(folder)


@mends("configuration_invalid", "Correct the key or value that the message names.")
def key_corrected(home: Path) -> Decisions:
    folder = write_delivery_of(home)
    states(folder, 'decimel = "."\n')
    shut = decided(folder)
    assert "decimel" in shut.causes[0].message
    yield shut
    states(folder, 'decimal = "."\n')
    yield decided(folder)


@mends("configuration_invalid", "Correct the key or value that the message names.")
def value_corrected(home: Path) -> Decisions:
    folder = write_delivery_of(home)
    states(folder, 'decimal = "point"\n')
    shut = decided(folder)
    assert "decimal" in shut.causes[0].message
    yield shut
    states(folder, 'decimal = "."\n')
    yield decided(folder)


def _with_note(home: Path) -> Path:
    folder = write_delivery_of(home)
    write(folder, "notes.txt", "made up")
    return folder


@mends("file_not_read", "Name each file after its table")
def file_named(home: Path) -> Decisions:
    folder = write_delivery_of(home, her2_tests=None, her2=TINY["her2_tests"])
    yield decided(folder)
    (folder / "her2.csv").rename(folder / "her2_tests.csv")
    yield decided(folder)


@mends("file_not_read", "or take it out of the delivery;")
def file_taken_out(home: Path) -> Decisions:
    folder = _with_note(home)
    yield decided(folder)
    (folder / "notes.txt").unlink()
    yield decided(folder)


@mends("file_not_read", "[limits] file_not_read = 1 switches the rule off.")
def files_not_judged(home: Path) -> Decisions:
    folder = _with_note(home)
    yield decided(folder)
    states(folder, "[limits]\nfile_not_read = 1\n")
    yield decided(folder)


def waived(until: str, rule: str) -> str:
    """Write a waiver as registry.toml has it."""
    return f'[accept.{rule}]\nuntil = {until}\nreason = "made up"\nby = "K. Example"\n'


@mends("waiver_expired", "Renew [accept.<rule>] with its reason", "file_not_read")
def waiver_renewed(home: Path) -> Decisions:
    folder = _with_note(home)
    states(folder, waived("2024-12-30", "file_not_read"))
    yield decided(folder)
    states(folder, waived(DAY, "file_not_read"))
    after = decided(folder)
    assert after.warnings == ()
    yield after


@mends("waiver_expired", "or take it out.")
def waiver_taken_out(home: Path) -> Decisions:
    folder = write_delivery_of(home)
    states(folder, waived("2024-12-30", "file_not_read"))
    yield decided(folder)
    states(folder, "")
    yield decided(folder)


@mends("date_in_future", "or the date in the delivery's folder name.")
def folder_renamed(home: Path) -> Decisions:
    folder = write_delivery_of(home, day="2024-06-30")
    yield decided(folder)
    yield decided(folder.rename(folder.with_name(DAY)))


FILE_MENDS: tuple[ToldMend, ...] = (
    sheet_named,
    format_stated,
    side_table_added,
    lines_from_drugs,
    encoding_stated,
    delimiter_stated,
    key_corrected,
    value_corrected,
    file_named,
    file_taken_out,
    files_not_judged,
    waiver_renewed,
    waiver_taken_out,
    folder_renamed,
)
