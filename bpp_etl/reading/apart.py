"""Reading a delivery in a child process that is watched: it has limits of time and memory, and it may crash.

What a file does to its reader is that file's fault, `file_unreadable`, and stops nothing else. Not here: what
the child does (`bpp_etl/reading/child.py`), and how there comes to be one (`bpp_etl/reading/forks.py`).
"""

from __future__ import annotations

import json
import os
import pickle
import select
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bpp_etl.errors import BppError
from bpp_etl.landing.deliveries import Delivery, size_of
from bpp_etl.landing.registry_config import RegistryConfig
from bpp_etl.reading.forks import Fork, forked
from bpp_etl.reading.limits import Limits, in_words, load_limits
from bpp_etl.reading.remembered import ReadDelivery, recalled
from bpp_etl.reading.scratch import SCRATCH
from bpp_etl.reading.terms import Known, Request, Step, Terms
from bpp_etl.warehouse.connection import NoRoomError, room_for
from bpp_etl.warehouse.told_errors import raise_told
from schemas.laws import DELIVERY

TICK = 0.05
"""Seconds between two looks at a child; memory that is touched grows by 100 MiB in one at most."""
LONGEST_TICK = 1.0
"""A process that was stopped for longer is not taken to have been reading."""
MOST_TOLD = 64 << 20
MOST_FAILURES = 3
"""So many files may bring the reader down before the others are left unread; the gate is shut by then."""
WORKING_FILE = "read.duckdb"
CRASHED = "made its reader crash"


@dataclass
class _Told:
    """What a child has told, and how it ended: what was read, an error of ours, or the reason of its death.

    `open` are the steps that had begun and not ended, with the seconds that each has taken; `idle` are those
    between steps, for which there is time by the `size` of the delivery. `is_sure` says that what is open is
    to blame.
    """

    limits: Limits
    pid: int | None = None
    open: dict[str, Step] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    read: ReadDelivery | None = None
    reason: str = CRASHED
    is_sure: bool = False
    size: int = 0
    idle: float = 0.0

    def hear(self, message: dict[str, Any]) -> None:
        """Take one message in. Errors: BppError as it was raised in the child."""
        if "pid" in message:
            self.pid = int(message["pid"])
        elif "began" in message:
            step = Step(**message["began"])
            self.open[step.key], self.seconds[step.key] = step, 0.0
        elif "ended" in message:
            self.open.pop(message["ended"], None)
        elif "read" in message:
            self.read = recalled(message["read"])
        elif message.get("is_memory"):
            self.reason = "needs more memory than the database may take"
        else:
            raise_told(message, "reading failed")

    def too_long(self, seconds: float) -> bool:
        """Count the seconds to all that is open; say whether one of the steps has had too many."""
        self.idle = 0.0 if self.open else self.idle + seconds
        for key in self.open:
            self.seconds[key] += seconds
        allowed = {key: self.limits.seconds_for(step.size) for key, step in self.open.items()}
        late = {key: step for key, step in self.open.items() if self.seconds[key] > allowed[key]}
        most = min(allowed[key] for key in late) if late else self.limits.seconds_for(self.size)
        if not late and self.idle <= most:
            return False
        self.open, self.is_sure = late, True
        self.reason = f"takes longer than {most:.0f} seconds to read (limit read_seconds)"
        return True

    def too_large(self) -> bool:
        """Say whether the child holds too much memory."""
        if self.pid is None or _memory_of(self.pid) <= self.limits.read_memory:
            return False
        self.reason = (
            f"needs more than {in_words(self.limits.read_memory)} of memory to be read (limit read_memory)"
        )
        self.is_sure = len(self.open) == 1
        return True


