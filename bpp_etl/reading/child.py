"""What the child process does: read one delivery into a file of its own, and tell how far it has come.

It tells lines of JSON, which can do its parent no harm, whatever a file has made of the child. Not here: who
listens (`bpp_etl/reading/apart.py`).
"""

from __future__ import annotations

import contextlib
import json
import os
import pickle
import socket
import threading
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

# Loaded before any child is forked, so that none of them has to; what reads a format that is rare is not.
import fastexcel  # noqa: F401
import polars  # noqa: F401

from bpp_etl.reading.confined import confine
from bpp_etl.reading.delivery import read_delivery
from bpp_etl.reading.remembered import as_told, remember
from bpp_etl.reading.terms import ReaderCrash, Request, Terms
from bpp_etl.warehouse.connection import opened
from bpp_etl.warehouse.told_errors import as_message


def work(channel: socket.socket) -> None:
    """Do what is asked over a channel, and leave the process."""
    confine()
    lock = threading.Lock()

    def tell(**message: Any) -> None:
        with lock:
            channel.sendall(json.dumps(message, default=str).encode() + b"\n")

    with channel.makefile("rb") as asked:
        request: Request = pickle.load(asked)
    os.environ.clear()
    os.environ.update(request.environment)
    os.umask(request.umask)
    with contextlib.suppress(OSError):
        os.chdir(request.folder)
    tell(pid=os.getpid())
    try:
        tell(read=_read(request, _telling(request.terms, tell)))
    except ReaderCrash as error:
        tell(crashed=True, is_memory=error.is_memory)
    except Exception as error:  # noqa: BLE001 - whoever asked is told
        tell(**as_message(error))
    os._exit(0)


def _telling(terms: Terms, tell: Callable[..., None]) -> Terms:
    return replace(
        terms,
        began=lambda step: tell(began=asdict(step)),
        ended=lambda step: tell(ended=step.key),
    )


def _read(request: Request, terms: Terms) -> dict[str, Any]:
    with opened(request.place, is_working_file=True) as con:
        found = read_delivery(con, request.delivery, request.place.parent, request.config, terms)
        remember(con, request.delivery, found)
    return as_told(found)
