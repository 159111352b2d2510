"""An adapter offers records from which a last contact may follow; each is used where it is declared.

Not here: contacts that follow from our tables (`tests/gates/test_last_contact.py`).
"""

from __future__ import annotations

import datetime as dt
import shutil
from importlib.resources import files
from pathlib import Path

import pytest

from bpp_etl.adapters import AdapterError
from bpp_etl.adapters.description import adapter_in
from tests.gates.test_declared_rows import rows
from tests.gates.test_side_tables import DOMAINS
from tests.support.deliveries import write_texts
from tests.support.gating import Gated, gated

FLAGS = ["contact_before_last_record", "last_contact_derived"]
OFFER = 'steps = ["calendar_day", "modality", "finding", "response", "tumour", "exposure"]\n'
TOLD = "coalesce(participation_end.day, latest.day) as last_contact_date"
YIELDED = """participation_end.day as last_contact_date,
    (select max(ex.exstdtc) from ex where ex.usubjid = dm.usubjid) as last_dose"""
NOBODY_SEEN = "USUBJID,SEX,RFPENDTC\nS1,F,\nS2,F,\n"


@pytest.fixture
def offering(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An adapter like that of SDTM that offers the last dose where no contact is recorded."""
    folder = tmp_path / "adapters" / "offering"
    shutil.copytree(Path(str(files("bpp_etl.adapters").joinpath("sdtm"))), folder)
    for name, old, new in (
        ("adapter.toml", OFFER, f'{OFFER}[contacts]\nlast_dose = "The start of the last dose."\n'),
        ("patients.sql", TOLD, YIELDED),
    ):
        text = (folder / name).read_text(encoding="utf-8")
        assert old in text
        (folder / name).write_text(text.replace(old, new), encoding="utf-8")
    monkeypatch.setenv("BPP_ADAPTERS", str(folder.parent))
    return tmp_path / "landing"


def of(landing: Path, toml: str, **beside: str) -> Gated:
    texts = {**DOMAINS, "dm.csv": NOBODY_SEEN, **{f"{name}.csv": text for name, text in beside.items()}}
    return gated(write_texts(landing, texts, toml=f'format = "offering"\n{toml}[limits]\npatients = 1\n'))


def test_what_an_adapter_offers_fills_and_flags_patients_once_it_is_declared(offering: Path) -> None:
    one = of(offering, "[last_contact]\nfrom = 'last_dose'\n")
    found = rows(one, "patients", "last_contact_date", "flags")
    assert found == [(dt.date(2024, 1, 1), FLAGS)] * 2
    assert [told.rows for told in one.decision.declared] == [2]


def test_a_contact_that_is_recorded_is_not_touched(offering: Path) -> None:
    one = of(offering, "[last_contact]\nfrom = 'last_dose'\n", dm=DOMAINS["dm.csv"])
    assert rows(one, "patients", "last_contact_date", "flags") == [(dt.date(2024, 12, 1), [])] * 2


def test_the_latest_of_an_adapters_and_of_our_records_counts(offering: Path) -> None:
    one = of(offering, "[last_contact]\nfrom = ['last_dose', 'imaging_assessments']\n")
    assert rows(one, "patients", "last_contact_date") == [(dt.date(2024, 2, 12),)] * 2


def test_without_a_declaration_it_is_not_taken(offering: Path) -> None:
    assert set(map(tuple, of(offering, "").refused.values())) >= {("required_value_missing",)}


def test_a_contact_that_a_side_table_records_comes_before_it(offering: Path) -> None:
    one = of(
        offering,
        "[last_contact]\nfrom = 'last_dose'\n",
        patients="patient_id,last_contact_date\nS1,2024-11-30\n",
    )
    assert one.refused == {}
    assert rows(one, "patients", "last_contact_date", "flags") == [
        (dt.date(2024, 11, 30), []),
        (dt.date(2024, 1, 1), FLAGS),
    ]


def test_a_name_that_the_adapter_does_not_offer_is_named_with_those_it_does(offering: Path) -> None:
    told = of(offering, "[last_contact]\nfrom = 'last_visit'\n").message("configuration_invalid")
    assert "unknown record in [last_contact]: 'last_visit'; known: any_record, last_dose, " in told


@pytest.mark.parametrize("name", ["any_record", "patients", "Last"])
def test_a_name_that_is_taken_or_does_not_fit_is_refused(offering: Path, name: str) -> None:
    folder = offering.parent / "adapters" / "offering"
    text = (folder / "adapter.toml").read_text(encoding="utf-8")
    (folder / "adapter.toml").write_text(text.replace("last_dose =", f"{name} ="), encoding="utf-8")
    with pytest.raises(AdapterError, match="gives names that do not fit or are taken"):
        adapter_in(folder)
