"""What is read of patients to measure them: small tables of a part of them, and how those of parts make one.

A part has everything of some patients. Not here: putting parts together (`merge.py`), and whatever is worked
out of patients of several parts (`run.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from bpp_etl.events import Protocol
from bpp_etl.measure.baseline import LEVELS, SHOWN_STATES
from bpp_etl.measure.cohort import HER2_LABELS
from bpp_etl.measure.definitions import VERDICTS
from bpp_etl.warehouse.connection import Connection
from bpp_etl.warehouse.select import Parameters, Select, drop_relations, run_step, select_frame
from schemas.event import ALP_CATEGORY, REASON, STATE
from schemas.metric_codes import LESION_POPULATION

if TYPE_CHECKING:
    import polars as pl

PACKAGE = "bpp_etl.measure"
ENDS = Select(PACKAGE, "first_line_end")
"""The days that end each first line: `first_line_survival` counts by them; others tell them."""
PATIENT = ("registry", "patient_id")
CANDIDATES, OVERLAP = "candidate", "overlap"

Tables: TypeAlias = Mapping[str, "pl.DataFrame"]
"""What was gathered, each table by the name of its SELECT."""


@dataclass(frozen=True)
class Gathering:
    """How the tables of parts make one: all rows, in the order of `keys`; where `is_summed`, sums by them.

    `keys` tell any two rows apart, so that nothing of the order is left to chance.
    """

    keys: tuple[str, ...]
    is_summed: bool = False


OF_PATIENTS: Mapping[str, Gathering] = {
    CANDIDATES: Gathering(PATIENT),
    "bone_alp": Gathering(PATIENT),
    "baseline_state": Gathering(PATIENT),
    "first_line_outcome": Gathering(PATIENT),
    "first_line_survival": Gathering(PATIENT),
    "alp_trajectory": Gathering((*PATIENT, "days", "row_number")),
    "flagged": Gathering((*PATIENT, "flag")),
}
"""What has rows of single patients, by protocol."""
SUMS: Mapping[str, Gathering] = {
    "left_at": Gathering(("registry", "left_at"), is_summed=True),
    "open_question": Gathering(("registry", "missing", "has_baseline"), is_summed=True),
    **{f"site_of_{name}": Gathering(("site",), is_summed=True) for name in LESION_POPULATION},
    **{
        f"cadence_{whose}": Gathering(("label",), is_summed=True)
        for whose in ("first_line", "pseudoprogression")
    },
    **{
        f"cadence_days_{whose}": Gathering(("label", "interval_days", "deviation_days"), is_summed=True)
        for whose in ("first_line", "pseudoprogression")
    },
}
"""What counts patients, or something of them, by protocol."""
IN_COMMON: Mapping[str, Gathering] = {
    "registry": Gathering(("registry",), is_summed=True),
    "refused_patients": Gathering(("registry",), is_summed=True),
    OVERLAP: Gathering(("registry", "calls"), is_summed=True),
}
"""What is the same under every protocol, or of all of them."""
GATHERED: Mapping[str, Gathering] = {**OF_PATIENTS, **SUMS, **IN_COMMON}
"""Every table that is gathered."""


def gather(con: Connection, protocol: Protocol) -> dict[str, pl.DataFrame]:
    """Gather what is measured by a protocol of the patients of the catalog in use; rows have no order yet."""
    parameters = parameters_of(protocol)
    at_baseline = {**LEVELS, "protocol": protocol.name, "states": SHOWN_STATES}
    run_step(con, ENDS, parameters)
    found = {
        name: _selected(con, name, at_baseline if name == "baseline_state" else parameters)
        for name in (*OF_PATIENTS, *SUMS)
    }
    drop_relations(con, [ENDS.name])
    return found


def gather_in_common(con: Connection, protocols: Sequence[Protocol]) -> dict[str, pl.DataFrame]:
    """Gather what all protocols have in common; one alone has nothing that another calls otherwise."""
    names = [protocol.name for protocol in protocols]
    wanted = [name for name in IN_COMMON if name != OVERLAP or len(names) > 1]
    return {name: _selected(con, name, {"protocols": names}) for name in wanted}


def parameters_of(protocol: Protocol) -> Parameters:
    """Return what the SELECTs ask of a protocol, with the lists that codes are places in."""
    return {
        **protocol.values,
        "protocol": protocol.name,
        "states": STATE,
        "reasons": REASON,
        "her2_statuses": HER2_LABELS[:-1],
        "alp_categories": ALP_CATEGORY,
        **{f"{rule_set}_verdicts": verdicts for rule_set, verdicts in VERDICTS.items()},
    }


def _selected(con: Connection, name: str, parameters: Parameters) -> pl.DataFrame:
    return select_frame(con, Select(PACKAGE, name), parameters)
