"""The public NAACCR XML files of imsweb/naaccr-xml, one delivery each: every Patient and Tumor has a meaning.

Not here: what single codes become (`tests/unit/adapters/test_naaccr.py`). Their values are random, drawn by
the format's maintainers: half of the ratios are above 50, and are refused.
"""

from __future__ import annotations

import gzip
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.real.exports import FORMATS, Taken, confirmed, planted, take
from tests.real.pipeline import refusals, rows_where_they_went

FOLDER = FORMATS / "naaccr"
pytestmark = pytest.mark.skipif(
    not FOLDER.exists(),
    reason="the public NAACCR files are not beside this checkout (../shared/data/formats)",
)

LIMITS = "[limits]\nher2_tests = 1\n"

# A patient with a tumor of the breast; patients and tumors; those of the breast; tests of HER2, and refused.
EXPORTS = {
    "na_v180-abstract-100.xml": ("00000032", (93, 100), (11, 11), (0, 0)),
    "na_v250-abstract-100.xml": ("00000037", (90, 100), (6, 6), (6, 3)),
    "na_v250-abstract-1000.xml.gz": ("00000695", (943, 1000), (168, 178), (155, 76)),
    "na_v250-incidence-100.xml": ("00000038", (93, 100), (22, 23), (20, 10)),
    "na_v250-incidence-1000.xml.gz": ("00000115", (944, 1000), (142, 142), (133, 72)),
}


@pytest.fixture(scope="module", params=sorted(EXPORTS))
def export(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Taken]:
    root = tmp_path_factory.mktemp("naaccr")
    patient = EXPORTS[request.param][0]
    taken = take(root, "naaccr", [FOLDER / request.param], patient=patient, day="2019-03-01", toml=LIMITS)
    return request.param, taken


def test_no_export_is_forgotten() -> None:
    assert {path.name for path in FOLDER.iterdir() if ".xml" in path.name} == set(EXPORTS)


def test_every_patient_and_tumor_has_a_meaning(export: tuple[str, Taken]) -> None:
    name, taken = export
    _, (patients, tumors), (with_breast, of_breast), _ = EXPORTS[name]
    assert (taken.rows_of("patient"), taken.rows_of("tumor")) == (patients, tumors)
    told = {
        (source, table): rows for (source, _, table), rows in taken.meanings.items() if source == "patient"
    }
    assert told == {("patient", "patients"): with_breast, ("patient", None): patients - with_breast}
    assert taken.meanings["tumor", "a tumor of another site", None] == tumors - of_breast


def test_the_gate_opens_and_every_row_is_admitted_or_refused(export: tuple[str, Taken]) -> None:
    name, taken = export
    _, _, (patients, _), (her2, refused) = EXPORTS[name]
    assert taken.decision.is_open
    went = rows_where_they_went(taken.decision)
    assert went["patients"] == (patients, patients, 0, 0)
    assert went.get("her2_tests", (0, 0, 0, 0)) == (her2, her2 - refused, refused, 0)
    out_of_range = {("her2_tests", f"{what}_out_of_range") for what in ("ratio", "copy_number")}
    assert set(refusals(taken.decision)) <= out_of_range


Items = dict[str, str]
ER, PR = "estrogenReceptorSummary", "progesteroneRecepSummary"


def items_of(element: ET.Element) -> Items:
    return {str(one.get("naaccrId")): (one.text or "").strip() for one in element if one.tag.endswith("Item")}


def with_breast(name: str) -> list[tuple[Items, list[Items]]]:
    """Read the patients with tumors of the breast, and these, by another way than the adapter's."""
    root = ET.fromstring(gzip.decompress((FOLDER / name).read_bytes()))
    told = [
        (items_of(one), [items_of(part) for part in one if part.tag.endswith("Tumor")])
        for one in root
        if one.tag.endswith("Patient")
    ]
    own = [
        (person, [one for one in tumors if one["primarySite"].startswith("C50")]) for person, tumors in told
    ]
    return [(person, tumors) for person, tumors in own if tumors]


def day_of(text: str) -> str:
    return f"{text[:4]}-{text[4:6]}-{text[6:]}"


def test_planted_events_are_found_and_every_cell_is_that_of_its_item(tmp_path: Path) -> None:
    name = "na_v250-incidence-1000.xml.gz"
    starts = {"00000117": "2021-01-10", "00000453": "2021-02-10"}
    one = planted(tmp_path, "naaccr", {name: FOLDER / name}, starts, toml=LIMITS)
    assert one.events == confirmed(starts)
    statuses = {"0": "negative", "1": "positive"}
    people = with_breast(name)
    assert {len(tumors) for _, tumors in people} == {1}
    assert one.rows(
        "core.patients",
        *("patient_id", "sex", "birth_date", "last_contact_date", "death_date", "er_status", "pr_status"),
    ) == sorted(
        (
            person["patientIdNumber"],
            {"1": "male", "2": "female"}.get(person["sex"], "unknown"),
            day_of(person["dateOfBirth"]),
            day_of(person["dateOfLastContact"]),
            day_of(person["dateOfLastContact"]) if person["vitalStatus"] == "0" else None,
            statuses.get(tumors[0].get(ER, "")),
            statuses.get(tumors[0].get(PR, "")),
        )
        for person, tumors in people
    )
    scores = {"0": "0", "1": "1+", "2": "2+", "3": "3+"}
    results = {"0": "negative", "2": "equivocal", "3": "positive"}
    told = {
        (
            person["patientIdNumber"],
            day_of(tumors[0]["dateOfDiagnosis"]),
            scores.get(tumors[0].get("her2IhcSummary", "")),
            results.get(tumors[0].get("her2IshSummary", "")),
            tumors[0].get("her2IshDualProbeRatio"),
        )
        for person, tumors in people
    }
    found = one.rows(
        "core.her2_tests", "patient_id", "test_date", "ihc_score", "ish_result", "her2_cep17_ratio"
    )
    assert len(found) == 133 - 72
    assert {row for row in found if row[4] is not None} <= told
