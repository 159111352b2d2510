"""Mends of cells that an adapter only comes near to, in every table: an adapter made up for them.

Not here: those of an adapter that is shipped (`declared_mends.py`).
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

import pytest

from tests.gates.test_side_tables import LESIONS, SDTM
from tests.mends.mend import ToldMend
from tests.mends.tables_told import adapted
from tests.mends.telling import Decisions, decided, write
from tests.support.deliveries import write_texts

NEAR = {
    "patients": "sex",
    "therapy_lines": "regimen",
    "imaging_assessments": "modality",
    "bone_lesions": "site",
    "lab_results": "value",
    "her2_tests": "specimen_site",
}
"""A column of each table that the adapter made up here has only something near to."""

NUMBERED = ("lab_results", "her2_tests")
"""Tables whose rows nothing but their number names."""

KEYED = tuple(table for table in NEAR if table not in NUMBERED)

HER2_ON_DAY_ZERO = """-- One row per patient: a test that nobody made.
select
    usubjid as patient_id,
    rfstdtc as test_date,
    'unknown' as specimen_site,
    '0' as ihc_score,
    cast(null as varchar) as ish_result,
    cast(null as varchar) as her2_cep17_ratio,
    cast(null as varchar) as her2_copy_number,
    cast(null as varchar) as reported_status,
    row_number,
    file
from dm
"""
RESULTS = "USUBJID,LBTESTCD,LBDTC,LBORRES,LBORRESU,LBORNRHI\nS1,ALP,2024-02-12,90,U/L,104\n"


def _write_near(home: Path, tables: Iterable[str]) -> Path:
    """Write an adapter like that of SDTM that comes only near one column of some tables, and a delivery."""
    folder = home / "adapters" / "near"
    shutil.copytree(Path(str(files("bpp_etl.adapters").joinpath("sdtm"))), folder)
    (folder / "her2_tests.sql").write_text(HER2_ON_DAY_ZERO, encoding="utf-8")
    for table in tables:
        select = folder / f"{table}.sql"
        text = select.read_text(encoding="utf-8").rstrip()
        others = "yielded.* exclude (approximated)" if "as approximated" in text else "yielded.*"
        near = f"select {others}, '{NEAR[table]}' as approximated from ({text}\n) as yielded\n"
        select.write_text(near, encoding="utf-8")
    described = folder / "adapter.toml"
    told = described.read_text(encoding="utf-8") + '[tables.her2_tests]\nsources = ["dm"]\nscope = "All."\n'
    described.write_text(told, encoding="utf-8")
    texts = {**adapted(home), "lb.csv": RESULTS}
    return write_texts(home / "landing", texts, toml=SDTM.replace("sdtm", "near"))


@contextmanager
def _adapters_in(home: Path) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BPP_ADAPTERS", str(home / "adapters"))
        yield


def _recorded(home: Path) -> Decisions:
    folder = _write_near(home, KEYED)
    scan = (folder / "bone_lesions.csv").read_text(encoding="utf-8").splitlines()[1].split(",")[0]
    people = ("S1", "S2")
    beside = {
        "patients": ["patient_id,sex", *(f"{one},female" for one in people)],
        "therapy_lines": [
            "patient_id,line_number,regimen,start_date",
            *(f"{one},1,letrozole,2024-01-01" for one in people),
        ],
        "imaging_assessments": [
            "assessment_id,patient_id,assessment_date,modality",
            *(f"{scan.replace('S1', one)},{one},2024-02-12,CT" for one in people),
        ],
        "bone_lesions": [
            LESIONS.strip(),
            *(f"{scan.replace('S1', one)},N1,rib,osteoblastic,new," for one in people),
        ],
    }
    with _adapters_in(home):
        yield decided(folder)
        for table, lines in beside.items():
            write(folder, f"{table}.csv", "\n".join(lines) + "\n")
        yield decided(folder)


def _not_recorded(home: Path) -> Decisions:
    folder = _write_near(home, NEAR)
    with _adapters_in(home):
        decision = decided(folder)
    yield decision
    yield decision


def _added(home: Path) -> Decisions:
    folder = _write_near(home, NUMBERED)
    with _adapters_in(home):
        yield decided(folder)
        write(
            folder,
            "her2_tests.csv",
            "patient_id,test_date,specimen_site,ihc_score\nS1,2023-12-01,primary,3+\n",
        )
        results = "patient_id,analyte,specimen_date,value,unit\nS1,ALP_TOTAL,2024-01-01,100,U/L\n"
        write(folder, "lab_results.csv", results)
        after = decided(folder)
        admitted = {one.table: one.admitted for one in after.tables}
        assert (admitted["lab_results"], admitted["her2_tests"]) == (2, 3)
        yield after


RULE = "value_approximated"
ADDED = "ALP results and HER2 tests are added there, and such a row stays flagged."

NEAR_TOLD: tuple[ToldMend, ...] = (
    ToldMend(
        RULE,
        "Nothing to mend where nobody recorded it;",
        frozenset({RULE}),
        tuple(NEAR),
        tell=_not_recorded,
    ),
    ToldMend(RULE, "else deliver it in a side table, which then counts.", frozenset(), KEYED, tell=_recorded),
    ToldMend(RULE, ADDED, frozenset({RULE}), NUMBERED, tell=_added),
)
