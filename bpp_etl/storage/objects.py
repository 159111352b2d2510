"""What lies in a store of objects: opened, listed, told apart and fetched through pyarrow.

Not here: what is fetched, and to where (`staging.py`). No key of an object is told: it may name a person.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bpp_etl.errors import BppError, UsageError
from bpp_etl.settings import ADDRESS
from bpp_etl.storage.stated import Storage

PIECE = 8 << 20
CONNECT_SECONDS, REQUEST_SECONDS, ATTEMPTS = 10, 60, 3
KEYS_HINT = (
    "state AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or anonymous = true; see docs/object_storage.md"
)
REASONS: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (("NO_SUCH_BUCKET", "NoSuchBucket"), "there is no such bucket", "check its name, endpoint and region"),
    (
        ("NETWORK_CONNECTION", "REQUEST_TIMEOUT", "curlCode", "error sending request", "Connect"),
        "its server cannot be reached",
        "check endpoint and network; what is in service is as it was",
    ),
    (
        (
            *("ACCESS_DENIED", "INVALID_ACCESS_KEY", "SIGNATURE", "UNRECOGNIZED_CLIENT", "INVALID_CLIENT"),
            *(
                "AccessDenied",
                "InvalidAccessKey",
                "HTTP status 403",
                "403 Forbidden",
                "credential",
                "Permission",
            ),
        ),
        "it lets nobody in with these keys, or with none",
        KEYS_HINT,
    ),
    (("HTTP status 301", "301 Moved", "PermanentRedirect"), "it lies in another region", "state its region"),
)
"""What a library's words hold -> what is told for them, and what to do. Its words name keys: none is told."""


@dataclass(frozen=True)
class Object:
    """One object: its path below what was listed, in parts; its path in the store; its size and change."""

    parts: tuple[str, ...]
    path: str
    size: int
    changed: int


@dataclass(frozen=True)
class Store:
    """A filesystem of pyarrow's, and the path in it that an address names."""

    files: Any
    base: str

    def below(self, *parts: str) -> Store:
        """Name a folder of it."""
        return Store(self.files, "/".join((self.base, *parts)))


def opened_at(address: str, storage: Storage) -> Store:
    """Open what an address names; nothing is asked of the store yet. Errors: UsageError, BppError."""
    from pyarrow import fs  # noqa: PLC0415 - only where something lies elsewhere

    found = ADDRESS.fullmatch(address)
    if found is None:
        raise ValueError("no address")
    if found[1] == "file":
        return on_this_machine(Path("/", found[2]))
    if found[1] != "s3":
        with in_words(address):
            return Store(*fs.FileSystem.from_uri(quote(address, safe=":/")))
    more: dict[str, Any] = {} if storage.endpoint is None else {"endpoint_override": storage.endpoint}
    files = fs.S3FileSystem(
        region=storage.region,
        anonymous=storage.is_anonymous,
        connect_timeout=CONNECT_SECONDS,
        request_timeout=REQUEST_SECONDS,
        retry_strategy=fs.AwsStandardS3RetryStrategy(max_attempts=ATTEMPTS),
        **more,
    )
    return Store(files, found[2])


def on_this_machine(folder: Path) -> Store:
    """Treat a folder of this machine as a store."""
    from pyarrow import fs  # noqa: PLC0415

    return Store(fs.LocalFileSystem(), str(folder))


def listed(store: Store, told: str, *, is_whole: bool = True) -> list[Object]:
    """List the objects of a store, all of them or those at its top, in the order of their paths.

    `told` is what the place is called in errors. Errors: BppError, in words.
    """
    from pyarrow import fs  # noqa: PLC0415

    with in_words(told):
        found = store.files.get_file_info(fs.FileSelector(store.base, recursive=is_whole))
    start = len(store.base.rstrip("/")) + 1
    return sorted(
        (
            Object(tuple(one.path[start:].split("/")), one.path, one.size or 0, one.mtime_ns or 0)
            for one in found
            if one.type == fs.FileType.File
        ),
        key=lambda one: one.parts,
    )


def state_of(store: Store, one: Object) -> str:
    """Tell one state of an object from another without its bytes: by ETag and size, else time and size.

    Errors: OSError where it is gone.
    """
    with store.files.open_input_file(one.path) as opened:
        return _state(opened, one)


def _state(opened: Any, one: Object) -> str:
    told = opened.metadata() or {}
    etag = next((value for name, value in told.items() if str(_text(name)).lower() == "etag"), None)
    return f"{one.changed if etag is None else _text(etag)} {opened.size()}"


def _text(told: str | bytes) -> str:
    return told.decode("utf-8", "replace") if isinstance(told, bytes) else str(told)


def fetched(store: Store, one: Object, to: Path) -> tuple[str, str]:
    """Copy an object to a file of the owner's alone; return its state, and the sha256 of its bytes.

    Errors: OSError where it is gone, or was another at the end than at the beginning.
    """
    digest, size = hashlib.sha256(), 0
    with store.files.open_input_file(one.path) as opened:
        state = _state(opened, one)
        with os.fdopen(os.open(to, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as written:
            while piece := opened.read(PIECE):
                digest.update(piece)
                written.write(piece)
                size += len(piece)
    if state_of(store, one) != state or not state.endswith(f" {size}"):
        raise OSError("changed while it was fetched")
    os.utime(to, ns=(one.changed, one.changed))
    return state, digest.hexdigest()


@contextmanager
def in_words(told: str) -> Iterator[None]:
    """Turn what a store answers into an error of ours, which names the place and no object of it."""
    try:
        yield
    except FileNotFoundError:
        raise UsageError(f"there is nothing at {told}", "check bucket and folder") from None
    except NotImplementedError:
        raise UsageError(f"{told} cannot be opened: this pyarrow has no such store", "copy it here") from None
    except (OSError, ValueError) as error:
        why, hint = reason_of(error)
        raise BppError(f"{told} cannot be read: {why}", hint) from None


def reason_of(error: Exception) -> tuple[str, str]:
    """Say in our words what a store's answer comes to, and what to do."""
    said = str(error)
    for marks, why, hint in REASONS:
        if any(mark in said for mark in marks):
            return why, hint
    return f"it answers with an error ({type(error).__name__})", "try again; see the store's own log"
