"""Synthetic cancer-registry deliveries with known truth, for demonstrations, tests and measurements.

Nothing here reads, judges or derives anything: no rule of the pipeline is used to make the truth.
"""

from bpp_etl.demo.landing import WrittenDelivery, write_benchmark_landing, write_demo_landing
from bpp_etl.demo.paper import write_paper_landing
from bpp_etl.demo.profiles import CLEAN, DIRTY, SHUT, Dialect, Profile
from bpp_etl.demo.registry import SyntheticRegistry, generate_registry
from bpp_etl.demo.write import shuffle_rows, write_delivery

__all__ = [
    "CLEAN",
    "DIRTY",
    "SHUT",
    "Dialect",
    "Profile",
    "SyntheticRegistry",
    "WrittenDelivery",
    "generate_registry",
    "shuffle_rows",
    "write_benchmark_landing",
    "write_delivery",
    "write_demo_landing",
    "write_paper_landing",
]
