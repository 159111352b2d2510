"""Adapters from outside lie in configured folders, have names of their own, and never lie in the landing.

Not here: what their SQL may do (`test_reach.py`).
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest

from bpp_etl.adapters import AdapterError, Outside, adapter_names, find_adapter, load_adapter
from bpp_etl.adapters.found import outside_digest
from bpp_etl.errors import UsageError
from bpp_etl.settings import adapter_folders
from tests.support.add_adapter import NAME, write_page

SHIPPED = adapter_names()


@pytest.fixture
def adapters(tmp_path: Path) -> Path:
    """A configured folder with one adapter, beside a landing."""
    (tmp_path / "landing" / "north" / "2024-12-31").mkdir(parents=True)
    return write_page(tmp_path / "configured")


def refusal(name: str, outside: Outside) -> str:
    with pytest.raises(AdapterError) as error:
        load_adapter(name, outside)
    assert "\n" not in error.value.message
    assert error.value.hint
    return error.value.message


def test_the_variable_lists_folders_as_path_does_and_wins_over_the_file(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.bpp]\nadapters = ["ours", "/site"]\n', encoding="utf-8")
    assert adapter_folders({}, tmp_path) == (tmp_path / "ours", Path("/site"))
    told = {"BPP_ADAPTERS": os.pathsep.join(["/a", "b"])}
    assert adapter_folders(told, tmp_path) == (Path("/a"), Path.cwd() / "b")
    assert adapter_folders({"BPP_ADAPTERS": ""}, tmp_path / "elsewhere") == ()


@pytest.mark.parametrize("written", ['"adapters"', "[1]", "{ a = 1 }"])
def test_a_setting_that_is_no_list_of_folders_is_refused(tmp_path: Path, written: str) -> None:
    (tmp_path / "pyproject.toml").write_text(f"[tool.bpp]\nadapters = {written}\n", encoding="utf-8")
    with pytest.raises(UsageError, match="is no list of folders"):
        adapter_folders({}, tmp_path)


def test_an_adapter_of_a_configured_folder_is_found_by_its_name(adapters: Path, tmp_path: Path) -> None:
    outside = Outside((adapters,), tmp_path / "landing")
    assert adapter_names(outside) == (*SHIPPED, NAME)
    assert load_adapter(NAME, outside).title == "Export of a made-up clinic"
    assert refusal(NAME, Outside()) == f"there is no format '{NAME}'"


def test_what_is_no_adapter_is_passed_over(adapters: Path) -> None:
    (adapters / "notes").mkdir()
    (adapters / "README.md").write_text("x", encoding="utf-8")
    shutil.copytree(adapters / NAME, adapters / "Not A Name")
    assert adapter_names(Outside((adapters,))) == (*SHIPPED, NAME)


@pytest.mark.parametrize("name", ["..", f"../{'adapters'}/{NAME}", f"{NAME}/", "CLINIC"])
def test_a_path_is_not_the_name_of_an_adapter(adapters: Path, name: str) -> None:
    assert refusal(name, Outside((adapters,))) == f"there is no format '{name}'"


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert refusal(NAME, Outside((tmp_path / "gone",))) == "the adapters folder gone is not there"


def test_a_name_in_two_folders_is_refused_and_both_are_named(adapters: Path, tmp_path: Path) -> None:
    other = Path(shutil.copytree(adapters, tmp_path / "another"))
    told = refusal(NAME, Outside((adapters, other)))
    assert told == (
        f"the adapter {NAME} lies in two folders: configured/adapters and {tmp_path.name}/another"
    )


def test_one_folder_told_twice_is_one_folder(adapters: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(adapters)
    assert load_adapter(NAME, Outside((adapters, tmp_path / "link", adapters))).name == NAME


def test_a_shipped_adapter_comes_before_any_of_its_name(adapters: Path) -> None:
    shutil.move(adapters / NAME, adapters / "sdtm")
    outside = Outside((adapters,))
    assert adapter_names(outside) == SHIPPED
    assert load_adapter("sdtm", outside) == load_adapter("sdtm")


def test_a_shipped_adapter_needs_no_folder_that_is_configured(tmp_path: Path) -> None:
    assert load_adapter("sdtm", Outside((tmp_path / "gone",), tmp_path)).name == "sdtm"


def test_a_folder_in_the_landing_is_refused(adapters: Path, tmp_path: Path) -> None:
    landing = tmp_path / "landing"
    within = Path(shutil.copytree(adapters, landing / "north" / "adapters"))
    message = "the landing: a delivery cannot bring SQL"
    assert refusal(NAME, Outside((within,), landing)) == f"the adapters folder adapters lies in {message}"
    assert refusal(NAME, Outside((landing,), landing)) == f"the adapters folder landing lies in {message}"


def test_a_folder_around_the_landing_is_refused(adapters: Path) -> None:
    landing = adapters / "landing"
    landing.mkdir()
    assert "the adapters folder adapters holds the landing" in refusal(NAME, Outside((adapters,), landing))


def test_a_link_into_the_landing_is_refused_wherever_it_stands(adapters: Path, tmp_path: Path) -> None:
    landing = tmp_path / "landing"
    delivery = landing / "north" / "2024-12-31"
    sound = Outside((adapters,), landing)
    load_adapter(NAME, sound)

    def brought(place: Path, what: str) -> None:
        """Exchange a file or a folder for a link to a copy of it in a delivery."""
        shutil.move(place, delivery / place.name)
        place.symlink_to(delivery / place.name)
        outside = Outside((adapters,), landing)
        assert refusal(NAME, outside).startswith(f"{what} lies in the landing")
        place.unlink()
        shutil.move(delivery / place.name, place)

    brought(adapters / NAME / "patients.sql", "clinic/patients.sql")
    brought(adapters / NAME / "adapter.toml", "clinic/adapter.toml")
    brought(adapters / NAME / "steps" / "finding.sql", "clinic/steps/finding.sql")
    brought(adapters / NAME / "steps", "clinic/steps/finding.sql")
    brought(adapters / NAME, "the adapter clinic")
    brought(adapters, "the adapters folder adapters")
    load_adapter(NAME, sound)


def test_a_landing_that_is_a_link_is_the_place_it_leads_to(adapters: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(adapters.parent)
    assert "lies in the landing" in refusal(NAME, Outside((adapters,), tmp_path / "link"))


def test_links_in_a_circle_are_told(adapters: Path) -> None:
    for place in ("patients.sql", "lab_results.sql"):
        (adapters / NAME / place).unlink(missing_ok=True)
        (adapters / NAME / place).symlink_to(adapters / NAME / place)
    with pytest.raises(AdapterError, match="lab_results"):
        load_adapter(NAME, Outside((adapters,), adapters.parent.parent / "landing"))


def test_the_digest_is_that_of_what_is_run(adapters: Path, tmp_path: Path) -> None:
    outside = Outside((adapters,), tmp_path / "landing")

    def digest() -> str:
        return outside_digest(NAME, outside)

    first = digest()
    assert re.fullmatch(r"[0-9a-f]{64}", first)
    (adapters / NAME / "example" / "people.csv").write_text("person\n", encoding="utf-8")
    (adapters / NAME / "README.md").write_text("x", encoding="utf-8")
    assert digest() == first
    seen = {first}
    for place in ("adapter.toml", "patients.sql", "steps/finding.sql"):
        file = adapters / NAME / place
        file.write_text(f"{file.read_text(encoding='utf-8')}\n", encoding="utf-8")
        assert digest() not in seen
        seen.add(digest())
    shutil.move(adapters / NAME, adapters / "other")
    assert digest() not in seen
    assert (outside_digest("sdtm", outside), outside_digest("canonical", outside)) == ("", "")


def test_the_folder_of_an_adapter_is_where_it_was_configured(adapters: Path) -> None:
    assert find_adapter(NAME, Outside((adapters,))) == adapters / NAME
