"""A reader of the file of sums of a share: who left a time on which day bounds what no table tells of it.

Not here: what the tables tell (`attacker_of_tables.py`), and the days of curves (`attacker_of_weeks.py`).
"""

from __future__ import annotations

from collections.abc import Iterable

from bpp_etl.share.sums import Line
from schemas.sums import INCIDENCE
from tests.unit.share.attacker import Known
from tests.unit.share.attacker_of_tables import GROUPS, HORIZONS, INCIDENCES


def read_sums(known: Known, lines: Iterable[Line]) -> None:
    """Read the file of sums too: who left a time, by which day, bounds what is not told of it."""
    of: dict[tuple[str, tuple[str, ...]], dict[tuple[str, int], float | None]] = {}
    for _, table, row, quantity, day, value in lines:
        of.setdefault((table, row), {})[quantity, day] = value
    for (table, row), sums in of.items():
        groups = GROUPS if table == "survival_curve" else INCIDENCES if table == INCIDENCE else {}
        if row[0] not in groups or (patients := sums["patients", 0]) is None:
            continue
        whole, events = ((group, row[1]) for group in groups[row[0]])
        known.tell(whole, patients)
        left = [(quantity, day, number or 0) for (quantity, day), number in sums.items() if day]
        known.narrow(
            events,
            least=sum(number for quantity, _, number in left if quantity == "events"),
            most=patients - sum(number for quantity, _, number in left if quantity != "events"),
        )
        for horizon in HORIZONS if table == INCIDENCE else ():  # other times begin on other days
            by = (f"{events[0]} by {horizon}", row[1])
            if by in known.names:
                sofar = [number for quantity, day, number in left if quantity == "events" and day <= horizon]
                known.narrow(by, least=sum(sofar))
