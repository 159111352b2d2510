"""Cohorts of the demonstration, derived as a refresh derives them, under every protocol that there is.

Not here: patients whose course a test sets (`houses.py`).
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from bpp_etl.admission.admit import derive, gate
from bpp_etl.admission.intake import read
from bpp_etl.admission.working import WorkingFiles
from bpp_etl.demo.landing import DELIVERY_DATE
from bpp_etl.demo.profiles import CLEAN
from bpp_etl.demo.registry import generate_registry
from bpp_etl.demo.write import registry_toml, write_delivery
from bpp_etl.events import Protocol, load_protocol
from bpp_etl.events.protocol_file import load_shipped
from bpp_etl.landing.deliveries import survey
from bpp_etl.measure.run import Measured
from bpp_etl.release.build import assemble

OWN = "three_cts"
OWN_FILE = f"""
name = "{OWN}"
kind = "event"
extends = "xu2025"
title = "Three confirming CTs"
summary = "As xu2025, but three further CTs without explicit progression confirm."
limits = ["Made up for a test."]

[citation]
text = "Written for this test"

[parameters.confirming_cts]
value = 3
unit = "time points"
source = "Made up."
"""
"""A protocol that a user declares."""


@cache
def protocols() -> tuple[Protocol, ...]:
    """Load every built-in protocol, and one of a user's own."""
    with TemporaryDirectory() as folder:
        own = Path(folder) / f"{OWN}.toml"
        own.write_text(OWN_FILE, encoding="utf-8")
        return (*load_shipped(), load_protocol(own))


@cache
def derived(seed: int) -> Measured:
    """Draw one to four registries of 8 to 80 patients, and measure them."""
    rng = np.random.default_rng(seed)
    with TemporaryDirectory() as folder:
        landing, warehouse = Path(folder) / "landing", Path(folder) / "warehouse"
        for number in range(int(rng.integers(1, 5))):
            registry = generate_registry(int(rng.integers(8, 81)), 100 * seed + number, CLEAN, DELIVERY_DATE)
            home = landing / f"r{number}"
            write_delivery(registry, home / DELIVERY_DATE.isoformat(), "parquet", shuffle_seed=1)
            toml = registry_toml(CLEAN.dialect, "Synthetic.")
            (home / "registry.toml").write_text(toml, encoding="utf-8")
        for name, delivery in survey(landing).newest.items():
            files = WorkingFiles.of(warehouse, name)
            with files.locked():
                read(files, delivery)
                if gate(files, delivery).is_open:
                    derive(files, name, protocols())
        return assemble(warehouse, protocols()).measured
