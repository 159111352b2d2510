"""Whether a release is of made-up patients: as its admitted registries state, all, some or none of them.

Not here: what a report makes of it (`tests/unit/report/test_variants.py`).
"""

from __future__ import annotations

import pytest

from bpp_etl.release.build import is_synthetic
from bpp_etl.warehouse.connection import in_memory


@pytest.mark.parametrize(
    ("stated", "told"),
    [
        ((True, True), True),
        ((False, False), False),
        ((None,), False),
        ((True, False), None),
        ((True, None), None),
    ],
)
def test_a_release_is_made_up_where_all_admitted_registries_are(
    stated: tuple[bool | None, ...], told: bool | None
) -> None:
    with in_memory() as con:
        con.execute("create schema quality")
        con.execute("create table quality.delivery (status varchar, is_synthetic boolean)")
        rows = [("admitted", one) for one in stated] + [("shut", not stated[0])]
        con.executemany("insert into quality.delivery values (?, ?)", rows)
        assert is_synthetic(con) is told
