"""What `bpp check` guesses of foreign names and codes, and when it would rather not.

Not here: the lines that it proposes of them (`test_check_proposals.py`).
"""

from __future__ import annotations

import pytest

from bpp_etl.check.guess import guess, guess_column
from bpp_etl.check.spellings import COLUMNS, SPELLINGS
from schemas.contract import delivered_columns
from schemas.laws import DeclaredLaw
from schemas.rules import RULES
from schemas.tables import TABLES


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [("W", "female"), ("Female", "female"), ("femal", "female"), ("1", None), ("x", None), ("man", "male")],
)
def test_a_code_is_guessed_only_where_it_is_sure(theirs: str, ours: str | None) -> None:
    assert guess(theirs, ("female", "male", "unknown")) == ours


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("Pat-Nr.", "patient_id"),
        ("Patienten Nummer", "patient_id"),
        ("Datum der Metastasierung", "metastatic_diagnosis_date"),
        ("Kontakt, letzter", "last_contact_date"),
        ("Geburtsdatum (TT.MM.JJJJ)", "birth_date"),
        ("Nr.", None),
        ("Kommentar (Geschlecht)", None),
        ("Kommentar", None),
    ],
)
def test_a_column_is_guessed_whatever_small_words_order_and_brackets(theirs: str, ours: str | None) -> None:
    names = [column.name for column in delivered_columns(TABLES["patients"].contract)]
    assert guess_column(theirs, names) == ours


def test_a_rule_that_is_about_certain_columns_names_them() -> None:
    about_any = {"mark_dropped", "value_approximated"}
    for rule in RULES:
        if rule.severity == "flag" and not isinstance(rule.law, DeclaredLaw):
            assert bool(rule.columns) != (rule.id in about_any), (rule.table, rule.id)
        own = (
            {column.name for column in delivered_columns(TABLES[rule.table].contract)}
            if rule.columns
            else {""}
        )
        assert {*rule.columns} <= own, (rule.table, rule.id)


def test_no_word_stands_for_two_codes_or_columns_of_one_table() -> None:
    for table in TABLES.values():
        columns = delivered_columns(table.contract)
        names = tuple(column.name for column in columns)
        for column in columns:
            for word in COLUMNS.get(column.name, ()):
                assert guess_column(word, names) == column.name, (table.name, word)
            for code in column.codes:
                for word in SPELLINGS.get(code, ()):
                    assert guess(word, column.codes) in (code, None), (column.name, word)
