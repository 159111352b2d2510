"""Protocol files: what ships loads, what a user adds works without code, what is wrong is said plainly."""

from datetime import date
from pathlib import Path

import pytest

from bpp_etl import events
from bpp_etl.errors import BppError, UsageError
from bpp_etl.events import (
    DEFAULT_PROTOCOL,
    ProtocolError,
    Window,
    load_protocol,
    load_shipped,
    shipped,
)
from bpp_etl.events.derive import sort_protocols
from bpp_etl.events.parameters import PARAMETERS, VERDICT_KINDS
from schemas.cadence import CYCLES_PER_INTERVAL, FALLBACK_CYCLE_DAYS, TIME_POINT_DAYS
from schemas.lesion_laws import BASELINE_DAYS
from schemas.line_end_laws import COUNTED_DAYS
from schemas.therapy_lines import SEEN_WITHIN_DAYS

OWN = """
name = "own"
kind = "event"
extends = "xu2025"
title = "Own"
summary = "Three confirming CTs."
[citation]
text = "Our tumour board"
[parameters.confirming_cts]
value = 3
source = "Our tumour board"
"""


OPTIONAL = {
    "candidate_findings": ("new_osteoblastic",),
    "candidate_on": "any",
    "flare_until_days": None,
    "confirming_finding": "no_progression",
    "first_line_from": None,
    "first_line_to": None,
}


def written(folder: Path, text: str) -> Path:
    path = folder / "own.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_every_shipped_protocol_loads_and_sets_every_parameter_of_its_kind() -> None:
    protocols = load_shipped()
    assert protocols[0].name == shipped()[0] == DEFAULT_PROTOCOL
    for protocol in protocols:
        declared = PARAMETERS[protocol.kind].values()
        needed = [one.name for one in declared if not one.is_optional]
        assert [name for name in protocol.settings if name in needed] == needed
        assert list(protocol.settings) == [one.name for one in declared if one.name in protocol.settings]
        assert protocol.window.is_open
        assert protocol.citation
        assert all(setting.source for setting in protocol.settings.values())


def test_every_file_of_the_folder_is_shipped_by_its_name_states_first() -> None:
    folder = Path(events.__file__).parent / "protocols"
    names = [protocol.name for protocol in load_shipped()]
    assert sorted(names) == sorted(shipped()) == sorted(path.stem for path in folder.iterdir())
    assert names[-len(VERDICT_KINDS) :] == list(VERDICT_KINDS)


def test_the_default_protocol_has_the_numbers_of_the_specification() -> None:
    values = load_protocol("xu2025").values
    assert values == {
        "time_point_days": 7,
        "baseline_window_days": 42,
        "candidate_modalities": ("CT", "PET_CT"),
        "confirming_modalities": ("CT", "PET_CT"),
        "progression_modalities": ("CT", "PET_CT", "MRI"),
        "progression_kinds": ("extraosseous", "lysis", "new_lytic"),
        "confirming_cts": 2,
        "read_for_progression": ("response", "lysis"),
        "confirming_spacing_days": 28,
        "confirming_from_start_days": 0,
        "progression_after_line_days": 28,
        "cycles_per_interval": 2,
        "fallback_cycle_days": 21,
        "lost_after_intervals": 2,
        "late_onset_days": 168,
        "early_onset_days": 14,
        "long_gap_intervals": 2,
        "entered_late_days": 42,
        "progression_seen_days": 60,
        "maintenance_continues": "no",
        "alp_baseline_days": 28,
        "alp_event_days": 14,
        "alp_stable_percent": 15,
    }


def test_what_is_judged_before_any_protocol_is_judged_by_the_numbers_of_the_default_one() -> None:
    values = load_protocol(DEFAULT_PROTOCOL).values
    assert {
        "time_point_days": TIME_POINT_DAYS,
        "cycles_per_interval": CYCLES_PER_INTERVAL,
        "fallback_cycle_days": FALLBACK_CYCLE_DAYS,
        "baseline_window_days": BASELINE_DAYS,
    }.items() <= values.items()


def test_what_is_left_unset_is_its_default_and_no_digest_knows_of_it(tmp_path: Path) -> None:
    default = load_protocol(DEFAULT_PROTOCOL)
    assert {name: default.value(name) for name in OPTIONAL} == OPTIONAL
    assert default.value("no_such_parameter") is None
    text = OWN + '[parameters.candidate_on]\nvalue = "first"\nsource = "Our tumour board"\n'
    assert load_protocol(written(tmp_path, text)).value("candidate_on") == "first"
    assert default.digest.startswith("a221967e"), "a parameter that is added moves nobody's digest"


