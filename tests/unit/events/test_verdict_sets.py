"""A verdict set is one record: its columns, rules, parameters, protocol and words follow from it.

Not here: what its rules make of a course (`tests/spec`).
"""

from __future__ import annotations

import pytest

from bpp_etl.events import load_protocol
from bpp_etl.events.parameters import PARAMETERS, VERDICT_KINDS
from bpp_etl.events.verdicts import VERDICT_RULES, verdict_columns
from bpp_etl.measure.definitions import RULE_SETS
from bpp_etl.report.words import stratum_words
from schemas.contract import columns_of
from schemas.event import Pseudoprogression
from schemas.verdicts import VERDICT_SETS, VERDICT_WORDS, VerdictSet


def test_every_set_has_rules_and_each_that_repeats_none_parameters_and_a_protocol_of_its_name() -> None:
    assert set(VERDICT_RULES) == set(VERDICT_SETS)
    first = [name for name, one in VERDICT_SETS.items() if one.repeats is None]
    assert list(PARAMETERS) == ["event", *first] == ["event", *VERDICT_KINDS]
    assert [load_protocol(name).kind for name in first] == first


def test_a_set_that_repeats_another_has_its_codes_rules_and_protocol() -> None:
    repeating = [one for one in VERDICT_SETS.values() if one.repeats is not None]
    assert [one.name for one in repeating] == ["irecist_line"]
    for one in repeating:
        first = VERDICT_SETS[one.kind]
        assert first.kind == first.name
        assert one.verdicts == first.verdicts
        told = [
            [(rule.id, rule.sentence, rule.verdict) for rule in VERDICT_RULES[name]]
            for name in (one.name, first.name)
        ]
        assert told[0] == told[1]


@pytest.mark.parametrize("one", VERDICT_SETS.values(), ids=VERDICT_SETS)
def test_a_set_gives_the_events_its_two_columns_with_its_codes(one: VerdictSet) -> None:
    columns = {column.name: column for column in columns_of(Pseudoprogression)}
    verdict, dated = columns[one.column], columns[one.date_column]
    assert (verdict.codes, verdict.nullable, verdict.description) == (one.codes, False, one.judges)
    assert (dated.dtype, dated.nullable, dated.description) == ("Date", True, one.dates)
    assert {one.column, one.date_column} <= set(
        verdict_columns({kind: load_protocol(kind) for kind in VERDICT_KINDS})
    )


def test_the_verdicts_stand_between_what_is_known_of_the_event_and_the_rule_that_decided() -> None:
    names = [column.name for column in columns_of(Pseudoprogression)]
    first, last = names.index("alp_category_progression"), names.index("rule")
    pairs = [(one.column, one.date_column) for one in VERDICT_SETS.values()]
    assert names[first + 1 : last] == [name for pair in pairs for name in pair]


def test_a_code_that_several_sets_have_has_the_same_words_and_reads_the_same() -> None:
    told = {
        (verdict.code, verdict.words, verdict.reads)
        for one in VERDICT_SETS.values()
        for verdict in one.verdicts
    }
    assert len(told) == len({code for code, *_ in told}) == len(VERDICT_WORDS)


def test_every_set_has_verdicts_on_both_sides_so_that_it_can_be_compared() -> None:
    for definition in RULE_SETS:
        assert definition.none
        assert definition.progression
        assert stratum_words(f"definition={definition.column}") == VERDICT_SETS[definition.column].title
