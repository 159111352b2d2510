"""The report says what the release says, in words too; it loads nothing, and nothing in it is of a patient.

Not here: where its numbers come from (`test_traceable.py`) and how the page looks (`tests/browser`).
"""

from __future__ import annotations

import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from bpp_etl.report import write_report
from bpp_etl.report.sections.reasons import reasons_for_none
from bpp_etl.report.tables import read_release
from schemas.metric_codes import WARNINGS
from tests.support.report_file import (
    ALP_VALUE,
    ASSESSMENT_ID,
    HOSTILE,
    LESION_ID,
    PATIENT_IDS,
    empty_release,
)
from tests.support.report_page import Node, named_cells, read_page

DOI = "https://doi.org/"


def test_every_leading_number_shows_its_estimate(page: Node) -> None:
    (article, *_) = page.with_tag("article")
    assert "70.7\u202f%" in article.words
    assert "95\u202f% interval 55.5 to 82.4\u202f%" in article.words
    assert "29 of 41 decided candidates; of all 52 it is 50.0\u202f% to 80.0\u202f%" in article.words
    assert "were every undecided one none, or one" in article.words


def test_a_number_that_disclosure_control_emptied_reads_suppressed_and_has_no_value(page: Node) -> None:
    (share,) = [
        named
        for named in named_cells(page.by_id("strata-table"))
        if dict(named.keys)
        == {"protocol": "xu2025", "metric": "pseudoprogression_share", "stratum": "registry=north"}
        and named.field == "estimate"
    ]
    assert (share.words, share.value) == ("suppressed", None)


def test_the_head_says_that_the_report_stays_in_the_house_before_any_number(page: Node) -> None:
    head = page.by_id("summary").words
    assert "This report stays in the house." in head
    assert head.index("stays in the house") < head.index("admitted patients")


def test_a_limit_that_is_not_reached_reads_so(page: Node) -> None:
    assert "305 to not reached" in page.by_id("times-medians").words


def test_a_median_that_is_not_reached_reads_so(page: Node) -> None:
    assert "not reached yet" in page.by_id("times-medians").words


def test_a_median_between_two_scans_reads_as_its_interval_and_says_how_long_patients_were_followed(
    page: Node,
) -> None:
    words = page.by_id("times-medians").words
    assert "after 42, up to 84\u202fdays" in words
    assert "512\u202fdays" in words


def test_the_incidence_leads_with_the_imputed_one_and_its_bounds_and_ends_with_the_decided_only(
    page: Node,
) -> None:
    words = page.by_id("times-incidence").words
    places = [words.index(told) for told in ("14.3\u202f%", "10.2\u202f% to 16.1\u202f%", "10.6\u202f%")]
    assert places == sorted(places)
    assert "beyond follow-up" in words
    assert "10.2\u202f% to 16.1\u202f%" in page.by_id("strata-table").words


def test_two_limits_never_read_alike(page: Node) -> None:
    assert "0.000 to 0.003" in page.by_id("verdicts-agreement").words


def test_every_table_of_p_values_says_that_they_are_not_adjusted(page: Node) -> None:
    told = {}
    for table in page.with_tag("table"):
        heads = [head.words.strip() for head in table.with_tag("th")]
        if "p" in heads:
            caption = page.by_id(table.attributes["aria-labelledby"])
            told[table.attributes["id"]] = "not adjusted for their number" in caption.words
    assert len(told) >= 4
    assert all(told.values())


def test_bone_alp_has_a_table_of_its_own(page: Node) -> None:
    assert "\u22123.5\u202fµg/L" in page.by_id("alp-bone").words


def test_the_papers_interval_has_months_of_thirty_days(page: Node) -> None:
    assert "1.73\u202fmonths" in page.by_id("times-medians").words


def test_every_warning_of_a_shown_estimate_stands_in_words(page: Node) -> None:
    words = page.words.replace("\u202f%", " %")
    for code in (
        "indeterminate_left_out",
        "guarantee_time",
        "comparison_only",
        "lesions_clustered",
        "naive_comparison",
    ):
        assert WARNINGS[code] in words


