"""Whole landings of synthetic registries: a small one to look at, a large one to measure with.

What a registry holds is decided in registry.py, how its files are written in write.py.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from bpp_etl.demo.profiles import CLEAN, DIRTY, SHUT, Profile
from bpp_etl.demo.registry import SyntheticRegistry, generate_registry
from bpp_etl.demo.write import FileFormat, registry_toml, write_delivery

DELIVERY_DATE = date(2026, 6, 30)
NOTE = """SYNTHETIC DATA. Nobody stands behind any row of this registry.
Everything here was drawn at random by bpp_etl.demo; ids begin with SYN-."""


@dataclass(frozen=True)
class WrittenDelivery:
    """One delivery on disk: where it lies, what must become of it, and the registry as delivered."""

    registry_name: str
    folder: Path
    expected: Literal["admitted", "shut"]
    registry: SyntheticRegistry


@dataclass(frozen=True)
class _DemoRegistry:
    name: str
    profile: Profile
    patients: int
    file_format: FileFormat
    expected: Literal["admitted", "shut"]
    about: str


DEMO_REGISTRIES = (
    _DemoRegistry("synthetic-clean", CLEAN, 240, "csv", "admitted", "No row of it is refused."),
    _DemoRegistry(
        "synthetic-dirty",
        DIRTY,
        300,
        "csv",
        "admitted",
        "It breaks every rule for rows at least once, and no table by more than 5 %.",
    ),
    _DemoRegistry(
        "synthetic-shut",
        SHUT,
        160,
        "parquet",
        "shut",
        "Too many of its imaging rows have no date: its gate must shut.",
    ),
)


def write_demo_landing(
    landing: Path, seed: int = 2025, delivery_date: date = DELIVERY_DATE
) -> tuple[WrittenDelivery, ...]:
    """Writes three small registries: a clean one, a dirty one, and one whose gate must shut."""
    return tuple(
        _write_registry(
            landing / demo.name,
            generate_registry(demo.patients, seed, demo.profile, delivery_date),
            demo.file_format,
            demo.expected,
            f"{NOTE}\n{demo.about}",
        )
        for demo in DEMO_REGISTRIES
    )


def write_benchmark_landing(
    landing: Path,
    patients: int,
    seed: int,
    registries: int = 1,
    file_format: FileFormat = "csv",
    delivery_date: date = DELIVERY_DATE,
) -> dict[str, int]:
    """Writes clean registries that share out the patients, and returns the rows of each table over all.

    About 25 rows for each patient: 200,000 patients come to 5 million rows.
    """
    if not 1 <= registries <= patients:
        raise ValueError(f"{patients} patients cannot be shared out among {registries} registries")
    rows: dict[str, int] = {}
    for number in range(registries):
        share = patients // registries + (number < patients % registries)
        registry = generate_registry(share, seed + number, CLEAN, delivery_date)
        name = f"synthetic-bench-{number + 1:02d}"
        _write_registry(landing / name, registry, file_format, "admitted", NOTE)
        for table, frame in registry.tables.items():
            rows[table] = rows.get(table, 0) + frame.height
    return rows


def _write_registry(
    home: Path,
    registry: SyntheticRegistry,
    file_format: FileFormat,
    expected: Literal["admitted", "shut"],
    note: str,
) -> WrittenDelivery:
    """Writes one registry's configuration and its only delivery."""
    folder = home / registry.delivery_date.isoformat()
    delivered = write_delivery(registry, folder, file_format, shuffle_seed=registry.seed)
    text = registry_toml(registry.profile.dialect, note)
    (home / "registry.toml").write_text(text, encoding="utf-8", newline="\n")
    return WrittenDelivery(home.name, folder, expected, delivered)
