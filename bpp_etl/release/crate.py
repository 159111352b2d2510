"""A release, or a share of one, as a Research Object Crate: files, what made them, who publishes them.

The same each time for the same folder, and nothing of a patient, a registry or this machine. Not here:
writing it (`documents.py`), and what is said of tables (`bpp_etl/contract_documents`).
Source: RO-Crate Metadata Specification 1.3, https://w3id.org/ro/crate/1.3.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from bpp_etl.release.contents import AppliedProtocol, Contents, FileKind, Made, ToldRelease
from bpp_etl.release.publication import Publication

CRATE = "ro-crate-metadata.json"
VERSION = "https://w3id.org/ro/crate/1.3"
DOI = "https://doi.org/"
OURS = "#bpp-etl"
TERMS = "#terms"


def crate(
    contents: Contents,
    made: Made,
    told: ToldRelease,
    house: Publication,
    digests: Mapping[str, str],
    sizes: Mapping[str, int],
) -> dict[str, Any]:
    """Return the crate: its descriptor, the folder, its files, how it was made, and who publishes it."""
    return {
        "@context": f"{VERSION}/context",
        "@graph": [
            {
                "@id": CRATE,
                "@type": "CreativeWork",
                "name": f"RO-Crate metadata of the {contents.what}",
                "conformsTo": {"@id": VERSION},
                "about": {"@id": "./"},
            },
            _root(contents, made, told, house),
            *(_file(name, kind, digests, sizes) for name, kind in contents.files.items()),
            _making(contents, made, told),
            {
                "@id": OURS,
                "@type": "SoftwareApplication",
                "name": "bpp-etl",
                "url": f"pkg:pypi/bpp-etl@{made.code_version.partition('+')[0]}",
                "version": made.code_version,
            },
            {
                "@id": "#identifier",
                "@type": "PropertyValue",
                "name": f"Id of the {contents.what}",
                "propertyID": f"{contents.what}_id",
                "value": made.id,
            },
            *_protocols(told),
            _terms(contents, house),
            *_people(house),
        ],
    }


def moment_of(at: dt.datetime) -> str:
    """Write a moment with its zone, which is UTC."""
    return (at.replace(tzinfo=dt.UTC) if at.tzinfo is None else at.astimezone(dt.UTC)).isoformat()


def _root(contents: Contents, made: Made, told: ToldRelease, house: Publication) -> dict[str, Any]:
    root: dict[str, Any] = {
        "@id": "./",
        "@type": "Dataset",
        "name": f"Bone pseudoprogression in metastatic breast cancer, {contents.what} {made.id}",
        "description": f"{contents.holds}{_said_of_patients(told)}",
        "identifier": {"@id": "#identifier"},
        "datePublished": moment_of(made.at),
        "license": {"@id": house.licence or TERMS},
        "conditionsOfAccess": contents.conditions,
        "hasPart": [{"@id": name} for name in contents.files],
        "mentions": {"@id": "#making"},
        "isBasedOn": [{"@id": _id_of(protocol)} for protocol in told.protocols],
    }
    if made.rewritten_at is not None:
        root["dateModified"] = moment_of(made.rewritten_at)
    if house.publisher is not None:
        root["publisher"] = {"@id": house.publisher_id or "#publisher"}
    if house.authors:
        root["author"] = [{"@id": _person(number, one.orcid)} for number, one in enumerate(house.authors)]
    return root


def _said_of_patients(told: ToldRelease) -> str:
    if told.is_synthetic is None:
        return " Some of its registries hold synthetic patients alone."
    return " Synthetic: all patients are made up." if told.is_synthetic else ""


def _file(name: str, kind: FileKind, digests: Mapping[str, str], sizes: Mapping[str, int]) -> dict[str, Any]:
    told: dict[str, Any] = {
        "@id": name,
        "@type": "File" if kind.media_type else "Dataset",
        "name": kind.title,
        "description": kind.holds,
    }
    if kind.media_type:
        told["encodingFormat"] = kind.media_type
    if name in digests:
        told |= {"contentSize": str(sizes[name]), "sha256": digests[name]}
    return told


def _making(contents: Contents, made: Made, told: ToldRelease) -> dict[str, Any]:
    return {
        "@id": "#making",
        "@type": "CreateAction",
        "name": f"Making the {contents.what}",
        "endTime": moment_of(made.at),
        "instrument": {"@id": OURS},
        "object": [{"@id": _id_of(protocol)} for protocol in told.protocols],
        "result": [{"@id": name} for name in contents.files],
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


def _terms(contents: Contents, house: Publication) -> dict[str, Any]:
    if house.licence is not None:
        return {
            "@id": house.licence,
            "@type": "CreativeWork",
            "name": f"Licence of the {contents.what}",
            "description": "What the house that publishes it allows.",
        }
    return {
        "@id": TERMS,
        "@type": "CreativeWork",
        "name": "No licence",
        "description": f"No licence is granted: who may read the {contents.what} is for the house to say.",
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
