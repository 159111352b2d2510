"""Every format of `bpp export`, by its name, in the order in which they are shown.

Not here: what any of them writes. A format is added as a module with a `Format`, and a line here.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from bpp_etl.errors import UsageError, shown
from bpp_etl.export.adam import ADAM
from bpp_etl.export.cbioportal import CBIOPORTAL
from bpp_etl.export.delta import DELTA
from bpp_etl.export.format import Format
from bpp_etl.export.omop import OMOP
from bpp_etl.export.parquet import PARQUET

FORMATS: Mapping[str, Format] = MappingProxyType(
    {one.name: one for one in (PARQUET, DELTA, ADAM, CBIOPORTAL, OMOP)}
)


def format_named(name: str) -> Format:
    """Find a format by its name. Errors: UsageError where there is none."""
    if name not in FORMATS:
        raise UsageError(f"there is no export format {shown(name)}", f"choose one of {', '.join(FORMATS)}")
    return FORMATS[name]
