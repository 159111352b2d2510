"""Every door to the UI opens on the same code, under one name, with the instance of the project.

Not here: what the UI shows (`tests/browser`, which comes in by `bpp ui`).
"""

from __future__ import annotations

import os
import socket
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from assets.definitions import build_defs
from assets.door import run_ui
from bpp_etl.settings import PROJECT
from tests.support.commands import environment
from tests.support.daemon import running, until
from tests.support.ui import answers, ask, copy_project, free_port

DOORS = ("bpp ui --port {port}", "make ui", "dagster dev -p {port}", "dg dev -p {port}")
MAKE_PORT = 3000
"""`make ui` takes no other."""
ASKED = """{ version assetNodes { id } instance { info }
    workspaceOrError { ... on Workspace { locationEntries { name loadStatus } } } }"""


def test_bpp_ui_loads_the_code_under_the_name_that_the_project_states(tmp_path: Path, monkeypatch) -> None:
    called: list[tuple[list[str], dict[str, str]]] = []
    monkeypatch.setattr(os, "execve", lambda _, words, env: called.append((words, env)))
    run_ui(tmp_path / "landing", tmp_path, 3999)
    ((words, env),) = called
    home = tmp_path / "dagster"
    assert words[:5] == [sys.executable, "-P", "-m", "assets.ui", "dev"]
    assert words[5:] == ["-h", "127.0.0.1", "-p", "3999", "-w", str(home / "workspace.yaml")]
    assert (env["DAGSTER_HOME"], env["BPP_WAREHOUSE"]) == (str(home), str(tmp_path))
    assert f"base_dir: '{home}'" in (home / "dagster.yaml").read_text(encoding="utf-8")
    (loaded,) = yaml.safe_load((home / "workspace.yaml").read_text(encoding="utf-8"))["load_from"]
    stated = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    assert loaded["python_module"] == {
        "module_name": stated["dagster"]["module_name"],
        "location_name": stated["dagster"]["code_location_name"],
    }
    assert stated["dg"]["project"]["code_location_name"] == stated["dagster"]["code_location_name"]


@pytest.mark.soak
@pytest.mark.parametrize("door", DOORS)
def test_a_door_opens_in_a_clean_copy(door: str, tmp_path: Path) -> None:
    port = MAKE_PORT if door == "make ui" else free_port()
    with socket.socket() as other:
        if other.connect_ex(("127.0.0.1", port)) == 0:
            pytest.skip(f"port {port} is taken")
    home = tmp_path / "clone"
    home.mkdir()
    copy_project(home)
    programs = home / ".venv" / "bin"
    programs.mkdir(parents=True)
    for name in ("bpp", "dagster", "dg"):
        (programs / name).symlink_to(Path(sys.executable).with_name(name))
    for stamp in (".python", ".run"):
        (home / ".venv" / stamp).touch()
    env = environment(
        PYTHONPATH=str(home), PATH=f"{programs}:{Path(sys.executable).parent}:{os.environ['PATH']}"
    )
    address, log = f"http://127.0.0.1:{port}", tmp_path / "ui.log"
    with running(door.format(port=port).split(), env, log, cwd=home):
        until(lambda: answers(address), "the UI answers", log)
        told = ask(address, ASKED)
    assert told["version"].startswith("1.")
    assert len(told["assetNodes"]) == len(build_defs().resolve_asset_graph().get_all_asset_keys())
    assert told["workspaceOrError"]["locationEntries"] == [{"name": "bpp_etl", "loadStatus": "LOADED"}]
    info = yaml.safe_load(told["instance"]["info"])
    stated = yaml.safe_load((home / "dagster.yaml").read_text(encoding="utf-8"))
    for block in ("concurrency", "retention", "run_monitoring", "run_retries", "telemetry", "freshness"):
        assert info[block] == stated[block], block
    assert (home / "warehouse" / "dagster" / "history" / "runs.db").is_file()
