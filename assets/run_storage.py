"""Run storage in SQLite whose databases stay open, where Dagster's own opens each anew for every event.

Not here: that it is used, which somebody opts into (`docs/operations.md`). It comes in by the door
that Dagster has for storages of others, and overrides what its own leave to those that derive from them;
nothing of it is changed.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from itertools import groupby
from pathlib import Path
from typing import Any, Self

from dagster import (
    AssetKey,
    AssetRecordsFilter,
    DagsterEventType,
    EventLogEntry,
    EventRecordsResult,
    StringSource,
)
from dagster._core.storage.base_storage import DagsterStorage
from dagster._core.storage.event_log import EventLogStorage, SqliteEventLogStorage, SqlPollingEventWatcher
from dagster._core.storage.event_log.schema import SqlEventLogStorageMetadata
from dagster._core.storage.runs import RunStorage, SqliteRunStorage
from dagster._core.storage.runs.schema import RunStorageSqlMetadata
from dagster._core.storage.schedules import ScheduleStorage, SqliteScheduleStorage
from dagster._core.storage.schedules.schema import ScheduleStorageSqlMetadata
from dagster._serdes import ConfigurableClass, ConfigurableClassData
from sqlalchemy import inspect
from sqlalchemy.engine import Connection, Engine

from assets.alike_events import kind_of, write_alike
from assets.fresh_storage import ensure_made, made_or
from assets.kept_open import KeptOpen

HELD = frozenset({DagsterEventType.STEP_OUTPUT, DagsterEventType.ASSET_CHECK_EVALUATION})
"""What a step tells by the hundred, one after the other: each waits for the next event of another kind."""

MOST_HELD = 200
"""So many events wait at most."""

INDEX = "index"
"""What Dagster calls the database that holds the events of all runs."""


class KeptOpenRuns(SqliteRunStorage):
    """Which runs there are."""

    def __init__(self, conn_string: str, inst_data: ConfigurableClassData | None = None) -> None:
        """Name the database; `from_local` makes it."""
        self._open, self._url = KeptOpen(), conn_string
        super().__init__(conn_string, inst_data)

    @classmethod
    def from_local(cls, base_dir: str, inst_data: ConfigurableClassData | None = None) -> Self:
        """Open the database, and make it where it is missing."""
        return made_or(super().from_local, cls, base_dir, "runs", RunStorageSqlMetadata, inst_data)

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """Yield a connection to the runs."""
        with self._open.begin(self._url) as connection:
            yield connection

    def dispose(self) -> None:
        """Close the database."""
        self._open.close()
        super().dispose()


class QuickSchedules(SqliteScheduleStorage):
    """What schedules and sensors did: Dagster's own, for it is written a few times a minute."""

    @classmethod
    def from_local(
        cls, base_dir: str, inst_data: ConfigurableClassData | None = None
    ) -> SqliteScheduleStorage:
        """Open the database, and make it where it is missing."""
        return made_or(super().from_local, cls, base_dir, "schedules", ScheduleStorageSqlMetadata, inst_data)


class _Together(threading.local):
    """The connections of this thread's transaction, and what ends it."""

    def __init__(self) -> None:
        self.until: ExitStack | None = None
        self.connections: dict[str, Connection] = {}


