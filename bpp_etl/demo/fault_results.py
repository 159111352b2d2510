"""The rows of `lab_results` and `her2_tests` that break a rule, and the results that only get a flag.

The other tables' faults are in fault_rows.py.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from bpp_etl.demo.faults import BAD_DATES, Cast, Fault, Row
from bpp_etl.demo.profiles import Profile


def lab_faults(profile: Profile, cast: Cast, nobody: str, later: str) -> Iterator[Fault]:
    """Samples of a patient without an event, on days of their own."""
    sound = {
        "patient_id": cast.living_patient,
        "analyte": "ALP_TOTAL",
        "value": "101.0",
        "unit": "U/L",
        "upper_limit_normal": "104.0",
        "laboratory": profile.laboratories[0],
    }
    after_death = (cast.death_date + timedelta(days=1)).isoformat()
    broken: tuple[tuple[Row, tuple[str, ...]], ...] = (
        ({"specimen_date": None}, ("required_value_missing",)),
        ({"value": None}, ("required_value_missing",)),
        ({"specimen_date": later}, ("date_in_future",)),
        ({"value": "haemolysed"}, ("number_invalid",)),
        ({"patient_id": nobody}, ("unknown_patient",)),
        ({"value": "0"}, ("value_not_positive",)),
        ({"value": "-12.5"}, ("value_not_positive",)),
        ({"value": "20000.5"}, ("value_implausible",)),
        ({"upper_limit_normal": "0"}, ("limit_not_positive",)),
        ({"unit": None}, ("unit_missing",)),
        ({"unit": "King-Armstrong"}, ("unit_not_convertible",)),
        ({"unit": "xULN", "value": "1.4", "upper_limit_normal": None}, ("unit_not_convertible",)),
        ({"value": "<5"}, ("value_is_censored",)),
        ({"patient_id": cast.dead_patient, "specimen_date": after_death}, ("specimen_after_death",)),
        ({"unit": None, "specimen_date": later}, ("date_in_future", "unit_missing")),
        *(({"specimen_date": text}, (rule,)) for text, rule in BAD_DATES),
    )
    # The days lie before any treatment, so that no sample of these is anyone's baseline.
    first = date(1999, 1, 1)
    for number, (change, rules) in enumerate(broken):
        drawn = {"specimen_date": (first + timedelta(days=number)).isoformat()}
        yield Fault("lab_results", {**sound, **drawn, **change}, rules)
    # Two results that are kept with a flag: far below, and about 60 times, this patient's other results.
    for number, value in enumerate(("100.0", "1.7", "101.0", "6060.0", "102.0")):
        drawn = {"specimen_date": (first + timedelta(days=100 + number)).isoformat()}
        row = {**sound, **drawn, "patient_id": cast.unmeasured_patient, "value": value}
        yield Fault("lab_results", row, flag="unit_suspect" if number in {1, 3} else None)


def her2_faults(cast: Cast, nobody: str, later: str) -> Iterator[Fault]:
    """Tests of a patient without an event, on days of their own."""
    sound = {
        "patient_id": cast.living_patient,
        "test_date": "1999-01-01",
        "specimen_site": "unknown",
        "ihc_score": "2+",
        "ish_result": "negative",
        "her2_cep17_ratio": "1.2",
        "her2_copy_number": "2.4",
        "reported_status": "negative",
    }
    broken: tuple[tuple[Row, str], ...] = (
        ({"specimen_site": None}, "required_value_missing"),
        ({"test_date": later}, "date_in_future"),
        ({"ihc_score": "4+"}, "code_unknown"),
        ({"her2_cep17_ratio": "amplified"}, "number_invalid"),
        ({"patient_id": nobody}, "unknown_patient"),
        ({"her2_cep17_ratio": "60.0"}, "ratio_out_of_range"),
        ({"her2_copy_number": "250.0"}, "copy_number_out_of_range"),
        *(({"test_date": text}, rule) for text, rule in BAD_DATES),
    )
    for number, (change, rule) in enumerate(broken):
        drawn = {"test_date": (date(1999, 1, 1) + timedelta(days=number)).isoformat()}
        yield Fault("her2_tests", {**sound, **drawn, **change}, (rule,))
