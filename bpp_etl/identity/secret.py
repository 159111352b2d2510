"""The warehouse's own key: of the hashes by which it knows patients it must not name.

Not here: the key of pseudonyms, which is never in the warehouse (`pseudonyms.py`).
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from bpp_etl.errors import BppError

FILE = ".key"
FEWEST_CHARACTERS = 32


def secret_of(warehouse: Path) -> str:
    """Return the warehouse's key, made once, whoever asks first. Errors: BppError where it is cut short."""
    path = warehouse / FILE
    if not path.exists():
        warehouse.mkdir(parents=True, exist_ok=True)
        made = warehouse / f"{FILE}.{os.getpid()}.{secrets.token_hex(4)}"
        try:
            descriptor = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(secrets.token_hex(32))
                file.flush()
                os.fsync(descriptor)
            with suppress(FileExistsError):  # another was first: its key counts
                os.link(made, path)  # whole at once
        finally:
            made.unlink(missing_ok=True)
    told = path.read_text(encoding="ascii", errors="replace").strip()
    if len(told) < FEWEST_CHARACTERS:
        raise BppError(
            f"{FILE} of the warehouse is no key", "put it back from a backup: hashes are made by it"
        )
    return told


def fingerprint_of(key: str) -> str:
    """Tell one key from another without telling it: twelve hex digits."""
    return hashlib.blake2b(b"fingerprint", key=_bytes_of(key), digest_size=6).hexdigest()


def keyed_hash(key: str, *parts: str) -> str:
    """Hash texts by a key: BLAKE2b, 256 bits, as hex. Without the key nobody can try out what they were."""
    *first, last = parts
    return hasher_of(key, *first)(last)


def hasher_of(key: str, *parts: str) -> Callable[[str], str]:
    """Return what hashes these texts and one more, as `keyed_hash` does; what is alike is done once."""
    begun = hashlib.blake2b(digest_size=32, key=_bytes_of(key), person=b"bpp erased")
    for part in parts:
        begun.update(_measured(part))

    def hashed(last: str) -> str:
        one = begun.copy()
        one.update(_measured(last))
        return one.hexdigest()

    return hashed


def _measured(part: str) -> bytes:
    """Put its length before a text, so that two of them in a row are no other two."""
    told = part.encode()
    return len(told).to_bytes(8, "big") + told


def _bytes_of(key: str) -> bytes:
    return hashlib.blake2b(key.encode(), digest_size=64, person=b"bpp warehouse").digest()