def test_every_link_inside_the_page_leads_somewhere_and_every_id_is_given_once(page: Node) -> None:
    ids = [node.attributes["id"] for node in page.all() if "id" in node.attributes]
    targets = [
        node.attributes["href"] for node in page.with_tag("a") if node.attributes["href"].startswith("#")
    ]
    labels = [name for node in page.all() for name in node.attributes.get("aria-labelledby", "").split()]
    assert len(ids) == len(set(ids))
    assert {target[1:] for target in targets} | set(labels) <= set(ids)


def test_the_page_loads_nothing(page: Node, html: Path) -> None:
    text = html.read_text(encoding="utf-8")
    assert not page.with_tag("script", "link", "img", "iframe", "object", "embed", "source", "base", "form")
    assert not [
        node for node in page.all() if {"src", "srcset", "style", "background"} & set(node.attributes)
    ]
    for inside in ("@import", "url(", "@font-face", "http://"):
        assert inside not in text
    (policy,) = [
        node.attributes["content"]
        for node in page.with_tag("meta")
        if node.attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    assert policy.startswith("default-src 'none'")


def test_the_only_addresses_are_anchors_to_a_doi(page: Node, html: Path) -> None:
    links = [
        node.attributes["href"] for node in page.with_tag("a") if not node.attributes["href"].startswith("#")
    ]
    assert links
    assert all(link.startswith(DOI) for link in links)
    assert html.read_text(encoding="utf-8").count("https:") == len(links)


def test_what_a_registry_wrote_is_shown_as_text(page: Node) -> None:
    assert HOSTILE in page.by_id("registry-north").words
    assert HOSTILE in page.by_id("registry-south").words
    assert not [node for node in page.all() if any(name.startswith("on") for name in node.attributes)]


def test_nothing_of_a_patient_is_on_the_page(html: Path) -> None:
    text = html.read_text(encoding="utf-8")
    for value in (*PATIENT_IDS, ASSESSMENT_ID, LESION_ID, str(ALP_VALUE)):
        assert value not in text


def test_every_picture_has_a_title_and_a_description_of_its_own(page: Node) -> None:
    pictures = page.with_tag("svg")
    assert len(pictures) >= 10
    for picture in pictures:
        (title, description) = picture.inside[:2]
        assert isinstance(title, Node)
        assert isinstance(description, Node)
        assert (title.tag, description.tag) == ("title", "desc")
        assert title.words
        assert len(description.words) > 20
        assert picture.attributes["aria-labelledby"].split() == [
            title.attributes["id"],
            description.attributes["id"],
        ]


def test_headings_leave_no_level_out(page: Node) -> None:
    levels = [int(node.tag[1]) for node in page.with_tag("h1", "h2", "h3", "h4", "h5", "h6")]
    main = levels[levels.index(1) :]
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(main))


def test_every_table_has_a_head_for_each_column_and_each_row(page: Node) -> None:
    for table in page.with_tag("table"):
        assert all(head.attributes.get("scope") in {"col", "row"} for head in table.with_tag("th"))
        assert table.attributes["aria-labelledby"]


def test_a_shut_gate_says_why_and_names_the_rule_and_how_to_mend_it(page: Node) -> None:
    south = page.by_id("registry-south").words
    assert "lab_results is refused" in south
    assert "refused_share_exceeded" in page.by_id("registry-south-1-plausibility").words
    assert "Raise the limit in [limits] only with a reason" in south
    assert "Its gate is shut and no earlier delivery was admitted" in page.by_id("course").words


def test_broken_rules_stand_under_their_category_with_judged_broken_and_limit(page: Node) -> None:
    table = page.by_id("registry-north-1-conformance")
    told = {dict(named.keys)["table"]: named.value for named in named_cells(table) if named.field == "broken"}
    assert told == {"patients": 12.0, "bone_lesions": 7.0}
    assert {named.field for named in named_cells(table)} == {"judged", "broken", "limit"}


