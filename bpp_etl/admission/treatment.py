"""What is done to a registry's ids as they come in: nothing, pseudonyms, some patients left out.

Not here: doing it (`intake.py`).
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from bpp_etl.identity.erased import Erased, erased_of
from bpp_etl.identity.pseudonyms import Pseudonyms, pseudonyms_of
from bpp_etl.landing.deliveries import Delivery
from bpp_etl.reading.remembered import ReadDelivery
from bpp_etl.settings import Places

FINGERPRINT = ".pseudonyms"
"""In a registry's folder: the fingerprint of the key by which its patients have their pseudonyms."""


@dataclass(frozen=True)
class Treatment:
    """What is done to a registry's ids as they come in; by default nothing.

    `stated` is the fingerprint of the key by which its patients have their pseudonyms, empty where they have
    none, and None where none was admitted yet.
    """

    erased: Erased
    pseudonyms: Pseudonyms | None = None
    stated: str | None = None

    @property
    def fingerprint(self) -> str:
        """Return the fingerprint of the key that is configured; empty where none is."""
        return self.pseudonyms.fingerprint if self.pseudonyms is not None else ""

    @property
    def told(self) -> str:
        """Name what is done to ids, for a delivery to be judged anew once that changes; empty for nothing."""
        parts = (("p", self.fingerprint), ("e", self.erased.digest[:12]))
        return ".".join(f"{letter}{digest}" for letter, digest in parts if digest)

    @property
    def is_of_another_key(self) -> bool:
        """Say whether patients who have pseudonyms would be other patients from now on."""
        return bool(self.stated) and self.stated != self.fingerprint


def treatment_of(warehouse: Path | None, delivery: Delivery) -> Treatment:
    """Say what is done to the ids of a registry's delivery, as configured, and as its warehouse knows.

    Errors: UsageError where the key cannot be used, BppError where the list of the erased cannot.
    """
    registry, landing = delivery.registry, delivery.path.parent.parent
    pseudonyms = pseudonyms_of(os.environ, Places(landing, warehouse or landing))
    if warehouse is None:
        return Treatment(Erased(registry), pseudonyms)
    mark = warehouse / "registries" / registry / FINGERPRINT
    stated = mark.read_text(encoding="ascii").strip() if mark.exists() else None
    return Treatment(erased_of(warehouse, registry, pseudonyms), pseudonyms, stated)


def note_key(folder: Path, read: ReadDelivery) -> None:
    """Note in a registry's folder by which key its patients have their pseudonyms, once some are admitted."""
    mark = folder / FINGERPRINT
    if read.pseudonym_key and not mark.exists():
        made = mark.with_name(f"{FINGERPRINT}.{os.getpid()}")
        made.write_text(read.pseudonym_key + "\n", encoding="ascii")
        os.replace(made, mark)  # noqa: PTH105
