"""The public NAACCR XML files of imsweb/naaccr-xml, one delivery each: every Patient and Tumor has a meaning.

Not here: what single codes become (`tests/unit/adapters/test_naaccr.py`). Their values are random, drawn by
the format's maintainers: half of the ratios are above 50, and are refused.
"""

from __future__ import annotations

import pytest

from tests.real.exports import FORMATS, Taken, take
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
