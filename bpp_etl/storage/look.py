"""Looks at a landing wherever it lies: what has to be copied before it can be read is copied on the way.

Not here: how one delivery is copied (`staging.py`); what of a landing counts (`bpp_etl/landing`).
"""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from bpp_etl.errors import BppError, UsageError, shown
from bpp_etl.landing.deliveries import (
    CONFIGURATION,
    REGISTRY_NAME,
    Delivery,
    Landing,
    LeftAlone,
    delivery_of,
    survey,
)
from bpp_etl.reading.limits import load_limits
from bpp_etl.settings import Places, address_of, staged_in
from bpp_etl.storage.objects import Object, Store, listed, on_this_machine, opened_at
from bpp_etl.storage.staging import Home, Sent, forget, is_a_name, make_closed, stage
from bpp_etl.storage.stated import load_storage
from bpp_etl.storage.tables import tables_in


def look_at_landing(places: Places, *, is_fetching: bool = True) -> Landing:
    """List the newest delivery of every registry, each where it can be read.

    Without fetching nothing is asked of a store: what was copied before is listed. A registry of which
    something cannot be had is closed; the others go on. Errors: UsageError, BppError where the landing is
    not there, or cannot be listed.
    """
    if places.source is None:
        return _with_tables_settled(places, survey(places.landing), is_fetching=is_fetching)
    home = Home(places.landing.parent)
    if not is_fetching:
        return survey(places.landing) if places.landing.is_dir() else Landing()
    with _alone(home):
        found = _listed(places.source)
        closed = _bring_newest(found, home)
    return _without(survey(places.landing), closed)


def look_at_delivery(places: Places, registry: str, name: str) -> Delivery | None:
    """Find one delivery of a registry, where it can be read; None where there is none."""
    folder = places.landing / registry / name
    if not REGISTRY_NAME.fullmatch(registry) or delivery_of(folder) is None or folder.name != name:
        return None
    if places.source is None:
        delivery = delivery_of(folder) if folder.is_dir() else None
        return _settled(places, delivery) if delivery is not None and tables_in(folder) else delivery
    home = Home(places.landing.parent)
    with _alone(home):
        store = opened_at(places.source, load_storage(os.environ)).below(registry)
        return _bring(store, places.source, home, registry, name)


@contextmanager
def delivery_here(told: Path) -> Iterator[Path]:
    """Yield the folder in which a delivery that a person names can be read: its own, or a copy for the while.

    Errors: UsageError, BppError.
    """
    source = address_of(told)
    if source is None and not (told.is_dir() and tables_in(told)):
        yield told
        return
    *around, registry, name = (source or str(told.absolute())).split("/")
    if not REGISTRY_NAME.fullmatch(registry) or delivery_of(Path(name)) is None:
        if source is None:
            yield told  # whose name is refused in words of its own
            return
        raise UsageError(
            "the address names no delivery", "write it as s3://bucket/landing/registry/2026-01-31"
        )
    with tempfile.TemporaryDirectory(prefix="bpp-staged-") as folder:
        if source is None:
            store = on_this_machine(told.absolute().parent)
        else:
            store = opened_at("/".join((*around, registry)), load_storage(os.environ))
        delivery = _bring(store, source or shown(str(told)), Home(Path(folder)), registry, name)
        if delivery is None:
            raise UsageError(f"there is nothing at {source}", "check bucket and folder")
        yield delivery.path


@dataclass(frozen=True)
class _Listed:
    """What a store has: the objects of each registry, and the names at the top that fit none."""

    store: Store
    told: str
    registries: Mapping[str, Sequence[Object]]
    unfit: Sequence[str]


def _listed(source: str) -> _Listed:
    store = opened_at(source, load_storage(os.environ))
    registries: dict[str, list[Object]] = {}
    unfit: set[str] = set()
    for one in listed(store, source):
        name = one.parts[0]
        if len(one.parts) > 1 and REGISTRY_NAME.fullmatch(name):
            registries.setdefault(name, []).append(replace(one, parts=one.parts[1:]))
        elif is_a_name(name):
            unfit.add(name)
    return _Listed(store, source, registries, sorted(unfit))


