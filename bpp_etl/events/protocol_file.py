"""Reads a protocol file into a `Protocol`, or says in one line what is wrong with it.

Not here: which parameters exist (`parameters.py`) and what they do (`rules.py`, `sql/`).
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import NoReturn, TypeGuard

from bpp_etl.errors import UsageError, shown
from bpp_etl.events.parameters import (
    BETTER,
    BONE_SCAN,
    CANDIDATE_FINDINGS,
    CONFIRMING_FINDING,
    CONFIRMING_MODALITIES,
    PARAMETERS,
    Parameter,
    Value,
)
from bpp_etl.events.protocol import Protocol, Setting, digest_of
from bpp_etl.events.window import Window

DEFAULT_PROTOCOL = "xu2025"
NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
KEYS = {"name", "kind", "title", "summary", "extends", "limits", "citation", "parameters"}
CITATION_KEYS = {"text", "doi"}
PARAMETER_KEYS = {"value", "unit", "bounds", "source"}


class ProtocolError(UsageError):
    """A protocol file that cannot be used: the message names the file and what is wrong in it."""


def load_protocol(name_or_path: str | Path) -> Protocol:
    """Load a shipped protocol by its name, or anybody's by the path of its TOML file.

    Raises `ProtocolError` with one readable line.
    """
    text = str(name_or_path)
    if text in shipped():
        return _shipped(text, seen=())
    path = Path(name_or_path)
    if path.suffix != ".toml" or not path.is_file():
        raise ProtocolError(
            f"{shown(text)} is neither a shipped protocol nor a .toml file that exists",
            f"shipped are {', '.join(shipped())}",
        )
    return _read(path, seen=(), taken=shipped())


def load_within(names: Sequence[str], window: Window) -> list[Protocol]:
    """Load protocols, each for the cohort of a window. Errors: as of `load_protocol`."""
    return [load_protocol(name).within(window) for name in names]


@cache
def shipped() -> tuple[str, ...]:
    """Name every protocol that comes with the software: the default one, then the others by name."""
    names = {file.name.removesuffix(".toml") for file in _folder().iterdir() if file.name.endswith(".toml")}
    return (DEFAULT_PROTOCOL, *sorted(names - {DEFAULT_PROTOCOL}))


def load_shipped() -> tuple[Protocol, ...]:
    """Load every shipped protocol: those that give a state, the default one first, then the verdicts."""
    kinds = list(PARAMETERS)
    return tuple(sorted(map(load_protocol, shipped()), key=lambda protocol: kinds.index(protocol.kind)))


def _folder() -> Traversable:
    return files("bpp_etl.events") / "protocols"


@cache
def _shipped(name: str, seen: tuple[str, ...]) -> Protocol:
    return _read(_folder() / f"{name}.toml", seen)


def _read(source: Traversable, seen: tuple[str, ...], taken: tuple[str, ...] = ()) -> Protocol:
    file = shown(source.name)
    try:
        # Some editors put a mark of the encoding first.
        content = tomllib.loads(source.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError:
        raise ProtocolError(f"{file} cannot be read as TOML: it is not in UTF-8") from None
    except RecursionError:
        raise ProtocolError(f"{file} cannot be read as TOML: it is nested too deeply") from None
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ProtocolError(f"{file} cannot be read as TOML: {error}") from None
    return _Reader(file, content, seen, taken).protocol()


class _Reader:
    """Turns one file's content into a protocol; every complaint names the file."""

    def __init__(
        self, file: str, content: dict[str, object], seen: tuple[str, ...], taken: tuple[str, ...]
    ) -> None:
        self.file = file
        self.content = content
        self.seen = seen
        self.taken = taken

    def fail(self, message: str, hint: str = "") -> NoReturn:
        raise ProtocolError(f"{self.file}: {message}", hint)

    def protocol(self) -> Protocol:
        self.known(self.content, KEYS, "key")
        name = self.text("name")
        if not NAME.fullmatch(name):
            self.fail("name must be small letters, digits and underscores, and start with a letter")
        if name in self.taken:
            self.fail(f"name {name!r} is that of a shipped protocol", "rows are told apart by the name")
        base = self.base(name)
        kind = self.text("kind", base.kind if base else None)
        if kind not in PARAMETERS:
            self.fail(f"kind {kind!r} is unknown", f"known are {', '.join(PARAMETERS)}")
        if base and kind != base.kind:
            self.fail(f"kind is {kind!r}, but {base.name}, which it extends, is {base.kind!r}")
        citation = self.table("citation")
        self.known(citation, CITATION_KEYS, "key under citation")
        self.readable(citation.get("text"), "text under citation")
        doi = citation.get("doi")
        if doi is not None:
            self.readable(doi, "doi under citation")
        settings = self.settings(kind, dict(base.settings) if base else {})
        protocol = Protocol(
            name=name,
            kind=kind,
            title=self.text("title"),
            summary=self.text("summary"),
            limits=self.limits(),
            citation=str(citation["text"]),
            doi=str(doi) if doi else None,
            settings=settings,
            digest=digest_of(name, kind, settings),
        )
        if protocol.window.is_empty:
            self.fail(f"no day lies in the calendar window {protocol.window.told}")
        if protocol.is_event:
            self.agree(protocol)
        return protocol

    def agree(self, protocol: Protocol) -> None:
        """Refuse parameters that make no sense together."""
        shows = [code for code in protocol.codes(CANDIDATE_FINDINGS) if code.endswith(BONE_SCAN.lower())]
        modalities = set(protocol.codes("candidate_modalities"))
        if shows and BONE_SCAN not in modalities:
            self.fail(
                f"{CANDIDATE_FINDINGS} names {shows[0]}, but candidate_modalities no {BONE_SCAN}",
                f"add {BONE_SCAN} to candidate_modalities",
            )
        if "denser" in protocol.codes(CANDIDATE_FINDINGS) and modalities <= {BONE_SCAN}:
            self.fail(
                f"{CANDIDATE_FINDINGS} names denser, which no {BONE_SCAN} shows",
                "add CT or PET_CT to candidate_modalities",
            )
        if protocol.needs_better and protocol.confirms_itself:
            self.fail(f'{CONFIRMING_FINDING} = "{BETTER}" needs confirming_cts of 1 or more')
        if BONE_SCAN in protocol.codes(CONFIRMING_MODALITIES) and not protocol.needs_better:
            self.fail(
                f"{CONFIRMING_MODALITIES} names {BONE_SCAN}, which shows no absence of progression",
                f'a bone scan confirms only under {CONFIRMING_FINDING} = "{BETTER}"',
            )

    def base(self, name: str) -> Protocol | None:
        if "extends" not in self.content:
            return None
        extended = self.text("extends")
        if extended not in shipped() or extended in (name, *self.seen):
            self.fail(
                f"extends {extended!r}, which is not another shipped protocol",
                f"shipped: {', '.join(shipped())}",
            )
        return _shipped(extended, seen=(*self.seen, name))

    def settings(self, kind: str, settings: dict[str, Setting]) -> dict[str, Setting]:
        declared = PARAMETERS[kind]
        given = self.table("parameters")
        self.known(given, set(declared), f"parameter of a protocol of kind {kind}")
        for name, parameter in declared.items():
            if name in given:
                settings[name] = self.setting(parameter, given[name])
        missing = [
            name for name, parameter in declared.items() if name not in settings and not parameter.is_optional
        ]
        if missing:
            self.fail(
                f"parameters lack {', '.join(missing)}",
                "set them, or build on a shipped protocol with extends",
            )
        return {name: settings[name] for name in declared if name in settings}

    def setting(self, parameter: Parameter, given: object) -> Setting:
        where = f"parameter {parameter.name}"
        if not isinstance(given, dict):
            self.fail(f"{where} must be a table with value and source")
        self.known(given, PARAMETER_KEYS, f"key under {where}")
        source = given.get("source")
        if not isinstance(source, str) or not source.strip():
            self.fail(f"{where} has no source", "say where the value comes from")
        unit = given.get("unit", parameter.unit)
        if unit != parameter.unit:
            self.fail(f"{where} is in {unit!r}, expected {parameter.unit or 'no unit'!r}")
        bounds = self.bounds(parameter, given.get("bounds"))
        if "value" not in given:
            self.fail(f"{where} has no value")
        value = self.value(parameter, given["value"])
        if bounds and isinstance(value, (int, float)) and not bounds[0] <= value <= bounds[1]:
            self.fail(f"{where} is {_number_told(value)}, outside {bounds[0]:g} to {bounds[1]:g}")
        return Setting(value=value, unit=parameter.unit, bounds=bounds, source=source.strip())

    def bounds(self, parameter: Parameter, given: object) -> tuple[float, float] | None:
        if given is None or parameter.bounds is None:
            if given is not None:
                self.fail(f"parameter {parameter.name} is not a number and takes no bounds")
            return parameter.bounds
        low, high = parameter.bounds
        if not isinstance(given, list) or len(given) != 2 or not all(_is_number(edge) for edge in given):
            self.fail(f"bounds of parameter {parameter.name} must be two numbers")
        if not low <= given[0] <= given[1] <= high:
            self.fail(f"bounds of parameter {parameter.name} must lie within {low:g} to {high:g}, low first")
        return (given[0], given[1])

    def value(self, parameter: Parameter, given: object) -> Value:
        where = f"parameter {parameter.name}"
        if parameter.bounds is not None:
            if not _is_number(given) or given != given:  # noqa: PLR0124 not a number; isnan is for floats only
                self.fail(f"{where} must be a number")
            if parameter.is_whole and not isinstance(given, int):
                self.fail(f"{where} must be a whole number")
            return given
        if parameter.is_day:
            # A moment is a day to Python, but not here.
            if type(given) is not dt.date:
                self.fail(f"{where} must be a day", "write it as 2018-01-31, without quotes or a time")
            return given
        codes = f"known are {', '.join(parameter.codes)}"
        if parameter.is_list:
            is_bare = not given and not parameter.may_be_empty
            if not isinstance(given, list) or is_bare or not set(map(str, given)) <= set(parameter.codes):
                filled = "" if parameter.may_be_empty else ", and not empty"
                self.fail(f"{where} must be a list of known codes{filled}", codes)
            return tuple(code for code in parameter.codes if code in given)
        if given not in parameter.codes:
            self.fail(f"{where} must be one known code", codes)
        return str(given)

    def text(self, key: str, default: str | None = None) -> str:
        return self.readable(self.content.get(key, default), key)

    def readable(self, value: object, what: str) -> str:
        """Return words that pages and terminals may show."""
        if not isinstance(value, str) or not value.strip():
            self.fail(f"{what} must be given as text")
        words = " ".join(value.split())
        if not words.isprintable():
            self.fail(f"{what} holds a character that cannot be shown")
        return words

    def table(self, key: str) -> dict[str, object]:
        value = self.content.get(key)
        if not isinstance(value, dict):
            self.fail(f"[{key}] is missing")
        return value

    def limits(self) -> tuple[str, ...]:
        value = self.content.get("limits", [])
        if not isinstance(value, list):
            self.fail("limits must be a list of sentences")
        return tuple(self.readable(item, "each of limits") for item in value)

    def known(self, table: Mapping[str, object], keys: set[str], what: str) -> None:
        unknown = sorted(set(table) - keys)
        if unknown:
            self.fail(f"{unknown[0]!r} is not a known {what}", f"known are {', '.join(sorted(keys))}")


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _number_told(value: float) -> str:
    # A whole number in TOML has no end; one beyond the floats cannot be written short.
    return f"{value:g}" if abs(value) < 10**15 else "far too large"
