"""A warehouse as another version of us might have left it: whole, sealed, and with other columns.

Not here: what is to be said of it. One that an earlier version really wrote: `tests/soak/test_upgrade.py`.
"""

from __future__ import annotations

import json
from pathlib import Path

from bpp_etl.release.seal import FILES, MANIFEST, sha256_of
from bpp_etl.release.shelf import FILE, Shelf
from bpp_etl.warehouse.connection import opened

VERSION = "0.0.9+0123456789ab"
OTHER_LAYOUT = "alter table core.patients drop column flags"
"""A column that is never empty, and was not there yet."""
FEWER_COLUMNS = "alter table core.patients drop column birth_date"
"""A column that may be empty."""


def as_of_another_version(warehouse: Path, change: str = OTHER_LAYOUT) -> None:
    """Change all working files and releases of a warehouse as if another version had written them."""
    for path in warehouse.glob("registries/*/admitted.duckdb"):
        with opened(path, is_working_file=True) as con:
            con.execute(change)
            con.execute("update quality.delivery set code_version = $version", {"version": VERSION})
    shelf = Shelf.of(warehouse)
    for release_id in shelf.ids():
        folder = shelf.folder(release_id)
        for name in (FILE, MANIFEST):
            (folder / name).chmod(0o644)
        with opened(folder / FILE) as con:
            con.execute(change)
            con.execute("update meta.release set code_version = $version", {"version": VERSION})
        told = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        told[FILES] = {name: sha256_of(folder / name) for name in told[FILES]}
        told["input"]["code_version"] = VERSION
        (folder / MANIFEST).write_text(json.dumps(told), encoding="utf-8")
    newest = shelf.newest_whole()
    assert newest is not None
    shelf.put_in_service(newest)
