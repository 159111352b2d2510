"""docs/runbook.md: each thing that goes wrong is brought about, says what the page quotes, and is mended so.

Not here: entries of what is killed, meanwhile or misplaced (`test_runbook_meanwhile.py`); the same faults in
all their variants, which have chapters of their own beside this one.
"""

from __future__ import annotations

import datetime as dt
import gzip
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

import bpp_etl
from assets import cli
from assets.refresh import refresh
from assets.resources import Warehouse
from bpp_etl.admission.due import due_for
from bpp_etl.admission.intake import read
from bpp_etl.admission.working import WorkingFiles
from bpp_etl.errors import BppError
from bpp_etl.events import load_protocol
from bpp_etl.landing.deliveries import survey
from bpp_etl.reading.limits import DEFAULTS, Limits, load_limits
from bpp_etl.release.shelf import Shelf
from bpp_etl.release.told import difference
from bpp_etl.settings import Places
from bpp_etl.status.warehouse import Operated, status_of
from tests.faults import bombs
from tests.faults.children import signalled
from tests.faults.conftest import Served
from tests.faults.test_two_processes import HOLDER, running
from tests.support.commands import BPP, environment
from tests.support.deliveries import TINY, write_delivery_of
from tests.support.gating import Gated, gated
from tests.support.pages import fenced
from tests.support.runbook import ENTRIES, anonymous, entry, quoted
from tests.support.warehouses import IN_SERVICE, admit, files_in, release

PATIENCE = 120.0

WRITER = (
    "import sys, duckdb\ncon = duckdb.connect(sys.argv[1])\nprint('open', flush=True)\nsys.stdin.read()\n"
)


def configured(number: int, folder: Path) -> Gated:
    """Gate a delivery with the entry's own advice in registry.toml."""
    (advice,) = fenced(entry(number), "toml")
    (folder.parent / "registry.toml").write_text(advice, encoding="utf-8")
    return gated(folder)


def test_every_entry_has_a_test() -> None:
    numbers = [int(heading.split(".")[0]) for heading in ENTRIES]
    assert numbers == list(range(1, len(ENTRIES) + 1))
    assert len(numbers) >= 10
    told = "".join(
        path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_runbook*.py")
    )
    assert sorted(map(int, re.findall(r"^def test_(\d+)_", told, re.MULTILINE))) == numbers


@pytest.mark.parametrize("heading", ENTRIES)
def test_every_entry_says_how_to_be_sure(heading: str) -> None:
    assert re.search(r"^Mended when ", ENTRIES[heading], re.MULTILINE)


def test_1_a_table_or_a_column_is_missing(tmp_path: Path) -> None:
    renamed = TINY["lab_results"].replace(",unit,", ",einheit,")
    folder = write_delivery_of(tmp_path, lab_results=renamed)
    missing = gated(write_delivery_of(tmp_path, "other", therapy_lines=None))
    assert [gated(folder).message("column_missing"), missing.message("table_missing")] == quoted(1)
    assert configured(1, folder).decision.is_open


def test_2_the_unit_is_missing(tmp_path: Path) -> None:
    folder = write_delivery_of(tmp_path, lab_results=TINY["lab_results"].replace("U/L", ""))
    one = gated(folder)
    assert [one.message("refused_share_exceeded")] == quoted(2)
    assert one.result("lab_results", "unit_missing").broken == 3
    assert not configured(2, folder).decision.is_open, "a constant fills no empty cell, as the page says"
    without = "".join(
        ",".join(cell for at, cell in enumerate(line.split(",")) if at != 4) + "\n"
        for line in TINY["lab_results"].splitlines()
    )
    (folder / "lab_results.csv").write_text(without, encoding="utf-8")
    mended = configured(2, folder)
    assert mended.decision.is_open
    assert mended.result("lab_results", "unit_missing").broken == 0


