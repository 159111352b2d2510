"""What can be wrong with a delivery before any row is judged, and the names that are safe to show.

Not here: rows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bpp_etl.errors import BppError

PLAIN_NAME = re.compile(r"[^\W\d][\w .()/%-]{0,79}")

# Words that betray a direct identifier in a column's name; looked for in the name folded to a_b_c.
_IDENTIFIER = re.compile(
    r"(?:^|_)(?:(?:(?:first|last|middle|given|family|full|maiden|birth|patient|pat|person)_?)?(?:sur)?names?"
    r"|forename|initials|street|addresse?|address_?line_?\d*|post_?code|postal_?code|zip(?:_?code)?"
    r"|e_?mails?|mail|(?:tele)?phones?(?:_?(?:no|number))?|telephone|mobile|cell_?phone|fax"
    r"|ssn|social_security(?:_?(?:no|number))?|nhs(?:_?(?:no|number))?|national_?(?:id|number)"
    r"|mrn|medical_?record(?:_?(?:no|number|id))?|hospital_?(?:no|number|id)|passport(?:_?(?:no|number))?"
    r"|id_?card(?:_?(?:no|number))?|insurance_?(?:no|number|id)|personal_?(?:id|number)|personnummer|cpr|bsn)(?:_|$)"
)
WITHHELD = "its name speaks of a direct identifier"
_IDENTIFIER_ELSEWHERE = re.compile("姓名|电话|手机|地址|住址|身份证|病案号|住院号|门诊号|邮箱")


@dataclass(frozen=True)
class DeliveryProblem:
    """One breach of a rule that judges files and columns: what, where, how often."""

    table: str
    rule: str
    message: str
    count: int = 1


class UnreadableError(BppError):
    """A file cannot be read; `rule` says which rule of the gate that breaks."""

    def __init__(self, rule: str, message: str, hint: str = "") -> None:
        """Carry the rule beside the message."""
        super().__init__(message, hint)
        self.rule = rule


def looks_like_identifier(column: str) -> bool:
    """Say whether a column's name speaks of a direct identifier."""
    folded = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", column.strip())
    folded = re.sub(r"[^0-9a-z\u0080-\uffff]+", "_", folded.lower()).strip("_")
    return bool(_IDENTIFIER.search(folded) or _IDENTIFIER_ELSEWHERE.search(column))


def shown_column(name: str, position: int, *, header_is_sure: bool) -> str:
    """Name a column where that is safe: the first row of a file without a header holds a patient's values."""
    if header_is_sure and PLAIN_NAME.fullmatch(name):
        return name
    return f"column {position} (name withheld)"
