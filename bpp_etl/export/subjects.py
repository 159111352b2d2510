"""By which ids an output calls patients: the registry's own behind the registry's name, or a digest of it.

Not here: pseudonyms (`bpp_etl/identity`); an id that a release holds is told as it is wherever it can be.
"""

from __future__ import annotations

from bpp_etl.errors import BppError
from bpp_etl.export.dataset import PACKAGE
from bpp_etl.warehouse.connection import Connection, one_row
from bpp_etl.warehouse.select import Select, run_step

SUBJECT = Select(PACKAGE, "subject")


def name_subjects(con: Connection, *, joint: str, longest: int, letters: str) -> tuple[str, ...]:
    """Put every patient's id for the output into the temporary table `subject`; say which are digests.

    `joint` stands between registry and id, `longest` is in bytes, `letters` a pattern of the whole id.
    Errors: BppError where two patients would be called the same.
    """
    run_step(con, SUBJECT, {"joint": joint, "longest": longest, "letters": letters})
    patients, ids, digests = one_row(
        con,
        "select count(*), count(distinct subject_id), count(*) filter (where is_digest) from temp.subject",
    )
    if patients != ids:
        raise BppError("two patients would have one id in the export", "report this as a fault")
    if not digests:
        return ()
    return (
        f"{digests} of {patients} patients are called by a digest of their id, which is too long or has"
        " letters that the format does not take",
    )
