"""The dictionary and the contracts say the same, and say something."""

import pytest

from bpp_etl.dictionary import PAGE, render_dictionary
from schemas.catalog import relations
from schemas.contract import columns_of, grain_of
from schemas.rules import RULES


def test_the_dictionary_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == render_dictionary(), "run python -m bpp_etl.dictionary"


@pytest.mark.parametrize(("schema", "table", "contract"), list(relations()))
def test_every_table_and_column_is_described(schema, table, contract) -> None:
    assert grain_of(contract).startswith("One row"), f"{schema}.{table} does not state its grain"
    for column in columns_of(contract):
        assert len(column.description) > 5, f"{schema}.{table}.{column.name} is not described"


def test_every_rule_has_one_meaning_on_one_table() -> None:
    named = [(rule.table, rule.id) for rule in RULES]
    assert len(set(named)) == len(named)
    for rule in RULES:
        assert rule.sentence.endswith(".")
        assert rule.mend.endswith(".")