def test_the_boxes_of_the_flow_add_up_from_the_delivered_rows_to_the_candidates(page: Node) -> None:
    (flow,) = page.by_id("course").with_tag("ol")
    boxes = [part for part in flow.inside if isinstance(part, Node)]
    steps = [[(dict(one.keys)["step"], one.value) for one in named_cells(box)] for box in boxes]
    told = [[step for step, _ in box] for box in steps[:3]]
    assert told[0] == ["delivered_row", "repeated_row", "refused"]
    assert told[1][0] == "admitted"
    assert told[2] == ["candidate"]
    for (whole, *leaving), (rest, *_) in pairwise(steps[:3]):
        assert whole[1] == rest[1] + sum(number or 0 for _, number in leaving)


def test_rows_of_each_table_add_up(page: Node) -> None:
    (head, *rows) = page.by_id("registry-north-1-counts").with_tag("tr")
    place = [node.words for node in head.with_tag("th")].index("Adds up") - 1
    assert {row.with_tag("td")[place].words for row in rows} == {"yes"}


def test_an_optional_table_that_was_not_delivered_says_what_it_leaves_empty(page: Node) -> None:
    north = page.by_id("registry-north").words
    assert "HER2 tests were not delivered: HER2 status is empty" in north
    assert "Laboratory results were not delivered" not in north


def test_columns_that_were_not_loaded_are_named_and_identifiers_apart(page: Node) -> None:
    facts = {
        node.with_tag("dt")[0].words: node.with_tag("dd")[0].words
        for node in page.by_id("registry-north").with_tag("div")
        if node.with_tag("dt")
    }
    assert facts["Identifiers"].startswith("patient_name in patients")
    assert "scanner in patients" in facts["Other columns"]
    assert "IU/L" in facts["Units of ALP"]


def test_the_methods_cite_the_definition_and_list_its_parameters(page: Node) -> None:
    methods = page.by_id("methods")
    assert "10.3389/fonc.2025.1643179" in methods.words
    assert "2 time points" in page.by_id("methods-parameters").words
    assert "pd_before_confirmation" in page.by_id("methods-rules").words


def test_without_events_the_page_says_so_and_why(tmp_path: Path) -> None:
    target = tmp_path / "report.html"
    write_report(empty_release(tmp_path / "bpp.duckdb", morphology="unknown", site="unknown"), target)
    page = read_page(target)
    assert "Of 60 admitted patients none had new osteoblastic bone lesions" in page.by_id("summary").words
    assert "No patient has a new lesion whose site and type are stated." in page.by_id("course").words
    assert "nobody to measure" in page.words
    assert not page.with_tag("svg")


@pytest.mark.parametrize(
    ("lesion", "reason"),
    [
        ({}, "No bone lesion of its patients is recorded as new."),
        ({"morphology": "unknown", "site": "spine"}, "whose type (morphology) is stated"),
        ({"morphology": "osteolytic", "site": "spine"}, "but no osteoblastic one"),
        ({"morphology": "osteoblastic", "site": "spine"}, "No patient has a first line of therapy."),
    ],
)
def test_what_a_registry_lacks_is_read_from_its_tables(
    tmp_path: Path, lesion: dict[str, str], reason: str
) -> None:
    (found,) = reasons_for_none(read_release(empty_release(tmp_path / "bpp.duckdb", **lesion)))
    assert found.registry == "north"
    assert reason in found.sentence


def test_the_same_release_gives_the_same_page(release: Path, html: Path) -> None:
    again = html.with_name("again.html")
    write_report(release, again)
    assert again.read_bytes() == html.read_bytes()


def test_importing_the_report_loads_no_template_and_no_template_engine() -> None:
    code = "import sys, bpp_etl.report; print(sorted({'jinja2', 'duckdb'} & set(sys.modules)))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
