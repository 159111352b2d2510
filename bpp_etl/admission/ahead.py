"""Work on deliveries before their turn: reading them, and judging small ones while others are derived.

One registry after the other keeps one core of a machine idle. Judging keeps its order all the same, for it
looks at the patients of the registries before. What fails here is done again in its turn, which tells of it.
Not here: what is done (`intake.py`, `admit.py`), and whose turn it is (`assets/together.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, wait
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, TypeVar

from bpp_etl.admission.intake import read
from bpp_etl.admission.working import WorkingFiles
from bpp_etl.landing.deliveries import Delivery, size_of
from bpp_etl.reading.remembered import ReadDelivery
from bpp_etl.warehouse.interrupts import A_MOMENT

if TYPE_CHECKING:
    from bpp_etl.gate.decision import GateDecision
    from bpp_etl.shards.runners import Runners

T = TypeVar("T")
SMALL = 4 << 20
"""So many bytes a delivery has at most that is worked on beside another: their memory adds up."""


@dataclass(frozen=True)
class Judged:
    """What the gate decided, and what it said meanwhile."""

    decision: GateDecision
    said: tuple[str, ...]


class Ahead:
    """What is worked on ahead in one warehouse, by threads of this process.

    A thread holds the lock of its registry as long as it works. One that nobody waits for dies with the
    process, as if it had been killed.
    """

    def __init__(self, warehouse: Path) -> None:
        self._warehouse = warehouse
        self._line: dict[str, Delivery] = {}
        self._runners: Runners = {}
        self._read: dict[Delivery, Future[ReadDelivery]] = {}
        self._judged: dict[Delivery, Future[Judged]] = {}

    def read(self, delivery: Delivery) -> None:
        """Begin to read a delivery whose turn will come."""
        if delivery not in self._read:
            self._read[delivery] = _begun(lambda: self._take_in(delivery))

    def line_up(self, deliveries: Sequence[Delivery], runners: Runners) -> None:
        """Say which deliveries are to be judged, in their order."""
        self._line, self._runners = {one.registry: one for one in deliveries}, runners
        if len(deliveries) > 1 and all(map(_is_small, deliveries[:2])):
            self.read(deliveries[1])

    def go_on(self, registry: str) -> None:
        """Hear that a registry is judged, well or not: the next is, while this one's events are derived."""
        line = list(self._line.values())
        at = list(self._line).index(registry) if registry in self._line else len(line)
        followers = line[at + 1 : at + 3]
        if not followers or not all(map(_is_small, line[at : at + 2])):
            return
        self.read(followers[0])
        self._judged[followers[0]] = _begun(lambda: self._judge(followers[0]))
        if _is_small(followers[-1]):
            self.read(followers[-1])

    def was_read(self, delivery: Delivery) -> ReadDelivery | None:
        """Return what was read of a delivery ahead of its turn; None where it is to be read now."""
        if delivery in self._judged:
            _ended(self._judged[delivery])
        future = self._read.get(delivery)
        return None if future is None else _ended(future)

    def was_judged(self, delivery: Delivery) -> Judged | None:
        """Return what was decided ahead of its turn; None where it is to be judged now. Once."""
        self._read.pop(delivery, None)
        future = self._judged.pop(delivery, None)
        return None if future is None else _ended(future)

    def close(self) -> None:
        """Wait for what nobody waited for, so that no registry stays locked."""
        wait(self._read.values())
        wait(self._judged.values())

    def _take_in(self, delivery: Delivery) -> ReadDelivery:
        files = WorkingFiles.of(self._warehouse, delivery.registry)
        with files.locked():
            return read(files, delivery)

    def _judge(self, delivery: Delivery) -> Judged:
        from bpp_etl.admission.admit import gate  # noqa: PLC0415 - who only reads ahead has it not yet loaded

        files = WorkingFiles.of(self._warehouse, delivery.registry)
        said: list[str] = []
        self._read[delivery].result()
        with files.locked():
            decision = gate(files, delivery, said.append, self._runners)
        return Judged(decision, tuple(said))


def _begun(work: Callable[[], T]) -> Future[T]:
    """Begin a piece of work in a thread that does not keep the process from ending."""
    future: Future[T] = Future()

    def do() -> None:
        try:
            future.set_result(work())
        except BaseException as error:  # noqa: BLE001 - whoever waits decides
            future.set_exception(error)

    Thread(target=do, daemon=True).start()
    return future


def _ended(future: Future[T]) -> T | None:
    """Wait for a piece of work, and hear Ctrl-C meanwhile; None where it failed."""
    while wait([future], timeout=A_MOMENT).not_done:
        pass
    return None if future.exception() is not None else future.result()


def _is_small(delivery: Delivery) -> bool:
    return size_of(delivery) <= SMALL
