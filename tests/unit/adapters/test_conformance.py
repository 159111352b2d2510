"""Every adapter conforms, and its example is admitted: those shipped, that of docs/add, and those configured.

Not here: whether a check can find anything (`test_conformance_checks.py`).
"""

from __future__ import annotations

import os
import shutil
from importlib.resources.abc import Traversable
from pathlib import Path

import pytest

from bpp_etl.adapters import CANONICAL, Outside, adapter_in, adapter_names, find_adapter
from bpp_etl.adapters.conformance import CHECKS, Check
from bpp_etl.adapters.tryout import EXAMPLE
from bpp_etl.settings import adapter_folders
from tests.support.add_adapter import NAME as OF_THE_PAGE
from tests.support.add_adapter import write_page
from tests.support.gating import gated

CONFIGURED = Outside(adapter_folders(os.environ))
"""What this machine is configured with: whoever makes an adapter may run these tests on it."""

NAMES = [*(name for name in adapter_names(CONFIGURED) if name != CANONICAL), OF_THE_PAGE]


@pytest.fixture(scope="module")
def of_the_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_page(tmp_path_factory.mktemp("page"))


@pytest.fixture(params=NAMES)
def folder(request: pytest.FixtureRequest, of_the_page: Path) -> Traversable:
    return find_adapter(request.param, Outside((*CONFIGURED.folders, of_the_page)))


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_an_adapter_conforms(folder: Traversable, check: Check) -> None:
    assert check(folder) == []


def test_its_example_is_admitted_whole(
    folder: Traversable, of_the_page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert isinstance(folder, Path)
    monkeypatch.setenv("BPP_ADAPTERS", os.pathsep.join(map(str, (*CONFIGURED.folders, of_the_page))))
    delivery = tmp_path / "landing" / "example" / "2024-12-31"
    shutil.copytree(folder / EXAMPLE, delivery)
    if (delivery / "registry.toml").exists():
        shutil.move(delivery / "registry.toml", delivery.parent)
    else:
        (delivery.parent / "registry.toml").write_text(f'format = "{folder.name}"\n', encoding="utf-8")
    one = gated(delivery)
    assert one.decision.is_open, one.decision.causes
    assert one.read.rows.keys() >= adapter_in(folder).tables.keys()
    assert one.refused == {}
