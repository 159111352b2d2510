"""Which release a person means: by its id, the beginning of one, or its place.

Not here: what is then done with it.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from bpp_etl.errors import NotFoundError, UsageError
from bpp_etl.release.shelf import Shelf
from bpp_etl.release.told import difference, verified

FIRST, SECOND, THIRD = "20260101T080000Z-0a", "20260101T090000Z-0b", "20260301T080000Z-0c"


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    made = Shelf.of(tmp_path)
    for release_id in (FIRST, SECOND, THIRD):
        (made.releases / release_id).mkdir(parents=True)
    return made


@pytest.mark.parametrize(
    ("told", "found"),
    [
        (SECOND, SECOND),
        ("20260101T08", FIRST),
        ("202603", THIRD),
        ("latest", THIRD),
        ("previous", SECOND),
    ],
)
def test_a_release_is_named_by_its_id_its_beginning_or_its_place(shelf: Shelf, told: str, found: str) -> None:
    assert shelf.named(told) == found


@pytest.mark.parametrize("told", ["2027", "", "a", "*", "Latest", f"{THIRD}0", "../releases"])
def test_what_no_release_begins_with_is_not_found(shelf: Shelf, told: str) -> None:
    with pytest.raises(NotFoundError, match="there is no release"):
        shelf.named(told)


def test_a_beginning_of_several_is_refused_and_they_are_told(shelf: Shelf) -> None:
    with pytest.raises(UsageError, match="2 releases begin with 20260101") as error:
        shelf.named("20260101")
    assert error.value.hint == f"name more of it: {FIRST}, {SECOND}"


def test_an_id_that_another_begins_with_is_that_release(shelf: Shelf) -> None:
    (shelf.releases / f"{FIRST}1").mkdir()
    assert shelf.named(FIRST) == FIRST


def test_without_releases_or_with_one_there_is_no_previous(tmp_path: Path) -> None:
    shelf = Shelf.of(tmp_path)
    with pytest.raises(NotFoundError, match="there is no release yet"):
        shelf.named("latest")
    (shelf.releases / FIRST).mkdir(parents=True)
    assert shelf.named("latest") == FIRST
    with pytest.raises(NotFoundError, match="there is no release before the only one"):
        shelf.named("previous")


def test_the_commands_take_such_names(shelf: Shelf) -> None:
    warehouse = shelf.published.parent
    assert "does not differ from itself" in difference(warehouse, "latest", "202603")
    text, is_whole = verified(warehouse, "previous")
    assert text.startswith(SECOND)
    assert not is_whole
