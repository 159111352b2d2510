"""Reading text as a code, a truth value or plain words, as SQL.

Not here: the codes themselves (`schemas/codes.py`); one that is in no list is judged by its contract.
"""

from __future__ import annotations

from bpp_etl.harmonise.reading import Reading, narrowed
from bpp_etl.warehouse.connection import literal
from schemas.codes import FALSE_WORDS, TRUE_WORDS
from schemas.contract import Column


def word_reading(column: Column) -> Reading:
    """Read a column's text as what its kind holds."""
    name, text = column.name, f"t_{column.name}"
    if column.kind == "boolean":
        yes, no = (", ".join(f"'{word}'" for word in words) for words in (TRUE_WORDS, FALSE_WORDS))
        told = f"lower({_plain_digits(text)})"
        value = f"case when {told} in ({yes}) then true when {told} in ({no}) then false end"
        return Reading(
            [{f"v_{name}": value}], [(f"{text} is not null and v_{name} is null", literal("code_unknown"))]
        )
    has_digits = any(character.isdecimal() for code in column.codes for character in code)
    return Reading([{f"v_{name}": _plain_digits(text) if has_digits else text}])


def _plain_digits(text: str) -> str:
    # What has as many bytes as characters is plain.
    return f"case when strlen({text}) = length({text}) then {text} else {narrowed(text)} end"
