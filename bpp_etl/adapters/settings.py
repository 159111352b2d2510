"""Settings of an adapter: what its description lets a registry state, and the rows its SQL sees of it.

Not here: reading `registry.toml` (`bpp_etl/landing/own_section.py`).
"""

from __future__ import annotations

from collections.abc import Iterable

from bpp_etl.adapters.description import ANY, Adapter
from bpp_etl.errors import known_names, shown
from bpp_etl.landing.keys import ConfigurationError
from bpp_etl.landing.own_section import OwnSetting

SettingRow = tuple[str, str, str]
"""Path, name and value, as the relation `setting` has them."""


def setting_rows(adapter: Adapter, stated: Iterable[OwnSetting]) -> list[SettingRow]:
    """Return the rows of the relation `setting`: of a list one for each value, of a table one for each name.

    Errors: ConfigurationError names a key that the adapter does not have, and lists those it has.
    """
    known = [(_known(adapter, one.place), one.values) for one in stated]
    return [(*named, value) for named, values in known for value in values]


def _known(adapter: Adapter, place: tuple[str, ...]) -> tuple[str, str]:
    """Find the path and the name of a key: it is a setting itself, or a name in the table that is one."""
    if _is_setting(adapter, place):
        return ".".join(place), ""
    if _is_setting(adapter, place[:-1]):
        return ".".join(place[:-1]), place[-1]
    name = ".".join(place)
    raise ConfigurationError(
        f"registry.toml: unknown key '{shown(name)}' in [{adapter.name}]",
        known_names(name, adapter.settings) if adapter.settings else "this format has no settings",
    )


def _is_setting(adapter: Adapter, place: tuple[str, ...]) -> bool:
    return any(
        len(path) == len(place) and all(part in {ANY, name} for part, name in zip(path, place, strict=True))
        for path in (setting.split(".") for setting in adapter.settings)
    )
