"""Pandas, pandera and lifelines, as an analyst writes it in a day: contracts, candidates, one curve.

It does a part of what a refresh does: no HER2 by ASCO/CAP, no cadence, no quarantine of single rows, no rule
of several rows, no other rule sets, no history, no report, nothing that survives a kill. A delivery that
breaks a contract ends it. Nothing is slow on purpose: columns are read with their types, no row is walked.
Use: pandas_script.py LANDING FOLDER
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
import pandera.pandas as pa
from lifelines import KaplanMeierFitter

CODES: dict[str, dict[str, list[str]]] = {
    "patients": {
        "sex": ["female", "male", "unknown"],
        "er_status": ["positive", "negative", "unknown"],
        "pr_status": ["positive", "negative", "unknown"],
    },
    "therapy_lines": {},
    "imaging_assessments": {
        "modality": ["CT", "PET_CT", "MRI", "BONE_SCAN", "XRAY"],
        "extraosseous_response": ["CR", "PR", "SD", "PD", "NE", "NON_CR_NON_PD"],
    },
    "bone_lesions": {
        "morphology": ["osteoblastic", "osteolytic", "mixed", "unknown"],
        "status": ["baseline", "new", "stable", "larger", "smaller", "resolved"],
        "lysis_change": ["none", "increased", "decreased"],
    },
    "lab_results": {},
    "her2_tests": {"specimen_site": ["primary", "metastasis", "unknown"]},
}
KEYS = {
    "patients": ["patient_id"],
    "therapy_lines": ["patient_id", "line_number"],
    "imaging_assessments": ["assessment_id"],
    "bone_lesions": ["assessment_id", "lesion_id"],
    "lab_results": [],
    "her2_tests": [],
}
PARENTS = {"bone_lesions": ("imaging_assessments", "assessment_id")}
DATES = (
    "birth_date",
    "metastatic_diagnosis_date",
    "last_contact_date",
    "death_date",
    "start_date",
    "end_date",
)
DATES += ("assessment_date", "specimen_date", "test_date")
FACTORS = {"U/L": 1.0, "IU/L": 1.0, "ukat/L": 60.0, "nkat/L": 0.06, "U/mL": 1000.0}
DENSE, LYTIC = "osteoblastic", ["osteolytic", "mixed"]


def read(landing: Path, table: str) -> pd.DataFrame:
    """Read a table of all registries, and hold it to its contract."""
    parts = []
    for file in sorted(landing.glob(f"*/*/{table}.csv")):
        head = pd.read_csv(file, nrows=0).columns
        dated = [name for name in DATES if name in head]
        coded = dict.fromkeys((name for name in CODES[table] if name in head), "category")
        parts.append(
            pd.read_csv(file, parse_dates=dated, dtype=coded).assign(registry=file.parent.parent.name)
        )
    frame = pd.concat(parts, ignore_index=True)
    columns = {
        name: pa.Column("category", pa.Check.isin(codes), nullable=True)
        for name, codes in CODES[table].items()
    }
    columns |= {name: pa.Column("datetime64[ns]", nullable=True) for name in DATES if name in frame}
    unique = ["registry", *KEYS[table]] if KEYS[table] else None
    pa.DataFrameSchema(columns, unique=unique).validate(frame)
    return frame


def ensure_parents(frames: dict[str, pd.DataFrame]) -> None:
    """Refuse rows of patients or images that were not delivered."""
    for table, frame in frames.items():
        other, key = PARENTS.get(table, ("patients", "patient_id"))
        known = frames[other].set_index(["registry", key]).index
        if not frame.set_index(["registry", key]).index.isin(known).all():
            raise SystemExit(f"{table} has rows without a parent")


def events_of(frames: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Find first-line candidates, and what the next two CTs and the progression say of each."""
    who = ["registry", "patient_id"]
    lines = frames["therapy_lines"]
    first = lines[lines["line_number"] == 1][[*who, "start_date", "end_date"]]
    lesions = frames["bone_lesions"]
    shown = pd.DataFrame(
        {
            "registry": lesions["registry"],
            "assessment_id": lesions["assessment_id"],
            "is_new_dense": (lesions["status"] == "new") & (lesions["morphology"] == DENSE),
            "is_worse": (lesions["lysis_change"] == "increased")
            | ((lesions["status"] == "new") & lesions["morphology"].isin(LYTIC)),
        }
    )
    found = shown.groupby(["registry", "assessment_id"], as_index=False).any()
    scans = frames["imaging_assessments"].merge(found, how="left", on=["registry", "assessment_id"])
    scans = scans.merge(first, on=who)
    on_line = (scans["assessment_date"] > scans["start_date"]) & ~(
        scans["assessment_date"] > scans["end_date"]
    )
    scans = scans[on_line & scans["modality"].isin(["CT", "PET_CT"])].sort_values([*who, "assessment_date"])
    worse = scans["is_worse"].eq(True) | (scans["extraosseous_response"] == "PD")
    scans["progressed_on"] = scans["assessment_date"].where(worse)
    dense = scans[scans["is_new_dense"].eq(True)]
    candidates = dense.groupby(who, as_index=False)["assessment_date"].min()
    candidates = candidates.rename(columns={"assessment_date": "event_date"})
    after = scans.merge(candidates, on=who)
    progressed = after[after["progressed_on"] >= after["event_date"]]
    progressed = progressed.groupby(who, as_index=False)["progressed_on"].min()
    later = after[after["assessment_date"] > after["event_date"]].copy()
    later["place"] = later.groupby(who).cumcount()
    second = later[later["place"] == 1][[*who, "assessment_date"]]
    second = second.rename(columns={"assessment_date": "confirmed_on"})
    events = candidates.merge(second, how="left", on=who).merge(progressed, how="left", on=who)
    is_free = events["progressed_on"].isna() | (events["progressed_on"] > events["confirmed_on"])
    events["state"] = "indeterminate"
    events.loc[events["confirmed_on"].notna() & is_free, "state"] = "pseudoprogression"
    events.loc[events["progressed_on"].notna() & ~is_free, "state"] = "progression"
    return events


