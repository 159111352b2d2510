"""Mends of files, in every table at once and in the files of another standard: each a tale.

Not here: mends that are another for one table (`file_mends.py`, `declared_mends.py`).
"""

from __future__ import annotations

import gzip
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from bpp_etl.gate import one_table, stage
from bpp_etl.gate.decision import GateDecision
from bpp_etl.gate.judge import judge
from bpp_etl.landing.deliveries import delivery_of
from bpp_etl.reading.delivery import read_delivery
from bpp_etl.reading.terms import Step, Terms
from bpp_etl.warehouse.connection import Connection, opened
from schemas.tables import DeliveredTable
from tests.gates.test_relative_dates import FROM_DIAGNOSIS, STANDS_IN, TABLES_OF_ONE
from tests.gates.test_side_tables import DOMAINS, LESIONS, LIMITS, SDTM, scan_of
from tests.mends.declared_mends import ONE
from tests.mends.mend import ToldMend
from tests.mends.telling import Decisions, decided, write
from tests.support.deliveries import TINY, write_texts

ALL = tuple(TINY)
DATED = tuple(table for table in ALL if table != "bone_lesions")
REQUIRED = ("patients", "therapy_lines", "imaging_assessments", "bone_lesions")
OTHERS = "delivery"
"""Stands for the table of what breaks in the files of another standard, which are none of ours."""

CANONICAL = {f"{table}.csv": text for table, text in TINY.items()}


def adapted(home: Path) -> dict[str, str]:
    """Write domains of SDTM, with the side table that they need."""
    scan = scan_of(home / "learnt", "S1")
    return {**DOMAINS, "bone_lesions.csv": f"{LESIONS}{scan},N1,rib,osteoblastic,new,\n"}


def _texts(change: Callable[[str], str]) -> Callable[[Path], None]:
    def spoil(file: Path) -> None:
        file.write_text(change(file.read_text(encoding="utf-8")), encoding="utf-8")

    return spoil


def _bare(text: str) -> str:
    return "another\n" + "x\n" * (text.count("\n") - 1)


def _doubled(text: str) -> str:
    header, *rows = text.splitlines()
    return "".join(f"{row},{row.split(',')[0]}\n" for row in (header, *rows))


def _delivered_twice(file: Path) -> None:
    file.with_name(f"{file.name}.gz").write_bytes(gzip.compress(file.read_bytes()))


def _linked(file: Path) -> None:
    elsewhere = file.parent.parent.parent / "elsewhere"
    elsewhere.mkdir(exist_ok=True)
    file.symlink_to(file.rename(elsewhere / file.name))


FAULTS: tuple[tuple[str, str, tuple[str, ...], Callable[[Path], None]], ...] = (
    ("table_missing", "Add the table to the export;", REQUIRED, Path.unlink),
    ("column_missing", "Add the column", ALL, _texts(_bare)),
    ("column_duplicated", "Remove one of the columns of the same name.", ALL, _texts(_doubled)),
    ("file_unreadable", "Export the file again;", ALL, _texts(lambda _: "")),
    ("file_ambiguous", "Leave one of them for each table in the delivery.", ALL, _delivered_twice),
    ("file_outside_landing", "Copy the file into the delivery instead of linking to it.", ALL, _linked),
)
"""What is done to every file of a delivery, and the tables that then break the rule."""


def _put_right(folder: Path, texts: Mapping[str, str]) -> None:
    shutil.rmtree(folder)
    folder.mkdir()
    for name, text in texts.items():
        write(folder, name, text)


def _of_files(rule: str, says: str, on: tuple[str, ...], spoil: Callable[[Path], None]) -> ToldMend:
    def every_file(home: Path) -> Decisions:
        folder = write_texts(home / "landing", CANONICAL)
        for file in list(folder.iterdir()):
            spoil(file)
        yield decided(folder)
        _put_right(folder, CANONICAL)
        yield decided(folder)

    return ToldMend(rule, says, frozenset(), on, tell=every_file)


