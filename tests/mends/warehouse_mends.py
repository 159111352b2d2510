"""Mends of what a warehouse knows: the key of a registry, who was erased, and whose patients they are.

Not here: deliveries that are compared with the one before (`delivery_mends.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from bpp_etl.admission import treatment
from bpp_etl.gate.decision import GateDecision
from bpp_etl.identity.pseudonyms import pseudonyms_of
from tests.gates.test_erased_patients import erase
from tests.gates.test_patients_of_another_registry import judged, tables
from tests.mends.mend import ToldMend
from tests.mends.telling import Decisions, mends, states
from tests.support.deliveries import TINY, write_delivery_of
from tests.support.warehouses import admit

KEY = "k" * 40
LATER = {"therapy_lines": TINY["therapy_lines"].replace("C,1,made up", "C,1,another")}


@contextmanager
def _key_in(variable: str, told: str) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(variable, told)
        yield


def _admitted(home: Path) -> GateDecision:
    return admit(home / "landing", home / "warehouse", with_events=False)


def _key_file(home: Path) -> Path:
    file = home / "key"
    file.write_text(f"{KEY}\n", encoding="utf-8")
    file.chmod(0o600)
    return file


@mends(
    "pseudonym_key_differs",
    "Configure the key by which the registry was admitted: BPP_PSEUDONYM_KEY_FILE",
)
def key_configured(home: Path) -> Decisions:
    write_delivery_of(home / "landing", day="2024-12-30")
    file = str(_key_file(home))
    with _key_in("BPP_PSEUDONYM_KEY_FILE", file):
        assert _admitted(home).is_open
    write_delivery_of(home / "landing", **LATER)
    yield _admitted(home)
    with _key_in("BPP_PSEUDONYM_KEY_FILE", file):
        yield _admitted(home)


@mends("pseudonym_key_differs", "or [tool.bpp] pseudonym_key_file.")
def key_in_settings(home: Path) -> Decisions:
    write_delivery_of(home / "landing", day="2024-12-30")
    with _key_in("BPP_PSEUDONYM_KEY_FILE", str(_key_file(home))):
        assert _admitted(home).is_open
    write_delivery_of(home / "landing", **LATER)
    yield _admitted(home)
    (home / "pyproject.toml").write_text('[tool.bpp]\npseudonym_key_file = "key"\n', encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        # The settings of a project that lies here.
        patch.setattr(treatment, "pseudonyms_of", partial(pseudonyms_of, project=home))
        yield _admitted(home)


def _without_b() -> dict[str, str]:
    return {
        table: "".join(
            line for line in text.splitlines(keepends=True) if not line.startswith("B") and ",B," not in line
        )
        for table, text in TINY.items()
    }


@mends("erased_patient_delivered", "Have the registry take them out of its export;")
def erased_taken_out(home: Path) -> Decisions:
    folder = write_delivery_of(home / "landing")
    erase(home / "warehouse", "B")
    yield _admitted(home)
    for table, text in _without_b().items():
        (folder / f"{table}.csv").write_text(text, encoding="utf-8")
    yield _admitted(home)


@mends(
    "erased_patient_delivered",
    "until then accept it by [accept.erased_patient_delivered].",
    "erased_patient_delivered",
)
def erased_accepted(home: Path) -> Decisions:
    folder = write_delivery_of(home / "landing")
    erase(home / "warehouse", "B")
    yield _admitted(home)
    waiver = 'until = 2024-12-31\nreason = "made up"\nby = "K. Example"\n'
    states(folder, f"[accept.erased_patient_delivered]\n{waiver}")
    after = _admitted(home)
    assert after.warnings == (), "it is told, and accepted"
    yield after


@mends(
    "patients_of_another_registry",
    "Check whether the export holds another registry's patients, or one hospital reports to both: each "
    "patient counts once.",
)
def counted_once(home: Path) -> Decisions:
    yield judged(home / "before", tables(range(10), "N"), tables(range(4, 14), "S"))
    yield judged(home / "after", tables(range(10), "N"), tables(range(10, 14), "S"))


@mends(
    "patients_of_another_registry",
    "[limits] patients_of_another_registry = 0.4 is told above 40 % only.",
)
def told_above(home: Path) -> Decisions:
    sides = (tables(range(10), "N"), tables(range(6, 16), "S"))
    yield judged(home / "before", *sides)
    yield judged(home / "after", *sides, toml="patients_of_another_registry = 0.4\n")


@mends("deaths_withdrawn", "Check whether the deaths were recorded in error")
def death_recorded_in_error(home: Path) -> Decisions:
    def delivered_on(day: str, death: str) -> None:
        head, *rows = TINY["patients"].splitlines()
        last = rows.pop()
        patients = [f"{head},death_date", *(f"{row}," for row in rows), f"{last},{death}"]
        lines = TINY["therapy_lines"].replace("made up", f"made up for {day}")
        tables = {"patients": "\n".join(patients) + "\n", "therapy_lines": lines}
        write_delivery_of(home / "landing", day=day, **tables)

    delivered_on("2024-12-29", "2024-12-01")
    assert _admitted(home).is_open
    delivered_on("2024-12-30", "")
    yield _admitted(home)
    # What the source has corrected is what the next delivery is compared with.
    delivered_on("2024-12-31", "")
    yield _admitted(home)


WAREHOUSE_MENDS: tuple[ToldMend, ...] = (
    key_configured,
    key_in_settings,
    erased_taken_out,
    erased_accepted,
    counted_once,
    told_above,
    death_recorded_in_error,
)
