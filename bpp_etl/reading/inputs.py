"""What a delivery is made of: where its files lie, its registry's configuration and adapter, their digests.

Not here: what is in the files.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from bpp_etl.adapters import CANONICAL, Adapter, Outside, load_adapter
from bpp_etl.adapters.found import outside_digest
from bpp_etl.errors import BppError
from bpp_etl.landing.deliveries import CONFIGURATION, DeliveredFile, Delivery, files_of, unknown_files
from bpp_etl.landing.registry_config import RegistryConfig, load_config
from bpp_etl.landing.waivers import ensure_they_end
from bpp_etl.reading.files import CHANGED, snapshot_of
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
    file = configuration_file(delivery)
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


def unread_in(delivery: Delivery, used: set[Path]) -> tuple[str, ...]:
    """List the files of a delivery that nothing reads; none where its folder is gone."""
    try:
        return unknown_files(delivery, used)
    except OSError:  # whoever asked for it to be read says so
        return ()


def input_digest(delivery: Delivery, limits: Limits = DEFAULTS) -> str:
    """Digest what a delivery holds: names, bytes, and the registry's configuration."""
    return as_it_lies(delivery, limits).digest()


def as_it_lies(delivery: Delivery, limits: Limits = DEFAULTS) -> ReadAs:
    """Look at what a delivery holds now, to be digested; nothing of it is read."""
    whole = ReadAs(delivery, limits)
    try:
        whole.files = files_in(delivery)
    except UnreadableError as error:
        whole.files = error.rule
    return whole


class ReadAs:
    """What the files of a delivery are read as; `files` is a rule where its folder cannot be opened."""

    def __init__(self, delivery: Delivery, limits: Limits) -> None:
        """Take the digest of the configuration before it is followed."""
        self.delivery = delivery
        self.limits = limits
        self.files: tuple[DeliveredFile, ...] | str = ()
        self._configuration = _configuration_digest(delivery)
        self._digests: dict[Path, str] = {}

    def note(self, file: DeliveredFile, digest: str) -> None:
        """Note the digest that a file was read as, or a rule: nobody knows what was read, and nobody will.

        A delivery with such a file is another one when it is looked at again.
        """
        if self._digests.setdefault(file.path, digest) != digest:
            self._digests[file.path] = CHANGED

    @property
    def size(self) -> int:
        """Add up the bytes of the files that were read."""
        return sum(path.stat().st_size for path in self._digests if path.exists())

    def digest(self) -> str:
        """Digest the delivery: what was read as it was read, and what was not as it is now."""
        return hashlib.sha256(self._configuration.encode() + self._told_of_files()).hexdigest()

    def files_digest(self) -> str:
        """Digest its files alone, whatever its registry states of them."""
        return hashlib.sha256(self._told_of_files()).hexdigest()

    def _told_of_files(self) -> bytes:
        files = self.files
        if isinstance(files, str):
            return files.encode()
        for file in files:
            if file.path not in self._digests:
                self._digests[file.path] = _digest(file, home_of(self.delivery), self.limits)
        told = "".join(f"\0{file.name}\0{self._digests[file.path]}" for file in files)
        return told.encode("utf-8", "surrogateescape")


def _configuration_digest(delivery: Delivery) -> str:
    """Digest the registry's configuration; empty where there is none."""
    file = configuration_file(delivery)
    return "" if file is None else f"configuration\0{_digest(file, home_of(delivery).parent)}"


def _digest(file: DeliveredFile, home: Path, limits: Limits = DEFAULTS) -> str:
    try:
        return snapshot_of(file, home, limits).digest
    except UnreadableError as error:
        return error.rule


def configuration_file(delivery: Delivery) -> DeliveredFile | None:
    """Name the registry's configuration, if it has one."""
    place = delivery.path.parent / CONFIGURATION
    # A link that leads nowhere is there too: the defaults must not take its place.
    is_there = place.exists() or place.is_symlink()
    return DeliveredFile("registry", "toml", place, place.name) if is_there else None
