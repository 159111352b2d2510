"""An export of another standard, a side table and a few declarations yield events, flagged for the latter.

Not here: how a side table completes rows (`test_side_tables.py`), or a declaration (`test_declared_rows.py`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bpp_etl.admission.working import WorkingFiles
from bpp_etl.warehouse.connection import opened_read_only
from bpp_etl.warehouse.select import named_rows
from tests.gates.test_declared_rows import rows
from tests.gates.test_side_tables import SDTM
from tests.support.deliveries import write_texts
from tests.support.gating import gated
from tests.support.warehouses import admit

VISITS = {"2024-02-12": "SD", "2024-03-25": "SD", "2024-05-06": "SD", "2024-06-17": "PD"}
DOMAINS = {
    "dm.csv": "USUBJID,SEX\nS1,F\n",
    "ex.csv": "USUBJID,EXTRT,EXSTDTC,EXENDTC\nS1,made up,2024-01-01,2024-06-17\n",
    "tu.csv": "USUBJID,TUTESTCD,TUDTC,TUMETHOD,TUSTRESC,TULOC,TULNKID,VISITNUM\n"
    "S1,TUMIDENT,2023-12-20,CT SCAN,TARGET,LIVER,T1,0\n",
    "rs.csv": "USUBJID,RSTESTCD,RSDTC,RSSTRESC,RSMETHOD,VISITNUM\n"
    + "".join(
        f"S1,OVRLRESP,{day},{response},CT SCAN,{visit}\n"
        for visit, (day, response) in enumerate(VISITS.items(), start=1)
    ),
    "lb.csv": "USUBJID,LBTESTCD,LBDTC,LBORRES,LBORRESU\n"
    "S1,ALP,2024-01-01,1.2,xULN\nS1,ALP,2024-02-12,0.9,xULN\n",
}
DECLARED = """
[constants.therapy_lines]
cycle_length_days = 21
[upper_limit_normal.ALP_TOTAL]
female = 104
unit = "U/L"
source = "made up"
[last_contact]
from = "any_record"
"""


def events(tmp_path: Path, toml: str = DECLARED) -> list[dict[str, Any]]:
    """Deliver the export with a side table that names the build of a lesion on the scan of 12 February."""
    known = gated(write_texts(tmp_path / "asked", DOMAINS, toml=SDTM + DECLARED))
    scans = {
        str(day): scan for scan, day in rows(known, "imaging_assessments", "assessment_id", "assessment_date")
    }
    beside = {
        "bone_lesions.csv": "assessment_id,lesion_id,site,morphology,status\n"
        f"{scans['2024-02-12']},L1,spine,osteoblastic,new\n"
    }
    landing, warehouse = tmp_path / "landing", tmp_path / "warehouse"
    write_texts(landing, {**DOMAINS, **beside}, toml=SDTM + toml)
    assert admit(landing, warehouse, "made").is_open
    with opened_read_only(WorkingFiles.of(warehouse, "made").admitted) as con:
        return list(named_rows(con.execute("select * from event.pseudoprogression")))


def test_the_export_alone_yields_none(tmp_path: Path) -> None:
    one = gated(write_texts(tmp_path, DOMAINS, toml=SDTM + DECLARED))
    assert rows(one, "bone_lesions", "morphology") == []


def test_with_its_side_table_it_yields_an_event_that_says_what_was_declared(tmp_path: Path) -> None:
    (event,) = events(tmp_path)
    assert (event["state"], str(event["event_date"])) == ("pseudoprogression", "2024-02-12")
    assert event["alp_baseline"] == pytest.approx(124.8)
    assert {"constant_declared", "upper_limit_declared", "last_contact_derived"} <= set(event["flags"])


def test_an_event_bears_no_flag_of_what_was_not_declared(tmp_path: Path) -> None:
    (event,) = events(tmp_path, "[last_contact]\nfrom = 'imaging_assessments'\n")
    assert not {"constant_declared", "upper_limit_declared"} & set(event["flags"])
    assert event["alp_baseline"] is None
