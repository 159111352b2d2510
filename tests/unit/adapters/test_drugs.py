"""An adapter may yield drugs in the place of lines of therapy; whoever declares it gets lines of them.

Not here: drugs in a file beside the others (`tests/gates/test_derived_lines.py`).
"""

from __future__ import annotations

import shutil
from importlib.resources import files
from pathlib import Path

import pytest

from bpp_etl.adapters.conformance import CHECKS
from tests.gates.test_declared_rows import rows
from tests.gates.test_side_tables import DOMAINS, LIMITS
from tests.support.deliveries import write_texts
from tests.support.gating import Gated, gated

DRUGS = """-- One row per record of exposure in which something was given.
select
    usubjid as patient_id,
    extrt as agent,
    exstdtc as start_date,
    exendtc as end_date,
    'start_date' as approximated,
    row_number,
    file
from exposure
where is_given
order by file, row_number
"""
EXPOSURES = "USUBJID,EXTRT,EXSTDTC,EXENDTC\nS1,taxol,2024-01-01,2024-03-01\nS1,letrozole,2024-03-20,\n"
FROM_FIRST = "[therapy_lines]\nderive = 'gap_and_new_agent'\nstart = 'first_drug'\n"


@pytest.fixture
def dosing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An adapter like that of SDTM that yields drugs, and no line."""
    folder = tmp_path / "adapters" / "dosing"
    shutil.copytree(Path(str(files("bpp_etl.adapters").joinpath("sdtm"))), folder)
    (folder / "therapy_lines.sql").unlink()
    (folder / "drug_exposures.sql").write_text(DRUGS, encoding="utf-8")
    for name in ("adapter.toml", "source_rows.sql"):
        text = (folder / name).read_text(encoding="utf-8")
        (folder / name).write_text(text.replace("therapy_lines", "drug_exposures"), encoding="utf-8")
    monkeypatch.setenv("BPP_ADAPTERS", str(folder.parent))
    return folder


def of(dosing: Path, toml: str, **more: str) -> Gated:
    texts = {**DOMAINS, "ex.csv": EXPOSURES, **{f"{name}.csv": text for name, text in more.items()}}
    landing = dosing.parents[1] / "landing"
    return gated(write_texts(landing, texts, toml=f'format = "dosing"\n{toml}{LIMITS}'))


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_an_adapter_that_yields_drugs_conforms(dosing: Path, check) -> None:
    assert check(dosing) == []


def test_lines_follow_from_the_drugs_that_it_yields_once_that_is_declared(dosing: Path) -> None:
    one = of(dosing, FROM_FIRST)
    found = rows(one, "therapy_lines", "line_number", "regimen", "start_date", "end_date", "flags")
    assert [(number, regimen, str(start), str(end)) for number, regimen, start, end, _ in found] == [
        (1, "taxol", "2024-01-01", "2024-03-01"),
        (2, "letrozole", "2024-03-20", "None"),
    ]
    # A line begins on a day as well known as its first drug's.
    assert [flags for *_, flags in found] == [["line_derived", "value_approximated"]] * 2
    assert one.decision.drugs == {"a drug of a line": 2}


def test_undeclared_its_drugs_make_no_line(dosing: Path) -> None:
    assert ("therapy_lines", "table_missing") in of(dosing, "").causes()


def test_lines_in_a_side_table_come_before_derived_ones(dosing: Path) -> None:
    given = "patient_id,line_number,regimen,start_date\nS1,1,as delivered,2024-01-01\n"
    one = of(dosing, FROM_FIRST, therapy_lines=given)
    assert rows(one, "therapy_lines", "regimen", "flags") == [("as delivered", [])]
