"""A release file for tests of the report: every published relation, with rows written by hand.

Not here: how a release is built and measured. No number here is anybody's; few of them even agree.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import polars as pl

from bpp_etl.events import load_protocol
from bpp_etl.warehouse.connection import Connection, opened
from bpp_etl.warehouse.ddl import create_table
from schemas.catalog import relations
from schemas.codes import CADENCE_CLASS, LESION_SITE
from schemas.contract import columns_of
from schemas.rules import RULES
from schemas.tables import TABLES

PROTOCOL = "xu2025"
CREATED = dt.datetime(2024, 3, 5, 14, 7)  # noqa: DTZ001  (the release stores UTC without a zone)
PATIENT_IDS = ("ZQ-PATIENT-1", "ZQ-PATIENT-2")
ASSESSMENT_ID, LESION_ID = "ZQ-SCAN-1", "ZQ-LESION-1"
HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)>'
"""What a registry might put into a name of a column or a message."""

Rows = Sequence[Mapping[str, object]]
_TYPES: Mapping[str, pl.DataType | type[pl.DataType]] = {
    "String": pl.String,
    "Int64": pl.Int64,
    "Int32": pl.Int32,
    "Float64": pl.Float64,
    "Boolean": pl.Boolean,
    "Date": pl.Date,
    "List(String)": pl.List(pl.String),
}
_FILLERS: Mapping[str, object] = {"warnings": [], "is_suppressed": False, "flags": [], "protocol": PROTOCOL}


def write_release(path: Path, tables: Mapping[str, Rows]) -> Path:
    """Write a release file with every published relation; what is not given is empty."""
    with opened(path) as con:
        for schema, table, contract in relations():
            create_table(con, schema, table, contract)
        for name, rows in tables.items():
            _insert(con, name, rows)
    return path


def _insert(con: Connection, name: str, rows: Rows) -> None:
    schema, table = name.split(".")
    contract = next(found for at, called, found in relations() if (at, called) == (schema, table))
    columns = columns_of(contract)
    complete = [
        {column.name: row.get(column.name, _FILLERS.get(column.name)) for column in columns} for row in rows
    ]
    types = {column.name: _TYPES.get(column.dtype, pl.Datetime("us")) for column in columns}
    con.register("inserted", pl.DataFrame(complete, schema=types))
    con.execute(f'insert into "{schema}"."{table}" by name select * from inserted')
    con.unregister("inserted")


def release_row(**changes: object) -> dict[str, object]:
    """Describe the release itself."""
    digest = load_protocol(PROTOCOL).digest
    return {
        "release_id": "20240305T140700Z-0a1b2c3d",
        "created_at": CREATED,
        "protocols": [f"{PROTOCOL}:{digest}"],
        "code_version": "0.1.0+test",
        "content_digest": "0a1b2c3d",
        "input_digests": ["north/2024-03-01:admitted:ff00"],
        "disclosure_threshold": 5,
    } | changes


def estimate(
    metric: str, value: float | None, unit: str, stratum: str = "all", **more: object
) -> dict[str, object]:
    """Write a row of `metric.estimate`."""
    told = {"metric": metric, "stratum": stratum, "estimate": value, "unit": unit, "method": "By hand"}
    return told | {"patients": 41, "events": 29} | more


def interval(low: float | None, high: float | None, method: str = "log-log") -> dict[str, object]:
    """Write the limits of an estimate."""
    return {"ci_low": low, "ci_high": high, "ci_method": method}


def suppressed(metric: str, unit: str, stratum: str = "all") -> dict[str, object]:
    """Write a row of `metric.estimate` that disclosure control has emptied."""
    emptied = {"patients": None, "events": None, "is_suppressed": True, "warnings": ["suppressed"]}
    return estimate(metric, None, unit, stratum, **emptied)


def curve(
    metric: str, stratum: str, steps: Iterable[tuple[int, int, int, int, float]]
) -> list[dict[str, object]]:
    """Write a survival curve: day, at risk, events, censored, survival of each step."""
    return [
        {
            "metric": metric,
            "stratum": stratum,
            "time_days": day,
            "at_risk": at_risk,
            "events": events,
            "censored": censored,
            "survival": survival,
            "ci_low": survival * 0.8 if survival < 0.9 else None,
            "ci_high": min(survival * 1.15, 1.0) if survival < 0.9 else None,
        }
        for day, at_risk, events, censored, survival in steps
    ]


def flow(patients: Mapping[str, int | None], stratum: str = "all") -> list[dict[str, object]]:
    """Write a flow from its counts; a step that is not named has nobody."""
    parents = {
        "admitted": None,
        **dict.fromkeys(
            (
                "no_first_line",
                "no_on_treatment_ct",
                "no_new_osteoblastic_lesion",
                "progression_first",
                "candidate",
            ),
            "admitted",
        ),
        **dict.fromkeys(("pseudoprogression", "true_progression", "indeterminate"), "candidate"),
        **dict.fromkeys(("progressed", "not_progressed"), "pseudoprogression"),
        **dict.fromkeys(("pd_at_detection", "pd_before_confirmation"), "true_progression"),
        **dict.fromkeys(
            ("no_baseline_ct", "death", "therapy_changed", "lost_to_follow_up", "awaiting_ct"),
            "indeterminate",
        ),
    }
    return [
        {
            "stratum": stratum,
            "position": position,
            "step": step,
            "parent_step": parent,
            "patients": patients.get(step, 0),
            "is_suppressed": patients.get(step, 0) is None,
        }
        for position, (step, parent) in enumerate(parents.items(), start=1)
    ]


def delivery(
    registry: str, *, is_shut: bool = False, name: str = "2024-03-01", **more: object
) -> dict[str, object]:
    """Write a row of `quality.delivery`."""
    counts = (
        {"delivered": 700, "admitted": 0, "refused": 690, "ignored": 10}
        if is_shut
        else {"delivered": 700, "admitted": 660, "refused": 30, "ignored": 10}
    )
    told: dict[str, object] = {
        "registry": registry,
        "delivery": name,
        "delivery_date": dt.date(2024, 3, 1),
        "status": "shut" if is_shut else "admitted",
        "why": [],
        "messages": [],
        "input_digest": "ff00",
        "code_version": "0.1.0+test",
    }
    return told | counts | more


def judgement(
    registry: str,
    *,
    name: str = "2024-03-01",
    broken: Mapping[tuple[str, str], int] | None = None,
    absent: Sequence[str] = (),
) -> dict[str, list[dict[str, object]]]:
    """Write rule results and counts of one delivery; `absent` are optional tables that it does not have."""
    stamp = {"registry": registry, "delivery": name}
    broken = broken or {}
    rules = []
    for rule in RULES:
        number = broken.get((rule.table, rule.id), 0)
        judged = 0 if rule.table in absent else 100
        status = "not_applicable" if not judged else "failed" if number else "passed"
        told = {"table": rule.table, "rule": rule.id, "severity": rule.severity, "category": rule.category}
        rules.append(stamp | told | {"judged": judged, "broken": number, "limit": 0.05, "status": status})
    counts = []
    for place, table in enumerate(TABLES, start=1):
        number = 0 if table in absent else 100 + place
        whole = {"delivered": number, "admitted": max(number - 3, 0), "refused": min(number, 3), "ignored": 0}
        counts.append(
            stamp | {"table": table} | whole | {"broken": min(number, 3), "refused_share_limit": 0.05}
        )
    return {"quality.rule_result": rules, "quality.table_count": counts}


def full_release(path: Path) -> Path:
    """Write a release in which every part of the report has something to show."""
    tables: dict[str, list[dict[str, object]]] = {
        "meta.release": [release_row()],
        "metric.estimate": _estimates(),
        "metric.survival_curve": _curves(),
        "metric.flow": _flows(),
        "metric.lesion_site": _sites(),
        "metric.alp_change": _alp_changes(),
        "metric.concordance": _concordance(),
        "metric.cadence": _cadence(),
        "quality.delivery": [
            delivery("north"),
            delivery(
                "south", is_shut=True, messages=[f"lab_results is refused {HOSTILE}"], why=["lab_results.x"]
            ),
        ],
        "quality.extra_column": [
            _column("north", "scanner", is_identifier=False),
            _column("north", HOSTILE, is_identifier=False),
            _column("north", "patient_name", is_identifier=True),
        ],
        "quality.history": [
            {"release_id": release} | _history(registry, status)
            for release in ("20240305T140700Z-0a1b2c3d", "20240105T140700Z-9f9f9f9f")
            for registry, status in (("north", "admitted"), ("south", "shut"))
        ],
        "quality.rule_result": [],
        "quality.table_count": [],
        **_people(),
    }
    broken = {
        ("patients", "date_invalid"): 2,
        ("bone_lesions", "code_unknown"): 7,
        ("lab_results", "unit_suspect"): 1,
    }
    for told in (
        judgement("north", broken=broken, absent=("her2_tests",)),
        judgement("south", broken={("lab_results", "refused_share_exceeded"): 60}),
    ):
        for name, rows in told.items():
            tables[name] += rows
    return write_release(path, tables)


def empty_release(path: Path, **lesion: str) -> Path:
    """Write a release of one registry in which nobody has an event; `lesion` is its one lesion, if any."""
    tables: dict[str, Rows] = {
        "meta.release": [release_row()],
        "metric.flow": flow({"admitted": 60, "no_new_osteoblastic_lesion": 60}),
        "metric.estimate": [
            estimate("pseudoprogression_share", None, "share", patients=0, events=0, warnings=["no_patients"])
        ],
        "quality.delivery": [delivery("north")],
        "core.patients": _people()["core.patients"],
        **judgement("north"),
    }
    if lesion:
        row = {"registry": "north", "assessment_id": ASSESSMENT_ID, "lesion_id": LESION_ID, "row_number": 1}
        tables["core.bone_lesions"] = [row | lesion]
    return write_release(path, tables)


def _estimates() -> list[dict[str, object]]:
    times = ("time_to_pseudoprogression", "pseudoprogression_to_progression", "confirmation_to_progression")
    rows = [
        estimate(
            "pseudoprogression_share",
            0.7073,
            "share",
            warnings=["indeterminate_left_out"],
            **interval(0.555, 0.824, "wilson"),
        ),
        estimate("pseudoprogression_share_lowest", 0.5, "share"),
        estimate("pseudoprogression_share_highest", 0.8, "share"),
        suppressed("pseudoprogression_share", "share", "registry=north"),
        *(
            estimate(
                time, 401.5, "days", warnings=["guarantee_time", "limit_not_reached"], **interval(305, None)
            )
            for time in times
        ),
        estimate(
            "time_to_pseudoprogression_spss",
            52,
            "days",
            warnings=["comparison_only"],
            **interval(42.6, 61.4, "spss"),
        ),
        estimate("candidate_to_progression", None, "days", warnings=["median_not_reached"]),
        *(
            estimate("pseudoprogression_to_progression", 376, "days", f"her2={status}")
            for status in ("positive", "negative")
        ),
        estimate(
            "pseudoprogression_to_progression_hazard_ratio",
            1.2156,
            "ratio",
            "her2=positive/negative",
            p_value=0.6201,
            warnings=["small_groups"],
            **interval(0.553, 2.671, "wald"),
        ),
        estimate(
            "progression_by_pseudoprogression", None, "ratio", events=None, warnings=["naive_comparison"]
        ),
        estimate(
            "alp_change_at_event", -18.04, "U/L", p_value=0.00004, events=None, warnings=["complete_cases"]
        ),
        estimate("alp_decreased_share", 0.6, "share"),
        estimate("alp_stable_share", 0.3, "share"),
        estimate("alp_increased_share", 0.1, "share"),
        estimate("lesion_site_share_of_patients", 0.9, "share", "site=spine"),
        estimate("lesion_site_share_of_lesions", 0.8, "share", "site=spine", warnings=["lesions_clustered"]),
        estimate("cadence_interval", 1, "days", warnings=["no_interval"]),
        estimate("cadence_on_time_share", 0.893, "share", events=2130),
    ]
    return rows


def _curves() -> list[dict[str, object]]:
    whole = (
        (0, 41, 0, 0, 1.0),
        (90, 41, 6, 0, 0.854),
        (200, 35, 10, 5, 0.61),
        (401, 20, 8, 0, 0.366),
        (700, 12, 5, 7, 0.2),
    )
    cut = ((60, 30, 5, 0, 0.833), (250, 25, 6, 5, 0.63))
    rows = [
        *curve("time_to_pseudoprogression", "all", whole),
        *curve("pseudoprogression_to_progression", "all", whole),
        *curve("confirmation_to_progression", "all", cut),
        *curve("candidate_to_progression", "all", whole),
        *curve("pseudoprogression_to_progression", "her2=positive", cut),
        *curve("pseudoprogression_to_progression", "her2=negative", whole),
    ]
    return rows


def _flows() -> list[dict[str, object]]:
    counts = {
        "admitted": 98,
        "no_first_line": 6,
        "no_on_treatment_ct": 12,
        "no_new_osteoblastic_lesion": 29,
        "candidate": 51,
        "pseudoprogression": 29,
        "true_progression": 12,
        "indeterminate": 10,
        "progressed": None,
        "not_progressed": None,
    }
    return [*flow(counts), *flow(counts, "registry=north")]


def _sites() -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for level, total in (("patient", 29), ("lesion", 47)):
        for site in LESION_SITE:
            row: dict[str, object] = {
                "level": level,
                "site": site,
                "counted": 0,
                "total": total,
                "share": 0.0,
            }
            if site == "spine":
                row |= {"counted": 20, "share": 20 / total, "ci_low": 0.4, "ci_high": 0.8}
            if site == "rib":
                row |= {"counted": None, "share": None, "is_suppressed": True}
            rows.append(row)
    return rows


def _alp_changes() -> list[dict[str, object]]:
    shown = {"patients": 22, "median": -20.0, "quartile_low": -31.5, "quartile_high": -4.0, "shift": -18.04}
    limits = {"ci_low": -22.7, "ci_high": -13.11, "p_value": 0.00004, "method": "By hand"}
    cells = (("event_minus_baseline", "all"), ("event_minus_baseline", "state=true_progression"))
    rows: list[dict[str, object]] = [
        {"comparison": comparison, "stratum": stratum, **shown, **limits, "warnings": ["complete_cases"]}
        for comparison, stratum in cells
    ]
    rows.append(
        {
            "comparison": "progression_minus_event",
            "stratum": "all",
            "method": "By hand",
            "warnings": ["baseline_cancels", "suppressed"],
            "is_suppressed": True,
        }
    )
    return rows


def _concordance() -> list[dict[str, object]]:
    verdicts = {"recist11": ("PD", "NON_PD", "EQUIVOCAL"), "irecist": ("iCPD", "iUPD")}
    return [
        {"rule_set": rule_set, "verdict": verdict, "state": state, "patients": 7}
        for rule_set, listed in verdicts.items()
        for verdict in listed
        for state in ("pseudoprogression", "true_progression", "indeterminate")
    ]


def _cadence() -> list[dict[str, object]]:
    shares = dict(zip(CADENCE_CLASS, (0.8, None, 0.1, None), strict=True))
    return [
        {
            "population": population,
            "stratum": stratum,
            "cadence_class": name,
            "time_points": None if share is None else 200,
            "total": 2000,
            "share": share,
            "is_suppressed": share is None,
        }
        for population, stratum in (
            ("first_line", "all"),
            ("first_line", "registry=north"),
            ("pseudoprogression", "all"),
        )
        for name, share in shares.items()
    ]


def _column(registry: str, column: str, *, is_identifier: bool) -> dict[str, object]:
    stamp = {"registry": registry, "delivery": "2024-03-01", "table": "patients"}
    return stamp | {"column": column, "is_identifier": is_identifier}


def _history(registry: str, status: str) -> dict[str, object]:
    counts = {"delivered": 700, "admitted": 660 if status == "admitted" else 0, "refused": 30, "ignored": 10}
    return {"registry": registry, "delivery": "2024-03-01", "status": status, "why": []} | counts


def _people() -> dict[str, list[dict[str, object]]]:
    """Write patients whose ids, if they were on the page, a test would find."""
    day = dt.date(2023, 1, 1)
    patients = [
        {
            "registry": "north",
            "patient_id": name,
            "sex": "female",
            "last_contact_date": day,
            "row_number": place,
        }
        for place, name in enumerate(PATIENT_IDS)
    ]
    lab = {"registry": "north", "patient_id": PATIENT_IDS[0], "analyte": "ALP_TOTAL", "specimen_date": day}
    result = {"value": 98765.4, "unit": "U/L", "raw_value": "98765.4", "raw_unit": "IU/L", "unit_factor": 1.0}
    lesion = {"registry": "north", "assessment_id": ASSESSMENT_ID, "lesion_id": LESION_ID, "status": "new"}
    kind = {"site": "spine", "morphology": "osteoblastic", "row_number": 1}
    flows = [
        {"registry": "north", "patient_id": name, "left_at": "candidate", "state": "pseudoprogression"}
        for name in PATIENT_IDS
    ]
    return {
        "core.patients": patients,
        "core.lab_results": [lab | result | {"row_number": 1}],
        "core.bone_lesions": [lesion | kind],
        "event.patient_flow": flows,
    }
