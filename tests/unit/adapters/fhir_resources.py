"""Resources of FHIR that the tests vary, and the adapter run over them.

Not here: assertions.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bpp_etl.adapters import load_adapter
from bpp_etl.adapters.flat import lay_flat, places, shown_source
from bpp_etl.warehouse.connection import in_memory
from tests.support.adapted import Tables

Resource = dict[str, Any]
LOINC, SNOMED = "http://loinc.org", "http://snomed.info/sct"
PATIENT: Resource = {"resourceType": "Patient", "id": "P1", "gender": "female", "birthDate": "1960-01-02"}


def coded(*codes: str, system: str | None = None) -> Resource:
    """Name a concept by codes; of LOINC where they look like it, else of SNOMED CT."""
    return {
        "coding": [
            {"system": system or (LOINC if "-" in code else SNOMED), "code": code} for code in codes if code
        ]
    }


def observation(loinc: str, day: str | None = "2024-01-02", **more: Any) -> Resource:
    told = {
        "resourceType": "Observation",
        "status": "final",
        "code": coded(loinc),
        "subject": {"reference": "Patient/P1"},
    }
    return {**told, **({"effectiveDateTime": day} if day else {}), **more}


def alp(value: object = 90, unit: str = "U/L", **more: Any) -> Resource:
    quantity = {"value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit}
    return observation("6768-6", **{"valueQuantity": quantity, **more})


def study(*modalities: str, day: str = "2024-02-01", **more: Any) -> Resource:
    told = {
        "resourceType": "ImagingStudy",
        "id": "S1",
        "status": "available",
        "subject": {"reference": "Patient/P1"},
        "started": f"{day}T23:30:00-05:00",
        "modality": [{"code": code} for code in modalities],
    }
    return {**told, **more}


def made(
    table: str,
    *resources: Resource,
    urls: Sequence[str | None] = (),
    settings: Sequence[tuple[str, str, str]] = (),
) -> list[dict[str, Any]]:
    """Run the adapter over resources and return the rows of a table, in the order of their source."""
    adapter = load_adapter("fhir")
    entries = [
        {"resource": one, "fullUrl": url}
        for one, url in zip(resources, [*urls, *[None] * (len(resources) - len(urls))], strict=True)
    ]
    rows: dict[str, list[dict[str, str | None]]] = {source.name: [] for source in adapter.sources}
    with TemporaryDirectory() as folder, in_memory() as con:
        path = Path(folder, "a.json")
        path.write_text(json.dumps({"resourceType": "Bundle", "entry": entries}), encoding="utf-8")
        lay_flat(con, "flat", adapter, path)
        for source in adapter.sources:
            cells = con.execute(f"{shown_source(source, 'flat')} order by rowid").fetchall()
            rows[source.name] = [dict(zip(places(source), row, strict=True)) for row in cells]
    return Tables(adapter, rows, settings)[table]


def only(table: str, *resources: Resource, **more: Any) -> dict[str, Any]:
    (row,) = made(table, *resources, **more)
    return row
