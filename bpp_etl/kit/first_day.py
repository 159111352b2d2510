"""A registry's first day: a `registry.toml` that says what may be stated, and an example for the gate.

Not here: which table a file of theirs is (`kit/resemblance.py`), and what would mend it (`bpp_etl/check`).
"""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
import textwrap
from collections.abc import Callable, Sequence
from importlib.resources import as_file
from pathlib import Path

from bpp_etl.adapters import CANONICAL, Outside, adapter_names, find_adapter
from bpp_etl.adapters.tryout import EXAMPLE
from bpp_etl.check.run import delivery_in, gated
from bpp_etl.demo.profiles import Profile
from bpp_etl.demo.registry import generate_registry
from bpp_etl.demo.write import write_delivery
from bpp_etl.errors import UsageError, known_names, shown
from bpp_etl.kit.resemblance import name_delivered, tables_of
from bpp_etl.landing.deliveries import CONFIGURATION, REGISTRY_NAME
from bpp_etl.landing.keys import Key
from bpp_etl.landing.registry_keys import KEYS
from bpp_etl.pages.plain_text import counted, joined
from bpp_etl.settings import as_called

PATIENTS = 5
SEED = 5
WIDTH = 100
SYNTHETIC = """\
# The delivery beside this file is an example: its patients are synthetic, and nobody stands behind any row.
# Put your own in its place, and take out the line synthetic.
"""
OF_EXAMPLE = """\
# Below format, up to [about], stands what is true of the example. It counts for whatever is delivered: keep
# what is true of your own export too, and take out the rest.
"""


def begin_registry(
    landing: Path,
    registry: str,
    form: str,
    day: dt.date,
    files: Sequence[Path] = (),
    outside: Outside | None = None,
    say: Callable[[str], object] = lambda _: None,
) -> list[str]:
    """Make a registry's folder in the landing; return what to tell the person who asked for it.

    Without `files` an example is delivered on `day`, of a format's own or of five synthetic patients. With
    them, exports of the registry, what renames and recodes them is proposed in `registry.toml`; they stay
    where they are, and `say` is told what is being done. Errors: UsageError, AdapterError.
    """
    home = landing / registry
    outside = outside or Outside((), landing)
    _ensure_new(home, registry)
    known = adapter_names(outside)
    if form not in known:
        raise UsageError(f"there is no format {shown(form)}", known_names(form, known))
    if files and form != CANONICAL:
        raise UsageError(
            f"--like is for files that follow no standard; the adapter {form} knows the names of its own",
            f"leave out --like: after `bpp init {registry} --format {form}` put the export into the delivery,"
            " and `bpp check` proposes what its codes mean; or leave out --format",
        )
    proposed, told = _proposed(registry, day, files, say) if files else ("", [])
    folder = home / day.isoformat()
    folder.mkdir(parents=True)
    stated = f'format = "{form}"\n'
    if not files:
        stated = f"{SYNTHETIC}{_example(folder, form, day, outside)}"
    text = f"{stated}\n{proposed}\n{_keys()}" if proposed else f"{stated}\n{_keys()}"
    (home / CONFIGURATION).write_text(text, encoding="utf-8")
    called = as_called()
    return [
        *told,
        f"{home / CONFIGURATION}: what the registry states; every key stands in it, commented out",
        f"{folder}: "
        + ("put the files here" if files else "an example of synthetic patients, to be replaced by your own"),
        f"then: {called} check {folder}",
    ]


def _ensure_new(home: Path, registry: str) -> None:
    if not REGISTRY_NAME.fullmatch(registry):
        raise UsageError(
            f"{shown(registry)} is no name of a registry",
            "letters, digits, _ and -, and a letter or digit first: its folder is called so",
        )
    if home.exists():
        raise UsageError(
            f"{shown(str(home))} is there already", "name another registry, or edit its registry.toml"
        )


def _example(folder: Path, form: str, day: dt.date, outside: Outside) -> str:
    """Deliver an example into a folder, and return what its registry states."""
    about = "[about]\nsynthetic = true\n"
    if form == CANONICAL:
        made = generate_registry(PATIENTS, SEED, Profile("example", "EX"), day)
        write_delivery(made, folder)
        return f'format = "{form}"\n\n{about}'
    with as_file(find_adapter(form, outside).joinpath(EXAMPLE)) as example:
        shutil.copytree(example, folder, dirs_exist_ok=True)
    own = folder / CONFIGURATION
    if not own.exists():
        return f'format = "{form}"\n\n{about}'
    stated = own.read_text(encoding="utf-8")
    own.unlink()
    return f"{OF_EXAMPLE}{stated}" if "[about]" in stated else f"{OF_EXAMPLE}{stated}\n{about}"


def _proposed(
    registry: str, day: dt.date, files: Sequence[Path], say: Callable[[str], object]
) -> tuple[str, list[str]]:
    """Propose what would have files of theirs read, and say which table each is taken for."""
    tables = tables_of(files)
    with tempfile.TemporaryDirectory(prefix="bpp-init-") as name:
        folder = Path(name) / registry / day.isoformat()
        folder.mkdir(parents=True)
        for file, table in tables.items():
            shutil.copyfile(file, folder / name_delivered(file, table))
        checked = gated(delivery_in(folder), say)
    lines = checked.proposal.as_toml()
    told = [
        f"{shown(file.name)} is taken for {table}: deliver it as {name_delivered(file, table)}"
        for file, table in tables.items()
    ]
    if not lines:
        return "", told
    if choices := sum(map(len, checked.proposal.unsure.values())):
        told.append(
            f"yours to choose: {counted(choices, 'line')} of registry.toml, after #, under the sure ones"
        )
    names = joined([shown(file.name) for file in tables])
    return f"# Proposed from {names}: look at every line.\n{lines}\n", told


def _keys() -> str:
    """Write every key as a comment: what it states, and an example."""
    parts = ["# What else may be stated. docs/registry.md says more of each."]
    parts += [_commented(key) for key in KEYS if key.name != "format"]
    return "\n#\n".join(parts) + "\n"


def _commented(key: Key) -> str:
    words = textwrap.wrap(f"{key.name}: {key.states.replace('`', '')}", WIDTH - 2)
    return "\n".join(f"# {line}".rstrip() for line in (*words, *key.example.splitlines()))
