"""A strange locale, a long path, few open files: plain success, or one readable line.

Not here: odd names of files and folders (`test_names.py`), folders that are closed (`test_permissions.py`).
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from assets.cli import LONGEST_SHOWN
from assets.descriptors import LEAST, WANTED
from bpp_etl.errors import UsageError
from bpp_etl.settings import LONGEST_WAREHOUSE, places
from tests.support.commands import BPP, Said, bpp
from tests.support.deliveries import write_delivery_of
from tests.support.warehouses import admit, release

ONE_LINE = 2
"""An error and its hint."""
FEW = 20
"""Open files: less than any system grants."""


def deep(folder: Path, length: int) -> Path:
    """Name a folder in a folder whose whole path is so many bytes long."""
    more = length - len(os.fsencode(folder))
    names = "".join("/" + "d" * 99 for _ in range(more // 100))
    rest = more - len(names)
    return Path(f"{folder}{names}" + (f"/{'e' * (rest - 1)}" if rest > 1 else "e" * rest))


@pytest.mark.parametrize("locale", ["C", "POSIX"])
@pytest.mark.parametrize("more", [{}, {"PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}], ids=["", "no UTF-8"])
def test_a_locale_without_letters_changes_nothing(tmp_path: Path, locale: str, more: dict[str, str]) -> None:
    folder = write_delivery_of(tmp_path / "landung für alle")
    said = bpp("check", folder, LANG=locale, LC_ALL=locale, **more)
    assert (said.code, said.err) == (0, ""), said
    assert "the gate is open" in said.out


def test_a_refresh_succeeds_in_such_a_locale(tmp_path: Path) -> None:
    write_delivery_of(tmp_path / "landung für alle")
    words = ("refresh", "--landing", tmp_path / "landung für alle", "--warehouse", tmp_path / "wärehouse")
    said = bpp(*words, LANG="C", LC_ALL="C")
    assert (said.code, said.err) == (0, ""), said


def test_a_warehouse_may_lie_as_deep_as_a_history_of_runs_can_be_kept(tmp_path: Path) -> None:
    place = deep(tmp_path, LONGEST_WAREHOUSE)
    assert len(os.fsencode(place)) == LONGEST_WAREHOUSE
    write_delivery_of(tmp_path / "landing")
    said = bpp("refresh", "--landing", tmp_path / "landing", "--warehouse", place)
    assert (said.code, said.err) == (0, ""), said
    assert (place / "published" / "bpp.duckdb").is_file()


@pytest.mark.parametrize("length", [LONGEST_WAREHOUSE + 1, 1000, 5000])
def test_a_deeper_one_is_refused_in_one_line(tmp_path: Path, length: int) -> None:
    with pytest.raises(UsageError, match=f"path is {length} bytes long") as error:
        places({}, warehouse=deep(tmp_path, length))
    assert error.value.hint


def test_a_landing_may_lie_a_thousand_characters_deep(tmp_path: Path) -> None:
    place = deep(tmp_path, 1000)
    place.parent.mkdir(parents=True)
    folder = write_delivery_of(place)
    said = bpp("check", folder)
    assert (said.code, said.err) == (0, ""), said


def test_a_path_that_the_system_cannot_open_is_told_in_a_line_that_can_be_read(tmp_path: Path) -> None:
    for words in (
        ("refresh", "--landing", deep(tmp_path, 5000), "--warehouse", tmp_path / "warehouse"),
        ("check", deep(tmp_path, 5000) / "2024-12-31"),
    ):
        said = bpp(*words)
        assert said.code in {1, 2}, said
        lines = said.err.splitlines()
        assert len(lines) == ONE_LINE, said
        assert lines[0].startswith("error: File name too long: "), said
        assert len(lines[0]) < LONGEST_SHOWN + 100


def with_files(limit: int, *words: str | Path) -> Said:
    """Run `bpp` where no process may have more files open."""

    def few() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))

    done = subprocess.run(
        [str(BPP), *map(str, words)],
        preexec_fn=few,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    return Said(done.returncode, done.stdout, done.stderr)


def test_with_too_few_open_files_refresh_and_erase_say_so_and_with_enough_they_succeed(
    tmp_path: Path,
) -> None:
    write_delivery_of(tmp_path / "landing")
    warehouse = tmp_path / "warehouse"
    places = ("--landing", tmp_path / "landing", "--warehouse", warehouse)
    for words in (("refresh", *places), ("erase", "C", "--registry", "tiny", *places)):
        said = with_files(LEAST - 1, *words)
        assert said.code == 1
        assert said.err.splitlines() == [
            f"error: this process may open {LEAST - 1} files at once; it needs {LEAST}",
            f"hint: raise the limit where it is started: ulimit -n {WANTED}",
        ]
        assert not (warehouse if words[0] == "refresh" else warehouse / "erased.jsonl").exists()
        said = with_files(LEAST, *words)
        assert (said.code, said.err) == (0, ""), said


def test_what_only_reads_a_release_needs_few_open_files(tmp_path: Path) -> None:
    write_delivery_of(tmp_path / "landing")
    admit(tmp_path / "landing", tmp_path / "warehouse")
    release(tmp_path / "warehouse")
    for words in (
        ("share", "--to", tmp_path / "share"),
        ("export", "omop", "--to", tmp_path / "export"),
        ("explain", "A", "--registry", "tiny"),
        ("releases", "verify"),
    ):
        said = with_files(FEW, *words, "--warehouse", tmp_path / "warehouse")
        assert (said.code, said.err) == (0, ""), said


def test_what_the_system_grants_is_taken() -> None:
    code = (
        "import resource as r; from assets.descriptors import *\n"
        "r.setrlimit(r.RLIMIT_NOFILE, (64, 2000)); ensure_files_may_be_opened()\n"
        "print(*r.getrlimit(r.RLIMIT_NOFILE))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["2000", "2000"]
