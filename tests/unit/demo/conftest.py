"""Synthetic registries that the tests of the generator share: made once, never changed."""

from __future__ import annotations

import pytest

from bpp_etl.demo import CLEAN, DIRTY, SHUT, SyntheticRegistry, generate_registry
from tests.unit.demo.reading import DELIVERY_DATE


@pytest.fixture(scope="session")
def clean() -> SyntheticRegistry:
    return generate_registry(600, 11, CLEAN, DELIVERY_DATE)


@pytest.fixture(scope="session")
def dirty() -> SyntheticRegistry:
    return generate_registry(300, 11, DIRTY, DELIVERY_DATE)


@pytest.fixture(scope="session")
def shut() -> SyntheticRegistry:
    return generate_registry(160, 11, SHUT, DELIVERY_DATE)


@pytest.fixture(scope="session")
def large() -> SyntheticRegistry:
    return generate_registry(10_000, 5, CLEAN, DELIVERY_DATE)
