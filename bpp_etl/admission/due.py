"""What a refresh has to do for each registry: judge a delivery, derive its events again, or nothing.

Not here: doing it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bpp_etl.admission.treatment import treatment_of
from bpp_etl.admission.working import WorkingFiles
from bpp_etl.code_version import layer_version
from bpp_etl.errors import BppError, DamagedError, OtherVersionError
from bpp_etl.events import Protocol
from bpp_etl.landing.deliveries import Delivery, delivery_of
from bpp_etl.landing.stated_keys import FILES, digests_of, restated
from bpp_etl.pages.plain_text import joined
from bpp_etl.reading.inputs import adapter_digest, as_it_lies, configuration_of
from bpp_etl.reading.limits import load_limits

Action = Literal["judge", "derive", "nothing"]


@dataclass(frozen=True)
class Due:
    """What is to be done for one registry, and why."""

    delivery: Delivery
    action: Action
    why: str


def due_for(warehouse: Path, delivery: Delivery, protocols: Sequence[Protocol], *, full: bool) -> Due:
    """Compare a delivery with what the registry's working files hold."""
    files = WorkingFiles.of(warehouse, delivery.registry)
    if full:
        return Due(delivery, "judge", "asked for")
    try:
        found = files.in_place()
    except BppError:
        # Judging is what finds out who holds it, for this registry alone.
        return Due(delivery, "judge", "working files cannot be opened")
    judged = found.judged
    last = judged.get("shut") or (judged.get("admitted") if not found.damaged else None)
    if last is None and found.damaged:
        # Judging anew puts a sound file in the place of a damaged one. Where the newest delivery is shut and
        # known, that would not: the damaged file held another.
        return Due(delivery, "judge", _why_not_read(found.damaged.values()))
    if last is None:
        return Due(delivery, "judge", "first delivery")
    if last.delivery != delivery.name:
        return Due(delivery, "judge", _why_another(delivery, last.delivery))
    if last.code_version != judged_with(adapter_digest(delivery), treatment_of(warehouse, delivery).told):
        return Due(delivery, "judge", "rules changed")
    there = as_it_lies(delivery, load_limits(os.environ))
    if last.input_digest != there.digest():
        return Due(delivery, "judge", _why_read_again(delivery, last.digests, there.files_digest()))
    if "admitted" in judged and judged["admitted"].derived != derivation(protocols):
        return Due(delivery, "derive", "protocols changed")
    return Due(delivery, "nothing", "unchanged")


def _why_not_read(errors: Iterable[DamagedError]) -> str:
    if all(isinstance(error, OtherVersionError) for error in errors):
        return "written by another version"
    return "working files cannot be opened"


def _why_read_again(delivery: Delivery, before: Mapping[str, str], files: str) -> str:
    """Tell other files from another registry.toml, and name the keys of it that state something else."""
    if before.get(FILES, files) != files or not before:
        return "files changed"
    try:
        keys = restated(before, digests_of(configuration_of(delivery), files)).keys
    except BppError:  # whoever reads it says what is wrong with it
        return "registry.toml changed"
    return f"registry.toml changed: {joined(keys)}" if keys else "registry.toml changed, and states the same"


def _why_another(delivery: Delivery, last: str) -> str:
    """Tell a newer delivery from an older one that has come to count because a newer was taken away."""
    before = delivery_of(delivery.path.with_name(last))
    if before is not None and delivery.order < before.order:
        return f"older than {last}, which is gone from the landing"
    return "new delivery"


def judged_with(adapter: str, treated: str = "") -> str:
    """Name what a delivery is judged with: our code, and by digests an outside adapter and limits of reading.

    Limits that are the defaults are part of the code. `treated` names what is done to ids, if anything is.
    """
    digests = (adapter, load_limits(os.environ).digest)
    told = [layer_version("core"), *(digest[:12] for digest in digests if digest), treated]
    return ".".join(filter(None, told))


def derivation(protocols: Sequence[Protocol]) -> tuple[str, ...]:
    """Name what events depend on beside the admitted rows: protocols, and the code that derives."""
    return (*(f"{protocol.name}:{protocol.digest}" for protocol in protocols), layer_version("event"))
