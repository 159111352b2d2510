"""Literal SDTM records that the tests vary, and the adapter run over them.

Not here: assertions.
"""

from typing import Any

import polars as pl

from bpp_etl.adapters import load_adapter
from tests.support.sdtm import rows_of, run_adapter

Record = dict[str, Any]

SUBJECT: Record = {"usubjid": "S1", "sex": "F"}
TUMOUR: Record = {
    "usubjid": "S1",
    "tutestcd": "TUMIDENT",
    "tustresc": "TARGET",
    "tuloc": "BONE",
    "tumethod": "CT SCAN",
    "tulnkid": "T01",
    "tudtc": "2020-01-01",
    "visitnum": "1",
}
RESPONSE: Record = {
    "usubjid": "S1",
    "rstestcd": "OVRLRESP",
    "rsstresc": "SD",
    "rsdtc": "2020-02-12",
    "visitnum": "2",
}
ALP: Record = {"usubjid": "S1", "lbtestcd": "ALP", "lbdtc": "2020-01-01", "lborres": "90", "lborresu": "U/L"}


def made(table: str, **domains: list[Record]) -> list[Record]:
    """Run the adapter over literal records and return one table's rows, in the order of their source."""
    frames = {name: pl.DataFrame(records, infer_schema_length=None) for name, records in domains.items()}
    with run_adapter(load_adapter("sdtm"), frames, only=table) as con:
        return rows_of(con, table)


def column(name: str, rows: list[Record]) -> list[object]:
    return [row[name] for row in rows]
