"""Reading delivered text as dates, numbers, booleans and codes: one law for every table, written as SQL.

Not here: what a table works out beyond its own columns (`harmonise/sql`), and refusing anything: a cell that
cannot be read becomes NULL and leaves the id of the rule it breaks in `problems`, for the gate to judge.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bpp_etl.landing.read_settings import ReadSettings
from bpp_etl.landing.registry_config import RegistryConfig
from bpp_etl.reading.raw_tables import may_be_typed, typedness
from bpp_etl.warehouse.connection import quoted
from schemas.codes import ANALYTE_LOINC, FALSE_WORDS, TRUE_WORDS
from schemas.contract import Column, delivered_columns
from schemas.tables import DeliveredTable

PARTIAL_DATE = (
    r"(\d{4}([-/.](\d{1,2}|[A-Za-z]{3})|\d{2}|[A-Za-z]{3})?|(\d{1,2}|[A-Za-z]{3})[-/. ]\d{4}"
    r"|\d{4}-\d{2}-(00|UN|UK|XX|--?)|\d{4}-(00|UN|UK|XX|--?)(-(00|\d{2}|UN|UK|XX|--?))?|\d{4}---\d{2})"
)
FIRST_DAY = "1000-01-01"
"""A year has four digits: what is read as an earlier day was written otherwise than told."""
TYPED_MOMENT = r"\d{4}-\d{2}-\d{2}( \d{2}:\d{2}:\d{2}(\.\d+)?)?"
BLANKS = " \t\n\v\f\r\u0085\u00a0\u2028\u2029\u202f\u3000\ufeff" + "".join(map(chr, range(0x2000, 0x200C)))
_BLANK_CLASS = r"[\s\x{85}\x{a0}\x{2000}-\x{200b}\x{2028}\x{2029}\x{202f}\x{3000}\x{feff}]"
BLANK_END = f"^{_BLANK_CLASS}|{_BLANK_CLASS}$"
CENSORED = r"(<|>|≤|≥|＜|＞|&lt;|&gt;).*"


@dataclass(frozen=True)
class ParsedSelect:
    """A SELECT that types one raw table, and the parameters it takes."""

    sql: str
    parameters: Mapping[str, object]


def parsed_select(table: DeliveredTable, config: RegistryConfig) -> ParsedSelect:
    """Write the SELECT from `raw.<table>` to typed columns, `problems` (null where none).

    Columns named `<column>_text` carry the text of value and unit on to the laboratory's own SQL.
    """
    columns = delivered_columns(table.contract)
    settings = config.reading(table.name)
    parameters: dict[str, object] = {"blanks": BLANKS, "blank_end": BLANK_END}
    # Each level names its cells once, for the next to read: what is named twice in one is worked out twice.
    trimmed = ", ".join(f"{_trimmed(column)} as s_{column.name}" for column in columns)
    types = "".join(f", {typedness(column.name)}" for column in columns if may_be_typed(column))
    texts = [f"{_recoded(table.name, column, config, parameters)} as t_{column.name}" for column in columns]
    typed = [f"{_typed(column, settings, parameters)} as v_{column.name}" for column in columns]
    problems = [
        (predicate, rule)
        for column in columns
        for predicate, rule in _problems(table.name, column, parameters)
    ]
    anything = " or ".join(f"({predicate})" for predicate, _ in problems)
    cases = ", ".join(f"case when {predicate} then '{rule}' end" for predicate, rule in problems)
    named = ", ".join(f"v_{column.name} as {quoted(column.name)}" for column in columns)
    kept = ", ".join(
        f"t_{column.name} as {column.name}_text"
        for column in columns
        if column.name in _KEPT.get(table.name, ())
    )
    sql = f"""
        select registry, {named}, {kept + ", " if kept else ""}row_number,
            case when {anything}
                 then list_sort(list_distinct(list_filter([{cases}], lambda rule: rule is not null)))
            end as problems
        from (
            select registry, row_number, {", ".join(f"t_{column.name}" for column in columns)},
                {", ".join(typed)}
            from (
                select registry, row_number, {", ".join(texts)}{types}
                from (select registry, row_number, {trimmed}{types} from raw.{quoted(table.name)})
            )
        )"""
    return ParsedSelect(sql, parameters)


_KEPT = {"lab_results": ("value", "unit")}


def _trimmed(column: Column) -> str:
    """Strip blanks of every kind from both ends; what is empty then is NULL.

    Three tests, each slower than the one before: most cells begin and end with a printing ASCII character,
    few others with a blank.
    """
    name = quoted(column.name)
    plain = " and ".join(f"{end} >= '!' and {end} < '\x7f'" for end in (name, f"reverse({name})"))
    return (
        f"nullif(case when {plain} then {name}"
        f" when regexp_matches({name}, $blank_end) then trim({name}, $blanks) else {name} end, '')"
    )


def _recoded(table: str, column: Column, config: RegistryConfig, parameters: dict[str, object]) -> str:
    text = f"s_{column.name}"
    codes: dict[str, str] = {}
    if (table, column.name) == ("lab_results", "analyte"):
        codes.update(ANALYTE_LOINC)
    codes.update(config.recode.get(table, {}).get(column.name, {}))
    of_empty = codes.pop("", None)
    if codes:
        whens = []
        for position, (theirs, ours) in enumerate(codes.items()):
            parameters[f"theirs_{column.name}_{position}"] = theirs
            parameters[f"ours_{column.name}_{position}"] = ANALYTE_LOINC.get(ours, ours)
            whens.append(f"when $theirs_{column.name}_{position} then $ours_{column.name}_{position}")
        text = f"nullif(case {text} {' '.join(whens)} else {text} end, '')"
    if of_empty is not None:
        parameters[f"empty_{column.name}"] = of_empty
        text = f"coalesce({text}, nullif($empty_{column.name}, ''))"
    if column.default is not None:
        text = f"coalesce({text}, '{column.default}')"
    return text


def _typed(column: Column, settings: ReadSettings, parameters: dict[str, object]) -> str:
    text = f"t_{column.name}"
    if column.kind == "date":
        day = f"case when {text} like '____-__-__' then try_cast({text} as date) end"
        if settings.date_format is not None:
            parameters["date_format"] = settings.date_format
            day = f"coalesce(try_strptime({text}, $date_format)::date, {day})"
        # A cell with a type of its own holds a day, or a moment without a zone: written as the reader does.
        parameters["typed_moment"] = TYPED_MOMENT
        typed_day = f"regexp_full_match({text}, $typed_moment) then try_cast(left({text}, 10) as date)"
        day = f"case when {typedness(column.name)} then case when {typed_day} end else {day} end"
        # A year of two digits under %Y would be one of the first century.
        return f"case when {day} >= date '{FIRST_DAY}' then {day} end"
    if column.kind == "boolean":
        yes = ", ".join(f"'{word}'" for word in TRUE_WORDS)
        no = ", ".join(f"'{word}'" for word in FALSE_WORDS)
        return f"case when lower({text}) in ({yes}) then true when lower({text}) in ({no}) then false end"
    if column.kind in {"number", "integer"}:
        plain = text
        if settings.decimal == ",":
            plain = (
                f"case when {typedness(column.name)} then {text}"
                f" when not contains({text}, '.') then replace({text}, ',', '.') end"
            )
        # The database reads `1_000` and `inf` as numbers; a registry that writes either means something else.
        number = f"case when not contains({plain}, '_') then try_cast({plain} as double) end"
        number = f"nullif(nullif(nullif({number}, 'inf'::double), '-inf'::double), 'nan'::double)"
        if column.kind == "number":
            return number
        return f"case when {number} = trunc({number}) then try_cast({number} as integer) end"
    return text


def _problems(table: str, column: Column, parameters: dict[str, object]) -> list[tuple[str, str]]:
    text, value = f"t_{column.name}", f"v_{column.name}"
    unread = f"{text} is not null and {value} is null"
    found: list[tuple[str, str]] = []
    if column.required and (table, column.name) != ("lab_results", "unit"):
        found.append((f"{text} is null", "required_value_missing"))
    if column.kind == "date":
        parameters["partial_date"] = PARTIAL_DATE
        partial = f"regexp_full_match({text}, $partial_date)"
        found.append((f"{unread} and {partial}", "date_is_partial"))
        found.append((f"{unread} and not {partial}", "date_invalid"))
    elif column.kind == "boolean":
        found.append((unread, "code_unknown"))
    elif column.kind in {"number", "integer"}:
        if (table, column.name) == ("lab_results", "value"):
            parameters["censored"] = CENSORED
            censored = f"regexp_full_match({text}, $censored)"
            found.append((f"{unread} and {censored}", "value_is_censored"))
            found.append((f"{unread} and not {censored}", "number_invalid"))
        else:
            found.append((unread, "number_invalid"))
    return found