def read_apart(
    place: Path,
    delivery: Delivery,
    scratch_root: Path,
    config: RegistryConfig | None = None,
    limits: Limits | None = None,
) -> ReadDelivery:
    """Read a delivery into a new working file at `place`, in a child process; all of it, or nothing is there.

    `config` is followed in the place of the registry's own; `limits` are those of pyproject.toml where none
    are given. Errors: BppError where the delivery was taken away meanwhile, or the machine is to blame.
    """
    terms = Terms(limits or load_limits(os.environ))
    with room_for(place):
        scratch = Path(tempfile.mkdtemp(prefix=SCRATCH, dir=scratch_root))
    try:
        for number in range(2 * MOST_FAILURES + 2):
            folder = scratch / f"{number}"
            folder.mkdir()
            told = _watched(folder / WORKING_FILE, delivery, config, terms)
            if told.read is not None:
                _ensure_there(delivery)
                _put(folder / WORKING_FILE, place)
                return told.read
            if terms.is_hopeless:
                break
            terms = _wiser(terms, told)
            shutil.rmtree(folder, ignore_errors=True)
    except NoRoomError:
        raise NoRoomError.of(place) from None
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    raise BppError(
        f"{delivery.registry}: {delivery.name} cannot be read: it {CRASHED}",
        "look at the machine: its memory, its disk, its log",
    )


def _wiser(terms: Terms, told: _Told) -> Terms:
    """Change the terms by what a failure taught: who is to blame, or that only one may be read at a time.

    A crash has to come again to be blamed on anybody: another program may have taken the memory.
    """
    if not terms.is_one_by_one and not told.is_sure:
        return replace(terms, is_one_by_one=True)
    blamed = {step.key: Known(step.digest, told.reason) for step in told.open.values()}
    known = {**terms.known, **blamed}
    # Where no step is to blame, nothing can be left out to get on.
    is_hopeless = not blamed or len(known) >= MOST_FAILURES
    if not blamed:
        known[DELIVERY] = Known("", told.reason)
    return replace(terms, known=known, is_hopeless=is_hopeless)


def _watched(place: Path, delivery: Delivery, config: RegistryConfig | None, terms: Terms) -> _Told:
    """Have a child read, and watch it until it has ended, or has to."""
    told = _Told(terms.limits, size=size_of(delivery))
    request = Request(place, delivery, config, terms, dict(os.environ), _here(), _umask())
    with forked() as fork:
        try:
            fork.channel.sendall(pickle.dumps(request))
        except OSError:  # it died before it heard anything
            return told
        for message in _messages(fork, told):
            told.hear(message)
            if told.read is not None:
                break
    return told


def _messages(fork: Fork, told: _Told) -> Iterator[dict[str, Any]]:
    """Yield what a child tells, line by line, until it is gone, or has taken more than it may."""
    heard, since = b"", time.monotonic()
    while len(heard) < MOST_TOLD:
        ready = select.select([fork.channel], [], [], TICK)[0]
        if ready:
            try:
                piece = fork.channel.recv(1 << 16)
            except ConnectionResetError:  # it died before it had heard all of what was asked
                return
            if not piece:
                return
            *lines, heard = (heard + piece).split(b"\n")
            try:
                yield from map(json.loads, lines)
            except ValueError:  # whatever it has become, it is no reader any more
                return
        now = time.monotonic()
        if told.too_long(min(now - since, LONGEST_TICK)) or told.too_large():
            return
        since = now


def _here() -> str:
    try:
        return str(Path.cwd())
    except FileNotFoundError:
        return "/"


def _umask() -> int:
    """Return the umask, which can only be asked for by setting another."""
    umask = os.umask(0o077)
    os.umask(umask)
    return umask


def _memory_of(pid: int) -> int:
    """Return the bytes of memory that a process holds for itself alone; 0 where nobody can tell."""
    try:
        _, resident, shared, *_ = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()
    except (OSError, ValueError):
        return 0
    return (int(resident) - int(shared)) * os.sysconf("SC_PAGE_SIZE")


def _ensure_there(delivery: Delivery) -> None:
    if not delivery.path.is_dir():
        raise BppError(
            f"{delivery.registry}: the delivery {delivery.name} was taken away while it was read",
            "put it back, or refresh again to go on with what is there",
        )


def _put(made: Path, place: Path) -> None:
    """Put the working file in its place; a log beside it says that it was not written to its end."""
    if made.with_name(made.name + ".wal").exists():
        raise NoRoomError.of(place)
    with room_for(place):
        os.replace(made, place)  # noqa: PTH105
