"""The folder of an export: whole or not there, the owner's alone, of a release that is as it was published.

Not here: what the formats say.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bpp_etl.errors import BppError, DamagedError, NotFoundError, UsageError
from bpp_etl.export import Exported, export_release, make
from bpp_etl.export.format import OPTIONS
from bpp_etl.export.formats import FORMATS
from bpp_etl.identity.erased import begin_erasure
from bpp_etl.release.seal import FILE
from bpp_etl.release.shelf import Shelf
from bpp_etl.warehouse.audit import noted
from tests.support.releases import MadeRelease, publish_made
from tests.unit.export.conftest import COURSES, NOW

ONE = {"one": {"P1": "day -3 CT\nday 42 CT: new osteoblastic rib\nday 84 CT\nday 126 CT"}}
FORMS = list(FORMATS)


def exported(warehouse: Path, target: Path, form: str = "parquet", **more: Any) -> Exported:
    return export_release(warehouse, target, form, now=NOW, **more)


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A warehouse that a test may change."""
    publish_made(tmp_path / "warehouse", MadeRelease(ONE))
    return tmp_path / "warehouse"


@pytest.mark.parametrize("form", FORMS)
def test_files_are_for_the_owner_alone_and_no_other_lies_beside(
    form: str, export: Callable[[str], Exported]
) -> None:
    folder = export(form).folder
    for path in (folder, *folder.rglob("*")):
        assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600), path
    assert [path.name for path in folder.parent.iterdir()] == [form]
    told = json.loads((folder / "export.json").read_text(encoding="utf-8"))
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert files == {*told["files"], "export.json"}
    assert told["format"] == form


@pytest.mark.parametrize("form", FORMS)
def test_what_is_told_of_it_names_no_patient(form: str, export: Callable[[str], Exported]) -> None:
    made = export(form)
    told = made.told + json.dumps(
        json.loads((made.folder / "export.json").read_text(encoding="utf-8"))["notes"]
    )
    ids = {patient for courses in COURSES.values() for patient in courses if len(patient) > 8}
    assert len(ids) > 4
    assert not [one for one in ids if one in told]


@pytest.mark.parametrize("form", FORMS)
def test_the_same_release_gives_the_same_files(form: str, warehouse: Path, tmp_path: Path) -> None:
    digests = []
    for place in ("a", "b"):
        made = exported(warehouse, tmp_path / place, form)
        told = json.loads((made.folder / "export.json").read_text(encoding="utf-8"))["files"]
        # A transport file and a log say when they were written; files of Delta are named anew.
        same = {name: one for name, one in told.items() if not name.endswith(".xpt")}
        if form == "delta":
            same = {
                f"{one} {name.rpartition('/')[0]}": one for name, one in same.items() if "_log/" not in name
            }
        digests.append(same)
    assert digests[0] == digests[1] != {}


