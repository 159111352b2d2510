"""The errors that a user is meant to read: one line of what was found, and a hint of what to do.

No cell value ever goes into one: names of files, tables, columns, rules and counts only.
"""

from collections.abc import Collection


class BppError(Exception):
    """Something a user can mend: `message` says what was found and expected, `hint` what to do."""

    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        """Keep message and hint apart, so that a door can print them on two lines."""
        super().__init__(message)
        self.message = message
        self.hint = hint


class BusyError(BppError):
    """Another process holds what is wanted: it passes by itself."""


class DamagedError(BppError):
    """A file that we wrote is not what was written: nothing is read from it, and nothing waits for it."""


class OtherVersionError(DamagedError):
    """A file that another version wrote: whole, and as little to be read as a damaged one."""


class UsageError(BppError):
    """The call's words are off."""

    exit_code = 2


class NothingToReleaseError(BppError):
    """No registry has an admitted delivery."""

    exit_code = 4


class NotFoundError(BppError):
    """What was asked for is not there."""

    exit_code = 4


def shown(name: str) -> str:
    """Make a name from outside safe to print on one line of an error."""
    text = "".join(letter if letter.isprintable() else "?" for letter in name)
    return text if len(text) <= 120 else text[:117] + "..."


def known_names(name: str, among: Collection[str]) -> str:
    """List for a hint the names that there are; the one that a misspelt name most likely stands for first."""
    from difflib import get_close_matches  # noqa: PLC0415 - only where a name is off

    folded = {one.casefold(): one for one in among}
    near = get_close_matches(name.casefold(), folded, n=1, cutoff=0.85)
    meant = f"did you mean '{folded[near[0]]}'? " if near else ""
    return f"{meant}known: {', '.join(among) or 'none'}"
