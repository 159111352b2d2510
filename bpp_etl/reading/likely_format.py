"""Which shipped format the files of a delivery look like whose registry states none.

They are known by what each adapter's own description declares: names of files, and kinds of documents, which
stand near the beginning. Not here: reading them in that format, which only the registry decides.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterable, Sequence

from bpp_etl.adapters import CANONICAL, Adapter, adapter_names, load_adapter
from bpp_etl.adapters.documents import first_member
from bpp_etl.landing.deliveries import DeliveredFile, Delivery
from bpp_etl.reading.files import opened_in_place
from bpp_etl.reading.inputs import home_of
from bpp_etl.reading.problems import DeliveryProblem, UnreadableError
from bpp_etl.reading.wanted import files_called
from schemas.laws import DELIVERY

MISSING = "table_missing"
SEEN = 1 << 20
"""So many bytes of a file of documents are looked at."""
MOST_FILES = 20
LEAST_ALIKE = 2
"""So many tables, or elements of XML, are to be called as in a format: one name alone may be anybody's."""


def with_likely_format(
    delivery: Delivery, files: Sequence[DeliveredFile], problems: Sequence[DeliveryProblem]
) -> list[DeliveryProblem]:
    """Say once which format to state, where tables or columns are missing and the files look like one."""
    missing = [one.table for one in problems if one.rule == MISSING]
    is_amiss = any(one.rule in {MISSING, "column_missing"} for one in problems)
    found = likely_formats(delivery, files) if is_amiss else ()
    if not found:
        return [*problems]
    without = f", without {', '.join(missing)}" if missing else ""
    titles = " or ".join(adapter.title for adapter in found)
    lines = " or ".join(f'format = "{adapter.name}"' for adapter in found)
    message = (
        f"the files look like {titles}, and are read as canonical tables{without}: state {lines} in"
        " registry.toml, above its sections"
    )
    return [DeliveryProblem(DELIVERY, MISSING, message), *(one for one in problems if one.rule != MISSING)]


def likely_formats(delivery: Delivery, files: Sequence[DeliveredFile]) -> tuple[Adapter, ...]:
    """Find the shipped adapters whose files these look most like; several where nothing tells them apart."""
    adapters = [load_adapter(name) for name in adapter_names() if name != CANONICAL]
    beginnings = [*_beginnings(delivery, files)]
    alike = {
        adapter.name: _tables_alike(adapter, files)
        if adapter.documents is None
        else _kinds_alike(adapter, beginnings)
        for adapter in adapters
    }
    most = max(alike.values())
    return tuple(adapter for adapter in adapters if most and alike[adapter.name] == most)


def _tables_alike(adapter: Adapter, files: Sequence[DeliveredFile]) -> int:
    """Count the tables of an adapter that files are called as; none without one that it has to have."""
    found = [one for one in adapter.sources if files_called(one.name, files, has_sheet=False, source=one)[0]]
    return len(found) if len(found) >= LEAST_ALIKE and any(one.is_required for one in found) else 0


def _kinds_alike(adapter: Adapter, beginnings: Iterable[tuple[str, bytes]]) -> int:
    """Count the kinds of an adapter's documents that files of its format begin with."""
    documents = adapter.documents
    if documents is None:
        return 0
    if documents.format == "xml":
        pattern, kinds, least = rb"<(?:[\w.-]+:)?(%s)[\s/>]", documents.records, LEAST_ALIKE
    else:
        member = (first_member(documents.kind) or "").encode()
        pattern = b'"' + re.escape(member) + rb'"\s*:\s*"(%s)"'
        kinds, least = (*(str(one.kind) for one in adapter.sources), *documents.packed), 1
    looked_for = re.compile(pattern % b"|".join(re.escape(kind).encode() for kind in kinds))
    found = {
        kind
        for ending, text in beginnings
        if ending in documents.endings
        for kind in looked_for.findall(text)
    }
    return len(found) if len(found) >= least else 0


def _beginnings(delivery: Delivery, files: Iterable[DeliveredFile]) -> Iterable[tuple[str, bytes]]:
    """Give the ending and the first bytes of some files; one that cannot be read is told elsewhere."""
    home = home_of(delivery)
    for file in [one for one in files if one.format.removesuffix(".gz") in {"json", "ndjson", "xml"}][
        :MOST_FILES
    ]:
        try:
            with opened_in_place(file, home) as stream:
                if not file.format.endswith(".gz"):
                    yield file.format, stream.read(SEEN)
                    continue
                with gzip.open(stream) as unpacked:
                    yield file.format, unpacked.read(SEEN)
        except (UnreadableError, OSError, EOFError, zlib.error):
            continue
