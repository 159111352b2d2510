"""The page of each shipped adapter says what its folder says."""

from __future__ import annotations

from pathlib import Path

import pytest

from bpp_etl.adapters import CANONICAL, adapter_names, find_adapter, load_adapter
from bpp_etl.adapters.page import grain_of, render_page
from bpp_etl.settings import PROJECT
from tests.support.add_adapter import NAME, write_page

SHIPPED = [name for name in adapter_names() if name != CANONICAL]


@pytest.mark.parametrize("name", SHIPPED)
def test_the_page_is_current(name: str) -> None:
    page = load_adapter(name).page
    assert page == f"docs/formats/{name}.md"
    assert (PROJECT / page).read_text(encoding="utf-8") == render_page(find_adapter(name)), (
        "write it by `python -m bpp_etl.adapters.page`"
    )


def test_every_page_of_a_format_is_that_of_an_adapter() -> None:
    assert {page.stem for page in (PROJECT / "docs" / "formats").iterdir()} == set(SHIPPED)


def test_a_page_tells_what_is_read_what_comes_out_and_what_does_not(tmp_path: Path) -> None:
    told = render_page(write_page(tmp_path) / NAME)
    assert told.startswith("# Export of a made-up clinic\n")
    assert 'format = "clinic"' in told
    assert "| `people` | gate shut | person, sex, last_seen, drug, drug_from | born |" in told
    assert "| `therapy_lines` | people | One row per person with a drug: it is line 1. |" in told
    assert "| `finding` | One row per finding, with the id of the scan that shows it. |" in told
    assert "Not in this format: `lab_results`, `her2_tests`." in told
    assert "| `[clinic] machines.ct` | What the machines are called whose scans are CTs. |" in told
    assert 'example/registry.toml`, beside the deliveries:\n\n```toml\nformat = "clinic"\n' in told
    assert "`adapters/clinic/example/people.csv`:\n\n```csv\nperson,sex,born" in told
    assert "| `findings` | 1 | a scan without a finding in bone | `imaging_assessments` |" in told


def test_the_grain_is_the_first_sentence_of_the_opening_comment() -> None:
    assert (
        grain_of("-- One row per a\n-- and b. More.\n-- Another.\nselect 1 -- no.\n")
        == "One row per a and b."
    )
    assert grain_of("select 1") == ""
