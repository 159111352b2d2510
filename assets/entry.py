"""The entry of the command `bpp`: what holds for its process alone, and a hint where a library is missing.

Not here: any command (`assets/cli.py`).
"""

from __future__ import annotations

import atexit
import gc
import os
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import FrameType, ModuleType

from assets.interrupts import CODE, INTERRUPTED, hear_interrupts, loading

OURS = ("assets", "bpp_etl", "schemas")
YOUNG = 1_000_000
"""So many new objects before the collector looks for cycles; at all that stays it looks a tenth as often.

What a refresh loads stays: looking at it again and again took half a second of each.
"""
UNASKED = {
    "pandera": frozenset({"pandas", "hypothesis"}),
    "structlog": frozenset({"rich"}),
    "mako": frozenset({"pygments"}),
}
"""What a library loads where it is there, for what no command has it do: frames of pandas, coloured lines.

That took two thirds of a second of each refresh.
"""


def main() -> None:
    """Run the command, if what it needs is installed, and end its process."""
    gc.set_threshold(YOUNG, 10, 100)
    hear_interrupts()
    sys.meta_path.insert(0, _Unasked())
    left = _Left()
    atexit.register(left.leave)  # the first to be told of is the last to be called
    try:
        _run()
    except KeyboardInterrupt:  # it came before there was a command to hear it
        sys.stderr.write(f"{INTERRUPTED}\n")
        left.code = CODE
        sys.exit(CODE)
    except SystemExit as leaving:
        left.code = leaving.code
        raise


def _run() -> None:
    try:
        with loading():
            from assets.cli import main as run  # noqa: PLC0415
    except ModuleNotFoundError as lacking:
        name = (lacking.name or "").partition(".")[0]
        if name in OURS:
            raise
        sys.stderr.write(
            f"error: bpp needs {name}, which is not installed here\n"
            "hint: `bpp_etl.open_release` reads releases without it; commands need the package with what it"
            " depends on: docs/installation.md\n"
        )
        sys.exit(1)
    run()


class _Left:
    """How the command was left. Its process ends once all is closed and written, and is not taken apart.

    To free one by one the objects of all that was loaded takes as long as a small registry.
    """

    def __init__(self) -> None:
        self.code: object = self

    def leave(self) -> None:
        """End the process, where the command was left by a code of its own."""
        if not (self.code is None or isinstance(self.code, int)):
            return
        try:
            for stream in (sys.stdout, sys.stderr):
                if stream is not None:  # it is None where the process began without it
                    stream.flush()
        except (OSError, ValueError):
            return  # nobody reads any more: Python says so in its own way
        os._exit(self.code or 0)


class _Unasked:
    """Says of a few libraries that they are not there, to libraries that can do without and are used so.

    What is loaded already is found before anybody asks here, and whoever else asks is not answered.
    """

    def find_spec(
        self, name: str, _path: Sequence[str] | None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Refuse a library to whoever is not to have it; leave all else to who finds it."""
        for asking, unasked in UNASKED.items():
            if name in unasked and _asks(sys._getframe(1), asking):
                raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return None


def _asks(frame: FrameType | None, package: str) -> bool:
    """Say whether the module that imports is of a package; between lies the machinery of importing."""
    while frame is not None and frame.f_globals.get("__name__", "").startswith("importlib."):
        frame = frame.f_back
    return frame is not None and frame.f_globals.get("__name__", "").partition(".")[0] == package
