"""Houses of made-up patients, each with registries of its own: drawn by a seed, small or large as asked.

Not here: any expectation.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tests.unit.measure.patients import Candidate, Other, Person

STATES = ("pseudoprogression", "true_progression", "indeterminate")
INDETERMINATE = ("no_baseline_ct", "progression_not_read", "death", "therapy_changed", "awaiting_ct")
VERDICTS = (("NON_PD", "PD"), ("iUPD", "iCPD", "NON_PD"), ("PR", "PD", "SD"), ("NE", "PD", "NON_PD"))
LEFT = ("no_first_line", "no_on_treatment_ct", "no_new_osteoblastic_lesion", "progression_first")


def house(
    seed: int, candidates: int = 60, others: int = 30, registries: int = 2
) -> tuple[list[Candidate], list[Other]]:
    """Draw the patients of one house; the first registry has most of them."""
    rng = np.random.default_rng(seed)
    weights = np.array([1.0 / (place + 1) ** 2 for place in range(registries)])
    names = [f"h{seed}-{place}" for place in range(registries)]

    def registry() -> str:
        return str(rng.choice(names, p=weights / weights.sum()))

    return (
        [_candidate(rng, registry()) for _ in range(candidates)],
        [Other(str(rng.choice(LEFT)), registry()) for _ in range(others)],
    )


def drawn_house(seed: int) -> tuple[list[Candidate], list[Other]]:
    """Draw a house of any size, with few patients in some group of almost every kind."""
    rng = np.random.default_rng(seed)
    candidates, others, registries = (int(rng.integers(*ends)) for ends in ((8, 90), (3, 40), (1, 5)))
    return house(seed, candidates, others, registries)


def grown_house(seed: int) -> tuple[list[Candidate], list[Other]]:
    """Draw the same house some months later: a few more candidates, spread over its registries."""
    candidates, others = drawn_house(seed)
    names = sorted({one.registry for one in candidates})
    more, _ = house(seed + 1000, candidates=6 + seed % 9, others=0, registries=1)
    spread = [replace(one, registry=names[place % len(names)]) for place, one in enumerate(more)]
    return [*candidates, *spread], others


def _candidate(rng: np.random.Generator, registry: str) -> Candidate:
    state = str(rng.choice(STATES, p=(0.5, 0.3, 0.2)))
    reason = str(rng.choice(INDETERMINATE)) if state == "indeterminate" else None
    is_pseudo = state == "pseudoprogression"
    end = int(rng.integers(120, 900)) if is_pseudo else int(rng.integers(20, 400))
    is_seen = bool(rng.random() < (0.6 if is_pseudo else 0.8)) and state != "indeterminate"
    has_died = not is_seen and bool(rng.random() < 0.3)
    baseline, at_event, at_progression = (int(value) for value in rng.integers(60, 300, 3))
    has_alp = bool(rng.random() < 0.8)
    return Candidate(
        state=state,
        registry=registry,
        reason=reason,
        lacks=() if reason == "progression_not_read" else None,
        event=int(rng.integers(20, 300)),
        confirmed=84,
        progressed=end if is_seen else None,
        followed=end,
        died=end + int(rng.integers(1, 90)) if has_died else None,
        her2=str(rng.choice(["positive", "negative", "indeterminate"])) if rng.random() < 0.9 else None,
        alp=(baseline, at_event, at_progression if is_seen else None) if has_alp else (None, None, None),
        alp_limit=120.0 if has_alp else None,
        flags=("late_onset",) if rng.random() < 0.2 else (),
        sites=tuple(
            rng.choice(["spine", "rib", "pelvis"], size=int(rng.integers(1, 3)), replace=False).tolist()
        ),
        cadence=tuple(rng.choice(["on_time", "late", "early"], size=2).tolist()),
        person=Person(er=str(rng.choice(["positive", "negative"])), born=None),
    )
