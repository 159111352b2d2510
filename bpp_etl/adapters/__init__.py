"""Adapters: folders of SQL and a description that read another standard as canonical tables.

Not here: loading delivered files (`bpp_etl/reading`). Adding an adapter is adding a folder (docs/add).
"""

from __future__ import annotations

from bpp_etl.adapters.description import Adapter, adapter_in
from bpp_etl.adapters.found import CANONICAL, Outside, adapter_names, find_adapter, load_adapter
from bpp_etl.adapters.sources import Source
from bpp_etl.adapters.told import AdapterError

__all__ = [
    "CANONICAL",
    "Adapter",
    "AdapterError",
    "Outside",
    "Source",
    "adapter_in",
    "adapter_names",
    "find_adapter",
    "load_adapter",
]
