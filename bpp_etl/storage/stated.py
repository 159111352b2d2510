"""How a store of objects is reached, and where releases are copied to: as pyproject.toml or variables state.

Not here: keys and passwords, which the environment alone states, in the words of the store's own tools.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bpp_etl.errors import UsageError
from bpp_etl.settings import PROJECT, address_of, section_of, written_settings

SECTION = "[tool.bpp.storage]"
KEYS = ("endpoint", "region", "anonymous")
DEFAULT_REGION = "us-east-1"
YES, NO = ("true", "yes", "1"), ("false", "no", "0", "")


@dataclass(frozen=True)
class Storage:
    """How S3 is reached: `endpoint` is the address of a server that is not Amazon's."""

    endpoint: str | None = None
    region: str = DEFAULT_REGION
    is_anonymous: bool = False


def load_storage(environment: Mapping[str, str], project: Path = PROJECT) -> Storage:
    """Read how S3 is reached: `BPP_STORAGE_<KEY>`, else the file, else what Amazon's own tools read.

    Errors: UsageError for a key that is not known, or a value that is none.
    """
    told = section_of("storage", KEYS, project)
    endpoint = (
        environment.get("BPP_STORAGE_ENDPOINT") or told.get("endpoint") or environment.get("AWS_ENDPOINT_URL")
    )
    if endpoint is not None and not str(endpoint).startswith(("https://", "http://")):
        raise UsageError(
            f"endpoint in {SECTION}, or BPP_STORAGE_ENDPOINT, is no address", "write https://..."
        )
    region = environment.get("BPP_STORAGE_REGION") or told.get("region")
    region = region or environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION")
    anonymous = str(environment.get("BPP_STORAGE_ANONYMOUS") or told.get("anonymous", "")).lower()
    if anonymous not in (*YES, *NO):
        raise UsageError(f"anonymous in {SECTION} is neither true nor false", "leave it out for false")
    return Storage(str(endpoint) if endpoint else None, str(region or DEFAULT_REGION), anonymous in YES)


def publish_to(environment: Mapping[str, str], project: Path = PROJECT) -> str | None:
    """Say where releases are copied to: `BPP_PUBLISH_TO`, else `[tool.bpp] publish_to`; None for nowhere.

    Errors: UsageError where it is no address in S3, the only store whose pointer is moved on a condition.
    """
    told = environment.get("BPP_PUBLISH_TO") or written_settings(project).get("publish_to")
    if not told:
        return None
    address = address_of(str(told))
    if address is None or not address.startswith("s3://"):
        raise UsageError(
            "publish_to in [tool.bpp], or BPP_PUBLISH_TO, is no address in S3", "write s3://bucket/folder"
        )
    return address
