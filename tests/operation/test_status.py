"""`bpp status`: how each registry and the release are, and that nothing which needs a person goes unsaid.

Not here: finding damage (`tests/faults`).
"""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path

import pytest

from assets import status as door
from assets.instance import CONFIGURATION, HOME, home_of
from assets.refresh import refresh
from assets.resources import Warehouse
from bpp_etl.identity.erased import begin_erasure, end_erasure
from bpp_etl.pages.plain_text import WIDTH, cells_of
from bpp_etl.release.seal import WITHDRAWN
from bpp_etl.release.shelf import MANIFEST, Shelf
from bpp_etl.settings import Places
from bpp_etl.status.show import as_json, as_text
from bpp_etl.status.warehouse import LEAST_ROOM, Operated, WarehouseStatus, status_of
from tests.support.deliveries import TINY, write_delivery_of
from tests.support.warehouses import files_in

NOW = dt.datetime.now(dt.UTC)
MALES = TINY["patients"].replace("female", "male")


def three_registries(home: Path) -> None:
    """Refresh a registry that is well, one that everyone is told of, and one that is shut."""
    write_delivery_of(home / "landing", "well")
    write_delivery_of(home / "landing", "warned", patients=MALES)
    write_delivery_of(home / "landing", "shut", bone_lesions="assessment_id\nA1\n")
    refresh(Warehouse(landing=str(home / "landing"), warehouse=str(home / "warehouse")))


@pytest.fixture(scope="module")
def refreshed(made_once) -> Path:
    home, _ = made_once("status", three_registries)
    return home


@pytest.fixture
def home(refreshed: Path, tmp_path: Path) -> Path:
    """A copy to change."""
    shutil.copytree(refreshed, tmp_path / "copy", symlinks=True)
    return tmp_path / "copy"


def look(
    home: Path,
    *,
    days: float = 1.0,
    is_running: bool = False,
    at: dt.datetime = NOW,
) -> WarehouseStatus:
    ages = dict.fromkeys(("well", "warned"), days)
    operated = Operated(ages, 35, 35, "runs" if is_running else "does not run", is_running)
    return status_of(Places(home / "landing", home / "warehouse"), operated, at)


def needs(found: WarehouseStatus) -> dict[str, list[tuple[str, str]]]:
    told: dict[str, list[tuple[str, str]]] = {}
    for need in found.needs:
        told.setdefault(need.about, []).append((need.what, need.do))
    return told


def states(found: WarehouseStatus) -> dict[str, str]:
    return {registry.name: registry.state for registry in found.registries}


def test_what_is_shut_or_warned_of_needs_a_person_and_what_is_well_does_not(refreshed: Path) -> None:
    before = files_in(refreshed)
    found = look(refreshed)
    assert states(found) == {"shut": "shut", "warned": "admitted", "well": "admitted"}
    told = needs(found)
    assert told.keys() == {"shut", "warned"}
    ((why, check),) = told["shut"]
    assert why.startswith("gate shut for 2024-12-31: ")
    assert check == f"bpp check {refreshed / 'landing' / 'shut' / '2024-12-31'}"
    ((warning, accept),) = told["warned"]
    assert warning == "warning sex_implausible (patients): 3 of 3 patients are male (100.0 %, limit 10 %)"
    assert accept == "where it is right: [accept.sex_implausible] in registry.toml"
    assert found.release is not None
    assert (found.release.is_newest, found.release.is_current) == (True, True)
    assert files_in(refreshed) == before


def test_a_delivery_that_waits_needs_a_person_where_nothing_runs_by_itself(home: Path) -> None:
    write_delivery_of(home / "landing", "well", "2025-01-31")
    assert needs(look(home))["well"] == [
        ("2025-01-31 waits to be judged (new delivery)", "bpp refresh --registry well")
    ]
    found = look(home, is_running=True)
    assert "well" not in needs(found)
    assert states(found)["well"] == "waiting"


def test_a_registry_whose_folder_is_gone_from_the_landing_is_told_for_its_patients_still_count(
    home: Path,
) -> None:
    (home / "landing" / "well").rename(home / "landing" / "better")
    ((what, do),) = needs(look(home))["well"]
    assert what == "its folder is gone from the landing, and its patients stay in every release"
    shutil.rmtree(home / "warehouse" / "registries" / "well")
    assert do == "put it back; renamed, or gone for good: take registries/well out of the warehouse"
    refresh(Warehouse(landing=str(home / "landing"), warehouse=str(home / "warehouse")))
    found = look(home)
    assert "well" not in needs(found)
    assert states(found) == {"better": "admitted", "shut": "shut", "warned": "admitted"}


