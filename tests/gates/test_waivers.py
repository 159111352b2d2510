"""A waiver turns a breach that warns or shuts into a told one, is seen everywhere, and ends by its date.

Not here: how it is written (`test_configuration.py`).
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict
from pathlib import Path

import dagster as dg
import pytest

from assets.core import CHECKS, check_result
from bpp_etl.check import check_delivery
from bpp_etl.landing.registry_config import checked, recalled
from bpp_etl.landing.registry_sections import ConfigurationError
from bpp_etl.warehouse.connection import opened_read_only
from tests.support.deliveries import TINY, write_delivery_of
from tests.support.gating import Gated, gated
from tests.support.warehouses import admit, release

REASON = "No CT had a bone window before 2024"
RULE, DAY = "file_not_read", "2024-12-31"


def waiver(rule: str, until: str = DAY, reason: str = REASON, by: str = "K. Example") -> str:
    """Write a waiver of registry.toml."""
    return f'[accept.{rule}]\nuntil = {until}\nreason = "{reason}"\nby = "{by}"\n'


def write(home: Path, toml: str, *, is_shut: bool = False) -> Path:
    """Write the tiny delivery with a file that nothing reads; `is_shut`, with three rows to refuse."""
    rows = "".join(f"{one},fem,2024-12-01\n" for one in "XYZ") if is_shut else ""
    folder = write_delivery_of(home, patients=TINY["patients"] + rows)
    (folder / "notes.txt").write_text("made up", encoding="utf-8")
    (folder.parent / "registry.toml").write_text(toml, encoding="utf-8")
    return folder


def statuses(one: Gated, rule: str) -> set[str]:
    """Return how a rule fared, over all tables that have something to judge."""
    return {result.status for result in one.decision.rules if result.rule == rule} - {"not_applicable"}


@pytest.mark.parametrize(
    ("until", "status", "warned"),
    [
        ("2024-12-31", "waived", []),
        ("2024-12-30", "failed", [RULE, "waiver_expired"]),
        ("2026-01-01", "waived", []),
    ],
)
def test_a_waiver_covers_deliveries_up_to_its_day_and_is_told_when_it_has_ended(
    tmp_path: Path, until: str, status: str, warned: list[str]
) -> None:
    one = gated(write(tmp_path, waiver(RULE, until)))
    assert statuses(one, RULE) == {status}
    assert [breach.rule for breach in one.decision.warnings] == warned
    (accepted,) = one.decision.accepted
    assert [breach.rule for breach in accepted.breaches] == [RULE] * (status == "waived")
    assert accepted.is_in_force == (status == "waived")
    assert one.decision.is_open


def test_a_waiver_opens_a_gate_that_the_rule_alone_shuts(tmp_path: Path) -> None:
    assert not gated(write(tmp_path / "without", "", is_shut=True)).decision.is_open
    one = gated(write(tmp_path / "with", waiver("refused_share_exceeded"), is_shut=True))
    assert one.decision.is_open
    assert one.result("patients", "refused_share_exceeded").status == "waived"
    assert len(one.refused) == 3


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        (waiver("table_missing"), "unknown rule in [accept]: 'table_missing'"),
        (waiver("code_unknown"), "unknown rule in [accept]: 'code_unknown'"),
        (waiver("waiver_expired"), "unknown rule in [accept]: 'waiver_expired'"),
        (waiver(RULE) + "who = 1\n", f"unknown key in [accept.{RULE}]: 'who'"),
        (waiver(RULE, until='"soon"'), f"until in [accept.{RULE}] must be a day"),
        (waiver(RULE, until="2025-01-01T00:00:00"), f"until in [accept.{RULE}] must be a day"),
        (waiver(RULE, reason=" "), f"reason in [accept.{RULE}] must be text of 1 to 300 characters"),
        (waiver(RULE, by="x" * 301), f"by in [accept.{RULE}] must be text of 1 to 300 characters"),
        (f"[accept.{RULE}]\nuntil = {DAY}\n", f"reason in [accept.{RULE}] must be text"),
        (f"accept.{RULE} = {DAY}", f"[accept.{RULE}] must be a table"),
        (
            waiver(RULE, until="2026-01-02"),
            f"until in [accept.{RULE}] is over a year after the delivery's day",
        ),
    ],
)
def test_a_waiver_that_cannot_be_followed_shuts_the_gate_and_is_named(
    tmp_path: Path, toml: str, message: str
) -> None:
    one = gated(write(tmp_path, toml))
    assert {rule for _, rule in one.causes()} >= {"configuration_invalid"}
    assert message in one.message("configuration_invalid")


def test_a_quoted_day_is_a_day_and_a_configuration_survives_being_written_down() -> None:
    told = {"accept": {RULE: {"until": DAY, "reason": f" {REASON}\n", "by": "K. Example"}}}
    config = checked(told)
    assert (config.accept[RULE].until, config.accept[RULE].reason) == (dt.date(2024, 12, 31), REASON)
    assert recalled(json.loads(json.dumps(asdict(config), default=str))) == config
    with pytest.raises(ConfigurationError):
        checked(
            {"accept": {RULE: {"until": dt.datetime(2024, 12, 31, tzinfo=dt.UTC), "reason": "r", "by": "b"}}}
        )


def test_what_is_accepted_stands_in_the_tables_the_check_and_the_graph(tmp_path: Path) -> None:
    folder = write(tmp_path / "landing", waiver(RULE) + waiver("sex_implausible"))
    decision = admit(tmp_path / "landing", tmp_path / "warehouse")
    published = release(tmp_path / "warehouse").folder / "bpp.duckdb"
    with opened_read_only(published) as con:
        rows = con.execute(
            'select rule, until, reason, "by", is_in_force, tables from quality.waiver order by rule'
        ).fetchall()
        day = dt.date(2024, 12, 31)
        assert rows == [
            (RULE, day, REASON, "K. Example", True, ["delivery"]),
            ("sex_implausible", day, REASON, "K. Example", True, []),
        ]
    text, is_open = check_delivery(folder)
    assert is_open
    assert "Accepted by waiver" in text
    assert f"({RULE}), until {DAY}" in " ".join(text.split())
    told = json.loads(check_delivery(folder, "json")[0])
    assert [one["rule"] for one in told["accepted"]] == [RULE]
    (check,) = (one for one in CHECKS if one.name == RULE)
    result = check_result(check, decision)
    assert (result.passed, result.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert result.metadata["status"].value == "waived"
