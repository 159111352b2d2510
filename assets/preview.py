"""The parts of Dagster that are not settled yet, in one place: what each is for, and its use.

Not here: anything that is stable. A test fails when one of them changes or settles.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import dagster as dg
from dagster._core.remote_origin import (
    RegisteredCodeLocationOrigin,
    RemoteJobOrigin,
    RemoteRepositoryOrigin,
)

from assets.partitions import registries


def check_by_registry(name: str, asset: dg.AssetKey, **about: Any) -> dg.AssetCheckSpec:
    """Make the spec of a check that has an outcome for each registry, not just for the last one refreshed.

    Preview in Dagster 1.13: `partitions_def` of a check.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dg.PreviewWarning)
        return dg.AssetCheckSpec(name, asset=asset, partitions_def=registries, **about)


@contextmanager
def runs_named_after(instance: dg.DagsterInstance, location: str, repository: str) -> Iterator[None]:
    """Let runs in this process say whose they are, as launched ones do: the UI's first page shows no others.

    Not public in Dagster 1.13: `create_run_for_job` takes an origin, and `execute_in_process` passes none on.
    """
    origin = RemoteRepositoryOrigin(RegisteredCodeLocationOrigin(location), repository)
    make = instance.create_run_for_job

    def make_ours(job_def: dg.JobDefinition, **given: Any) -> dg.DagsterRun:
        return make(job_def, **given, remote_job_origin=RemoteJobOrigin(origin, job_def.name))

    instance.create_run_for_job = make_ours  # type: ignore[assignment, method-assign]
    try:
        yield
    finally:
        del instance.create_run_for_job
