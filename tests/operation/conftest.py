"""A project that runs by itself, in a test's own folder: landing, warehouse, instance and graph.

Not here: the daemon (`tests/support/daemon.py`).
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import dagster as dg
import pytest
import yaml

from assets.definitions import build_defs
from assets.instance import CONFIGURATION, STATED_STORAGE
from assets.operation import Operation
from assets.refresh import QUIET
from assets.resources import Warehouse
from assets.tags import DELIVERY
from bpp_etl.landing.deliveries import survey
from bpp_etl.settings import PROJECT
from tests.support.deliveries import TINY, write_delivery_of

REGISTRY = "registry"
SECRET = "SECRET-PATIENT"


@dataclass
class Project:
    """The graph on a landing and a warehouse, driven in this process."""

    landing: Path
    warehouse: Warehouse
    instance: dg.DagsterInstance
    operation: Operation = field(default_factory=Operation)
    cursor: dg.AssetDaemonCursor | None = None

    built: dict[str, dg.Definitions] = field(default_factory=dict)

    @property
    def definitions(self) -> dg.Definitions:
        told = repr((self.warehouse.model_dump(), self.operation))
        if told not in self.built:
            self.built[told] = build_defs(self.warehouse, self.operation)
        return self.built[told]

    def deliver(self, registry: str = "tiny", day: str = "2024-12-31", **changed: str | None) -> Path:
        return write_delivery_of(self.landing, registry, day, **changed)

    def refresh(
        self, registry: str = "tiny", tags: Mapping[str, str] | None = None
    ) -> dg.ExecuteInProcessResult:
        return self.run("refresh_registry", registry, tags)

    def run(
        self, job: str, registry: str | None = None, tags: Mapping[str, str] | None = None
    ) -> dg.ExecuteInProcessResult:
        if registry is not None:
            self.instance.add_dynamic_partitions(REGISTRY, [registry])
        return self.definitions.resolve_job_def(job).execute_in_process(
            instance=self.instance,
            partition_key=registry,
            tags=tags,
            run_config=QUIET,
            raise_on_error=False,
        )

    def tick(self) -> set[tuple[str, str | None]]:
        """Weigh the conditions of all assets once; return what they ask for, by key and registry."""
        found = dg.evaluate_automation_conditions(
            defs=self.definitions,
            instance=self.instance,
            asset_selection=dg.AssetSelection.all() | dg.AssetSelection.all_asset_checks(),
            cursor=self.cursor,
        )
        self.cursor = found.cursor
        return {
            (result.key.to_user_string(), partition)
            for result in found.results
            if isinstance(result.key, dg.AssetKey)
            for partition in found.get_requested_partitions(result.key)
        }

    def registries(self) -> list[str]:
        return list(survey(self.landing).newest)


def stored_in(home: Path) -> AbstractContextManager[dg.DagsterInstance]:
    """Open an instance in a folder, on the storage that the project states."""
    settings = (PROJECT / CONFIGURATION).read_text(encoding="utf-8")
    stated = yaml.safe_load(settings.replace(STATED_STORAGE, f"base_dir: {home}"))
    return dg.instance_for_test(overrides={"storage": stated["storage"]}, temp_dir=str(home))


@pytest.fixture(scope="session")
def storage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the storage of an instance that has seen nothing; to copy it takes a fifth of that."""
    home = tmp_path_factory.mktemp("storage")
    with stored_in(home) as instance:
        assert instance.get_runs_count() == 0
    (home / "dagster.yaml").unlink()
    return home


@contextmanager
def instance_in(home: Path, storage: Path) -> Iterator[dg.DagsterInstance]:
    """Open a new instance in a folder, on a copy of the storage."""
    shutil.copytree(storage, home, dirs_exist_ok=True)
    with stored_in(home) as instance:
        yield instance


@contextmanager
def started(home: Path, storage: Path) -> Iterator[Project]:
    """Start a project in a folder."""
    (home / "landing").mkdir()
    warehouse = Warehouse(landing=str(home / "landing"), warehouse=str(home / "warehouse"))
    with instance_in(home, storage) as instance:
        yield Project(home / "landing", warehouse, instance)


@pytest.fixture
def project(tmp_path: Path, storage: Path) -> Iterator[Project]:
    with started(tmp_path, storage) as made:
        yield made


@dataclass(frozen=True)
class Settled:
    """A project with one registry admitted and one that was shut, to look at and not to change."""

    project: Project
    shut: dg.ExecuteInProcessResult
    folder: Path


@pytest.fixture(scope="session")
def settled(tmp_path_factory: pytest.TempPathFactory, storage: Path) -> Iterator[Settled]:
    with started(tmp_path_factory.mktemp("settled"), storage) as made:
        patients = TINY["patients"].replace("female", SECRET)
        folder = made.deliver("bad", patients=patients, bone_lesions=None)
        shut = made.refresh("bad", tags={DELIVERY: folder.name})
        assert not shut.success
        made.deliver("good")
        assert made.refresh("good").success
        yield Settled(made, shut, folder)
