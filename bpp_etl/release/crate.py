"""A release as a Research Object Crate: its files, what made them, the protocols applied, who publishes it.

The same each time for the same release, and nothing of a patient, a registry or this machine. Not here:
writing it (`documents.py`), and what is said of tables (`bpp_etl/contract_documents`).
Source: RO-Crate Metadata Specification 1.3, https://w3id.org/ro/crate/1.3.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bpp_etl.contract_documents.data_package import FILE as PACKAGE
from bpp_etl.release.publication import Publication
from bpp_etl.release.seal import FILE, MANIFEST, REPORT
from bpp_etl.release.software import SOFTWARE

CRATE = "ro-crate-metadata.json"
VERSION = "https://w3id.org/ro/crate/1.3"
DOI = "https://doi.org/"
OURS = "#bpp-etl"
TERMS = "#terms"

FILES: Mapping[str, tuple[str, str, str]] = {
    FILE: (
        "The release",
        "All tables of the release, each with its key and comments; DuckDB from 1.2 on reads it.",
        "application/vnd.duckdb.file",
    ),
    REPORT: ("Report", "The release in figures and plots, drawn from its file alone.", "text/html"),
    SOFTWARE: ("Software", "What the release was made with, in CycloneDX.", "application/vnd.cyclonedx+json"),
    PACKAGE: (
        "Data package",
        "Tables and columns with types, constraints, keys and units, as a Data Package.",
        "application/json",
    ),
    MANIFEST: (
        "Manifest",
        "The deliveries that the release is made of, the rows of its tables, and the sha256 of its files.",
        "application/json",
    ),
}
"""File of a release -> its title, what it holds, and its media type."""


@dataclass(frozen=True)
class AppliedProtocol:
    """A definition that was applied, as `meta.protocol` has it."""

    name: str
    title: str
    digest: str
    citation: str
    doi: str | None


@dataclass(frozen=True)
class ToldRelease:
    """What a release says of itself in `meta`."""

    release_id: str
    created_at: dt.datetime
    code_version: str
    is_synthetic: bool | None
    protocols: tuple[AppliedProtocol, ...]

    @property
    def moment(self) -> str:
        """Write when it was built, with its zone, which is UTC."""
        return self.created_at.replace(tzinfo=dt.UTC).isoformat()


def crate(
    told: ToldRelease,
    digests: Mapping[str, str],
    sizes: Mapping[str, int],
    house: Publication,
    rewritten_at: dt.datetime | None = None,
) -> dict[str, Any]:
    """Return the crate: its descriptor, the release, its files, how it was made, and who publishes it."""
    return {
        "@context": f"{VERSION}/context",
        "@graph": [
            {
                "@id": CRATE,
                "@type": "CreativeWork",
                "name": "RO-Crate metadata of the release",
                "conformsTo": {"@id": VERSION},
                "about": {"@id": "./"},
            },
            _root(told, house, rewritten_at),
            *(_file(name, digests.get(name), sizes.get(name)) for name in FILES),
            _making(told),
            {
                "@id": OURS,
                "@type": "SoftwareApplication",
                "name": "bpp-etl",
                "url": f"pkg:pypi/bpp-etl@{told.code_version.partition('+')[0]}",
                "version": told.code_version,
            },
            {
                "@id": "#identifier",
                "@type": "PropertyValue",
                "name": "Id of the release",
                "propertyID": "release_id",
                "value": told.release_id,
            },
            *_protocols(told),
            _terms(house),
            *_people(house),
        ],
    }


def _root(told: ToldRelease, house: Publication, rewritten_at: dt.datetime | None) -> dict[str, Any]:
    root: dict[str, Any] = {
        "@id": "./",
        "@type": "Dataset",
        "name": f"Bone pseudoprogression in metastatic breast cancer, release {told.release_id}",
        "description": _description(told),
        "identifier": {"@id": "#identifier"},
        "datePublished": told.moment,
        "license": {"@id": house.licence or TERMS},
        "conditionsOfAccess": "A release is exact and holds every patient: it stays in the house.",
        "hasPart": [{"@id": name} for name in FILES],
        "mentions": {"@id": "#making"},
        "isBasedOn": [{"@id": _id_of(protocol)} for protocol in told.protocols],
    }
    if rewritten_at is not None:
        root["dateModified"] = rewritten_at.astimezone(dt.UTC).isoformat()
    if house.publisher is not None:
        root["publisher"] = {"@id": house.publisher_id or "#publisher"}
    if house.authors:
        root["author"] = [{"@id": _person(number, one.orcid)} for number, one in enumerate(house.authors)]
    return root


def _description(told: ToldRelease) -> str:
    what = (
        "What registries delivered, gated and harmonised, with each protocol's calls and what was measured."
    )
    if told.is_synthetic is None:
        return f"{what} Some of its registries hold synthetic patients alone."
    return f"{what} Synthetic: all patients are made up." if told.is_synthetic else what


def _file(name: str, digest: str | None, size: int | None) -> dict[str, Any]:
    title, description, media_type = FILES[name]
    told: dict[str, Any] = {
        "@id": name,
        "@type": "File",
        "name": title,
        "description": description,
        "encodingFormat": media_type,
    }
    if size is not None:
        told["contentSize"] = str(size)
    if digest is not None:
        told["sha256"] = digest
    return told


def _making(told: ToldRelease) -> dict[str, Any]:
    return {
        "@id": "#making",
        "@type": "CreateAction",
        "name": "Publishing the release",
        "endTime": told.moment,
        "instrument": {"@id": OURS},
        "object": [{"@id": _id_of(protocol)} for protocol in told.protocols],
        "result": [{"@id": name} for name in (FILE, REPORT)],
    }


def _protocols(told: ToldRelease) -> Iterator[dict[str, Any]]:
    works: dict[str, str] = {}
    for protocol in told.protocols:
        work = f"{DOI}{protocol.doi}" if protocol.doi else f"#publication-{protocol.name}"
        works[work] = protocol.citation
        yield {
            "@id": _id_of(protocol),
            "@type": "CreativeWork",
            "name": protocol.name,
            "description": protocol.title,
            "identifier": protocol.digest,
            "citation": {"@id": work},
        }
    for work, citation in works.items():
        yield {"@id": work, "@type": "ScholarlyArticle", "name": citation}


def _id_of(protocol: AppliedProtocol) -> str:
    return f"#protocol-{protocol.name}"


def _terms(house: Publication) -> dict[str, Any]:
    if house.licence is not None:
        return {
            "@id": house.licence,
            "@type": "CreativeWork",
            "name": "Licence of the release",
            "description": "What the house that publishes it allows.",
        }
    return {
        "@id": TERMS,
        "@type": "CreativeWork",
        "name": "No licence",
        "description": "No licence is granted: who may read the release is for the house to say.",
    }


def _people(house: Publication) -> Iterator[dict[str, Any]]:
    if house.publisher is not None:
        yield {
            "@id": house.publisher_id or "#publisher",
            "@type": "Organization",
            "name": house.publisher,
        }
    for number, one in enumerate(house.authors):
        yield {"@id": _person(number, one.orcid), "@type": "Person", "name": one.name}


def _person(number: int, orcid: str | None) -> str:
    return orcid or f"#author-{number + 1}"
