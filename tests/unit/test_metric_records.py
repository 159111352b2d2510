"""A metric is declared wholly, in declared words, and once.

Not here: that it is measured (`tests/unit/measure/test_release.py`), and by what it moves
(`tests/unit/difference/test_compare.py`).
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from schemas.metric_codes import HORIZON_DAYS, UNIT
from schemas.metrics import HEADLINES, METRICS
from schemas.metrics.record import Basis, Metric
from schemas.metrics.strata import STRATA, stratum_of

FAMILIES = (
    "progression_incidence",
    "death_incidence",
    "pseudoprogression_incidence",
    *(f"pseudoprogression_incidence_{name}" for name in ("lowest", "highest", "decided_only")),
)
NOTHING: dict[str, Any] = {"reads": {}, "tables": ()}
ONE = next(iter(METRICS.values()))


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"basis": Basis(**NOTHING)}, "is measured of nothing: declare its basis"),
        ({"basis": Basis({"core.patients": ("sex",)}, ())}, "is measured of nothing"),
        ({"unit": "furlongs"}, "names furlongs, which is no code"),
        ({"warnings": ("few_events", "beware")}, "names beware, which is no code"),
    ],
)
def test_what_is_not_wholly_declared_is_refused(change: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        replace(ONE, **change)


def test_a_metric_without_a_basis_cannot_be_written() -> None:
    with pytest.raises(TypeError, match="basis"):
        Metric("one_more", "One more.", unit="days")  # type: ignore[call-arg]


def test_every_metric_is_listed_under_its_own_id_and_has_a_sentence() -> None:
    for name, metric in METRICS.items():
        assert metric.id == name
        assert metric.sentence.endswith(".")
    assert {metric.unit for metric in METRICS.values()} == set(UNIT)


def test_a_family_has_one_metric_for_each_of_its_days() -> None:
    for family in FAMILIES:
        found = [name for name in METRICS if re.fullmatch(rf"{family}_\d+_days", name)]
        assert found == [f"{family}_{days}_days" for days in HORIZON_DAYS]


def test_a_headline_names_a_declared_stratum() -> None:
    assert all(stratum_of(stratum).id in STRATA for _, stratum in HEADLINES)
    assert len(set(HEADLINES)) == len(HEADLINES) > 5


def test_a_stratum_that_nobody_declared_is_not_known() -> None:
    assert stratum_of("her2=positive").id == "her2="
    assert stratum_of("her2=positive/negative").id == "her2=positive/negative"
    for name in ("everyone", "sign=aries", "state=undecided"):
        with pytest.raises(KeyError):
            stratum_of(name)


def test_two_bases_together_read_what_either_reads_and_nothing_twice() -> None:
    one = Basis({"core.patients": ("patient_id", "sex")}, ("patients",))
    other = Basis({"core.patients": ("sex", "er_status"), "event.x": ("state",)}, ("patients", "lab_results"))
    assert one | other == Basis(
        {"core.patients": ("patient_id", "sex", "er_status"), "event.x": ("state",)},
        ("patients", "lab_results"),
    )
