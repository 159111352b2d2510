"""Finds a patient in the release in service and explains the call.

Not here: the evidence (`evidence.py`) and its words (`words.py`). An error never names the patient.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from bpp_etl.code_version import code_version
from bpp_etl.errors import NotFoundError, UsageError, shown
from bpp_etl.events import Protocol, Window, load_protocol
from bpp_etl.events.protocol_file import DEFAULT_PROTOCOL
from bpp_etl.events.window import FIRST_DAY, LAST_DAY
from bpp_etl.explain.as_html import as_html
from bpp_etl.explain.as_json import as_json
from bpp_etl.explain.as_text import as_text
from bpp_etl.explain.evidence import copy_patient, gather
from bpp_etl.explain.facts import Evidence, Source
from bpp_etl.explain.labels import Labels
from bpp_etl.identity.pseudonyms import pseudonym_of_patient
from bpp_etl.pages.plain_text import counted, joined
from bpp_etl.release.readable import ensure_readable
from bpp_etl.release.shelf import Shelf
from bpp_etl.timeline.stated import stated_by
from bpp_etl.warehouse.connection import Connection, attach_read_only, in_memory
from schemas.verdicts import VERDICT_SETS

WRITERS: Mapping[str, Callable[[Evidence, Labels], str]] = {
    "text": as_text,
    "json": as_json,
    "html": as_html,
}
CALL = ("state", "reason", "event_date", "confirmation_date", "progression_date")
VERDICTS = tuple(one.column for one in VERDICT_SETS.values())


def explain_patient(
    warehouse: Path,
    registry: str,
    patient: str,
    protocol: str = DEFAULT_PROTOCOL,
    output: str = "text",
    *,
    shift_dates: bool = False,
) -> str:
    """Explain the call of one patient of the release in service: text, json or html.

    With shifted dates, days are counted from the start of line 1 and no id, registry, delivery or release is
    named. Where ids are pseudonyms, the patient's own finds it too, if the key is at hand. Errors:
    NotFoundError where nothing is published, or the release has no such registry or patient; UsageError where
    the format or the protocol is unknown.
    """
    if output not in WRITERS:
        raise UsageError(f"there is no format {shown(output)}", f"choose one of {', '.join(WRITERS)}")
    loaded = load_protocol(protocol)
    evidence = evidence_of(warehouse, registry, patient, loaded)
    return WRITERS[output](evidence, Labels(evidence, is_shifted=shift_dates))


def evidence_of(warehouse: Path, registry: str, patient: str, protocol: Protocol) -> Evidence:
    """Gather the evidence of one patient of the release in service, in the calendar window of the release."""
    current = Shelf.of(warehouse).current
    if not current.is_file():
        raise NotFoundError("nothing is published in this warehouse", "`bpp refresh` publishes a release")
    with in_memory() as con:
        attach_read_only(con, current, "published")
        ensure_readable(con, "published")
        source = _find_by_any_name(con, warehouse, registry, patient)
        copy_patient(con, source)
        protocol = protocol.within(_window(con, protocol.name))
        published = _published(con, source, protocol)
        told = con.execute("select protocols, code_version from published.meta.release").fetchall()
        con.execute("detach published")
        evidence = gather(con, source, protocol)
    names, version = told[0]
    return replace(evidence, notes=tuple(_notes(evidence, published, list(names), str(version))))


def _find_by_any_name(con: Connection, warehouse: Path, registry: str, patient: str) -> Source:
    """Find a patient by the id in the release; else, where the key is at hand, by its pseudonym."""
    try:
        return _find(con, registry, patient)
    except NotFoundError:
        pseudonym = pseudonym_of_patient(os.environ, warehouse, registry, patient)
        if pseudonym is None:
            raise
        return _find(con, registry, pseudonym)


def _find(con: Connection, registry: str, patient: str) -> Source:
    deliveries = {
        str(name): (delivery, day)
        for name, delivery, day in con.execute(
            "select registry, delivery, delivery_date from published.quality.delivery"
            " where status = 'admitted' order by registry"
        ).fetchall()
    }
    if registry not in deliveries:
        raise NotFoundError(
            "the release in service has no admitted delivery of that registry",
            f"it has {joined(list(deliveries))}",
        )
    delivery, day = deliveries[registry]
    who = {"registry": registry, "patient": patient}
    found = con.execute(
        "select count(*) from published.core.patients where registry = $registry and patient_id = $patient",
        who,
    ).fetchall()
    if found == [(0,)]:
        raise _unknown(con, who)
    release_id = con.execute("select release_id from published.meta.release").fetchall()[0][0]
    stated = stated_by(con, registry, "published.quality.delivery")
    return Source(str(release_id), registry, patient, str(delivery), day, stated)


def _unknown(con: Connection, who: dict[str, str]) -> NotFoundError:
    """Say that the patient is not there, and whether the gate is why."""
    rules = con.execute(
        "select distinct unnest(broken_rules) as rule"
        " from published.quarantine.patients where registry = $registry and delivery_status = 'admitted'"
        " and trim(patient_id) = $patient order by rule",
        who,
    ).fetchall()
    if rules:
        return NotFoundError(
            f"registry {who['registry']} delivered that patient, who was refused at the gate",
            f"broken: {', '.join(rule for (rule,) in rules)}; the rows are in quarantine.patients",
        )
    return NotFoundError(
        f"registry {who['registry']} has no such patient in the release in service",
        "ids are case-sensitive; core.patients lists them",
    )


def _window(con: Connection, protocol: str) -> Window:
    """Return the window that the release gave a protocol; an open one where it was not built with it."""
    days = con.execute(
        "select parameter, cast(value as date) from published.meta.protocol_parameter"
        " where protocol = $protocol and list_contains($sides, parameter)",
        {"protocol": protocol, "sides": [FIRST_DAY, LAST_DAY]},
    ).fetchall()
    found = dict(days)
    return Window(found.get(FIRST_DAY), found.get(LAST_DAY))


def _published(con: Connection, source: Source, protocol: Protocol) -> dict[str, object] | None:
    """Return what the release says of the patient: where the course was left, the call, the verdicts."""
    columns = ", ".join(f"event.{name}" for name in (*CALL, *VERDICTS))
    rows = con.execute(
        f"select flow.left_at, {columns}"  # noqa: S608 our names
        " from published.event.patient_flow as flow"
        " left join published.event.pseudoprogression as event"
        " on event.registry = flow.registry and event.patient_id = flow.patient_id"
        " and event.protocol = flow.protocol"
        " where flow.registry = $registry and flow.patient_id = $patient and flow.protocol = $protocol",
        {"registry": source.registry, "patient": source.patient, "protocol": protocol.name},
    ).fetchall()
    return dict(zip(("left_at", *CALL, *VERDICTS), rows[0], strict=True)) if rows else None


def _notes(
    evidence: Evidence, published: Mapping[str, object] | None, protocols: list[str], version: str
) -> list[str]:
    """Say where this explanation and the release differ, and what is lacking."""
    notes = []
    protocol = evidence.protocol
    found = {"left_at": evidence.left_at, **evidence.event}
    if published is None:
        notes.append(f"The release was not built with protocol {protocol.name}; the call was worked out now.")
    elif any(published[name] != found.get(name) for name in ("left_at", *CALL)):
        was = " ".join(str(published[name]) for name in ("left_at", *CALL[:2]) if published[name] is not None)
        causes = []
        if f"{protocol.name}:{protocol.digest}" not in protocols:
            causes.append("the protocol has other parameters now")
        if version != code_version():
            causes.append("the release was built by another version of the software")
        why = f" ({joined(causes)})" if causes else ""
        notes.append(f"The release says otherwise: {was}{why}. Refresh to bring it up to date.")
    elif any(published[name] != found.get(name) for name in VERDICTS):
        notes.append(
            "The release gives another verdict of another rule set: by a protocol file of its own, or by"
            " another version of the software."
        )
    if evidence.refused:
        rows = [f"{table} {rule} {count}" for table, rule, count in evidence.refused]
        broken = sum(count for _, _, count in evidence.refused)
        notes.append(
            f"Rows of this patient were refused at the gate ({counted(broken, 'breach', 'breaches')}):"
            f" {', '.join(rows)}. Evidence may be missing."
        )
    return notes
