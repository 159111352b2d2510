"""A refresh that finds nothing new: it says so, leaves all as it is, and loads nothing that it does not need.

Not here: what is due for one registry (`tests/unit/admission`).
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from assets.begin import MOST_NAMED, begin, first_due, tell_unchanged
from assets.door import run_refresh
from bpp_etl.admission.told import admitted_in_words
from bpp_etl.admission.working import WorkingFiles, read_once
from bpp_etl.events.window import ALWAYS
from bpp_etl.landing.deliveries import delivery_of
from bpp_etl.settings import PROJECT, Places
from tests.support.deliveries import write_delivery_of

HEAVY = ("dagster", "pandera", "pandas", "numpy", "scipy", "lifelines", "jinja2")
TOLD = "2024-12-31 admitted: 22 rows, 0 refused, 0 flagged, 2 events"
REFRESH = f"""
import sys
from pathlib import Path
from assets.door import run_refresh
code = run_refresh(Path(sys.argv[1]), Path(sys.argv[2]), [], [], full=False)
print(*sorted(set({HEAVY}) & set(sys.modules)), file=sys.stderr)
sys.exit(code)
"""


def refreshed_once(home: Path) -> int:
    write_delivery_of(home / "landing")
    write_delivery_of(home / "landing", "shut", bone_lesions="assessment_id\nA1\n")
    return run_refresh(home / "landing", home / "warehouse", [], [], full=False)


@pytest.fixture(scope="module")
def home(made_once) -> Path:
    folder, code = made_once("unchanged", refreshed_once)
    assert code == 3
    return folder


def written(home: Path) -> dict[Path, int]:
    """Tell when each file of a warehouse was written, locks left out."""
    files = (path for path in (home / "warehouse").rglob("*") if path.is_file() and path.name != ".lock")
    return {path: path.stat().st_mtime_ns for path in files}


def is_left(home: Path, *names: str) -> bool:
    return (
        first_due(begin(Places(home / "landing", home / "warehouse"), names, ALWAYS, [], print)).action
        == "nothing"
    )


def test_nothing_new_is_found_out_without_dagster_and_nothing_is_written(home: Path) -> None:
    before = written(home)
    words = [sys.executable, "-W", "error", "-c", REFRESH, str(home / "landing"), str(home / "warehouse")]
    said = subprocess.run(words, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert (said.returncode, said.stderr.strip()) == (3, ""), "nothing heavy was loaded"
    told = said.stdout.splitlines()
    assert told[:3] == [
        "shut: 2024-12-31 unchanged",
        "tiny: 2024-12-31 unchanged",
        "shut: gate shut for 2024-12-31",
    ]
    assert any(line.startswith("nothing new: release ") for line in told)
    assert written(home) == before


def test_many_registries_that_are_unchanged_are_summed(tmp_path: Path) -> None:
    found = [delivery_of(tmp_path / f"r{number}" / "2024-12-31") for number in range(MOST_NAMED + 1)]
    deliveries = {one.registry: one for one in found if one is not None}
    told: list[str] = []
    tell_unchanged(deliveries, told.append)
    assert told == [f"{MOST_NAMED + 1} registries unchanged"]
    del deliveries["r0"], told[:]
    tell_unchanged(deliveries, told.append)
    assert told == [f"r{number}: 2024-12-31 unchanged" for number in range(1, MOST_NAMED + 1)]


def test_an_admitted_delivery_is_told_in_a_line_and_one_that_is_shut_in_none(home: Path) -> None:
    tiny, shut = (WorkingFiles.of(home / "warehouse", name) for name in ("tiny", "shut"))
    assert admitted_in_words(tiny) == TOLD
    assert admitted_in_words(shut) is None


def test_what_would_move_a_release_is_not_left(home: Path) -> None:
    assert is_left(home, "xu2025")
    assert not is_left(home, "xu2025_one_ct"), "another protocol"
    assert not is_left(home, "xu2025", "xu2025_one_ct"), "one protocol more"
    new = home / "landing" / "tiny" / "2025-12-31"
    write_delivery_of(home / "landing", day=new.name)
    assert not is_left(home, "xu2025"), "a delivery"
    for file in new.iterdir():
        file.unlink()
    new.rmdir()
    assert is_left(home, "xu2025")
    patients = home / "landing" / "tiny" / "2024-12-31" / "patients.csv"
    as_it_was = patients.read_bytes()
    patients.write_bytes(as_it_was + b"\n")
    assert not is_left(home, "xu2025"), "a file"
    patients.write_bytes(as_it_was)
    assert is_left(home, "xu2025")


def test_a_working_file_is_read_again_when_it_was_written_or_replaced(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("one", encoding="utf-8")
    read = []

    def look(path: Path) -> str:
        read.append(path)
        return path.read_text(encoding="utf-8")

    assert [read_once(file, look), read_once(file, look)] == ["one", "one"]
    assert len(read) == 1
    other = tmp_path / "other"
    other.write_text("two", encoding="utf-8")
    other.replace(file)
    assert read_once(file, look) == "two"
    files = WorkingFiles.of(home / "warehouse", "tiny")
    assert files.in_place().judged["admitted"].delivery == "2024-12-31"
