"""Every rule that can shut the gate shuts it, on every table it holds for, and passes on a sound delivery.

Not here: hostile files (`tests/faults`) and the sizes at which a share is too large (`test_limits.py`).
"""

from __future__ import annotations

import datetime as dt
import gzip
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bpp_etl.gate.decide import decide
from bpp_etl.gate.decision import GateDecision
from bpp_etl.gate.delivery_rule import WholeDelivery
from bpp_etl.gate.judged import JudgedDelivery, JudgedTable
from bpp_etl.landing.deliveries import Delivery
from bpp_etl.landing.registry_config import RegistryConfig
from bpp_etl.reading.problems import DeliveryProblem
from bpp_etl.reading.remembered import ReadDelivery
from schemas.contract import delivered_columns
from schemas.rules import RULES, Rule
from schemas.tables import TABLES
from tests.support.deliveries import TINY, write_delivery_of, write_texts
from tests.support.deliveries_of_rows import write_sized
from tests.support.gating import Gated, empty_core, gated, problems_of

SDTM = 'format = "sdtm"\n'
SOURCES = ("dm", "ex", "tu", "rs")
OPTIONAL = {name for name, table in TABLES.items() if not table.is_required}
CANNOT_BREAK = {(name, "table_missing") for name in OPTIONAL}
"""A delivery need not hold these tables, so that none of them can be missing."""

OF_MANY = {"no_eligible_ct", "alp_scale_implausible"}
"""Rules that judge no delivery of three patients (`test_record_rules.py`)."""

OF_TWO = {"patients_dropped", "table_shrunk"}
"""Rules that judge no first delivery of a registry (`test_rules_against_before.py`)."""

SHUT_RULES = [rule for rule in RULES if rule.severity == "shut" and rule.id not in OF_MANY | OF_TWO]


def texts(change: Callable[[str], str], ending: str = "csv") -> dict[str, str]:
    return {f"{table}.{ending}": change(text) for table, text in TINY.items()}


def doubled_header(text: str) -> str:
    header, rest = text.split("\n", 1)
    return f"{header},{header.split(',')[0]}\n{rest}"


def header_of(text: str) -> str:
    return text.split("\n", 1)[0] + "\n"


def links_outside(folder: Path) -> None:
    elsewhere = folder.parent.parent.parent / "elsewhere" / folder.parent.name
    elsewhere.mkdir(parents=True)
    for file in list(folder.iterdir()):
        file.rename(elsewhere / file.name)
        file.symlink_to(elsewhere / file.name)


def delivered_twice(folder: Path) -> None:
    for file in list(folder.iterdir()):
        file.with_name(f"{file.name}.gz").write_bytes(gzip.compress(file.read_bytes()))


def write_red(rule: str, landing: Path) -> list[Path]:
    """Write deliveries that break a rule in each table, and in the files of another standard."""
    source_files = {f"{source}.csv": "usubjid\nP\n" for source in SOURCES}
    if rule == "table_missing":
        return [write_texts(landing, {}), write_texts(landing, {}, registry="sdtm", toml=SDTM)]
    if rule == "column_missing":
        bare = texts(lambda text: "another\n" + "x\n" * (text.count("\n") - 1))
        return [write_texts(landing, bare), write_texts(landing, source_files, registry="sdtm", toml=SDTM)]
    if rule == "column_duplicated":
        twice = dict.fromkeys(source_files, "usubjid,usubjid\nP,P\n")
        return [
            write_texts(landing, texts(doubled_header)),
            write_texts(landing, twice, registry="sdtm", toml=SDTM),
        ]
    if rule == "file_unreadable":
        empty = dict.fromkeys(source_files, "")
        return [
            write_texts(landing, texts(lambda _: "")),
            write_texts(landing, empty, registry="sdtm", toml=SDTM),
        ]
    if rule in {"file_ambiguous", "file_outside_landing"}:
        folders = [
            write_texts(landing, texts(str)),
            write_texts(landing, source_files, registry="sdtm", toml=SDTM),
        ]
        for folder in folders:
            (delivered_twice if rule == "file_ambiguous" else links_outside)(folder)
        return folders
    if rule == "required_table_empty":
        return [write_texts(landing, texts(header_of))]
    if rule == "refused_share_exceeded":
        return [write_sized(landing, good=1, bad=1)]
    if rule == "cadence_not_kept":
        late = TINY["imaging_assessments"].replace("2024-02-12", "2024-02-29")
        return [
            write_delivery_of(landing, imaging_assessments=late.replace("2024-03-25", "2024-05-31")),
        ]
    if rule == "configuration_invalid":
        return [write_texts(landing, texts(str), toml="colour = 'red'\n")]
    raise KeyError(rule)


def decided(rule: Rule) -> GateDecision:
    """Decide on counts that no file can bring about at will."""
    day = dt.date(2024, 12, 31)
    delivery = Delivery("made", day.isoformat(), day, 0, Path("made"))
    rows = dict.fromkeys(TABLES, 2)
    is_file_rule = rule.id in {"file_changed_while_read", "pseudonym_key_differs"}
    problem = DeliveryProblem(rule.table, rule.id, "x.csv changed while it was read")
    read = ReadDelivery(RegistryConfig(), rows, (problem,) if is_file_rule else (), (), (), (), "")
    counted = JudgedDelivery(read)
    for table in TABLES:
        is_lost = rule.id == "rows_not_conserved" and table == rule.table
        counted.tables[table] = JudgedTable(table, judged=2, admitted=1 if is_lost else 2)
    with empty_core() as con:
        return decide(WholeDelivery(con, delivery, counted))