def test_3_too_many_rows_are_refused(tmp_path: Path) -> None:
    folder = write_delivery_of(tmp_path, bone_lesions=TINY["bone_lesions"].replace("B1,L1,rib", "B1,L1,tail"))
    assert [gated(folder).message("refused_share_exceeded")] == quoted(3)
    mended = configured(3, folder)
    assert mended.decision.is_open
    assert mended.refused == {("bone_lesions", 2): ["code_unknown"]}


def test_4_the_schedule_is_not_kept(tmp_path: Path) -> None:
    folder = write_delivery_of(tmp_path, therapy_lines=TINY["therapy_lines"].replace(",21", ",10"))
    assert [gated(folder).message("cadence_not_kept")] == quoted(4)
    assert configured(4, folder).decision.is_open


def test_5_a_file_cannot_be_read(tmp_path: Path) -> None:
    latin = write_delivery_of(tmp_path, "latin", patients=None)
    (latin / "patients.csv").write_bytes(TINY["patients"].replace("A,", "\u00c5,").encode("latin-1"))
    semicolons = write_delivery_of(tmp_path, "semicolons", patients=TINY["patients"].replace(",", ";"))
    cut = write_delivery_of(tmp_path, "cut", patients=None)
    (cut / "patients.csv.gz").write_bytes(gzip.compress(TINY["patients"].encode())[:-9])
    told = [
        gated(latin).message("file_unreadable"),
        gated(semicolons).message("column_missing"),
        gated(cut).message("file_unreadable"),
    ]
    assert told == quoted(5)
    for word, folder in (('encoding = "latin-1"', latin), ('delimiter = ";"', semicolons)):
        assert word in entry(5)
        (folder.parent / "registry.toml").write_text(word, encoding="utf-8")
        assert not gated(folder).causes() & {("patients", "file_unreadable"), ("patients", "column_missing")}


