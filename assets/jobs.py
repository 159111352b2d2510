"""The jobs: refresh one registry; publish what is admitted. Both run in one process.

Not here: when they run.
"""

import dagster as dg

refresh_registry = dg.define_asset_job(
    "refresh_registry",
    selection=dg.AssetSelection.groups("raw", "core", "event"),
    executor_def=dg.in_process_executor,
    description="Read, judge and derive the newest delivery of one registry.",
)
derive_registry = dg.define_asset_job(
    "derive_registry",
    selection=dg.AssetSelection.groups("event"),
    executor_def=dg.in_process_executor,
    description="Derive one registry's events again from its admitted tables.",
)
publish_release = dg.define_asset_job(
    "publish_release",
    selection=dg.AssetSelection.groups("metric", "release"),
    executor_def=dg.in_process_executor,
    description="Measure all registries' admitted data and put a release in service.",
)
JOBS = [refresh_registry, derive_registry, publish_release]
