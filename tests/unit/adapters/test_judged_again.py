"""A changed adapter from outside has the deliveries of its registries judged again, and no others.

Not here: the digest of its files (`test_outside.py`).
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bpp_etl.admission.due import due_for, judged_with
from bpp_etl.admission.working import WorkingFiles
from bpp_etl.code_version import layer_version
from bpp_etl.landing.deliveries import survey
from tests.support.add_adapter import NAME, deliver_example, write_page
from tests.support.deliveries import write_delivery_of
from tests.support.warehouses import admit


@pytest.fixture
def adapters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = write_page(tmp_path)
    monkeypatch.setenv("BPP_ADAPTERS", str(folder))
    return folder


def due(home: Path) -> dict[str, str]:
    """Return the registries whose newest delivery has to be judged, and why."""
    found = {}
    for registry, delivery in survey(home / "landing").newest.items():
        step = due_for(home / "warehouse", delivery, (), full=False)
        if step.action == "judge":
            found[registry] = step.why
    return found


def admit_all(home: Path) -> None:
    for registry in due(home):
        admit(home / "landing", home / "warehouse", registry, with_events=False)


def version(home: Path, registry: str) -> str:
    (judged,) = WorkingFiles.of(home / "warehouse", registry).judgements().values()
    return judged.code_version


def test_only_the_registries_of_a_changed_adapter_are_judged_again(adapters: Path, tmp_path: Path) -> None:
    landing = tmp_path / "landing"
    deliver_example(landing, "north")
    deliver_example(landing, "south")
    write_delivery_of(landing, "tiny")
    trial = landing / "trial" / "2024-12-31"
    trial.mkdir(parents=True)
    (trial.parent / "registry.toml").write_text('format = "sdtm"\n', encoding="utf-8")
    admit_all(tmp_path)
    assert due(tmp_path) == {}
    before = version(tmp_path, "north")
    assert before == version(tmp_path, "south") != layer_version("core")
    assert version(tmp_path, "tiny") == version(tmp_path, "trial") == layer_version("core")

    select = adapters / NAME / "patients.sql"
    select.write_text(select.read_text(encoding="utf-8").replace("born as", "null as"), encoding="utf-8")
    assert due(tmp_path) == {"north": "rules changed", "south": "rules changed"}
    admit_all(tmp_path)
    assert due(tmp_path) == {}
    assert before != version(tmp_path, "north") == version(tmp_path, "south")
    assert version(tmp_path, "tiny") == layer_version("core")


def test_a_delivery_that_waits_for_its_adapter_is_judged_when_it_comes(
    adapters: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver_example(tmp_path / "landing")
    monkeypatch.delenv("BPP_ADAPTERS")
    assert not admit(tmp_path / "landing", tmp_path / "warehouse", "north").is_open
    assert due(tmp_path) == {}
    monkeypatch.setenv("BPP_ADAPTERS", str(adapters))
    assert due(tmp_path) == {"north": "rules changed"}
    assert admit(tmp_path / "landing", tmp_path / "warehouse", "north").is_open
    assert due(tmp_path) == {}


def test_a_broken_adapter_is_judged_with_again_once_it_is_mended(adapters: Path, tmp_path: Path) -> None:
    deliver_example(tmp_path / "landing")
    select = adapters / NAME / "patients.sql"
    sound = select.read_text(encoding="utf-8")
    select.write_text("selec 1", encoding="utf-8")
    assert not admit(tmp_path / "landing", tmp_path / "warehouse", "north").is_open
    assert due(tmp_path) == {}
    select.write_text(sound, encoding="utf-8")
    assert due(tmp_path) == {"north": "rules changed"}


def test_an_adapter_that_is_gone_leaves_the_last_admitted_delivery_in_service(
    adapters: Path, tmp_path: Path
) -> None:
    deliver_example(tmp_path / "landing")
    assert admit(tmp_path / "landing", tmp_path / "warehouse", "north").is_open
    shutil.rmtree(adapters / NAME)
    assert due(tmp_path) == {"north": "rules changed"}
    assert not admit(tmp_path / "landing", tmp_path / "warehouse", "north").is_open
    files = WorkingFiles.of(tmp_path / "warehouse", "north")
    assert files.judgements().keys() == {"admitted", "shut"}


def test_a_delivery_is_judged_with_our_code_and_with_the_adapter_that_reads_it() -> None:
    assert judged_with("") == layer_version("core")
    assert judged_with("f" * 64) == f"{layer_version('core')}.{'f' * 12}"
