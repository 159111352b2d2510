"""The Dagster UI of a clean copy of the project, driven in a real browser through a registry's bad day.

Started as anybody would, by `bpp ui`. Screenshots go to `screenshots/`, for a
person to look at. Not here: each part by itself (`tests/operation`).
"""

from __future__ import annotations

import os
import re
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest

from bpp_etl.settings import PROJECT
from schemas.event import EVENT_TABLES
from tests.support.commands import bpp, environment
from tests.support.daemon import running, until
from tests.support.deliveries import write_delivery_of
from tests.support.ui import answers, ask, copy_project, free_port

if TYPE_CHECKING:
    from playwright.sync_api import Page

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run")
SCREENSHOTS = PROJECT / "screenshots"
SETTLED = 15
"""Seconds after which a page has taken a click, or has lost it."""
BLANK = "about:blank"
"""Where the browser waits: a page of the UI asks the server for news without end."""
GROUPS = ("raw", "core", "event", "metric", "release")
PATIENCE = 240_000
RUNS = """{ runsOrError { ... on Runs { results {
    id jobName status tags { key value } assetSelection { path } } } } }"""
BACKFILLS = "{ partitionBackfillsOrError { ... on PartitionBackfills { results { id } } } }"
EVENTS = ", ".join(f'{{path: ["event", "{table}"]}}' for table in EVENT_TABLES)
ATTACK = """async ([ui, mutation]) => {
  const json = {'Content-Type': 'application/json'}, body = JSON.stringify({query: mutation});
  const sent = (...asked) => fetch(...asked).then(answer => answer.type, () => 'failed');
  const socket = new Promise(heard => {
    const opened = new WebSocket(ui.replace('http', 'ws') + '/graphql', 'graphql-ws');
    opened.onopen = () => heard('opened');
    opened.onclose = opened.onerror = () => heard('closed');
  });
  return [
    await sent(ui + '/graphql', {method: 'POST', headers: json, body}),
    await sent(ui + '/graphql', {method: 'POST', mode: 'no-cors', body}),
    await sent(ui + '/graphql?query=' + encodeURIComponent(mutation), {mode: 'no-cors'}),
    await sent(ui + '/server_info'),
    await socket,
  ];
}"""
"""What a page may try, each in vain: JSON, a plain form, a link, reading, and a socket."""
BACKFILL = f"""mutation {{ launchPartitionBackfill(backfillParams: {{
    assetSelection: [{EVENTS}],
    partitionNames: ["north", "south"]
}}) {{ __typename ... on LaunchBackfillSuccess {{ backfillId }} ... on PythonError {{ message }} }} }}"""

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason=f"{CHROMIUM} is not installed")


