"""The parts of Dagster that are not settled yet, in one place: what each is for, and its use.

Not here: anything that is stable. A test fails when one of them changes or settles.
"""

from __future__ import annotations

import warnings
from typing import Any

import dagster as dg

from assets.partitions import registries


def check_by_registry(name: str, asset: dg.AssetKey, **about: Any) -> dg.AssetCheckSpec:
    """Make the spec of a check that has an outcome for each registry, not just for the last one refreshed.

    Preview in Dagster 1.13: `partitions_def` of a check.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dg.PreviewWarning)
        return dg.AssetCheckSpec(name, asset=asset, partitions_def=registries, **about)