def _of_others(rule: str, says: str, spoil: Callable[[Path], None]) -> ToldMend:
    def every_file_of_others(home: Path) -> Decisions:
        texts = adapted(home)
        folder = write_texts(home / "landing", texts, toml=SDTM)
        for name in DOMAINS:
            spoil(folder / name)
        yield decided(folder)
        _put_right(folder, texts)
        yield decided(folder)

    return ToldMend(rule, says, frozenset(), (OTHERS,), tell=every_file_of_others)


def _disagree(home: Path) -> Decisions:
    texts = adapted(home)
    scan = texts["bone_lesions.csv"].splitlines()[1].split(",")[0]
    beside = {
        "patients.csv": "patient_id,sex\nS1,male\n",
        "therapy_lines.csv": "patient_id,line_number,regimen,start_date\nS1,1,another,2024-01-01\n",
        "imaging_assessments.csv": (
            f"assessment_id,patient_id,assessment_date,modality\n{scan},S1,2024-02-12,MRI\n"
        ),
        "bone_lesions.csv": f"{LESIONS}{scan},N1,rib,osteoblastic,stable,\n",
    }
    folder = write_texts(home / "told", {**texts, **beside}, toml=SDTM)
    yield decided(folder)
    for name in beside:
        write(folder, name, texts.get(name, beside[name].splitlines()[0] + "\n"))
    yield decided(folder)


OF_ONE = {
    **TABLES_OF_ONE,
    "imaging_assessments": (
        "assessment_id,patient_id,assessment_date,modality,extraosseous_response\nA1,A,52,CT,SD\n"
    ),
}


def _of_day_zero(rule: str, says: str, toml: str, *leaves: str) -> ToldMend:
    def day_zero(home: Path) -> Decisions:
        texts = {f"{table}.csv": text for table, text in OF_ONE.items()}
        folder = write_texts(home, texts, toml=LIMITS + toml)
        yield decided(folder)
        write(folder, "patients.csv", ONE)
        yield decided(folder)

    return ToldMend(rule, says, frozenset(leaves), DATED, tell=day_zero)


IN_MONTHS = {
    "patients": (",400", ",13.1 months"),
    "therapy_lines": (",200", ",6.5 months"),
    "imaging_assessments": (",52,", ",1.7 months,"),
    "lab_results": (",8,", ",0.3 months,"),
    "her2_tests": (",-30,", ",-1 months,"),
}


def _in_months(home: Path) -> Decisions:
    days = {**OF_ONE, "patients": ONE}
    months = {table: days[table].replace(*told) for table, told in IN_MONTHS.items()}
    texts = {f"{table}.csv": text for table, text in (days | months).items()}
    folder = write_texts(home, texts, toml=LIMITS + FROM_DIAGNOSIS)
    yield decided(folder)
    for table, text in days.items():
        write(folder, f"{table}.csv", text)
    yield decided(folder)


def _of_no_scan(home: Path) -> Decisions:
    """Deliver an export without any image; then images and lesions in side tables."""
    texts = adapted(home)
    lesions = texts.pop("bone_lesions.csv")
    for name in ("tu.csv", "rs.csv"):
        texts[name] = texts[name].splitlines()[0] + "\n"
    folder = write_texts(home / "landing", texts, toml=SDTM)
    yield decided(folder)
    scan = lesions.splitlines()[1].split(",")[0]
    head = "assessment_id,patient_id,assessment_date,modality,extraosseous_response\n"
    write(folder, "imaging_assessments.csv", f"{head}{scan},S1,2024-02-12,CT,SD\n")
    write(folder, "bone_lesions.csv", lesions)
    yield decided(folder)


def _headers_alone(home: Path) -> Decisions:
    optional = {name: TINY[name].splitlines()[0] + "\n" for name in ("lab_results", "her2_tests")}
    folder = write_texts(home, {**CANONICAL, **{f"{name}.csv": text for name, text in optional.items()}})
    yield decided(folder)
    for name in optional:
        (folder / f"{name}.csv").unlink()
    yield decided(folder)


