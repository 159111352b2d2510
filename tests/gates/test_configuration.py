"""registry.toml is followed to the letter, and what cannot be followed is named.

Not here: what following it does to rows (`test_formats.py`).
"""

from __future__ import annotations

import json
from dataclasses import asdict, fields, replace
from pathlib import Path

import pytest

from bpp_etl.adapters import adapter_names
from bpp_etl.landing.keys import ConfigurationError, Key
from bpp_etl.landing.read_settings import READ_KEYS, ReadSettings
from bpp_etl.landing.registry_config import MOST_BYTES, RegistryConfig, load_config, recalled
from bpp_etl.landing.registry_sections import About
from schemas.laws import DELIVERY
from tests.support.deliveries import write_delivery_of
from tests.support.gating import gated

BAD = {
    'colour = "red"': "unknown key 'colour'",
    "format = 1": "format must be text",
    'delimiter = ";;"': "delimiter must be one character",
    'delimiter = ""': "delimiter must be one character",
    "delimiter = '\"'": "delimiter must be one character",
    'delimiter = "\\n"': "delimiter must be one character",
    'delimiter = "\\u0000"': "delimiter must be one character",
    "delimiter = 1": "delimiter must be text",
    'encoding = "utf-9"': "encoding is not one that this software knows",
    'encoding = "undefined"': "encoding is not one that this software knows",
    'encoding = "base64"': "encoding is not one that this software knows",
    'encoding = "utf-8\\u0000"': "encoding is not one that this software knows",
    'decimal = ";"': 'decimal must be "." or ","',
    'date_format = "%d.%m"': "date_format must name year, month and day",
    'date_format = "%d%%m%Y"': "date_format must name year, month and day",
    'date_format = "day"': "date_format must name year, month and day",
    'date_format = "%d.%m.%Q"': "date_format holds %Q, which is no code",
    'date_format = "%d.%m.%Y%"': "date_format holds %, which is no code",
    'date_format = "%d.%m.%Y %Z"': "date_format holds %Z, which is no code",
    "read = 1": "[read] must be a table",
    "[read]\ncolour = 'red'": "unknown key in [read]: 'colour'",
    "decimal = ','\n[read]\ndecimal = ','": "decimal stands at the top and in [read]",
    "[read]\ntimezone = 'Berlin'": "timezone in [read] is not one that this software knows",
    "[read]\ntimezone = '../UTC'": "timezone in [read] is not one that this software knows",
    "[read]\ntimezone = 'Europe'": "timezone in [read] is not one that this software knows",
    "[read]\ncentury_pivot = 100": "century_pivot in [read] must be a whole number from 0 to 99",
    "[read]\ncentury_pivot = '24'": "century_pivot in [read] must be a whole number from 0 to 99",
    "[read]\nheader_row = 0": "header_row in [read] must be a whole number from 1 to 1000",
    "[read]\nheader_row = true": "header_row in [read] must be a whole number from 1 to 1000",
    "[read]\nsheet = 2": "sheet in [read] must be text",
    "[read]\nsheet = ' '": "sheet in [read] must name a sheet",
    "[read.pateints]\ndecimal = ','": "unknown table in [read]: 'pateints'",
    "[read.patients]\ncolour = 'red'": "unknown key in [read.patients]: 'colour'",
    "[read.patients]\ndecimal = ';'": 'decimal in [read.patients] must be "." or ","',
    "about = 1": "[about] must be a table",
    "[about]\nname = 'North'": "unknown key in [about]: 'name'",
    "[about]\ntitle = 1": "title must be text",
    "[about]\nsynthetic = 'yes'": "synthetic in [about] must be true or false",
    "[rename.pateints]\na = 'sex'": "unknown table in [rename]: 'pateints'",
    "[rename.patients]\na = 'gender'": "unknown column in [rename.patients]: 'gender'",
    "[rename.patients]\na = 'sex'\nb = 'sex'": "two columns of [rename.patients] have one name",
    "rename = 'x'": "[rename] must be a table",
    "[recode.pateints.sex]\nF = 'female'": "unknown table in [recode]: 'pateints'",
    "[recode.patients.gender]\nF = 'female'": "unknown column in [recode.patients]: 'gender'",
    "[recode.patients]\nsex = 'female'": "[recode.patients.sex] must be a table",
    "[recode.patients.sex]\nF = ['female']": "a value in [recode.patients.sex] must be text",
    "[recode.patients.sex]\n'F ' = 'female'\n' F' = 'male'": "are the same but for blanks",
    "[constants.labs]\nunit = 'U/L'": "unknown table in [constants]: 'labs'",
    "[constants.lab_results]\nunits = 'U/L'": "unknown column in [constants.lab_results]: 'units'",
    "[constants.lab_results]\nspecimen_date = 2024-01-01": "a value in [constants.lab_results] must be text",
    "compose = 'x'": "[compose] must be a table",
    "[compose.pateints]\npatient_id = ['a', 'b']": "unknown table in [compose]: 'pateints'",
    "[compose.patients]\nsex = ['a', 'b']": "unknown key in [compose.patients]: 'sex'",
    "[compose.bone_lesions]\npatient_id = ['a', 'b']": "unknown key in [compose.bone_lesions]: 'patient_id'",
    "[compose.patients]\npatient_id = 'a'": "patient_id in [compose.patients] must be a list of their",
    "[compose.patients]\npatient_id = ['a', 1]": "patient_id in [compose.patients] must be a list of their",
    "[compose.patients]\npatient_id = ['a', ' ']": "patient_id in [compose.patients] must be a list of their",
    "[compose.patients]\npatient_id = ['a']": "patient_id in [compose.patients] must be made of several",
    "[compose.patients]\npatient_id = ['a', 'a']": "must be made of several columns, each once",
    "[limits]\npateints = 0.1": "unknown limit 'pateints'",
    "[limits]\npatients = 5": "the limit patients must be a share from 0 to 1",
    "[limits]\npatients = -0.1": "the limit patients must be a share from 0 to 1",
    "[limits]\npatients = nan": "the limit patients must be a share from 0 to 1",
    "[limits]\npatients = true": "the limit patients must be a share from 0 to 1",
    "[limits]\npatients = '0.1'": "the limit patients must be a share from 0 to 1",
    "limits = 0.1": "[limits] must be a table",
    "cadence = 56": "[cadence] must be a table",
    "[cadence]": "interval_days in [cadence] must be a list of whole days",
    "[cadence]\nweeks = [8]": "unknown key in [cadence]: 'weeks'",
    "[cadence]\ninterval_days = []": "interval_days in [cadence] must be a list of whole days",
    "[cadence]\ninterval_days = 56": "interval_days in [cadence] must be a list of whole days",
    "[cadence]\ninterval_days = ['56']": "interval_days in [cadence] must be a list of whole days",
    "[cadence]\ninterval_days = [56.5]": "interval_days in [cadence] must be a list of whole days",
    "[cadence]\ninterval_days = [true]": "interval_days in [cadence] must be a list of whole days",
    "[cadence]\ninterval_days = [56, 6]": "each of interval_days in [cadence] must be from 7 to 365 days",
    "[cadence]\ninterval_days = [366]": "each of interval_days in [cadence] must be from 7 to 365 days",
    "patients = 'empty'": "[patients] must be a table",
    "[patients]": 'partial_birth_date in [patients] must be "empty"',
    "[patients]\npartial_birth_date = 'first'": 'partial_birth_date in [patients] must be "empty"',
    "[patients]\nbirth_date = 'empty'": "unknown key in [patients]: 'birth_date'",
    "lesions = 'stable'": "[lesions] must be a table",
    "[lesions]": 'ids in [lesions] must be "stable"',
    "[lesions]\nids = 'unstable'": 'ids in [lesions] must be "stable"',
    "[lesions]\nids = true": 'ids in [lesions] must be "stable"',
    "[lesions]\nids = 'stable'\nkeys = 'stable'": "unknown key in [lesions]: 'keys'",
    "colour": "cannot be read as TOML",
    f"[limits]\npatients = {'9' * 5000}": "cannot be read as TOML",
    f"colour = {'[' * 5000}": "cannot be read as TOML",
    "#" * (MOST_BYTES + 1): "registry.toml is larger than 256 KiB",
}


