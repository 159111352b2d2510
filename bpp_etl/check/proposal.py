"""Lines of `registry.toml` as a check proposes them: sure ones, and comments on what a person has to choose.

Not here: finding them (`proposals.py`).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bpp_etl.pages.plain_text import WIDTH, cells_of

TOP = ""
"""The section of the keys that stand above all sections."""
ORDER = (TOP, "read", "rename", "recode", "compose", "cadence")
LAYOUT = {"delimiter", "encoding", "header_row"}
"""Keys without which a table is not read at all."""


@dataclass(frozen=True)
class Proposal:
    """Sure lines by section, to be pasted, and comments on what a person has to choose."""

    sections: Mapping[str, Mapping[str, Any]]
    unsure: Mapping[str, Sequence[str]]

    @property
    def changes_columns(self) -> bool:
        """Say whether a table would be read for the first time, with cells that nobody has looked at yet."""
        return any(
            name.startswith(("rename.", "compose.")) or name == TOP or lines.keys() & LAYOUT
            for name, lines in self.sections.items()
        )

    def and_then(self, later: Proposal) -> Proposal:
        """Add what was proposed once this was followed; what is left to choose is what is left then."""
        sections = {name: {**lines, **later.sections.get(name, {})} for name, lines in self.sections.items()}
        # Once a key is made, nothing shows any longer that a table has not what it is made of.
        open_keys = {name: lines for name, lines in self.unsure.items() if name.startswith("compose.")}
        return Proposal({**later.sections, **sections}, {**open_keys, **later.unsure})

    def tidied(self) -> Proposal:
        """Say once for all tables how files are written, where they agree, and order the sections."""
        sections: dict[str, dict[str, Any]] = {name: dict(lines) for name, lines in self.sections.items()}
        of_files = [lines for name, lines in sections.items() if name.startswith("read.")]
        for key in dict.fromkeys(key for lines in of_files for key in lines):
            values = [lines[key] for lines in of_files if key in lines]
            if len(values) > 1 and len(set(values)) == 1:
                sections.setdefault("read", {})[key] = values[0]
                for lines in of_files:
                    lines.pop(key, None)
        kept = [name for name in sections if sections[name]]
        order = sorted(kept, key=lambda name: (ORDER.index(name.split(".")[0]), "." in name))
        return Proposal({name: sections[name] for name in order}, self.unsure)

    @property
    def is_empty(self) -> bool:
        """Say whether there is nothing to propose."""
        return not self.sections and not self.unsure

    def as_toml(self) -> str:
        """Write the lines as they would stand in registry.toml."""
        parts = []
        for section in dict.fromkeys((*self.sections, *self.unsure)):
            lines = [
                f"{key_of(key)} = {value_of(value)}" for key, value in self.sections.get(section, {}).items()
            ]
            comments = [part for line in self.unsure.get(section, ()) for part in commented(line)]
            head = f"[{section}]" if lines else f"# [{section}]"
            parts.append("\n".join([*([] if section == TOP else [head]), *lines, *comments]))
        return "\n\n".join(parts)

    def told(self) -> dict[str, Any]:
        """Return what the sure lines say, as TOML reads them."""
        return tomllib.loads(self.as_toml())


def commented(line: str) -> list[str]:
    """Write a line as a comment; one too long for a terminal is broken before its choices."""
    written = ["# "]
    for choice in re.split(r"(?<=\|) |(?<= or) |(?<=\?) ", line):
        if written[-1] != "# " and cells_of(f"{written[-1]} {choice}") > WIDTH:
            written.append(f"#     {choice}")
        else:
            written[-1] += choice if written[-1] == "# " else f" {choice}"
    return written


def key_of(text: str) -> str:
    return text if re.fullmatch(r"[A-Za-z0-9_-]+", text) else value_of(text)


def value_of(value: Any) -> str:
    if isinstance(value, int):
        return str(value)
    if isinstance(value, list):
        return f"[{', '.join(value_of(one) if isinstance(one, str) else str(one) for one in value)}]"
    escaped = "".join(
        f"\\u{ord(mark):04x}" if ord(mark) < 32 or ord(mark) == 127 else mark
        for mark in str(value).replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t")
    )
    return f'"{escaped}"'
