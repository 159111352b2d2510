"""What a registry may declare of its rows, and what of it cannot be followed; each is named.

Not here: what a declaration does to rows (`test_declared_rows.py`); other keys (`test_configuration.py`).
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict
from pathlib import Path

import pytest

from bpp_etl.landing.keys import ConfigurationError
from bpp_etl.landing.page import example
from bpp_etl.landing.registry_config import RegistryConfig, load_config, recalled

LIMIT = "[upper_limit_normal.ALP_TOTAL]\n"
WHOLE = f"{LIMIT}value = 120\nunit = 'U/L'\nsource = 'made up'\n"
TWO = WHOLE.replace("[", "[[").replace("]", "]]")
LINES = "[therapy_lines]\n"
DERIVE = f"{LINES}derive = 'gap_and_new_agent'\n"
DATES = "[dates]\n"
FROM_BIRTH = f"{DATES}relative_to = 'birth_date'\nunit = 'days'\n"
CONTACT = "[last_contact]\n"
BAD = {
    "upper_limit_normal = 120": "[upper_limit_normal] must be a table",
    "[upper_limit_normal]\nALP_TOTAL = 120": "[upper_limit_normal.ALP_TOTAL] must be a table",
    WHOLE.replace("ALP_TOTAL", "GGT"): "unknown analyte in [upper_limit_normal]: 'GGT'",
    f"{WHOLE}limit = 3": "unknown key in [upper_limit_normal.ALP_TOTAL]: 'limit'",
    WHOLE.replace("value = 120", ""): "[upper_limit_normal.ALP_TOTAL] does not state one upper limit",
    f"{WHOLE}female = 104": "[upper_limit_normal.ALP_TOTAL] does not state one upper limit",
    **{
        WHOLE.replace("120", bad): "a limit in [upper_limit_normal.ALP_TOTAL] is no number above zero"
        for bad in ("0", "-1", "'120'", "true", "inf", "nan", "[120]")
    },
    WHOLE.replace("unit = 'U/L'", ""): "must state the unit of its limit, and its source",
    WHOLE.replace("source = 'made up'", ""): "must state the unit of its limit, and its source",
    WHOLE.replace("'made up'", "' '"): "source in [upper_limit_normal.ALP_TOTAL] must be text, and not empty",
    WHOLE.replace("U/L", "xULN"): "a limit of ALP_TOTAL cannot be in xULN",
    WHOLE.replace("U/L", "ug/L"): "a limit of ALP_TOTAL cannot be in ug/L",
    f"{WHOLE}laboratory = 3": "laboratory in [upper_limit_normal.ALP_TOTAL] must be text",
    f"{WHOLE}valid_from = '2015-01-01'": "valid_from in [upper_limit_normal.ALP_TOTAL] must be a day",
    f"{WHOLE}valid_from = 2015-01-01T00:00:00": "valid_from in [upper_limit_normal.ALP_TOTAL] must be a day",
    TWO * 2: "two limits of [upper_limit_normal.ALP_TOTAL] hold for the same results",
    TWO + TWO.replace("value", "female"): "two limits of [upper_limit_normal.ALP_TOTAL] hold for the same",
    "therapy_lines = 'derive'": "[therapy_lines] must be a table",
    LINES: "derive in [therapy_lines] must be one of what is known",
    f"{LINES}derive = 'by_hand'": "derive in [therapy_lines] must be one of what is known",
    f"{DERIVE}days = 1": "unknown key in [therapy_lines]: 'days'",
    f"{DERIVE}start = 'diagnosis'": "start in [therapy_lines] must be one of what is known",
    f"{DERIVE}maintenance = true": "maintenance in [therapy_lines] must be one of what is known",
    f"{DERIVE}gap_days = 0": "gap_days in [therapy_lines] must be a whole number from 1 to 730",
    f"{DERIVE}overlap_days = 28.5": "overlap_days in [therapy_lines] must be a whole number from 0 to 180",
    f"{DERIVE}interchangeable = ['letrozole']": "interchangeable in [therapy_lines] must list names",
    f"{DERIVE}interchangeable = [['letrozole']]": "interchangeable in [therapy_lines] must list names",
    f"{DERIVE}interchangeable = 'letrozole'": "interchangeable in [therapy_lines] must list names",
    f"{DERIVE}ignore = 'denosumab'": "ignore in [therapy_lines] must list names of agents",
    f"{DERIVE}ignore = [' ']": "ignore in [therapy_lines] must list names of agents",
    f"{DERIVE}ignore = ['a']\ninterchangeable = [['b', 'A ']]": "an agent stands twice in interchangeable",
    "dates = 'days'": "[dates] must be a table",
    DATES: "relative_to in [dates] must be one of what is known",
    f"{DATES}relative_to = 'diagnosis'\nunit = 'days'": "relative_to in [dates] must be one of what is known",
    f"{DATES}relative_to = 'birth_date'": "unit in [dates] must be one of what is known",
    f"{DATES}relative_to = 'birth_date'\nunit = 'weeks'": "unit in [dates] must be one of what is known",
    f"{FROM_BIRTH}day_zero = '2000-01-01'": "day_zero in [dates] must be a day",
    f"{FROM_BIRTH}day = 1": "unknown key in [dates]: 'day'",
    FROM_BIRTH.replace(
        "birth_date", "another_day"
    ): "[dates] must state the day_zero that stands for another",
    f"date_format = '%Y%m%d'\n{FROM_BIRTH}": "date_format writes a day as a number, and",
    f"{FROM_BIRTH}[read.patients]\ndate_format = '%Y%m%d'": "date_format writes a day as a number, and",
    "last_contact = 'any_record'": "[last_contact] must be a table",
    CONTACT: "from in [last_contact] must name records",
    f"{CONTACT}from = []": "from in [last_contact] must name records",
    f"{CONTACT}from = [1]": "from in [last_contact] must name records",
    f"{CONTACT}of = 'any_record'": "unknown key in [last_contact]: 'of'",
    f"{CONTACT}from = 'observation_period'": "unknown record in [last_contact]: 'observation_period'",
    f"{CONTACT}from = 'patients.birth_date'": "unknown record in [last_contact]: 'patients.birth_date'",
    f"{CONTACT}from = 'bone_lesions'": "unknown record in [last_contact]: 'bone_lesions'",
}


def told(tmp_path: Path, text: str) -> RegistryConfig:
    path = tmp_path / "registry.toml"
    path.write_text(text, encoding="utf-8")
    return load_config(path)


@pytest.mark.parametrize("text", BAD, ids=lambda text: text[:60])
def test_what_cannot_be_followed_is_named(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigurationError) as error:
        told(tmp_path, text)
    assert BAD[text] in error.value.message
    assert error.value.hint
    assert "\n" not in error.value.message


def test_limits_of_each_sex_laboratory_and_day_stand_beside_each_other(tmp_path: Path) -> None:
    text = TWO.replace("value", "female") + TWO.replace("value", "male")
    text += f"{TWO}laboratory = 'North'\n{TWO}valid_from = 2015-01-01\n"
    limits = told(tmp_path, text).upper_limit_normal
    assert [one.in_words() for one in limits] == [
        "female 120 U/L",
        "male 120 U/L",
        "120 U/L; North",
        "120 U/L; from 2015-01-01",
    ]
    assert limits[3].valid_from == dt.date(2015, 1, 1)


def test_all_that_may_be_stated_is_the_same_after_it_was_written_down(tmp_path: Path) -> None:
    config = told(tmp_path, example())
    assert config.upper_limit_normal
    assert recalled(json.loads(json.dumps(asdict(config), default=str))) == config
