"""Fills the file of a new release: with what registries have in place, and with what is measured of it.

Not here: whether it is measured in parts (`bpp_etl/shards`); describing, verifying, naming it (`build.py`).
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bpp_etl.errors import NothingToReleaseError
from bpp_etl.events import Protocol
from bpp_etl.measure.exact import exact_rows
from bpp_etl.measure.run import Measured
from bpp_etl.measure.write import write_metrics
from bpp_etl.release.beside import Beside
from bpp_etl.release.copy import Copied, copy_registries, is_larger
from bpp_etl.release.protocols import write_protocols
from bpp_etl.release.shelf import Shelf
from bpp_etl.shards.gathering import measure_file
from bpp_etl.shards.rounds import Say
from bpp_etl.shards.runners import Runners
from bpp_etl.shards.sharding import load_sharding
from bpp_etl.warehouse.connection import opened, transaction


@dataclass(frozen=True)
class Filled:
    """What was copied and measured, and the rows of each measured table."""

    copied: Copied
    measured: Measured
    rows: Mapping[str, int]


def fill(file: Path, warehouse: Path, protocols: Sequence[Protocol], say: Say, runners: Runners) -> Filled:
    """Copy every registry's tables into a new file, and measure there, exactly. Errors as `assemble`.

    A release of more rows than `inline_rows` of the settings has those of core and quarantine beside it.
    """
    most = load_sharding(os.environ).inline_rows
    with opened(file) as con:
        is_large = is_larger(con, warehouse, most)
        if is_large:
            say("the rows of core and quarantine are written beside the file of the release: they are many")
        beside = Beside.in_folder(file.parent, Shelf.of(warehouse)) if is_large else None
        copied = copy_registries(con, warehouse, protocols, beside)
        _ensure_admitted(copied.deliveries)
    measured = measure_file(file, [protocol for protocol in protocols if protocol.is_event], say, runners)
    with opened(file) as con, transaction(con):
        write_protocols(con, protocols)
        written = write_metrics(con, measured.protocols, exact_rows(measured))
    return Filled(copied, measured, written.rows)


def _ensure_admitted(deliveries: Sequence[str]) -> None:
    if not any(":admitted:" in delivery for delivery in deliveries):
        raise NothingToReleaseError(
            "no registry has an admitted delivery", "mend a delivery; `bpp check` says what is wrong with it"
        )
