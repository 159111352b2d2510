"""The last contact of patients without one, worked out of their other records where a registry declares it.

Not here: from which records it may follow (`bpp_etl/landing/last_contact.py`), and judging it.
"""

from __future__ import annotations

import datetime as dt

from bpp_etl.harmonise.delivered import is_delivered
from bpp_etl.harmonise.parse import ParsedSelect, parsed_select
from bpp_etl.harmonise.relative_dates import with_relative_dates
from bpp_etl.landing.declared import mark
from bpp_etl.landing.last_contact import contact_dates
from bpp_etl.landing.registry_config import RegistryConfig
from bpp_etl.warehouse.connection import Connection, literal, quoted
from bpp_etl.warehouse.parsed import parsed
from schemas.contract import delivered_columns
from schemas.declared_laws import DAY_ZERO, LAST_CONTACT
from schemas.tables import DELIVERABLE


def with_last_contact(
    con: Connection, patients: ParsedSelect, config: RegistryConfig, delivered_on: dt.date
) -> ParsedSelect:
    """Fill the last contact of those who have none, in the SELECT of typed patients.

    Where a death is known, it is its day. Else it is the latest day that is stated, up to the delivery's, of
    any row in `raw`, refused later or not, and of what an adapter offers. Who has no such day lacks a
    required value. The temporary table `seen_on` must last until the SELECT has run.
    """
    con.execute("create or replace temp table seen_on (patient_id varchar, day date)")
    for table, columns in contact_dates(config.last_contact).items():
        if is_delivered(con, table):
            _note_days(con, table, columns, config, delivered_on)
    told = literal(mark(LAST_CONTACT, "last_contact_date"))
    follows = f"list_contains(told.declared, {told})"
    is_lacking = f"(told.last_contact_date_text is null or coalesce({follows}, false))"
    latest = "coalesce(told.death_date, greatest(told.last_contact_date, seen.day))"
    filled = f"case when {is_lacking} then {latest} end"
    missing = "list_sort(list_distinct(list_append(told.problems, 'required_value_missing')))"
    sql = f"""
        select told.* exclude (last_contact_date_text) replace (
            coalesce({filled}, told.last_contact_date) as last_contact_date,
            case when told.last_contact_date_text is null and {filled} is null then {missing}
                else told.problems end as problems,
            case when {filled} is null or {follows} then told.declared
                else list_append(told.declared, {told}) end as declared
        )
        from ({patients.sql}) as told
        left join (select patient_id, max(day) as day from temp.seen_on group by patient_id) as seen
            on seen.patient_id = told.patient_id
        order by told.row_number
        """
    return ParsedSelect(sql, patients.parameters)


def _note_days(
    con: Connection, table: str, columns: tuple[str, ...], config: RegistryConfig, delivered_on: dt.date
) -> None:
    wanted = {"patient_id", *columns}
    others = [one.name for one in delivered_columns(DELIVERABLE[table].contract) if one.name not in wanted]
    typed = parsed_select(DELIVERABLE[table], config, delivered_on, lacking=others)
    typed = with_relative_dates(DELIVERABLE[table], typed, config, others)
    # On a day zero that stands in no day is before or after the delivery's.
    may_be_later = f"list_contains(declared, {literal(mark(DAY_ZERO, 'day_zero'))})"
    days = ", ".join(
        f"case when {name} <= $delivered_on or {may_be_later} then {name} end"
        for name in map(quoted, columns)
    )
    con.execute(
        parsed(
            con,
            f"insert into temp.seen_on select patient_id, max(greatest({days})) from ({typed.sql})"
            " where patient_id is not null group by patient_id",
        ),
        {**typed.parameters, "delivered_on": delivered_on},
    )
