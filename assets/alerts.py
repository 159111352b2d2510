"""Who is told when a run fails: a webhook, mail, both or nobody, by variables of the environment.

    BPP_ALERT_WEBHOOK   an address that takes a JSON document by POST
    BPP_ALERT_MAIL      addresses, separated by commas; needs BPP_ALERT_SMTP (host or host:port)
    BPP_ALERT_SENDER    what the mail says it is from

They are read when an alert is sent, and are secrets: no setting in a file. What is told is what the failure
says in our own words (`failures.py`), so it holds no cell value.
Not here: what a failure says.
"""

from __future__ import annotations

import json
import os
import smtplib
import urllib.request
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from email.message import EmailMessage

import dagster as dg

from assets.failures import AT_TERMINAL, kind_of
from assets.tags import delivery_in

SECONDS = 20
NOTHING_SAID = "the run ended without a word of ours: its process was lost, or Dagster itself failed"


@dataclass(frozen=True)
class Alert:
    """What is told of a failed run."""

    job: str
    run_id: str
    registry: str | None
    delivery: str | None
    kind: str
    text: str

    @property
    def subject(self) -> str:
        """Say it in one line."""
        return f"bpp_etl: {self.registry or self.job}: {self.text.splitlines()[0]}"


def alert_sensor() -> dg.SensorDefinition:
    """Make the sensor that tells of every failed run but those at a terminal, which has told of them."""

    @dg.run_failure_sensor(
        name="tell_of_failures",
        default_status=dg.DefaultSensorStatus.RUNNING,
        minimum_interval_seconds=30,
        description="Tells a webhook or a mailbox of each failed run, if BPP_ALERT_... says whom.",
    )
    def tell_of_failures(context: dg.RunFailureSensorContext) -> None:
        if AT_TERMINAL in context.dagster_run.tags:
            return
        alert = alert_of(context.dagster_run, list(context.get_step_failure_events()))
        for told in send(alert, os.environ):
            context.log.info("told %s of %s", told, alert.run_id)

    return tell_of_failures


def alert_of(run: dg.DagsterRun, failures: list[dg.DagsterEvent]) -> Alert:
    """Gather what there is to tell; of an error that is not in our own words, only that there was one."""
    told = [one for event in failures if (one := event.step_failure_data.user_failure_data) is not None]
    known = [(kind, str(one.description)) for one in told if (kind := kind_of(one.metadata)) is not None]
    kind = known[0][0] if known else "unforeseen"
    text = "\n\n".join(words for _, words in known) or NOTHING_SAID
    return Alert(
        run.job_name, run.run_id, run.tags.get("dagster/partition"), delivery_in(run.tags), kind, text
    )


def send(alert: Alert, environment: Mapping[str, str]) -> list[str]:
    """Send an alert to whom the environment names, and return who that was.

    Errors: OSError and what derives from it where nobody answers; the sensor's tick then fails, and shows it.
    """
    told = []
    webhook = environment.get("BPP_ALERT_WEBHOOK")
    if webhook:
        _post(alert, webhook)
        told.append("the webhook")
    mailboxes = environment.get("BPP_ALERT_MAIL")
    if mailboxes:
        _mail(alert, mailboxes, environment)
        told.append("the mailbox")
    return told


def _post(alert: Alert, address: str) -> None:
    if not address.startswith(("https://", "http://")):
        raise ValueError("BPP_ALERT_WEBHOOK is not an http address")
    body = json.dumps({"text": f"{alert.subject}\n{alert.text}", **asdict(alert)}).encode()
    request = urllib.request.Request(
        address, data=body, headers={"Content-Type": "application/json"}, method="POST"
    )
    with urllib.request.urlopen(request, timeout=SECONDS):
        pass


def _mail(alert: Alert, mailboxes: str, environment: Mapping[str, str]) -> None:
    message = EmailMessage()
    message["Subject"] = alert.subject
    message["From"] = environment.get("BPP_ALERT_SENDER", "bpp_etl@localhost")
    message["To"] = mailboxes
    message.set_content(f"{alert.text}\n\nrun {alert.run_id} of {alert.job}\n")
    host, _, port = environment.get("BPP_ALERT_SMTP", "localhost").partition(":")
    with smtplib.SMTP(host, int(port or 25), timeout=SECONDS) as server:
        server.send_message(message)
