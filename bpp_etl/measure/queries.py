"""Reads the SELECT files of this package: as columns of numpy arrays, or as rows.

Not here: what the SELECTs say (`sql/`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from bpp_etl.timeline.steps import Parameters, Step, read_select, used_parameters
from bpp_etl.warehouse.connection import Connection

Column = npt.NDArray[Any]


def select_columns(con: Connection, name: str, parameters: Parameters) -> Mapping[str, Column]:
    """Return the columns of a SELECT file that leaves nothing missing."""
    text = read_select(Step("bpp_etl.measure", name))
    found = con.execute(text, used_parameters(text, parameters)).fetchnumpy()
    return {column: np.asarray(values) for column, values in found.items()}


def select_rows(con: Connection, name: str, parameters: Parameters) -> list[tuple[Any, ...]]:
    """Return the rows of a SELECT file with few of them."""
    text = read_select(Step("bpp_etl.measure", name))
    return con.execute(text, used_parameters(text, parameters)).fetchall()
