"""What the UI answers to: its own pages on this machine, and nobody else's.

Not here: the server that is guarded (`ui.py`). The UI has no login, so a page of any other site that is open
in the same browser could reach it: by a foreign Origin, by a name of its own that leads to 127.0.0.1, or by a
plain link or form, which carry no Origin at all.
"""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose

OWN_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})
READING = frozenset({"GET", "HEAD"})
ASKED_IN_ADDRESS = frozenset({"query", "mutation", "operationName", "variables", "extensions"})
OWN_SITES = frozenset({"same-origin", "none"})
"""What a browser says of a request that a page of the UI makes, or that a person typed."""


class Guard:
    """An ASGI application before another: it refuses what did not come from the UI itself.

    Host must be a name of this machine (any port: it may be forwarded); an Origin must be that of the Host;
    what asks GraphQL does so by POST, in the body; what is sent is JSON, which no form and no link of another
    site can send. Refused in one line, before the server has read a byte of it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse a request of a stranger, pass on the rest."""
        refused = refusal(scope) if scope["type"] in {"http", "websocket"} else None
        if refused is None:
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await WebSocketClose(code=1008, reason=refused[1])(scope, receive, send)
        else:
            status, words = refused
            await PlainTextResponse(words + "\n", status_code=status)(scope, receive, send)


def refusal(scope: Scope) -> tuple[int, str] | None:
    """Return the status and the sentence that a request is refused with, or None where it is the UI's own."""
    headers = Headers(scope=scope)
    hosts, origins = headers.getlist("host"), headers.getlist("origin")
    if len(hosts) != 1 or not _is_own(hosts[0]):
        return 403, "refused: the UI answers to 127.0.0.1 and localhost only"
    if any(not _is_of(origin, hosts[0]) for origin in origins):
        return 403, "refused: asked by a page of another site"
    if scope["type"] == "websocket":
        return None
    is_asking = scope["path"].rstrip("/").endswith("/graphql")
    is_sending = scope["method"] not in READING
    if (is_asking or is_sending) and headers.get("sec-fetch-site", "none") not in OWN_SITES:
        return 403, "refused: asked by a page of another site"
    if is_sending and scope["method"] != "POST":
        return 405, "refused: what changes something is sent by POST"
    if is_sending and headers.get("content-type", "").split(";")[0].strip().lower() != "application/json":
        return 415, "refused: send it as JSON"
    in_address = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True).keys()
    if is_asking and ASKED_IN_ADDRESS & in_address:
        return 405, "refused: ask GraphQL by POST, in the body"
    return None


def _is_own(host: str) -> bool:
    try:
        told = urlsplit(f"//{host}")
        port = told.port
    except ValueError:
        return False
    return told.netloc == host and told.hostname in OWN_NAMES and "@" not in host and port != 0


def _is_of(origin: str, host: str) -> bool:
    try:
        told = urlsplit(origin)
    except ValueError:
        return False
    return told.scheme in {"http", "https"} and told.netloc.lower() == host.lower() and not told.path
