"""What a command says on a terminal while it works: one line, apart from the result, and gone with it.

Not here: what it says at the end.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def sign_of_life(first: str) -> Iterator[Callable[[str], object]]:
    """Yield a way to say what is being done; nothing is said where nobody looks on."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console  # noqa: PLC0415

    with Console(stderr=True, highlight=False, markup=False).status(first) as status:
        yield status.update
