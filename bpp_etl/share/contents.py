"""What a share holds, for the machines that are told of it.

Not here: making one (`make.py`), and how it is told (`bpp_etl/release/crate.py`).
"""

from __future__ import annotations

from bpp_etl.contract_documents.data_package import DUCKDB, MEDIA_TYPES
from bpp_etl.contract_documents.data_package import FILE as PACKAGE
from bpp_etl.release.contents import PACKAGE_KIND, REPORT_KIND, Contents, FileKind
from bpp_etl.release.seal import REPORT
from bpp_etl.share.before import DESCRIPTION, FILE
from bpp_etl.share.sums import FILE as SUMS

SHARE = Contents(
    what="share",
    holds="What was measured over all registries of a release, under disclosure control; no patient.",
    conditions="It may leave the house: counts under the threshold that share.json tells are not in it.",
    database=FILE,
    seal=DESCRIPTION,
    files={
        FILE: FileKind("The share", "Schemas metric, quality and meta of the release.", DUCKDB),
        REPORT: REPORT_KIND,
        SUMS: FileKind("Sums", "What adds up over several shares.", MEDIA_TYPES["parquet"]),
        PACKAGE: PACKAGE_KIND,
        DESCRIPTION: FileKind(
            "Description",
            "The sha256 of each file, the threshold, and the digests of protocols, contracts and code.",
            "application/json",
        ),
    },
)
