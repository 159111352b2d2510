"""The worked delivery of a format, with its side tables and declarations, yields events.

Not here: what of it is admitted (`test_conformance.py`).
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bpp_etl.adapters import find_adapter
from bpp_etl.adapters.tryout import EXAMPLE
from bpp_etl.admission.admit import derive, gate, read
from bpp_etl.admission.working import WorkingFiles
from bpp_etl.events import load_protocol
from bpp_etl.landing.deliveries import delivery_of
from bpp_etl.warehouse.connection import opened_read_only

STATES = {
    "cbioportal": [("SYN-1", "pseudoprogression")],
    "omop": [("101", "pseudoprogression")],
    "sdtm": [("SYN-01", "pseudoprogression")],
}


@pytest.mark.parametrize("name", STATES)
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
    assert told == STATES[name]
