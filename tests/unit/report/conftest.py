"""A release with something in every part, its report, and the report read back; made once.

Not here: tests.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from bpp_etl.report import write_report
from tests.support.report_file import full_release
from tests.support.report_page import Node, read_page


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return full_release(tmp_path_factory.mktemp("report") / "bpp.duckdb")


@pytest.fixture(scope="session")
def html(release: Path) -> Path:
    target = release.with_name("report.html")
    write_report(release, target)
    return target


@pytest.fixture(scope="session")
def page(html: Path) -> Node:
    return read_page(html)
