"""The whole graph in words, one line for each fact: what `definitions.txt` holds and a person reviews.

python -m tests.graph.snapshot     writes it anew
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import dagster as dg

from assets.definitions import build_defs
from assets.operation import Operation

FILE = Path(__file__).with_name("definitions.txt")
ORDER = ("raw", "core", "event", "metric", "release")


def written() -> str:
    """Write down every asset, check, job, schedule and sensor of the graph with its default settings."""
    definitions = build_defs(operation=Operation())
    graph = definitions.resolve_asset_graph()
    keys = sorted(graph.get_all_asset_keys(), key=lambda key: (ORDER.index(key.path[0]), key.path))
    lines = ["# Reviewed by a person; written anew by `python -m tests.graph.snapshot`."]
    for key in keys:
        lines += ["", *_asset(graph.get(key))]
        checks = sorted(found.name for found in graph.asset_check_keys if found.asset_key == key)
        for name in checks:
            spec = graph.get_check_spec(dg.AssetCheckKey(key, name))
            per = ", for each registry" if spec.partitions_def is not None else ""
            lines.append(f"  check {name}: {'blocks' if spec.blocking else 'warns'}{per}")
    lines += ["", *_jobs(definitions), *_schedules(definitions), *_sensors(definitions)]
    return "\n".join(lines) + "\n"


def _asset(node: Any) -> list[str]:
    policy = node.freshness_policy_or_from_metadata
    condition = node.automation_condition
    lines = [
        f"asset {node.key.to_user_string()}",
        f"  group {node.group_name}; owners {', '.join(node.owners)}; kinds {', '.join(sorted(node.kinds))}",
        f"  holds {node.tags['bpp/holds']}; code version {'yes' if node.code_version else 'no'}",
        f"  partitions {'registry' if node.partitions_def is not None else 'none'}",
        f"  fresh for {policy.fail_window.to_timedelta().days} days" if policy else "  no freshness policy",
        f"  automation {condition.get_label() if condition else 'none'}",
        f"  columns {'yes' if node.metadata.get('dagster/column_schema') else 'no'}",
    ]
    parents = sorted(parent.to_user_string() for parent in node.parent_keys)
    return [*lines, *(f"  from {parent}" for parent in parents)]


def _jobs(definitions: dg.Definitions) -> list[str]:
    return [f"job {job.name}" for job in sorted(definitions.jobs or (), key=lambda job: job.name)]


def _schedules(definitions: dg.Definitions) -> list[str]:
    return [
        f"schedule {one.name}: {one.cron_schedule} {one.execution_timezone}, job {one.job_name},"
        f" {one.default_status.value.lower()}"
        for one in definitions.schedules or ()
    ]


def _sensors(definitions: dg.Definitions) -> list[str]:
    return [
        f"sensor {one.name}: every {one.minimum_interval_seconds} seconds, {one.default_status.value.lower()}"
        for one in definitions.sensors or ()
    ]


if __name__ == "__main__":
    FILE.write_text(written(), encoding="utf-8")
