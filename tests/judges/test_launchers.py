"""The blocks of `docs/deploy` that move runs elsewhere, read by the libraries that they are for.

Not here: runs by them, and Celery, which runs in `tests/soak/test_celery.py`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from bpp_etl.settings import PROJECT
from tests.judges.conftest import Judge

DEPLOY = PROJECT / "docs" / "deploy"
READ = """
import importlib, json, sys
from dagster._config import validate_config
from dagster._config.field import resolve_to_config_type
told = json.loads(sys.argv[1])
launcher = getattr(importlib.import_module(told["module"]), told["class"])
found = validate_config(resolve_to_config_type(launcher.config_type()), told["config"])
print(json.dumps([error.message for error in found.errors or []]))
"""
BLOCKS = ("docker", "kubernetes")


@pytest.fixture(scope="module")
def launchers(judge: Callable[[str], Judge]) -> Judge:
    return judge("launchers")


def errors(judge: Judge, block: dict[str, Any], folder: Path) -> list[str]:
    """Ask the launcher's library; return what it finds wrong."""
    done = judge.asks("python", "-c", READ, json.dumps(block), folder=folder)
    assert done.returncode == 0, done.stderr[-2000:]
    told: list[str] = json.loads(done.stdout)
    return told


@pytest.mark.parametrize("name", BLOCKS)
def test_the_library_of_a_launcher_takes_its_block_and_no_other_key(
    name: str, launchers: Judge, tmp_path: Path
) -> None:
    block = yaml.safe_load((DEPLOY / f"{name}.yaml").read_text(encoding="utf-8"))["run_launcher"]
    assert errors(launchers, block, tmp_path) == []
    (told,) = errors(launchers, block | {"config": block["config"] | {"colour": "red"}}, tmp_path)
    assert "colour" in told
