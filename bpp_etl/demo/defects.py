"""Planting faults: the rows that break each rule, what they drag along, and the record of both.

Which rows those are is data in fault_rows.py and beside the rules of one table. Most are added rows, so that
the truth stays.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from bpp_etl.demo.fault_rows import added_faults
from bpp_etl.demo.faults import ALP_ANALYTES, Cast, Fault
from bpp_etl.demo.people import COMMON_BIRTH_DATE
from bpp_etl.demo.profiles import Profile

PLANTED = pl.Schema(
    {
        "table": pl.String(),
        "row_number": pl.Int64(),
        "rules": pl.List(pl.String),
        "twin_row_number": pl.Int64(),
    }
)
FLAGGED = pl.Schema({"table": pl.String(), "row_number": pl.Int64(), "flag": pl.String()})
FEWEST_PATIENTS = 250  # below this the planted rows pass 5 % of a table
UNDATED_SHARE = 0.09
CHILDREN = ("therapy_lines", "imaging_assessments", "lab_results", "her2_tests")


@dataclass(frozen=True)
class Planted:
    """Tables with their faults, the truth that remains, and the record of what was planted."""

    tables: Mapping[str, pl.DataFrame]
    truth: pl.DataFrame
    planted: pl.DataFrame
    flagged: pl.DataFrame


def plant(
    tables: Mapping[str, pl.DataFrame],
    truth: pl.DataFrame,
    profile: Profile,
    delivery_date: date,
    rng: np.random.Generator,
) -> Planted:
    """Plants the faults that the profile asks for; none leaves the tables as they are."""
    extended = dict(tables)
    for table, column, value in profile.extra_columns:
        extended[table] = extended[table].with_columns(pl.lit(value).alias(column))
    if profile.faults == "every_rule":
        return _plant_every_rule(extended, truth, profile, delivery_date)
    if profile.faults == "undated_imaging":
        return _plant_undated_imaging(extended, truth, rng)
    return Planted(extended, truth, _planted(()), pl.DataFrame(schema=FLAGGED))


def shuffled(planted: pl.DataFrame, table: str, new_numbers: pl.Series) -> pl.DataFrame:
    """Follows a table's rows to their new numbers (`new_numbers[old - 1]`), for planted and flagged alike.

    Of two identical rows the first is kept, whichever that now is.
    """
    own = planted.filter(pl.col("table") == table)
    moved = own.with_columns(new_numbers.gather(own["row_number"] - 1).alias("row_number"))
    if "twin_row_number" in own.columns:
        twin = new_numbers.gather(own["twin_row_number"] - 1)
        both = moved.with_columns(twin.alias("twin_row_number"))
        one, other = pl.col("row_number"), pl.col("twin_row_number")
        has_twin = other.is_not_null()
        moved = both.with_columns(
            pl.when(has_twin).then(pl.max_horizontal(one, other)).otherwise(one).alias("row_number"),
            pl.when(has_twin).then(pl.min_horizontal(one, other)).alias("twin_row_number"),
        )
    others = planted.filter(pl.col("table") != table)
    return pl.concat([others, moved]).sort("table", "row_number")


def _plant_undated_imaging(
    tables: Mapping[str, pl.DataFrame], truth: pl.DataFrame, rng: np.random.Generator
) -> Planted:
    """Takes the date from more imaging rows than any gate lets through."""
    imaging = tables["imaging_assessments"]
    count = max(1, round(imaging.height * UNDATED_SHARE))
    rows = np.sort(rng.choice(imaging.height, count, replace=False)) + 1
    is_undated = (pl.int_range(pl.len()) + 1).is_in(pl.Series(rows).implode())
    changed = imaging.with_columns(
        pl.when(~is_undated).then(pl.col("assessment_date")).alias("assessment_date")
    )
    lost = imaging.filter(is_undated)["assessment_id"]
    faults = [("imaging_assessments", int(row), ["required_value_missing"]) for row in rows]
    faults += _children_of("bone_lesions", tables["bone_lesions"], "assessment_id", lost)
    return Planted(
        {**tables, "imaging_assessments": changed}, truth, _planted(faults), pl.DataFrame(schema=FLAGGED)
    )


def _plant_every_rule(
    tables: Mapping[str, pl.DataFrame], truth: pl.DataFrame, profile: Profile, delivery_date: date
) -> Planted:
    """Breaks every rule at least once: a patient and a scan with all that hangs on them, then single rows."""
    if truth.height < FEWEST_PATIENTS:
        raise ValueError(
            f"the {profile.name} profile needs at least {FEWEST_PATIENTS} patients, not {truth.height}: "
            "fewer would put its faults above 5 % of a table"
        )
    texts = {name: frame.select(pl.all().cast(pl.String)) for name, frame in tables.items()}
    cast = _choose(texts, truth, delivery_date)
    faults: list[tuple[str, int, list[str]]] = []

    texts["patients"] = _overwrite(
        texts["patients"], "patient_id", cast.refused_patient, "birth_date", "1961-13-05"
    )
    texts["imaging_assessments"] = _overwrite(
        texts["imaging_assessments"], "assessment_id", cast.refused_scan, "modality", "SCINTIGRAPHY"
    )
    faults += _rows_with("patients", texts["patients"], "patient_id", [cast.refused_patient], "date_invalid")
    faults += _rows_with(
        "imaging_assessments",
        texts["imaging_assessments"],
        "assessment_id",
        [cast.refused_scan],
        "code_unknown",
    )
    for table in CHILDREN:
        faults += _children_of(table, texts[table], "patient_id", pl.Series([cast.refused_patient]))
    # A row of another analyte is ignored, whoever's it is.
    other = (~texts["lab_results"]["analyte"].is_in(ALP_ANALYTES)).arg_true()
    ignored = {("lab_results", int(position) + 1) for position in other}
    faults = [fault for fault in faults if fault[:2] not in ignored]
    scans = texts["imaging_assessments"].filter(pl.col("patient_id") == cast.refused_patient)
    lost = pl.concat([scans["assessment_id"], pl.Series("assessment_id", [cast.refused_scan])])
    faults += _children_of("bone_lesions", texts["bone_lesions"], "assessment_id", lost)

    added = tuple(added_faults(texts, cast, profile, delivery_date))
    planted, flagged, grown = _append(texts, added, faults)
    filled_in = _rows_with(
        "patients", texts["patients"], "birth_date", [COMMON_BIRTH_DATE.isoformat()], "birth_date_default"
    )
    flagged = pl.concat(
        [flagged, pl.DataFrame([(*place, *rules) for *place, rules in filled_in], FLAGGED, orient="row")]
    )
    is_lost = pl.col("patient_id") == cast.refused_patient
    remaining = truth.with_columns(
        *(
            pl.when(~is_lost).then(pl.col(name)).alias(name)
            for name in truth.columns
            if name not in {"patient_id", "archetype", "is_refused"}
        ),
        (pl.col("is_refused") | is_lost).alias("is_refused"),
    )
    # Whoever is added stays without a candidate, and so without a verdict.
    kept = [fault.row["patient_id"] for fault in added if fault.table == "patients" and not fault.rules]
    without = pl.DataFrame({"patient_id": kept}).with_columns(
        archetype=pl.lit("planted"), has_baseline_ct=pl.lit(value=False), is_refused=pl.lit(value=False)
    )
    return Planted(grown, pl.concat([remaining, without], how="diagonal"), planted, flagged)


def _append(
    texts: Mapping[str, pl.DataFrame],
    added: Iterable[Fault],
    faults: list[tuple[str, int, list[str]]],
) -> tuple[pl.DataFrame, pl.DataFrame, dict[str, pl.DataFrame]]:
    """Adds the rows at the end of their tables and records the number each one gets."""
    extra: dict[str, list[Mapping[str, str | None]]] = {name: [] for name in texts}
    twins: dict[tuple[str, int], int] = {}
    flags: list[tuple[str, int, str]] = []
    for fault in added:
        extra[fault.table].append(fault.row)
        number = texts[fault.table].height + len(extra[fault.table])
        if fault.rules:
            faults.append((fault.table, number, list(fault.rules)))
        if fault.flag is not None:
            flags.append((fault.table, number, fault.flag))
        if fault.twin_row_number is not None:
            twins[fault.table, number] = fault.twin_row_number
    grown = {
        name: pl.concat([frame, pl.DataFrame(extra[name], schema=frame.schema)])
        for name, frame in texts.items()
    }
    return _planted(faults, twins), pl.DataFrame(flags, schema=FLAGGED, orient="row"), grown


def _choose(texts: Mapping[str, pl.DataFrame], truth: pl.DataFrame, delivery_date: date) -> Cast:
    """Chooses who plays which part: none of them carries any of the truth that is asserted."""
    patients, imaging = texts["patients"], texts["imaging_assessments"]
    stable = truth.filter(pl.col("archetype") == "stable")
    quiet = patients.join(stable, on="patient_id", how="semi", maintain_order="left").filter(
        pl.col("death_date").is_null(), pl.col("birth_date").is_not_null()
    )
    alp = texts["lab_results"].filter(pl.col("analyte").is_in(ALP_ANALYTES))
    for rows in (alp, texts["her2_tests"]):
        quiet = quiet.join(rows, on="patient_id", how="semi", maintain_order="left")
    scans = imaging.join(quiet, on="patient_id", how="semi", maintain_order="left").join(
        texts["bone_lesions"], on="assessment_id", how="semi", maintain_order="left"
    )
    bone_scan = scans.filter(pl.col("modality") == "BONE_SCAN").head(1)
    others = scans.filter(pl.col("modality") == "CT").join(
        bone_scan, on="patient_id", how="anti", maintain_order="left"
    )
    before = (delivery_date - timedelta(days=2)).isoformat()
    dead = patients.filter(pl.col("death_date") <= before)
    if others["patient_id"].n_unique() < 2 or bone_scan.is_empty() or dead.is_empty():
        raise ValueError("no patient or scan of this registry can carry the faults; generate more patients")
    return Cast(
        refused_patient=str(others["patient_id"][0]),
        refused_scan=str(bone_scan["assessment_id"][0]),
        living_patient=str(others["patient_id"][-1]),
        scan_with_lesions=str(others["assessment_id"][-1]),
        dead_patient=str(dead["patient_id"][0]),
        birth_date=date.fromisoformat(str(dead["birth_date"][0])),
        death_date=date.fromisoformat(str(dead["death_date"][0])),
    )


def _overwrite(frame: pl.DataFrame, key: str, value: str, column: str, text: str) -> pl.DataFrame:
    is_row = pl.col(key) == value
    return frame.with_columns(pl.when(is_row).then(pl.lit(text)).otherwise(pl.col(column)).alias(column))


def _rows_with(
    table: str, frame: pl.DataFrame, key: str, values: Iterable[str], rule: str
) -> list[tuple[str, int, list[str]]]:
    hits = frame[key].is_in(pl.Series(list(values)).implode()).arg_true()
    return [(table, int(position) + 1, [rule]) for position in hits]


def _children_of(
    table: str, frame: pl.DataFrame, key: str, parents: pl.Series
) -> list[tuple[str, int, list[str]]]:
    rule = "unknown_assessment" if table == "bone_lesions" else "unknown_patient"
    return _rows_with(table, frame, key, parents.to_list(), rule)


def _planted(
    faults: Iterable[tuple[str, int, list[str]]], twins: Mapping[tuple[str, int], int] | None = None
) -> pl.DataFrame:
    rows = [
        (table, number, sorted(rules), (twins or {}).get((table, number))) for table, number, rules in faults
    ]
    return pl.DataFrame(rows, schema=PLANTED, orient="row").sort("table", "row_number")
