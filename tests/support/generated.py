"""Made-up patients from a seed, crowded around the boundaries where readings of the specification differ.

Not here: realistic patients (`bpp_etl/demo`) and any judgement.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import product

from tests.support.patients import Her2Test, Lab, Lesion, Line, Patient, Scan

START = date(2020, 3, 1)
DELIVERY = START + timedelta(days=420)
GAPS = (0, 1, 6, 7, 7, 8, 14, 20, 27, 27, 28, 28, 28, 29, 35, 42, 42, 42, 43, 56, 64, 84)
SITES = ("spine", "pelvis", "rib", "unknown")
SYMBOLS = ("stable", "new_osteoblastic", "extraosseous_pd", "lysis", "not_evaluable", "unread")


def day(number: int) -> date:
    return START + timedelta(days=number)


def random_patient(name: str, rng: random.Random) -> Patient:
    scans = _scans(name, rng)
    days = [scan.day for scan in scans] or [START]
    lines = tuple(_lines(rng, days))
    death = rng.choice(days) + timedelta(days=rng.choice((0, 1, 30))) if rng.random() < 0.15 else None
    return Patient(
        patient_id=name,
        last_contact=DELIVERY - timedelta(days=rng.choice((0, 40, 83, 84, 85, 112, 113, 200))),
        death=death,
        lines=lines,
        scans=tuple(scans),
        labs=tuple(_labs(rng, days)),
        her2=tuple(_her2(rng, days)),
    )


def random_patients(seed: int, count: int) -> list[Patient]:
    rng = random.Random(seed)
    return [random_patient(f"patient-{number:05d}", rng) for number in range(count)]


def scanned(patient: Patient) -> Patient:
    """Make the CTs of a patient bone scans, and the other way about."""
    swapped = {"CT": "BONE_SCAN", "BONE_SCAN": "CT"}
    scans = [replace(scan, modality=swapped.get(scan.modality, scan.modality)) for scan in patient.scans]
    return replace(patient, scans=tuple(scans))


def all_sequences(longest: int = 5) -> Iterator[Patient]:
    """Yield one patient per sequence of findings, six weeks apart, after a clean baseline CT."""
    for length in range(1, longest + 1):
        for sequence in product(SYMBOLS, repeat=length):
            name = "-".join(str(SYMBOLS.index(symbol)) for symbol in sequence)
            scans = [Scan(f"{name}:baseline", day(-14))]
            scans += [
                _symbol_scan(f"{name}:{place}", day(42 * (place + 1)), symbol)
                for place, symbol in enumerate(sequence)
            ]
            yield Patient(name, last_contact=DELIVERY, lines=(Line(1, START),), scans=tuple(scans))


def _symbol_scan(name: str, on: date, symbol: str) -> Scan:
    if symbol == "new_osteoblastic":
        return Scan(name, on, lesions=(Lesion(name, status="new"),))
    if symbol == "lysis":
        return Scan(name, on, lesions=(Lesion("old", "osteolytic", "larger", lysis_change="increased"),))
    if symbol == "extraosseous_pd":
        return Scan(name, on, response="PD")
    if symbol == "unread":
        return Scan(name, on, response=None)
    return Scan(name, on, is_evaluable=symbol != "not_evaluable")


def _scans(name: str, rng: random.Random) -> list[Scan]:
    scans: list[Scan] = []
    on = day(rng.choice((-90, -49, -43, -42, -41, -28, -21, -14, -14, -8, -7, -1, 0, 1, 7, 50)))
    eager = rng.random()
    for number in range(rng.choice((0, 1, 2, 3, 4, 5, 6, 7, 8, 8, 9, 10))):
        modality = rng.choices(("CT", "PET_CT", "MRI", "BONE_SCAN", "XRAY"), weights=(60, 12, 10, 13, 5))[0]
        lesions = tuple(
            _lesion(f"{name}-L{rng.randrange(6)}-{place}", rng, eager)
            for place in range(rng.choice((0, 0, 1, 1, 2)))
        )
        scans.append(
            Scan(
                assessment_id=f"{name}:{rng.randrange(10**6):06d}-{number}",
                day=on,
                modality=modality,
                is_bone_window=rng.choices((True, None, False), weights=(75, 15, 10))[0],
                is_evaluable=rng.choices((True, None, False), weights=(75, 15, 10))[0],
                response=rng.choices(
                    (None, "SD", "PR", "CR", "NON_CR_NON_PD", "NE", "PD"), weights=(14, 40, 8, 3, 21, 10, 4)
                )[0],
                lesions=lesions,
            )
        )
        on += timedelta(days=rng.choice(GAPS))
    rng.shuffle(scans)
    return scans


def _lesion(name: str, rng: random.Random, eager: float) -> Lesion:
    return Lesion(
        lesion_id=name,
        morphology=rng.choices(("osteoblastic", "osteolytic", "mixed", "unknown"), weights=(82, 5, 3, 10))[0],
        status="new"
        if rng.random() < eager
        else rng.choice(("baseline", "stable", "stable", "larger", "smaller", "resolved")),
        site=rng.choice(SITES),
        lysis_change=rng.choices((None, "none", "increased", "decreased"), weights=(40, 47, 3, 10))[0],
        is_equivocal=rng.choices((None, False, True), weights=(40, 40, 20))[0],
    )


def _lines(rng: random.Random, days: list[date]) -> Iterator[Line]:
    around = [one + timedelta(days=shift) for one in days for shift in (-28, -1, 0, 1, 14)]
    if rng.random() < 0.97:
        later = sorted(one for one in around if one >= START)
        end = rng.choice(later[len(later) // 2 :]) if later and rng.random() < 0.4 else None
        reason = rng.choice((None, "progression", "toxicity")) if end else None
        yield Line(1, START, end, rng.choice((None, 14, 21, 21, 28)), "A + B", reason)
    if rng.random() < 0.3:
        yield Line(
            2,
            rng.choice(sorted(around)[len(around) // 3 :]),
            None,
            rng.choice((None, 21)),
            rng.choice(("B", "C")),
        )
    if rng.random() < 0.1:
        yield Line(3, max(days) + timedelta(days=rng.choice((0, 30))), None, 21)


def _labs(rng: random.Random, days: list[date]) -> Iterator[Lab]:
    anchors = [START, *days]
    for number in range(rng.choice((0, 2, 4, 8))):
        on = rng.choice(anchors) + timedelta(days=rng.choice((-29, -28, -15, -14, -7, 0, 0, 7, 14, 15)))
        analyte = "ALP_BONE" if rng.random() < 0.1 else "ALP_TOTAL"
        yield Lab(on, float(rng.choice((80, 85, 100, 115, 116, 120))), analyte, f"laboratory {number}")


def _her2(rng: random.Random, days: list[date]) -> Iterator[Her2Test]:
    for _ in range(rng.choice((0, 1, 1, 2, 4))):
        yield Her2Test(
            rng.choice((day(-400), day(-30), *days)),
            rng.choice(("primary", "primary", "metastasis", "unknown")),
            rng.choice(("positive", "negative", "indeterminate")),
        )
