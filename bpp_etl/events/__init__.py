"""Events: evidence gathered by SQL, decided by named rules, under protocols that are data.

Not here: contracts of the tables (`schemas/event.py`), metrics over events (`bpp_etl/metrics`).
"""

from bpp_etl.events.derive import EventSummary, derive_events
from bpp_etl.events.protocol import Protocol
from bpp_etl.events.protocol_file import (
    DEFAULT_PROTOCOL,
    ProtocolError,
    load_protocol,
    load_shipped,
    shipped,
)
from bpp_etl.events.rules import FLOW_RULES, STATE_RULES, DecidingRule, flow_rules
from bpp_etl.events.window import ALWAYS, Window

__all__ = [
    "ALWAYS",
    "DEFAULT_PROTOCOL",
    "FLOW_RULES",
    "STATE_RULES",
    "DecidingRule",
    "EventSummary",
    "Protocol",
    "ProtocolError",
    "Window",
    "derive_events",
    "flow_rules",
    "load_protocol",
    "load_shipped",
    "shipped",
]