def test_a_registry_that_is_late_is_named_and_one_at_the_limit_is_not(refreshed: Path) -> None:
    assert needs(look(refreshed, days=36))["well"] == [
        ("nothing admitted for 36 days", "ask the registry for a delivery")
    ]
    assert "well" not in needs(look(refreshed, days=35))


def test_a_damaged_file_is_named_with_its_way_out_and_hides_no_other_registry(home: Path) -> None:
    (home / "warehouse" / "registries" / "well" / "admitted.duckdb").write_bytes(b"not a database")
    found = look(home)
    assert states(found) == {"shut": "shut", "warned": "admitted", "well": "damaged"}
    ((what, do),) = needs(found)["well"]
    assert "admitted.duckdb of well is damaged" in what
    assert do.startswith("bpp refresh --registry well")


def test_a_release_that_is_old_missing_or_stepped_back_from_is_said(home: Path) -> None:
    late = NOW + dt.timedelta(days=40)
    assert any(what.startswith("made 40 days ago") for what, _ in needs(look(home, at=late))["release"])
    assert "release" not in needs(look(home, at=NOW + dt.timedelta(days=34)))
    shelf = Shelf.of(home / "warehouse")
    (made,) = shelf.ids()
    later = shelf.releases / "29991231T000000Z-00000000"
    shutil.copytree(shelf.folder(made), later)
    manifest = json.loads((later / MANIFEST).read_text(encoding="utf-8"))
    (later / MANIFEST).chmod(0o600)
    (later / MANIFEST).write_text(json.dumps(manifest | {"release_id": later.name}), encoding="utf-8")
    ((what, _),) = needs(look(home))["release"]
    assert "somebody stepped back" in what
    shutil.rmtree(shelf.published)
    ((what, do),) = needs(look(home))["release"]
    assert (what, do) == ("none is in service, though deliveries are admitted", "bpp refresh")


def test_a_delivery_of_a_day_to_come_is_said_of_each_registry_that_has_one(refreshed: Path) -> None:
    day = dt.datetime(2024, 12, 31, tzinfo=dt.UTC)
    kinds = {
        before: {
            need.about
            for need in look(refreshed, at=day - dt.timedelta(days=before)).needs
            if "to come" in need.kind
        }
        for before in (0, 1, 2)
    }
    assert kinds == {0: set(), 1: set(), 2: {"shut", "warned", "well"}}


def test_calls_that_a_release_withdrew_are_said(home: Path) -> None:
    shelf = Shelf.of(home / "warehouse")
    (made,) = shelf.ids()
    place = shelf.folder(made) / MANIFEST
    told = json.loads(place.read_text(encoding="utf-8"))
    assert told[WITHDRAWN] == {}, "the first"
    place.chmod(0o600)
    place.write_text(json.dumps(told | {WITHDRAWN: {"xu2025": 1}}), encoding="utf-8")
    found = look(home)
    ((what, do),) = needs(found)["release"]
    assert what.startswith("of 1 patient the release before called a pseudoprogression")
    assert do.startswith("bpp releases diff; ")
    assert "release: calls withdrawn" in found.kinds()


def test_what_left_the_landing_or_is_called_strangely_is_said(home: Path) -> None:
    shutil.rmtree(home / "landing" / "well")
    (home / "landing" / "warned" / "Summer").mkdir()
    found = look(home)
    assert states(found)["well"] == "not_delivered"
    assert needs(found)["landing"][0][0].startswith("left alone: warned/Summer")
    shutil.rmtree(home / "landing")
    told = needs(look(home))
    assert "does not exist" in told["landing"][0][0]
    assert "well" not in told  # that its folder is gone is no news then


