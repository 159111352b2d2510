"""Deliveries of tokens, which must be found in core and quarantine, and nowhere else.

Not here: where they are looked for (`tests/faults/test_leaks.py`).
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from pathlib import Path

from schemas.contract import delivered_columns
from schemas.tables import TABLES
from tests.support.deliveries import TINY, write_texts

TOKEN = re.compile(rb"LEAK\d{4}")
PATIENTS = 24


def tokens() -> Iterator[str]:
    """Yield LEAK0001, LEAK0002, ..."""
    return (f"LEAK{number:04d}" for number in itertools.count(1))


def write_dirty(landing: Path) -> Path:
    """Write a delivery that is admitted: ids and texts are tokens, and so is every cell of its refused rows.

    Each patient has the course of patient A of the tiny delivery. Columns that nobody asked for, one of them
    a name, are full of tokens too.
    """
    token = tokens()
    rows: dict[str, list[list[str]]] = {}
    for table, text in TINY.items():
        header, *lines = (line.split(",") for line in text.splitlines())
        rows[table] = [[*header, "ward", "surname"]]
        own = [line for line in lines if "A" in line[:2] or line[0].startswith("A")]
        for number in range(PATIENTS):
            for line in own:
                cells = [cell.replace("made up", next(token)) for cell in line]
                rows[table].append([_own(cell, number) for cell in cells] + [next(token), next(token)])
        # A result of an unknown analyte would be ignored, not refused.
        sound = {"analyte": "ALP_TOTAL"}
        rows[table].append([sound.get(name) or next(token) for name in rows[table][0]])
    files = {f"{table}.csv": "".join(f"{','.join(row)}\n" for row in lines) for table, lines in rows.items()}
    return write_texts(landing, files, registry="dirty")


def _own(cell: str, number: int) -> str:
    """Give a course to another patient: A becomes LEAK9001, its assessment A1 becomes LEAK9001-1."""
    match = re.fullmatch(r"A(\d?)", cell)
    if match is None:
        return cell
    return f"LEAK9{number:03d}" + (f"-{match.group(1)}" if match.group(1) else "")


def write_shut(landing: Path) -> Path:
    """Write a delivery that is shut: nothing but tokens under the headers, and files that are broken."""
    token = tokens()
    files = {}
    for table, contract in TABLES.items():
        header = [column.name for column in delivered_columns(contract.contract)]
        lines = [header, *([next(token) for _ in header] for _ in range(5))]
        files[f"{table}.csv"] = "".join(f"{','.join(line)}\n" for line in lines)
    files["her2_tests.csv"] = files["her2_tests.csv"].split("\n", 1)[1]  # no header
    files["lab_results.csv"] += f"{next(token)},{next(token)}\n"  # a row that is cut off
    files["bone_lesions.csv"] = files["bone_lesions.csv"].replace("LEAK", '"LEAK', 1)  # an open quote
    return write_texts(landing, files, registry="shut")
