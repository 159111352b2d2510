"""How a refresh begins, what is told of it, and one that has nothing to do: all without Dagster.

Dagster takes seconds to load, and most of the refreshes that a schedule starts find nothing new.
Not here: running anything (`refresh.py`); what is due for one registry (`bpp_etl/admission/due.py`).
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bpp_etl.admission.ahead import Ahead
from bpp_etl.admission.due import Action, Due, derivation, due_for
from bpp_etl.admission.working import WorkingFiles, shut_story, sweep
from bpp_etl.errors import BppError, DamagedError, UsageError, known_names
from bpp_etl.events.derive import sort_protocols
from bpp_etl.events.protocol import Protocol
from bpp_etl.events.protocol_file import load_within
from bpp_etl.events.window import Window
from bpp_etl.identity.erased import pending_registries
from bpp_etl.landing.deliveries import Delivery
from bpp_etl.release.inputs import is_published, lost_delivery, registries_in, release_input
from bpp_etl.release.shelf import Shelf
from bpp_etl.settings import Places, as_called
from bpp_etl.storage.look import look_at_landing

Say = Callable[[str], None]
MOST_NAMED = 5
"""So many registries that are unchanged are named; more are summed."""


@dataclass
class Refreshed:
    """What a refresh did."""

    due: list[Due] = field(default_factory=list)
    shut: dict[str, list[str]] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    unfit: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    release_id: str | None = None
    is_new: bool = False

    @property
    def exit_code(self) -> int:
        """Return 0 when all are admitted, 3 when some registry is not, 4 with nothing to release, else 1.

        A registry whose folder cannot be opened is not admitted either.
        """
        if self.failed:
            return 1
        if self.release_id is None:
            return 4
        return 3 if self.shut or self.closed else 0


@dataclass(frozen=True)
class Begun:
    """What a refresh goes by: the protocols, by name and in their window, and what was delivered.

    `wanted` is the newest delivery of each registry that is asked for.
    """

    places: Places
    names: Sequence[str]
    window: Window
    protocols: Sequence[Protocol]
    wanted: Mapping[str, Delivery]
    done: Refreshed
    ahead: Ahead


@dataclass(frozen=True)
class First:
    """What a refresh has to do first, and what is to be read for it, where it is the newest of a registry."""

    action: Action | None
    delivery: Delivery | None = None


def begin(places: Places, names: Sequence[str], window: Window, only: Sequence[str], say: Say) -> Begun:
    """Look at the landing, end what was begun, clear away what was half-built, mend the file in service.

    Errors: UsageError for a registry that is asked for and has no delivery, and for a protocol that there is
    not.
    """
    protocols = load_within(names, window)
    sort_protocols(protocols)
    landing = look_at_landing(places)
    unknown = sorted(set(only) - set(landing.newest))
    if unknown:
        raise UsageError(
            f"no delivery of {', '.join(unknown)} in the landing",
            known_names(unknown[0], tuple(landing.newest)),
        )
    done = Refreshed(unfit=landing.unfit, closed=landing.closed)
    for protocol in protocols:
        if not protocol.window.is_open:
            say(f"{protocol.name}: only patients whose line 1 started {protocol.window.told}")
    for name in landing.unfit:
        say(f"left alone: {name}")
    if pending_registries(places.warehouse):
        from assets.runners import RUNNERS  # noqa: PLC0415
        from bpp_etl.erasure import finish_erasures  # noqa: PLC0415 - it measures, which takes long to load

        finish_erasures(places, say, RUNNERS)
    sweep(places.warehouse)
    shelf = Shelf.of(places.warehouse)
    shelf.sweep()
    _put_back(shelf, done, say)
    wanted = {name: newest for name, newest in landing.newest.items() if not only or name in only}
    return Begun(places, names, window, protocols, wanted, done, Ahead(places.warehouse))


def first_due(begun: Begun, *, full: bool = False) -> First:
    """Say what a refresh that has begun has to do first; "nothing" is nothing at all, a release neither.

    None where it cannot tell, which a run finds out, and where all that is left is to publish.
    """
    places, protocols = begun.places, begun.protocols
    if begun.done.failed:
        return First(None)
    try:
        for delivery in begun.wanted.values():
            if lost_delivery(places.warehouse, delivery) is not None:
                return First("judge")
            action = due_for(places.warehouse, delivery, protocols, full=full).action
            if action != "nothing":
                return First(action, delivery)
        if to_derive(places.warehouse, protocols):
            return First("derive")
        inputs = release_input(places.warehouse, protocols)
    except BppError:
        return First(None)
    return First("nothing" if is_published(Shelf.of(places.warehouse), inputs) and not full else None)


def leave(begun: Begun, say: Say) -> Refreshed:
    """Tell of a refresh that has nothing to do."""
    places, done = begun.places, begun.done
    tell_unchanged(begun.wanted, say)
    note_shut(places, done, say)
    tell_nothing_new(Shelf.of(places.warehouse), done, say)
    return done


def to_derive(warehouse: Path, protocols: Sequence[Protocol], but: Collection[str] = ()) -> list[str]:
    """List the registries, but for some, whose events were derived by other protocols, or by other code."""
    wanted = derivation(protocols)
    found = (
        (registry, WorkingFiles.of(warehouse, registry).in_place().judged.get("admitted"))
        for registry in registries_in(warehouse)
        if registry not in but
    )
    return [registry for registry, told in found if told is not None and told.derived != wanted]


def tell_unchanged(deliveries: Mapping[str, Delivery], say: Say) -> None:
    """Say of which registries the newest delivery is the one that is there; many are summed."""
    if len(deliveries) > MOST_NAMED:
        say(f"{len(deliveries)} registries unchanged")
        return
    for registry, delivery in deliveries.items():
        say(f"{registry}: {delivery.name} unchanged")


def tell_nothing_new(shelf: Shelf, done: Refreshed, say: Say) -> None:
    """Say that the release in service stays."""
    done.release_id = shelf.in_service()
    say(f"nothing new: release {done.release_id} stays in service")


def note_shut(places: Places, done: Refreshed, say: Say) -> None:
    """Say which gates are shut, why, and how that is mended."""
    for registry in registries_in(places.warehouse):
        files = WorkingFiles.of(places.warehouse, registry)
        found = files.in_place()
        if found.damaged:
            told = next(iter(found.damaged.values()))
            done.shut[registry] = [f"{told.message}, and none of its deliveries could take its place"]
            say(f"{registry}: shut: {done.shut[registry][0]}")
            say("  what to do: have its last delivery sent again, or put the file back from a backup")
        story = shut_story(files) if "shut" in found.judged else None
        if story is not None:
            done.shut[registry] = [*done.shut.get(registry, []), *story[1]]
            say(f"{registry}: gate shut for {story[0]}")
            for line in story[1]:
                say(f"  - {line}")
            if (places.landing / registry / story[0]).is_dir():
                place = f"{places.landing_told}/{registry}/{story[0]}"
                say(f"  how to mend it: {as_called()} check {shlex.quote(place)}")


def _put_back(shelf: Shelf, done: Refreshed, say: Say) -> None:
    """Mend the file in service where it is damaged; where that cannot be, the next release mends it."""
    try:
        told = shelf.put_back()
    except DamagedError as error:
        done.failed["release"] = f"{error.message}; {error.hint}"
        return
    if told is not None:
        say(told)