def test_one_ct_differs_from_the_default_in_nothing_else() -> None:
    one, two = load_protocol("xu2025_one_ct"), load_protocol("xu2025")
    assert {name for name in two.values if one.values[name] != two.values[name]} == {"confirming_cts"}


def test_a_protocol_of_ones_own_builds_on_a_shipped_one(tmp_path: Path) -> None:
    protocol = load_protocol(written(tmp_path, OWN))
    assert (protocol.name, protocol.values["confirming_cts"]) == ("own", 3)
    assert protocol.values["baseline_window_days"] == 42


def test_the_digest_follows_what_can_change_a_call_and_nothing_else(tmp_path: Path) -> None:
    digest = load_protocol(written(tmp_path, OWN)).digest
    assert load_protocol(written(tmp_path, OWN.replace("tumour board", "heads"))).digest == digest
    assert load_protocol(written(tmp_path, OWN.replace("value = 3", "value = 4"))).digest != digest


def test_a_calendar_window_is_days_of_the_protocol_or_asked_for(tmp_path: Path) -> None:
    first, last = date(2018, 1, 1), date(2023, 12, 31)
    text = OWN + '[parameters.first_line_from]\nvalue = 2018-01-01\nsource = "The study"\n'
    without, own = load_protocol(written(tmp_path, OWN)), load_protocol(written(tmp_path, text))
    assert (without.window, own.window) == (Window(), Window(first))
    both = own.within(Window(last_day=last))
    assert both.window == Window(first, last), "a side that is asked for leaves the other as it is"
    assert [both.settings[name].source for name in ("first_line_from", "first_line_to")] == [
        "The study",
        "Asked for at the refresh, by --from and --to.",
    ]
    assert len({one.digest for one in (without, own, both)}) == 3
    assert own.within(Window(first)).digest == own.digest
    assert own.within(Window()) is own
    verdict = load_protocol("mda")
    assert verdict.within(Window(first)) is verdict, "it has no cohort of its own"
    with pytest.raises(UsageError, match="no day lies in the calendar window from 2018-01-01 to 2017-12-31"):
        own.within(Window(last_day=date(2017, 12, 31)))
    assert own.within(Window(last_day=first)).window == Window(first, first), "one day is a window"


