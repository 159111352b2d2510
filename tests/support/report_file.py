"""Release files for tests of the report: every published relation, with rows written by hand.

Not here: how a release is built and measured.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from bpp_etl.admission.record import EMPTY
from bpp_etl.events import Protocol, load_protocol, shipped
from bpp_etl.release.protocols import write_protocols
from bpp_etl.warehouse.connection import opened
from tests.support.relations import PROTOCOL, Rows, create_relations, insert_rows, rows_in
from tests.support.report_metrics import metrics
from tests.support.report_rows import delivery, estimate, flow, history, judgement, release_row

PATIENT_IDS = ("ZQ-PATIENT-1", "ZQ-PATIENT-2")
ASSESSMENT_ID, LESION_ID = "ZQ-SCAN-1", "ZQ-LESION-1"
ALP_VALUE = 98765.4
HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)>'
"""What a registry might put into a name of a column or a message."""


def write_release(path: Path, tables: Mapping[str, Rows]) -> Path:
    """Write a release file with every published relation; what is not given is empty."""
    with opened(path) as con:
        create_relations(con)
        for relation, rows in tables.items():
            insert_rows(con, relation, rows)
        told = [str(one) for row in tables.get("meta.release", ()) for one in row["protocols"]]  # type: ignore[attr-defined]
        if told:
            write_protocols(con, [_protocol(*one.rsplit(":", 1)) for one in told])
    return path


def _protocol(name: str, digest: str) -> Protocol:
    """Return a protocol that comes with the software, or one of somebody's own."""
    known = name if name in shipped() else PROTOCOL
    return replace(load_protocol(known), name=name, digest=digest)


def full_release(path: Path) -> Path:
    """Write a release in which every part of the report has something to show."""
    broken = {
        ("patients", "date_invalid"): 12,
        ("bone_lesions", "code_unknown"): 7,
        ("lab_results", "unit_suspect"): 6,
    }
    north = judgement("north", broken=broken, absent=("her2_tests",))
    south = judgement("south", broken={("lab_results", "refused_share_exceeded"): 60}, is_shut=True)
    tables: dict[str, list[dict[str, object]]] = {
        "meta.release": [release_row()],
        **metrics(),
        "quality.delivery": [
            delivery("north"),
            delivery(
                "south", is_shut=True, messages=[f"lab_results is refused {HOSTILE}"], why=["lab_results.x"]
            ),
        ],
        "quality.extra_column": rows_in(
            f"""
            column        is_identifier
            scanner       no
            patient_name  yes
            {HOSTILE}  no
            """,
            **{"registry": "north", "delivery": "2024-03-01", "table": "patients"},
        ),
        "quality.declaration": rows_in(
            f"""
            position  source     column              flag               rows
            1         -          unit                constant_declared  12
            2         {HOSTILE}  upper_limit_normal  a_flag             8
            """,
            **{"registry": "north", "delivery": "2024-03-01", "table": "lab_results", "states": HOSTILE},
            section="[constants.lab_results]",
        ),
        "quality.null_word": rows_in(
            """
            column              cells
            upper_limit_normal  1234
            """,
            **{"registry": "north", "delivery": "2024-03-01", "table": "lab_results"},
        ),
        "quality.source_row": rows_in(
            f"""
            source       meaning   rows
            lab_results  {EMPTY}  1048
            """,
            **{"registry": "north", "delivery": "2024-03-01"},
        ),
        "quality.history": [
            {"release_id": release} | history(registry, status)
            for release in ("20240305T140700Z-0a1b2c3d", "20240105T140700Z-9f9f9f9f")
            for registry, status in (("north", "admitted"), ("south", "shut"))
        ],
        **{name: rows + south[name] for name, rows in north.items()},
        **people(),
    }
    return write_release(path, tables)


def empty_release(path: Path, **lesion: str) -> Path:
    """Write a release of one registry in which nobody has an event; `lesion` is its one lesion, if any."""
    tables: dict[str, Rows] = {
        "meta.release": [release_row()],
        "metric.flow": flow(
            dict.fromkeys(("delivered_row", "delivered", "admitted", "no_new_osteoblastic_lesion"), 60)
        ),
        "metric.estimate": [
            estimate("pseudoprogression_share", None, "share", patients=0, events=0, warnings=["no_patients"])
        ],
        "quality.delivery": [delivery("north")],
        "core.patients": people()["core.patients"],
        **judgement("north"),
    }
    if lesion:
        tables["core.bone_lesions"] = [row | lesion for row in people()["core.bone_lesions"]]
    return write_release(path, tables)


def people() -> dict[str, list[dict[str, object]]]:
    """Write patients whose ids, if they were on the page, a test would find."""
    north: dict[str, object] = {"registry": "north"}
    lab = {"patient_id": PATIENT_IDS[0], "specimen_date": dt.date(2023, 1, 1), "value": ALP_VALUE}
    lesion = {"assessment_id": ASSESSMENT_ID, "lesion_id": LESION_ID, "status": "new"}
    state = {"left_at": "candidate", "state": "pseudoprogression"}
    return {
        "core.patients": [north | {"patient_id": name} for name in PATIENT_IDS],
        "core.lab_results": [north | lab | {"raw_value": str(ALP_VALUE), "raw_unit": "IU/L"}],
        "core.bone_lesions": [north | lesion],
        "event.patient_flow": [north | state | {"patient_id": name} for name in PATIENT_IDS],
    }