def test_a_disk_that_is_nearly_full_is_said(refreshed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for free, is_said in ((LEAST_ROOM - 1, True), (LEAST_ROOM, False)):
        monkeypatch.setattr(shutil, "disk_usage", lambda _, free=free: shutil._ntuple_diskusage(0, 0, free))
        assert ("disk" in needs(look(refreshed))) is is_said


def test_the_screen_is_eighty_wide_and_a_command_to_copy_stays_whole(refreshed: Path) -> None:
    lines = as_text(look(refreshed)).splitlines()
    assert lines[0].endswith("need a person")
    check = f"    bpp check {refreshed / 'landing' / 'shut' / '2024-12-31'}"
    report = next(line for line in lines if line.startswith("report: "))
    assert check in lines
    assert all(cells_of(line) <= WIDTH for line in lines if line not in (check, report))


def test_a_warning_names_its_rule_its_counts_and_how_it_is_mended(refreshed: Path) -> None:
    text = as_text(look(refreshed))
    assert "- warned: warning sex_implausible (patients): 3 of 3 patients are male (100.0 %," in text
    assert "    Check how the export codes sex, and whether it holds other cancers;" in text
    assert "    where it is right: [accept.sex_implausible] in registry.toml" in text.splitlines()
    (need,) = (one for one in look(refreshed).needs if one.about == "warned")
    assert need.kind == "a warning (sex_implausible)"


def test_the_json_holds_every_breach_with_its_severity(refreshed: Path) -> None:
    told = json.loads(as_json(look(refreshed)))
    assert told["needs_a_person"] is True
    by_name = {registry["registry"]: registry for registry in told["registries"]}
    assert {
        (one["table"], one["rule"], one["severity"], one["status"])
        for one in by_name["warned"]["admitted"]["breaches"]
    } >= {("patients", "sex_implausible", "warn", "failed")}
    assert by_name["shut"]["shut"]["delivery"] == "2024-12-31"
    assert by_name["well"]["admitted"]["warnings"] == []


def test_the_door_reads_the_instance_and_makes_none(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for registry in ("shut", "warned"):
        shutil.rmtree(home / "landing" / registry)
        shutil.rmtree(home / "warehouse" / "registries" / registry)
    refresh(Warehouse(landing=str(home / "landing"), warehouse=str(home / "warehouse")), full=True)
    text, needs_a_person = door.tell_status(home / "landing", home / "warehouse", "text")
    assert (needs_a_person, text.splitlines()[0]) == (False, "all well: nothing needs a person"), text
    assert "daemon:  never ran here" in text
    assert " min " in next(line for line in text.splitlines() if line.startswith("well"))
    nowhere = tmp_path / "nowhere"
    text, needs_a_person = door.tell_status(home / "landing", nowhere, "json")
    assert needs_a_person
    assert not nowhere.exists()


def test_where_others_look_on_it_is_told_by_kind_without_a_name_of_theirs(home: Path) -> None:
    (home / "landing" / "warned" / "Anna Planted").mkdir()
    (home / "landing" / "Berta Planted").mkdir()
    kinds = look(home).kinds()
    assert {"shut: gate shut", "landing: a name left alone (2 times)"} <= set(kinds)
    assert "Planted" not in repr(kinds)


def test_an_erasure_that_was_cut_short_needs_a_person(home: Path) -> None:
    warehouse = home / "warehouse"
    hashed = begin_erasure(warehouse, "well", "B", [])
    cut_short = ("the erasure of a patient was cut short", "bpp refresh")
    assert cut_short in needs(look(home))["well"]
    assert "well: an erasure" in look(home).kinds()
    end_erasure(warehouse, "well", hashed)
    assert cut_short not in needs(look(home)).get("well", [])


def test_a_key_of_pseudonyms_that_cannot_be_used_is_told_once(
    refreshed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BPP_PSEUDONYM_KEY", "short")
    found = look(refreshed)
    ((what, how),) = needs(found)["settings"]
    assert what == "the variable BPP_PSEUDONYM_KEY has fewer than 32 characters"
    assert how.startswith("make one: ")
    assert states(found) == {"shut": "shut", "warned": "admitted", "well": "admitted"}


@pytest.mark.parametrize("held", ["{{{: no settings", "- a list", "storage: 7\n", "\x00"])
def test_settings_of_the_run_storage_that_say_nothing_hide_neither_release_nor_registry(
    home: Path, held: str
) -> None:
    """A refresh writes them anew."""
    (home / "warehouse" / HOME / CONFIGURATION).write_text(held, encoding="utf-8")
    text, needs_a_person = door.tell_status(home / "landing", home / "warehouse", "text")
    assert needs_a_person
    assert "dagster.yaml of dagster, the run storage, cannot be read" in " ".join(text.split())
    assert "daemon:  not known" in text
    assert any(line.startswith("well") for line in text.splitlines())
    home_of(home / "warehouse")
    text, _ = door.tell_status(home / "landing", home / "warehouse", "text")
    assert "daemon:  never ran here" in text


def test_a_damaged_history_of_runs_hides_neither_release_nor_registry(home: Path) -> None:
    runs = home / "warehouse" / HOME / "history" / "runs.db"
    runs.write_bytes(b"no database" * 1000)
    text, needs_a_person = door.tell_status(home / "landing", home / "warehouse", "text")
    assert needs_a_person
    assert "dagster, the run storage, is damaged" in text
    assert any(line.startswith("well") for line in text.splitlines())
