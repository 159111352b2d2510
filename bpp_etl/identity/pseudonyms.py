"""Pseudonyms in the place of ids: keyed BLAKE2b, by a key that is never in the warehouse.

One patient of a registry has one pseudonym in every delivery, and another registry's patient of the same id
another. Not here: which cells are ids, and reading them (`bpp_etl/admission/intake.py`).
"""

from __future__ import annotations

import hashlib
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bpp_etl.errors import UsageError, shown
from bpp_etl.settings import PROJECT, Places, written_settings

KEY_VARIABLE = "BPP_PSEUDONYM_KEY"
FILE_VARIABLE = "BPP_PSEUDONYM_KEY_FILE"
SETTING = "pseudonym_key_file"
FEWEST_CHARACTERS = 32
MOST_BYTES = 4096
HOW_TO = "make one: (umask 077; openssl rand -hex 32 > FILE), and keep a copy apart from the warehouse"


@dataclass(frozen=True)
class Pseudonyms:
    """Makes pseudonyms by one key."""

    _key: bytes = field(repr=False)

    @classmethod
    def by(cls, key: str) -> Pseudonyms:
        """Take the text of a key."""
        return cls(hashlib.blake2b(key.encode(), digest_size=64, person=b"bpp pseudonyms").digest())

    @property
    def fingerprint(self) -> str:
        """Tell this key from another without telling it: twelve hex digits."""
        return hashlib.blake2b(b"fingerprint", key=self._key, digest_size=6).hexdigest()

    def of(self, registry: str, column: str, told: str) -> str:
        """Make the pseudonym of an id: the first letter of what it names, and 128 bits as hex.

        `column` is patient_id, assessment_id or lesion_id: what is called alike there is not one thing.
        """
        return f"{column[0]}-{self._digest(registry, column, told)}"

    def mask(self, registry: str, told: str) -> str:
        """Hide a text that only has to equal itself."""
        return self._digest(registry, "mask", told)

    def _digest(self, registry: str, what: str, told: str) -> str:
        message = f"{registry}\0{told}".encode("utf-8", "surrogatepass")
        person = what.encode()[: hashlib.blake2b.PERSON_SIZE]
        return hashlib.blake2b(message, key=self._key, digest_size=16, person=person).hexdigest()


def is_pseudonym(told: str) -> bool:
    """Say whether an id looks like a pseudonym of a patient."""
    return re.fullmatch("p-[0-9a-f]{32}", told) is not None


def pseudonyms_of(
    environment: Mapping[str, str], places: Places | None = None, project: Path = PROJECT
) -> Pseudonyms | None:
    """Return the maker of pseudonyms that is configured; None where none is.

    `BPP_PSEUDONYM_KEY` is the key itself; else `BPP_PSEUDONYM_KEY_FILE`, or `[tool.bpp] pseudonym_key_file`,
    names its file, which has to be for its owner alone and outside `places`. Errors: UsageError.
    """
    told = environment.get(KEY_VARIABLE)
    if told is not None:
        return Pseudonyms.by(_checked(told.strip(), f"the variable {KEY_VARIABLE}"))
    named = environment.get(FILE_VARIABLE) or written_settings(project).get(SETTING)
    if not named:
        return None
    if not isinstance(named, str):
        raise UsageError(f"[tool.bpp] {SETTING} in pyproject.toml is no text", "name the file of the key")
    path = (project / Path(named).expanduser()).absolute()
    return Pseudonyms.by(_checked(_read(path, places), f"{shown(path.name)}, the file of pseudonyms' key,"))


def pseudonym_of_patient(
    environment: Mapping[str, str], warehouse: Path, registry: str, told: str
) -> str | None:
    """Return the pseudonym of a patient's own id; None where no key is configured, or it is closed to us."""
    try:
        pseudonyms = pseudonyms_of(environment, Places(warehouse, warehouse))
    except UsageError:
        return None
    return None if pseudonyms is None else pseudonyms.of(registry, "patient_id", told.strip())


def _read(path: Path, places: Places | None) -> str:
    name = f"{shown(path.name)}, the file of pseudonyms' key,"
    try:
        real = path.resolve(strict=True)
        mode = real.stat().st_mode
        if not stat.S_ISREG(mode):
            raise UsageError(f"{name} is not a file", HOW_TO)
        if mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise UsageError(f"{name} can be read by others", f"chmod 600 {shown(str(path))}")
        inside = (places.warehouse, places.landing) if places is not None else ()
        if any(real.is_relative_to(place.resolve()) for place in inside):
            raise UsageError(
                f"{name} lies in the warehouse or the landing",
                "move it: whoever has the pseudonyms must not have the key with them",
            )
        return real.read_bytes()[:MOST_BYTES].decode("utf-8").strip()
    except (OSError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise UsageError(f"{name} cannot be read: {reason}", HOW_TO) from None
    except UnicodeDecodeError:
        raise UsageError(f"{name} is no text", HOW_TO) from None


def _checked(key: str, name: str) -> str:
    if len(key) < FEWEST_CHARACTERS:
        raise UsageError(f"{name} has fewer than {FEWEST_CHARACTERS} characters", HOW_TO)
    return key
