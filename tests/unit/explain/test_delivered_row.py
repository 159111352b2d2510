"""`bpp raw`: any row as it was delivered, and what became of it, whatever that was.

Not here: the command's exit codes (`tests/operation/test_erase.py`).
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bpp_etl.erasure import erase_patient
from bpp_etl.errors import NotFoundError
from bpp_etl.explain.delivered_row import tell_row
from bpp_etl.explain.row_fate import Which
from bpp_etl.settings import Places
from tests.conftest import MadeOnce
from tests.support.deliveries import DAY, TINY, write_delivery_of, write_texts
from tests.support.warehouses import admit, release

LABS = TINY["lab_results"].splitlines()
HEADER = LABS[0]
PARTS = {
    "lab_results/one.csv": "\n".join([HEADER, LABS[1], LABS[2], ",,,,,"]) + "\n",
    "lab_results/two.csv": "\n".join(
        [
            HEADER,
            LABS[3],
            LABS[3],
            "B,ALP_TOTAL,2024-01-02,-1,U/L,104",
            "B,CREATININE,2024-01-02,80,umol/L,",
            "B,ALP_TOTAL,2024-01-03,5,U/L,104",
        ]
    )
    + "\n",
}
TOML = "[limits]\nlab_results = 1\ntable_shrunk = 1\n"


def make(home: Path) -> None:
    landing, warehouse = home / "landing", home / "warehouse"
    texts = {f"{table}.csv": text for table, text in TINY.items() if table != "lab_results"}
    folder = write_texts(landing, texts, registry="tiny", day=DAY, toml=TOML)
    for name, text in PARTS.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    assert admit(landing, warehouse).is_open
    release(warehouse)


@pytest.fixture
def home(made_once: MadeOnce, tmp_path: Path) -> Places:
    made, _ = made_once("delivered-rows", make)
    shutil.copytree(made, tmp_path / "home")
    return Places(tmp_path / "home" / "landing", tmp_path / "home" / "warehouse")


def told(home: Places, table: str, number: int, file: str | None = None, delivery: str = DAY) -> str:
    return tell_row(home, Which("tiny", delivery, table, number, file))


def fate(text: str) -> list[str]:
    return [line.strip() for line in text.partition("what became of it\n")[2].splitlines()]


def test_a_row_is_told_cell_by_cell_with_its_file_and_number(home: Places) -> None:
    assert told(home, "therapy_lines", 3).splitlines() == [
        "tiny 2024-12-31: therapy_lines, row 3",
        "  in therapy_lines.csv, row 3",
        "",
        "as delivered",
        "  patient_id         C",
        "  line_number        1",
        "  regimen            made up",
        "  start_date         2024-01-01",
        "  end_date           (empty)",
        "  end_reason         (empty)",
        "  cycle_length_days  21",
        "",
        "what became of it",
        "  admitted: in core.therapy_lines",
    ]


def test_what_became_of_each_row_of_a_table_is_told(home: Places) -> None:
    """Rows count on from file to file, as in core; in quarantine they count within the file."""
    found = {number: fate(told(home, "lab_results", number)) for number in range(1, 9)}
    assert found[1] == found[2] == found[4] == ["admitted: in core.lab_results"]
    assert found[3] == ["no row: none of its cells is filled"]
    assert found[5][0] == "refused as a copy of a row before it: in quarantine.lab_results"
    assert found[6][0] == "refused: in quarantine.lab_results"
    assert found[6][1] == "about value"
    assert found[6][2].startswith("- value_not_positive: ")
    assert found[7] == ["ignored: it is of another analyte"]
    assert found[8][:2] == ["admitted: in core.lab_results", "- flagged: alp_against_limit"]


def test_a_file_that_is_named_has_its_own_numbers(home: Places) -> None:
    assert (
        told(home, "lab_results", 6).partition("\n")[2]
        == told(home, "lab_results", 3, "lab_results/two.csv").partition("\n")[2]
    )


@pytest.mark.parametrize(
    ("delivery", "table", "number", "file"),
    [
        (DAY, "patients", 0, None),
        (DAY, "patients", -1, None),
        (DAY, "patients", 4, None),
        (DAY, "patients", 1, "other.csv"),
        (DAY, "people", 1, None),
        ("2020-01-01", "patients", 1, None),
        ("../tiny/2024-12-31", "patients", 1, None),
        ("*", "patients", 1, None),
    ],
)
def test_what_is_not_there_is_not_found(
    home: Places, delivery: str, table: str, number: int, file: str | None
) -> None:
    with pytest.raises(NotFoundError):
        told(home, table, number, file, delivery)


def test_an_unknown_registry_is_not_found(home: Places) -> None:
    for registry in ("gone", "../tiny", ""):
        with pytest.raises(NotFoundError):
            tell_row(home, Which(registry, DAY, "patients", 1))


def test_a_row_of_a_shut_delivery_that_broke_nothing_says_why_it_is_not_in(home: Places) -> None:
    late = TINY["therapy_lines"].replace(",21", ",10")
    write_delivery_of(home.landing, day="2025-01-31", therapy_lines=late)
    assert not admit(home.landing, home.warehouse).is_open
    lines = fate(told(home, "patients", 1, delivery="2025-01-31"))
    assert lines[0] == "not admitted: it broke no rule, but the delivery was refused whole"
    assert any("off schedule" in line for line in lines)


def test_an_older_delivery_is_read_again_and_the_releases_say_what_became_of_it(home: Places) -> None:
    before = told(home, "lab_results", 6)
    write_delivery_of(home.landing, day="2025-01-31")
    assert admit(home.landing, home.warehouse).is_open
    again = told(home, "lab_results", 6)
    assert again.partition("what became")[0] == before.partition("what became")[0]
    assert fate(again)[:-1] == fate(before)
    assert fate(again)[-1].startswith("(release ")
    assert fate(told(home, "patients", 2))[0] == "admitted: in core.patients"
    shutil.rmtree(home.landing / "tiny" / DAY)
    assert told(home, "lab_results", 6) == again, "by the files that are kept"
    shutil.rmtree(home.warehouse / "raw")
    assert fate(told(home, "patients", 2))[0] == "admitted: in core.patients"
    assert "as delivered" not in told(home, "patients", 2)
    shutil.rmtree(home.warehouse / "published")
    with pytest.raises(NotFoundError):
        told(home, "patients", 2)


def test_a_row_of_a_patient_who_was_erased_is_left_out(home: Places) -> None:
    shutil.rmtree(home.warehouse / "published")
    erase_patient(home, "tiny", "A")
    for is_again in (False, True):
        text = told(home, "patients", 1)
        assert fate(text) == ["left out: it is of a patient who was erased"]
        assert "as delivered" not in text
        assert fate(told(home, "lab_results", 6))[0] == "refused: in quarantine.lab_results"
        if not is_again:
            admit(home.landing, home.warehouse)


def test_with_pseudonyms_the_row_is_told_by_them(home: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BPP_PSEUDONYM_KEY", "k" * 40)
    admit(home.landing, home.warehouse)
    assert "patient_id         p-" in told(home, "therapy_lines", 3)


def test_a_cell_that_would_steer_the_terminal_is_written_out(home: Places) -> None:
    lines = TINY["therapy_lines"].replace("made up", "\x1b[2Jmade\x07 up")
    write_delivery_of(home.landing, day="2025-01-31", therapy_lines=lines)
    admit(home.landing, home.warehouse)
    text = told(home, "therapy_lines", 1, delivery="2025-01-31")
    assert r"\x1b[2Jmade\x07 up" in text
    assert "\x1b" not in text
