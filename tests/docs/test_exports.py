"""The two exports of docs/exports.md are read as the page shows them: gates open, nothing refused.

Not here: what each key means (`tests/gates`).
"""

from __future__ import annotations

from pathlib import Path

import pytest

from bpp_etl.admission.admit import derive, gate
from bpp_etl.admission.intake import read
from bpp_etl.admission.working import WorkingFiles
from bpp_etl.events import load_protocol
from bpp_etl.gate.decision import GateDecision
from bpp_etl.landing.deliveries import survey
from bpp_etl.warehouse.connection import opened_read_only
from tests.support.walk import ROOT, blocks

PAGE = ROOT / "docs" / "exports.md"
REGISTRIES = ("huashan", "klinikum-nord")


@pytest.fixture(scope="module")
def landing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("exports")
    for block in blocks(PAGE):
        file = home / block.file
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(block.text, encoding="utf-8")
    return home / "landing"


def test_the_page_has_both_registries(landing: Path) -> None:
    assert sorted(survey(landing).newest) == list(REGISTRIES)


@pytest.mark.parametrize("registry", REGISTRIES)
def test_an_export_is_read_as_the_page_shows_it(registry: str, landing: Path, tmp_path: Path) -> None:
    delivery = survey(landing).newest[registry]
    files = WorkingFiles.of(tmp_path, registry)
    with files.locked():
        told = read(files, delivery)
        decision: GateDecision = gate(files, delivery)
        assert decision.is_open, decision.causes
        derive(files, registry, [load_protocol("xu2025")])
    assert told.extra_columns == ()
    assert {
        one.rule for one in decision.rules if one.is_breach and one.severity in {"refuse", "shut"}
    } == set()
    with opened_read_only(files.admitted) as con:
        events = con.execute(
            "select state, alp_baseline, alp_at_event from event.pseudoprogression order by patient_id"
        ).fetchall()
        flags = {
            flag
            for (found,) in con.execute("select flags from core.lab_results").fetchall()
            for flag in found
        }
    german = registry == "klinikum-nord"
    assert events == [("pseudoprogression", 142.5 if german else 142.0, 131.0)]
    assert ("upper_limit_declared" if german else "mark_dropped") in flags
