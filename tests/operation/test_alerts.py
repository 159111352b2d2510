"""A failed run is told to a real web server and a real mail server, in words that hold no cell value."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import dagster as dg
import pytest

from assets.alerts import NOTHING_SAID, Alert, alert_of, alert_sensor, send
from assets.failures import AT_TERMINAL
from tests.operation.conftest import SECRET, Settled


class Webhook(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.server.told.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Mailbox(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self.say("220 here")
        body: list[str] | None = None
        for raw in self.rfile:
            line = raw.decode().rstrip("\r\n")
            if body is not None:
                if line == ".":
                    self.server.told.append("\n".join(body))
                    body = None
                    self.say("250 taken")
                else:
                    body.append(line)
            elif line.upper() == "DATA":
                body = []
                self.say("354 go on")
            elif line.upper() == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 fine")

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


@contextmanager
def serving(server: socketserver.TCPServer) -> Iterator[tuple[int, list[str]]]:
    server.told = []
    with server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1], server.told
        server.shutdown()


def test_a_shut_gate_tells_the_webhook_its_story_and_no_value(settled: Settled, monkeypatch) -> None:
    done, instance = settled.shut, settled.project.instance
    with serving(HTTPServer(("127.0.0.1", 0), Webhook)) as (port, told):
        monkeypatch.setenv("BPP_ALERT_WEBHOOK", f"http://127.0.0.1:{port}/hook")
        failure = next(event for event in done.all_events if event.event_type_value == "PIPELINE_FAILURE")
        context = dg.build_run_status_sensor_context(
            "tell_of_failures", failure, instance, done.dagster_run
        ).for_run_failure()
        alert_sensor()(context)
    (text,) = told
    found = json.loads(text)
    assert (found["registry"], found["delivery"], found["kind"]) == ("bad", "2024-12-31", "shut")
    assert "bone_lesions.table_missing" in found["text"]
    assert f"bpp check {settled.folder}" in found["text"]
    assert SECRET not in text


def test_who_sits_at_a_terminal_has_been_told_and_nobody_else_is(settled: Settled, monkeypatch) -> None:
    done, instance = settled.shut, settled.project.instance
    monkeypatch.setenv("BPP_ALERT_WEBHOOK", "file:///nobody")  # an alert would fail
    failure = next(event for event in done.all_events if event.event_type_value == "PIPELINE_FAILURE")
    run = done.dagster_run.with_tags({**done.dagster_run.tags, AT_TERMINAL: "yes"})
    context = dg.build_run_status_sensor_context("tell_of_failures", failure, instance, run).for_run_failure()
    alert_sensor()(context)


def test_mail_is_sent_to_whom_the_settings_name() -> None:
    alert = Alert("refresh_registry", "run-1", "tiny", "2024-12-31", "shut", "gate shut: tiny\n- why")
    with serving(socketserver.TCPServer(("127.0.0.1", 0), Mailbox)) as (port, told):
        sent = send(alert, {"BPP_ALERT_MAIL": "watch@example.org", "BPP_ALERT_SMTP": f"127.0.0.1:{port}"})
    assert sent == ["the mailbox"]
    (mail,) = told
    assert "Subject: bpp_etl: tiny: gate shut: tiny" in mail
    assert "To: watch@example.org" in mail
    assert "- why" in mail


def test_without_settings_nobody_is_told() -> None:
    assert send(Alert("job", "run-1", None, None, "foreseen", "words"), {}) == []


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="not an http address"):
        send(Alert("job", "run-1", None, None, "foreseen", "words"), {"BPP_ALERT_WEBHOOK": "file:///etc"})


def test_a_run_that_was_lost_is_told_too() -> None:
    run = dg.DagsterRun(job_name="refresh_registry", run_id="run-1", tags={"dagster/partition": "tiny"})
    assert alert_of(run, []).text == NOTHING_SAID
