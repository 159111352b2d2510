"""On what terms a delivery is read: its limits, what is known of it already, and who is told what is read.

Not here: reading, and what watches it (`bpp_etl/reading/apart.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bpp_etl.landing.deliveries import Delivery
from bpp_etl.landing.registry_config import RegistryConfig
from bpp_etl.reading.limits import DEFAULTS, Limits
from bpp_etl.reading.problems import UnreadableError


@dataclass(frozen=True)
class Step:
    """One piece of reading that a native reader may crash in: mostly a file.

    `key` is its own within the delivery, `told` how it is named to people, `rule` what it breaks by failing.
    """

    key: str
    table: str
    told: str
    digest: str = ""
    size: int = 0
    rule: str = "file_unreadable"


@dataclass(frozen=True)
class Known:
    """What came of a step when it was tried before: why it cannot be done, in words that follow its name."""

    digest: str
    reason: str


def _nobody(_: Step) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class Terms:
    """The terms; by default the limits that nobody changed, nothing known, and nobody told.

    `known` are steps that are not tried again, by their keys, while their digests are the same. One by one,
    no two files are loaded at a time. With `is_hopeless` nothing is loaded: what is known has to do.
    """

    limits: Limits = DEFAULTS
    known: Mapping[str, Known] = field(default_factory=dict)
    is_one_by_one: bool = False
    is_hopeless: bool = False
    began: Callable[[Step], None] = _nobody
    ended: Callable[[Step], None] = _nobody

    def ensure_unknown(self, step: Step) -> None:
        """Refuse a step of which it is known that it cannot be done. Errors: UnreadableError."""
        known = self.known.get(step.key)
        if known is not None and known.digest == step.digest:
            raise UnreadableError(step.rule, f"{step.told} {known.reason}")

    @contextmanager
    def doing(self, step: Step) -> Iterator[None]:
        """Tell that a step begins, and that it ended by itself, well or not; a crash ends none."""
        self.began(step)
        try:
            yield
        except ReaderCrash:
            raise
        except BaseException:
            self.ended(step)
            raise
        self.ended(step)


PLAIN = Terms()


@dataclass(frozen=True)
class Request:
    """What a child is asked to read, into which file, and in what surroundings."""

    place: Path
    delivery: Delivery
    config: RegistryConfig | None
    terms: Terms
    environment: Mapping[str, str]
    folder: str
    umask: int


class ReaderCrash(Exception):  # noqa: N818 - it is none of a file's errors: nothing read here can be relied on
    """A reader gave up in a way after which its process cannot go on: out of memory, or of its senses.

    `is_memory` says that memory ran out, for which another file of the delivery may be the cause.
    """

    def __init__(self, *, is_memory: bool) -> None:
        """Keep what ran out."""
        super().__init__("a reader gave up")
        self.is_memory = is_memory