class KeptOpenEvents(SqliteEventLogStorage):
    """What happened in each run, a database for each, and one with what the runs have in common.

    Some events wait until another kind of event or a question of this process has them written, together.
    A process that is killed loses those that wait, as it loses the step that told them.
    """

    def __init__(self, base_dir: str) -> None:
        """Make the folder and the common database where they are missing."""
        self._open, self._made, self._together = KeptOpen(), set[str](), _Together()
        self._held: list[EventLogEntry] = []
        self._holding = threading.RLock()
        self._materialized: dict[str, EventRecordsResult] = {}
        # Dagster then hands over at once what a run intends to do, which is a third of its events.
        os.environ.setdefault("DAGSTER_EVENT_BATCH_SIZE", "1000")
        super().__init__(base_dir)
        self._watcher = SqlPollingEventWatcher(self)

    def _initdb(self, engine: Engine, for_index_shard: bool = False) -> None:
        """Make a database where it is missing; what is not known to be whole is left to Dagster."""
        if ensure_made(engine, SqlEventLogStorageMetadata) == "unknown":
            super()._initdb(engine, for_index_shard)

    @contextmanager
    def run_connection(self, run_id: str | None = None) -> Iterator[Connection]:
        """Yield a connection to a run's database, which Dagster makes or brings up to date if it has to."""
        shard = run_id or ""
        if shard in self._together.connections:
            yield self._together.connections[shard]
            return
        if self._held and self._together.until is None:
            self._write_held()
        if shard not in self._made or not Path(self.path_for_shard(shard)).exists():
            with super().run_connection(shard):
                self._made.add(shard)
        begun = self._open.begin(self.conn_string_for_shard(shard))
        if self._together.until is not None:
            connection = self._together.until.enter_context(begun)
            self._together.connections[shard] = connection
            yield connection
        else:
            with begun as connection:
                yield connection

    @contextmanager
    def index_connection(self) -> Iterator[Connection]:
        """Yield a connection to the common database."""
        with self.run_connection(INDEX) as connection:
            yield connection

    def store_event(self, event: EventLogEntry) -> None:
        """Store an event, and what waits, in one transaction of each database; or let it wait."""
        with self._holding:
            self._held.append(event)
            waits = event.is_dagster_event and event.dagster_event_type in HELD
            if not waits:
                self._materialized.clear()
            if not waits or len(self._held) >= MOST_HELD:
                self._write_held()

    def store_event_batch(self, events: Sequence[EventLogEntry]) -> None:
        """Store events, and what waits, in one transaction of each database."""
        with self._holding:
            self._materialized.clear()
            self._held += events
            self._write_held()

    def fetch_materializations(
        self,
        records_filter: AssetKey | AssetRecordsFilter,
        limit: int,
        cursor: str | None = None,
        ascending: bool = False,
    ) -> EventRecordsResult:
        """Find materializations; each check of a step asks for the same one, which has been found by then."""
        asked = repr((records_filter, limit, cursor, ascending))
        with self._holding:
            if self._held and asked in self._materialized:
                return self._materialized[asked]
            found = super().fetch_materializations(records_filter, limit, cursor, ascending)
            self._materialized[asked] = found
            return found

    def _write_held(self) -> None:
        """Write what waits: what is alike at once, the rest by Dagster's way for each, in one transaction."""
        with self._holding:
            written, self._held = self._held, []
            if not written:
                return
            with ExitStack() as until:
                self._together.until = until
                try:
                    for kind, group in groupby(written, kind_of):
                        events = list(group)
                        if kind is not None and len(events) > 1:
                            write_alike(self, events)
                        else:
                            for event in events:
                                super().store_event(event)
                finally:
                    self._together.until = None
                    self._together.connections = {}

    def has_table(self, table_name: str) -> bool:
        """Say whether the common database has a table; Dagster asks whenever it looks for partitions."""
        with self.index_connection() as connection:
            return inspect(connection).has_table(table_name)

    def watch(self, run_id: str, cursor: str | None, callback: Any) -> None:
        """Ask the database for news: its file does not change while its write-ahead log stays open."""
        self._watcher.watch_run(run_id, cursor, callback)

    def end_watch(self, run_id: str, handler: Any) -> None:
        """Ask no longer."""
        self._watcher.unwatch_run(run_id, handler)

    def wipe(self) -> None:
        """Remove every run's database, and what the common one holds."""
        self._held.clear()
        self._open.close()
        self._made.clear()
        super().wipe()

    def dispose(self) -> None:
        """Write what waits, ask no longer, and close the databases."""
        self._write_held()
        self._watcher.close()
        self._open.close()
        super().dispose()


class KeptOpenStorage(DagsterStorage, ConfigurableClass):
    """All three storages of an instance, in the folders in which Dagster's `sqlite` has them."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        """Make the folders and databases that are missing."""
        home = Path(base_dir)
        self._inst_data = inst_data
        self._runs = KeptOpenRuns.from_local(str(home / "history"))
        self._events = KeptOpenEvents(str(home / "history" / "runs"))
        self._schedules = QuickSchedules.from_local(str(home / "schedules"))
        super().__init__()  # type: ignore[no-untyped-call]

    @property
    def inst_data(self) -> ConfigurableClassData | None:
        """Say what it was made of."""
        return self._inst_data

    @classmethod
    def config_type(cls) -> Any:
        """State its only setting."""
        return {"base_dir": StringSource}

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> KeptOpenStorage:
        """Make it of its lines in `dagster.yaml`."""
        return cls(inst_data=inst_data, **config_value)

    @property
    def run_storage(self) -> RunStorage:
        """Which runs there are."""
        return self._runs

    @property
    def event_log_storage(self) -> EventLogStorage:
        """What happened in them."""
        return self._events

    @property
    def schedule_storage(self) -> ScheduleStorage:
        """What schedules and sensors did: Dagster's own, for it is written a few times a minute."""
        return self._schedules
