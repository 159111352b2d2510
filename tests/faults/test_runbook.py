"""docs/runbook.md: each thing that goes wrong is brought about, says what the page quotes, and is mended so.

Not here: entries of what is killed, meanwhile or misplaced (`test_runbook_meanwhile.py`); the same faults in
all their variants, which have chapters of their own beside this one.
"""

from __future__ import annotations

import gzip
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

import bpp_etl
from assets import cli
from assets.begin import Refreshed, note_shut
from assets.instance import home_of, instance_of
from assets.refresh import refresh
from assets.resources import Warehouse
from bpp_etl.admission.due import due_for
from bpp_etl.admission.intake import read
from bpp_etl.admission.working import WorkingFiles
from bpp_etl.errors import BppError, DamagedError
from bpp_etl.events import load_protocol
from bpp_etl.identity.erased import begin_erasure, end_erasure
from bpp_etl.landing.deliveries import survey
from bpp_etl.reading.limits import DEFAULTS, Limits, load_limits
from bpp_etl.release.shelf import FILE, Shelf
from bpp_etl.release.told import difference, verified
from bpp_etl.settings import Places
from tests.faults import bombs
from tests.faults.children import signalled
from tests.faults.conftest import Served
from tests.faults.test_permissions import without_privileges
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
ADMIT = """
import resource, sys
from pathlib import Path
from bpp_etl.errors import BppError
from tests.support.warehouses import admit
landing, warehouse, *limits = sys.argv[1:]
for limit in limits:
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), resource.RLIM_INFINITY))
    try:
        admit(Path(landing), Path(warehouse), with_events=False)
    except BppError as error:
        print(error.message)
"""
"""Admits where no file may grow beyond so many bytes, as on a disk that is full; prints what is said."""
OPEN_STORAGE = """
import resource, sys
from pathlib import Path
from assets.instance import instance_of
from bpp_etl.errors import BppError
for limit in sys.argv[2:]:
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), resource.RLIM_INFINITY))
    try:
        with instance_of(Path(sys.argv[1]) / limit) as instance:
            instance.add_dynamic_partitions("registry", ["tiny"])
    except BppError as error:
        print(error.message)
"""
"""Opens the run storage of a warehouse where no file may grow beyond so many bytes."""


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


def test_8_the_disk_is_full_or_a_folder_is_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    landing, warehouse = tmp_path / "landing", tmp_path / "warehouse"
    write_delivery_of(landing, day="2024-12-30")
    admit(landing, warehouse, with_events=False)
    admitted = WorkingFiles.of(warehouse, "tiny").admitted
    before = admitted.read_bytes()
    write_delivery_of(landing)
    full, cut, closed = quoted(8)
    words = [sys.executable, "-c", ADMIT, str(landing), str(warehouse), "8000", "4000000"]
    project = Path(cli.__file__).parents[1]
    said = subprocess.run(words, cwd=project, capture_output=True, text=True, check=True).stdout
    assert said.splitlines() == [full, cut]
    assert admitted.read_bytes() == before
    assert admit(landing, warehouse, with_events=False).is_open
    assert files_in(warehouse / "registries") == {f"tiny/{name}" for name in IN_SERVICE}

    with tempfile.TemporaryDirectory(prefix="bpp-test-") as name:
        # Folders of pytest are their owner's alone; so is this one, once it is a warehouse.
        Path(name).chmod(0o755)
        shutil.copytree(landing, Path(name) / "landing")
        words = ["--landing", f"{name}/landing", "--warehouse", f"{name}/warehouse"]
        monkeypatch.setattr(sys, "argv", ["bpp", "refresh", *words])
        load_protocol("xu2025")  # loads what Python loads late, while it may
        with without_privileges(), pytest.raises(SystemExit) as ended:
            cli.main()
    assert ended.value.code == 1
    told, hint = capfd.readouterr().err.splitlines()
    assert told == f"{closed} {name}/warehouse"
    assert hint == "hint: check the folder's permissions and free space"


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
    told = difference(served.warehouse, before, release(served.warehouse, 59).release_id)
    assert set(quoted(11)) <= {line.strip() for line in told.splitlines()}


def test_12_a_registry_is_silent(two_releases: Served) -> None:
    (sql,) = fenced(entry(12), "sql")
    with bpp_etl.open_release(two_releases.warehouse) as opened:
        found = opened.query(sql)
        assert found.columns == ["registry", "last_delivery", "days_silent"]
        ((registry, last, days),) = found.fetchall()
    assert (registry, f"{last}") == ("tiny", "2024-12-31")
    assert days > 35


def test_13_a_working_file_is_damaged(served: Served) -> None:
    judged, shut = quoted(13)
    files = WorkingFiles.of(served.warehouse, "tiny")
    whole = files.admitted.read_bytes()
    os.truncate(files.admitted, 5000)
    delivery = survey(served.landing).newest["tiny"]
    step = due_for(served.warehouse, delivery, [load_protocol("xu2025")], full=False)
    assert judged == f"tiny: {delivery.name} judging ({step.why})"
    told: list[str] = []
    places = Places(served.landing, served.warehouse)
    note_shut(places, Refreshed(), told.append)
    assert told[0] == shut
    files.admitted.write_bytes(whole)
    told.clear()
    note_shut(places, Refreshed(), told.append)
    assert told == []


