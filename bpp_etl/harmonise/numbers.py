"""Reading text as a number, as SQL: plain ones, full-width ones, ones with a laboratory's mark, ranges.

Not here: units (`harmonise/units.py`), and which rule flags or refuses what (`schemas`).
"""

from __future__ import annotations

from bpp_etl.harmonise.reading import Reading, looked_at_again, of_few
from bpp_etl.reading.raw_tables import typedness
from bpp_etl.warehouse.connection import literal
from schemas.contract import Column

CENSORED = r"(<|>|≤|≥|＜|＞|&lt;|&gt;).*"
_PLAIN = r"[0-9][0-9.,]*"
_LETTERS = r"(?:HH?|LL?|AA?|N|(?i:high|low)|h|l)"
_SIGNS = r"(?:[*+↑↓⇧⇩⬆⬇▲▼!]+|[高低])"
_MARK = rf"(?:{_LETTERS}\s*{_SIGNS}|{_SIGNS}\s*{_LETTERS}|{_LETTERS}|{_SIGNS})"
MARKED = rf"([-+]?{_PLAIN})\s*(?:{_MARK}|\({_MARK}\)|\[{_MARK}\])"
"""A number and what laboratories write after it, a letter or a sign or both: high, low, abnormal, normal."""
RANGE = rf"[(\[]?\s*(?:({_PLAIN})\s*(?:[-–—−‒~～〜]|to|bis)|(?:<|≤|<=|＜|&lt;|up to))\s*({_PLAIN})\s*[)\]]?"
"""From a number to a higher one, or anything up to a number."""


def number_reading(column: Column, decimal: str, parameters: dict[str, object]) -> Reading:
    """Read a column's text as numbers, and tell what cannot be read apart."""
    name, is_whole = column.name, column.kind == "integer"

    def number(text: str) -> str:
        return _checked(_double(text, decimal), is_whole=is_whole)

    text = f"f_{name}"
    # A cell with a type of its own has a point, whatever is stated of text.
    typed, plain = _double(f"t_{name}", "."), _double(f"t_{name}", decimal)
    parsed = {f"d_{name}": f"case when {typedness(name)} then {typed} else {plain} end"}
    first = {f"q_{name}": _checked(f"d_{name}", is_whole=is_whole)}
    again = {text: looked_at_again(name)}
    found = {f"g_{name}": of_few(name, number(text))}
    told = [f"g_{name}"]
    unread = f"{text} is not null and p_{name} is null"
    unreadable = [(unread, literal(column.unreadable or "number_invalid"))]
    problems: list[tuple[str, str]] = []
    parts: dict[str, str] = {}
    if not is_whole:
        parameters["marked"] = f"^{MARKED}$"
        parts[f"m_{name}"] = of_few(name, f"regexp_extract({text}, $marked, 1)")
        found[f"h_{name}"] = of_few(name, number(f"m_{name}"))
        told.append(f"h_{name}")
        problems.append((f"g_{name} is null and h_{name} is not null", literal("mark_dropped")))
    if column.from_range is not None:
        parameters["range"] = f"^{RANGE}$"
        parts[f"u_{name}"] = of_few(name, f"regexp_extract({text}, $range, ['low', 'high'])")
        low, high = number(f"u_{name}.low"), number(f"u_{name}.high")
        held = f"u_{name}.low = '' or {low} <= {high}"
        found[f"r_{name}"] = of_few(name, f"case when {held} then {high} end")
        told.append(f"r_{name}")
        problems.append(
            (f"coalesce(g_{name}, h_{name}) is null and r_{name} is not null", literal(column.from_range))
        )
    if name == "value":
        parameters["censored"] = CENSORED
        censored = f"regexp_full_match({text}, $censored)"
        unreadable = [
            (f"{unread} and {censored}", literal("value_is_censored")),
            (f"{unread} and not {censored}", literal("number_invalid")),
        ]
    value = f"p_{name}"
    if column.codes_from is not None:
        value = f"case when p_{name} < {column.codes_from} then p_{name} end"
        problems.append((f"p_{name} >= {column.codes_from}", literal("number_is_a_code")))
    last = f"case when {text} is null then q_{name} else coalesce({', '.join(told)}) end"
    levels = (parsed, first, again, parts, found, {f"p_{name}": last}, {f"v_{name}": value})
    return Reading([level for level in levels if level], (*unreadable, *problems))


def _double(text: str, decimal: str) -> str:
    plain = text
    if decimal == ",":
        plain = f"case when not contains({text}, '.') then replace({text}, ',', '.') end"
    # The database reads `1_000` as a number; a registry that writes it means something else.
    return f"case when not contains({text}, '_') then try_cast({plain} as double) end"


def _checked(double: str, *, is_whole: bool) -> str:
    """Take infinity and NaN for no number, and of an integer what has a fraction."""
    if is_whole:
        return f"case when {double} = trunc({double}) then try_cast({double} as integer) end"
    return f"case when isfinite({double}) then {double} end"
