"""Fills the file of a new release: with what registries have in place, and with what is measured of it.

Of many rows it is gathered in parts, by tasks. Not here: describing, verifying and naming it (`build.py`).
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bpp_etl.errors import NothingToReleaseError
from bpp_etl.events import Protocol
from bpp_etl.measure.exact import exact_rows
from bpp_etl.measure.run import Measured, measure
from bpp_etl.measure.write import write_metrics
from bpp_etl.release.copy import Copied, copy_registries
from bpp_etl.release.protocols import write_protocols
from bpp_etl.shards.gathering import measure_in_parts, parts_of
from bpp_etl.shards.rounds import Say
from bpp_etl.shards.runners import Runners, rounds_in
from bpp_etl.shards.sharding import load_sharding
from bpp_etl.warehouse.connection import Connection, opened, transaction


@dataclass(frozen=True)
class Filled:
    """What was copied and measured, and the rows of each measured table."""

    copied: Copied
    measured: Measured
    rows: Mapping[str, int]


def fill(file: Path, warehouse: Path, protocols: Sequence[Protocol], say: Say, runners: Runners) -> Filled:
    """Copy every registry's tables into a new file, and measure there, exactly. Errors as `assemble`."""
    sharding = load_sharding(os.environ)
    judged = [protocol for protocol in protocols if protocol.is_event]
    with opened(file) as con:
        copied = copy_registries(con, warehouse, protocols)
        _ensure_admitted(copied.deliveries)
        parts = parts_of(con, sharding) if sharding.shards_of(copied.delivered) else []
        if not parts:
            return _written(con, protocols, copied, measure(con, judged))
    say(f"what is measured is gathered in {len(parts)} parts")
    with rounds_in(file.parent, sharding, say, runners) as rounds:
        measured = measure_in_parts(rounds, file, judged, parts)
    with opened(file) as con:
        return _written(con, protocols, copied, measured)


def _written(con: Connection, protocols: Sequence[Protocol], copied: Copied, measured: Measured) -> Filled:
    with transaction(con):
        write_protocols(con, protocols)
        written = write_metrics(con, measured.protocols, exact_rows(measured))
    return Filled(copied, measured, written.rows)


def _ensure_admitted(deliveries: Sequence[str]) -> None:
    if not any(":admitted:" in delivery for delivery in deliveries):
        raise NothingToReleaseError(
            "no registry has an admitted delivery", "mend a delivery; `bpp check` says what is wrong with it"
        )
