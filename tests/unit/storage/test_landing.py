"""A landing in S3: copied once, read as any other, and each thing that may go wrong is one line.

Not here: tables of a lakehouse (`test_tables.py`), and what is written to S3 (`test_copied.py`).
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from bpp_etl.check import check_delivery
from bpp_etl.errors import BppError, UsageError
from bpp_etl.explain.delivered_row import tell_row
from bpp_etl.explain.row_fate import Which
from bpp_etl.landing.arrival import look_at
from bpp_etl.settings import Places, places
from bpp_etl.storage import staging
from bpp_etl.storage.look import look_at_delivery, look_at_landing
from bpp_etl.storage.objects import Object, Store
from bpp_etl.storage.stated import Storage, load_storage, publish_to
from tests.support.deliveries import DAY, TINY, write_delivery_of
from tests.support.gating import gated
from tests.unit.storage.conftest import KEYS, Server

PERSON = "kowalska"


def put_delivery(server: Server, registry: str, day: str = DAY, **changed: str) -> None:
    for table, text in (TINY | changed).items():
        server.put(f"landing/{registry}/{day}/{table}.csv", text.encode())


@pytest.fixture
def fetches(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note each object that is fetched."""
    seen: list[str] = []
    fetched = staging.fetched

    def noted(store: Store, one: Object, to: Path) -> tuple[str, str]:
        seen.append("/".join(one.parts))
        return fetched(store, one, to)

    monkeypatch.setattr(staging, "fetched", noted)
    return seen


def chosen(server: Server, home: Path) -> Places:
    return places({}, f"{server.address}/landing", home / "warehouse")


def test_a_landing_in_s3_is_read_as_one_that_lies_here(server: Server, tmp_path: Path) -> None:
    put_delivery(server, "tiny")
    server.put("landing/tiny/registry.toml", b"[cadence]\ninterval_days = [42]\n")
    server.put(f"landing/tiny/{DAY}/notes.pdf", b"nobody reads it")
    there = look_at_landing(chosen(server, tmp_path)).newest["tiny"]
    here = write_delivery_of(tmp_path / "landing")
    (here.parent / "registry.toml").write_text("[cadence]\ninterval_days = [42]\n", encoding="utf-8")
    (here / "notes.pdf").write_bytes(b"nobody reads it")
    ours, theirs = gated(here), gated(there.path)
    assert ours.read == theirs.read, "digests of files, problems, and names that nothing reads"
    assert ours.core == theirs.core
    assert ours.decision.rules == theirs.decision.rules


def test_a_copy_is_the_owners_alone_and_no_other_file_lies_beside(server: Server, tmp_path: Path) -> None:
    put_delivery(server, "tiny")
    look_at_landing(chosen(server, tmp_path))
    home = chosen(server, tmp_path).landing.parent
    for path in (home, *home.rglob("*")):
        if path.name != ".lock":
            assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600), path
    assert not [path for path in home.rglob("*") if path.is_file() and "coming" in str(path)]


def test_what_did_not_change_is_fetched_once(server: Server, tmp_path: Path, fetches: list[str]) -> None:
    put_delivery(server, "tiny")
    first = look_at(look_at_landing(chosen(server, tmp_path)).newest["tiny"])
    assert len(fetches) == len(TINY)
    assert look_at(look_at_landing(chosen(server, tmp_path)).newest["tiny"]) == first
    assert len(fetches) == len(TINY)
    server.put(f"landing/tiny/{DAY}/patients.csv", TINY["patients"].replace("A,f", "Z,f").encode())
    again = look_at_landing(chosen(server, tmp_path)).newest["tiny"]
    assert fetches[len(TINY) :] == ["patients.csv"], "of the same size: its ETag tells"
    assert "Z,female" in (again.path / "patients.csv").read_text(encoding="utf-8")


def test_the_newest_delivery_is_copied_and_what_was_taken_away_goes(
    server: Server, tmp_path: Path, fetches: list[str]
) -> None:
    put_delivery(server, "tiny", "2024-06-30")
    put_delivery(server, "tiny")
    put_delivery(server, "other")
    found = look_at_landing(chosen(server, tmp_path))
    assert (found.newest["tiny"].name, len(fetches)) == (DAY, 2 * len(TINY))
    server.remove(f"landing/tiny/{DAY}/her2_tests.csv")
    for key in server.keys("landing/other"):
        server.remove(key)
    found = look_at_landing(chosen(server, tmp_path))
    assert sorted(found.newest) == ["tiny"]
    assert not (found.newest["tiny"].path / "her2_tests.csv").exists()
    for key in server.keys(f"landing/tiny/{DAY}"):
        server.remove(key)
    assert look_at_landing(chosen(server, tmp_path)).newest["tiny"].name == "2024-06-30"
    assert look_at_landing(chosen(server, tmp_path), is_fetching=False).newest["tiny"].name == "2024-06-30"


