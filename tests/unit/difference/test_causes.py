"""What a difference is laid on: rows, code, protocol, delivery, or nothing at all.

Releases are written by hand.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bpp_etl.difference.releases import difference_of
from bpp_etl.errors import BppError
from bpp_etl.release.shelf import FILE, MANIFEST, Shelf
from bpp_etl.release.told import difference, listed
from bpp_etl.warehouse.connection import opened
from tests.support.compared import AFTER, BEFORE, CONFIRMED, section
from tests.support.releases import MadeRelease, publish_made


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("small")
    publish_made(folder, MadeRelease({"east": {"SECRET-1": CONFIRMED}}, estimates=BEFORE.estimates))
    return folder


class Other:
    """Publishes a small release again after running SQL on it, and says what differs."""

    def __init__(self, small: Path, folder: Path) -> None:
        self.small, self.folder = small, folder

    def __call__(self, changes: str, before: str = "") -> list[str]:
        self.publish(changes, before)
        return difference(self.folder, BEFORE.release_id, AFTER.release_id).splitlines()

    def causes(self, changes: str) -> set[tuple[str, ...]]:
        """Return what the estimates are laid on, of which every one moves by one."""
        self.publish(f"update metric.estimate set estimate = coalesce(estimate, 0) + 1; {changes}")
        files = (Shelf.of(self.folder).folder(one.release_id) / FILE for one in (BEFORE, AFTER))
        found = difference_of(*files)
        assert len(found.numbers) == len(BEFORE.estimates)
        return {moved_by.causes for _, moved_by in found.numbers}

    def publish(self, changes: str, before: str = "") -> None:
        releases = Shelf.of(self.folder).releases
        for release in (BEFORE, AFTER):
            folder = releases / release.release_id
            shutil.copytree(Shelf.of(self.small).releases / BEFORE.release_id, folder)
            (folder / MANIFEST).write_text(f'{{"release_id": "{folder.name}"}}', encoding="utf-8")
        with opened(releases / BEFORE.release_id / FILE) as con:
            con.execute(before or "select 1")
        with opened(releases / AFTER.release_id / FILE) as con:
            con.execute("update meta.release set release_id = ?", [AFTER.release_id])
            con.execute(changes)


@pytest.fixture
def other(small: Path, tmp_path: Path) -> Other:
    return Other(small, tmp_path)


def test_the_release_in_service_follows_a_step_back(other: Other) -> None:
    other("update quality.delivery set delivery = '2021-03-04'")
    for release in (AFTER, BEFORE):
        Shelf.of(other.folder).put_in_service(release.release_id)
        starred = [line.split()[1] for line in listed(other.folder).splitlines() if line.startswith("* 2")]
        assert starred == [release.release_id]


def test_where_a_row_lies_in_its_file_is_no_difference(other: Other) -> None:
    lines = other("update core.lab_results set row_number = 7, flags = ['unit_suspect']")
    assert section(lines, "Rows") == ["  no change"]
    assert section(lines, "Deliveries") == ["  no change"]
    assert section(lines, "Patients") == ["  no change"]
    assert section(lines, "Software, protocols") == ["  no change; the content is the same"]


def test_a_number_that_moved_without_any_row_is_laid_on_the_measuring(other: Other) -> None:
    lines = other("update metric.estimate set estimate = estimate + 1")
    words = " ".join(" ".join(section(lines, "Estimates under xu2025")).split())
    assert "52 days (48 to 60), 20 patients -> 53 days (48 to 60), 20 patients moved by no row:" in words


def test_the_rows_of_another_protocol_move_nothing(other: Other) -> None:
    change = (
        "insert into event.pseudoprogression by name select * replace ('lin2021' as protocol)"
        " from event.pseudoprogression; update metric.estimate set estimate = estimate + 1"
    )
    words = " ".join(" ".join(section(other(change), "Estimates under xu2025")).split())
    assert "moved by no row" in words
    assert "moved by east" not in words


def test_a_call_that_moved_on_the_same_rows_is_laid_on_code_or_protocol(other: Other) -> None:
    change = (
        "update metric.estimate set estimate = estimate + 1;"
        " update event.pseudoprogression set confirmation_date = confirmation_date + 1;"
        " update meta.release set protocols = ['xu2025:other']"
    )
    lines = other(change)
    words = " ".join(" ".join(section(lines, "Estimates under xu2025")).split())
    assert "moved by east: the same rows, judged or derived otherwise (code or protocol)" in words
    assert section(lines, "Patients") == [
        "  xu2025",
        "    1 kept the state, but a date of the call moved",
    ]
    assert section(lines, "Software, protocols") == ["  protocol xu2025: other parameters"]


def test_files_that_came_again_under_the_same_name_are_told(other: Other) -> None:
    lines = other("update quality.delivery set input_digest = 'other'")
    assert section(lines, "Deliveries") == [
        "  east: delivery 2021-02-04 came again with other files or configuration"
    ]


@pytest.mark.parametrize(
    ("stated", "told"),
    [
        (
            ("files: 1", "[cadence]: 1"),
            "was judged again: registry.toml is written otherwise, and states the same",
        ),
        (
            ("files: 1", "[cadence]: 2", "[limits] cadence: 1"),
            "was judged again, for registry.toml states something else in [cadence] and [limits] cadence",
        ),
        (("files: 1",), "was judged again, for registry.toml states something else in [cadence]"),
        (("files: 2", "[cadence]: 1"), "came again with other files"),
        (
            ("files: 2", "[cadence]: 2"),
            "came again with other files, and registry.toml states something else in [cadence]",
        ),
    ],
)
def test_what_is_stated_otherwise_is_named_by_its_key(
    other: Other, stated: tuple[str, ...], told: str
) -> None:
    def states(*told: str) -> str:
        rows = ", ".join(
            f"('east', '2021-02-04', 'admitted', '{key}', '{digest}')"
            for key, _, digest in (one.partition(": ") for one in told)
        )
        return f"delete from quality.statement; insert into quality.statement values {rows}"

    lines = other(
        f"update quality.delivery set input_digest = 'other'; {states(*stated)}",
        states("files: 1", "[cadence]: 1"),
    )
    words = " ".join(" ".join(section(lines, "Deliveries")).split())
    assert words == f"east: delivery 2021-02-04 {told}"


def test_a_delivery_judged_by_other_rules_is_told(other: Other) -> None:
    lines = other("update quality.delivery set code_version = '2.0'")
    assert section(lines, "Deliveries") == ["  east: delivery 2021-02-04 was judged again by other rules"]


def test_a_registry_whose_new_delivery_is_shut_out_keeps_its_last(other: Other) -> None:
    change = (
        "insert into quality.delivery by name select * replace ('shut' as status, '2021-03-04' as delivery)"
        " from quality.delivery"
    )
    lines = other(change)
    assert section(lines, "Deliveries") == ["  east: gate shut for 2021-03-04; 2021-02-04 stays in service"]


def test_protocols_that_came_or_went_are_told_and_not_compared(other: Other) -> None:
    lines = other("update meta.release set protocols = ['lin2021:1']")
    assert section(lines, "Software, protocols") == [
        "  protocol xu2025: no longer applied",
        "  protocol lin2021: newly applied",
    ]
    assert section(lines, "Patients") == ["  no change"]
    assert not [line for line in lines if line.startswith("Estimates")]


def test_releases_with_other_tables_are_not_compared(other: Other) -> None:
    with pytest.raises(BppError, match="the two releases hold other tables"):
        other("alter table core.patients drop column er_status")


CALLS = "update event.pseudoprogression set event_date = event_date + 1;"
MOVED = f"{CALLS} update core.imaging_assessments set modality = 'PET_CT';"


@pytest.mark.parametrize(
    ("changes", "causes"),
    [
        ("", ("code",)),
        ("update meta.release set protocols = ['xu2025:other']", ("protocol",)),
        (f"{MOVED} update quality.delivery set delivery = '2021-03-04'", ("delivery",)),
        (f"{MOVED} update quality.delivery set input_digest = 'other'", ("delivery",)),
        (f"{MOVED} update quality.delivery set code_version = '2.0'", ("rules",)),
        (f"{CALLS} update quality.delivery set code_version = '2.0'", ("code",)),
        (f"{CALLS} update meta.release set protocols = ['xu2025:other']", ("protocol",)),
        (
            f"{MOVED} update quality.delivery set delivery = '2021-03-04';"
            " update meta.release set protocols = ['xu2025:other']",
            ("delivery", "protocol"),
        ),
    ],
)
def test_a_number_that_moved_has_its_causes(other: Other, changes: str, causes: tuple[str, ...]) -> None:
    assert other.causes(changes) >= {causes}
