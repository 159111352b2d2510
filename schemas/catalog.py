"""Every published relation with its contract, in the order in which the data flows.

Not here: raw tables, which stay in the registries' working files.
"""

from collections.abc import Iterator, Mapping

from schemas.cadence import AssessmentCadence
from schemas.contract import Contract
from schemas.event import EVENT_TABLES
from schemas.meta import META_TABLES
from schemas.metric import METRIC_TABLES
from schemas.quality import QUALITY_TABLES
from schemas.quarantine import quarantine_contract
from schemas.release_quality import RELEASE_QUALITY_TABLES
from schemas.tables import TABLES


def catalog() -> Mapping[str, Mapping[str, type[Contract]]]:
    """Return schema -> table -> contract for everything in a release."""
    return {
        "core": {
            **{name: table.contract for name, table in TABLES.items()},
            "assessment_cadence": AssessmentCadence,
        },
        "quarantine": {name: quarantine_contract(name) for name in TABLES},
        "event": EVENT_TABLES,
        "metric": METRIC_TABLES,
        "quality": {**QUALITY_TABLES, **RELEASE_QUALITY_TABLES},
        "meta": META_TABLES,
    }


def relations() -> Iterator[tuple[str, str, type[Contract]]]:
    """Yield schema, table and contract of every published relation."""
    for schema, tables in catalog().items():
        for table, contract in tables.items():
            yield schema, table, contract
