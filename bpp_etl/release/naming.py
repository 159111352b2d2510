"""Which release a person means: by its id, by the beginning of one, or by a word.

Not here: where releases lie (`shelf.py`).
"""

from __future__ import annotations

from collections.abc import Sequence

from bpp_etl.errors import NotFoundError, UsageError, shown

PLACES = {"latest": 1, "previous": 2}
"""Words for a release -> its place, counted from the newest."""


def release_named(ids: Sequence[str], told: str) -> str:
    """Find the id, of those of all releases, oldest first, that a person names.

    The latest is the one built last, the previous the one before it, whichever is in service. Errors:
    NotFoundError where there is none, UsageError where several ids begin so.
    """
    if told in ids:
        return told
    if told in PLACES:
        if len(ids) < PLACES[told]:
            none = "there is no release yet" if not ids else "there is no release before the only one"
            raise NotFoundError(none, "`bpp refresh` makes the next one")
        return ids[-PLACES[told]]
    found = [one for one in ids if told and one.startswith(told)]
    if len(found) > 1:
        raise UsageError(
            f"{len(found)} releases begin with {shown(told)}", f"name more of it: {', '.join(found[-3:])}"
        )
    if not found:
        raise NotFoundError(f"there is no release {shown(told)}", "`bpp releases` lists them")
    return found[0]
