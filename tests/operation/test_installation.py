"""The pages that say how to install are followed, block by block, in a clean copy of the project.

What a page shows for root or for containers (`console`) is held to what there is, and not run. Not here: what
`docs/deploy` holds (`test_deploy.py`).
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from bpp_etl import __version__
from tests.support.commands import Said, ended
from tests.support.pages import DOCS, fenced, page, sections
from tests.support.tools import fetched
from tests.support.walk import copy_parts

CLONED = ("assets", "bpp_etl", "schemas", "dagster.yaml", "pyproject.toml", "requirements", "README.md")
SECTIONS = sections(page("installation.md"))
SHOWN = "\n".join(fenced(page("installation.md"), "console"))
NO_NETWORK = "http://127.0.0.1:9"
"""A proxy that nobody answers at: whatever asks a network fails."""
READ = """
import sys, bpp_etl
with bpp_etl.open_release(sys.argv[1]) as release:
    print(*release.query("select count(*) from metric.estimate").fetchall()[0])
from bpp_etl.metrics import median_survival
print(median_survival([1, 2, 3], [True, True, True]).estimate)
"""


@dataclass(frozen=True)
class House:
    """A machine on which the page is followed: a checkout, and folders of its own for what is installed."""

    checkout: Path
    home: Path
    path: str

    def follow(self, script: str, **more: str) -> Said:
        """Run a block of the page in the checkout; it has to end well."""
        asked = ended(
            ["sh", "-euc", script],
            cwd=self.checkout,
            PATH=self.path,
            UV_TOOL_DIR=str(self.home / "uv"),
            UV_TOOL_BIN_DIR=str(self.home / "uv-bin"),
            UV_PYTHON=sys.executable,
            PIPX_HOME=str(self.home / "pipx"),
            PIPX_BIN_DIR=str(self.home / "pipx-bin"),
            PIPX_DEFAULT_PYTHON=sys.executable,
            **more,
        )
        assert asked.code == 0, f"{script}\n{asked.out}{asked.err}"
        return asked


@pytest.fixture(scope="module")
def house(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> House:
    programs = fetched(pytestconfig, "installers", "uv==0.13.9", "pipx==1.18.4")
    home = tmp_path_factory.mktemp("house")
    checkout = home / "checkout"
    checkout.mkdir()
    copy_parts(CLONED, checkout)
    shutil.copy(DOCS.parent / "Makefile", checkout)
    python = home / "python"
    python.mkdir()
    (python / "python3").symlink_to(sys.executable)
    folders = [python, programs, home / "uv-bin", home / "pipx-bin", "/usr/bin", "/bin"]
    return House(checkout, home, ":".join(map(str, folders)))


@pytest.fixture(scope="module")
def installed(house: House) -> tuple[House, Said]:
    """Follow the section for one person: both install it, and the first of them takes a first look."""
    (install, first_look, _) = fenced(SECTIONS["For one person"], "sh")
    house.follow(install)
    return house, house.follow(first_look)


def test_uv_and_pipx_install_a_command_that_demonstrates_itself_and_remove_it_again(
    installed: tuple[House, Said],
) -> None:
    house, first_look = installed
    assert first_look.out.startswith(f"bpp_etl {__version__}\n")
    programs = [house.home / folder / "bpp" for folder in ("uv-bin", "pipx-bin")]
    for program in programs:
        said = ended([program, "--version"], cwd=house.home)
        assert (said.code, said.out) == (0, f"bpp_etl {__version__}\n")
    (_, _, remove) = fenced(SECTIONS["For one person"], "sh")
    house.follow(remove)
    assert not any(program.exists() for program in programs)
    assert (house.checkout / "demo" / "published" / "bpp.duckdb").is_file()


@pytest.mark.soak
def test_who_only_reads_installs_the_reader_and_duckdb(installed: tuple[House, Said], tmp_path: Path) -> None:
    house, _ = installed
    (lines,) = re.findall(r"(?:^    pip install .*\n)+", page("analysts.md"), re.MULTILINE)
    assert f"bpp_etl-{__version__}-py3-none-any.whl" in lines
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "reader"], check=True)
    python = tmp_path / "reader" / "bin" / "python"
    script = lines.replace("pip install", f"{python} -m pip install -q").replace(
        " bpp_etl-", " dist/bpp_etl-"
    )
    house.follow(script)
    told = ended([python, "-c", READ, house.checkout / "demo"], cwd=tmp_path)
    assert told.code == 0, told.err
    estimates, median = told.out.split()
    assert int(estimates) > 100
    assert median == "2.0"
    listed = ended([python, "-m", "pip", "list", "--format=freeze"]).out
    names = {line.partition("==")[0].replace("_", "-") for line in listed.splitlines()}
    assert names - {"pip", "setuptools"} == {"bpp-etl", "duckdb", "numpy", "scipy"}


@pytest.mark.soak
def test_a_server_is_installed_offline_from_the_hashed_locks(house: House, tmp_path: Path) -> None:
    (fetch, install) = fenced(SECTIONS["For a server, offline"], "sh")
    places = {"WHEELHOUSE": str(tmp_path / "wheelhouse"), "PROGRAMS": str(tmp_path / "programs")}
    house.follow(fetch, **places)
    offline = {"PIP_CONFIG_FILE": "/dev/null", "http_proxy": NO_NETWORK, "https_proxy": NO_NETWORK}
    told = house.follow(install, **places, **offline, PIP_FIND_LINKS="", PIP_NO_COMPILE="1")
    assert told.out.endswith(f"bpp_etl {__version__}\n")
    demo = ended([tmp_path / "programs" / "bin" / "bpp", "demo", tmp_path / "demo"], cwd=tmp_path)
    assert demo.code == 0, demo.err


@pytest.mark.skipif(not shutil.which("systemctl"), reason="systemctl is not installed")
def test_the_lines_for_root_install_and_enable_the_units(tmp_path: Path) -> None:
    """They are run in a folder that stands for the root of a system."""
    units = tmp_path / "etc" / "systemd" / "system"
    units.mkdir(parents=True)
    for line in re.findall(r"^# (.*)$", "\n".join(fenced(SECTIONS["As a service"], "console")), re.MULTILINE):
        program, *words = line.split()
        if program == "install":
            here = [word.replace("/etc/", f"{tmp_path}/etc/", 1) for word in words]
        elif words[0] == "enable":
            program, here = "systemctl", [f"--root={tmp_path}", "enable", *words[2:]]
        else:
            assert line.startswith(("useradd --system ", "systemctl daemon-reload", "systemd-run "))
            continue
        done = ended([program, *here], cwd=DOCS.parent)
        assert done.code == 0, f"{line}\n{done.err}"
    wanted = {path.name: path.readlink() for path in units.glob("*.wants/*")}
    assert wanted.keys() == {"bpp-daemon.service", "bpp-webserver.service", "bpp-refresh.timer"}
    assert (tmp_path / "etc" / "bpp" / "bpp.conf").stat().st_mode & 0o777 == 0o644


def test_what_is_shown_for_root_and_containers_names_what_there_is() -> None:
    files = set(re.findall(r"docs/deploy/[\w.-]+", page("installation.md")))
    assert {path for path in files if not (DOCS.parent / path).is_file()} == set()
    units = set(re.findall(r"\bbpp-\w+\.(?:service|timer)\b", SHOWN))
    assert units == {path.name for path in (DOCS / "deploy").glob("bpp-*.*")}
    held = "".join(path.read_text(encoding="utf-8") for path in (DOCS / "deploy").glob("*.service"))
    for said in ("/opt/bpp/bin/bpp", "/etc/bpp", "User=bpp"):
        assert said in held
    needed = set(re.findall(r"\$\{(\w+):\?", (DOCS / "deploy" / "compose.yaml").read_text(encoding="utf-8")))
    (exported,) = re.findall(r"^\$ export (.*)$", SHOWN, re.MULTILINE)
    assert needed == {word.partition("=")[0] for word in exported.split()}


def test_all_of_docs_deploy_is_told_of_on_the_page() -> None:
    told = page("installation.md") + page("operations.md")
    names = {path.name for path in (DOCS / "deploy").iterdir()}
    assert {name for name in names if f"docs/deploy/{name}" not in told} == set()
