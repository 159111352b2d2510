"""The main plots stand on their own as markdown: what the graph shows on each metric table.

Not here: that a browser draws them (`tests/browser`), and the graph (`tests/graph`).
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest

from bpp_etl.events.parameters import CANDIDATE_FINDINGS
from bpp_etl.report import pictures
from bpp_etl.report.pictures import pictures_of
from bpp_etl.report.tables import ReleaseTables, read_release
from tests.support.report_file import ALP_VALUE, PATIENT_IDS, empty_release

IMAGE = re.compile(r"!\[([^\]]+)\]\(data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)\)")


@pytest.fixture(scope="module")
def drawn(release: Path) -> Mapping[str, str]:
    return pictures_of(controlled(release))


def controlled(release: Path) -> ReleaseTables:
    """Read metrics that have been through disclosure control, as the graph draws them."""
    return replace(read_release(release), is_controlled=True)


def drawings(markdown: str) -> list[str]:
    return [b64decode(data).decode() for _, data in IMAGE.findall(markdown)]


def test_each_metric_table_with_a_plot_shows_it(drawn: Mapping[str, str]) -> None:
    assert {table: len(IMAGE.findall(text)) for table, text in drawn.items()} == {
        "survival_curve": 7,
        "estimate": 6,
        "course_group": 1,
        "alp_group": 2,
        "alp_change": 2,
        "alp_grade": 1,
        "lesion_site": 2,
        "cadence": 2,
        "flow": 0,
    }


def test_a_picture_says_in_words_what_it_shows(drawn: Mapping[str, str]) -> None:
    words = [alternative for text in drawn.values() for alternative, _ in IMAGE.findall(text)]
    assert all(len(one) > 20 for one in words)


def test_a_picture_holds_its_own_styles_and_size_and_asks_for_nothing(drawn: Mapping[str, str]) -> None:
    for drawing in (one for text in drawn.values() for one in drawings(text)):
        root = fromstring(drawing)
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        assert int(root.get("width", 0)) > int(root.get("height", 0)) * 0.4
        assert ".curve {" in drawing
        assert "var(--paper)" in drawing
        assert "http" not in drawing.replace("http://www.w3.org/2000/svg", "")


def test_the_flow_is_a_table_with_parts_set_in_and_small_counts_suppressed(drawn: Mapping[str, str]) -> None:
    lines = drawn["flow"].splitlines()
    assert lines[2] == "| Rows of patients in admitted deliveries | 113 |"
    assert "| \u2003\u2003Admitted patients | 98 |" in lines
    assert "| \u2003\u2003\u2003\u2003Pseudoprogression | 29 |" in lines
    assert "| \u2003\u2003\u2003\u2003\u2003Progressed later | suppressed |" in lines


def test_nothing_of_a_patient_is_in_a_picture(drawn: Mapping[str, str]) -> None:
    told = "".join(text + "".join(drawings(text)) for text in drawn.values())
    assert not [value for value in (*PATIENT_IDS, str(ALP_VALUE)) if value in told]


def test_pictures_are_small_and_a_large_one_is_left_to_the_report(
    drawn: Mapping[str, str], release: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sum(map(len, drawn.values())) < 300_000
    monkeypatch.setattr(pictures, "LARGEST", 1000)
    left = pictures_of(controlled(release))
    assert "The picture is in the report." in left["course_group"]
    assert not IMAGE.findall(left["course_group"])


def test_a_release_without_events_has_no_picture_but_its_flow(tmp_path: Path) -> None:
    assert set(pictures_of(controlled(empty_release(tmp_path / "bpp.duckdb")))) == {"flow"}


def test_the_steps_are_those_of_the_definition_that_was_applied(release: Path) -> None:
    made = controlled(release)
    told = made["meta.protocol_parameter"]
    findings = {
        **told.rows[0],
        "protocol": made.protocol,
        "parameter": CANDIDATE_FINDINGS,
        "value": "new_on_bone_scan",
    }
    scanned = replace(told, rows=(*told.rows, findings))
    flow = pictures_of(replace(made, tables={**made.tables, "meta.protocol_parameter": scanned}))["flow"]
    assert "new lesion on a bone scan" in flow
    assert "osteoblastic" not in flow
