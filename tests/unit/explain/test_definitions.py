"""`bpp explain` under other definitions: what they take for a candidate, progression and confirmation.

Not here: the definitions themselves (`tests/spec`).
"""

from pathlib import Path

import pytest

from bpp_etl.events import load_protocol
from bpp_etl.explain.change import ADVICE
from bpp_etl.explain.facts import Evidence
from bpp_etl.explain.labels import Labels
from bpp_etl.explain.run import evidence_of
from tests.conftest import MadeOnce
from tests.support.releases import MadeRelease, publish_made
from tests.unit.explain.explained import text_of

SCANS = "day -10 bone scan\n day 60 bone scan: new unknown spine #A\n"
COURSES = {
    "late": "day -10 CT\n day 240 CT: new osteoblastic",
    "denser": "day -10 CT\n day 42 CT: less lysis spine",
    "first was clean": "day -10 CT\n day 42 CT\n day 84 CT: new osteoblastic",
    "scanned": SCANS + "day 100 bone scan: stable unknown spine #A",
    "worse": SCANS + "day 120 bone scan: larger unknown spine #A",
    "better": SCANS + "day 120 bone scan: smaller unknown spine #A",
    "progressed first": "day -10 CT\n day 42 CT: PD\n day 84 CT: new osteoblastic",
    "scanned late": "day 60 bone scan: new unknown",
    "no scan": "day -10 CT\n day 42 CT",
}


@pytest.fixture(scope="session")
def defined(made_once: MadeOnce) -> Path:
    folder, _ = made_once("definitions explained", _publish)
    return folder


def _publish(folder: Path) -> None:
    publish_made(folder, MadeRelease({"east": COURSES}))


def explained(folder: Path, name: str, protocol: str) -> Evidence:
    return evidence_of(folder, "east", name, load_protocol(protocol))


@pytest.mark.parametrize(
    ("name", "protocol", "rule", "advice"),
    [
        (
            "late",
            "coleman1988",
            "pd_at_detection",
            "Seen by day 183, it would be a flare.",
        ),
        (
            "denser",
            "kanaoka2023_obr",
            "confirmed",
            "at a time point on day 42 would make it true progression.",
        ),
        (
            "first was clean",
            "kanaoka2023_obr",
            "no_new_osteoblastic_lesion",
            "A new osteoblastic or denser lesion on the first evaluable CT with bone window on line 1, that"
            " of day 42.",
        ),
        (
            "scanned",
            "jung2022",
            "awaiting_ct",
            "One more bone scan that is better, at least 8 days after day 60 (on day 68 or later), confirms"
            " it.",
        ),
        (
            "worse",
            "jung2022",
            "pd_before_confirmation",
            "One more bone scan that is better, at least 8 days after day 60 (from day 68 to day 112), would"
            " have confirmed it before the progression.",
        ),
        (
            "scanned late",
            "jung2022",
            "no_baseline_ct",
            "An evaluable bone scan from day -42 to day 0 would let the later bone scans decide.",
        ),
        ("no scan", "jung2022", "no_on_treatment_ct", "An evaluable bone scan on day 1 or later."),
        (
            "progressed first",
            "coleman1988",
            "progression_first",
            "the new osteoblastic lesion or new lesion on a bone scan of day 84 would be a candidate.",
        ),
    ],
)
def test_the_advice_is_that_of_the_definition(
    defined: Path, name: str, protocol: str, rule: str, advice: str
) -> None:
    evidence = explained(defined, name, protocol)
    assert evidence.rule.id == rule
    assert advice in ADVICE[rule](evidence, Labels(evidence, is_shifted=True))


@pytest.mark.parametrize(
    ("name", "protocol", "line"),
    [
        ("late", "coleman1988", "CT, eligible: new osteoblastic spine; PD: too late for a flare"),
        ("denser", "kanaoka2023_obr", "CT, eligible: less lysis in osteolytic spine;"),
        ("denser", "kanaoka2023_obr", "candidate 2020-02-12, 1 new or changed: spine"),
        ("worse", "jung2022", "bone scan, eligible: larger unknown spine; PD: worse again"),
        ("worse", "jung2022", "progression 2020-04-30, worse again"),
        ("better", "jung2022", "The number of confirming bone scans needed came on line 1 before any"),
        ("better", "jung2022", "source Jung et al., Cancers 2022;14:254, doi 10.3390/cancers14010254"),
        ("denser", "kanaoka2023_obr", "confirmed: Nothing has to confirm the candidate, and its time point"),
        ("no scan", "jung2022", "CT, progression only: response NON_CR_NON_PD"),
        ("scanned late", "jung2022", "No eligible bone scan lies in the baseline window, so newness cannot"),
        (
            "late",
            "coleman1988",
            "source Coleman et al., Bone scan flare predicts successful systemic therapy",
        ),
        ("better", "jung2022", "bone scan, eligible: smaller unknown spine"),
        ("better", "jung2022", "on line 1 ** confirms, 1 of 1 **"),
    ],
)
def test_what_scans_show_is_told_as_the_definition_reads_them(
    defined: Path, name: str, protocol: str, line: str
) -> None:
    assert line in " ".join(text_of(explained(defined, name, protocol)).split())
