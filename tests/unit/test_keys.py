"""Every table declares what names one of its rows, once: contract, dictionary and gate say the same.

Not here: that a release whose keys repeat is refused (`test_verify.py`).
"""

from __future__ import annotations

import pytest

from bpp_etl.dictionary import render_dictionary
from schemas.catalog import relations
from schemas.contract import Contract, columns_of, key_of
from schemas.quarantine import raw_contract
from schemas.tables import TABLES

CONTRACTS = [
    *((f"{schema}.{table}", contract) for schema, table, contract in relations()),
    *((f"raw.{table}", raw_contract(table)) for table in TABLES),
]


@pytest.mark.parametrize(("relation", "contract"), CONTRACTS)
def test_a_key_is_made_of_columns_that_are_always_filled(relation: str, contract: type[Contract]) -> None:
    key = key_of(contract)
    filled = {column.name for column in columns_of(contract) if not column.nullable}
    assert key
    assert len(set(key)) == len(key)
    assert filled.issuperset(key)


def test_there_is_no_contract_without_a_key() -> None:
    with pytest.raises(TypeError, match="key"):
        type("Unnamed", (Contract,), {"__doc__": "One row per thing."})


def test_the_dictionary_tells_the_key_of_every_table() -> None:
    told = {part.split("`")[1]: part for part in render_dictionary().split("\n### ")[1:]}
    for schema, table, contract in relations():
        assert f"\n\nKey: {', '.join(key_of(contract))}\n\n" in told[f"{schema}.{table}"]


def test_the_key_of_a_delivery_is_that_of_the_table_within_a_registry() -> None:
    stated = {name: table.delivered_key for name, table in TABLES.items()}
    assert stated == {
        "patients": ("patient_id",),
        "therapy_lines": ("patient_id", "line_number"),
        "imaging_assessments": ("assessment_id",),
        "bone_lesions": ("assessment_id", "lesion_id"),
        "lab_results": (),
        "her2_tests": (),
    }
    for name, table in TABLES.items():
        assert key_of(table.contract) == ("registry", *(stated[name] or ("row_number",)))


@pytest.mark.parametrize("table", TABLES)
def test_a_column_that_names_a_row_within_a_delivery_is_required(table: str) -> None:
    required = {column.name for column in columns_of(TABLES[table].contract) if column.required}
    assert required.issuperset(TABLES[table].delivered_key)
