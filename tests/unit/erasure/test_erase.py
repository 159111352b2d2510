"""Erasing a patient: nothing of her is left anywhere, and everything else is as if she had never been sent.

Not here: an erasure that is cut short (`test_cut_short.py`); the command (`tests/operation/test_erase.py`).
"""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path

import duckdb
import polars as pl
import pytest

from bpp_etl.admission.working import WorkingFiles
from bpp_etl.check import check_delivery
from bpp_etl.difference.releases import difference_of
from bpp_etl.erasure import erase_patient, finish_erasures, search
from bpp_etl.errors import BppError, BusyError, NotFoundError, UsageError
from bpp_etl.events import load_protocol
from bpp_etl.identity.erased import FILE, begin_erasure, between_erasures, erased_of, erasing
from bpp_etl.identity.pseudonyms import Pseudonyms
from bpp_etl.identity.secret import FILE as KEY_FILE
from bpp_etl.release.build import assemble, publish
from bpp_etl.release.seal import differences_in
from bpp_etl.release.shelf import Shelf
from bpp_etl.release.told import listed
from bpp_etl.settings import Places
from bpp_etl.warehouse.audit import noted
from bpp_etl.warehouse.connection import opened_read_only
from tests.support.deliveries import write_delivery_of
from tests.support.patients_by_name import files_with
from tests.support.warehouses import admit, contents, release
from tests.unit.erasure.erased import ANNA, ID, KEPT, REFUSED, TOML, WORDS, left_of_her

OTHER = "registries/other"


def without_other(root: Path) -> tuple[Path, ...]:
    return (root / OTHER,)


def test_nothing_of_her_is_left_in_any_file(home: Places) -> None:
    """Both registries have her: she is erased from both, one by one."""
    root = home.warehouse
    before = left_of_her(root)
    assert {word for words in before.values() for word in words} >= {*WORDS, "bytes"}
    assert {name.rpartition("/")[2] for name in before} >= {"admitted.duckdb", "shut.duckdb", "bpp.duckdb"}
    first = erase_patient(home, "tiny", ID)
    assert not first.is_again
    assert left_of_her(root / "registries" / "tiny") == {}
    assert ID in repr(left_of_her(root)), "another registry's patient of the same id is another"
    erase_patient(home, "other", f"  {ID}\n")
    assert left_of_her(root) == {}
    kept = files_with(root, KEPT)
    assert {name for name, words in kept.items() if len(words) == len(KEPT)} == {
        name for name in before if name.endswith(".duckdb") and "shares" not in name
    }


def test_what_is_left_of_a_release_is_what_would_have_been_made_without_her(
    home: Places, tmp_path: Path
) -> None:
    shelf = Shelf.of(home.warehouse)
    ids = shelf.ids()
    for registry in ("tiny", "other"):
        erase_patient(home, registry, ID)
    assert shelf.ids() == ids
    landing, warehouse = tmp_path / "without" / "landing", tmp_path / "without" / "warehouse"
    for registry, tables in (("tiny", REFUSED), ("other", ANNA)):
        without = {
            table: "".join(line for line in text.splitlines(keepends=True) if ID not in line)
            for table, text in tables.items()
        }
        folder = write_delivery_of(landing, registry=registry, **without)
        shutil.copyfile(home.landing / "tiny" / "registry.toml", folder.parent / "registry.toml")
        assert admit(landing, warehouse, registry).is_open
    never = contents(release(warehouse).folder / "bpp.duckdb")
    made = contents(shelf.folder(ids[0]) / "bpp.duckdb")
    same = {name for name in never if name.partition(".")[0] in {"metric", "event"}}
    same |= {"quality.table_count", "quality.event_rule"}
    assert {name for name in same if made[name] != never[name]} == set()
    with opened_read_only(shelf.folder(ids[0]) / "bpp.duckdb") as con:
        told = con.execute(
            "select counted.admitted, (select count(*) from core.lab_results where registry = $r)"
            " from quality.table_count as counted where \"table\" = 'lab_results' and registry = $r",
            {"r": "tiny"},
        ).fetchall()
    assert told == [(0, 0)]


