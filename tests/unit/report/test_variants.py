"""The report of unusual releases: judged twice, a user's own definition.

Not here: an ordinary release (`test_report.py`), and plots (`test_plots.py`).
"""

from __future__ import annotations

from pathlib import Path

from bpp_etl.report import write_report
from bpp_etl.report.notes import Notes, with_codes
from tests.support.report_file import write_release
from tests.support.report_page import Node, named_cells, read_page
from tests.support.report_rows import delivery, flow, judgement, release_row


def drawn(folder: Path, tables: dict[str, list[dict[str, object]]], **release: object) -> Node:
    """Draw a release that holds no more than this."""
    held = {"meta.release": [release_row(**release)], **tables}
    target = folder / "report.html"
    write_report(write_release(folder / "bpp.duckdb", held), target)
    return read_page(target)


def test_a_release_with_nothing_in_it_is_drawn(tmp_path: Path) -> None:
    page = drawn(tmp_path, {})
    assert "The flow was not measured under this definition." in page.words
    assert "not measured" in page.by_id("times-medians").words


def test_a_report_of_made_up_patients_says_so_in_its_first_line(tmp_path: Path) -> None:
    held = {"quality.delivery": [delivery("north", is_synthetic=True)]}
    page = drawn(tmp_path, held, is_synthetic=True)
    (body,) = page.with_tag("body")
    assert body.words.strip().startswith("Constructed data: every patient in this report is made up")
    assert page.with_tag("title")[0].words.startswith("Constructed: ")


def test_a_report_of_some_made_up_registries_says_which(tmp_path: Path) -> None:
    rows = [
        delivery("north", is_synthetic=True),
        delivery("south", is_synthetic=False),
        delivery("west", is_synthetic=True, is_shut=True),
    ]
    (body,) = drawn(tmp_path, {"quality.delivery": rows}, is_synthetic=None).with_tag("body")
    assert body.words.strip().startswith("Constructed in part: the patients of north are made up")


def test_a_report_of_patients_says_nothing_of_constructed(tmp_path: Path) -> None:
    page = drawn(tmp_path, {"quality.delivery": [delivery("north", is_synthetic=False)]}, is_synthetic=False)
    (body,) = page.with_tag("body")
    assert "onstructed" not in body.words
    assert "No registry states that they are made up." in page.by_id("summary").words


def test_a_registry_is_shown_with_its_title_and_whom_to_ask(tmp_path: Path) -> None:
    row = delivery("north", title="Registry <of> the North", contact="north@example")
    page = drawn(tmp_path, {"quality.delivery": [row]})
    assert "north (Registry <of> the North), delivered on 1 March 2024" in page.by_id("summary").words
    assert "Whom to ask: north@example" in page.by_id("registry-north").words


def test_an_older_delivery_in_service_is_shown_beside_the_newest_that_was_shut(tmp_path: Path) -> None:
    old, new = (
        judgement("north"),
        judgement("north", name="2024-04-01", broken={("patients", "date_invalid"): 9}, is_shut=True),
    )
    tables = {name: old[name] + new[name] for name in old}
    tables["quality.delivery"] = [delivery("north"), delivery("north", name="2024-04-01", is_shut=True)]
    page = drawn(tmp_path, tables)
    assert "The newest delivery was shut; an older one is in service." in page.by_id("registry-north").words
    assert "admitted" in page.by_id("registry-north-1-title").words
    assert "shut" in page.by_id("registry-north-2-title").words
    assert "date_invalid" in page.by_id("registry-north-2-conformance").words


def test_a_delivery_judged_twice_under_one_name_keeps_its_two_judgements_apart(tmp_path: Path) -> None:
    first = judgement("north")
    second = judgement("north", broken={("patients", "date_invalid"): 9}, is_shut=True)
    # In whatever order the rows lie.
    tables = {name: second[name] + first[name] for name in first}
    tables["quality.delivery"] = [delivery("north"), delivery("north", is_shut=True)]
    page = drawn(tmp_path, tables)
    assert not [node for node in page.all() if node.attributes.get("id") == "registry-north-1-conformance"]
    (broken,) = [
        named.value
        for named in named_cells(page.by_id("registry-north-2-conformance"))
        if named.field == "broken"
    ]
    assert broken == 9


