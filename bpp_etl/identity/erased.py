"""Those who were erased, by keyed hashes: `erased.jsonl`, which only grows, and who may write meanwhile.

An erasure that has begun is on the list before anything is removed, and is done once nothing is left. Not
here: removing (`bpp_etl/erasure`), and leaving out what is delivered again (`bpp_etl/admission/intake.py`).
"""

from __future__ import annotations

import fcntl
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bpp_etl.errors import BppError, BusyError
from bpp_etl.identity.pseudonyms import Pseudonyms
from bpp_etl.identity.secret import FILE as KEY_FILE
from bpp_etl.identity.secret import fingerprint_of, hasher_of, keyed_hash, secret_of
from bpp_etl.warehouse.lines import append_line, read_lines
from bpp_etl.warehouse.lock_file import lock_file

FILE = "erased.jsonl"
LOCK = ".erase.lock"
PATIENT, ASSESSMENT = "patient_id", "assessment_id"


@dataclass(frozen=True)
class Erased:
    """Those of one registry who were erased, and how an id is looked up among them.

    `pending` are the hashes of patients whose erasure has begun and is not done.
    """

    registry: str
    hashes: frozenset[str] = frozenset()
    pending: tuple[str, ...] = ()
    _key: str = field(default="", repr=False)
    _pseudonyms: Pseudonyms | None = field(default=None, repr=False)

    def __bool__(self) -> bool:
        """Say whether anybody was erased."""
        return bool(self.hashes)

    @property
    def columns(self) -> Sequence[str]:
        """Name the columns of ids by which they are known."""
        return (PATIENT, ASSESSMENT) if self.hashes else ()

    def among(self, column: str, ids: Iterable[str]) -> list[str]:
        """Return those of the ids that are of patients who were erased, or of their assessments.

        Each is looked up as it is told, and by its pseudonym: it may have been erased as either.
        """
        if not self.hashes:
            return []
        hashed, pseudonyms = hasher_of(self._key, self.registry, column), self._pseudonyms
        if pseudonyms is None:
            return [told for told in ids if hashed(told) in self.hashes]
        return [
            told
            for told in ids
            if hashed(told) in self.hashes
            or hashed(pseudonyms.of(self.registry, column, told)) in self.hashes
        ]

    def has(self, column: str, told: str) -> bool:
        """Say whether an id is one of them."""
        return bool(self.among(column, [told]))

    @property
    def digest(self) -> str:
        """Digest the list: a delivery is judged anew once it has grown; empty where nobody was erased."""
        if not self.hashes:
            return ""
        return hashlib.sha256("\n".join(sorted(self.hashes)).encode()).hexdigest()


def erased_of(warehouse: Path, registry: str, pseudonyms: Pseudonyms | None = None) -> Erased:
    """Read who of a registry was erased. Errors: BppError where the key is not that of the list."""
    lines = [told for _, told in read_lines(warehouse / FILE) if told.get("registry") == registry]
    if not lines:
        return Erased(registry)
    key = _key_of(warehouse, {str(told.get("key")) for told in lines})
    hashes = {str(told["patient"]) for told in lines}
    hashes |= {str(one) for told in lines for one in told.get("assessments", ())}
    pending = tuple(patient for _, patient in _pending(lines))
    return Erased(registry, frozenset(hashes), pending, key, pseudonyms)


def begin_erasure(warehouse: Path, registry: str, patient: str, assessments: Iterable[str]) -> str:
    """Put a patient on the list, with the ids of all assessments; return the patient's keyed hash."""
    key = secret_of(warehouse)
    told = {
        "registry": registry,
        "key": fingerprint_of(key),
        "patient": keyed_hash(key, registry, PATIENT, patient),
        "assessments": sorted({keyed_hash(key, registry, ASSESSMENT, one) for one in assessments}),
    }
    append_line(warehouse / FILE, told)
    return str(told["patient"])


def end_erasure(warehouse: Path, registry: str, patient_hash: str) -> None:
    """Note that nothing is left of a patient."""
    key = fingerprint_of(secret_of(warehouse))
    append_line(
        warehouse / FILE, {"registry": registry, "key": key, "patient": patient_hash, "is_done": True}
    )


def _key_of(warehouse: Path, fingerprints: set[str]) -> str:
    """Return the key that the list was made by: by another, nobody on it would be known again."""
    if (warehouse / KEY_FILE).exists():
        key = secret_of(warehouse)
        if fingerprints == {fingerprint_of(key)}:
            return key
    raise BppError(
        f"{KEY_FILE} of the warehouse is not the key by which {FILE} was written",
        "put both back from one backup: else patients who were erased would come back",
    )


def state_of_list(warehouse: Path) -> str:
    """Digest the whole list: it changes with every erasure that begins or ends."""
    path = warehouse / FILE
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else ""


def pending_registries(warehouse: Path) -> list[str]:
    """List the registries of which an erasure has begun and is not done."""
    lines = (told for _, told in read_lines(warehouse / FILE))
    return sorted({registry for registry, _ in _pending(lines)})


def _pending(lines: Iterable[Mapping[str, Any]]) -> Iterable[tuple[str, str]]:
    """List whose erasure has begun and is not done, registry and hash, in the order in which they began."""
    begun: dict[tuple[str, str], None] = {}
    for told in lines:
        one = (str(told.get("registry")), str(told.get("patient")))
        if told.get("is_done"):
            begun.pop(one, None)
        else:
            begun[one] = None
    return begun


@contextmanager
def erasing(warehouse: Path) -> Iterator[None]:
    """Hold the warehouse against publishing and sharing while patients are removed; wait for none."""
    with _locked(
        warehouse, fcntl.LOCK_EX, "a release or a share is just being finished, or a patient erased"
    ):
        yield


@contextmanager
def between_erasures(warehouse: Path) -> Iterator[None]:
    """Hold off erasures for a moment. Errors: BusyError while one goes on."""
    with _locked(warehouse, fcntl.LOCK_SH, "a patient is just being erased from this warehouse"):
        yield


@contextmanager
def nobody_erased_since(warehouse: Path, state: str | None = None) -> Iterator[None]:
    """Hold off erasures meanwhile; `state` is that of the list when what is to be told was gathered.

    Errors: BusyError while one goes on, BppError where one was cut short, or came since.
    """
    with between_erasures(warehouse):
        if pending_registries(warehouse):
            raise BppError("the erasure of a patient was cut short", "`bpp refresh` ends it first")
        if state is not None and state != state_of_list(warehouse):
            raise BppError("a patient was erased while the release was made", "refresh again")
        yield


@contextmanager
def _locked(warehouse: Path, how: int, why: str) -> Iterator[None]:
    warehouse.mkdir(parents=True, exist_ok=True)
    with lock_file(warehouse / LOCK) as handle:
        try:
            fcntl.flock(handle, how | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BusyError(why, "wait for it to end, then try again") from None
        yield
