"""The constructed 23 go the whole way by `bpp demo --cohort paper`, and print as the seed study prints.

Not here: the statistics (`tests/unit/metrics`).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from assets.door import run_demo
from bpp_etl.demo import write_paper_landing
from bpp_etl.demo.paper import paper_patients, paper_tables
from bpp_etl.errors import UsageError
from bpp_etl.warehouse.connection import Connection, opened_read_only
from schemas.metric_codes import PAPER_FIGURE
from tests.support.report_page import Node, named_cells, read_page

PRINTED = {
    "patients": "23",
    "spine_share_of_lesions": "78.2 %",
    "spine_share_of_patients_cut_off": "78.2 %",
    "time_to_pseudoprogression": "1.73 (1.42-2.04)",
    "pseudoprogression_to_progression": "14.27 (12.18-16.35)",
    "her2_positive_to_progression": "15.83",
    "her2_negative_to_progression": "14.23",
    "her2_p_value": "0.79",
    "alp_change_at_event": "-20",
    "alp_change_at_progression": "33",
    "alp_p_value": "<0.001",
}
"""The figures of the study's abstract, written down once more so that neither copy can drift."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("paper")
    assert run_demo(folder, is_paper=True) == 0
    return folder


@pytest.fixture(scope="module")
def con(home: Path) -> Iterator[Connection]:
    with opened_read_only(home / "published" / "bpp.duckdb") as opened:
        yield opened


@pytest.fixture(scope="module")
def compared(con: Connection) -> dict[str, dict[str, Any]]:
    found = con.table("metric.paper_comparison").order("position").pl()
    return {row["figure"]: row for row in found.rows(named=True)}


def as_printed(row: dict[str, Any]) -> str:
    """Write this release's number the way the study prints its own."""
    unit, value = row["unit"], row["compatible_estimate"]
    if unit == "p" and value < 0.001:
        return "<0.001"
    places = {"patients": 0, "percent": 1, "months": 2, "U/L": 0, "p": 2}[unit]
    limits = ""
    if row["compatible_low"] is not None:
        limits = f" ({row['compatible_low']:.{places}f}-{row['compatible_high']:.{places}f})"
    return f"{value:.{places}f}{limits}" + (" %" if unit == "percent" else "")


@pytest.mark.parametrize("figure", PRINTED)
def test_each_figure_is_reproduced_to_its_printed_digits(
    compared: dict[str, dict[str, Any]], figure: str
) -> None:
    assert as_printed(compared[figure]) == PRINTED[figure]
    assert compared[figure]["published_text"] == PRINTED[figure]
    assert not compared[figure]["is_suppressed"]


def test_no_number_of_23_patients_rounds_to_the_share_and_the_nearest_is_shown_beside(
    compared: dict[str, dict[str, Any]],
) -> None:
    assert 78.2 not in [round(100 * patients / 23, 1) for patients in range(24)]
    assert as_printed(compared["spine_share_of_patients"]) == "78.3 %"
    assert (compared["spine_share_of_lesions"]["events"], compared["spine_share_of_patients"]["events"]) == (
        43,
        18,
    )


def test_the_numbers_of_the_study_are_those_that_it_prints() -> None:
    told = tomllib.loads((files("bpp_etl.measure") / "paper.toml").read_text(encoding="utf-8"))
    assert set(told["figure"]) == set(PAPER_FIGURE)
    for figure in told["figure"].values():
        said = figure.get("says", "")
        numbers = [float(number) for number in re.findall(r"(?:^-|(?<!\d)-)?\d+(?:\.\d+)?", said)]
        given = [figure[key] for key in ("published", "low", "high") if key in figure]
        assert numbers == given


def test_every_one_of_the_23_is_confirmed_and_no_row_is_refused(con: Connection) -> None:
    # iRECIST asks for a look within eight weeks, which is a matter of that rule set alone.
    states = con.execute(
        "select state, list_filter(flags, lambda flag: flag <> 'irecist_confirmed_late') as other, count(*)"
        " from event.pseudoprogression group by all"
    ).fetchall()
    assert states == [("pseudoprogression", [], 23)]
    refused = con.execute("select sum(refused), count(*) from quality.delivery").fetchall()
    assert refused == [(0, 1)]


def test_every_ct_is_on_time(con: Connection) -> None:
    classes = con.execute(
        "select cadence_class, count(*) > 200 from core.assessment_cadence where line_number = 1 group by all"
    ).fetchall()
    assert classes == [("on_time", True)]


def test_the_report_shows_the_study_beside_the_compatible_figures(home: Path) -> None:
    (path,) = home.glob("published/releases/*/report.html")
    part: Node = read_page(path).by_id("paper")
    words = part.words.replace("\u202f", " ").replace("\u2212", "-")
    for printed in PRINTED.values():
        assert printed.replace("-", " to ", 1).replace("<", "< ") in words or printed in words
    shown = {dict(named.keys)["figure"]: named for named in named_cells(part) if "compatible" in named.field}
    assert set(shown) == set(PAPER_FIGURE)
    assert "compatible" in part.words
    assert "synthetic-paper" in read_page(path).words
    (body,) = read_page(path).with_tag("body")
    assert body.words.strip().startswith("Constructed data:")


def test_the_landing_says_that_it_is_synthetic_and_is_the_same_each_time(tmp_path: Path) -> None:
    one, two = (write_paper_landing(tmp_path / name) for name in ("one", "two"))
    for path in one.iterdir():
        assert path.read_bytes() == (two / path.name).read_bytes()
    assert (one.parent / "registry.toml").read_text(encoding="utf-8").startswith("# SYNTHETIC DATA")
    assert all(str(name).startswith("SYN-") for name in paper_tables()["patients"]["patient_id"])
    assert len(paper_patients()) == 23


def test_the_two_demonstrations_do_not_share_a_folder(home: Path) -> None:
    with pytest.raises(UsageError, match="holds something else"):
        run_demo(home)