@pytest.fixture(scope="module")
def said(two_releases: Served, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Step a release back, add a delivery whose name does not fit, and refresh: what it says."""
    home = tmp_path_factory.mktemp("said")
    for folder in (two_releases.landing, two_releases.warehouse):
        shutil.copytree(folder, home / folder.name)
    (home / "landing" / "tiny" / "31.12.2024").mkdir()
    first, second = Shelf.of(home / "warehouse").ids()
    assert Shelf.of(home / "warehouse").in_service() == second
    words = ["releases", "rollback", first, "--warehouse", str(home / "warehouse")]
    told = CliRunner().invoke(cli.app, words).output.splitlines()
    done = refresh(
        Warehouse(landing=str(home / "landing"), warehouse=str(home / "warehouse")), say=told.append
    )
    assert done.exit_code == 0
    assert Shelf.of(home / "warehouse").in_service() == first
    return told


def test_6_a_delivery_does_not_arrive(said: list[str], tmp_path: Path) -> None:
    unfit, unchanged, older = quoted(6)
    assert {unfit, unchanged} <= set(said)
    newer = write_delivery_of(tmp_path / "landing", day="2024-12-31")
    write_delivery_of(tmp_path / "landing", day="2024-12-30")
    admit(tmp_path / "landing", tmp_path / "warehouse", with_events=False)
    shutil.rmtree(newer)
    delivery = survey(tmp_path / "landing").newest["tiny"]
    step = due_for(tmp_path / "warehouse", delivery, [load_protocol("xu2025")], full=False)
    assert older == f"tiny: {delivery.name} judging ({step.why})"


def test_7_a_file_is_in_use(served: Served) -> None:
    files, shelf = WorkingFiles.of(served.warehouse, "tiny"), Shelf.of(served.warehouse)
    shelf.current.chmod(0o644)
    told = []

    def look() -> object:
        return admit(served.landing, served.warehouse, with_events=False)

    cases: tuple[tuple[str, Path, Callable[[], object]], ...] = (
        (HOLDER, files.folder, look),
        (WRITER, files.admitted, files.judgements),
        (WRITER, shelf.current, shelf.in_service),
    )
    for code, place, use in cases:
        with running(code, place) as other:
            assert other.stdout is not None
            assert other.stdout.readline()
            with pytest.raises(BppError) as error:
                use()
            told.append(error.value.message)
            assert error.value.hint
        use()
    assert told == quoted(7)


def test_9_a_refresh_is_interrupted(tmp_path: Path) -> None:
    landing, warehouse = tmp_path / "landing", tmp_path / "warehouse"
    write_delivery_of(landing)
    files = WorkingFiles.of(warehouse, "tiny")
    process = subprocess.Popen(
        [str(BPP), "refresh", "--landing", str(landing), "--warehouse", str(warehouse)],
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    since = time.monotonic()
    while process.poll() is None and not files.building.exists() and time.monotonic() < since + PATIENCE:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    told = process.communicate(timeout=PATIENCE)[1]
    assert process.returncode == 130
    assert told.splitlines()[-1:] == quoted(9)
    assert not files.admitted.exists()
    assert not Shelf.of(warehouse).current.exists()
    assert admit(landing, warehouse).is_open
    assert files_in(files.folder) == IN_SERVICE


def test_10_the_wrong_release_is_in_service(said: list[str]) -> None:
    back, stays = quoted(10)
    told = [anonymous(line) for line in said]
    assert told[0] == back
    assert told[-1] == stays


def test_11_a_number_moved(served: Served) -> None:
    before = Shelf.of(served.warehouse).in_service()
    assert before is not None
    later = TINY["imaging_assessments"].replace("A3,A,2024-05-06,CT,true,SD", "A3,A,2024-05-06,CT,true,PD")
    write_delivery_of(served.landing, day="2025-01-01", imaging_assessments=later)
    admit(served.landing, served.warehouse)
    after = release(served.warehouse, 59).release_id
    told = {line.strip() for line in difference(served.warehouse, before, after).splitlines()}
    operated = Operated({"tiny": 1.0}, 1e6, 1e6, "", is_running=False)
    found = status_of(Places(served.landing, served.warehouse), operated, dt.datetime.now(dt.UTC))
    assert set(quoted(11)) <= told | {need.what for need in found.needs}


def test_12_a_registry_is_silent(two_releases: Served) -> None:
    (sql,) = fenced(entry(12), "sql")
    with bpp_etl.open_release(two_releases.warehouse) as opened:
        found = opened.query(sql)
        assert found.columns == ["registry", "last_delivery", "days_silent"]
        ((registry, last, days),) = found.fetchall()
    assert (registry, f"{last}") == ("tiny", "2024-12-31")
    assert days > 35


def test_17_a_file_is_too_large_to_read(tmp_path: Path) -> None:
    long_cell, crash, memory, whole, away = quoted(17)
    long = write_delivery_of(
        tmp_path, "long", patients=TINY["patients"].replace("A,", f"{'A' * (65 << 10)},")
    )
    assert gated(long, apart=DEFAULTS).message("file_unreadable") == long_cell
    (advice,) = fenced(entry(17), "toml")
    (tmp_path / "pyproject.toml").write_text(advice, encoding="utf-8")
    assert gated(long, apart=load_limits({}, tmp_path)).causes() & {("patients", "file_unreadable")} == set()

    far = write_delivery_of(tmp_path, "far", lab_results=None)
    (far / "lab_results.xlsx").write_bytes(bombs.workbook_with("lab_results", bombs.FAR_CELL))
    limits = Limits(sheet_cells=1 << 40, read_memory=1 << 30)
    assert gated(far, apart=limits).message("file_unreadable") in {crash, memory}

    folder = write_delivery_of(tmp_path)
    files = WorkingFiles.of(tmp_path / "warehouse", "tiny")
    delivery = survey(tmp_path).newest["tiny"]
    with signalled(signal.SIGKILL, once=False), pytest.raises(BppError) as dead:
        read(files, delivery)
    folder.rename(tmp_path / "away")
    with pytest.raises(BppError) as gone:
        read(files, delivery)
    assert [dead.value.message, gone.value.message] == [whole, away]