def test_a_release_that_is_made_anew_says_so_and_is_whole(home: Places) -> None:
    shelf = Shelf.of(home.warehouse)
    before = {one: shelf.manifest(one) for one in shelf.ids()}
    in_service = shelf.in_service()
    erase_patient(home, "tiny", ID)
    assert shelf.in_service() == in_service
    assert shelf.damage_in_service() is None
    for one, was in before.items():
        manifest = shelf.manifest(one)
        assert differences_in(shelf.folder(one)) == {}
        (told,) = manifest["rewritten"]
        graph = json.loads((shelf.folder(one) / "ro-crate-metadata.json").read_text())["@graph"]
        digests = {part["@id"]: part["sha256"] for part in graph if "sha256" in part}
        assert digests.items() <= manifest["files"].items()
        assert {part["dateModified"] for part in graph if "dateModified" in part} == {told["at"]}
        assert told["content_digest_before"] == was["content_digest"] != manifest["content_digest"]
        assert told["why"] == "a patient was erased"
        assert (manifest["created_at"], manifest["input"]) == (was["created_at"], was["input"])
        assert "rewritten" not in was
        lines = " ".join(listed(home.warehouse).split())
        assert f"{one}: made anew on {told['at'][:10]}, a patient was erased" in lines
    assert not (shelf.current.stat().st_mode | (shelf.folder(one) / "bpp.duckdb").stat().st_mode) & 0o222


def test_a_reader_that_has_the_file_open_keeps_it(home: Places) -> None:
    with duckdb.connect(str(Shelf.of(home.warehouse).current), read_only=True) as con:
        erase_patient(home, "tiny", ID)
        assert con.execute("select count(*) from core.patients").fetchall() == [(6,)]
    with duckdb.connect(str(Shelf.of(home.warehouse).current), read_only=True) as con:
        assert con.execute("select count(*) from core.patients").fetchall() == [(5,)]


def test_what_is_delivered_again_is_left_out_counted_and_told(home: Places) -> None:
    erase_patient(home, "tiny", ID)
    folder = write_delivery_of(home.landing, day="2025-02-28", **REFUSED)
    decision = admit(home.landing, home.warehouse)
    assert decision.is_open, "she is not missed either"
    (warning,) = (one for one in decision.warnings if one.rule == "erased_patient_delivered")
    assert warning.message == (
        "rows of patients who were erased are delivered again, and left out: 2 of bone_lesions,"
        " 1 of her2_tests, 5 of imaging_assessments, 4 of lab_results, 1 of patients, 1 of therapy_lines"
    )
    release(home.warehouse, 2)
    assert left_of_her(home.warehouse / "registries" / "tiny") == {}
    with opened_read_only(Shelf.of(home.warehouse).current) as con:
        rows = con.execute(
            "select source, rows from quality.source_row where registry = 'tiny' and meaning like '%erased%'"
            " and delivery_status = 'admitted' order by source"
        ).fetchall()
        (counted,) = con.execute(
            "select sum(delivered), sum(admitted + refused + ignored) from quality.table_count"
            " where registry = 'tiny' and delivery_status = 'admitted'"
        ).fetchall()
    assert dict(rows)["imaging_assessments"] == 5
    assert counted[0] == counted[1] > 0
    text, _ = check_delivery(folder, "json", warehouse=home.warehouse)
    assert "erased_patient_delivered" in text
    assert ID not in text
    toml = f"{TOML}[accept.erased_patient_delivered]\nuntil = 2025-12-31\n"
    (folder.parent / "registry.toml").write_text(f'{toml}reason = "asked for"\nby = "x"\n', encoding="utf-8")
    assert "erased_patient_delivered" not in {
        one.rule for one in admit(home.landing, home.warehouse).warnings
    }


def test_her_assessments_are_known_though_she_is_not_delivered(unpublished: Places) -> None:
    erase_patient(unpublished, "tiny", ID)
    alone = {table: text for table, text in REFUSED.items() if table == "bone_lesions"}
    rest = {
        table: "".join(line for line in text.splitlines(keepends=True) if ID not in line)
        for table, text in REFUSED.items()
    }
    write_delivery_of(unpublished.landing, day="2025-02-28", **{**rest, **alone})
    admit(unpublished.landing, unpublished.warehouse)
    assert left_of_her(unpublished.warehouse / "registries" / "tiny") == {}


