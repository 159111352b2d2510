"""The guard before the UI: what is refused, and with which word, and what is passed on as it came.

Not here: a browser that tries (`tests/browser/test_ui_in_browser.py`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest
from starlette.types import Message

from assets.guard import Guard, refusal

HOST = "127.0.0.1:3000"
JSON = {"content-type": "application/json; charset=utf-8"}
TOLD = {
    "host": "answers to 127.0.0.1 and localhost only",
    "site": "asked by a page of another site",
    "post": "sent by POST",
    "json": "send it as JSON",
    "body": "by POST, in the body",
}


def answer(
    method: str = "GET",
    path: str = "/",
    headers: Mapping[str, str | None] | None = None,
    query: str = "",
    kind: str = "http",
) -> tuple[int, str]:
    """Ask through the guard, and return status and words; 200 and `inside` where it passed."""
    told = {"host": HOST, **(headers or {})}
    scope = {
        "type": kind,
        "method": method,
        "path": path,
        "query_string": query.encode(),
        "headers": [(name.encode(), text.encode()) for name, text in told.items() if text is not None],
    }
    sent: list[Message] = []

    async def inside(*_: Any) -> None:
        sent.append({"status": 200})
        sent.append({"body": b"inside"})

    async def receive() -> Message:
        raise AssertionError("a request that is refused is not read")

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(Guard(inside)(scope, receive, send))
    if kind == "websocket" and "code" in sent[0]:
        return sent[0]["code"], sent[0]["reason"]
    return sent[0]["status"], sent[-1]["body"].decode()


@pytest.mark.parametrize("host", [HOST, "localhost:3000", "LOCALHOST", "[::1]:3000", "127.0.0.1"])
def test_a_name_of_this_machine_is_answered_on_any_port(host: str) -> None:
    assert answer(headers={"host": host}) == (200, "inside")


@pytest.mark.parametrize(
    "host",
    [
        None,
        "",
        "evil.example:3000",
        "127.0.0.1.evil.example",
        "user@127.0.0.1:3000",
        "0.0.0.0:3000",
        "[::1",
        "a:b:c",
    ],
)
def test_another_name_is_refused(host: str | None) -> None:
    status, words = answer(headers={"host": host})
    assert status == 403
    assert TOLD["host"] in words


def test_two_hosts_are_refused() -> None:
    scope = {"type": "http", "method": "GET", "path": "/", "query_string": b""}
    told = refusal(scope | {"headers": [(b"host", HOST.encode()), (b"host", b"evil.example")]})
    assert told is not None
    assert told[0] == 403


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "null",
        "http://127.0.0.1:8080",
        "http://localhost:3000",
        "file://127.0.0.1:3000",
    ],
)
def test_a_foreign_origin_is_refused(method: str, origin: str) -> None:
    status, words = answer(method, "/graphql", {"origin": origin, **JSON})
    assert (status, TOLD["site"] in words) == (403, True)


def test_its_own_pages_are_served() -> None:
    own = {"origin": f"http://{HOST}", "sec-fetch-site": "same-origin", **JSON}
    assert answer("POST", "/graphql", own, "op=RunsQuery") == (200, "inside")
    assert answer("GET", "/graphql", own) == (200, "inside")
    assert answer("HEAD", "/runs", own) == (200, "inside")
    assert answer("GET", "/", {"sec-fetch-site": "cross-site"}) == (200, "inside")  # a link to the UI
    assert answer("GET", "/graphql", own, kind="websocket") == (200, "inside")
    assert answer("POST", "/report_asset_check/a", JSON, "check_name=a") == (200, "inside")


@pytest.mark.parametrize(
    ("method", "path", "headers", "query", "status", "told"),
    [
        ("GET", "/graphql", {}, "query=mutation%7Ba%7D", 405, "body"),
        ("GET", "/prefix/graphql/", {}, "a=1&query=", 405, "body"),
        ("POST", "/graphql", JSON, "query=%7Ba%7D", 405, "body"),
        ("POST", "/graphql", {}, "", 415, "json"),
        ("POST", "/graphql", {"content-type": "text/plain"}, "", 415, "json"),
        ("POST", "/graphql", {"content-type": "application/graphql"}, "", 415, "json"),
        ("POST", "/report_asset_materialization/a", {"content-type": "multipart/form-data"}, "", 415, "json"),
        ("DELETE", "/graphql", JSON, "", 405, "post"),
        ("OPTIONS", "/graphql", {}, "", 405, "post"),
        ("POST", "/graphql", {"sec-fetch-site": "cross-site", **JSON}, "", 403, "site"),
        ("GET", "/graphql", {"sec-fetch-site": "same-site"}, "", 403, "site"),
    ],
)
def test_what_no_page_of_the_ui_sends_is_refused(
    method: str, path: str, headers: dict[str, str | None], query: str, status: int, told: str
) -> None:
    found, words = answer(method, path, headers, query)
    assert (found, TOLD[told] in words) == (status, True)


def test_a_socket_of_another_site_is_closed() -> None:
    code, words = answer("GET", "/graphql", {"origin": "http://evil.example"}, kind="websocket")
    assert (code, TOLD["site"] in words) == (1008, True)