def _bring_newest(found: _Listed, home: Home) -> dict[str, BppError]:
    """Copy the newest delivery of each registry; return those of which something could not be had."""
    closed: dict[str, BppError] = {}
    _match(home.landing, {*found.registries, *found.unfit}, home)
    for name in found.unfit:
        (home.landing / name).touch(mode=0o600)
    for registry, objects in found.registries.items():
        make_closed(home.landing / registry, home.folder)
        sent = _deliveries(objects)
        names = {one.parts[0] for one in objects if is_a_name(one.parts[0])}
        _match(home.landing / registry, names, home)
        for name in names - {*sent, CONFIGURATION}:
            (home.landing / registry / name).touch(mode=0o600)
        if not sent:
            continue
        newest = max(sent, key=_order)
        try:
            stage(found.store, _sent(registry, newest, objects), home, load_limits(os.environ))
        except BppError as error:
            closed[registry] = error
    return closed


def _match(folder: Path, names: set[str], home: Home) -> None:
    """Remove the copies of what its sender took away."""
    for left in [path for path in folder.iterdir() if path.name not in names]:
        if left.is_file():
            left.unlink()
        elif folder == home.landing:
            forget(home, left.name)
        else:
            forget(home, folder.name, left.name)


def _deliveries(objects: Sequence[Object]) -> set[str]:
    return {one.parts[0] for one in objects if len(one.parts) > 1 and delivery_of(Path(one.parts[0]))}


def _order(name: str) -> tuple[object, ...]:
    delivery = delivery_of(Path(name))
    return () if delivery is None else delivery.order


def _sent(registry: str, name: str, objects: Sequence[Object]) -> Sent:
    own = [
        replace(one, parts=one.parts[1:]) for one in objects if one.parts[0] == name and len(one.parts) > 1
    ]
    configuration = next((one for one in objects if one.parts == (CONFIGURATION,)), None)
    return Sent(registry, name, own, configuration)


def _bring(store: Store, told: str, home: Home, registry: str, name: str) -> Delivery | None:
    """Copy one delivery, of a store that is a registry's folder; None where it is not there."""
    top = listed(store, told, is_whole=False)
    try:
        below = listed(store.below(name), told)
    except UsageError:
        return None
    inside = [replace(one, parts=(name, *one.parts)) for one in below]
    make_closed(home.landing / registry, home.folder)
    return stage(store, _sent(registry, name, [*top, *inside]), home, load_limits(os.environ))


def _with_tables_settled(places: Places, found: Landing, *, is_fetching: bool) -> Landing:
    """Put the copy in the place of each delivery that brings tables of a lakehouse."""
    newest, closed = dict(found.newest), {}
    for registry, delivery in found.newest.items():
        try:
            if not tables_in(delivery.path):
                continue
            if is_fetching:
                newest[registry] = _settled(places, delivery)
            else:
                copy = _home_of(places).landing / registry / delivery.name
                newest[registry] = replace(delivery, path=copy) if copy.is_dir() else delivery
        except BppError as error:
            closed[registry] = error
        except OSError:
            continue  # a folder that is closed to us is told by whoever reads it
    return _without(replace(found, newest=newest), closed)


def _settled(places: Places, delivery: Delivery) -> Delivery:
    home = _home_of(places)
    with _alone(home):
        make_closed(home.landing / delivery.registry, home.folder)
        there = {one.name for one in delivery.path.parent.iterdir()}
        _match(home.landing / delivery.registry, there, home)
        store = on_this_machine(delivery.path.parent)
        made = _bring(store, "its folder", home, delivery.registry, delivery.name)
    return delivery if made is None else made


def _home_of(places: Places) -> Home:
    return Home(staged_in(places.warehouse, str(places.landing)).parent)


def _without(found: Landing, closed: Mapping[str, BppError]) -> Landing:
    """Leave registries out of which something cannot be had, and say why: its place, and no object of it."""
    left = [
        LeftAlone(name, name, f"({error.message}; {error.hint})" if error.hint else f"({error.message})")
        for name, error in closed.items()
    ]
    newest = {name: one for name, one in found.newest.items() if name not in closed}
    others = [one for one in found.left_alone if one.place not in closed]
    return Landing(newest, (*others, *left), (*found.closed, *closed))


@contextmanager
def _alone(home: Home) -> Iterator[None]:
    """Let one process at a time copy; wait for it."""
    make_closed(home.landing, home.folder)
    with (home.folder / ".lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        for left in home.folder.glob(".coming.*"):
            left.unlink(missing_ok=True)
        yield