def with_alp(events: pd.DataFrame, labs: pd.DataFrame) -> pd.DataFrame:
    """Put the newest total ALP in U/L, on or before the event, beside each."""
    total = labs[labs["analyte"].isin(["ALP_TOTAL", "6768-6"])].copy()
    total["alp"] = total["value"] * total["unit"].map(FACTORS)
    who = ["registry", "patient_id"]
    return pd.merge_asof(
        events.sort_values("event_date"),
        total[[*who, "specimen_date", "alp"]].sort_values("specimen_date"),
        left_on="event_date",
        right_on="specimen_date",
        by=who,
    )


def main() -> None:
    """Read, judge, derive, estimate, write."""
    landing, target = map(Path, sys.argv[1:])
    target.mkdir(parents=True)
    frames = {table: read(landing, table) for table in CODES}
    ensure_parents(frames)
    events = with_alp(events_of(frames), frames["lab_results"])
    last = frames["patients"].set_index(["registry", "patient_id"])["last_contact_date"]
    events = events.join(last, on=["registry", "patient_id"])
    days = (events["progressed_on"].fillna(events["last_contact_date"]) - events["event_date"]).dt.days
    is_known = days >= 0
    fitted = KaplanMeierFitter().fit(days[is_known], events["progressed_on"].notna()[is_known])
    for table, frame in (frames | {"events": events}).items():
        frame.to_parquet(target / f"{table}.parquet", index=False)
    counts = events["state"].value_counts().to_dict()
    print(f"{len(events)} candidates, {counts}; median {fitted.median_survival_time_} days to progression")


if __name__ == "__main__":
    main()
