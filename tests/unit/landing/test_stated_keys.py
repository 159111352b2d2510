"""Which keys of registry.toml state something else than before; never what.

Not here: where that is told (`tests/unit/difference/test_causes.py`, `tests/gates/test_stated_cadence.py`).
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from bpp_etl.landing.page import example
from bpp_etl.landing.registry_config import RegistryConfig, checked
from bpp_etl.landing.stated_keys import digests_of, restated
from tests.support.deliveries import write_delivery_of
from tests.support.gating import gated

LINES = '[therapy_lines]\nderive = "gap_and_new_agent"\n'


def keys(before: str, after: str) -> tuple[str, ...]:
    one, other = (digests_of(checked(tomllib.loads(told)), "the same") for told in (before, after))
    found = restated(one, other)
    assert not found.has_other_files
    return found.keys


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("", "# a comment\n", ()),
        ("", 'delimiter = ";"', ("[read] delimiter",)),
        ("[read]\ndecimal = ','", "[read]\ndecimal = '.'", ("[read] decimal",)),
        ("", "[read.patients]\ndecimal = ','", ("[read.patients]",)),
        ("", 'null_words = ["-99"]', ("null_words",)),
        ("", '[about]\ntitle = "North"', ("[about]",)),
        ('[rename.patients]\na = "sex"', '[rename.patients]\nb = "sex"', ("[rename.patients]",)),
        ('[recode.patients.sex]\na = "male"', "", ("[recode.patients.sex]",)),
        ('[recode.patients.patient_id]\na = "b"', "", ()),
        (
            "[constants.patients]\nsex = 'male'",
            "[constants.patients]\nsex = 'female'",
            ("[constants.patients]",),
        ),
        (
            "[limits]\ncadence = 1",
            "[limits]\ncadence = 0.5\npatients = 1",
            ("[limits] cadence", "[limits] patients"),
        ),
        ("[cadence]\ninterval_days = [56]", "", ("[cadence]",)),
        ("", "[lesions]\nids = 'stable'", ("[lesions]",)),
    ],
)
def test_the_keys_that_state_something_else_are_named(
    before: str, after: str, expected: tuple[str, ...]
) -> None:
    assert keys(before, after) == expected


def test_every_section_has_a_key() -> None:
    told = tomllib.loads(example())
    found = digests_of(checked(told), "files")
    named = {key.strip("[]").split(".")[0].split("]")[0] for key in found} - {"files"}
    assert named == set(told)


def test_other_files_are_told_apart() -> None:
    one, other = (digests_of(RegistryConfig(), files) for files in ("a", "b"))
    assert restated(one, other).has_other_files
    assert restated(one, other).keys == ()


def test_what_is_taken_over_from_lines_is_stated_once(tmp_path: Path) -> None:
    drugs = "patient_id,line_number,drug,start_date\nA,1,x,2024-01-01\n"
    stated = f'{LINES}[rename.therapy_lines]\ndrug = "regimen"\n[recode.therapy_lines.regimen]\nx = "y"\n'
    folder = write_delivery_of(tmp_path, therapy_lines=drugs)
    (folder.parent / "registry.toml").write_text(stated, encoding="utf-8")
    followed = gated(folder).read.config
    assert "drug_exposures" in followed.recode
    assert digests_of(followed, "") == digests_of(checked(tomllib.loads(stated)), "")
