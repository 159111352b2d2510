"""What holds for every command: the version, and places that are stated before or after its name.

Not here: what a command does, and how it ends (`tests/faults/test_commands.py`).
"""

from __future__ import annotations

import socket
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from assets.cli import app
from assets.interrupts import CODE, INTERRUPTED
from bpp_etl import __version__
from bpp_etl.settings import PROJECT, as_called
from tests.support.commands import bpp
from tests.support.ui import free_port

PLACES = {"landing": "--landing", "warehouse": "--warehouse"}


def commands(group: TyperGroup, *before: str) -> Iterator[tuple[str, ...]]:
    """List the words of every command that is one at its end."""
    for name, command in group.commands.items():
        if isinstance(command, TyperGroup):
            yield from commands(command, *before, name)
        else:
            yield (*before, name)


def program() -> TyperGroup:
    made = get_command(app)
    assert isinstance(made, TyperGroup)
    return made


def found(group: TyperGroup, words: tuple[str, ...]) -> TyperCommand:
    """Find a command by its words."""
    command = group.commands[words[0]]
    if isinstance(command, TyperGroup):
        return found(command, words[1:])
    assert isinstance(command, TyperCommand)
    return command


def given(words: tuple[str, ...], *line: str) -> dict[str, Any]:
    """Say with what a command is called by a command line; what it has to have is filled in."""
    whole = program()
    command = found(whole, words)
    called: list[dict[str, Any]] = []
    command.callback = lambda **options: called.append(options)
    needed = [
        word
        for option in command.params
        if option.required
        for word in ([option.opts[0], "1"] if option.param_type_name == "option" else ["1"])
    ]
    whole.main([*line, *needed], standalone_mode=False)
    (options,) = called
    return options


GROUP = program()
COMMANDS = list(commands(GROUP))
TAKEN = [
    (words, place)
    for words in COMMANDS
    for place in PLACES
    if place in {option.name for option in found(GROUP, words).params}
]


def test_the_commands_that_work_on_a_warehouse_take_it() -> None:
    without = {words for words in COMMANDS if (words, "warehouse") not in TAKEN}
    assert without == {
        ("contract", "frictionless"),
        ("contract", "odcs"),
        ("demo",),
        ("init",),
        ("kit", "excel"),
        ("kit", "redcap"),
        ("pool",),
    }
    assert {words for words, place in TAKEN if place == "landing"} == {
        ("erase",),
        ("init",),
        ("raw",),
        ("refresh",),
        ("serve", "daemon"),
        ("serve", "webserver"),
        ("status",),
        ("ui",),
    }


@pytest.mark.parametrize(("words", "place"), TAKEN)
def test_a_place_holds_wherever_it_stands(words: tuple[str, ...], place: str) -> None:
    for at in range(len(words) + 1):
        line = [*words[:at], PLACES[place], "there", *words[at:]]
        assert given(words, *line)[place] == Path("there"), line


@pytest.mark.parametrize(("words", "place"), TAKEN)
def test_the_place_that_stands_last_wins_and_without_one_none_is_given(
    words: tuple[str, ...], place: str
) -> None:
    option = PLACES[place]
    assert given(words, option, "here", *words, option, "there")[place] == Path("there")
    assert given(words, *words)[place] is None


def test_a_place_that_a_command_does_not_take_is_refused() -> None:
    said = bpp("--warehouse", "there", "demo", "here")
    assert (said.code, said.out) == (2, "")
    assert said.err == "error: demo takes no --warehouse\nhint: leave it out\n"


def test_a_warehouse_before_a_command_is_the_one_that_is_read(tmp_path: Path) -> None:
    told = bpp("--warehouse", tmp_path / "none?", "releases", "list")
    assert told.err.startswith("error: the warehouse's path holds a character that no database can")
    assert told == bpp("releases", "list", "--warehouse", tmp_path / "none?")


def test_the_version_is_said() -> None:
    said = bpp("--version")
    assert (said.code, said.out, said.err) == (0, f"bpp_etl {__version__}\n", "")


def test_the_version_is_stated_once() -> None:
    stated = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    assert "version" not in stated["project"]
    words = [sys.executable, "-m", "hatchling", "version"]
    assert subprocess.check_output(words, cwd=PROJECT, text=True).strip() == __version__


def test_a_shell_is_told_how_to_complete_a_command() -> None:
    said = bpp(_BPP_COMPLETE="complete_bash", COMP_WORDS="bpp re", COMP_CWORD="1")
    assert said.out.split() == ["refresh", "releases"]
    assert "complete -o default -F _bpp_completion bpp" in bpp(_BPP_COMPLETE="source_bash").out


