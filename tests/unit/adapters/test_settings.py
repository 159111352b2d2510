"""What a registry states of its own format reaches the adapter's SQL, and what it cannot state is named."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from bpp_etl.adapters import Adapter, AdapterError, adapter_in
from bpp_etl.adapters.settings import setting_rows
from bpp_etl.landing.deliveries import delivery_of
from bpp_etl.landing.keys import ConfigurationError
from bpp_etl.landing.registry_config import RegistryConfig, load_config, recalled
from bpp_etl.reading.inputs import input_digest
from tests.support.add_adapter import NAME, deliver_example, write_page
from tests.support.gating import gated

FORMAT = f'format = "{NAME}"\n'
Told = Callable[[str], RegistryConfig]


@pytest.fixture
def told(tmp_path: Path) -> Told:
    def read(text: str) -> RegistryConfig:
        path = tmp_path / "registry.toml"
        path.write_text(FORMAT + text, encoding="utf-8")
        return load_config(path)

    return read


@pytest.fixture
def clinic(tmp_path: Path) -> Adapter:
    """The adapter of the page, with settings of every kind."""
    settings = {"complete": "A list.", "concepts.ct": "A list below a table.", "map.*": "Tables of any name."}
    return replace(adapter_in(write_page(tmp_path) / NAME), settings=settings)


def test_lists_single_values_and_tables_become_rows_of_path_name_and_value(
    told: Told, clinic: Adapter
) -> None:
    config = told(
        """
        [clinic]
        complete = 2
        concepts.ct = [4300757, " CT ", true, 4300757]
        [clinic.map.lab_results]
        "ALP Value" = "value"
        unit = ["unit", "other"]
        """
    )
    assert setting_rows(clinic, config.own) == [
        ("complete", "", "2"),
        ("concepts.ct", "", "4300757"),
        ("concepts.ct", "", "CT"),
        ("concepts.ct", "", "true"),
        ("map.lab_results", "ALP Value", "value"),
        ("map.lab_results", "unit", "unit"),
        ("map.lab_results", "unit", "other"),
    ]
    assert recalled(json.loads(json.dumps(asdict(config)))) == config


def test_an_empty_list_states_nothing_and_its_key_is_still_looked_at(told: Told, clinic: Adapter) -> None:
    assert setting_rows(clinic, told("[clinic.concepts]\nct = []").own) == []
    assert setting_rows(clinic, told("[clinic]").own) == []
    with pytest.raises(ConfigurationError, match=r"unknown key 'concepts\.mri'"):
        setting_rows(clinic, told("[clinic.concepts]\nmri = []").own)


@pytest.mark.parametrize("key", ["colour", "concepts.ct.a.b", "map.a.b.c", "concepts", "map"])
def test_a_key_that_the_adapter_does_not_have_is_named_and_those_it_has_are_listed(
    told: Told, clinic: Adapter, key: str
) -> None:
    with pytest.raises(ConfigurationError) as error:
        setting_rows(clinic, told(f"[clinic]\n{key} = 1").own)
    assert error.value.message == f"registry.toml: unknown key '{key}' in [clinic]"
    assert error.value.hint == "known: complete, concepts.ct, map.*"


@pytest.mark.parametrize("value", ["1.5", "2024-01-01", "[[1]]", "[1.5]", "[{ a = 1 }]", "nan"])
def test_a_value_of_another_kind_is_named_by_its_key(told: Told, value: str) -> None:
    with pytest.raises(ConfigurationError, match=r"concepts\.ct in \[clinic\] must be text, whole numbers"):
        told(f"[clinic.concepts]\nct = {value}")


def test_the_section_of_another_format_is_an_unknown_key(told: Told) -> None:
    with pytest.raises(ConfigurationError) as error:
        told("[sdtm]\nct = 1")
    assert error.value.message == "registry.toml: unknown key 'sdtm'"
    assert error.value.hint is not None
    assert error.value.hint.endswith(f", {NAME}")
    with pytest.raises(ConfigurationError, match=r"\[clinic\] must be a table"):
        told("clinic = 1")


def test_the_canonical_format_has_no_section(tmp_path: Path) -> None:
    (tmp_path / "registry.toml").write_text("[canonical]\nct = 1", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="unknown key 'canonical'"):
        load_config(tmp_path / "registry.toml")


def test_what_is_stated_decides_what_the_rows_mean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BPP_ADAPTERS", str(write_page(tmp_path)))
    delivery = deliver_example(tmp_path / "landing")
    assert gated(delivery).refused == {}
    told = delivery_of(delivery)
    assert told is not None
    before = input_digest(told)
    (delivery.parent / "registry.toml").write_text(FORMAT, encoding="utf-8")
    assert input_digest(told) != before
    assert {table for table, _ in gated(delivery).refused} == {"imaging_assessments", "bone_lesions"}


def test_what_cannot_be_stated_shuts_the_gate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BPP_ADAPTERS", str(write_page(tmp_path)))
    delivery = deliver_example(tmp_path / "landing")
    (delivery.parent / "registry.toml").write_text(f"{FORMAT}[clinic]\nct = []\n", encoding="utf-8")
    one = gated(delivery)
    (problem,) = one.read.problems
    assert problem.rule == "configuration_invalid"
    assert problem.message == "registry.toml: unknown key 'ct' in [clinic]; known: machines.ct"


@pytest.mark.parametrize(
    ("settings", "fault"),
    [
        ('settings = ["a"]', "[settings] must be a table"),
        ('settings = { A = "x" }', "paths that do not fit: A"),
        ('settings = { "a.*.b" = "x" }', "paths that do not fit: a.*.b"),
        ('settings = { "a." = "x" }', "paths that do not fit: a."),
        ("settings = { a = 1 }", "a must be text"),
        ('settings = { a = " " }', "a must be text, and not empty"),
    ],
)
def test_a_description_states_paths_and_sentences(tmp_path: Path, settings: str, fault: str) -> None:
    folder = write_page(tmp_path) / NAME
    text = (folder / "adapter.toml").read_text(encoding="utf-8")
    stated = '[settings]\n"machines.ct" = "What the machines are called whose scans are CTs."\n'
    assert stated in text
    text = text.replace(stated, "").replace("steps = [", f"{settings}\nsteps = [")
    (folder / "adapter.toml").write_text(text, encoding="utf-8")
    with pytest.raises(AdapterError) as error:
        adapter_in(folder)
    assert fault in error.value.message


def test_a_format_that_is_called_like_a_key_has_no_settings(tmp_path: Path) -> None:
    folder = write_page(tmp_path) / NAME
    with pytest.raises(AdapterError, match=r"limits is a key of registry\.toml already"):
        adapter_in(folder.rename(folder.parent / "limits"))


def test_no_source_is_called_setting(tmp_path: Path) -> None:
    folder = write_page(tmp_path) / NAME
    text = (folder / "adapter.toml").read_text(encoding="utf-8")
    text = text.replace("sources.people", "sources.setting").replace('"people"', '"setting"')
    (folder / "adapter.toml").write_text(text, encoding="utf-8")
    with pytest.raises(AdapterError, match="gives names that do not fit or are taken: setting"):
        adapter_in(folder)
