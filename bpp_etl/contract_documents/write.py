"""What `bpp contract` prints, or writes to where it is told; a document that is there is written anew.

Not here: what stands in a document (`odcs.py`, `data_package.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bpp_etl.contract_documents.data_package import FILE as PACKAGE
from bpp_etl.contract_documents.data_package import as_json, in_files, package_of
from bpp_etl.contract_documents.described import LANDING, ensure_parts, parts
from bpp_etl.contract_documents.odcs import as_yaml
from bpp_etl.errors import UsageError, shown


def odcs_told(chosen: Sequence[str], folder: Path | None) -> str:
    """Return the contract of each part, all parts if none is named; or write them to a folder, and say where.

    Several are documents of one YAML stream. Errors: UsageError for what is no part, or cannot be written to.
    """
    ensure_parts(chosen)
    texts = {part: as_yaml(part) for part in chosen or parts()}
    if folder is None:
        return "---\n".join(texts.values())
    return "".join(f"{_write(folder / f'{part}.odcs.yaml', text)}\n" for part, text in texts.items())


def package_told(chosen: Sequence[str], ending: str, target: Path | None) -> str:
    """Return the data package of these parts, of a release if none is named; or write it, and say where.

    Errors: UsageError for what is no part, for a delivery in one package with a release, and for what cannot
    be written to.
    """
    ensure_parts(chosen)
    if LANDING in chosen and len(set(chosen)) > 1:
        raise UsageError(
            "a delivery and a release are not one package", f"ask for {LANDING} alone, or for the others"
        )
    text = as_json(package_of(chosen or [part for part in parts() if part != LANDING], in_files(ending)))
    if target is None:
        return text
    return f"{_write(target / PACKAGE if target.is_dir() else target, text)}\n"


def _write(path: Path, text: str) -> Path:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"{shown(str(path))} cannot be written: {error.strerror or type(error).__name__}",
            "name another place with --to",
        ) from None
    return path