def told(tmp_path: Path, text: str | bytes) -> RegistryConfig:
    path = tmp_path / "registry.toml"
    path.write_bytes(text.encode("utf-8") if isinstance(text, str) else text)
    return load_config(path)


@pytest.mark.parametrize("text", BAD, ids=lambda text: text[:40])
def test_what_cannot_be_followed_is_named(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigurationError) as error:
        told(tmp_path, text)
    assert BAD[text] in error.value.message
    assert error.value.hint
    assert "\n" not in error.value.message


def test_the_key_of_a_table_wins_over_that_of_all_and_of_the_top(tmp_path: Path) -> None:
    config = told(
        tmp_path,
        """
        encoding = "gb18030"
        [read]
        decimal = ","
        date_format = "%d.%m.%Y"
        [read.patients]
        date_format = "%Y%m%d"
        encoding = "latin-1"
        """,
    )
    general = ReadSettings(encoding="gb18030", decimal=",", date_format="%d.%m.%Y")
    assert config.reading("lab_results") == general
    assert config.reading("patients") == replace(general, encoding="latin-1", date_format="%Y%m%d")
    assert recalled(json.loads(json.dumps(asdict(config)))) == config


def test_each_setting_of_reading_is_a_key_that_is_documented() -> None:
    assert [key.name for key in READ_KEYS] == [one.name for one in fields(ReadSettings)]


@pytest.mark.parametrize("key", READ_KEYS, ids=lambda key: key.name)
def test_the_example_of_a_setting_can_be_followed(tmp_path: Path, key: Key) -> None:
    assert told(tmp_path, f"[read]\n{key.example}").read != ReadSettings()
    assert key.states