def test_an_empty_folder_is_filled_and_any_other_is_left_alone(own: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir(mode=0o755)
    exported(own, tmp_path / "empty")
    assert (tmp_path / "empty").stat().st_mode & 0o777 == 0o700
    before = sorted(tmp_path.rglob("*"))
    (tmp_path / "file").touch()
    for taken in ("empty", "file"):
        with pytest.raises(UsageError, match="is taken"):
            exported(own, tmp_path / taken)
    (tmp_path / "file").unlink()
    assert sorted(tmp_path.rglob("*")) == before


def test_what_fails_leaves_nothing_and_is_not_in_the_audit(
    own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(source: object, folder: Path) -> None:
        (folder / "half.parquet").touch()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(make, "format_named", lambda name: replace(FORMATS[name], write=fails))
    with pytest.raises(BppError, match="no room"):
        exported(own, tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["warehouse"]
    assert "export" not in {line["action"] for line in noted(own)}


def test_what_a_killed_process_left_is_cleared_away_by_the_next(own: Path, tmp_path: Path) -> None:
    left = tmp_path / ".out.building-.999999999"
    of_another = tmp_path / ".other.building-.999999999"
    for folder in (left, of_another):
        folder.mkdir()
        (folder / "adsl.parquet").touch()
    exported(own, tmp_path / "out")
    assert not left.exists()
    assert of_another.exists()


def test_it_is_noted_who_exported_what(own: Path, tmp_path: Path) -> None:
    made = exported(own, tmp_path / "out")
    (line,) = [line for line in noted(own) if line["action"] == "export"]
    assert (line["release_id"], line["detail"]) == (made.release_id, "parquet")


def test_a_release_is_named_or_the_one_in_service(own: Path, tmp_path: Path) -> None:
    first = Shelf.of(own).in_service()
    later = MadeRelease(ONE, created_at=MadeRelease(ONE).created_at.replace(year=2022))
    second = publish_made(own, later)
    assert exported(own, tmp_path / "a").release_id == second
    assert exported(own, tmp_path / "b", release_id=first).release_id == first
    assert exported(own, tmp_path / "e", release_id="previous").release_id == first
    with pytest.raises(NotFoundError, match="there is no release nope"):
        exported(own, tmp_path / "c", release_id="nope")
    with pytest.raises(NotFoundError, match="no release to export"):
        exported(tmp_path / "nothing", tmp_path / "d")


def test_a_damaged_release_is_not_exported(own: Path, tmp_path: Path) -> None:
    shelf = Shelf.of(own)
    file = shelf.folder(str(shelf.in_service())) / FILE
    file.chmod(0o600)
    file.write_bytes(file.read_bytes()[:-5000])
    with pytest.raises(DamagedError):
        exported(own, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_nothing_is_exported_while_a_patient_is_to_be_erased(own: Path, tmp_path: Path) -> None:
    begin_erasure(own, "one", "P1", ())
    with pytest.raises(BppError, match="cut short"):
        exported(own, tmp_path / "out")


def test_a_protocol_is_one_of_the_release_to_the_last_number(own: Path, tmp_path: Path) -> None:
    made = exported(own, tmp_path / "out", "adam", protocol="xu2025")
    told = json.loads((made.folder / "export.json").read_text(encoding="utf-8"))
    assert told["protocol"].startswith("xu2025:")
    with pytest.raises(UsageError, match="made by other protocols: xu2025"):
        exported(own, tmp_path / "b", "adam", protocol="lin2021")
    with pytest.raises(UsageError, match="made by other protocols: xu2025"):
        exported(own, tmp_path / "c", "adam", protocol="recist11")


def test_a_protocol_of_its_own_is_named_by_its_file_which_is_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    shutil.copyfile(Path(make.__file__).parents[1] / "events" / "protocols" / "xu2025_one_ct.toml", file)
    file.write_text(file.read_text(encoding="utf-8").replace("xu2025_one_ct", "own"), encoding="utf-8")
    publish_made(tmp_path / "warehouse", MadeRelease(ONE, protocols=(str(file),)))
    with pytest.raises(UsageError, match="made by own, a protocol of its own") as caught:
        exported(tmp_path / "warehouse", tmp_path / "a", "adam")
    assert "--protocol" in caught.value.hint
    exported(tmp_path / "warehouse", tmp_path / "a", "adam", protocol=str(file))
    file.write_text(file.read_text(encoding="utf-8").replace("value = 1", "value = 3"), encoding="utf-8")
    with pytest.raises(UsageError, match="made by other protocols: own"):
        exported(tmp_path / "warehouse", tmp_path / "b", "adam", protocol=str(file))


def test_a_second_protocol_is_told_where_it_is_asked_for(tmp_path: Path) -> None:
    publish_made(tmp_path / "warehouse", MadeRelease(ONE, protocols=("xu2025", "xu2025_one_ct")))
    made = exported(tmp_path / "warehouse", tmp_path / "out", "adam", protocol="xu2025_one_ct")
    told = json.loads((made.folder / "export.json").read_text(encoding="utf-8"))
    assert told["protocol"].startswith("xu2025_one_ct:")


@pytest.mark.parametrize("form", FORMS)
def test_a_format_says_which_options_it_does_not_take(form: str, own: Path, tmp_path: Path) -> None:
    asked = {"protocol": "xu2025", "with_quarantine": True, "without_age": True}
    assert asked.keys() == OPTIONS.keys() >= FORMATS[form].options
    for name in asked.keys() - FORMATS[form].options:
        with pytest.raises(UsageError, match=f"{form} takes no {OPTIONS[name]}"):
            exported(own, tmp_path / "out", form, **{name: asked[name]})


def test_a_format_that_is_none_is_told_with_those_that_are(own: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no export format spss") as caught:
        exported(own, tmp_path / "out", "spss")
    assert all(form in caught.value.hint for form in FORMS)


def test_a_folder_that_cannot_be_made_is_told_in_a_line(own: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="cannot be written to"):
        exported(own, tmp_path / "file" / "out")
