"""A release made anew counts no call of an erased patient among those that it withdrew.

Not here: which calls are withdrawn (`tests/unit/difference/test_moves.py`), and that it is said
(`tests/operation/test_status.py`).
"""

from pathlib import Path

from bpp_etl.erasure import erase_patient
from bpp_etl.release.seal import WITHDRAWN
from bpp_etl.release.shelf import Shelf
from bpp_etl.settings import Places
from tests.support.deliveries import TINY, write_delivery_of
from tests.support.warehouses import admit, release


def test_what_was_withdrawn_of_her_is_counted_no_more(tmp_path: Path) -> None:
    home = Places(tmp_path / "landing", tmp_path / "warehouse")
    write_delivery_of(home.landing)
    admit(home.landing, home.warehouse)
    release(home.warehouse, 1)
    later = TINY["imaging_assessments"].replace("A3,A,2024-05-06,CT,true,SD", "A3,A,2024-05-06,CT,true,PD")
    write_delivery_of(home.landing, day="2025-01-01", imaging_assessments=later)
    admit(home.landing, home.warehouse)
    made = release(home.warehouse, 2).release_id
    assert Shelf.of(home.warehouse).manifest(made)[WITHDRAWN] == {"xu2025": 1}
    erase_patient(home, "tiny", "A")
    assert Shelf.of(home.warehouse).manifest(made)[WITHDRAWN] == {}
