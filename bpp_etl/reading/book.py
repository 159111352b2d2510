"""Looking into the one workbook of a delivery that may hold every table: which sheets it has.

Not here: reading a sheet (`bpp_etl/reading/workbook.py`), and which table it is.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from bpp_etl.errors import shown
from bpp_etl.landing.deliveries import DeliveredFile, Delivery
from bpp_etl.reading.blame import blamed_on
from bpp_etl.reading.files import snapshot_of, unchanged
from bpp_etl.reading.inputs import home_of
from bpp_etl.reading.one_file import Loaded
from bpp_etl.reading.problems import DeliveryProblem, UnreadableError
from bpp_etl.reading.terms import Step, Terms
from bpp_etl.reading.workbook import WorkbookError, ensure_bounded, sheets_in
from schemas.laws import DELIVERY


def look_into(
    delivery: Delivery, book: DeliveredFile, terms: Terms, asked_for: Collection[str]
) -> tuple[Loaded, Mapping[str, str]]:
    """Find the sheets of the one workbook that may hold every table, by their folded names.

    Of hidden ones those that are `asked_for`.
    """
    loaded, there = Loaded(DELIVERY), dict[str, str]()
    name = shown(book.name)
    try:
        snapshot = snapshot_of(book, home_of(delivery), terms.limits)
        loaded.digest = snapshot.digest
        step = Step("sheets", DELIVERY, name, snapshot.digest, snapshot.size)
        terms.ensure_unknown(step)
        if terms.is_hopeless:
            return loaded, there
        with terms.doing(step), unchanged(book, snapshot), blamed_on(name):
            try:
                ensure_bounded(book.path, snapshot.size, terms.limits)
                there = sheets_in(book.path, asked_for)
            except WorkbookError as error:
                raise UnreadableError("file_unreadable", f"{name} {error}") from None
    except UnreadableError as error:
        loaded.refuse(error)
        loaded.problems.append(DeliveryProblem(DELIVERY, error.rule, error.message))
    return loaded, there
