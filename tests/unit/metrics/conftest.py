"""Public data sets for the tests of the statistics.

Not here: data under a licence that would travel with a copy; these come with lifelines.
"""

import importlib
from collections.abc import Callable
from typing import Any

import pytest


@pytest.fixture(scope="session")
def load() -> Callable[[str], Any]:
    """Load a data set of lifelines by name; the import takes seconds, so only tests that use it pay."""

    def load_dataset(name: str) -> Any:
        return getattr(importlib.import_module("lifelines.datasets"), f"load_{name}")()

    return load_dataset
