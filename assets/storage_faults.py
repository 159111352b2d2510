"""What is said where Dagster's run storage is damaged, full or held: one line, and a recipe that works.

Nothing of a release depends on the run storage, so that it can always be moved away.
Not here: opening it (`instance.py`).
"""

from __future__ import annotations

import shlex
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from bpp_etl.errors import BppError, BusyError, DamagedError

DATABASES = ("history/runs.db", "history/runs/index.db", "schedules/schedules.db")
NO_ROOM = ("disk is full", "disk I/O error", "unable to open database file")
"""How SQLite says that it cannot write: with no room left it cannot always say why."""
TORN = ("malformed", "not a database", "no such table", "no such column", "unsupported file format")


@contextmanager
def storage_in_words(home: Path) -> Iterator[None]:
    """Word what a database of the instance in a folder says.

    Errors: DamagedError where one is damaged, BusyError where another process holds one, BppError where the
    disk is full or the storage does not answer.
    """
    try:
        for name in DATABASES:
            _look_at(home / name)
        yield
    except (DBAPIError, sqlite3.Error) as error:
        raise _in_words(error, home) from None


def _look_at(path: Path) -> None:
    """Read what tables a database has: Dagster opens some only when it is asked what they hold.

    Errors: SQLite's own. Dagster makes no tables in a file that is there and empty.
    """
    if not path.exists():
        return
    if path.stat().st_size == 0:
        raise sqlite3.DatabaseError("file is not a database")
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as con:
        con.execute("select count(*) from sqlite_master").fetchall()


def _in_words(error: Exception, home: Path) -> BppError:
    told = str(getattr(error, "orig", error)).partition("\n")[0]
    if any(words in told for words in NO_ROOM):
        return BppError(
            f"there is no room on the disk to write {home.name}, the run storage",
            "free some space, then refresh again; what is in service is as it was",
        )
    if "locked" in told:
        return BusyError(f"{home.name}, the run storage, is in use by another process", "try again later")
    if any(words in told for words in TORN):
        return _damaged(home)
    return BppError(f"the run storage does not answer: {told}", "look at `storage` in dagster.yaml")


def _damaged(home: Path) -> DamagedError:
    aside = home.with_name(f"{home.name}-damaged")
    return DamagedError(
        f"{home.name}, the run storage, is damaged",
        f"move it away and refresh again: mv {shlex.quote(str(home))} {shlex.quote(str(aside))}"
        " (it holds the history of runs, and nothing of a release)",
    )
