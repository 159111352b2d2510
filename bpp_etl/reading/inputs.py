"""What a delivery is made of: where its files lie, its registry's configuration and adapter, their digests.

Not here: what is in the files.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

from bpp_etl.adapters import CANONICAL, Adapter, Outside, load_adapter
from bpp_etl.adapters.found import outside_digest
from bpp_etl.errors import BppError
from bpp_etl.landing.deliveries import CONFIGURATION, DeliveredFile, Delivery, files_of
from bpp_etl.landing.registry_config import RegistryConfig, load_config
from bpp_etl.landing.waivers import ensure_they_end
from bpp_etl.reading.files import snapshot_of
from bpp_etl.reading.limits import DEFAULTS, Limits
from bpp_etl.reading.problems import UnreadableError
from bpp_etl.settings import adapter_folders


def home_of(delivery: Delivery) -> Path:
    """Name the folder that a delivery's files have to lie in; the landing itself may be a link."""
    landing = delivery.path.parent.parent.resolve()
    return landing / delivery.registry / delivery.name


def configuration_of(delivery: Delivery) -> RegistryConfig:
    """Read the registry's configuration, from a plain file in the registry's own folder.

    Errors: UnreadableError where it is another thing, ConfigurationError where it cannot be followed.
    """
    file = _configuration_file(delivery)
    if file is not None:
        snapshot_of(file, home_of(delivery).parent)
    config = load_config(delivery.path.parent / CONFIGURATION)
    ensure_they_end(config.accept, delivery.date)
    return config


def adapter_of(config: RegistryConfig, delivery: Delivery) -> Adapter | None:
    """Load the adapter that a registry states; None for the canonical format. Errors: AdapterError."""
    return None if config.format == CANONICAL else load_adapter(config.format, _outside(delivery))


def adapter_digest(delivery: Delivery) -> str:
    """Digest the adapter from outside that a registry states; empty where it states none."""
    try:
        config = configuration_of(delivery)
        return "" if config.format == CANONICAL else outside_digest(config.format, _outside(delivery))
    except BppError:
        # What cannot be read is in the digest of the delivery's files.
        return ""


def _outside(delivery: Delivery) -> Outside:
    return Outside(adapter_folders(os.environ), delivery.path.parent.parent)


def files_in(delivery: Delivery) -> tuple[DeliveredFile, ...]:
    """List the files of a delivery; UnreadableError where its folder cannot be opened."""
    try:
        return files_of(delivery)
    except OSError as error:
        raise UnreadableError(
            "file_unreadable",
            f"the folder {delivery.name} cannot be opened: {error.strerror or type(error).__name__}",
            "check its permissions",
        ) from None


def input_digest(delivery: Delivery, limits: Limits = DEFAULTS) -> str:
    """Digest what a delivery holds: names, bytes, and the registry's configuration."""
    try:
        files: tuple[DeliveredFile, ...] | str = files_in(delivery)
    except UnreadableError as error:
        files = error.rule
    return digest_of(delivery, configuration_digest(delivery), files, {}, limits)


def digest_of(
    delivery: Delivery,
    configuration: str,
    files: tuple[DeliveredFile, ...] | str,
    read: Mapping[Path, str],
    limits: Limits,
) -> str:
    """Digest a delivery of which some files were read: `read` has the digests that these were read as.

    A rule in the place of a digest says that nobody knows what was read: the delivery then is another one
    when it is looked at again. `files` is such a rule where not even the folder could be opened.
    """
    told = hashlib.sha256(configuration.encode())
    if isinstance(files, str):
        told.update(files.encode())
        files = ()
    for file in files:
        digest = read.get(file.path) or _digest(file, home_of(delivery), limits)
        told.update(f"\0{file.name}\0{digest}".encode("utf-8", "surrogateescape"))
    return told.hexdigest()


def configuration_digest(delivery: Delivery) -> str:
    """Digest the registry's configuration; empty where there is none."""
    file = _configuration_file(delivery)
    return "" if file is None else f"configuration\0{_digest(file, home_of(delivery).parent)}"


def _digest(file: DeliveredFile, home: Path, limits: Limits = DEFAULTS) -> str:
    try:
        return snapshot_of(file, home, limits).digest
    except UnreadableError as error:
        return error.rule


def _configuration_file(delivery: Delivery) -> DeliveredFile | None:
    place = delivery.path.parent / CONFIGURATION
    # A link that leads nowhere is there too: the defaults must not take its place.
    is_there = place.exists() or place.is_symlink()
    return DeliveredFile("registry", "toml", place, place.name) if is_there else None
