"""Whether a registry's delivery is judged in shards.

Not here: what a shard is, and judging one (`bpp_etl/shards`).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from bpp_etl.admission.working import WorkingFiles
from bpp_etl.gate.derived_lines import has_derived_lines
from bpp_etl.gate.judge import Finding, find
from bpp_etl.landing.deliveries import Delivery
from bpp_etl.reading.remembered import ReadDelivery
from bpp_etl.shards.judging import find_in_shards
from bpp_etl.shards.rounds import Say
from bpp_etl.shards.runners import Runners, rounds_in
from bpp_etl.shards.sharding import load_sharding
from bpp_etl.warehouse.connection import room_for


@contextmanager
def finding_of(
    files: WorkingFiles, delivery: Delivery, read: ReadDelivery, say: Say, runners: Runners
) -> Iterator[Finding]:
    """Yield what judges the rows of a delivery that was read: in one piece, or what shards have found by now.

    Nobody has the working file open while shards are judged.
    """
    sharding = load_sharding(os.environ)
    rows = sum(read.rows.values())
    shards = sharding.shards_of(rows)
    if not shards:
        yield find
        return
    if has_derived_lines(read):
        say(f"{delivery.registry}: judged in one piece, for its lines of therapy are derived from drugs")
        yield find
        return
    say(f"{delivery.registry}: {rows} rows are judged in {shards} shards")
    with room_for(files.building), rounds_in(files.scratch, sharding, say, runners) as rounds:
        yield find_in_shards(rounds, files.building, delivery, read, shards)
