"""One release of the synthetic demonstration for every judge, and each judge's environment.

Not here: what a judge is asked; it is never imported, for its packages and ours do not fit in one process.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from bpp_etl.admission.admit import derive
from bpp_etl.admission.working import WorkingFiles
from bpp_etl.demo import write_demo_landing
from bpp_etl.events import load_protocol
from bpp_etl.landing.deliveries import survey
from bpp_etl.release.build import assemble, publish
from bpp_etl.release.shelf import Shelf
from bpp_etl.settings import PROJECT
from bpp_etl.share import make_share
from tests.real.pipeline import RELEASED_AT, admit

ENVIRONMENTS = PROJECT / ".venv" / "judges"
CLEAN = "synthetic-clean"
SHARE = "share"


@dataclass(frozen=True)
class Judge:
    """The programs of a judge's environment."""

    environment: Path

    def asks(self, program: str, *words: str | Path, folder: Path) -> subprocess.CompletedProcess[str]:
        """Run one of its programs in a folder, and return how it ended and what it said."""
        return subprocess.run(
            [self.environment / "bin" / program, *words],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )


@pytest.fixture(scope="session")
def judge(pytestconfig: pytest.Config) -> Callable[[str], Judge]:
    """Find a judge by the name of its lock; `make judges`, which asks for them all, must find each."""

    def found(name: str) -> Judge:
        environment = ENVIRONMENTS / name
        if not (environment / ".locked").exists():
            told = f"the judge {name} is not installed: `make judges` does it"
            (pytest.fail if pytestconfig.getoption("-m") == "judge" else pytest.skip)(told)
        return Judge(environment)

    return found


def published_in(home: Path) -> None:
    """Admit the demonstration, but for the registry that is shut; publish a release, and share it."""
    write_demo_landing(home / "landing")
    protocols = [load_protocol(name) for name in ("xu2025", "recist11")]
    for registry, delivery in survey(home / "landing").newest.items():
        if admit(home, delivery).is_open:
            files = WorkingFiles.of(home, registry)
            with files.locked():
                derive(files, registry, protocols)
    assemble(home, protocols)
    made = publish(home, created_at=RELEASED_AT)
    make_share(home, home / SHARE, protocols, release_id=made.release_id, now=RELEASED_AT)


@pytest.fixture(scope="session")
def house(made_once) -> Path:
    """A warehouse with a release of the demonstration; its landing lies in it."""
    home, _ = made_once("house-of-judges", published_in)
    return home


@pytest.fixture(scope="session")
def released(house: Path) -> Path:
    """The folder of the release."""
    shelf = Shelf.of(house)
    return shelf.folder(str(shelf.in_service()))


@pytest.fixture(scope="session")
def shared(house: Path) -> Path:
    """The folder of a share of the release."""
    return house / SHARE


@pytest.fixture(scope="session")
def delivered(house: Path) -> Path:
    """The delivery of the registry whose every row is sound, as files of csv."""
    return survey(house / "landing").newest[CLEAN].path
