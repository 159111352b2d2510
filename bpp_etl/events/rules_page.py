"""Writes the rules, verdicts, flags and protocols out as Markdown, the first part of `docs/rules.md`.

Not here: the rules themselves; the page says nothing that a rule or a protocol could contradict.
"""

from __future__ import annotations

from collections.abc import Sequence

from bpp_etl.events.parameters import PARAMETERS, Value
from bpp_etl.events.protocol import Protocol, Setting
from bpp_etl.events.protocol_file import DEFAULT_PROTOCOL, load_protocol, load_shipped
from bpp_etl.events.rules import FLOW_RULES, STATE_RULES, DecidingRule
from bpp_etl.events.verdicts import VERDICT_RULES
from bpp_etl.pages.markdown import markdown_table
from schemas.event_flags import EVENT_FLAGS
from schemas.verdicts import VERDICT_SETS, VerdictSet

INTRODUCTION = """\
# Rules and protocols

This page is written from the rule tables, the protocol files and the spec tests; a test fails when it is out
of date.

The unit is a patient's first-line episode. SELECT files gather the evidence, the rules below decide, in their
order, and the first match wins. Numbers come from the protocol. ALP and HER2 never influence a state."""

VERDICTS = """\
Each reads the same evidence, from the candidate on and while line 1 lasts, for comparison; none takes part in
the state. What a guideline says that the evidence cannot express is listed below each table.

A state, once decided, is not changed by what follows, and a verdict beside it has seen no more than it has.
iRECIST reads up to the time point that decided the state, the last confirming CT needed or the progression;
RECIST 1.1 counts a progression after an equivocal lesion up to there. While the state is indeterminate both
read the whole line. iRECIST over the whole line stands beside it as a verdict set of its own."""

PROTOCOLS = """\
Everything below is data in `bpp_etl/events/protocols`. A protocol of your own is one more TOML file, given by
its path; with `extends` it states only what differs. Every parameter has a value, a source, and bounds that
it must keep. A file of kind `event` gives states; any other replaces the shipped verdict of its kind."""

WINDOW = """\
### The calendar window

A protocol may look only at patients whose line 1 started in some years. Its two days are optional parameters,
which no shipped protocol sets; `bpp refresh --from DAY --to DAY` sets them for every protocol of the refresh.
The first and the last day lie inside, and a side that is not set is open. Whoever started outside leaves at
`outside_window`: still admitted, in `core` and in the flow, and in no other metric. `meta.release` and the
head of the report tell the window."""


def render_rules() -> str:
    """Return the page as Markdown."""
    protocols = load_shipped()
    parts = [
        INTRODUCTION,
        "## Where patients leave the course",
        _rules(FLOW_RULES, with_state=False),
        "## What a candidate turned out to be",
        _rules(STATE_RULES, with_state=True),
        "## Verdicts of other rule sets",
        VERDICTS,
        *(_verdict(one, load_protocol(one.kind)) for one in VERDICT_SETS.values()),
        "## Flags of an event",
        markdown_table(
            ("flag", "meaning"), ((f"`{flag}`", sentence) for flag, sentence in EVENT_FLAGS.items())
        ),
        "## Protocols",
        PROTOCOLS,
        f"{WINDOW}\n\n{_optional()}",
        *(_protocol(protocol) for protocol in protocols),
    ]
    return "\n\n".join(parts) + "\n"


def _rules(rules: Sequence[DecidingRule], *, with_state: bool) -> str:
    if with_state:
        return markdown_table(
            ("rule", "when", "state", "reason", "source", "what would change it"),
            (
                (
                    f"`{rule.id}`",
                    rule.sentence,
                    rule.state or "",
                    rule.reason,
                    rule.citation,
                    rule.would_change,
                )
                for rule in rules
            ),
        )
    return markdown_table(
        ("rule", "when", "source", "what would change it"),
        ((f"`{rule.id}`", rule.sentence, rule.citation, rule.would_change) for rule in rules),
    )


def _verdict(one: VerdictSet, protocol: Protocol) -> str:
    if one.repeats is not None:
        return f"### Verdict: {one.title}\n\n{one.judges} The rules are those of `{one.repeats}`."
    rows = (
        (
            f"`{rule.id}`",
            rule.sentence,
            rule.verdict,
            rule.dated_by.removesuffix("_date").replace("_", " ") if rule.dated_by else "",
            f"`{rule.needs[0]}` is {rule.needs[1]}" if rule.needs else "",
        )
        for rule in VERDICT_RULES[one.name]
    )
    limits = "\n".join(f"- {limit}" for limit in protocol.limits)
    table = markdown_table(("rule", "when", "verdict", "dated", "in force if"), rows)
    heading = f"### Verdict: {one.title}\n\n{one.judges}"
    return f"{heading}\n\n{table}\n\nNot expressed, or read otherwise:\n\n{limits}"


def _protocol(protocol: Protocol) -> str:
    default = ", the default" if protocol.name == DEFAULT_PROTOCOL else ""
    source = protocol.citation + (f", doi {protocol.doi}" if protocol.doi else "") + "."
    parts = [
        f"### `{protocol.name}`: {protocol.title}",
        f"Kind `{protocol.kind}`{default}. {protocol.summary}",
        f"Source: {source}",
    ]
    if protocol.limits:
        parts.append("\n".join(f"- {limit}" for limit in protocol.limits))
    declared = PARAMETERS[protocol.kind]
    parts.append(
        markdown_table(
            ("parameter", "value", "unit", "bounds", "meaning", "source"),
            (
                (
                    f"`{name}`",
                    _value(setting.value),
                    setting.unit,
                    _bounds(setting),
                    declared[name].sentence,
                    setting.source,
                )
                for name, setting in protocol.settings.items()
            ),
        )
    )
    return "\n\n".join(parts)


def _optional() -> str:
    declared = (one for kind in PARAMETERS.values() for one in kind.values() if one.is_optional)
    return markdown_table(("parameter", "meaning"), ((f"`{one.name}`", one.sentence) for one in declared))


def _value(value: Value) -> str:
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def _bounds(setting: Setting) -> str:
    return f"{setting.bounds[0]:g} to {setting.bounds[1]:g}" if setting.bounds else ""