@dataclass
class Ui:
    """The UI on a clean copy: its pages, what it says by GraphQL, and the landing it watches."""

    page: Page
    address: str
    landing: Path
    log: Path

    def open(self, path: str) -> None:
        self.page.goto(self.address + path)

    def elsewhere(self) -> Page:
        """Open a page of its own, which is on no site yet."""
        browser = self.page.context.browser
        assert browser is not None
        return browser.new_page()

    def see(self, *words: str) -> None:
        for word in words:
            self.page.get_by_text(re.compile(word)).first.wait_for(timeout=PATIENCE)

    def read(self, *words: str) -> None:
        """Wait for words within longer ones, such as a line of a log."""
        for word in words:
            self.page.wait_for_function(
                "word => document.body.innerText.includes(word)", arg=word, timeout=PATIENCE
            )

    def keep(self, name: str) -> None:
        self.page.wait_for_timeout(500)
        SCREENSHOTS.mkdir(exist_ok=True)
        self.page.screenshot(path=str(SCREENSHOTS / f"ui-{name}.png"))

    def ask(self, query: str) -> Any:
        return ask(self.address, query)

    def runs(self, registry: str) -> list[str]:
        """List the states of a registry's runs, newest first."""
        return [
            run["status"]
            for run in self.ask(RUNS)["runsOrError"]["results"]
            if {"key": "dagster/partition", "value": registry} in run["tags"]
        ]

    def launched_by_hand(self) -> set[str]:
        """The runs and backfills that were asked for: those that the daemon's sensors launch come and go."""
        runs = self.ask(RUNS)["runsOrError"]["results"]
        backfills = self.ask(BACKFILLS)["partitionBackfillsOrError"]["results"]
        by_sensors = {
            run["id"] for run in runs if any(tag["key"] == "dagster/sensor_name" for tag in run["tags"])
        }
        return {asked["id"] for asked in (*runs, *backfills)} - by_sensors

    def deliver(self, registry: str, day: str, **changed: str | None) -> Path:
        folder = write_delivery_of(self.landing, registry, day, **changed)
        (folder / "_COMPLETE").touch()
        return folder

    def launch(self, registry: str) -> None:
        """Launch the run of the dialog; while the page still draws itself anew, a click may be lost."""
        button = self.page.get_by_role("button", name="Launch 1 run")
        before, limit = len(self.runs(registry)), time.monotonic() + SETTLED
        button.click()
        while len(self.runs(registry)) == before and time.monotonic() < limit:
            self.page.wait_for_timeout(500)
        if len(self.runs(registry)) == before:
            button.click()
            button.wait_for(state="hidden")

    def until_runs(self, registry: str, states: list[str]) -> None:
        self.page.goto(BLANK)
        try:
            until(lambda: self.runs(registry) == states, f"{registry}: {states}", self.log)
        except AssertionError as error:
            error.add_note(f"{registry} has {self.runs(registry)}")
            raise


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder on a port of its own: another site, as a browser sees it."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=str(folder))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/index.html"
        server.shutdown()


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def ui(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ui]:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    home = tmp_path_factory.mktemp("clone")
    copy_project(home)
    port = free_port()
    log = tmp_path_factory.mktemp("log") / "ui.log"
    env = environment(BPP_WATCH_SECONDS="5", PYTHONUNBUFFERED="1", PYTHONPATH=str(home))
    env.pop("DAGSTER_HOME", None)
    words = ["bpp", "ui", "--port", str(port)]
    address = f"http://127.0.0.1:{port}"
    with running(words, env, log, cwd=home), playwright.sync_playwright() as started:
        until(lambda: answers(address), "the UI answers", log)
        browser = started.chromium.launch(executable_path=str(CHROMIUM), args=list(ARGUMENTS))
        page = browser.new_page(viewport={"width": 1600, "height": 1000})
        page.set_default_timeout(PATIENCE)
        yield Ui(page, address, home / "warehouse" / "landing", log)
        browser.close()


def test_a_bad_delivery_fails_its_partition_alone_and_the_next_good_one_mends_it(ui: Ui) -> None:
    for registry in ("north", "south"):
        ui.deliver(registry, "2024-12-31")
    ui.open("/asset-groups")
    for group in GROUPS:
        ui.page.get_by_text(group, exact=True).first.wait_for(timeout=PATIENCE)
    ui.keep("lineage")

    # The sensor picks both registries up; each becomes a partition.
    for registry in ("north", "south"):
        ui.until_runs(registry, ["SUCCESS"])
    ui.open("/assets/core/patients?view=partitions")
    ui.see(r"Materialized \(2\)", r"Failed \(0\)")

    # A person materialises a partition.
    ui.open("/assets/event/pseudoprogression?view=partitions&partition=north")
    ui.page.get_by_role("button", name="Materialize").first.click()
    ui.page.get_by_role("dialog").get_by_role("button", name="Confirm").click()
    ui.keep("materialize")
    ui.launch("north")
    ui.until_runs("north", ["SUCCESS", "SUCCESS"])

    # A bad delivery fails the partition, and only that.
    folder = ui.deliver("north", "2025-01-31", bone_lesions="assessment_id\nA1\n")
    ui.until_runs("north", ["FAILURE", "SUCCESS", "SUCCESS"])
    ui.open("/assets/core/patients?view=partitions&partition=north")
    ui.see(r"Materialized \(1\)", r"Failed \(1\)")
    ui.keep("failed-partition")
    ui.open("/assets/core/assessment_cadence?view=checks&checkDetail=column_missing")
    ui.see("This is a blocking asset check", "Failed")
    ui.keep("failed-check")
    (failed,) = (run for run in ui.ask(RUNS)["runsOrError"]["results"] if run["status"] == "FAILURE")
    ui.open(f"/runs/{failed['id']}")
    ui.read("gate shut: north delivery 2025-01-31", f"bpp check {folder}")
    ui.keep("failed-run")
    assert ui.runs("south") == ["SUCCESS"]

    # The next good delivery turns it green.
    ui.deliver("north", "2025-02-28")
    ui.until_runs("north", ["SUCCESS", "FAILURE", "SUCCESS", "SUCCESS"])
    ui.open("/assets/core/patients?view=partitions&partition=north")
    ui.see(r"Materialized \(2\)", r"Failed \(0\)")
    ui.keep("mended-partition")
    ui.open("/assets/event/pseudoprogression?view=overview")
    ui.see("Pseudoprogression|pseudoprogression")
    ui.keep("asset")
    ui.open("/assets/release/bpp?view=overview")
    ui.see("Freshness policy")
    ui.keep("release")

    # A refresh in the terminal stands on the first page, beside what runs by itself.
    assert (
        bpp("refresh", "--full", "--landing", str(ui.landing), "--warehouse", str(ui.landing.parent)).code
        == 0
    )
    ui.open("/")
    ui.page.get_by_role("link", name="publish_release").wait_for(timeout=PATIENCE)
    ui.keep("first-page")