def test_an_older_delivery_is_had_by_its_name(server: Server, tmp_path: Path) -> None:
    put_delivery(server, "tiny", "2024-06-30")
    put_delivery(server, "tiny")
    where = chosen(server, tmp_path)
    look_at_landing(where)
    told = tell_row(where, Which("tiny", "2024-06-30", "patients", 2, None))
    assert "in patients.csv, row 2" in told
    for name in ("2024-01-01", "../2024-06-30", "nothing"):
        assert look_at_delivery(where, "tiny", name) is None


def test_a_delivery_in_s3_is_checked_where_it_lies(server: Server) -> None:
    put_delivery(server, "tiny")
    told, is_open = check_delivery(Path(f"{server.address}/landing/tiny/{DAY}"))
    assert is_open
    assert told.startswith(f"tiny {DAY}") or "tiny" in told.splitlines()[0]
    with pytest.raises(UsageError, match="names no delivery"):
        check_delivery(Path(f"{server.address}/landing/tiny"))
    with pytest.raises(UsageError, match="there is nothing at"):
        check_delivery(Path(f"{server.address}/landing/tiny/2020-01-01"))


def test_an_object_that_vanishes_meanwhile_closes_its_registry_alone(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for registry in ("tiny", "other"):
        put_delivery(server, registry)
    server.put(f"landing/other/{DAY}/{PERSON}.csv", b"a\n1\n")
    fetched = staging.fetched

    def vanishing(store: Store, one: Object, to: Path) -> tuple[str, str]:
        if one.parts[-1].startswith(PERSON):
            server.remove(f"landing/other/{DAY}/{PERSON}.csv")
        return fetched(store, one, to)

    monkeypatch.setattr(staging, "fetched", vanishing)
    found = look_at_landing(chosen(server, tmp_path))
    assert (sorted(found.newest), found.closed) == (["tiny"], ("other",))
    (left,) = found.left_alone
    assert "vanished, or changed, meanwhile" in left.told
    assert PERSON not in left.told + str(left)
    monkeypatch.setattr(staging, "fetched", fetched)
    assert sorted(look_at_landing(chosen(server, tmp_path)).newest) == ["other", "tiny"]


def test_an_object_that_changes_while_it_is_fetched_is_not_taken(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_delivery(server, "tiny")
    asked = staging.fetched

    def changing(store: Store, one: Object, to: Path) -> tuple[str, str]:
        from bpp_etl.storage import objects  # noqa: PLC0415

        monkeypatch.setattr(objects, "state_of", lambda *_: "another 1")
        return asked(store, one, to)

    monkeypatch.setattr(staging, "fetched", changing)
    assert look_at_landing(chosen(server, tmp_path)).closed == ("tiny",)


def test_names_that_fit_nothing_are_told_by_their_place(server: Server, tmp_path: Path) -> None:
    put_delivery(server, "tiny")
    server.put(f"landing/{PERSON} anna/2024-12-31/patients.csv", b"")
    server.put(f"landing/tiny/{PERSON} 2024/patients.csv", b"")
    server.put(f"landing/{PERSON}.txt", b"")
    found = look_at_landing(chosen(server, tmp_path))
    assert sorted(found.newest) == ["tiny"]
    assert len(found.left_alone) == 3
    assert PERSON not in "".join(one.told for one in found.left_alone)
    assert PERSON in "".join(map(str, found.left_alone))


def test_a_key_that_is_no_path_leads_nowhere(server: Server, tmp_path: Path) -> None:
    boto3 = pytest.importorskip("boto3", reason="comes with the server")
    put_delivery(server, "tiny")
    client = boto3.client("s3", endpoint_url=server.endpoint, region_name="us-east-1")
    for key in ("../../../../../out.csv", "../../../out.csv", "a/../../out.csv", "..csv/x.csv", "a//out.csv"):
        client.put_object(Bucket=server.bucket, Key=f"landing/tiny/{DAY}/{key}", Body=b"a\n")
    found = look_at_landing(chosen(server, tmp_path))
    assert sorted(found.newest) == ["tiny"]
    assert not list(tmp_path.glob("**/out.csv"))


@pytest.mark.parametrize(
    ("variables", "address", "why"),
    [
        ({}, "s3://no-such-house/landing", "there is no such bucket"),
        ({}, "{own}/nothing", "there is nothing at s3://"),
        ({"BPP_STORAGE_ENDPOINT": "http://127.0.0.1:9"}, "{own}/landing", "its server cannot be reached"),
        ({"BPP_STORAGE_ENDPOINT": "http://no.invalid"}, "{own}/landing", "its server cannot be reached"),
    ],
)
def test_a_landing_that_cannot_be_had_is_told_in_a_line(
    variables: dict[str, str],
    address: str,
    why: str,
    server: Server,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    put_delivery(server, "tiny")
    for name, told in variables.items():
        monkeypatch.setenv(name, told)
    where = places({}, address.format(own=server.address), tmp_path / "warehouse")
    with pytest.raises(BppError) as caught:
        look_at_landing(where)
    assert why in caught.value.message
    assert caught.value.hint
    assert "\n" not in caught.value.message
    assert KEYS["AWS_SECRET_ACCESS_KEY"] not in caught.value.message + caught.value.hint


def test_keys_that_are_refused_are_told_in_a_line(server: Server, tmp_path: Path) -> None:
    put_delivery(server, "tiny")
    server.ask("/moto-api/reset-auth", b"0")
    try:
        with pytest.raises(BppError, match="lets nobody in") as caught:
            look_at_landing(chosen(server, tmp_path))
    finally:
        server.ask("/moto-api/reset-auth", b"1000000")
    assert "AWS_ACCESS_KEY_ID" in caught.value.hint
    assert not {*KEYS.values()} & {*(caught.value.message + caught.value.hint).split()}


@pytest.mark.parametrize(
    ("told", "address"),
    [
        ("s3://house/landing/", "s3://house/landing"),
        (Path("s3://house/landing"), "s3://house/landing"),
        (Path("file:///data/landing"), "file:///data/landing"),
        ("gs://house", "gs://house"),
    ],
)
def test_an_address_is_told_from_a_folder(told: str | Path, address: str, tmp_path: Path) -> None:
    found = places({}, told, tmp_path)
    assert (found.source, found.landing_told) == (address, address)
    assert found.landing.is_relative_to(tmp_path / ".staged")
    assert places({}, found.landing_told, tmp_path) == found


@pytest.mark.parametrize(
    "told", ["s4://house/landing", "s3://key:secret@house/x", "s3://house/x?access_key=secret"]
)
def test_an_address_that_is_none_or_holds_more_is_refused_without_being_shown(
    told: str, tmp_path: Path
) -> None:
    with pytest.raises(UsageError) as caught:
        places({}, told, tmp_path)
    assert "secret" not in caught.value.message + caught.value.hint
    with pytest.raises(UsageError, match="the warehouse is an address"):
        places({}, tmp_path, told)


def test_any_filesystem_of_pyarrow_is_a_landing(tmp_path: Path) -> None:
    write_delivery_of(tmp_path / "far away")
    where = places({}, f"file://{tmp_path / 'far away'}", tmp_path / "warehouse")
    found = look_at_landing(where).newest["tiny"]
    assert found.date == dt.date(2024, 12, 31)
    assert gated(found.path).decision.is_open


def test_how_a_store_is_reached_is_stated_in_the_file_or_by_variables(tmp_path: Path) -> None:
    file = tmp_path / "pyproject.toml"
    file.write_text(
        '[tool.bpp]\npublish_to = "s3://house/out"\n'
        '[tool.bpp.storage]\nendpoint = "https://s3.house"\nregion = "eu"\nanonymous = true\n'
    )
    assert load_storage({}, tmp_path) == Storage("https://s3.house", "eu", is_anonymous=True)
    told = {"BPP_STORAGE_ENDPOINT": "http://x", "BPP_STORAGE_REGION": "us", "BPP_STORAGE_ANONYMOUS": "no"}
    assert load_storage(told, tmp_path) == Storage("http://x", "us")
    assert publish_to({}, tmp_path) == "s3://house/out"
    assert publish_to({"BPP_PUBLISH_TO": "s3://other"}, tmp_path) == "s3://other"
    assert load_storage({"AWS_ENDPOINT_URL": "http://y", "AWS_REGION": "z"}, tmp_path / "no") == Storage(
        "http://y", "z"
    )
    for wrong in ('endpoint = "s3.house"', 'key = "x"', 'anonymous = "maybe"'):
        file.write_text(f"[tool.bpp.storage]\n{wrong}\n")
        with pytest.raises(UsageError):
            load_storage({}, tmp_path)
    with pytest.raises(UsageError, match="no address in S3"):
        publish_to({"BPP_PUBLISH_TO": "gs://house"}, tmp_path)
