"""Keys that a registry makes of several columns of its own ([compose.<table>]).

Not here: what registry.toml may state of them (`test_configuration.py`).
"""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from bpp_etl.check import check_delivery
from bpp_etl.check.run import delivery_in
from bpp_etl.check.run import gated as looked_at
from bpp_etl.reading.composed import composed
from bpp_etl.warehouse.connection import in_memory
from tests.gates.test_adapted_files import DM, EX, RS, TU, trial
from tests.support.deliveries import TINY, write_delivery_of
from tests.support.gating import Gated, gated

OF_BOTH = 'assessment_id = ["patient_id", "assessment_id"]\n'
STATED = f"[compose.imaging_assessments]\n{OF_BOTH}[compose.bone_lesions]\n{OF_BOTH}"
IMAGING = "".join(
    line if place == 0 else line[1:]  # A1 becomes 1: ids are counted anew for each patient
    for place, line in enumerate(TINY["imaging_assessments"].splitlines(keepends=True))
)
LESIONS = """\
patient_id,assessment_id,lesion_id,site,morphology,status,lysis_change
A,1,L1,spine,osteoblastic,new,none
B,1,L1,rib,osteoblastic,new,none
"""


def counted_anew(tmp_path: Path, toml: str, lesions: str = LESIONS, imaging: str = IMAGING) -> Path:
    folder = write_delivery_of(tmp_path, imaging_assessments=imaging, bone_lesions=lesions)
    (folder.parent / "registry.toml").write_text(toml, encoding="utf-8")
    return folder


def ids(one: Gated, table: str) -> list[str]:
    return [row[1] for row in one.core[table]]


def test_an_id_that_counts_within_a_patient_names_an_assessment_once_it_is_made_of_both(
    tmp_path: Path,
) -> None:
    shut = gated(counted_anew(tmp_path / "without", ""))
    assert ("imaging_assessments", "refused_share_exceeded") in shut.causes()
    one = gated(counted_anew(tmp_path / "with", STATED))
    assert one.decision.is_open
    assert ids(one, "bone_lesions") == ["A:1", "B:1"]
    assert ids(one, "imaging_assessments")[:2] == ["A:0", "A:1"]
    assert one.refused == {}
    # What a key is made of is read, not left over.
    assert one.read.extra_columns == ()


def test_a_key_is_made_of_columns_as_the_export_calls_them(tmp_path: Path) -> None:
    toml = """\
[rename.imaging_assessments]
Pat = "patient_id"
[rename.bone_lesions]
Visit = "assessment_id"
[compose.imaging_assessments]
assessment_id = ["Pat", "assessment_id"]
[compose.bone_lesions]
assessment_id = ["Who", "Visit"]
"""
    imaging = IMAGING.replace("patient_id", "Pat")
    lesions = LESIONS.replace("patient_id", "Who").replace("assessment_id", "Visit")
    one = gated(counted_anew(tmp_path, toml, lesions, imaging))
    assert one.decision.is_open
    assert ids(one, "bone_lesions") == ["A:1", "B:1"]


def test_a_key_is_empty_where_one_of_its_parts_is(tmp_path: Path) -> None:
    lesions = LESIONS + "".join(
        f"{parts},rib,osteoblastic,new,none\n" for parts in (",1,L2", "B, ,L3", "B,NA,L4")
    )
    one = gated(counted_anew(tmp_path, STATED + "[limits]\nbone_lesions = 1\n", lesions))
    assert one.refused == {("bone_lesions", row): ["required_value_missing"] for row in (3, 4, 5)}


def test_a_part_that_is_not_delivered_shuts_the_file_and_is_named(tmp_path: Path) -> None:
    one = gated(counted_anew(tmp_path, STATED, TINY["bone_lesions"]))
    message = "bone_lesions.csv lacks patient_id: of it [compose.bone_lesions] makes assessment_id"
    assert one.message("column_missing") == message


