"""What a source file says: comments, docstrings and layout leave its form, and anything else changes it."""

from __future__ import annotations

import ast
from importlib.resources import files

import duckdb
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bpp_etl.source_form import python_form, sql_form, sql_tokens, toml_form

PYTHON = '''
def share(rows: list[int], *, whole: int = 20) -> float:
    """Return a share."""
    if not rows and whole > 0:
        return 0.0
    return sum(row for row in rows if row != 7) / whole, f"{whole:>5} -- of"
'''

SAME_PYTHON = {
    "a comment": PYTHON.replace("    if", "    # why\n    if"),
    "another docstring": PYTHON.replace(
        "Return a share.", "Return the share of rows.\n\n    Rows are counts."
    ),
    "no docstring": PYTHON.replace('    """Return a share."""\n', ""),
    "text that stands for itself": PYTHON.replace("    if", '    """Rows are counts."""\n    if'),
    "other quotes": PYTHON.replace('"', "'"),
    "parentheses and a trailing comma": PYTHON.replace(
        "not rows and whole > 0", "(\n(not rows) and whole > 0)"
    ).replace("whole: int = 20)", "whole: int = 20,\n)"),
    "joined text": PYTHON.replace('f"{whole:>5} -- of"', '(f"{whole:>5} "\n        "-- of")'),
    "pass": PYTHON.replace("    if", "    pass\n    if"),
    "blank lines": PYTHON.replace("    return sum", "\n    return sum"),
    "other line ends": PYTHON.replace("\n", "\r\n"),
}

OTHER_PYTHON = {
    "a number": PYTHON.replace("20", "21"),
    "another kind of number": PYTHON.replace("0.0", "0"),
    "an operator": PYTHON.replace("!=", "=="),
    "a name": PYTHON.replace("whole", "total"),
    "blanks inside text": PYTHON.replace("-- of", "--  of"),
    "a format": PYTHON.replace(":>5", ":>6"),
    "an annotation": PYTHON.replace("list[int]", "list[float]"),
    "no annotation": PYTHON.replace(" -> float", ""),
    "the order of branches": PYTHON.replace("not rows and whole > 0", "whole > 0 and not rows"),
    "a statement inside the branch": PYTHON.replace("    return sum", "        return sum"),
    "docstring in use": PYTHON.replace('"""Return a share."""', 'text = """Return a share."""'),
}


def form(source: str) -> str:
    return python_form(ast.parse(source))


@pytest.mark.parametrize("how", SAME_PYTHON)
def test_how_python_is_written_leaves_its_form(how: str) -> None:
    assert SAME_PYTHON[how] != PYTHON
    assert form(SAME_PYTHON[how]) == form(PYTHON)


@pytest.mark.parametrize("what", OTHER_PYTHON)
def test_what_python_says_changes_its_form(what: str) -> None:
    assert form(OTHER_PYTHON[what]) != form(PYTHON)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("{**a}", "{None: a}"),
        ("lambda *, a: 1", "lambda *, a=None: 1"),
        ("x = 1", "x = True"),
        ("x = 1", "x = 1.0"),
        ("x = '1'", "x = 1"),
        ("x = b'1'", "x = '1'"),
        ("x = ''", "x = None"),
        ("x = (1)", "x = (1,)"),
        ("def f(): return", "def f(): return None"),
        ("a = b = c", "a = c = b"),
        ("global a", "nonlocal a"),
        ("x = 'a', 'b'", "x = 'a' 'b'"),
    ],
)
def test_python_that_looks_alike_has_forms_of_its_own(one: str, other: str) -> None:
    assert form(one) != form(other)


def test_a_module_of_a_docstring_alone_says_nothing() -> None:
    assert form('"""Doc."""\n') == form("") == "Module()"


def test_the_form_of_python_is_written_without_what_only_some_pythons_know() -> None:
    """Held literally: 3.12 knows type parameters, 3.13 drops empty lists, and each unparses otherwise."""
    assert form('def f(a=None):\n    """Doc."""\nx = f"{a!r:>{b}}µ"') == (
        "Module(body=[FunctionDef(name='f',args=arguments(args=[arg(arg='a',),]defaults=[Constant(None),]),),"
        "Assign(targets=[Name(id='x',),]value=JoinedStr(values=[FormattedValue(value=Name(id='a',),"
        "conversion=114,format_spec=JoinedStr(values=[Constant('>'),FormattedValue(value=Name(id='b',),"
        "conversion=-1,),]),),Constant('\\xb5'),]),),])"
    )


SQL = (
    "select a.value * 60 as \"a  b\", 'it''s -- no  comment' || $unit from core.lab as a where value <= 1e-5"
)

SAME_SQL = {
    "a line's comment": SQL.replace(" as ", " as -- the 'name'\n"),
    "a block comment": SQL.replace(" from", " /* of the\n -- 'laboratory' */ from"),
    "a comment in a comment": SQL.replace(" from", " /* a /* b */ c */ from"),
    "a comment at the end": SQL + " -- one row per value",
    "line breaks": SQL.replace(" from ", "\n  from\t").replace(" as ", "  as "),
    "blanks about an operator": SQL.replace(" * ", "*").replace(" || ", "||").replace("<= ", "<="),
    "other line ends": SQL.replace(" from", "\r\nfrom"),
}

