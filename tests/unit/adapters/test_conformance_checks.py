"""Each check of conformance turns red on an adapter with its fault.

Not here: sound adapters (`test_conformance.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bpp_etl.adapters import conformance as checks
from bpp_etl.adapters.conformance import CHECKS, Check
from tests.support.add_adapter import NAME, write_page

Damage = Callable[[Path], object]


def change(place: str, old: str, new: str) -> Damage:
    """Make a damage that says something else in one place of a file."""

    def damage(folder: Path) -> None:
        file = folder / place
        text = file.read_text(encoding="utf-8")
        assert old in text, place
        file.write_text(text.replace(old, new), encoding="utf-8")

    return damage


def both(*damages: Damage) -> Damage:
    return lambda folder: [damage(folder) for damage in damages]


def drop(place: str) -> Damage:
    return lambda folder: (folder / place).unlink()


FROM_A_SELECT_OF_ONE_ROW = "from (select 1) as one left join people on true"
PEOPLE_SCANNED = (
    "group by assessment_id, person, day, machine union all"
    " select person, person, last_seen, 'CT', null, null, null, row_number, file from people"
)
BY_POSITION = (
    "from (from people) as by_place(person, sex, last_seen, drug, drug_from, born, file, row_number)"
)

FAULTS: list[tuple[Check, Damage, str]] = [
    (checks.the_description_is_whole, drop("adapter.toml"), "cannot be read"),
    (checks.the_description_is_whole, drop("patients.sql"), "do not name the same: patients"),
    (checks.the_example_has_every_source, drop("example/people.csv"), "example/people.csv cannot be read"),
    (
        checks.the_example_has_every_source,
        lambda folder: (folder / "example/people.csv").write_text("person\n"),
        "example/people.csv has no row",
    ),
    (
        checks.the_example_has_every_source,
        change("example/people.csv", "last_seen", "seen"),
        "example/people.csv lacks last_seen",
    ),
    (
        checks.each_select_states_its_grain_and_names_its_columns,
        change("steps/finding.sql", "-- One row per", "-- Rows of"),
        "steps/finding.sql does not begin with",
    ),
    (
        checks.each_select_states_its_grain_and_names_its_columns,
        change("patients.sql", "from people", "from (select * from people)"),
        "patients.sql selects *",
    ),
    (
        checks.each_select_yields_what_its_table_has,
        change("patients.sql", "born as birth_date,", ""),
        "clinic/patients.sql does not yield birth_date",
    ),
    (
        checks.each_select_yields_what_its_table_has,
        change("therapy_lines.sql", "'1' as", "1 as"),
        "therapy_lines.sql: line_number is INTEGER, not VARCHAR",
    ),
    (
        checks.each_select_yields_what_its_table_has,
        change("source_rows.sql", "count(*)", "count(*)::integer"),
        "source_rows.sql: source_rows is INTEGER, not BIGINT",
    ),
    (
        checks.each_select_yields_what_its_table_has,
        change("patients.sql", "row_number,", "row_number, drug,"),
        "patients.sql yields columns of no use: drug",
    ),
    (
        checks.each_select_yields_what_its_table_has,
        change("patients.sql", "person as", "nobody as"),
        'clinic/patients.sql: Binder Error: Referenced column "nobody" not found',
    ),
    (
        checks.nothing_comes_of_nothing,
        change("patients.sql", "from people", FROM_A_SELECT_OF_ONE_ROW),
        "patients.sql yields 1 rows of empty sources",
    ),
    (
        checks.nothing_comes_of_nothing,
        change(
            "source_rows.sql",
            "count(*) as source_rows\nfrom people",
            "count(*) + 3 as source_rows\nfrom people",
        ),
        "source_rows.sql counts 3 rows of empty sources",
    ),
    (
        checks.the_example_makes_rows_of_every_table,
        change("bone_lesions.sql", "<> ''", "= 'knee'"),
        "the example makes no row of bone_lesions",
    ),
    (
        checks.every_row_leads_to_a_source,
        change("bone_lesions.sql", "    row_number", "    row_number + 100 as row_number"),
        "bone_lesions.sql: 28 rows lead to no row of findings",
    ),
    (
        checks.every_row_leads_to_a_source,
        change("patients.sql", "    file\n", "    'people.csv.gz' as file\n"),
        "rows lead to no row of people",
    ),
    (
        checks.every_row_leads_to_a_source,
        change("patients.sql", "born as", "cast(cast(born as date) as varchar) as"),
        "clinic/patients.sql cannot be run over the rows of this delivery (Conversion)",
    ),
    (
        checks.a_row_of_a_source_makes_one_row_of_a_table,
        change("bone_lesions.sql", "from finding", "from finding cross join range(2)"),
        "bone_lesions.sql: 28 rows have the place that another has in the delivery",
    ),
    (
        checks.every_source_row_is_counted,
        change("source_rows.sql", "'a scan without a finding in bone'", "null"),
        "source_rows.sql does not tell each meaning of a source in one row",
    ),
    (
        checks.every_source_row_is_counted,
        change("source_rows.sql", "from findings", "from findings where place <> ''"),
        "source_rows.sql counts 28 rows of findings, of 31 delivered",
    ),
    (
        checks.every_source_row_is_counted,
        change("source_rows.sql", "'patients' as", "cast(null as varchar) as"),
        "source_rows.sql has 0 rows of people come into tables, to which 25 of its rows lead",
    ),
    (
        checks.every_source_row_is_counted,
        change("source_rows.sql", "'patients' as", "'bone_lesions' as"),
        "source_rows.sql has rows of people come into bone_lesions, which does not come from it",
    ),
    (
        checks.an_optional_source_may_be_absent_or_empty,
        both(
            change(
                "adapter.toml", "[sources.findings]\nrequired = true", "[sources.findings]\nrequired = false"
            ),
            change("imaging_assessments.sql", "group by assessment_id, person, day, machine", PEOPLE_SCANNED),
        ),
        "imaging_assessments.sql tells an absent findings from an empty one",
    ),
    (
        checks.an_optional_column_may_be_absent,
        change("source_rows.sql", "from people", "from people where born <> '' or drug is null"),
        "without the optional columns of people: source_rows.sql counts 1 rows of people, of 3 delivered",
    ),
    (
        checks.the_same_rows_come_out_again,
        change("imaging_assessments.sql", "min(row_number)", "first(row_number)"),
        "imaging_assessments.sql yields other rows when run again",
    ),
    (
        checks.the_same_rows_come_out_again,
        change("therapy_lines.sql", "drug as", "cast(uuid() as varchar) as"),
        "therapy_lines.sql yields other rows when run again",
    ),
    (
        checks.the_order_of_columns_does_not_matter,
        change("patients.sql", "from people", BY_POSITION),
        "patients.sql depends on the order of columns",
    ),
    (
        checks.a_table_comes_from_the_sources_it_names,
        change("therapy_lines.sql", "where drug", "where person in (select person from findings) and drug"),
        "therapy_lines.sql reads more than the sources that [tables.therapy_lines] names",
    ),
    (
        checks.its_settings_may_say_anything,
        change(
            "source_rows.sql", "from people", "from people where not exists (from setting where name = 'x')"
        ),
        "where the settings are odd: source_rows.sql counts 0 rows of people",
    ),
    (
        checks.its_settings_may_say_anything,
        change("source_rows.sql", "from people", "from people where exists (from setting)"),
        "where nothing is stated: source_rows.sql counts 0 rows of people",
    ),
    (
        checks.the_example_makes_rows_of_every_table,
        change("example/registry.toml", "ct =", "ctt ="),
        "unknown key 'machines.ctt' in [clinic]; did you mean 'machines.ct'? known: machines.ct",
    ),
]


@pytest.mark.parametrize(("check", "damage", "told"), FAULTS)
def test_a_check_finds_its_fault(tmp_path: Path, check: Check, damage: Damage, told: str) -> None:
    folder = write_page(tmp_path) / NAME
    assert check(folder) == []
    damage(folder)
    found = check(folder)
    assert any(told in fault for fault in found), found
    assert not any("\n" in fault for fault in found)


def test_every_check_is_tried() -> None:
    assert {check for check, _, _ in FAULTS} == set(CHECKS)
