"""The contract of `sums.parquet`, the file of a share that holds what sites are pooled by.

Not here: the tables of `metric` that the sums belong to (`schemas/metric.py`), and adding them up.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated

import polars as pl

from schemas.contract import Contract, derived
from schemas.metric import METRIC_TABLES
from schemas.metric_columns import protocol_column

INCIDENCE = "incidence"
"""What the sums of times with competing causes belong to: no table holds their steps."""

QUANTITY: Mapping[str, str] = MappingProxyType(
    {
        "patients": "Patients, or of a time all whose time it is.",
        "events": "Of a count who had what is counted; of a time who had the event on the day.",
        "counted": "Patients or lesions counted.",
        "time_points": "CT time points counted.",
        "total": "What the counted are part of.",
        "censored": "Whose follow-up ended on the day without any event.",
        "competing": "Who had an event of another cause on the day.",
        "observed": "Events of the second of two groups.",
        "expected": "Events that it would have had if both had one hazard.",
        "variance": "Hypergeometric variance of observed less expected.",
        "sum": "Sum of the changes.",
        "sum_of_squares": "Sum of their squares.",
    }
)
"""Quantity -> what is added up."""


PARTS = ("observed", "expected", "variance")
"""The quantities of a log-rank test of two groups, which add up to the test stratified by site."""
MOMENTS = ("sum", "sum_of_squares")
"""The quantities of which, beside the patients, a mean and a deviation are made."""


class Sums(Contract, key=("protocol", "table", "row", "quantity", "day")):
    """One row per row of a metric table, quantity and day: a number that is added to that of other patients.

    Of a time there is one for each day on which anybody left; who never left by the last is followed beyond
    it. An empty value is kept by disclosure control: the sum over sites is then not known. Under such control
    steps are those of groups, dated to the week.
    """

    protocol: pl.String = protocol_column()
    table: pl.String = derived(
        "Table of `metric` whose row it is; incidence: a time with competing causes, which has no table.",
        nullable=False,
        codes=(*METRIC_TABLES, INCIDENCE),
    )
    row: Annotated[pl.List, pl.String] = derived(
        "The row: what its key holds after the protocol; of a time metric and stratum.", nullable=False
    )
    quantity: pl.String = derived("What is added up.", nullable=False, codes=QUANTITY)
    day: pl.Int32 = derived("Day of a step from the time origin; 0 for what has none.", nullable=False)
    value: pl.Float64 = derived("The sum; empty where disclosure control keeps it.")