OTHER_SQL = {
    "a number": SQL.replace("60", "61"),
    "an exponent": SQL.replace("1e-5", "1e-6"),
    "an operator": SQL.replace("<=", "<"),
    "a column": SQL.replace("a.value", "a.raw_value"),
    "a quoted name": SQL.replace("a  b", "a b"),
    "blanks inside text": SQL.replace("no  comment", "no comment"),
    "text after two dashes inside text": SQL.replace("no  comment", "no  remark"),
    "a quote inside text": SQL.replace("it''s", "its"),
    "a parameter": SQL.replace("$unit", "$units"),
    "the case of a name": SQL.replace("core.lab", "core.Lab"),
    "what was commented out": SQL.replace("where", "--where"),
}


@pytest.mark.parametrize("how", SAME_SQL)
def test_how_sql_is_written_leaves_its_form(how: str) -> None:
    assert SAME_SQL[how] != SQL
    assert sql_form(SAME_SQL[how]) == sql_form(SQL)


@pytest.mark.parametrize("what", OTHER_SQL)
def test_what_sql_says_changes_its_form(what: str) -> None:
    assert sql_form(OTHER_SQL[what]) != sql_form(SQL)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("$$ -- 'a' $$ b", ["$$ -- 'a' $$", "b"]),
        ("$t$ $$ -- $t$ -- c", ["$t$ $$ -- $t$"]),
        (r"E'it\'s -- a' -- b", [r"E'it\'s -- a'"]),
        (r"'it\' -- b", [r"'it\'"]),
        ("x'ff' x 'ff'", ["x'ff'", "x", "'ff'"]),
        ("1.5e+3-1 .5 x[1:2]", ["1.5e+3", "-", "1", ".5", "x", "[", "1", ":", "2", "]"]),
        ("a::int->>'$.b'", ["a", "::", "int", "->>", "'$.b'"]),
        ("1 e5 1e5", ["1", "e5", "1e5"]),
        ("'ends nowhere -- a", ["'ends nowhere -- a"]),
        ("a /* ends nowhere", ["a"]),
        ("größe", ["größe"]),
    ],
)
def test_sql_falls_into_its_tokens(text: str, tokens: list[str]) -> None:
    assert sql_tokens(text) == tokens


@pytest.mark.parametrize(
    "text",
    [
        r"select E'it\'s -- a', 1 -- b",
        "select $$ -- 'a' $$ /* c /* d */ e */, $t$ $$ $t$",
        "select 'it''s  -- a' || \"b  --\" from (select 'x' as \"b  --\")",
        "select 1e-5, .5, 3--1\n- -2, 7//2, 2**3, [1,2][1:1], '1'::int, {'a': 1}.a",
    ],
)
def test_duckdb_reads_the_tokens_alone_as_it_reads_the_text(text: str) -> None:
    with duckdb.connect() as con:
        assert con.execute("\n".join(sql_tokens(text))).fetchall() == con.execute(text).fetchall()


SHIPPED = sorted(
    entry.read_text(encoding="utf-8")
    for package in ("events", "measure", "timeline", "explain", "release", "report", "harmonise")
    for entry in (files("bpp_etl") / package / "sql").iterdir()
    if entry.name.endswith(".sql")
)

remarks = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="*/\r\n\0")).map(
    lambda text: f" /* {text}\n{text} */"
)
lines = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\r\n\0")).map(
    lambda text: f" -- {text}\n"
)
gaps = st.lists(
    remarks | lines | st.sampled_from([" ", "\n", "\t", "\r\n", "  "]), min_size=1, max_size=3
).map("".join)


@given(st.data(), st.sampled_from(SHIPPED))
def test_white_space_and_comments_between_tokens_never_change_the_form(
    data: st.DataObject, text: str
) -> None:
    tokens = sql_tokens(text)
    drawn = data.draw(st.lists(gaps, min_size=1, max_size=12))
    spread = "".join(token + drawn[at % len(drawn)] for at, token in enumerate(tokens))
    assert sql_tokens(drawn[0] + spread) == tokens


@given(st.text(alphabet="ab1.'\"$-/*e \n\\|<=:[]()"))
@example("'--'")
def test_a_form_of_tokens_is_its_own_form_however_odd_the_text(text: str) -> None:
    tokens = sql_tokens(text)
    assert [token for token in tokens if not token.strip()] == []
    closed = [token for token in tokens if sql_tokens(token + " ") == [token]]
    assert sql_tokens("\n".join(closed)) == closed


TOML = '# why\n[rule]\nname = "a  # b"\nlimits = [1, 2.0]\nsince = 2024-01-01\n'


@pytest.mark.parametrize(
    "same",
    [
        TOML.replace("# why\n", ""),
        TOML.replace("[1, 2.0]", "[\n  1, # first\n  2.0,\n]"),
        TOML.replace("[rule]\n", "rule.").replace("limits", "rule.limits").replace("since", "rule.since"),
        TOML.replace(" = ", "="),
    ],
)
def test_how_toml_is_written_leaves_its_form(same: str) -> None:
    assert same != TOML
    assert toml_form(same) == toml_form(TOML)


@pytest.mark.parametrize(
    "other",
    [
        TOML.replace("a  # b", "a # b"),
        TOML.replace("2.0", "2"),
        TOML.replace("[1, 2.0]", "[2.0, 1]"),
        TOML.replace("2024-01-01", '"2024-01-01"'),
        TOML.replace("name", "names"),
        TOML.replace("[rule]", "[rules]"),
    ],
)
def test_what_toml_says_changes_its_form(other: str) -> None:
    assert toml_form(other) != toml_form(TOML)
