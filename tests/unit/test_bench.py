"""What is counted of a command is its work: it has run before, and its modules are compiled.

Not here: a time; what it came to stands in docs/benchmarks.md.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.bench import __main__ as bench
from tests.bench import cases
from tests.bench.page import render
from tests.bench.timing import NOT_COMPILED, Cost, as_installed

COST = Cost(1.0, 1.0, 1.0)


def test_a_command_is_timed_where_its_modules_stay_compiled() -> None:
    assert as_installed({NOT_COMPILED: "1", "HOME": "x"}) == {"HOME": "x"}


def test_each_command_runs_once_before_any_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[tuple[str, str]] = []

    def told(words: Sequence[str], log: Path) -> Cost:
        ran.append((Path(words[1] if words[1].endswith(".py") else words[0]).name, log.parent.name))
        Path(words[-1]).touch()
        return COST

    monkeypatch.setattr(cases, "cost_of", told)
    monkeypatch.setattr(cases, "PATIENTS_OF_EACH", 1)
    monkeypatch.setattr(bench, "write_page", lambda *_: None)
    monkeypatch.setattr(tempfile, "mkdtemp", lambda prefix: str(tmp_path / prefix))
    monkeypatch.setattr("sys.argv", ["bench", "--patients", "20", "--rounds", "1"])
    bench.main()
    names = ["bpp", "plain_duckdb.py", "pandas_script.py"]
    assert ran[:6] == [(name, home) for home in ("warm", "compared") for name in names]
    assert {home for _, home in ran[6:]} == {"small"}


def test_the_page_says_that_nothing_counted_compiles_a_module() -> None:
    names = (cases.REFRESH, cases.PLAIN, cases.PANDAS)
    case = cases.Case(1, 1, {name: [COST] for name in names}, dict.fromkeys(names, 1.0))
    assert "run once before, uncounted, and found its modules compiled" in render([case], case, 1)