@pytest.mark.soak
def test_a_backfill_derives_every_registry_again_and_reads_no_delivery(ui: Ui) -> None:
    # By itself it finds no partition yet.
    for registry in ("north", "south"):
        if not ui.runs(registry):
            ui.deliver(registry, "2024-12-31")
        until(lambda name=registry: ui.runs(name)[:1] == ["SUCCESS"], f"{registry} is there", ui.log)
    before = {registry: len(ui.runs(registry)) for registry in ("north", "south")}
    launched = ui.ask(BACKFILL)["launchPartitionBackfill"]
    assert launched["__typename"] == "LaunchBackfillSuccess", launched
    for registry, count in before.items():
        until(lambda name=registry, more=count + 1: len(ui.runs(name)) == more, "a run of each", ui.log)
        until(lambda name=registry: ui.runs(name)[0] == "SUCCESS", "it ends well", ui.log)
    backfill = {"key": "dagster/backfill", "value": launched["backfillId"]}
    runs = [run for run in ui.ask(RUNS)["runsOrError"]["results"] if backfill in run["tags"]]
    assert len(runs) == 2
    assert {asset["path"][0] for run in runs for asset in run["assetSelection"]} == {"event"}


def test_it_listens_on_loopback_only_and_takes_the_instance_of_the_project(ui: Ui) -> None:
    told = ui.ask("{ instance { info runQueuingSupported hasInfo } }")["instance"]
    assert "event_log_storage: KeptOpenEvents" in told["info"]
    assert "applyLimitPerUniqueValue" in told["info"]
    assert (ui.landing.parent / "dagster").is_dir()
    port = int(ui.address.rpartition(":")[2])
    others = {found[4][0] for found in socket.getaddrinfo(socket.gethostname(), port) if found[4][0] != "::1"}
    for address in others - {"127.0.0.1", "127.0.1.1"}:
        with socket.socket(socket.AF_INET6 if ":" in str(address) else socket.AF_INET) as other:
            assert other.connect_ex((str(address), port)) != 0, os.strerror(0)


def test_a_page_of_another_site_launches_nothing_and_reads_nothing(ui: Ui, tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<title>another site</title>", encoding="utf-8")
    before = ui.launched_by_hand()
    with served(tmp_path) as site:
        page = ui.elsewhere()
        statuses: list[int] = []
        page.on(
            "response", lambda answer: answer.url.startswith(ui.address) and statuses.append(answer.status)
        )
        page.goto(site)
        heard = page.evaluate(ATTACK, [ui.address, BACKFILL])
        page.close()
    assert heard == ["failed", "opaque", "opaque", "failed", "closed"]
    assert set(statuses) <= {403, 405, 415}, statuses
    assert len(statuses) == 2  # those that ask no leave first: the form and the link
    assert ui.launched_by_hand() == before
