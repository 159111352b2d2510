"""Deliveries in which one patient says things that no other says, and all the ways to find them again.

Not here: what must be gone (`tests/unit/erasure`).
"""

from __future__ import annotations

import datetime as dt
import struct
from pathlib import Path

from tests.support.patients_by_name import BETRAYING, NAMES, files_with

ID = NAMES["A"]
VALUE, REGIMEN, BORN = 123.4567, "annamycin", dt.date(1961, 2, 3)
ANNA = {
    **BETRAYING,
    "patients": "patient_id,sex,birth_date,metastatic_diagnosis_date,last_contact_date\n"
    f"{ID},female,{BORN},2023-11-29,2024-12-01\n"
    f"{NAMES['B']},female,1955-06-07,2023-11-01,2024-12-01\n"
    f"{NAMES['C']},female,1948-09-11,2023-11-02,2024-12-01\n",
    "therapy_lines": BETRAYING["therapy_lines"].replace("made up", REGIMEN, 1),
    "lab_results": BETRAYING["lab_results"].replace(",120,", f",{VALUE},"),
}
REFUSED = {
    **ANNA,
    "lab_results": ANNA["lab_results"]
    + f" {ID}\u00a0,ALP_TOTAL,2024-01-02,-1,U/L,104\n"
    + f"{NAMES['B']},ALP_TOTAL,2024-01-02,-1,U/L,104\n",
    "bone_lesions": ANNA["bone_lesions"] + f"{ID}2,L9,nowhere,osteoblastic,new,none,false\n",
}
SHUT = {**REFUSED, "therapy_lines": REFUSED["therapy_lines"].replace(",21", ",10")}
TOML = "[limits]\nlab_results = 1\nbone_lesions = 1\npatients_of_another_registry = 1\n"
WORDS = (ID, ID[:8], str(VALUE), REGIMEN, repr(BORN), "nowhere")
"""What only she says, as text; the first eight letters of an id stand in the statistics of a block."""
BYTES = (struct.pack("<d", VALUE), struct.pack("<i", (BORN - dt.date(1970, 1, 1)).days))
"""The same as DuckDB writes numbers and days where it does not pack them."""
KEPT = (NAMES["B"], NAMES["C"])


def left_of_her(folder: Path, left_alone: tuple[Path, ...] = ()) -> dict[str, list[str]]:
    """Find what is left of her below a folder."""
    found = files_with(folder, WORDS, left_alone)
    for path in folder.rglob("*.duckdb"):
        if not set(left_alone) & {path, *path.parents} and any(one in path.read_bytes() for one in BYTES):
            found.setdefault(str(path.relative_to(folder)), []).append("bytes")
    return found
