"""Units of alkaline phosphatase: what is accepted, what it is multiplied by, what is refused.

Not here: results whose unit is accepted but doubtful (`test_unit_suspect.py`).
"""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpp_etl.harmonise.units import register_units
from schemas.flags import FLAGS
from schemas.lab_results import LabResults
from schemas.units import ALP_UNITS, alp_units, fold_unit
from tests.unit.harmonise.queries import harmonise_lab, read_query

MICRO, MU = "\u00b5", "\u03bc"

SPELLINGS = [
    ("U/L", 1),
    ("u/l", 1),
    (" U / L ", 1),
    ("U\u00a0/\u2009L", 1),
    ("\ufeffU/L\u200b", 1),
    ("U/L\t\n", 1),
    ("Ｕ／Ｌ", 1),
    ("U/ℓ", 1),
    ("IU/L", 1),
    ("iu/l", 1),
    ("UI/L", 1),
    ("unit/L", 1),
    ("Units/L", 1),
    ("UNITS / l", 1),
    ("mU/mL", 1),
    ("MU/ML", 1),
    ("mU/㎖", 1),
    ("U/mL", 1000),
    ("u / ml", 1000),
    ("ukat/L", 60),
    (f"{MICRO}kat/L", 60),
    (f"{MU}kat/l", 60),
    (f" {MICRO} Kat / L", 60),
    (f"{MICRO}kat/L".upper(), 60),
    ("nkat/L", 0.06),
    ("NKAT/L", 0.06),
    ("umol/(min.L)", 1),
    (f"{MU}mol/(min.L)", 1),
    (f"{MICRO}mol / ( min . L )", 1),
]

NOT_UNITS = ["U/dL", "kU/L", "mkat/L", "kat/L", "KA", "Bodansky", "U", "L/U", "mg/dL", "ug/L", "n/a", "?"]


@pytest.mark.parametrize(("text", "factor"), SPELLINGS)
def test_a_listed_unit_is_read_in_any_case_spacing_width_and_micro_sign(text: str, factor: float) -> None:
    (row,) = harmonise_lab({"value": 2.0, "value_text": "2", "upper_limit_normal": 1.5, "unit_text": text})
    assert row["problems"] == []
    assert (row["unit"], row["unit_factor"]) == ("U/L", factor)
    assert (row["value"], row["upper_limit_normal"]) == (2.0 * factor, 1.5 * factor)
    assert (row["raw_value"], row["raw_unit"]) == ("2", text)


@pytest.mark.parametrize("text", NOT_UNITS)
def test_any_other_unit_is_refused_and_leaves_no_value(text: str) -> None:
    (row,) = harmonise_lab({"unit_text": text, "upper_limit_normal": 120.0})
    assert row["problems"] == ["unit_not_convertible"]
    assert (row["value"], row["unit"], row["upper_limit_normal"], row["unit_factor"]) == (None,) * 4
    assert row["raw_unit"] == text


@pytest.mark.parametrize("text", [None, "", "   ", "\u00a0", "\ufeff"])
def test_an_empty_unit_is_missing_not_unconvertible(text: str | None) -> None:
    (row,) = harmonise_lab({"unit_text": text, "value": 104.0})
    assert row["problems"] == ["unit_missing"]
    assert row["value"] is None


def test_the_sql_reads_the_fold_that_python_defines() -> None:
    texts = [text for text, _ in SPELLINGS] + NOT_UNITS + ["", "   "]
    with duckdb.connect() as con:
        con.execute("create table parsed_lab_results as select unnest($texts) as unit_text", {"texts": texts})
        register_units(con)
        folded = dict(con.execute("select unit_text, folded_unit from unit_spelling").fetchall())
    assert folded == {text: fold_unit(text) for text in texts}


def test_registering_again_forgets_the_spellings_of_the_last_delivery() -> None:
    with duckdb.connect() as con:
        for text in ("U/L", "ukat/L"):
            con.execute(
                "create or replace table parsed_lab_results as select $text as unit_text", {"text": text}
            )
            register_units(con)
        assert con.execute("select unit_text from unit_spelling").fetchall() == [("ukat/L",)]


@given(
    unit=st.sampled_from([*ALP_UNITS, "ug/L", "xULN"]),
    case=st.sampled_from([str.lower, str.upper, str.swapcase]),
    space=st.sampled_from(["", " ", "\t", "\u00a0", "\u2009", "\u200b"]),
    micro=st.sampled_from(["u", MICRO, MU]),
)
def test_case_spaces_and_micro_signs_make_no_difference(
    unit: str, case: Callable[[str], str], space: str, micro: str
) -> None:
    written = space.join(case(unit.replace("u", micro) if unit.startswith("u") else unit))
    assert fold_unit(f"{space}{written}{space}") == fold_unit(unit)


def test_no_two_units_of_an_analyte_fold_to_the_same_text() -> None:
    keys = [(unit.analyte, unit.folded_unit) for unit in alp_units()]
    assert len(keys) == len(set(keys))


