"""What a source file says, whatever its comments, docstrings and layout: its form, in Python, SQL and TOML.

Not here: which files count, and for what (`code_version.py`). Two files of one form do the same. A file has
the same form under every Python from 3.11 on, so that a newer one has nothing judged again.
"""

from __future__ import annotations

import ast
import json
import re
import tomllib
from collections.abc import Callable

NO_DIFFERENCE = frozenset({"ctx", "kind", "type_comment", "type_ignores"})
"""Fields of Python's syntax tree that follow from where a node stands, or say how it was written."""

BETWEEN = "\0"
"""Stands between the tokens of an SQL form; no SQL file holds it."""

BLANK = re.compile(r"(?:\s+|--[^\n]*)+")
COMMENT_EDGE = re.compile(r"/\*|\*/")
TOKEN = re.compile(
    r"""
      \$((?:[^\W\d]\w*)?)\$ .*? (?:\$\1\$|\Z)       # text between $$ or $tag$
    | [eE]' (?:[^'\\]|\\.|'')* (?:'|\Z)            # text in which a backslash says something
    | [xXbB]?' (?:[^']|'')* (?:'|\Z)               # text, or bytes
    | " (?:[^"]|"")* (?:"|\Z)                      # a quoted name
    | \$\w+                                        # a parameter
    | (?:\d[\d_]*\.?\d*|\.\d+) (?:[eE][+-]?\d+)? \w*
    | [^\W\d][\w$]*                                # a word
    | ->>|->|::|:=|=>|==|<=|>=|<>|!=|\|\||\*\*|//  # operators of several characters
    | .
    """,
    re.DOTALL | re.VERBOSE,
)


def python_form(tree: ast.AST) -> str:
    """Write a syntax tree out: every node, name and constant, and nothing that an older Python did not know.

    `ast.dump` and `ast.unparse` write the same tree differently from one Python to the next.
    """
    parts: list[str] = []
    _write(tree, parts.append)
    return "".join(parts)


def _write(node: ast.AST, put: Callable[[str], None]) -> None:
    if isinstance(node, ast.Constant):
        # As repr, in ASCII alone: what counts as printable changes with Python's tables.
        put(f"Constant({node.value!a})")
        return
    put(f"{type(node).__name__}(")
    for name in node._fields:
        value = getattr(node, name, None)
        if isinstance(value, list):
            value = [each for each in value if not _does_nothing(each)]
        if value is None or value == [] or name in NO_DIFFERENCE:
            continue
        put(f"{name}=")
        if isinstance(value, list):
            put("[")
            for each in value:
                _write_part(each, put)
            put("]")
        else:
            _write_part(value, put)
    put(")")


def _write_part(value: object, put: Callable[[str], None]) -> None:
    if isinstance(value, ast.AST):
        _write(value, put)
    else:
        put(f"{value!a}")
    put(",")


def _does_nothing(node: object) -> bool:
    """Tell a docstring, text that stands for itself, or `pass`, without which nothing would change."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return isinstance(node.value.value, str)
    return isinstance(node, ast.Pass)


def sql_form(text: str) -> str:
    """Write the tokens of an SQL text, without comments and white space; what is quoted stays as it is."""
    return BETWEEN.join(sql_tokens(text))


def sql_tokens(text: str) -> list[str]:
    """List the tokens of an SQL text as DuckDB reads it: block comments may hold others; case is kept."""
    tokens: list[str] = []
    at = 0
    while at < len(text):
        if blank := BLANK.match(text, at):
            at = blank.end()
        elif text.startswith("/*", at):
            at = _end_of_comment(text, at)
        elif token := TOKEN.match(text, at):
            tokens.append(token[0])
            at = token.end()
    return tokens


def _end_of_comment(text: str, start: int) -> int:
    depth = 0
    for edge in COMMENT_EDGE.finditer(text, start):
        depth += 1 if edge[0] == "/*" else -1
        if depth == 0:
            return edge.end()
    return len(text)


def toml_form(text: str) -> str:
    """Write the values of a TOML text, in their order, for what reads them may go by it."""
    return json.dumps(tomllib.loads(text), default=repr)
