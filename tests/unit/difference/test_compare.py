"""`bpp releases`: what is published, and what changed from one release to another and why.

Not here: building releases. Releases are written by hand, but for the last test: it refreshes a tiny landing.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Mapping
from pathlib import Path

import duckdb
import pytest

from bpp_etl.admission.admit import derive, gate
from bpp_etl.admission.working import WorkingFiles
from bpp_etl.difference.changes import IDENTITY
from bpp_etl.difference.movers import basis_of
from bpp_etl.difference.releases import difference_of
from bpp_etl.errors import NotFoundError
from bpp_etl.events import load_protocol
from bpp_etl.landing.deliveries import survey
from bpp_etl.pages.plain_text import cells_of
from bpp_etl.release.build import assemble, digests_of, publish
from bpp_etl.release.shelf import FILE, REPORT, Shelf
from bpp_etl.release.told import difference, listed
from bpp_etl.warehouse.connection import opened, opened_read_only
from schemas.catalog import catalog
from schemas.contract import columns_of
from schemas.metrics import METRICS
from schemas.metrics.bases import EVENTS
from schemas.metrics.strata import STRATA
from schemas.tables import TABLES
from tests.support.compared import AFTER, BEFORE, section
from tests.support.deliveries import TINY, with_rows, write_delivery_of
from tests.support.report_page import read_page


def test_releases_are_listed_oldest_first_with_their_counts(warehouse: Path) -> None:
    lines = listed(warehouse).splitlines()
    assert [line.split() for line in lines[1:3]] == [
        [BEFORE.release_id, "2021-03-01", "12:00", "2", "0", "5", "3"],
        ["*", AFTER.release_id, "2021-04-01", "08:00", "2", "1", "5", "4"],
    ]
    assert lines[3] == "* in service; admitted and shut count registries"


def test_an_empty_shelf_says_how_to_fill_it(tmp_path: Path) -> None:
    assert listed(tmp_path) == "no release yet; `bpp refresh` makes one"


def test_deliveries_that_changed_are_told_by_registry(told: list[str]) -> None:
    assert section(told, "Deliveries") == [
        "  east: delivery 2021-02-04 -> 2021-03-04",
        "  south: gate shut for 2021-03-04",
        "  west: delivery 2021-02-04 -> 2021-03-04",
    ]


def test_another_version_of_the_software_is_told(told: list[str]) -> None:
    assert section(told, "Software, protocols") == ["  code version: 1.0 -> 2.0"]


def test_patients_are_counted_by_where_they_came_from_and_went(told: list[str]) -> None:
    assert section(told, "Patients") == [
        "  xu2025",
        "    1 entered: indeterminate",
        "    1 changed: indeterminate -> true_progression",
        "    1 left: no_new_osteoblastic_lesion",
    ]


def test_rows_are_counted_as_added_corrected_gone_and_refused(told: list[str]) -> None:
    assert [line.split() for line in section(told, "Rows")[1:]] == [
        # Two CTs went with the patient who left, two came with the one who entered; one shows PD now.
        ["east", "bone_lesions", "2", "->", "3", "1", "0", "->", "3"],
        ["east", "imaging_assessments", "9", "->", "9", "2", "1", "2", "0"],
        ["east", "lab_results", "4", "->", "6", "2", "1", "0"],
        ["east", "patients", "3", "->", "3", "1", "1", "1", "0"],
        ["east", "therapy_lines", "3", "->", "3", "1", "1", "0"],
    ]


def test_a_headline_that_moved_names_the_registries_and_rows_that_moved_it(told: list[str]) -> None:
    words = " ".join(" ".join(section(told, "Estimates under xu2025")).split())
    assert (
        "time_to_pseudoprogression 52 days (48 to 60), 20 patients -> 54.5 days (50 to not reached), 22"
        " patients moved by east: bone_lesions 1 added and refused 0 -> 3; imaging_assessments 2 added, 1"
        " corrected and 2 gone; patients 1 added, 1 corrected and 1 gone; therapy_lines 1 added and 1 gone"
    ) in words
    assert "alp_change_at_event -20 U/L, p < 0.001, 20 patients -> -22 U/L, p 0.030, 20 patients" in words
    assert "lab_results 2 added and 1 corrected" in words
    assert "west" not in words


def test_headlines_that_stand_still_and_other_estimates_are_told_in_one_line_each(told: list[str]) -> None:
    lines = section(told, "Estimates under xu2025")
    assert "  unchanged: candidate_to_progression 300 days (200 to not reached), 20 patients" in lines
    assert "  suppressed in both: pseudoprogression_share" in lines
    assert lines[-1] == "  1 of 2 further estimates moved; metric.estimate of both files has them"


def test_no_patient_is_named(told: list[str]) -> None:
    assert "SECRET" not in "\n".join(told)


def test_text_fits_a_terminal_of_80_columns(warehouse: Path, told: list[str]) -> None:
    assert max(cells_of(line) for line in [*told, *listed(warehouse).splitlines()]) <= 80


def test_a_difference_read_backwards_turns_round(warehouse: Path) -> None:
    lines = difference(warehouse, AFTER.release_id, BEFORE.release_id).splitlines()
    assert "  east: delivery 2021-03-04 -> 2021-02-04" in section(lines, "Deliveries")
    assert "  south: 2021-03-04 is no longer shut out" in section(lines, "Deliveries")
    assert "    1 changed: true_progression -> indeterminate" in section(lines, "Patients")


def test_an_unknown_release_is_not_found(warehouse: Path) -> None:
    for pair in ((BEFORE.release_id, "20990101"), ("20990101", BEFORE.release_id)):
        with pytest.raises(NotFoundError, match="there is no release 20990101"):
            difference(warehouse, *pair)


def test_a_release_does_not_differ_from_itself(warehouse: Path) -> None:
    assert "does not differ from itself" in difference(warehouse, BEFORE.release_id, BEFORE.release_id)


@pytest.mark.parametrize("stratum", STRATA)
def test_what_a_metric_is_measured_of_exists(stratum: str) -> None:
    for metric in METRICS:
        basis = basis_of(metric, stratum)
        assert basis.tables
        assert set(basis.tables) <= set(TABLES)
        for relation, columns in basis.reads.items():
            schema, table = relation.split(".")
            assert set(columns) <= {column.name for column in columns_of(catalog()[schema][table])}


def test_what_is_not_in_both_releases_is_said_to_be_so_and_everything_else_is_told(
    warehouse: Path, tmp_path: Path
) -> None:
    shelf = Shelf.of(warehouse)
    before, after = (shelf.folder(one.release_id) / FILE for one in (BEFORE, AFTER))
    earlier = Path(shutil.copy(before, tmp_path))
    with duckdb.connect(str(earlier)) as con:
        con.execute("alter table event.pseudoprogression drop column alp_baseline")
    moved = {one.name: one.movers for one in difference_of(earlier, after).headlines["xu2025"].moved}
    (told,) = moved["alp_change_at_event"]
    assert told.startswith("rows that are not in both releases")
    assert moved["time_to_pseudoprogression"][0].startswith("east: bone_lesions 1 added")


def test_nobody_is_said_to_have_moved_what_is_not_declared() -> None:
    for metric, stratum in (("alp_of_tomorrow", "all"), ("alp_change_at_event", "sign=aries")):
        with pytest.raises(KeyError):
            basis_of(metric, stratum)


def test_a_stratum_adds_what_it_reads_to_what_the_metric_reads() -> None:
    assert "her2_tests" not in basis_of("pseudoprogression_share", "all").tables
    assert "her2_tests" in basis_of("pseudoprogression_share", "her2=positive").tables
    assert "her2_status" in basis_of("pseudoprogression_share", "her2=positive").reads[EVENTS]


def test_what_makes_rows_one_fact_are_columns_of_their_table() -> None:
    for table, columns in IDENTITY.items():
        assert set(columns) <= {column.name for column in columns_of(TABLES[table].contract)}


@pytest.fixture(scope="module")
def refreshed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    """Refresh a tiny landing twice: the second delivery adds a candidate and a refused row."""
    home = tmp_path_factory.mktemp("home")
    her2 = [f"A,2023-11-{day:02d},metastasis,0" for day in range(1, 25)]
    deliveries: list[Mapping[str, str]] = [
        {},
        {
            "imaging_assessments": with_rows("imaging_assessments", "C2,C,2024-03-25,CT,true,SD"),
            "bone_lesions": with_rows("bone_lesions", "C2,L1,rib,osteoblastic,new,none,false"),
            "patients": TINY["patients"].replace("B,female,2024-12-01", "B,female,2024-12-02"),
            "her2_tests": with_rows("her2_tests", *her2, "A,2023,primary,0"),
        },
    ]
    protocols = [load_protocol("xu2025")]
    ids = []
    for day, changed in enumerate(deliveries, 1):
        write_delivery_of(home / "landing", day=f"2024-12-{day:02d}", **changed)
        (delivery,) = survey(home / "landing").newest.values()
        files = WorkingFiles.of(home, "tiny")
        with files.locked():
            assert gate(files, delivery).is_open
            derive(files, "tiny", protocols)
        assemble(home, protocols)
        ids.append(publish(home, created_at=dt.datetime(2025, 1, day, tzinfo=dt.UTC)).release_id)
    return home, ids[0], ids[1]


def test_a_refreshed_landing_tells_its_difference_from_end_to_end(refreshed: tuple[Path, str, str]) -> None:
    lines = difference(*refreshed).splitlines()
    assert section(lines, "Deliveries") == ["  tiny: delivery 2024-12-01 -> 2024-12-02"]
    assert section(lines, "Patients") == [
        "  xu2025",
        "    1 changed: no_new_osteoblastic_lesion -> indeterminate",
    ]
    assert [line.split()[1:] for line in section(lines, "Rows")[1:]] == [
        ["bone_lesions", "2", "->", "3", "1", "0"],
        ["her2_tests", "1", "->", "25", "24", "0", "->", "1"],
        ["imaging_assessments", "10", "->", "11", "1", "0"],
        ["patients", "3", "->", "3", "1", "0"],
    ]
    words = " ".join(" ".join(section(lines, "Estimates under xu2025")).split())
    assert "moved by tiny: bone_lesions 1 added; imaging_assessments 1 added" in words


def test_what_moved_since_the_release_before_is_a_table_of_the_release(
    refreshed: tuple[Path, str, str],
) -> None:
    home, first, second = refreshed
    before, after = (Shelf.of(home).folder(one) / FILE for one in (first, second))
    with opened_read_only(before) as con:
        assert con.execute("from quality.change").fetchall() == []
    with opened_read_only(after) as con:
        told = con.execute(
            "select metric, stratum, estimate_before, estimate_after, causes, registries, moved_by"
            " from quality.change where release_before = $first and protocol = 'xu2025'",
            {"first": first},
        ).fetchall()
        estimates = {
            (metric, stratum): value
            for metric, stratum, value in con.execute(
                "select metric, stratum, estimate from metric.estimate where protocol = 'xu2025'"
            ).fetchall()
        }
    moved = difference_of(before, after).numbers
    assert {(row["metric"], row["stratum"]) for row, _ in moved} == {row[:2] for row in told}
    assert all(estimates[row[:2]] == row[3] for row in told)
    found = {row[:2]: row for row in told}
    shares = found["pseudoprogression_share_lowest", "all"]
    assert (shares[4], shares[5]) == (["delivery"], ["tiny"])
    assert shares[6] == ["tiny: bone_lesions 1 added; imaging_assessments 1 added; patients 1 corrected"]


def test_what_a_release_is_compared_with_does_not_count_for_its_content_digest(
    refreshed: tuple[Path, str, str], tmp_path: Path
) -> None:
    home, _, second = refreshed
    path = Path(shutil.copy(Shelf.of(home).folder(second) / FILE, tmp_path))
    with opened(path) as con:
        (published,) = con.execute("select content_digest from meta.release").fetchall()[0]
        con.execute("delete from quality.change")
        assert digests_of(con)[1] == published
        con.execute("delete from quality.delivery")
        assert digests_of(con)[1] != published


def test_the_report_of_a_release_says_what_changed_since_the_one_before(
    refreshed: tuple[Path, str, str],
) -> None:
    home, *ids = refreshed
    first, second = (read_page(Shelf.of(home).folder(one) / REPORT).by_id("changes").words for one in ids)
    assert "This is the first release" in first
    assert f"Since release {ids[0]}" in second
    assert "imaging_assessments 1 added" in second
