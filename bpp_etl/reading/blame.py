"""Making a file's own problem of whatever its reader raises, in words of ours.

Not here: readers that end their process (`bpp_etl/reading/apart.py`).
"""

from __future__ import annotations

import os
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from bpp_etl.reading.problems import UnreadableError
from bpp_etl.reading.terms import ReaderCrash
from bpp_etl.warehouse.connection import is_of_the_machine

OUT_OF_ITS_SENSES = (duckdb.FatalException, duckdb.InternalException, duckdb.OutOfMemoryException)
"""Errors after which nothing of the database can be relied on, or for which another file may be the cause."""


@contextmanager
def blamed_on(name: str) -> Iterator[None]:
    """Make a file's own problem of whatever a reader raises over it, in words of ours.

    The readers are many, and each has errors of its own; their words may quote the file.
    """
    try:
        yield
    except (UnreadableError, ReaderCrash, KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # a panic of native code is no Exception
        if is_of_the_machine(error):
            raise
        if isinstance(error, (MemoryError, *OUT_OF_ITS_SENSES)):
            is_memory = isinstance(error, (MemoryError, duckdb.OutOfMemoryException))
            raise ReaderCrash(is_memory=is_memory) from None
        if os.environ.get("BPP_TRACEBACK") == "1":
            traceback.print_exc()
        raise UnreadableError(
            "file_unreadable", f"{name} cannot be read to its end", "export the file again"
        ) from None
