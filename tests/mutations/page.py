"""The end of `docs/gates.md`: the planted defects and the rule that notices each, and those that none can.

Not here: planting and judging them (`score.py`).
"""

from __future__ import annotations

from collections.abc import Sequence

from bpp_etl.gate.rules_page import PLANTED
from tests.mutations.defect import Defect, DeliveryDefect
from tests.mutations.delivery_defects import DELIVERY_DEFECTS
from tests.mutations.hostile_defects import HOSTILE_DEFECTS, UNSEEN_AT_FIRST
from tests.mutations.increment_defects import INCREMENT_DEFECTS
from tests.mutations.kept_defects import KEPT_DEFECTS, KEPT_ROWS, KEPT_UNSEEN
from tests.mutations.laboratory_defects import LABORATORY_DEFECTS, UNSEEN
from tests.mutations.row_defects import ROW_DEFECTS

SEEN: tuple[Defect, ...] = (
    *ROW_DEFECTS,
    *LABORATORY_DEFECTS,
    *KEPT_ROWS,
    *DELIVERY_DEFECTS,
    *HOSTILE_DEFECTS,
    *KEPT_DEFECTS,
    *INCREMENT_DEFECTS,
)
NOT_SEEN: tuple[Defect, ...] = (*UNSEEN, *UNSEEN_AT_FIRST, *KEPT_UNSEEN)
TABLES = tuple(dict.fromkeys(defect.table for defect in SEEN))


def render_planted() -> str:
    """Return the part as Markdown."""
    known = len(SEEN) + len(NOT_SEEN)
    share = f"{len(SEEN)} of {known} ({100 * len(SEEN) / known:.0f} %)"
    return f"""\
{PLANTED}

Written by `python -m tests.mutations`. Clinical defects are planted in a clean, made-up delivery, those of
single rows each in a patient of its own, and the gate has to notice each by the rule that is named here. It
notices {share}; {_held()} of them only against what was admitted before, as it says there: in a registry's
first delivery nothing tells of these. In the delivery without a defect, and in the clean registry of the
demonstration, no rule of any severity is broken. `make walks` plants those of whole deliveries several at
once, `make soak` each alone.

{_rows(("table", "what is wrong", "noticed by"), [(d.table, d.wrong, _noticed_by(d)) for d in _ordered()])}

What stays under the limit of its rule is not told: a part of the patients, of a table's rows or of its values
that is smaller. Nothing can notice these:

{_rows(("table", "what is wrong", "why not"), [(d.table, d.wrong, d.why_not) for d in NOT_SEEN])}

Known, and neither planted nor counted: in a first delivery nothing tells of deaths that are made up on the
day of last contact, of a new method of ALP that gives two fifths more, of one laboratory whose values are
three times those of the others, and of lower limits of normal that are delivered as the upper ones. In none
does anything tell of an ALP that rises tenfold because its unit is another and not its name, and stays there,
or of a limit that is the other sex's from a day on: disease, age and a new method do as much.
"""


def _is_held(defect: Defect) -> bool:
    return isinstance(defect, DeliveryDefect) and defect.against != "nothing"


def _held() -> int:
    return sum(map(_is_held, SEEN))


def _noticed_by(defect: Defect) -> str:
    against = f", against {defect.against}" if isinstance(defect, DeliveryDefect) and _is_held(defect) else ""
    return f"`{defect.rule}`{against}"


def _ordered() -> list[Defect]:
    return sorted(SEEN, key=lambda defect: TABLES.index(defect.table))


def _rows(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (head, ["---"] * len(head), *rows))
