"""A release with something in every part, its report, and the report read back; made once.

Not here: tests.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from bpp_etl.release.shelf import REPORT
from bpp_etl.report import write_report
from tests.conftest import MadeOnce
from tests.support.report_file import full_release
from tests.support.report_page import Node, read_page


@pytest.fixture(scope="session")
def release(made_once: MadeOnce) -> Path:
    _, made = made_once("report", _draw)
    return Path(made)


def _draw(home: Path) -> Path:
    made = full_release(home / "bpp.duckdb")
    write_report(made, made.with_name(REPORT))
    return made


@pytest.fixture(scope="session")
def html(release: Path) -> Path:
    return release.with_name(REPORT)


@pytest.fixture(scope="session")
def page(html: Path) -> Node:
    return read_page(html)
