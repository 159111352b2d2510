"""Two hundred refreshes with retention: neither the history of runs nor the shelf of releases grows for ever.

Not here: what is kept of each (`tests/operation/test_retention.py`).
"""

from __future__ import annotations

from pathlib import Path

import pytest

from assets.instance import HOME
from assets.refresh import refresh
from assets.resources import Warehouse
from bpp_etl.release.shelf import Shelf
from tests.soak.figures import record, share_of
from tests.support.deliveries import write_delivery_of

pytestmark = pytest.mark.soak
REFRESHES = 200
KEPT_RUNS = 20
KEPT_RELEASES = 5
A_REFRESH = 50_000
"""Bytes that a refresh may leave for ever: which runs there were, and what a release says of those before."""


def bytes_in(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def test_over_200_refreshes_a_warehouse_grows_by_next_to_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = max(2, share_of(KEPT_RUNS))
    monkeypatch.setenv("BPP_KEEP_RUNS", str(kept))
    landing, root = tmp_path / "landing", tmp_path / "warehouse"
    shelf, times = Shelf.of(root), max(4 * kept, share_of(REFRESHES))
    storage: list[int] = []
    published: list[int] = []
    for number in range(times):
        write_delivery_of(landing, day=f"{2025 + number // 12}-{1 + number % 12:02}-01")
        assert refresh(Warehouse(landing=str(landing), warehouse=str(root))).exit_code == 0
        shelf.prune(KEPT_RELEASES)
        storage.append(bytes_in(root / HOME))
        published.append(bytes_in(root / "published"))
    settled = 2 * kept
    more = times - 1 - settled
    assert len(shelf.ids()) == min(KEPT_RELEASES, times)
    assert storage[-1] - storage[settled] < max(1, more) * A_REFRESH
    assert published[-1] - published[settled] < max(1, more) * A_REFRESH + published[settled] // 4
    record(
        "refreshes with retention",
        REFRESHES,
        times,
        run_storage_MB=f"{storage[settled] / 1e6:.1f} after {settled + 1}, then {storage[-1] / 1e6:.1f}",
        releases_MB=f"{published[settled] / 1e6:.1f}, then {published[-1] / 1e6:.1f}",
    )
