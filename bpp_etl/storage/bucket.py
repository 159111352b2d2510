"""A place in S3 that is written to: files are put there, and one small object is moved on a condition.

Not here: what is put there (`bpp_etl/release/copied.py`). pyarrow, which reads, knows no conditions: this is
obstore, which is loaded where it is wanted.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from bpp_etl.errors import BppError, UsageError
from bpp_etl.storage.objects import ATTEMPTS, CONNECT_SECONDS, REQUEST_SECONDS, reason_of
from bpp_etl.storage.stated import Storage


class MovedError(BppError):
    """The object is not as it was when it was looked at: somebody else wrote it, and it stays as it is."""


@dataclass(frozen=True)
class Bucket:
    """A folder in S3, opened for writing; `told` is its address."""

    told: str
    store: Any

    def read(self, name: str) -> tuple[bytes, str] | None:
        """Read an object, with the mark of its state; None where there is none."""
        with self._in_words():
            try:
                found = self.store.get(name)
                return bytes(found.bytes()), str(found.meta["e_tag"])
            except FileNotFoundError:
                return None

    def put(self, name: str, file: Path) -> None:
        """Put a file there, in parts where it is large, and hold it to its size."""
        with self._in_words():
            self.store.put(name, file)
            size = int(self.store.head(name)["size"])
        if size != file.stat().st_size:
            raise BppError(f"{self.told} cannot be written to: a file came short", "refresh again")

    def put_if_unmoved(self, name: str, told: bytes, mark: str | None) -> None:
        """Put a small object where it is as it was: of that mark, or not there. Errors: MovedError."""
        from obstore.exceptions import AlreadyExistsError, PreconditionError  # noqa: PLC0415

        with self._in_words():
            try:
                self.store.put(name, told, mode="create" if mark is None else {"e_tag": mark})
            except (AlreadyExistsError, PreconditionError):
                raise MovedError(f"{name} of {self.told} was moved by somebody else meanwhile", "") from None

    def names(self) -> list[str]:
        """List the names of all objects in it."""
        with self._in_words():
            return sorted(str(one["path"]) for some in self.store.list() for one in some)

    def remove(self, names: Sequence[str]) -> None:
        """Remove objects, one after the other in their order; one that is gone is no error."""
        with self._in_words():
            for name in names:
                with suppress(FileNotFoundError):
                    self.store.delete(name)

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        from obstore.exceptions import BaseError  # noqa: PLC0415

        try:
            yield
        except (BaseError, FileNotFoundError, PermissionError) as error:
            why, hint = reason_of(error)
            raise BppError(f"{self.told} cannot be written to: {why}", hint) from None


def opened_bucket(address: str, storage: Storage) -> Bucket:
    """Open a place in S3 to write to; nothing is asked of it yet. Errors: UsageError without its package."""
    if find_spec("obstore") is None:
        raise UsageError("copying releases to S3 needs the package obstore", "pip install 'bpp-etl[s3]'")
    from obstore.store import S3Store  # noqa: PLC0415

    bucket, _, prefix = address.removeprefix("s3://").partition("/")
    store = S3Store(
        bucket,
        prefix=prefix or None,
        endpoint=storage.endpoint,
        region=storage.region,
        skip_signature=storage.is_anonymous,
        client_options={
            "allow_http": bool(storage.endpoint and storage.endpoint.startswith("http://")),
            "connect_timeout": dt.timedelta(seconds=CONNECT_SECONDS),
            "timeout": dt.timedelta(seconds=10 * REQUEST_SECONDS),
        },
        retry_config={"max_retries": ATTEMPTS - 1, "retry_timeout": dt.timedelta(seconds=REQUEST_SECONDS)},
    )
    return Bucket(address, store)
