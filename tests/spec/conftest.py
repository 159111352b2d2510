"""The judge that every spec test asks.

Not here: the language of its timelines (`tests/support/timeline.py`).
"""

from collections.abc import Iterator

import pytest

from tests.support.core_tables import open_core
from tests.support.timeline import Judge


@pytest.fixture(scope="session")
def judge() -> Iterator[Judge]:
    """Judge courses written as text."""
    with open_core() as con:
        yield Judge(con)
