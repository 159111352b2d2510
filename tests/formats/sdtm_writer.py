"""Writes the cohort as SDTM domains, csv or xpt, with LB in two datasets, and side tables for the rest.

Not here: reading it. Line 1 is told by EX and the others in a side table, for SDTM numbers no lines; scans on
which nothing is identified and to which there is no response are in no domain.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from functools import partial
from pathlib import Path

import polars as pl

from tests.formats.cohort import Row, Tables, write_csv
from tests.support.sdtm import write_delivery

SEX = {"male": "M", "female": "F"}
METHODS = {"CT": "CT SCAN", "PET_CT": "PET/CT SCAN", "MRI": "MRI", "BONE_SCAN": "BONE SCAN", "XRAY": "X-RAY"}
PLACES = {"pelvis": "PELVIC BONE", "other": "TIBIA", "unknown": "BONE"}
RESULTS = {"baseline": "NON-TARGET", "new": "NEW"}
TESTS = {"ALP_TOTAL": "ALP", "6768-6": "ALP", "ALP_BONE": "ALPBS", "17838-4": "ALPBS", "CA_15_3": "CA15_3"}
READERS = ("INVESTIGATOR", "INDEPENDENT ASSESSOR")
REGISTRY_TOML = """\
format = "sdtm"
[about]
title = "Synthetic cohort as SDTM"
synthetic = true
"""


class _Scan:
    """An examination in its visit, with the lesions that are identified on it."""

    def __init__(self, row: Row, visit: int, lesions: list[Row]) -> None:
        self.row, self.visit = row, visit
        self.identified = [one for one in lesions if one["status"] in RESULTS]

    @property
    def is_there(self) -> bool:
        return bool(self.row["extraosseous_response"] or self.identified)

    @property
    def name(self) -> str:
        """Return the name by which SDTM has it."""
        if not self.is_there:
            return self.row["assessment_id"]
        parts = [self.row["patient_id"], f"{self.visit}.0", self.row["modality"]]
        return "|".join(parts if self.row["extraosseous_response"] else [*parts, self.row["assessment_date"]])


def _scans(tables: Tables) -> list[_Scan]:
    visits: dict[str, int] = defaultdict(int)
    lesions: dict[str, list[Row]] = defaultdict(list)
    for lesion in tables["bone_lesions"]:
        lesions[lesion["assessment_id"]].append(lesion)
    scans = []
    for row in tables["imaging_assessments"]:
        visits[row["patient_id"]] += 1
        scans.append(_Scan(row, visits[row["patient_id"]], lesions[row["assessment_id"]]))
    return scans


def sdtm_names(tables: Tables) -> dict[str, str]:
    """Return what each examination is called in SDTM."""
    return {scan.row["assessment_id"]: scan.name for scan in _scans(tables)}


def _write(ending: str, tables: Tables, folder: Path) -> str:
    scans, names = _scans(tables), sdtm_names(tables)
    people, labs = tables["patients"], [_result(row) for row in tables["lab_results"]]
    domains = {
        "dm": [_subject(row) for row in people],
        "ex": [dose for row in tables["therapy_lines"] if row["line_number"] == "1" for dose in _doses(row)],
        "lbch": [row for row in labs if row["LBTESTCD"] == "ALP"],
        "lbim": [row for row in labs if row["LBTESTCD"] != "ALP"],
        "tu": [record for scan in scans for reader in READERS for record in _tumours(scan, reader)],
        "tr": [
            _assessed(scan, reader)
            for scan in scans
            if scan.row["extraosseous_response"]
            for reader in READERS
        ],
        "rs": [record for scan in scans for reader in READERS for record in _responses(scan, reader)],
    }
    frames = {name: pl.DataFrame(_numbered(name[:2].upper(), rows)) for name, rows in domains.items()}
    write_delivery(frames, folder, ending)
    columns = ["patient_id", "metastatic_diagnosis_date", "er_status", "pr_status"]
    write_csv(folder / "patients.csv", people, columns)
    of_ex = ("regimen", "start_date", "end_date")
    lines = [
        {**row, **dict.fromkeys(of_ex, "")} if row["line_number"] == "1" else row
        for row in tables["therapy_lines"]
    ]
    write_csv(folder / "therapy_lines.csv", lines, list(lines[0]))
    write_csv(folder / "imaging_assessments.csv", [_beside(scan) for scan in scans], list(scans[0].row))
    lesions = [_lesion(row, names) for row in tables["bone_lesions"]]
    write_csv(folder / "bone_lesions.csv", lesions, list(lesions[0]))
    write_csv(folder / "her2_tests.csv", tables["her2_tests"], list(tables["her2_tests"][0]))
    return REGISTRY_TOML


write_sdtm = partial(_write, "csv")
write_sdtm_xpt = partial(_write, "xpt")


def _numbered(domain: str, rows: list[Row]) -> list[dict[str, object]]:
    """Give each record its number in its subject, and each visit as a number."""
    counts: dict[str, int] = defaultdict(int)
    told: list[dict[str, object]] = []
    for row in rows:
        counts[row["USUBJID"]] += 1
        number = {"VISITNUM": float(row["VISITNUM"])} if "VISITNUM" in row else {}
        told.append(
            {
                "STUDYID": "SYNTHETIC",
                "DOMAIN": domain,
                **row,
                **number,
                f"{domain}SEQ": counts[row["USUBJID"]],
            }
        )
    return told


def _subject(row: Row) -> Row:
    return {
        "USUBJID": row["patient_id"],
        "SEX": SEX.get(row["sex"], "U"),
        "BRTHDTC": row["birth_date"],
        "RFPENDTC": row["last_contact_date"],
        "DTHDTC": row["death_date"],
    }


def _doses(row: Row) -> list[Row]:
    """Tell of a line by its first dose, and by that which lasts to its end."""
    first = {"USUBJID": row["patient_id"], "EXTRT": row["regimen"], "EXSTDTC": row["start_date"]}
    return [{**first, "EXENDTC": row["start_date"]}, {**first, "EXENDTC": row["end_date"]}]


def _result(row: Row) -> Row:
    return {
        "USUBJID": row["patient_id"],
        "LBTESTCD": TESTS[row["analyte"]],
        "LBSPEC": "SERUM",
        "LBORRES": row["value"],
        "LBORRESU": row["unit"],
        "LBORNRHI": row["upper_limit_normal"],
        "LBDTC": f"{row['specimen_date']}T07:30",
    }


def _tumours(scan: _Scan, reader: str) -> list[Row]:
    return [
        {
            "USUBJID": scan.row["patient_id"],
            "TULNKID": lesion["lesion_id"],
            "TUTESTCD": "TUMIDENT",
            "TUORRES": RESULTS[lesion["status"]],
            "TUSTRESC": RESULTS[lesion["status"]],
            "TULOC": PLACES.get(lesion["site"], lesion["site"].upper()),
            "TUMETHOD": METHODS[scan.row["modality"]],
            "TUEVAL": reader,
            "VISITNUM": str(scan.visit),
            "TUDTC": scan.row["assessment_date"],
        }
        for lesion in scan.identified
    ]


def _assessed(scan: _Scan, reader: str) -> Row:
    """Tell how and when a tumour was seen; another reader tells it of other images."""
    own = reader == READERS[0]
    return {
        "USUBJID": scan.row["patient_id"],
        "TRLNKID": "T00",
        "TRTESTCD": "TUMSTATE",
        "TRSTRESC": "PRESENT",
        "TRMETHOD": METHODS[scan.row["modality"]] if own else "MRI",
        "TREVAL": reader,
        "VISITNUM": str(scan.visit),
        "TRDTC": scan.row["assessment_date"] if own else "2000-01-01",
    }


def _responses(scan: _Scan, reader: str) -> list[Row]:
    """Tell the response in soft tissue, and overall as another one, which is not asked for.

    They say neither how the images were made nor on which day, but when they were read.
    """
    response = scan.row["extraosseous_response"].replace("NON_CR_NON_PD", "NON-CR/NON-PD")
    if not response:
        return []
    doubts = {one["is_equivocal"] for one in scan.identified if one["status"] == "new"}
    new = {"true": "EQUIVOCAL", "false": "UNEQUIVOCAL"}.get(doubts.pop(), "") if len(doubts) == 1 else ""
    told = [("SFTSRESP", response if reader == READERS[0] else "PD"), ("OVRLRESP", "PD")]
    return [
        {
            "USUBJID": scan.row["patient_id"],
            "RSTESTCD": test,
            "RSCAT": "RECIST 1.1",
            "RSORRES": result,
            "RSSTRESC": result,
            "RSSTAT": "",
            "RSEVAL": reader,
            "VISITNUM": str(scan.visit),
            "RSDTC": str(dt.date.fromisoformat(scan.row["assessment_date"]) + dt.timedelta(days=3)),
        }
        for test, result in (*told, *((("NEWLPROG", new),) if new else ()))
    ]


def _beside(scan: _Scan) -> Row:
    """Tell of an examination what SDTM does not."""
    known = ("patient_id", "assessment_date", "modality", "extraosseous_response") if scan.is_there else ()
    return {**scan.row, **dict.fromkeys(known, ""), "assessment_id": scan.name}


def _lesion(row: Row, names: dict[str, str]) -> Row:
    known = ("site", "status") if row["status"] in RESULTS else ()
    return {**row, **dict.fromkeys(known, ""), "assessment_id": names[row["assessment_id"]]}
