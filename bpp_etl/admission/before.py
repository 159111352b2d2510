"""Opens what a warehouse knows already: the delivery that a registry's new one is compared with, and others'.

Not here: what is compared (`gate/rules_against_before.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager

import duckdb

from bpp_etl.admission.unanswered import compared_with, unanswered_in
from bpp_etl.admission.working import WorkingFiles
from bpp_etl.errors import BppError, BusyError
from bpp_etl.gate.decision import Unanswered
from bpp_etl.gate.delivery_rule import Found, Known
from bpp_etl.landing.deliveries import Delivery, delivery_of
from bpp_etl.reading.remembered import ReadDelivery, files_digest_in, pseudonym_key_in
from bpp_etl.warehouse.connection import Connection, one_row, opened_read_only
from bpp_etl.warehouse.select import has_table
from schemas.contract import delivered_columns
from schemas.increment_laws import COMPARING
from schemas.rules import RULES
from schemas.tables import TABLES


@contextmanager
def known_already(files: WorkingFiles, delivery: Delivery, read: ReadDelivery) -> Iterator[Known]:
    """Open the registry's last admitted delivery, read-only, and name other registries' digests of patients.

    There is no delivery before where the admitted one is this very delivery, unchanged, which is judged
    again; where it is a newer one, which was taken away from the landing; and where its file is broken or of
    an earlier version, which judging anew is to mend; nor where its ids were not yet pseudonyms, or are of
    another key: nobody would be known again. Of this very delivery what was found when it was admitted is
    still known, be it judged again by another registry.toml. So is what waits for an answer since earlier
    ones.
    """
    with ExitStack() as stack:
        found: Connection | None = None
        told: Mapping[tuple[str, str], Found] = {}
        unanswered: tuple[Unanswered, ...] = ()
        of_year: Mapping[str, int] = {}
        if "admitted" in files.in_place().judged:
            try:
                con = stack.enter_context(opened_read_only(files.admitted))
                found = con if _is_before(con, delivery, read) else None
                is_this = _is_this(con, delivery, read)
                told = _told_in(con, read) if is_this else {}
                unanswered = unanswered_in(con, delivery, is_this=is_this)
                of_year = _of_year_in(con)
            except BusyError:
                raise
            except (BppError, duckdb.Error):
                found, told, unanswered, of_year = None, {}, (), {}
        earlier = _before_warnings(stack, files, delivery, read)
        if earlier is not None:
            (name,) = one_row(earlier, "select delivery from quality.delivery")
            unanswered = compared_with(unanswered, delivery, str(name))
        yield Known(found, told, files.digests_elsewhere, unanswered, earlier, of_year)


def _of_year_in(con: Connection) -> dict[str, int]:
    """Read how many patients each delivery of a year had, as far as a working file tells."""
    if not has_table(con, "quality", "delivery", ["of_year", "of_year_patients"]):  # of an earlier version
        return {}
    names, patients = one_row(con, "select of_year, of_year_patients from quality.delivery")
    return dict(zip(names or (), patients or (), strict=True))


def _before_warnings(
    stack: ExitStack, files: WorkingFiles, delivery: Delivery, read: ReadDelivery
) -> Connection | None:
    """Open the delivery before the first warning that waits for an answer, if it can be compared with."""
    if not files.before_warnings.exists():
        return None
    try:
        con = stack.enter_context(opened_read_only(files.before_warnings))
        return con if _is_before(con, delivery, read) else None
    except BusyError:
        raise
    except (BppError, duckdb.Error):
        return None


def _is_this(con: Connection, delivery: Delivery, read: ReadDelivery) -> bool:
    name, digest = one_row(con, "select delivery, input_digest from quality.delivery")
    if name != delivery.name:
        return False
    # Of the same files it is the same delivery, be its registry's configuration another.
    return digest == read.input_digest or files_digest_in(con) == read.files_digest != ""


def _told_in(con: Connection, read: ReadDelivery) -> dict[tuple[str, str], Found]:
    """Read what rules that compare with the delivery before found; a limit holds as it is stated now."""
    warned, messages = one_row(con, "select warned, warnings from quality.delivery")
    words = dict(zip(warned, messages, strict=True))
    rows = con.execute('select "table", rule, judged, broken from quality.rule_result').fetchall()
    counts = {(table, rule): (judged, broken) for table, rule, judged, broken in rows}
    found = {}
    for rule in RULES:
        place = (rule.table, rule.id)
        if rule.id in COMPARING and place in counts:
            judged, broken = counts[place]
            told = words.get(".".join(place), f"{broken} of {judged} broke it when this was first admitted")
            found[place] = Found(judged, broken, read.config.limit(rule.limit_name), told)
    return found


def _is_before(con: Connection, delivery: Delivery, read: ReadDelivery) -> bool:
    name, digest = one_row(con, "select delivery, input_digest from quality.delivery")
    admitted = delivery_of(delivery.path.with_name(str(name)))
    if admitted is None or admitted.order > delivery.order:
        return False
    if (admitted.order, digest) == (delivery.order, read.input_digest):
        return False
    if pseudonym_key_in(con) != read.pseudonym_key:
        return False
    return all(
        has_table(con, "core", name, [column.name for column in delivered_columns(table.contract)])
        for name, table in TABLES.items()
    )
