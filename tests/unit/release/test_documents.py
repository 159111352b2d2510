"""What machines read beside a release: true of its files, the same each time, and of no patient or registry.

Not here: that others take it for what it is (`tests/judges`).
"""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from bpp_etl.contract_documents.data_package import FILE as PACKAGE
from bpp_etl.errors import UsageError
from bpp_etl.release.contents import RELEASE, Made, ToldRelease
from bpp_etl.release.crate import CRATE, crate
from bpp_etl.release.documents import describe_release, read_release
from bpp_etl.release.publication import Author, Publication, publication
from bpp_etl.release.seal import FILE, MANIFEST, REPORT, sha256_of
from bpp_etl.release.shelf import Shelf
from bpp_etl.release.software import SOFTWARE
from bpp_etl.warehouse.connection import opened
from tests.support.releases import MadeRelease, publish_made

COURSE = "day 60 CT: new osteoblastic rib"
NOBODY = Publication()
HOUSE = Publication(
    licence="https://creativecommons.org/licenses/by/4.0/",
    publisher="A made-up registry",
    authors=(Author("A. Synthetic", "https://orcid.org/0000-0002-1825-0097"), Author("B. Synthetic")),
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a release written by hand, with a report and a list of software that say little."""
    home = tmp_path_factory.mktemp("made")
    release = MadeRelease({"somewhere": {"p-1": COURSE}}, protocols=("xu2025", "lin2021"))
    folder = Shelf.of(home).releases / publish_made(home, release)
    (folder / REPORT).write_text("<html>synthetic</html>", encoding="utf-8")
    (folder / SOFTWARE).write_text("{}", encoding="utf-8")
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / made.name))


def read(folder: Path) -> dict[str, dict[str, Any]]:
    """Read a crate: what it says, by id."""
    graph = json.loads((folder / CRATE).read_text(encoding="utf-8"))["@graph"]
    told = {one["@id"]: one for one in graph}
    assert len(told) == len(graph)
    return told


def test_every_file_is_told_with_its_digest_but_the_manifest_which_seals_the_crate(folder: Path) -> None:
    digests = describe_release(folder, NOBODY)
    assert digests == {
        path.name: sha256_of(path) for path in sorted(folder.iterdir()) if path.name != MANIFEST
    }
    told = read(folder)
    assert [one["@id"] for one in told["./"]["hasPart"]] == [*RELEASE.files]
    assert {name: told[name].get("sha256") for name in RELEASE.files} == {
        name: digests.get(name) for name in (FILE, REPORT, SOFTWARE, PACKAGE, MANIFEST)
    }
    assert told[REPORT]["contentSize"] == str((folder / REPORT).stat().st_size)


def test_the_package_points_into_the_database_by_its_digest(folder: Path) -> None:
    digests = describe_release(folder, NOBODY)
    told = json.loads((folder / PACKAGE).read_text(encoding="utf-8"))
    assert told["id"] == folder.name
    places = {(one["path"], one["hash"], one["bytes"]) for one in told["resources"]}
    assert places == {(FILE, f"sha256:{digests[FILE]}", (folder / FILE).stat().st_size)}


def test_the_same_release_is_told_in_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    again = Path(shutil.copytree(folder, tmp_path / "again"))
    assert describe_release(folder, HOUSE) == describe_release(again, HOUSE)


def test_no_registry_patient_or_place_is_in_them(folder: Path) -> None:
    describe_release(folder, HOUSE)
    for name in (CRATE, PACKAGE):
        text = (folder / name).read_text(encoding="utf-8")
        assert not [word for word in ("somewhere", "p-1", str(folder.parent)) if word in text], name


def test_it_says_by_what_code_and_by_which_protocols_with_their_publications(folder: Path) -> None:
    describe_release(folder, NOBODY)
    told = read(folder)
    assert (told["#bpp-etl"]["version"], told["#bpp-etl"]["url"]) == ("1.0", "pkg:pypi/bpp-etl@1.0")
    applied = read_release(folder / FILE).protocols
    assert [protocol.name for protocol in applied][:2] == ["xu2025", "lin2021"]
    names = [f"#protocol-{protocol.name}" for protocol in applied]
    assert [one["@id"] for one in told["#making"]["object"]] == names
    works = [told[told[name]["citation"]["@id"]] for name in names]
    assert works[0]["@id"] == "https://doi.org/10.3389/fonc.2025.1643179"
    assert all(work["@type"] == "ScholarlyArticle" and work["name"] for work in works)
    assert [protocol.digest for protocol in applied] == [told[name]["identifier"] for name in names]


@pytest.mark.parametrize(
    ("stated", "told"),
    [
        ("true", "Synthetic: all patients are made up."),
        ("null", "Some of its registries hold synthetic patients alone."),
        ("false", "what was measured."),
    ],
)
def test_it_says_whether_its_patients_are_made_up(folder: Path, stated: str, told: str) -> None:
    with opened(folder / FILE) as con:
        con.execute(f"update meta.release set is_synthetic = {stated}")
    describe_release(folder, NOBODY)
    assert read(folder)["./"]["description"].endswith(told)


def graph(house: Publication) -> dict[str, dict[str, Any]]:
    at = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    release = ToldRelease("r", at, "1.0+abc", False, ())
    return {
        one["@id"]: one for one in crate(RELEASE, Made("r", at, "1.0+abc"), release, house, {}, {})["@graph"]
    }


def test_without_a_word_of_the_house_there_is_no_licence_and_with_one_it_is_told_who_publishes() -> None:
    told = graph(NOBODY)
    assert told[told["./"]["license"]["@id"]]["name"] == "No licence"
    assert not {"publisher", "author"} & told["./"].keys()
    told = graph(HOUSE)
    assert told["./"]["license"] == {"@id": HOUSE.licence}
    assert told[told["./"]["publisher"]["@id"]]["name"] == HOUSE.publisher
    assert [told[one["@id"]]["name"] for one in told["./"]["author"]] == ["A. Synthetic", "B. Synthetic"]


def test_a_release_that_was_made_anew_says_when(folder: Path) -> None:
    describe_release(folder, NOBODY)
    assert "dateModified" not in read(folder)["./"]
    describe_release(folder, NOBODY, rewritten_at=dt.datetime(2026, 1, 2, tzinfo=dt.UTC))
    assert read(folder)["./"]["dateModified"] == "2026-01-02T00:00:00+00:00"


def stated(folder: Path, text: str) -> Publication:
    (folder / "pyproject.toml").write_text(text, encoding="utf-8")
    return publication(folder)


def test_the_house_says_who_it_is_in_its_settings(tmp_path: Path) -> None:
    assert publication(tmp_path) == NOBODY
    text = f"""[tool.bpp.publication]
licence = "{HOUSE.licence}"
publisher = "A made-up registry"
authors = [
  {{ name = "A. Synthetic", orcid = "https://orcid.org/0000-0002-1825-0097" }},
  {{ name = "B. Synthetic" }},
]
"""
    assert stated(tmp_path, text) == HOUSE


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('license = "https://example.org"', "has no key license"),
        ('licence = "CC-BY"', "licence in .* is no address"),
        ("publisher = 7", "publisher in .* is no text"),
        ('publisher = ""', "publisher in .* is no text"),
        ('publisher_id = "ror"', "publisher_id in .* is no address"),
        ('authors = "A. Synthetic"', "authors in .* is no list"),
        ('authors = ["A. Synthetic"]', "are not all a name and an orcid"),
        ('authors = [{ orcid = "https://orcid.org/1" }]', "are not all a name and an orcid"),
        ('authors = [{ name = "A", mail = "a@b.c" }]', "are not all a name and an orcid"),
        ('authors = [{ name = "A", orcid = "0000" }]', "orcid in .* is no address"),
    ],
)
def test_what_cannot_be_read_of_it_is_told_by_its_key(tmp_path: Path, line: str, told: str) -> None:
    with pytest.raises(UsageError, match=told) as error:
        stated(tmp_path, f"[tool.bpp.publication]\n{line}\n")
    assert error.value.hint


def test_a_setting_that_is_no_section_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is no section"):
        stated(tmp_path, '[tool.bpp]\npublication = "ours"\n')