def test_an_assessment_that_is_hers_too_is_nobody_s(unpublished: Places) -> None:
    """Her lesions must not come to stand for those of another patient with the same id of an assessment."""
    erase_patient(unpublished, "tiny", ID)
    images = REFUSED["imaging_assessments"] + f"{ID}1,{KEPT[1]},2024-04-01,CT,true,SD\n"
    write_delivery_of(unpublished.landing, day="2025-02-28", **{**REFUSED, "imaging_assessments": images})
    assert admit(unpublished.landing, unpublished.warehouse).is_open
    with opened_read_only(WorkingFiles.of(unpublished.warehouse, "tiny").admitted) as con:
        found = con.execute("select patient_id from core.imaging_assessments order by all").fetchall()
    assert [one for (one,) in found] == [KEPT[0]] * 3 + [KEPT[1]] * 2


@pytest.mark.parametrize(("registry", "patient"), [("tiny", "NOBODY"), ("tiny", ID.lower()), ("gone", ID)])
def test_an_unknown_patient_is_refused_and_nothing_changes(
    unpublished: Places, registry: str, patient: str
) -> None:
    before = left_of_her(unpublished.warehouse)
    with pytest.raises(NotFoundError) as error:
        erase_patient(unpublished, registry, patient)
    assert patient not in f"{error.value.message}{error.value.hint}"
    assert error.value.exit_code == 4
    assert left_of_her(unpublished.warehouse) == before
    assert not (unpublished.warehouse / FILE).exists()
    assert not (unpublished.warehouse / "registries" / "gone").exists()


@pytest.mark.parametrize(("registry", "patient"), [("../tiny", ID), ("tiny", " "), ("", ID)])
def test_words_that_name_nobody_are_refused(unpublished: Places, registry: str, patient: str) -> None:
    with pytest.raises(UsageError):
        erase_patient(unpublished, registry, patient)


def test_a_warehouse_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="there is no warehouse"):
        erase_patient(Places(tmp_path, tmp_path / "none"), "tiny", ID)
    assert not (tmp_path / "none").exists()


def test_to_erase_her_again_says_that_nothing_is_left(unpublished: Places) -> None:
    erase_patient(unpublished, "tiny", ID)
    lines = (unpublished.warehouse / FILE).read_text().splitlines()
    assert erase_patient(unpublished, "tiny", ID).is_again
    assert (unpublished.warehouse / FILE).read_text().splitlines() == lines


def test_the_list_and_the_audit_name_nobody(unpublished: Places) -> None:
    erase_patient(unpublished, "tiny", ID)
    (told,) = (one for one in noted(unpublished.warehouse) if one["action"] == "erase")
    assert told["registry"] == "tiny"
    assert told["detail"] in (unpublished.warehouse / FILE).read_text()
    assert len(told["detail"]) == 64
    assert erased_of(unpublished.warehouse, "tiny").has("patient_id", ID)
    assert not erased_of(unpublished.warehouse, "other").has("patient_id", ID)
    assert not erased_of(unpublished.warehouse, "tiny").has("patient_id", KEPT[0])
    assert oct((unpublished.warehouse / KEY_FILE).stat().st_mode & 0o077) == "0o0"


def test_the_log_of_shares_forgets_her_and_counts_her_all_the_same(home: Places) -> None:
    log, of_single_patients = sorted((home.warehouse / "shares").glob("2*"))
    before = set(pl.read_parquet(log / "patients.parquet")["told"])
    done = erase_patient(home, "tiny", ID).done
    after = pl.read_parquet(log / "patients.parquet")["told"]
    assert after.n_unique() == len(before) == 6
    assert len(before - set(after)) == 1
    assert after.is_sorted()
    assert not of_single_patients.exists(), "it told her values"
    assert f"shares/{of_single_patients.name} told single patients: removed from the log" in done


def test_while_something_is_written_nothing_is_erased(unpublished: Places) -> None:
    files = WorkingFiles.of(unpublished.warehouse, "tiny")
    for holding in (files.locked(), between_erasures(unpublished.warehouse), erasing(unpublished.warehouse)):
        with holding, pytest.raises(BusyError):
            erase_patient(unpublished, "tiny", ID)
    assert not (unpublished.warehouse / FILE).exists()
    assert ID in repr(left_of_her(unpublished.warehouse))


