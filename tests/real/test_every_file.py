"""The public files of each format, against what the chapters of this folder deliver: none is forgotten.

Not here: what becomes of any of them.
"""

from __future__ import annotations

import pytest

from tests.real import (
    test_cbioportal_studies,
    test_fhir_bundles,
    test_naaccr_files,
    test_obds_files,
    test_omop_deliveries,
    test_redcap_exports,
)
from tests.real.exports import FORMATS

pytestmark = pytest.mark.skipif(not FORMATS.is_dir(), reason="the public files lie beside the checkout")

WHOLE = {
    *(f"cbioportal/{study}" for study in test_cbioportal_studies.STUDIES),
    *test_fhir_bundles.FOLDERS,
    *test_omop_deliveries.FOLDERS,
    *(f"redcap/{folder}" for folder, _ in test_redcap_exports.EXPORTS),
    *(f"redcap/{folder}" for folder in test_redcap_exports.NOT_READ),
}
"""Folders of which each file is delivered."""
SINGLE = {
    *(f"naaccr/{name}" for name in test_naaccr_files.EXPORTS),
    *(f"obds/{name}" for name in test_obds_files.EXPORTS),
}
NO_EXPORTS = {
    "naaccr/naaccr-xml-items-250.csv": "the items of the standard",
    "naaccr/naaccr-xml-items-260.csv": "the items of the standard",
    "redcap_kit_draft/data_dictionary.csv": "a draft of our own kit",
}
OF_OTHER_TESTS = {"odcs"}
"""No format that deliveries have: `test_odcs_schema.py`."""


def test_every_public_file_is_delivered_by_a_test_or_is_known_to_be_no_export() -> None:
    told = {
        str(path.relative_to(FORMATS))
        for path in FORMATS.rglob("*")
        if path.is_file() and path.stem not in {"README", "LICENSE", "MANIFEST"}
    }
    left = {
        name
        for name in told - SINGLE - NO_EXPORTS.keys()
        if not any(name.startswith(f"{folder}/") for folder in WHOLE | OF_OTHER_TESTS)
    }
    assert left == set()
    assert SINGLE | NO_EXPORTS.keys() <= told