def test_a_katal_is_sixty_million_units() -> None:
    assert ALP_UNITS["ukat/L"] == 60
    assert ALP_UNITS["nkat/L"] == ALP_UNITS["ukat/L"] / 1000 == Decimal("0.06")
    assert ALP_UNITS["U/mL"] == 1000 * ALP_UNITS["mU/mL"]


@pytest.mark.parametrize(
    ("value", "unit", "harmonised"),
    [(1.73, "ukat/L", 103.8), (1730.0, "nkat/L", 103.8), (2.0, "ukat/L", 120.0), (1.14, "ukat/L", 68.4)],
)
def test_known_conversions_are_exact(value: float, unit: str, harmonised: float) -> None:
    (row,) = harmonise_lab({"value": value, "upper_limit_normal": value, "unit_text": unit})
    assert (row["value"], row["upper_limit_normal"]) == (harmonised, harmonised)


@pytest.mark.parametrize(("unit", "factor"), [("ukat/L", Fraction(60)), ("nkat/L", Fraction(6, 100))])
def test_the_product_is_the_double_nearest_to_the_decimal_product(unit: str, factor: Fraction) -> None:
    values = [hundredths / 100 for hundredths in range(1, 4000, 7)] + [19_999.99, 333_333.3333, 1e-6]
    rows = harmonise_lab(*({"value": value, "unit_text": unit} for value in values))
    assert [row["value"] for row in rows] == [float(Fraction(str(value)) * factor) for value in values]


@pytest.mark.parametrize("value", [1.2345678901234567, 1e-14, 1e25, 1e300])
def test_a_number_that_decimals_cannot_hold_is_multiplied_as_a_double(value: float) -> None:
    (row,) = harmonise_lab({"value": value, "upper_limit_normal": value, "unit_text": "ukat/L"})
    assert (row["value"], row["upper_limit_normal"]) == (value * 60, value * 60)


def test_multiples_of_the_upper_limit_use_the_row_s_own_limit_in_units_per_litre() -> None:
    (row,) = harmonise_lab({"value": 1.1, "unit_text": "x ULN", "upper_limit_normal": 110.0})
    assert (row["value"], row["unit"], row["unit_factor"]) == (121.0, "U/L", 110.0)
    assert row["upper_limit_normal"] == 110.0
    assert row["flags"] == ["value_from_upper_limit"]
    assert row["problems"] == []


@pytest.mark.parametrize("limit", [None, 0.0, -5.0])
def test_multiples_of_an_upper_limit_that_is_not_given_are_refused(limit: float | None) -> None:
    (row,) = harmonise_lab({"value": 1.1, "unit_text": "xULN", "upper_limit_normal": limit})
    assert row["problems"] == ["unit_not_convertible"]
    assert row["value"] is None


@pytest.mark.parametrize("text", ["ug/L", f"{MICRO}g/L", f"{MU}g / l", "㎍/L"])
def test_bone_alp_mass_stays_a_mass(text: str) -> None:
    (row,) = harmonise_lab(
        {"analyte": "ALP_BONE", "value": 14.0, "upper_limit_normal": 22.0, "unit_text": text}
    )
    assert (row["value"], row["unit"], row["upper_limit_normal"]) == (14.0, "ug/L", 22.0)
    assert (row["unit_factor"], row["problems"]) == (1.0, [])


def test_bone_alp_activity_converts_and_stays_bone_alp() -> None:
    (row,) = harmonise_lab({"analyte": "ALP_BONE", "value": 0.5, "unit_text": "ukat/L"})
    assert (row["analyte"], row["value"], row["unit"]) == ("ALP_BONE", 30.0, "U/L")


@pytest.mark.parametrize("text", ["ng/mL", "mcg/L", "xULN"])
def test_bone_alp_in_a_unit_that_is_not_listed_is_refused(text: str) -> None:
    (row,) = harmonise_lab({"analyte": "ALP_BONE", "unit_text": text, "upper_limit_normal": 22.0})
    assert row["problems"] == ["unit_not_convertible"]


def test_the_problems_of_parsing_are_kept_before_those_of_the_unit() -> None:
    censored, unreadable = harmonise_lab(
        {"value": None, "value_text": "<5", "problems": ["value_is_censored"]},
        {"value": None, "unit_text": "KA", "problems": ["number_invalid"]},
    )
    assert (censored["problems"], censored["value"]) == (["value_is_censored"], None)
    assert (censored["raw_value"], censored["unit"]) == ("<5", "U/L")
    assert unreadable["problems"] == ["number_invalid", "unit_not_convertible"]


def test_a_row_without_an_analyte_is_not_judged_by_its_unit() -> None:
    (row,) = harmonise_lab({"analyte": None, "problems": ["required_value_missing"]})
    assert row["problems"] == ["required_value_missing"]


def test_the_query_yields_the_columns_of_the_contract_and_the_problems() -> None:
    (row,) = harmonise_lab({})
    assert list(row) == [*LabResults.to_schema().columns, "problems"]
    assert row["flags"] == []


def test_every_flag_of_the_query_is_explained() -> None:
    assert "value_from_upper_limit" in read_query("lab_results")
    assert {"value_from_upper_limit", "unit_suspect"} <= set(FLAGS)