def test_an_adapter_names_the_tables_of_its_own_settings(tmp_path: Path) -> None:
    assert told(tmp_path, 'format = "sdtm"\n[read.lb]\nencoding = "gb18030"').reading("lb") == ReadSettings(
        encoding="gb18030"
    )


def test_a_schedule_may_be_a_week_or_a_year_and_is_kept_as_stated(tmp_path: Path) -> None:
    stated = told(tmp_path, "[cadence]\ninterval_days = [7, 365, 56]").cadence
    assert stated.interval_days == (7, 365, 56)
    assert told(tmp_path, "").cadence.interval_days == ()


def test_lesions_keep_their_ids_only_where_it_is_stated(tmp_path: Path) -> None:
    assert told(tmp_path, '[lesions]\nids = "stable"').stated.has_stable_lesion_ids
    assert not told(tmp_path, "").stated.has_stable_lesion_ids


def test_a_registry_says_of_itself_what_it_is_called_whom_to_ask_and_whether_it_is_made_up(
    tmp_path: Path,
) -> None:
    about = told(tmp_path, '[about]\ntitle = " North "\ncontact = "n@example"\nsynthetic = true').about
    assert (about.title, about.contact, about.synthetic) == ("North", "n@example", True)
    assert told(tmp_path, "[about]\ntitle = ''").about == About()
    assert recalled(json.loads(json.dumps(asdict(RegistryConfig(about=about))))).about == about


def test_a_file_in_another_encoding_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read as TOML in UTF-8"):
        told(tmp_path, 'encoding = "gb18030" # 编码'.encode("gb18030"))


def test_a_long_or_odd_key_is_named_on_one_short_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as error:
        told(tmp_path, f'"odd\\nkey{"x" * 5000}" = 1')
    assert len(error.value.message) < 200
    assert "odd?key" in error.value.message


def test_a_byte_order_mark_is_read_over(tmp_path: Path) -> None:
    assert told(tmp_path, b'\xef\xbb\xbfdecimal = ","').read.decimal == ","


def test_without_the_file_the_format_is_canonical(tmp_path: Path) -> None:
    assert load_config(tmp_path / "registry.toml") == RegistryConfig()


@pytest.mark.parametrize(
    "pattern", ["%d.%m.%Y", "%-d/%b/%Y", "%d %B %y", "%Y%m%d", "%Y-%m-%d %H:%M:%S", "100%% %d-%m-%Y"]
)
def test_formats_that_name_a_day_are_known(tmp_path: Path, pattern: str) -> None:
    assert told(tmp_path, f'date_format = "{pattern}"').read.date_format == pattern


def test_an_invalid_configuration_shuts_the_gate_and_reads_nothing(tmp_path: Path) -> None:
    folder = write_delivery_of(tmp_path)
    (folder.parent / "registry.toml").write_text('colour = "red"', encoding="utf-8")
    one = gated(folder)
    assert one.causes() == {(DELIVERY, "configuration_invalid")}
    assert one.message("configuration_invalid").startswith("registry.toml: unknown key 'colour'; known: ")
    assert one.read.rows == {}
    assert one.read.unknown_files == ()


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("null_word = []", "null_words"),
        ("[lesion]", "lesions"),
        ("[limits]\nbone_lesion = 1", "bone_lesions"),
        ("[rename.bone_lesion]\na = 'site'", "bone_lesions"),
        ("[read]\ndelimeter = ';'", "delimiter"),
        ("[accept.date_moved]", "dates_moved"),
        ("format = 'FIHR'", ""),
        ("format = 'redcapp'", "redcap"),
        ("colour = 'red'", ""),
    ],
)
def test_of_a_misspelt_name_the_one_that_it_most_likely_stands_for_is_told(
    tmp_path: Path, line: str, meant: str
) -> None:
    folder = write_delivery_of(tmp_path)
    (folder.parent / "registry.toml").write_text(line, encoding="utf-8")
    words = gated(folder).message("configuration_invalid")
    assert (f"; did you mean '{meant}'? known: " in words) == bool(meant), words
    assert "; known: " in words or meant


def test_an_unknown_format_shuts_the_gate_and_the_known_ones_are_told(tmp_path: Path) -> None:
    folder = write_delivery_of(tmp_path)
    (folder.parent / "registry.toml").write_text('format = "hl7"', encoding="utf-8")
    one = gated(folder)
    assert one.causes() == {(DELIVERY, "configuration_invalid")}
    assert one.message("configuration_invalid") == (
        f"there is no format 'hl7'; known: {', '.join(adapter_names())}"
    )


def test_of_broken_toml_the_line_is_told(tmp_path: Path) -> None:
    folder = write_delivery_of(tmp_path)
    (folder.parent / "registry.toml").write_text('format = "canonical"\n\ngröße = 1\n', encoding="utf-8")
    told = gated(folder).message("configuration_invalid")
    assert told == (
        "registry.toml cannot be read as TOML in UTF-8 (line 3); check its quotes and brackets;"
        " a key with other letters than a to z stands in quotes"
    )
