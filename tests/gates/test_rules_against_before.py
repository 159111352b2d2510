"""A delivery held to the registry's last admitted one: who and what is gone, and what says something else.

Not here: rules that look at one delivery alone (`test_shut_rules.py`, `test_record_rules.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from bpp_etl.admission.working import WorkingFiles
from bpp_etl.warehouse.connection import opened_read_only
from tests.gates.held_to_before import FIRST, PEOPLE, SECOND, Texts, after, causes, delivery, result, warnings
from tests.support.deliveries import TINY, write_delivery_of
from tests.support.warehouses import admit, begin_with

RULES = {
    ("patients", "patients_dropped"),
    ("bone_lesions", "table_shrunk"),
    ("patients", "deaths_withdrawn"),
    ("patients", "dates_moved"),
    ("delivery", "delivery_repeats"),
}


def test_a_first_delivery_is_held_to_none(tmp_path: Path) -> None:
    write_delivery_of(tmp_path / "landing", **delivery())
    decision = admit(tmp_path / "landing", tmp_path / "warehouse", with_events=False)
    assert {result(decision, *rule).status for rule in RULES} == {"not_applicable"}


def test_a_delivery_that_goes_on_from_the_one_before_holds_all_rules(tmp_path: Path) -> None:
    now = delivery(dead=PEOPLE[:1])
    decision = after(tmp_path, delivery(PEOPLE[:16]), now)
    assert decision.is_open
    assert warnings(decision) == {}
    told = {rule: result(decision, *rule) for rule in RULES}
    assert {rule for rule, one in told.items() if one.status != "passed"} == {
        ("patients", "deaths_withdrawn")
    }
    assert told["patients", "patients_dropped"].judged == 19
    assert told["bone_lesions", "table_shrunk"].judged == 18


# patients_dropped


@pytest.mark.parametrize(
    ("kept", "toml", "status"),
    [
        (15, "", "passed"),  # 2 of 20
        (14, "", "failed"),
        (14, "[limits]\npatients_dropped = 0.15\n", "passed"),
        (10, "[limits]\npatients_dropped = 1\ntable_shrunk = 1\n", "passed"),
    ],
)
def test_more_than_a_tenth_of_the_patients_before_gone_shuts(
    tmp_path: Path, kept: int, toml: str, status: str
) -> None:
    decision = after(tmp_path, delivery(), delivery(PEOPLE[:kept]), toml)
    found = result(decision, "patients", "patients_dropped")
    assert (found.judged, found.broken, found.status) == (20, 17 - kept, status)
    assert causes(decision) == ({("patients", "patients_dropped")} if status == "failed" else set())
    if status == "failed":
        (cause,) = decision.causes
        assert cause.message == "3 of 20 patients of the delivery before are gone (15.0 %, limit 10 %)"


def test_patients_who_are_called_otherwise_are_gone_though_the_table_is_as_long(tmp_path: Path) -> None:
    tables = delivery()
    anew = {table: text and text.replace("P", "Q") for table, text in tables.items()}
    decision = after(tmp_path, tables, anew)
    assert ("patients", "patients_dropped") in causes(decision)
    assert result(decision, "patients", "table_shrunk").broken == 0


def test_a_shut_delivery_leaves_the_one_before_to_compare_the_next_with(tmp_path: Path) -> None:
    assert not after(tmp_path, delivery(), delivery(PEOPLE[:5])).is_open
    write_delivery_of(tmp_path / "landing", day="2025-01-01", **delivery(PEOPLE[:5]))
    decision = admit(tmp_path / "landing", tmp_path / "warehouse", with_events=False)
    assert result(decision, "patients", "patients_dropped").broken == 12
    with opened_read_only(WorkingFiles.of(tmp_path / "warehouse", "tiny").admitted) as con:
        assert con.execute("select delivery from quality.delivery").fetchall() == [(FIRST,)]


def test_a_required_table_that_is_missing_is_told_once(tmp_path: Path) -> None:
    decision = after(tmp_path, delivery(), {**delivery(), "patients": None})
    assert ("patients", "table_missing") in causes(decision)
    assert result(decision, "patients", "patients_dropped").status == "not_applicable"
    assert result(decision, "patients", "table_shrunk").status == "not_applicable"


# table_shrunk


def her2_of(count: int) -> dict[str, str]:
    rows = (f"A,2023-11-{day + 1:02d},metastasis,0\n" for day in range(count))
    return {"her2_tests": TINY["her2_tests"].split("\n", 1)[0] + "\n" + "".join(rows)}


@pytest.mark.parametrize(
    ("count", "toml", "status"),
    [
        (16, "", "passed"),
        (15, "", "failed"),
        (15, "[limits]\ntable_shrunk = 0.25\n", "passed"),
        (28, "", "passed"),
    ],
)
def test_a_table_under_four_fifths_of_its_rows_before_shuts(
    tmp_path: Path, count: int, toml: str, status: str
) -> None:
    decision = after(tmp_path, her2_of(20), her2_of(count), toml)
    found = result(decision, "her2_tests", "table_shrunk")
    assert (found.judged, found.broken, found.status) == (20, max(0, 20 - count), status)
    assert causes(decision) == ({("her2_tests", "table_shrunk")} if status == "failed" else set())
    if status == "failed":
        (cause,) = decision.causes
        assert (
            cause.message == "5 of 20 rows of her2_tests in the delivery before are gone (25.0 %, limit 20 %)"
        )


@pytest.mark.parametrize(
    ("texts", "toml", "cause"),
    [
        ({"lab_results": "another\n1\n"}, "", ("lab_results", "column_missing")),
        ({"lab_results": ""}, "", ("lab_results", "file_unreadable")),
        ({}, "nonsense = 1\n", ("delivery", "configuration_invalid")),
    ],
)
def test_an_optional_table_that_could_not_be_read_is_told_once(
    tmp_path: Path, texts: dict[str, str], toml: str, cause: tuple[str, str]
) -> None:
    assert causes(after(tmp_path, {}, texts, toml)) == {cause}


def test_an_optional_table_that_is_left_out_shuts_where_it_was_there_before(tmp_path: Path) -> None:
    decision = after(tmp_path, {}, {"lab_results": None})
    assert causes(decision) == {("lab_results", "table_shrunk")}


@pytest.mark.parametrize(
    ("lost", "without_ct", "toml", "status"),
    [
        (PEOPLE[:1], (), "", "passed"),  # 1 of 19: the tiny C has no lesion before
        (PEOPLE[:2], (), "", "failed"),  # 2 of 19
        (PEOPLE[:2], PEOPLE[:1], "", "passed"),  # one of the two has no CT any more
        (PEOPLE[:2], (), "[limits]\ntable_shrunk = 1\n", "passed"),
    ],
)
def test_patients_with_cts_who_have_lost_every_lesion_shut(
    tmp_path: Path, lost: tuple[str, ...], without_ct: tuple[str, ...], toml: str, status: str
) -> None:
    now = delivery(without_lesion=lost, without_ct=without_ct)
    decision = after(tmp_path, delivery(), now, toml)
    assert result(decision, "bone_lesions", "table_shrunk").status == status
    assert causes(decision) == ({("bone_lesions", "table_shrunk")} if status == "failed" else set())
    if status == "failed":
        (cause,) = decision.causes
        assert cause.message == (
            "2 of 19 patients with CTs have lost every row of bone_lesions (10.5 %, limit 10 %)"
        )


ROW_OF = {
    "therapy_lines": "1,made up,2024-01-01,,21",
    "lab_results": "ALP_TOTAL,2024-02-12,80,U/L,104",
    "her2_tests": "2023-11-01,primary,0",
}
"""A row of each table but for its patient."""


def with_one_row_each(table: str, names: Sequence[str], people: Sequence[str]) -> dict[str, str]:
    """Write a table with one row of each of these patients, and the patients."""
    rows = [f"{one},{ROW_OF[table]}" for one in names]
    return {
        "patients": TINY["patients"] + "".join(f"{one},female,2024-11-02\n" for one in people),
        table: "\n".join([TINY[table].splitlines()[0], *rows, ""]),
    }


@pytest.mark.parametrize(
    ("table", "had", "lost", "toml", "status"),
    [
        ("therapy_lines", 20, 2, "", "passed"),
        ("therapy_lines", 20, 3, "", "failed"),
        ("lab_results", 20, 3, "", "failed"),
        ("lab_results", 20, 3, "[limits]\ntable_shrunk = 1\n", "passed"),
        ("her2_tests", 20, 3, "", "failed"),
        # Of fewer patients than that one may have lost all by a correction.
        ("her2_tests", 19, 3, "", "passed"),
    ],
)
def test_patients_who_have_lost_every_row_of_another_table_shut(
    tmp_path: Path, table: str, had: int, lost: int, toml: str, status: str
) -> None:
    people = [f"Q{number}" for number in range(had + lost - 1)]
    # The tiny A has CTs on treatment, and as many rows as are lost come in.
    names = ["A", *people]
    before, now = names[:had], names[:1] + names[1 + lost :]
    decision = after(
        tmp_path, with_one_row_each(table, before, people), with_one_row_each(table, now, people), toml
    )
    assert result(decision, table, "table_shrunk").status == status
    assert causes(decision) == ({(table, "table_shrunk")} if status == "failed" else set())
    if status == "failed":
        (cause,) = decision.causes
        assert cause.message == (
            f"3 of 20 patients who had any have lost every row of {table} (15.0 %, limit 10 %)"
        )


# delivery_repeats


def reversed_rows(tables: Texts) -> dict[str, str]:
    told = {}
    for table, text in tables.items():
        header, *rows = text.splitlines()
        told[table] = "\n".join([header, *reversed(rows)]) + "\n"
    return told


def test_a_delivery_with_the_rows_of_the_one_before_in_any_order_is_told(tmp_path: Path) -> None:
    decision = after(tmp_path, TINY, reversed_rows(TINY))
    assert decision.is_open
    words = f"the admitted rows of all tables are those of {FIRST}"
    assert warnings(decision) == {"delivery_repeats": words}


def test_a_code_of_no_list_beside_them_hides_no_repeated_rows(tmp_path: Path) -> None:
    beside = {**TINY, "bone_lesions": f"{TINY['bone_lesions']}C1,L9,moon,osteoblastic,new,none,false\n"}
    begin_with(tmp_path, beside, FIRST, toml="[limits]\nbone_lesions = 0.9\n")
    write_delivery_of(tmp_path / "landing", day=SECOND)
    decision = admit(tmp_path / "landing", tmp_path / "warehouse", with_events=False)
    assert "delivery_repeats" in warnings(decision)


def test_a_limit_of_one_lets_a_delivery_repeat(tmp_path: Path) -> None:
    assert warnings(after(tmp_path, TINY, TINY, "[limits]\ndelivery_repeats = 1\n")) == {}


@pytest.mark.parametrize("table", sorted(TINY))
def test_a_delivery_with_another_cell_in_one_table_repeats_nothing(tmp_path: Path, table: str) -> None:
    cells = {
        "patients": ("C,female,2024-12-01", "C,female,2024-12-02"),
        "therapy_lines": ("C,1,made up", "C,1,another"),
        "imaging_assessments": ("C1,C,2024-02-12,CT,true,SD", "C1,C,2024-02-12,CT,true,PR"),
        "bone_lesions": ("B1,L1,rib", "B1,L1,spine"),
        "lab_results": ("150,U/L", "151,U/L"),
        "her2_tests": ("primary,0", "primary,1+"),
    }
    decision = after(tmp_path, TINY, {**TINY, table: TINY[table].replace(*cells[table])})
    assert result(decision, "delivery", "delivery_repeats").status == "passed"
    assert warnings(decision) == {}


# which delivery is the one before


def test_a_delivery_that_is_judged_again_is_held_to_no_other(tmp_path: Path) -> None:
    write_delivery_of(tmp_path / "landing", **delivery())
    for _ in range(2):
        decision = admit(tmp_path / "landing", tmp_path / "warehouse", with_events=False)
    assert {result(decision, *rule).status for rule in RULES} == {"not_applicable"}


@pytest.mark.parametrize("toml", ["", "[about]\ntitle = 'another'\n"])
def test_what_was_found_when_a_delivery_was_admitted_is_told_when_it_is_judged_again(
    tmp_path: Path, toml: str
) -> None:
    first = after(tmp_path, delivery(dead=PEOPLE[:5]), delivery(dead=PEOPLE[:3]))
    (tmp_path / "landing" / "tiny" / "registry.toml").write_text(toml, encoding="utf-8")
    for _ in range(2):
        again = admit(tmp_path / "landing", tmp_path / "warehouse", with_events=False)
        assert again.warnings == first.warnings != ()
        assert result(again, "patients", "deaths_withdrawn") == result(first, "patients", "deaths_withdrawn")
    accepted = "[accept.deaths_withdrawn]\nuntil = 2025-01-31\nreason = 'known'\nby = 'K. Example'\n"
    (tmp_path / "landing" / "tiny" / "registry.toml").write_text(accepted, encoding="utf-8")
    for _ in range(2):
        waived = admit(tmp_path / "landing", tmp_path / "warehouse", with_events=False)
        assert result(waived, "patients", "deaths_withdrawn").status == "waived"
        assert warnings(waived) == {}


def test_it_is_told_again_of_pseudonyms_too_of_which_no_file_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BPP_PSEUDONYM_KEY", "k" * 40)
    landing, warehouse = tmp_path / "landing", tmp_path / "warehouse"
    for day, dead in ((FIRST, PEOPLE[:5]), (SECOND, PEOPLE[:3])):
        write_delivery_of(landing, day=day, **delivery(dead=dead))
        first = admit(landing, warehouse, with_events=False)
    (landing / "tiny" / "registry.toml").write_text("[about]\ntitle = 'another'\n", encoding="utf-8")
    again = admit(landing, warehouse, with_events=False)
    assert again.warnings == first.warnings != ()


def test_files_that_mend_a_delivery_are_not_told_what_broke_it(tmp_path: Path) -> None:
    after(tmp_path, delivery(dead=PEOPLE[:5]), delivery(dead=PEOPLE[:3]))
    mended = delivery(dead=PEOPLE[:5])["patients"]
    folder = tmp_path / "landing" / "tiny" / SECOND
    (folder / "patients.csv").write_text(str(mended), encoding="utf-8")
    decision = admit(tmp_path / "landing", tmp_path / "warehouse", with_events=False)
    assert result(decision, "patients", "deaths_withdrawn").status == "passed"


def test_files_put_in_the_place_of_a_delivery_s_are_held_to_them_and_repeat_nothing(tmp_path: Path) -> None:
    decision = after(tmp_path, delivery(), delivery(PEOPLE[:5]), days=(FIRST, FIRST))
    assert ("patients", "patients_dropped") in causes(decision)
    before = {**delivery(), "her2_tests": TINY["her2_tests"]}
    other = after(tmp_path / "other", before, delivery(), days=(FIRST, FIRST))
    assert result(other, "delivery", "delivery_repeats").status == "not_applicable"


def test_an_older_delivery_is_not_held_to_a_newer_that_was_taken_away(tmp_path: Path) -> None:
    landing = tmp_path / "landing"
    newer = write_delivery_of(landing, day=SECOND, **delivery())
    assert admit(landing, tmp_path / "warehouse", with_events=False).is_open
    newer.rename(tmp_path / "away")
    write_delivery_of(landing, day=FIRST, **delivery(PEOPLE[:3]))
    decision = admit(landing, tmp_path / "warehouse", with_events=False)
    assert decision.is_open
    assert result(decision, "patients", "patients_dropped").status == "not_applicable"


def test_a_broken_file_of_the_delivery_before_is_no_hindrance(tmp_path: Path) -> None:
    write_delivery_of(tmp_path / "landing", day=FIRST)
    admit(tmp_path / "landing", tmp_path / "warehouse", with_events=False)
    WorkingFiles.of(tmp_path / "warehouse", "tiny").admitted.write_text("no database", encoding="utf-8")
    write_delivery_of(tmp_path / "landing", day=SECOND)
    assert admit(tmp_path / "landing", tmp_path / "warehouse", with_events=False).is_open
