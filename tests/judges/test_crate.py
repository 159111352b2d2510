"""roc-validator judges the crate beside a release, by the profile that the crate names, without a network.

Not here: that its digests are those of the files (`tests/unit/release/test_documents.py`).
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bpp_etl.release.crate import CRATE
from bpp_etl.release.documents import describe_release
from bpp_etl.release.publication import Author, Publication
from tests.judges.conftest import Judge

SHIP = """
import io, sys
from importlib import resources
from requests.adapters import HTTPAdapter
from requests_cache import CachedSession
from urllib3 import HTTPResponse

class Shipped(HTTPAdapter):
    def send(self, request, *args, **kwargs):
        body = io.BytesIO(resources.files("rocrate").joinpath("data/ro-crate.jsonld").read_bytes())
        told = {"Content-Type": "application/ld+json"}
        answer = HTTPResponse(body, told, 200, preload_content=False, request_url=request.url)
        return self.build_response(request, answer)

session = CachedSession(cache_name=sys.argv[1], expire_after=-1, backend="sqlite")
session.mount("https://", Shipped())
session.get("https://w3id.org/ro/crate/1.3/context").raise_for_status()
"""
"""Puts the context of RO-Crate, as the package rocrate ships it, where the judge keeps what it fetched."""

HOUSE = Publication(
    licence="https://creativecommons.org/licenses/by/4.0/",
    publisher="A made-up registry",
    publisher_id="https://ror.org/00x0x0x00",
    authors=(Author("A. Synthetic", "https://orcid.org/0000-0002-1825-0097"), Author("B. Synthetic")),
)


@pytest.fixture(scope="module")
def rocrate(judge: Callable[[str], Judge]) -> Judge:
    return judge("rocrate")


@pytest.fixture(scope="module")
def cache(rocrate: Judge, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cache")
    done = rocrate.asks("python", "-c", SHIP, folder / "cache", folder=folder)
    assert done.returncode == 0, done.stderr
    return folder / "cache"


def issues(judge: Judge, cache: Path, crate: Path, severity: str = "required") -> list[tuple[str, str]]:
    """Ask the judge; return what each issue is of, and what it says."""
    told = cache.with_name("told.json")
    told.unlink(missing_ok=True)
    words = ["validate", crate, "--offline", "--cache-path", cache, "-l", severity, "-f", "json", "-o", told]
    done = judge.asks("rocrate-validator", *words, folder=cache.parent)
    assert told.exists(), done.stdout + done.stderr
    answer: dict[str, Any] = json.loads(told.read_text(encoding="utf-8"))
    assert answer["validation_settings"]["profile_identifier"] == "ro-crate-1.3"
    assert answer["passed"] == (answer["issues"] == [])
    return [(one["violatingEntity"], one["message"]) for one in answer["issues"]]


def test_the_crate_of_a_release_has_all_that_is_required(rocrate: Judge, cache: Path, released: Path) -> None:
    assert issues(rocrate, cache, released) == []


def test_the_crate_of_a_share_has_all_that_is_required(rocrate: Judge, cache: Path, shared: Path) -> None:
    assert issues(rocrate, cache, shared) == []


def test_where_the_house_says_who_it_is_only_what_it_was_not_asked_is_recommended_beside(
    rocrate: Judge, cache: Path, released: Path, tmp_path: Path
) -> None:
    shutil.copytree(released, tmp_path, dirs_exist_ok=True)
    describe_release(tmp_path, HOUSE)
    found = issues(rocrate, cache, tmp_path, "recommended")
    # An affiliation, a point of contact; and the manifest is written last, so that its size is not known.
    people = {str(HOUSE.publisher_id), str(HOUSE.authors[0].orcid), "./#author-2", "./"}
    assert {entity for entity, _ in found} == {*people, "./manifest.json"}
    assert {message for entity, message in found if entity == "./"} == {
        "At least one author or publisher Person/Organization SHOULD have a contactPoint property"
    }


def test_the_judge_refuses_a_crate_without_a_licence_and_with_a_file_that_is_not_there(
    rocrate: Judge, cache: Path, released: Path, tmp_path: Path
) -> None:
    shutil.copytree(released, tmp_path, dirs_exist_ok=True)
    told = json.loads((tmp_path / CRATE).read_text(encoding="utf-8"))
    (root,) = (one for one in told["@graph"] if one["@id"] == "./")
    del root["license"]
    (tmp_path / CRATE).write_text(json.dumps(told), encoding="utf-8")
    (tmp_path / "report.html").unlink()
    found = " ".join(message for _, message in issues(rocrate, cache, tmp_path))
    assert "license" in found
    assert "report.html" in found