def _lossy(home: Path) -> Decisions:
    """Lose a row of each table on the way, as a wrong join would; then have the software put right."""

    def loses(con: Connection, table: DeliveredTable, *rest: Any) -> stage.Staged:
        staged = stage.stage(con, table, *rest)
        con.execute(f"delete from core.{table.name} where row_number = 1")
        return staged

    folder = write_texts(home, CANONICAL)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(one_table, "stage", loses)
        yield decided(folder)
    yield decided(folder)


def _written_while_read(home: Path, texts: Mapping[str, str], toml: str = "") -> Decisions:
    """Read files that somebody writes still; then under another name until they are complete."""

    def half_written(folder: Path) -> None:
        for name, text in texts.items():
            write(folder, name, text.split("\n", 1)[0] + "\n")

    def read_while_written(folder: Path) -> GateDecision:
        def writes(step: Step) -> None:
            for name, text in texts.items():
                if name in step.told:
                    write(folder, name, text)

        delivery = delivery_of(folder)
        assert delivery is not None
        with opened(home / "judged.duckdb", is_working_file=True) as con:
            return judge(con, delivery, read_delivery(con, delivery, home, terms=Terms(began=writes)))

    folder = write_texts(home / "landing", {}, toml=toml)
    half_written(folder)
    yield read_while_written(folder)
    under_another_name = folder.rename(folder.with_name("incoming"))
    half_written(under_another_name)
    assert delivery_of(under_another_name) is None
    _put_right(under_another_name, texts)
    yield decided(under_another_name.rename(folder))


def _renamed_when_complete(home: Path) -> Decisions:
    return _written_while_read(home, CANONICAL)


def _others_renamed_when_complete(home: Path) -> Decisions:
    return _written_while_read(home, adapted(home), SDTM)


RENAME = "Write the delivery under another name and rename it when it is complete."
DAY_ZERO = "Deliver the day zero of each patient, in a side table of patients."
NO_OTHER_DATES = "Nothing to mend where the export has no other dates."
PATIENTS_OWN = "Deliver the patient's day zero, in a side table of patients."

TABLES_TOLD: tuple[ToldMend, ...] = (
    *(_of_files(*fault) for fault in FAULTS),
    *(_of_others(rule, says, spoil) for rule, says, _, spoil in FAULTS),
    ToldMend(
        "side_table_disagrees",
        "leave empty in the side table what the export says.",
        frozenset(),
        REQUIRED,
        tell=_disagree,
    ),
    ToldMend(
        "rows_not_conserved",
        "This is a fault of the software: report it with the release's manifest.",
        frozenset(),
        ALL,
        tell=_lossy,
    ),
    ToldMend("file_changed_while_read", RENAME, frozenset(), ALL, tell=_renamed_when_complete),
    ToldMend("file_changed_while_read", RENAME, frozenset(), (OTHERS,), tell=_others_renamed_when_complete),
    _of_day_zero("day_zero_declared", DAY_ZERO, STANDS_IN, "date_relative"),
    _of_day_zero("day_zero_unknown", PATIENTS_OWN, FROM_DIAGNOSIS, "date_relative"),
    _of_day_zero("date_relative", NO_OTHER_DATES, STANDS_IN, "date_relative"),
    ToldMend(
        "date_in_months",
        "Deliver days from day zero instead of months.",
        frozenset({"date_relative"}),
        DATED,
        tell=_in_months,
    ),
    ToldMend(
        "required_table_empty",
        "What an export in a format of others does not hold, a side table brings: <table>.csv beside its "
        "files;",
        frozenset(),
        ("imaging_assessments", "bone_lesions"),
        tell=_of_no_scan,
    ),
    ToldMend(
        "nothing_used",
        "Or leave the table out;",
        frozenset(),
        ("lab_results", "her2_tests"),
        tell=_headers_alone,
    ),
)