def test_a_release_that_was_assembled_before_is_not_published_after(home: Places) -> None:
    shelf, protocols = Shelf.of(home.warehouse), [load_protocol("xu2025")]
    assemble(home.warehouse, protocols)
    kept_aside = home.warehouse.parent / "aside"
    shutil.copytree(shelf.building, kept_aside)
    erase_patient(home, "tiny", ID)
    shutil.copytree(kept_aside, shelf.building)  # as a builder on another machine still has it
    ids = shelf.ids()
    with pytest.raises(BppError, match="a patient was erased while the release was made"):
        publish(home.warehouse, created_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    assert shelf.ids() == ids
    assert not shelf.building.exists()
    assert (
        left_of_her(home.warehouse / "published", (home.warehouse / OTHER,)).keys()
        == left_of_her(home.warehouse / "published").keys()
    )


def test_a_damaged_file_cannot_be_searched_and_is_removed(home: Places) -> None:
    shelf, files = Shelf.of(home.warehouse), WorkingFiles.of(home.warehouse, "tiny")
    first, second = shelf.ids()
    for path in (shelf.releases / first / "bpp.duckdb", files.shut):
        path.chmod(0o600)
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    done = erase_patient(home, "tiny", ID).done
    assert f"release {first} is removed: it is damaged and cannot be searched" in done
    assert "tiny/shut.duckdb is damaged and cannot be searched: removed" in done
    assert shelf.ids() == [second]
    assert not files.shut.exists()
    assert left_of_her(home.warehouse / "registries" / "tiny") == {}


def test_a_file_that_cannot_be_searched_for_want_of_memory_is_not_taken_for_damaged(
    home: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would be removed, and with it the patients of a whole registry."""
    shelf, files = Shelf.of(home.warehouse), WorkingFiles.of(home.warehouse, "tiny")
    ids = shelf.ids()

    def lacking(*_: object) -> None:
        raise duckdb.OutOfMemoryException("failed to allocate")

    begin_erasure(home.warehouse, "tiny", ID, [])
    for refused in (lambda: erase_patient(home, "tiny", ID), lambda: finish_erasures(home)):
        with monkeypatch.context() as patch:
            patch.setattr(search, "make_read_ids", lacking)
            with pytest.raises(BppError, match="memory"):
                refused()
    assert shelf.ids() == ids
    assert files.admitted.exists()
    finish_erasures(home)
    assert left_of_her(home.warehouse / "registries" / "tiny") == {}


def test_a_release_whose_protocols_are_not_at_hand_is_removed(home: Places) -> None:
    shelf = Shelf.of(home.warehouse)
    for one in shelf.ids():
        folder = shelf.folder(one)
        (folder / "bpp.duckdb").chmod(0o600)
        with duckdb.connect(str(folder / "bpp.duckdb")) as con:
            con.execute("update meta.release set protocols = ['xu2025:other']")
        manifest = json.loads((folder / "manifest.json").read_text())
        manifest["files"].pop("report.html")
        manifest["files"] = {}
        (folder / "manifest.json").write_text(json.dumps(manifest))
    done = erase_patient(home, "tiny", ID).done
    assert sum("its protocols are not at hand" in line for line in done) == 2
    assert shelf.ids() == []
    assert not shelf.current.exists()
    assert "nothing is in service until a release is published" in done
    assert left_of_her(home.warehouse / "published") == {}


def test_a_list_that_was_made_by_another_key_stops_every_delivery(unpublished: Places) -> None:
    erase_patient(unpublished, "tiny", ID)
    (unpublished.warehouse / KEY_FILE).write_text("0" * 64)
    for lost in (False, True):
        if lost:
            (unpublished.warehouse / KEY_FILE).unlink()
        with pytest.raises(BppError, match="is not the key by which"):
            admit(unpublished.landing, unpublished.warehouse)
    assert left_of_her(unpublished.warehouse / "registries" / "tiny") == {}


def test_with_pseudonyms_she_is_erased_by_either_name_and_from_what_was_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Places(tmp_path / "landing", tmp_path / "warehouse")
    write_delivery_of(home.landing, **ANNA)
    admit(home.landing, home.warehouse)
    release(home.warehouse)
    monkeypatch.setenv("BPP_PSEUDONYM_KEY", "k" * 40)
    pseudonym = Pseudonyms.by("k" * 40).of("tiny", "patient_id", ID)
    admit(home.landing, home.warehouse)
    release(home.warehouse, 1)
    assert set(files_with(home.warehouse, [pseudonym, ID]))
    erase_patient(home, "tiny", ID)
    assert files_with(home.warehouse, [pseudonym]) == {}
    assert left_of_her(home.warehouse) == {}
    write_delivery_of(home.landing, day="2025-01-31", **ANNA)
    assert "erased_patient_delivered" in {one.rule for one in admit(home.landing, home.warehouse).warnings}
    assert left_of_her(home.warehouse) == {}
    other = Pseudonyms.by("k" * 40).of("tiny", "patient_id", KEPT[0])
    with monkeypatch.context() as patch:
        patch.delenv("BPP_PSEUDONYM_KEY")
        with pytest.raises(UsageError, match="the ids of tiny are pseudonyms, and no key is configured"):
            erase_patient(home, "tiny", KEPT[0])
        erase_patient(home, "tiny", other)
    write_delivery_of(home.landing, day="2025-02-28", **ANNA)
    admit(home.landing, home.warehouse)
    assert files_with(WorkingFiles.of(home.warehouse, "tiny").folder, [other]) == {}


def test_who_was_erased_stays_so_when_ids_become_pseudonyms(
    unpublished: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    erase_patient(unpublished, "tiny", ID)
    monkeypatch.setenv("BPP_PSEUDONYM_KEY", "k" * 40)
    write_delivery_of(unpublished.landing, day="2025-02-28", **REFUSED)
    admit(unpublished.landing, unpublished.warehouse)
    pseudonym = Pseudonyms.by("k" * 40).of("tiny", "patient_id", ID)
    assert files_with(unpublished.warehouse / "registries" / "tiny", [pseudonym, ID]) == {}


def test_nothing_is_ended_where_nothing_was_begun(unpublished: Places) -> None:
    told: list[str] = []
    finish_erasures(unpublished, told.append)
    assert told == []


def test_a_working_file_of_an_earlier_version_is_searched_all_the_same(unpublished: Places) -> None:
    """Its ids are taken as canonical; it is judged anew by the next refresh."""
    files = WorkingFiles.of(unpublished.warehouse, "tiny")
    for path in (files.admitted, files.shut):
        with duckdb.connect(str(path)) as con:
            con.execute("drop table raw.read_delivery")
            con.execute("alter table quality.table_count drop column refused_share_limit")
    done = erase_patient(unpublished, "tiny", ID).done
    assert done == (
        "tiny/admitted.duckdb is written anew",
        "tiny/shut.duckdb is written anew",
        "the files of 2 deliveries, as they came, are no longer kept: tiny in raw/",
    )
    assert left_of_her(files.folder) == {}
    assert set(files_with(files.folder, KEPT)) == {"admitted.duckdb", "shut.duckdb"}
    assert admit(unpublished.landing, unpublished.warehouse).status == "shut"


def test_a_report_that_is_the_controlled_one_stays_so(home: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = Shelf.of(home.warehouse)
    shelf.remove(shelf.ids()[0])
    monkeypatch.setenv("BPP_REPORT", "shared")
    erase_patient(home, "tiny", ID)
    (kept,) = shelf.ids()
    assert differences_in(shelf.folder(kept)) == {}
    report = (shelf.folder(kept) / "report.html").read_text(encoding="utf-8")
    assert str(ANNA["patients"].splitlines()[2].split(",")[0]) not in report
    assert "stays in the house" not in report


def test_what_moved_between_two_releases_is_told_anew_of_what_is_left(home: Places) -> None:
    shelf = Shelf.of(home.warehouse)
    erase_patient(home, "tiny", ID)
    before, after = (shelf.folder(one) / "bpp.duckdb" for one in shelf.ids())
    found = {(row["metric"], row["stratum"]) for row, _ in difference_of(before, after).numbers}
    with opened_read_only(after) as con:
        told = con.execute("select metric, stratum, release_before from quality.change").fetchall()
        counted = con.execute(
            "select rows from meta.\"table\" where schema = 'quality' and \"table\" = 'change'"
        ).fetchall()
    assert {row[:2] for row in told} == found
    assert {row[2] for row in told} <= {shelf.ids()[0]}
    assert counted == [(len(told),)]
