"""The one resource of the graph: where landing and warehouse are, and which protocols apply.

Not here: opening a database; the engine does that.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import dagster as dg

from bpp_etl.admission.working import WorkingFiles
from bpp_etl.errors import NotFoundError
from bpp_etl.events.protocol import Protocol
from bpp_etl.events.protocol_file import load_within
from bpp_etl.events.window import Window
from bpp_etl.landing.deliveries import Delivery
from bpp_etl.settings import Places, places
from bpp_etl.storage.look import look_at_delivery, look_at_landing

DEFAULT_PROTOCOLS = ("xu2025",)


class Warehouse(dg.ConfigurableResource):  # type: ignore[type-arg]
    """Landing, warehouse and protocols; empty means the environment or the default.

    A first and last day, by ISO, are a calendar window that every protocol of a state then has.
    """

    landing: str = ""
    warehouse: str = ""
    protocols: list[str] = list(DEFAULT_PROTOCOLS)  # noqa: RUF012 - a pydantic default
    first_day: str = ""
    last_day: str = ""

    @classmethod
    def of(cls, places: Places, protocols: Sequence[str], window: Window) -> Warehouse:
        """Name what a command was asked for as the graph has it."""
        first, last = (day.isoformat() if day else "" for day in (window.first_day, window.last_day))
        return cls(
            landing=places.landing_told,
            warehouse=str(places.warehouse),
            protocols=list(protocols),
            first_day=first,
            last_day=last,
        )

    def places(self) -> Places:
        """Choose landing and warehouse."""
        return places(os.environ, self.landing or None, self.warehouse or None)

    def root(self) -> Path:
        """Name the warehouse folder."""
        return self.places().warehouse

    def files(self, registry: str) -> WorkingFiles:
        """Name a registry's working files."""
        return WorkingFiles.of(self.root(), registry)

    def delivery(self, registry: str, name: str | None = None) -> Delivery:
        """Find a registry's delivery of a name; without one, its newest."""
        if name is not None:
            named = look_at_delivery(self.places(), registry, name)
            if named is None:
                raise NotFoundError(f"{registry} has no delivery {name} in the landing", "was it moved away?")
            return named
        newest = look_at_landing(self.places()).newest.get(registry)
        if newest is None:
            raise NotFoundError(f"{registry} has no delivery in the landing", "check the folder's name")
        return newest

    def window(self) -> Window:
        """Give the calendar window that was asked for."""
        return Window(*(date.fromisoformat(day) if day else None for day in (self.first_day, self.last_day)))

    def loaded_protocols(self) -> Sequence[Protocol]:
        """Load the protocols that apply, in the window that was asked for."""
        return load_within(self.protocols, self.window())
