"""Times the reading of half a million records of FHIR and OMOP against DuckDB reading the same file.

`read` is what a refresh does before it judges: the files laid flat, the adapter's SELECTs, rows as text in a
working file. Both take turns in processes of their own, without their start; ratios are taken within a turn.
Not here: a verdict.
Use: python -m tests.bench.formats [--records N] [--rounds K] [--share-of-alp S] [--folder DIR]
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median

DAY = "2026-06-30"
RESULTS_EACH = 50
LOINC = "http://loinc.org"
OTHERS = ("718-7", "2160-0", "1742-6", "1920-8", "2028-9")
"""LOINC codes of other analytes, of which an export has more than of any that is read."""

OURS = """
import sys, tempfile, time
from pathlib import Path
from bpp_etl.landing.deliveries import delivery_of
from bpp_etl.reading.delivery import read_delivery
from bpp_etl.warehouse.connection import opened
folder, target = map(Path, sys.argv[1:])
with tempfile.TemporaryDirectory() as scratch, opened(target, is_working_file=True) as con:
    began = time.perf_counter(), time.process_time()
    read = read_delivery(con, delivery_of(folder), Path(scratch))
    print(time.perf_counter() - began[0], time.process_time() - began[1])
    assert {one.rule for one in read.problems} == {"table_missing"}, read.problems
    assert read.rows["lab_results"]
"""
DUCKDB = """
import sys, time, duckdb
file, target = sys.argv[1:]
reader = "read_csv" if file.endswith(".csv") else "read_json"
con = duckdb.connect(target)
con.execute("set enable_progress_bar = false")
began = time.perf_counter(), time.process_time()
con.execute(f"create table records as from {reader}($file)", {"file": file})
print(time.perf_counter() - began[0], time.process_time() - began[1])
con.close()
"""


def timed(script: str, *words: Path) -> tuple[float, float]:
    """Run a script in a process of its own; return wall and CPU seconds of what it times in there."""
    told = subprocess.run(
        [sys.executable, "-c", script, *map(str, words)], stdout=subprocess.PIPE, text=True, check=True
    )
    wall, cpu = map(float, told.stdout.split())
    return wall, cpu


def days(number: int) -> str:
    """Give the day of a record."""
    return (dt.date(2019, 1, 2) + dt.timedelta(days=7 * (number % RESULTS_EACH) + number % 5)).isoformat()


def observations(records: int, share: float) -> Iterator[dict[str, object]]:
    """Make up results, of which a share is of alkaline phosphatase."""
    for number in range(records):
        code = "6768-6" if number % 100 < 100 * share else OTHERS[number % len(OTHERS)]
        yield {
            "resourceType": "Observation",
            "id": f"synthetic-{number}",
            "meta": {"versionId": "1", "lastUpdated": "2026-06-01T08:00:00Z"},
            "status": "final",
            "category": [{"coding": [{"code": "laboratory"}]}],
            "code": {"coding": [{"system": LOINC, "code": code, "display": "made up"}], "text": "made up"},
            "subject": {"reference": f"Patient/P{number // RESULTS_EACH}"},
            "effectiveDateTime": f"{days(number)}T08:30:00+01:00",
            "valueQuantity": {
                "value": 60 + number % 90 + number % 10 / 10,
                "unit": "U/L",
                "system": "http://unitsofmeasure.org",
                "code": "U/L",
            },
            "referenceRange": [{"low": {"value": 35, "unit": "U/L"}, "high": {"value": 104, "unit": "U/L"}}],
        }


def write_fhir(folder: Path, records: int, share: float) -> Path:
    """Write a bulk export: a file of patients, and one of observations, which is returned."""
    people = range(-(-records // RESULTS_EACH))
    patients = ({"resourceType": "Patient", "id": f"P{one}", "gender": "female"} for one in people)
    for name, rows in (("Patient", patients), ("Observation", observations(records, share))):
        with (folder / f"{name}.ndjson").open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(row, separators=(",", ":")) + "\n" for row in rows)
    return folder / "Observation.ndjson"


MEASUREMENT = (
    "measurement_id",
    "person_id",
    "measurement_concept_id",
    "measurement_date",
    "measurement_type_concept_id",
    "operator_concept_id",
    "value_as_number",
    "value_as_concept_id",
    "unit_concept_id",
    "range_low",
    "range_high",
    "unit_source_value",
    "value_source_value",
)
ALP, HAEMOGLOBIN, UNITS_PER_LITRE = 3035995, 3000963, 8645


def write_omop(folder: Path, records: int, share: float) -> Path:
    """Write the tables of persons and of measurements, of which the second is returned."""
    people = range(1, 1 - (-records // RESULTS_EACH))
    persons = "".join(f"{one},8532,1961,3,5\n" for one in people)
    head = "person_id,gender_concept_id,year_of_birth,month_of_birth,day_of_birth\n"
    (folder / "person.csv").write_text(head + persons, encoding="utf-8")
    path = folder / "measurement.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(MEASUREMENT)
        for number in range(records):
            concept = ALP if number % 100 < 100 * share else HAEMOGLOBIN
            value = 60 + number % 90 + number % 10 / 10
            person = 1 + number // RESULTS_EACH
            cells = (number, person, concept, days(number), 32817, 0, value, 0, UNITS_PER_LITRE, 35, 104)
            rows.writerow((*cells, "U/L", ""))
    return path


WRITERS = {"fhir": write_fhir, "omop": write_omop}


def main() -> None:
    """Write each file, read it in turns, print the ratios."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--records", type=int, default=500_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--share-of-alp", type=float, default=1.0)
    parser.add_argument("--folder", type=Path)
    told = parser.parse_args()
    home = told.folder or Path(tempfile.mkdtemp(prefix="bpp-bench-"))
    for name, write in WRITERS.items():
        folder = home / name / DAY
        folder.mkdir(parents=True)
        (folder.parent / "registry.toml").write_text(f'format = "{name}"\n', encoding="utf-8")
        file = write(folder, told.records, told.share_of_alp)
        print(f"{name}: {told.records} synthetic records, {file.stat().st_size / 1e6:.0f} MB", flush=True)
        ratios: dict[str, list[float]] = {"wall": [], "cpu": []}
        for _ in range(told.rounds):
            took = []
            for script, given in ((OURS, folder), (DUCKDB, file)):
                target = home / "target.duckdb"
                took.append(timed(script, given, target))
                target.unlink()
            (wall, cpu), (their_wall, their_cpu) = took
            print(f"  read {wall:.2f} s, cpu {cpu:.2f} s; DuckDB {their_wall:.2f} s, cpu {their_cpu:.2f} s")
            ratios["wall"].append(wall / their_wall)
            ratios["cpu"].append(cpu / their_cpu)
        for what, found in ratios.items():
            print(f"  ratio {what}: median {median(found):.2f} ({min(found):.2f} to {max(found):.2f})")
    if told.folder is None:
        shutil.rmtree(home)


if __name__ == "__main__":
    main()