@pytest.mark.parametrize("words", [("ui",), ("serve", "webserver")])
def test_a_port_that_is_used_is_refused_at_once(words: tuple[str, ...], tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        told = bpp(*words, "--warehouse", tmp_path, "--port", str(port))
    assert told.code == 2
    assert f"error: port {port} cannot be used: " in told.err


def test_a_web_server_that_is_not_there_does_not_work() -> None:
    said = bpp("serve", "webserver", "--check", "--port", str(free_port()))
    assert (said.code, said.out, said.err) == (1, "", "")


def test_a_line_to_copy_calls_the_program_as_it_was_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "bin" / "bpp"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "argv", [str(program)])
    monkeypatch.setenv("PATH", str(program.parent))
    assert as_called() == "bpp"
    monkeypatch.setenv("PATH", "")
    monkeypatch.chdir(tmp_path)
    assert as_called() == "bin/bpp"
    monkeypatch.chdir("/")
    assert as_called() == str(program).removeprefix("/")
    monkeypatch.setattr(sys, "argv", ["-c"])
    assert as_called() == "bpp"


def test_where_only_what_reads_releases_is_installed_the_command_says_so(tmp_path: Path) -> None:
    # Nothing of site-packages: no library that the commands need is there.
    told = [sys.executable, "-S", "-c", "from assets.entry import main; main()"]
    done = subprocess.run(
        told, cwd=tmp_path, env={"PYTHONPATH": str(PROJECT)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    first, second = done.stderr.splitlines()
    assert first.startswith("error: bpp needs ")
    assert first.endswith(", which is not installed here")
    assert second.startswith("hint: `bpp_etl.open_release` reads releases without it")


def test_the_command_is_the_entry_that_says_what_is_lacking() -> None:
    told = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    assert told["project"]["scripts"]["bpp"] == "assets.entry:main"


def left(*words: str) -> subprocess.CompletedProcess[str]:
    """Run the entry in a process that holds something which tells when it is taken apart."""
    program = (
        "import atexit, os, sys\n"
        "import assets.cli\n"
        "from assets.entry import main\n"
        "class Held:\n"
        "    def __del__(self): os.write(1, b'taken apart')\n"
        "held, run = Held(), assets.cli.main\n"
        "def begun():\n"
        "    atexit.register(print, 'closed')\n"
        "    run()\n"
        "assets.cli.main = begun\n"
        f"sys.argv = ['bpp', *{words!r}]\n"
        "main()\n"
    )
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)


def test_a_command_ends_its_process_once_all_is_closed_and_written() -> None:
    done = left("--version")
    assert done.returncode == 0
    assert done.stdout == f"bpp_etl {__version__}\nclosed\n"
    failed = left("check", "/nowhere", "--format", "nothing")
    assert failed.returncode == 2
    assert failed.stderr.startswith("error: ")
    assert failed.stdout == "closed\n"


def test_a_command_judges_without_libraries_that_nobody_asks_for() -> None:
    program = (
        "import sys\n"
        "import assets.cli\n"
        "from assets.entry import main\n"
        "def judge():\n"
        "    from bpp_etl.gate.row_rules import ensure_judging_works\n"
        "    ensure_judging_works()\n"
        "    print(sorted({'pandas', 'hypothesis'} & sys.modules.keys()))\n"
        "    import hypothesis, pandas\n"
        "    print(pandas.__name__)\n"
        "assets.cli.main = judge\n"
        "main()\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\npandas\n"


INTERRUPTING = "import os, signal\nos.kill(os.getpid(), signal.SIGINT)\nprint('loaded', flush=True)\n"


@pytest.mark.parametrize(
    ("where", "printed"),
    [("import slow_module", "loaded\n"), ("with loading():\n        import slow_module", "")],
    ids=["is heard once it is, where work is done", "ends the process at once, where none is"],
)
def test_ctrl_c_while_a_module_is_loaded(tmp_path: Path, where: str, printed: str) -> None:
    """Raised in the middle of it, a callback of Python's may lose it, and DuckDB aborts the process by it."""
    swallowing = INTERRUPTING.replace("os.kill", "class Lost:\n    def __del__(self): os.kill", 1)
    (tmp_path / "slow_module.py").write_text(swallowing.replace("print", "Lost()\nprint"), encoding="utf-8")
    program = (
        "import signal, sys, time\n"
        f"sys.path.insert(0, {str(tmp_path)!r})\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "import assets.cli, bpp_etl.check\n"
        "from assets.entry import main\n"
        "from assets.interrupts import loading\n"
        "def check(*_):\n"
        f"    {where}\n"
        "    time.sleep(20)\n"
        "    print('never heard')\n"
        "bpp_etl.check.check_delivery = check\n"
        "sys.argv = ['bpp', 'check', '.']\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=15
    )
    assert done.stdout == printed
    assert (done.returncode, done.stderr.splitlines()) == (CODE, [INTERRUPTED])
