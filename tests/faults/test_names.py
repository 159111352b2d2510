"""Names are data, never patterns and never SQL: of files, folders, columns, registries and deliveries.

Not here: what is in a file (`test_hostile_files.py`).
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bpp_etl.admission.admit import gate
from bpp_etl.admission.intake import read
from bpp_etl.admission.working import WorkingFiles
from bpp_etl.errors import BppError, UsageError
from bpp_etl.landing.deliveries import UNFIT, survey
from bpp_etl.settings import places
from bpp_etl.status.registries import statuses_of
from bpp_etl.warehouse.connection import opened_read_only
from schemas.laws import DELIVERY
from tests.support.deliveries import TINY, write_delivery_of
from tests.support.gating import gated
from tests.support.warehouses import admit, release

ODD = (
    "a*",
    "[ab]",
    "{a,b}",
    "a?c",
    'quo"te',
    "it's",
    "sp ace",
    "new\nline",
    "ünï中",
    "semi;colon",
    "--",
    "$HOME",
    "%s",
    "..a",
)
NOT_UTF8 = os.fsdecode(b"\xff\xfe")


def test_a_landing_at_an_odd_path_is_read_like_any_other(tmp_path: Path) -> None:
    folder = write_delivery_of(tmp_path.joinpath(*ODD, "landing*"))
    # A pattern would find this one as well.
    write_delivery_of(tmp_path.joinpath(*ODD, "landing abc"), patients="never read")
    assert gated(folder).decision.is_open


def test_a_warehouse_may_lie_at_an_odd_path(tmp_path: Path) -> None:
    write_delivery_of(tmp_path / "landing")
    delivery = survey(tmp_path / "landing").newest["tiny"]
    warehouse = tmp_path.joinpath(*(name for name in ODD if "?" not in name))
    files = WorkingFiles.of(warehouse, "tiny")
    read(files, delivery)
    assert gate(files, delivery).is_open
    assert files.admitted.is_file()


@pytest.mark.parametrize("odd", ["what?", "back\\slash", "100%25", "two\nlines"])
def test_a_warehouse_where_no_database_can_be_opened_is_a_usage_error(tmp_path: Path, odd: str) -> None:
    with pytest.raises(UsageError, match="holds a character that no database can be opened under") as error:
        places({}, warehouse=tmp_path / odd)
    assert error.value.hint
    assert places({}, landing=tmp_path / odd, warehouse=tmp_path).landing == tmp_path / odd


def test_odd_registries_are_reported_and_left_alone(tmp_path: Path) -> None:
    odd = (*ODD, NOT_UTF8, ".hidden", "-dash", "x" * 65)
    for name in (*odd, "tiny", "x" * 64):
        write_delivery_of(tmp_path, registry=name)
    (tmp_path / "notes.txt").write_text("x", encoding="utf-8")
    found = survey(tmp_path)
    assert set(found.newest) == {"tiny", "x" * 64}
    assert len(found.unfit) == len(odd) + 1
    assert all(name.isprintable() for name in found.unfit)
    assert {f"{name} {UNFIT}" for name in ("new?line", "??", "notes.txt")} <= set(found.unfit)


def test_odd_deliveries_are_reported_and_left_alone(tmp_path: Path) -> None:
    fitting = ("2024-12-31", "2024-12-31-2", "2024-12-31-10")
    odd = (
        "2024-13-01",
        "2024-02-30",
        "2024-1-1",
        "20241231",
        "2024-12-31-",
        "2024-12-31-x",
        "2024-12-31 copy",
        "２０２４-12-31",
        "latest",
        "2024-12-31\n",
        *ODD,
        NOT_UTF8,
    )
    for name in (*fitting, *odd):
        write_delivery_of(tmp_path, day=name)
    (tmp_path / "tiny" / "registry.toml").write_text("", encoding="utf-8")
    (tmp_path / "tiny" / "2025-01-01").write_text("a file, no folder", encoding="utf-8")
    found = survey(tmp_path)
    assert found.newest["tiny"].name == "2024-12-31-10"
    assert len(found.unfit) == len(odd) + 1
    assert all(name.startswith("tiny/") and name.isprintable() for name in found.unfit)


def test_a_registry_without_a_delivery_is_reported(tmp_path: Path) -> None:
    (tmp_path / "tiny").mkdir()
    (tmp_path / "tiny" / "registry.toml").write_text("", encoding="utf-8")
    assert survey(tmp_path).unfit == ("tiny (it holds no delivery)",)


def test_an_empty_landing_holds_nothing_and_a_missing_one_is_a_usage_error(tmp_path: Path) -> None:
    assert survey(tmp_path).newest == {}
    with pytest.raises(UsageError, match="does not exist"):
        survey(tmp_path / "nowhere")


def test_odd_files_are_listed_and_not_read(tmp_path: Path) -> None:
    folder = write_delivery_of(tmp_path)
    odd = [f"{name}.csv" for name in (*ODD, NOT_UTF8)]
    for name in (
        *odd,
        "patients (1).csv",
        "Patients.csv",
        "patients",
        "patients.csv.bak",
        ".csv",
        "notes.docx",
    ):
        (folder / name).write_text("never read", encoding="utf-8")
    (folder / "_COMPLETE").write_text("", encoding="utf-8")
    one = gated(folder)
    assert one.decision.is_open
    assert len(one.read.unknown_files) == len(odd) + 6
    assert all(name.isprintable() for name in one.read.unknown_files)


ODD_COLUMNS = (
    'a"; drop table raw.patients; --',
    "a'; drop schema core cascade; --",
    "$1",
    "{0}",
    "row_number",
    "registry",
    "file_digest",
    "rowid",
    "c0",
    "x" * 5000,
    "mixed\nlines",
    "",
    "",
    *ODD,
)


def test_a_column_may_have_any_name(tmp_path: Path) -> None:
    names = ",".join('"' + name.replace('"', '""') + '"' for name in ODD_COLUMNS)
    values = "v," * len(ODD_COLUMNS)
    lines = TINY["patients"].splitlines()
    text = "\n".join([f"{names},{lines[0]}", *(values + line for line in lines[1:])]) + "\n"
    one = gated(write_delivery_of(tmp_path, patients=text))
    assert one.decision.is_open
    assert [row[1] for row in one.core["patients"]] == ["A", "B", "C"]
    labels = [label for _, label in one.read.extra_columns]
    assert len(labels) == len(ODD_COLUMNS)
    assert all(label.isprintable() and len(label) <= 80 for label in labels)
    assert {"row_number", "c0", "column 1 (name withheld)"} <= set(labels)


def test_a_registry_whose_name_does_not_fit_has_no_working_files(tmp_path: Path) -> None:
    for name in ("..", "a/b", "", "x" * 65):
        with pytest.raises(BppError, match="a registry's name does not fit"):
            WorkingFiles.of(tmp_path, name)


def linked(tmp_path: Path, what: str) -> Path:
    """Put a link to the same thing outside in the place of a file or folder of the delivery."""
    folder = write_delivery_of(tmp_path / "landing")
    (folder.parent / "registry.toml").write_text("decimal = '.'", encoding="utf-8")
    place = {
        "file": folder / "patients.csv",
        "delivery": folder,
        "registry": folder.parent,
        "configuration": folder.parent / "registry.toml",
        "landing": folder.parent.parent,
    }[what]
    outside = tmp_path / "outside"
    place.rename(outside)
    place.symlink_to(outside)
    return folder


@pytest.mark.parametrize("what", ["file", "delivery", "registry", "configuration"])
def test_a_link_out_of_the_landing_is_refused(tmp_path: Path, what: str) -> None:
    one = gated(linked(tmp_path, what))
    assert {rule for _, rule in one.causes()} == {"file_outside_landing"}
    touched = {"file": {"patients"}, "delivery": set(TINY)}
    assert {table for table, _ in one.causes()} == touched.get(what, {DELIVERY})


def test_the_landing_itself_may_be_a_link(tmp_path: Path) -> None:
    assert gated(linked(tmp_path, "landing")).decision.is_open


def test_a_configuration_that_leads_nowhere_is_not_taken_for_none(tmp_path: Path) -> None:
    folder = write_delivery_of(tmp_path)
    (folder.parent / "registry.toml").symlink_to("nowhere.toml")
    assert gated(folder).causes() == {(DELIVERY, "configuration_invalid")}


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo], ids=["a folder", "a pipe"])
def test_a_configuration_that_is_no_file_shuts_the_gate(tmp_path: Path, make: object) -> None:
    folder = write_delivery_of(tmp_path)
    assert callable(make)
    make(folder.parent / "registry.toml")
    one = gated(folder)
    assert one.causes() == {(DELIVERY, "configuration_invalid")}
    assert one.message("configuration_invalid").startswith("registry.toml is not a file")


def test_a_landing_with_pipes_for_folders_is_surveyed_without_waiting(tmp_path: Path) -> None:
    write_delivery_of(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    os.mkfifo(tmp_path / "tiny" / "2025-01-01")
    assert survey(tmp_path).unfit == (f"pipe {UNFIT}", f"tiny/2025-01-01 {UNFIT}")


def test_what_somebody_put_beside_the_registries_of_a_warehouse_is_left_alone(tmp_path: Path) -> None:
    landing, warehouse = tmp_path / "landing", tmp_path / "warehouse"
    write_delivery_of(landing)
    assert admit(landing, warehouse).is_open
    stray = [warehouse / "registries" / name for name in ("a stray folder", "empty", "notes.txt")]
    for path in stray[:2]:
        (path / "inside").mkdir(parents=True)
    stray[2].write_text("x", encoding="utf-8")
    made = release(warehouse)
    with opened_read_only(made.folder / "bpp.duckdb") as con:
        assert con.execute("select distinct registry from core.patients").fetchall() == [("tiny",)]
    names = [one.name for one in statuses_of(warehouse, survey(landing), {})]
    assert names == ["tiny"]
    assert all(path.exists() for path in stray)