def test_14_a_release_is_damaged(served: Served) -> None:
    differs, put_back, both, refused = quoted(14)
    shelf = Shelf.of(served.warehouse)
    first, second = shelf.ids()
    cut_off(shelf.current)
    assert anonymous(str(shelf.put_back())) == put_back
    cut_off(shelf.folder(second) / FILE)
    text, is_whole = verified(served.warehouse)
    assert (differs in anonymous(text).splitlines(), is_whole) == (True, False)
    with pytest.raises(BppError) as error:
        shelf.put_in_service(second)
    assert anonymous(error.value.message) == refused
    cut_off(shelf.current)
    with pytest.raises(BppError) as error:
        shelf.put_back()
    assert error.value.message == both
    shelf.put_in_service(first)
    shutil.rmtree(shelf.folder(second))
    assert verified(served.warehouse)[1]


def test_15_the_history_of_runs_is_damaged(tmp_path: Path) -> None:
    (damaged,) = quoted(15)
    warehouse = tmp_path / "a warehouse"
    for name in ("history/runs.db", "history/runs/index.db", "schedules/schedules.db"):
        with instance_of(warehouse) as instance:
            assert instance.get_runs(limit=1) == []
        place = home_of(warehouse) / name
        assert f"`{place.name}`" in entry(15)
        for spoilt in (b"", place.read_bytes()[:6000], b"no database\n" * 1000):
            place.write_bytes(spoilt)
            place.with_name(f"{place.name}-wal").unlink(missing_ok=True)
            with pytest.raises(DamagedError) as error, instance_of(warehouse):
                pass
            assert error.value.message == damaged
        recipe = error.value.hint.partition("mv ")[2].partition(" (")[0]
        subprocess.run(f"mv {recipe}", shell=True, check=True)
        shutil.rmtree(warehouse / "dagster-damaged")


def test_16_the_disk_is_full_where_the_history_of_runs_is(tmp_path: Path) -> None:
    (full,) = quoted(16)
    words = [sys.executable, "-c", OPEN_STORAGE, str(tmp_path), "20000", "60000"]
    project = Path(cli.__file__).parents[1]
    said = subprocess.run(words, cwd=project, capture_output=True, text=True, check=True).stdout
    assert said.splitlines() == [full] * 2


def cut_off(path: Path) -> None:
    path.chmod(0o644)
    os.truncate(path, 5000)


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


def test_24_the_key_of_pseudonyms_is_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    landing, warehouse = tmp_path / "landing", tmp_path / "warehouse"
    write_delivery_of(landing)
    key = tmp_path / "pseudonyms.key"
    key.write_text("k" * 40, encoding="utf-8")
    key.chmod(0o600)
    monkeypatch.setenv("BPP_PSEUDONYM_KEY_FILE", str(key))
    assert admit(landing, warehouse).is_open
    found = []
    for variable, value in (("BPP_PSEUDONYM_KEY", "o" * 40), ("BPP_PSEUDONYM_KEY_FILE", "")):
        with monkeypatch.context() as patch:
            patch.setenv(variable, value)
            found += [cause.message for cause in admit(landing, warehouse).causes]
    key.chmod(0o644)
    with pytest.raises(BppError) as error:
        admit(landing, warehouse)
    assert [*found, error.value.message] == quoted(24)
    key.chmod(0o600)
    assert admit(landing, warehouse).is_open, "the key by which it was admitted"
    monkeypatch.setenv("BPP_PSEUDONYM_KEY_FILE", "")
    shutil.move(warehouse / "registries" / "tiny", tmp_path / "away")
    assert admit(landing, warehouse).is_open, "the registry begun anew"


def test_25_an_erasure_was_cut_short(tmp_path: Path) -> None:
    landing, warehouse = tmp_path / "landing", tmp_path / "warehouse"
    write_delivery_of(landing)
    admit(landing, warehouse)
    begin_erasure(warehouse, "tiny", "A", ["A1"])  # and no further
    with pytest.raises(BppError) as error:
        release(warehouse)
    said: list[str] = []
    done = refresh(Warehouse(landing=str(landing), warehouse=str(warehouse)), say=said.append)
    assert [error.value.message, said[0]] == quoted(25)
    assert done.exit_code == 0
    with duckdb.connect(str(Shelf.of(warehouse).current), read_only=True) as con:
        found = con.execute("select patient_id from core.patients order by 1").fetchall()
    assert found == [("B",), ("C",)]


def test_26_the_list_of_the_erased_has_lost_its_key(tmp_path: Path) -> None:
    landing, warehouse = tmp_path / "landing", tmp_path / "warehouse"
    write_delivery_of(landing)
    end_erasure(warehouse, "tiny", begin_erasure(warehouse, "tiny", "A", []))
    key = (warehouse / ".key").read_text(encoding="ascii")
    (warehouse / ".key").write_text("0" * 64, encoding="ascii")
    with pytest.raises(BppError) as error:
        admit(landing, warehouse)
    assert [error.value.message] == quoted(26)
    (warehouse / ".key").write_text(key, encoding="ascii")
    assert admit(landing, warehouse).is_open, "both of one backup"