@pytest.mark.parametrize(
    ("found", "put", "complaint"),
    [
        ("confirming_cts]\nvalue = 3", "first_line_to]\nvalue = 3", "parameter first_line_to must be a day"),
        (
            "confirming_cts]\nvalue = 3",
            'first_line_to]\nvalue = "2018-01-01"',
            "parameter first_line_to must be a day",
        ),
        (
            "confirming_cts]\nvalue = 3",
            "first_line_to]\nvalue = 2018-01-01T00:00:00",
            "parameter first_line_to must be a day",
        ),
        (
            "[parameters.confirming_cts]\nvalue = 3",
            '[parameters.first_line_from]\nvalue = 2018-01-02\nsource = "s"\n'
            "[parameters.first_line_to]\nvalue = 2018-01-01",
            "no day lies in the calendar window from 2018-01-02 to 2018-01-01",
        ),
        ("value = 3", "value = -1", "parameter confirming_cts is -1, outside 0 to 12"),
        ("value = 3", "value = 13", "parameter confirming_cts is 13, outside 0 to 12"),
        ("value = 3", "value = 2.5", "parameter confirming_cts must be a whole number"),
        ("value = 3", "value = true", "parameter confirming_cts must be a number"),
        ("value = 3", 'value = "3"', "parameter confirming_cts must be a number"),
        (
            "value = 3",
            'value = 3\nunit = "days"',
            "parameter confirming_cts is in 'days', expected 'time points'",
        ),
        (
            "value = 3",
            "value = 3\nbounds = [-1, 12]",
            "bounds of parameter confirming_cts must lie within 0 to 12",
        ),
        ("value = 3", "value = 3\nbounds = [4, 12]", "parameter confirming_cts is 3, outside 4 to 12"),
        ("value = 3\nsource", "value = 3\nwhy", "'why' is not a known key under parameter confirming_cts"),
        ('source = "Our tumour board"', "", "parameter confirming_cts has no source"),
        ("value = 3\n", "", "parameter confirming_cts has no value"),
        ("confirming_cts", "confirming_scans", "'confirming_scans' is not a known parameter"),
        ('extends = "xu2025"', "", "parameters lack time_point_days, baseline_window_days"),
        ('extends = "xu2025"', 'extends = "own"', "extends 'own', which is not another shipped protocol"),
        ('name = "own"', 'name = "lin2021"', "name 'lin2021' is that of a shipped protocol"),
        ('kind = "event"', 'kind = "mda"', "kind is 'mda', but xu2025, which it extends, is 'event'"),
        ('kind = "event"', 'kind = "verdict"', "kind 'verdict' is unknown"),
        ('name = "own"', 'name = "Our Own"', "name must be small letters"),
        ('title = "Own"', "", "title must be given as text"),
        ('title = "Own"', 'titel = "Own"', "'titel' is not a known key"),
        ('[citation]\ntext = "Our tumour board"', "", "[citation] is missing"),
        ('text = "Our tumour board"', 'text = " "', "text under citation must be given as text"),
        ('title = "Own"', 'title = "a\\u001b[2J"', "title holds a character that cannot be shown"),
        ('title = "Own"', 'title = "Own"\nlimits = [3]', "each of limits must be given as text"),
        ("value = 3", f"value = 1{'0' * 400}", "parameter confirming_cts is far too large, outside 0 to 12"),
        (
            'title = "Own"',
            f"title = {'[' * 20000}",
            "own.toml cannot be read as TOML: it is nested too deeply",
        ),
        ("name =", "name", "cannot be read as TOML"),
        (
            "[parameters.confirming_cts]\nvalue = 3",
            '[parameters.candidate_findings]\nvalue = ["new_on_bone_scan"]',
            "candidate_findings names new_on_bone_scan, but candidate_modalities no BONE_SCAN",
        ),
        (
            "[parameters.confirming_cts]\nvalue = 3",
            '[parameters.candidate_modalities]\nvalue = ["BONE_SCAN"]\nsource = "s"\n'
            '[parameters.candidate_findings]\nvalue = ["denser"]',
            "candidate_findings names denser, which no BONE_SCAN shows",
        ),
        (
            "value = 3",
            'value = 0\nsource = "s"\n[parameters.confirming_finding]\nvalue = "better"',
            'confirming_finding = "better" needs confirming_cts of 1 or more',
        ),
        (
            "[parameters.confirming_cts]\nvalue = 3",
            '[parameters.confirming_modalities]\nvalue = ["BONE_SCAN"]',
            "confirming_modalities names BONE_SCAN, which shows no absence of progression",
        ),
        (
            "[parameters.confirming_cts]\nvalue = 3",
            '[parameters.candidate_modalities]\nvalue = ["MRI"]',
            "parameter candidate_modalities must be a list of known codes",
        ),
    ],
)
def test_what_is_wrong_with_a_file_is_said_in_one_line(
    tmp_path: Path, found: str, put: str, complaint: str
) -> None:
    assert found in OWN
    with pytest.raises(ProtocolError) as caught:
        load_protocol(written(tmp_path, OWN.replace(found, put, 1)))
    assert complaint in caught.value.message
    assert caught.value.message.startswith("own.toml: ") or "cannot be read" in caught.value.message
    assert "\n" not in caught.value.message


def test_a_file_in_another_encoding_is_refused_and_a_mark_of_the_encoding_is_not(tmp_path: Path) -> None:
    path = written(tmp_path, OWN)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert load_protocol(path).name == "own"
    path.write_bytes(OWN.replace("tumour", "t\u00fcmour").encode("latin-1"))
    with pytest.raises(ProtocolError, match="it is not in UTF-8"):
        load_protocol(path)


def test_a_hostile_file_name_stays_on_one_line(tmp_path: Path) -> None:
    path = tmp_path / "a\nb\x1b[2J.toml"
    path.write_text("colour = 1", encoding="utf-8")
    with pytest.raises(ProtocolError) as caught:
        load_protocol(path)
    assert caught.value.message.startswith("a?b?[2J.toml: 'colour' is not a known key")


def test_protocols_that_would_be_mixed_up_are_refused(tmp_path: Path) -> None:
    own = written(tmp_path, OWN)
    for given, complaint in (
        (["xu2025", "xu2025"], "two protocols have the same name"),
        ([own, own], "two protocols have the same name"),
        (["xu2025", "mda", "mda"], "two protocols give the verdict of mda"),
        (["mda"], "none of the protocols gives a state"),
    ):
        with pytest.raises(ProtocolError, match=complaint):
            sort_protocols([load_protocol(one) for one in given])


def test_an_unknown_name_lists_what_ships() -> None:
    with pytest.raises(BppError) as caught:
        load_protocol("xu2052")
    assert "xu2052" in caught.value.message
    assert "xu2025_one_ct" in caught.value.hint


def test_the_gate_flags_lines_by_the_days_of_the_default_protocol() -> None:
    protocol = load_protocol("xu2025")
    assert protocol.value("progression_after_line_days") == COUNTED_DAYS
    assert protocol.value("progression_seen_days") == SEEN_WITHIN_DAYS
