"""The worked delivery of a format, with its side tables and declarations, yields events.

Not here: what of it is admitted (`test_conformance.py`).
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bpp_etl.adapters import CANONICAL, adapter_names, find_adapter
from bpp_etl.adapters.tryout import EXAMPLE
from bpp_etl.admission.admit import derive, gate
from bpp_etl.admission.intake import read
from bpp_etl.admission.working import WorkingFiles
from bpp_etl.events import load_protocol
from bpp_etl.landing.deliveries import delivery_of
from bpp_etl.warehouse.connection import opened_read_only

PATIENTS = {
    "cbioportal": "SYN-1",
    "fhir": "SYN-1",
    "naaccr": "90000001",
    "obds": "SYN-1",
    "omop": "101",
    "redcap": "P1",
    "sdtm": "SYN-01",
}
"""The one patient of each example who has a candidate."""


@pytest.mark.parametrize("name", PATIENTS)
def test_the_worked_delivery_of_a_format_yields_its_event(name: str, tmp_path: Path) -> None:
    folder = find_adapter(name)
    assert isinstance(folder, Path)
    place = Path(shutil.copytree(folder / EXAMPLE, tmp_path / "landing" / name / "2024-12-31"))
    if (place / "registry.toml").exists():
        shutil.move(place / "registry.toml", place.parent)
    else:
        (place.parent / "registry.toml").write_text(f'format = "{name}"\n', encoding="utf-8")
    delivery = delivery_of(place)
    assert delivery is not None
    files = WorkingFiles.of(tmp_path, name)
    with files.locked():
        read(files, delivery)
        assert gate(files, delivery).is_open
        derive(files, name, [load_protocol("xu2025")])
    with opened_read_only(files.admitted) as con:
        told = con.execute("select patient_id, state from event.pseudoprogression order by all").fetchall()
    assert told == [(PATIENTS[name], "pseudoprogression")]


def test_every_format_has_a_worked_delivery() -> None:
    assert set(PATIENTS) == set(adapter_names()) - {CANONICAL}