@pytest.fixture(scope="module")
def red(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], list[Gated]]:
    @cache
    def made(rule: str) -> list[Gated]:
        landing = tmp_path_factory.mktemp(rule) / "landing"
        return [gated(folder) for folder in write_red(rule, landing)]

    return made


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Gated:
    return gated(write_delivery_of(tmp_path_factory.mktemp("sound")))


@pytest.mark.parametrize(
    "rule",
    [rule for rule in SHUT_RULES if (rule.table, rule.id) not in CANNOT_BREAK],
    ids=lambda rule: f"{rule.table}-{rule.id}",
)
def test_the_rule_shuts_the_gate(rule: Rule, red: Callable[[str], list[Gated]]) -> None:
    verdicts: list[Any]
    if rule.id in {"file_changed_while_read", "pseudonym_key_differs", "rows_not_conserved"}:
        verdicts = [decided(rule)]
    else:
        verdicts = [one.decision for one in red(rule.id)]
    shut = [one for one in verdicts if any((r.table, r.rule) == (rule.table, rule.id) for r in one.causes)]
    assert shut
    for decision in shut:
        assert not decision.is_open
        (result,) = (r for r in decision.rules if (r.table, r.rule) == (rule.table, rule.id))
        assert result.status == "failed"
        assert result.broken > 0
        assert all(count.admitted == 0 and count.is_conserved for count in decision.tables)


@pytest.mark.parametrize("rule", SHUT_RULES, ids=lambda rule: f"{rule.table}-{rule.id}")
def test_the_rule_passes_on_a_sound_delivery(rule: Rule, sound: Gated) -> None:
    # Nothing of this delivery is another standard's, and nobody needs the optional tables.
    is_vacuous = (rule.table, rule.id) in CANNOT_BREAK
    assert sound.result(rule.table, rule.id).status == ("not_applicable" if is_vacuous else "passed")


def test_only_the_broken_rules_are_reasons(red: Callable[[str], list[Gated]]) -> None:
    for rule in ("table_missing", "column_missing", "column_duplicated", "file_unreadable", "file_ambiguous"):
        for one in red(rule):
            assert {name for _, name in one.causes()} == {rule}


def test_a_message_names_the_file_and_what_is_wrong_with_it(red: Callable[[str], list[Gated]]) -> None:
    told = {reason.table: reason.message for one in red("column_missing") for reason in one.decision.causes}
    required = [column.name for column in delivered_columns(TABLES["patients"].contract) if column.required]
    assert told["patients"].startswith(f"patients.csv lacks the columns {', '.join(sorted(required))}")
    told = {reason.table: reason.message for one in red("file_ambiguous") for reason in one.decision.causes}
    assert told["her2_tests"] == "her2_tests is delivered in 2 files, folders or sheets"


@pytest.mark.parametrize("table", sorted(TABLES))
def test_each_required_column_is_missed(tmp_path: Path, table: str) -> None:
    required = [column.name for column in delivered_columns(TABLES[table].contract) if column.required]
    for number, name in enumerate(required):
        present = [other for other in required if other != name]
        text = ",".join(present) + "\n" + ",".join("x" for _ in present) + "\n"
        problems = problems_of(write_texts(tmp_path / str(number), {f"{table}.csv": text}))
        assert (table, "column_missing", f"{table}.csv lacks the column {name}") in problems


def test_optional_tables_may_be_missing(tmp_path: Path) -> None:
    one = gated(write_delivery_of(tmp_path, lab_results=None, her2_tests=None))
    assert one.decision.is_open
    for table in OPTIONAL:
        statuses = {r.status for r in one.decision.rules if r.table == table}
        assert statuses == {"not_applicable"}


def test_an_optional_table_that_is_there_must_be_sound(tmp_path: Path) -> None:
    one = gated(write_delivery_of(tmp_path, her2_tests=""))
    assert one.causes() == {("her2_tests", "file_unreadable")}


def test_rules_that_need_the_parent_say_nothing_without_it(tmp_path: Path) -> None:
    one = gated(write_delivery_of(tmp_path, patients=None))
    for rule in ("unknown_patient", "assessment_after_death", "assessment_before_birth"):
        assert one.result("imaging_assessments", rule).status == "not_applicable"
    assert one.result("bone_lesions", "unknown_assessment").status == "passed"
    assert one.result("imaging_assessments", "code_unknown").status == "passed"


def test_a_header_of_one_column_points_to_the_delimiter(tmp_path: Path) -> None:
    problems = problems_of(write_delivery_of(tmp_path, patients=TINY["patients"].replace(",", ";")))
    assert problems == [
        (
            "patients",
            "column_missing",
            "patients.csv lacks the columns last_contact_date, patient_id, sex;"
            " its header is one column: check its delimiter",
        )
    ]
