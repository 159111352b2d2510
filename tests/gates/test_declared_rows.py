"""What registry.toml declares fills rows of every format, flags each, and is told with its count.

Not here: the last contact (`test_last_contact.py`), and what may be stated (`test_configuration.py`).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bpp_etl.check import check_delivery
from bpp_etl.check.show import WRITERS
from schemas.contract import columns_of
from schemas.tables import TABLES
from tests.gates.test_side_tables import DOMAINS, SDTM
from tests.support.deliveries import TINY, write_delivery_of, write_texts
from tests.support.gating import NOT_COMPARED, Gated, gated

OPEN = "[limits]\ncadence = 1\n" + "".join(f"{name} = 1\n" for name in TABLES)
RESULTS = "patient_id,analyte,specimen_date,value,unit,upper_limit_normal,laboratory\n"


def delivered(tmp_path: Path, toml: str, **changed: str | None) -> Gated:
    folder = write_delivery_of(tmp_path, **changed)
    (folder.parent / "registry.toml").write_text(OPEN + toml, encoding="utf-8")
    return gated(folder)


def trial(tmp_path: Path, toml: str, **more: str) -> Gated:
    """Gate a delivery of another standard."""
    texts = {**DOMAINS, **{f"{name}.csv": text for name, text in more.items()}}
    return gated(write_texts(tmp_path, texts, toml=SDTM + toml))


def rows(one: Gated, table: str, *names: str) -> list[tuple[Any, ...]]:
    known = [column.name for column in columns_of(TABLES[table].contract) if column.name not in NOT_COMPARED]
    return [tuple(row[known.index(name)] for name in names) for row in one.core[table]]


def told(one: Gated) -> list[tuple[str, str, str, int]]:
    """Return section, column, flag and rows of each declaration."""
    found = ((of.declaration, of.rows) for of in one.decision.declared)
    return [(of.section, of.column, of.flag, rows) for of, rows in found]


def limits(*stated: str) -> str:
    return "".join(
        f"[[upper_limit_normal.ALP_TOTAL]]\nsource = 'made up'\n{one.replace('; ', chr(10))}\n"
        for one in stated
    )


def result(
    patient: str = "A",
    day: str = "2024-02-12",
    unit: str = "U/L",
    limit: str = "",
    laboratory: str = "",
    value: str = "90",
) -> str:
    return f"{patient},ALP_TOTAL,{day},{value},{unit},{limit},{laboratory}\n"


def test_a_column_that_the_export_lacks_is_filled_and_every_row_of_it_is_flagged(tmp_path: Path) -> None:
    lesions = "\n".join(line.rpartition(",")[0] for line in TINY["bone_lesions"].splitlines())
    one = delivered(tmp_path, "[constants.bone_lesions]\nis_equivocal = true\n", bone_lesions=lesions)
    assert rows(one, "bone_lesions", "is_equivocal", "flags") == [(True, ["constant_declared"])] * 2
    assert told(one) == [("[constants.bone_lesions]", "is_equivocal", "constant_declared", 2)]
    counted = one.result("bone_lesions", "constant_declared")
    assert (counted.judged, counted.broken, counted.severity) == (2, 2, "flag")
    assert one.result("patients", "constant_declared").status == "passed"


def test_a_constant_of_a_column_that_is_delivered_fills_nothing_and_says_so(tmp_path: Path) -> None:
    one = delivered(tmp_path, "[constants.bone_lesions]\nis_equivocal = true\n")
    assert rows(one, "bone_lesions", "is_equivocal", "flags") == [(False, [])] * 2
    assert told(one) == [("[constants.bone_lesions]", "is_equivocal", "constant_declared", 0)]


def test_a_constant_fills_what_an_adapter_leaves_empty_and_flags_the_row(tmp_path: Path) -> None:
    one = trial(tmp_path, "[constants.imaging_assessments]\nis_bone_window = true\n")
    found = rows(one, "imaging_assessments", "is_bone_window", "flags")
    assert found == [(True, ["constant_declared"])] * 2


def test_a_constant_fills_nothing_of_a_column_that_a_side_table_has(tmp_path: Path) -> None:
    toml = "[constants.imaging_assessments]\nis_bone_window = true\n"
    ((scan,), _) = rows(trial(tmp_path / "a", ""), "imaging_assessments", "assessment_id")
    one = trial(tmp_path / "b", toml, imaging_assessments=f"assessment_id,is_bone_window\n{scan},false\n")
    assert one.refused == {}
    assert rows(one, "imaging_assessments", "is_bone_window", "flags") == [(False, []), (None, [])]


def test_a_constant_is_not_taken_for_what_a_side_table_says(tmp_path: Path) -> None:
    toml = "[constants.imaging_assessments]\nextraosseous_response = 'PD'\n"
    ((scan,), _) = rows(trial(tmp_path / "a", ""), "imaging_assessments", "assessment_id")
    one = trial(tmp_path / "b", toml, imaging_assessments=f"assessment_id,is_bone_window\n{scan},true\n")
    assert one.refused == {}
    assert rows(one, "imaging_assessments", "extraosseous_response", "flags") == [("SD", [])] * 2


@pytest.mark.parametrize(
    ("stated", "row", "expected"),
    {
        "of all": ("value = 120; unit = 'U/L'", result(), 120),
        "of the patient's sex": ("female = 104; male = 129; unit = 'U/L'", result(), 104),
        "of the other sex alone": ("male = 129; unit = 'U/L'", result(), None),
        "the row's own stays": ("value = 120; unit = 'U/L'", result(limit="99"), 99),
        "one that cannot be read is none": ("value = 120; unit = 'U/L'", result(limit="see report"), 120),
        "on its first day": ("value = 120; unit = 'U/L'; valid_from = 2024-02-12", result(), 120),
        "on the day before": ("value = 120; unit = 'U/L'; valid_from = 2024-02-13", result(), None),
        "of the laboratory": ("value = 120; unit = 'U/L'; laboratory = 'N'", result(laboratory="N"), 120),
        "of another": ("value = 120; unit = 'U/L'; laboratory = 'N'", result(laboratory="M"), None),
        "of a laboratory, none known": ("value = 120; unit = 'U/L'; laboratory = 'N'", result(), None),
        "another unit": ("value = 1.14; unit = 'µkat/l'", result(), 68.4),
        "both in another": ("value = 2; unit = 'ukat/L'", result(unit="ukat/L", value="1.5"), 120),
        "the row in another": ("value = 120; unit = 'U/L'", result(unit="ukat/L", value="1.5"), 120),
    }.values(),
)  # fmt: skip
def test_a_result_without_an_upper_limit_gets_the_declared_one_that_holds_for_it(
    tmp_path: Path, stated: str, row: str, expected: float | None
) -> None:
    one = delivered(tmp_path, limits(stated), lab_results=RESULTS + row)
    ((limit, flags),) = rows(one, "lab_results", "upper_limit_normal", "flags")
    assert limit == expected
    is_filled = expected not in {None, 99}
    assert ("upper_limit_declared" in flags) == is_filled
    assert told(one) == [
        ("[upper_limit_normal.ALP_TOTAL]", "upper_limit_normal", "upper_limit_declared", int(is_filled))
    ]


@pytest.mark.parametrize(
    ("day", "laboratory", "expected"),
    [
        ("2019-12-31", "", (100, 0)),
        ("2020-01-01", "", (110, 1)),
        ("2021-12-31", "", (110, 1)),
        ("2022-01-01", "", (120, 2)),
        ("2022-01-01", "N", (90, 3)),
        ("2022-01-01", "M", (120, 2)),
    ],
)
def test_the_newest_on_the_day_counts_and_a_laboratorys_own_before_it(
    tmp_path: Path, day: str, laboratory: str, expected: tuple[float, int]
) -> None:
    stated = limits(
        "value = 100; unit = 'U/L'",
        "value = 110; unit = 'U/L'; valid_from = 2020-01-01",
        "value = 120; unit = 'U/L'; valid_from = 2022-01-01",
        "value = 90; unit = 'U/L'; laboratory = 'N'",
    )
    one = delivered(tmp_path, stated, lab_results=RESULTS + result(day=day, laboratory=laboratory))
    assert rows(one, "lab_results", "upper_limit_normal") == [(expected[0],)]
    assert [rows for *_, rows in told(one)] == [int(place == expected[1]) for place in range(4)]


def test_multiples_of_the_upper_limit_are_multiplied_by_a_declared_one_in_its_harmonised_unit(
    tmp_path: Path,
) -> None:
    stated = limits("value = 2; unit = 'ukat/L'")
    row = result(unit="xULN", value="1.5")
    (without,) = delivered(tmp_path / "a", "", lab_results=RESULTS + row).refused.values()
    assert without == ["unit_not_convertible"]
    one = delivered(tmp_path / "b", stated, lab_results=RESULTS + row)
    assert rows(one, "lab_results", "value", "unit", "upper_limit_normal", "flags") == [
        (180, "U/L", 120, ["upper_limit_declared", "value_from_upper_limit"])
    ]


def test_a_limit_of_mass_holds_for_no_activity(tmp_path: Path) -> None:
    toml = "[upper_limit_normal.17838-4]\nvalue = 20\nunit = 'ug/L'\nsource = 'made up'\n"
    texts = RESULTS + "".join(f"A,ALP_BONE,2024-02-12,10,{unit},,\n" for unit in ("ug/L", "U/L"))
    one = delivered(tmp_path, toml, lab_results=texts)
    assert rows(one, "lab_results", "unit", "upper_limit_normal") == [("ug/L", 20), ("U/L", None)]


def test_who_has_no_known_sex_gets_the_limit_of_all_alone(tmp_path: Path) -> None:
    patients = TINY["patients"].replace("A,female", "A,unknown")
    stated = limits(
        "female = 104; male = 129; unit = 'U/L'", "value = 90; unit = 'U/L'; valid_from = 1990-01-01"
    )
    one = delivered(tmp_path, stated, patients=patients, lab_results=RESULTS + result() + result("B"))
    assert rows(one, "lab_results", "upper_limit_normal") == [(90,), (90,)]
    older = limits("female = 104; unit = 'U/L'")
    one = delivered(tmp_path / "b", older, patients=patients, lab_results=RESULTS + result() + result("B"))
    assert rows(one, "lab_results", "upper_limit_normal") == [(None,), (104,)]


def test_a_declared_limit_is_judged_as_any_other(tmp_path: Path) -> None:
    one = delivered(tmp_path, limits("value = 9; unit = 'U/L'"), lab_results=RESULTS + result())
    ((flags,),) = rows(one, "lab_results", "flags")
    assert flags == ["alp_against_limit", "upper_limit_declared"]


def test_results_of_another_standard_get_it_too(tmp_path: Path) -> None:
    lb = "USUBJID,LBTESTCD,LBDTC,LBORRES,LBORRESU\nS1,ALP,2024-01-01,100,U/L\n"
    one = trial(tmp_path, limits("female = 104; unit = 'U/L'"), lb=lb)
    assert rows(one, "lab_results", "upper_limit_normal", "flags") == [(104, ["upper_limit_declared"])]


@pytest.mark.parametrize("kind", sorted(WRITERS))
def test_checking_a_delivery_tells_each_declaration_with_its_rows(tmp_path: Path, kind: str) -> None:
    folder = write_delivery_of(tmp_path, lab_results=RESULTS + result())
    stated = limits("value = 120; unit = 'U/L'; laboratory = 'N'", "value = 110; unit = 'U/L'")
    (folder.parent / "registry.toml").write_text(OPEN + stated, encoding="utf-8")
    told, _ = check_delivery(folder, output=kind)
    written = " ".join(told.split())
    if kind == "json":
        declared = json.loads(written)["declarations"]
        assert [(one["states"], one["source"], one["rows"]) for one in declared] == [
            ("120 U/L; N", "made up", 0),
            ("110 U/L", "made up", 1),
        ]
    else:
        assert "Rows that registry.toml filled" in written
        assert "(110 U/L): lab_results.upper_limit_normal in 1 row, flagged upper_limit_declared" in written
        assert "(120 U/L; N): lab_results.upper_limit_normal in 0 rows, flagged" in written