@pytest.mark.parametrize(
    ("heads", "rule"), [("mrn,patient_id", "column_missing"), ("v,v", "column_duplicated")]
)
def test_no_key_is_made_of_an_identifier_or_of_a_name_that_stands_twice(
    tmp_path: Path, heads: str, rule: str
) -> None:
    part = heads.split(",", maxsplit=1)[0]
    toml = f'[compose.bone_lesions]\nassessment_id = ["{part}", "lesion_id"]\n'
    one = gated(counted_anew(tmp_path, toml, LESIONS.replace("patient_id,assessment_id", heads)))
    assert one.causes() >= {("bone_lesions", rule)}


def test_parts_of_typed_cells_make_the_key_that_text_makes(tmp_path: Path) -> None:
    folder = counted_anew(tmp_path, STATED)
    lesions = pl.read_csv(folder / "bone_lesions.csv")
    assert lesions["assessment_id"].dtype == pl.Int64
    (folder / "bone_lesions.csv").unlink()
    lesions.write_parquet(folder / "bone_lesions.parquet")
    one = gated(folder)
    assert ids(one, "bone_lesions") == ["A:1", "B:1"]


def test_no_two_pairs_make_one_key() -> None:
    texts = ["a", "b", ":", "\\", "a:", ":b", "a\\", "\\:", "n", "a:b", "::", "\\\\", " a b"]
    with in_memory() as con:
        rows = con.execute(
            f"select one, two, {composed(['one', 'two'])} as made"
            " from (select unnest($texts) as one), (select unnest($texts) as two)",
            {"texts": texts},
        ).fetchall()
    assert len({made for _, _, made in rows}) == len(rows) == len(texts) ** 2
    assert ("a", "b", "a:b") in rows


def test_a_key_of_an_adapters_own_file_is_made_before_its_rows_are_read(tmp_path: Path) -> None:
    columns = {
        name: {("SUBJID" if head == "USUBJID" else head): cells for head, cells in domain.items()}
        | {"SITEID": ["07"] * len(domain["USUBJID"])}
        for name, domain in {"dm": DM, "ex": EX, "rs": RS, "tu": TU}.items()
    }
    toml = "".join(f'[compose.{name}]\nusubjid = ["siteid", "SUBJID"]\n' for name in columns)
    one = gated(trial(tmp_path, toml, **columns))
    assert ids(one, "patients") == ["07:A", "07:B"]


def test_a_key_of_a_table_that_an_adapter_yields_is_made_of_what_it_yields(tmp_path: Path) -> None:
    toml = '[compose.patients]\npatient_id = ["sex", "patient_id"]\n'
    assert ids(gated(trial(tmp_path / "a", toml)), "patients") == ["female:A", "female:B"]
    bad = gated(trial(tmp_path / "b", toml.replace('"sex"', '"SEX"')))
    assert "unknown column in [compose.patients]: 'SEX'" in bad.message("configuration_invalid")
    bad = gated(trial(tmp_path / "c", '[compose.dm]\nusubjd = ["siteid", "usubjid"]\n'))
    assert "unknown column in [compose.dm]: 'usubjd'" in bad.message("configuration_invalid")


def test_a_check_proposes_the_key_where_ids_are_unique_with_the_patient(tmp_path: Path) -> None:
    folder = counted_anew(tmp_path / "a", "", LESIONS.replace("patient_id", "Patient"))
    checked = looked_at(delivery_in(folder))
    proposed = checked.proposal.as_toml()
    assert 'assessment_id = ["Patient", "assessment_id"]' in proposed
    assert checked.would_open
    (folder.parent / "registry.toml").write_text(proposed, encoding="utf-8")
    assert check_delivery(folder)[1]


def test_a_check_asks_for_the_patient_where_a_table_of_the_key_has_none(tmp_path: Path) -> None:
    checked = looked_at(delivery_in(counted_anew(tmp_path, "", TINY["bone_lesions"])))
    assert '# assessment_id = ["...", "assessment_id"]' in checked.proposal.as_toml()
    assert not checked.would_open


def test_a_check_proposes_no_key_where_the_patient_does_not_make_it_unique(tmp_path: Path) -> None:
    imaging = TINY["imaging_assessments"] + "A1,A,2024-02-13,CT,true,SD\nA1,B,2024-02-13,CT,true,SD\n"
    checked = looked_at(delivery_in(write_delivery_of(tmp_path, imaging_assessments=imaging)))
    assert "compose" not in checked.proposal.as_toml()
