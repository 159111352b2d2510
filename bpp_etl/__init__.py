"""The engine: landing, harmonising, gate, warehouse, events, metrics and release, usable from a notebook.

Knows no Dagster; importing it reads no file, environment or network.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bpp_etl.release.open import OpenRelease, open_release

__version__ = "0.1.0"
__all__ = ["OpenRelease", "open_release"]


def __getattr__(name: str) -> Any:
    """Load what a notebook asks for when it asks: every command imports this package, few of them read."""
    if name in __all__:
        from bpp_etl.release import open as door  # noqa: PLC0415

        return getattr(door, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