def test_a_definition_of_the_users_own_is_told_with_all_that_it_sets(tmp_path: Path) -> None:
    page = drawn(tmp_path, {}, protocols=["our_own:abc123"])
    methods = page.by_id("methods").words
    assert "our_own" in methods
    assert "abc123" in methods
    assert "Parameters of our_own" in methods
    assert "fallback_cycle_days" in page.by_id("methods-parameters").words


def test_each_definition_of_a_release_has_a_column_of_its_own(tmp_path: Path) -> None:
    rows = flow({"admitted": 90, "candidate": 50}) + [
        row | {"protocol": "lin2021"} for row in flow({"admitted": 90, "candidate": 20})
    ]
    page = drawn(tmp_path, {"metric.flow": rows}, protocols=["xu2025:another", "lin2021:another"])
    heads = [head.words for head in page.by_id("definitions-table").with_tag("th")]
    assert heads[1:3] == ["xu2025", "lin2021"]


def test_two_definitions_of_a_release_are_laid_against_each_other(tmp_path: Path) -> None:
    flows = flow({"admitted": 90}) + [row | {"protocol": "lin2021"} for row in flow({"admitted": 90})]
    both = [
        {
            "definition": "xu2025",
            "call": call,
            "other_definition": "lin2021",
            "other_call": other,
            "patients": 7 if call == other else None,
            "is_suppressed": call != other,
        }
        for call in ("pseudoprogression", "indeterminate")
        for other in ("pseudoprogression", "indeterminate")
    ]
    tables = {"metric.flow": flows, "metric.concordance": both}
    page = drawn(tmp_path, tables, protocols=["xu2025:another", "lin2021:another"])
    cells = [cell.words for cell in page.by_id("between-lin2021").with_tag("td")]
    assert cells.count("7") == cells.count("suppressed") == 2
    assert "lin2021" in page.by_id("verdicts-agreement").words
    assert "lin2021" in page.by_id("verdicts-medians").words


def test_a_note_is_listed_once_and_keeps_its_letter() -> None:
    notes = Notes("part")
    first = notes.marks(["guarantee_time", "suppressed"])
    again = notes.marks(["few_events", "guarantee_time"])
    assert [letter for letter, _ in first.links] == ["a"]
    assert [letter for letter, _ in again.links] == ["a", "b"]
    assert [note.code for note in notes.listed] == ["guarantee_time", "few_events"]


def test_a_note_sets_what_stands_between_backticks_as_code() -> None:
    assert with_codes("Half of `cadence_interval` late.").__html__() == (
        "Half of <code>cadence_<wbr>interval</code> late."
    )


def test_what_makes_a_candidate_is_said_in_the_words_of_the_definition(tmp_path: Path) -> None:
    lesions = {
        "xu2025": "20 had new osteoblastic bone lesions on first-line treatment",
        "kanaoka2023_obr": "20 had new osteoblastic or denser bone lesions on first-line treatment",
        "jung2022": "20 had new or larger bone lesions on a bone scan on first-line treatment",
    }
    for name, told in lesions.items():
        rows = [row | {"protocol": name} for row in flow({"admitted": 90, "candidate": 20})]
        names = dict.fromkeys((name, "xu2025"))
        (tmp_path / name).mkdir()
        page = drawn(tmp_path / name, {"metric.flow": rows}, protocols=[f"{one}:another" for one in names])
        assert told in page.by_id("summary").words
        if name == "jung2022":
            assert (
                "Candidates: new or larger lesions on a bone scan on treatment" in page.by_id("course").words
            )
            rules = page.by_id("methods-rules").words
            assert "The number of confirming bone scans needed came on line 1" in rules
            assert "Jung et al., Cancers 2022;14:254" in rules
    assert "candidate_findings (new_osteoblastic, not new_on_bone_scan, larger_on_bone_scan)" in page.words
