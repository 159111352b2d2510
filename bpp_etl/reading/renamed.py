"""Which of the columns that [rename] speaks of the files of a delivery have, and in how many rows.

Not here: which column is read as which (`reading/one_file.py`), and what is told of it (`bpp_etl/gate`).
"""

from __future__ import annotations

from bpp_etl.landing.registry_config import RegistryConfig
from bpp_etl.reading.header import clean_name
from bpp_etl.reading.one_file import Loaded

Renamed = dict[str, dict[str, int]]
"""Table, or source of an adapter, with a header -> column of theirs -> rows of the files that have it."""


def note_renamed(found: Renamed, loaded: Loaded, config: RegistryConfig) -> None:
    """Add one file of a table; one without a header says nothing."""
    names = {*loaded.header}
    if not names or loaded.table not in config.rename:
        return
    of_table = found.setdefault(loaded.table, {})
    for theirs in config.rename[loaded.table]:
        if clean_name(theirs) in names:
            of_table[theirs] = of_table.get(theirs, 0) + (loaded.part.rows if loaded.part else 0)
