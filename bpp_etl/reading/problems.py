"""What can be wrong with a delivery before any row is judged, and the names that are safe to show.

Not here: rows.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from unicodedata import combining, normalize

from bpp_etl.errors import BppError

PLAIN_NAME = re.compile(r"[^\W\d][\w .()/%-]{0,79}")

_VALUE = re.compile(r".*\d{4}.*|[\W\d_]*\d[\W\d_]*", re.DOTALL)
"""A day, a number, or an id: no cell of a header is one that may be told of."""

# Words that betray a direct identifier in a column's name; looked for in the name folded to a_b_c.
# A number that a registry may use as its pseudonym (patient_number, case_no) is none of them.
_IDENTIFIER = re.compile(
    r"(?:^|_)(?:(?:(?:first|last|middle|given|family|full|maiden|birth|patient|pat|person)_?)?(?:sur)?names?"
    r"|forename|initials|street|addresse?|address_?line_?\d*|post_?code|postal_?code|zip(?:_?code)?"
    r"|e_?mails?|mail|(?:tele)?phones?(?:_?(?:no|number))?|telephone|mobile|cell_?phone|fax"
    r"|ssn|social_security(?:_?(?:no|number))?|nhs(?:_?(?:no|number))?|national_?(?:id|number)"
    r"|mrn|medical_?record(?:_?(?:no|number|id))?|hospital_?(?:no|number|id)|passport(?:_?(?:no|number))?"
    r"|id_?card(?:_?(?:no|number))?|insurance_?(?:no|number|id)|personal_?(?:id|number)|personnummer|cpr|bsn)(?:_|$)"
)
_IDENTIFIER_IN_LATIN = re.compile(
    r"(?:^|_)(?:(?:vor|nach|familien|geburts)namen?|(?:pre)?nom|nombres?|apellidos?|(?:cog|pre)?nome|sobrenome"
    r"|(?:voor|achter|geboorte|patient)?naam|(?:for|efter)?namn|(?:for|efter|etter)?navn|imie|nazwisko|jmeno|prijmeni"
    r"|strasse|straße|anschrift|adresse?|direccion|indirizzo|endereco|plz|code_postal|codigo_postal"
    r"|(?:numero_?(?:de_?)?)?tele(?:fono?|fone|phone)(?:nummer)?|telefoonnummer|handy(?:nummer)?"
    r"|codice_fiscale|cpf|dni|nif|nir|pesel|rodne_cislo|aadhaar|kvnr|versicherten(?:nummer|nr))(?:_|$)"
)
# What has a name and is no person: the name of one of these identifies nobody.
_THING = (
    r"(?:lab|laboratory|labor|test|assay|analyte?|parameter|component|loinc|item|panel|drug|substance|agent|product"
    r"|brand|generic|trade|medication|medicament|medicine|regimen|protocol|therapy|treatment|line|arm|study|trial"
    r"|registry|unit|method|modality|scanner|device|instrument|specimen|sample|lesion|organ|body_?site|bone|visit"
    r"|event|file|matrix_group|table|column|variable|field|form|sheet|domain|concept|code|procedure|diagnosis|disease|examen"
    r"|prueba|farmaco|droga|medicamento|wirkstoff|praparat|schema|probe)"
)
_NAME_OF_A_THING = re.compile(
    rf"(?:^|_){_THING}s?(?:_(?:short|long|common|full|display|standard))?_?names?(?=_|$)"
    rf"|(?:^|_)names?_of_(?:the_)?{_THING}s?(?=_|$)"
    rf"|(?:^|_)(?:nom|nombre|nome|naam|navn|namn)_(?:d[eiu]l?_)?(?:la_|l_)?{_THING}s?(?=_|$)"
)
WITHHELD = "its name speaks of a direct identifier"
NAME_WITHHELD = "(name withheld)"
_IDENTIFIER_ELSEWHERE = re.compile(
    "姓名|电话|手机|地址|住址|联系方式|身份证|病案号|病历号|住院号|门诊号|医保号|社保号|邮箱"
    "|氏名|名前|住所|電話|이름|성명|주소|전화|фамилия|отчество|адрес|телефон|(?:^|_)имя(?:_|$)"
)


@dataclass(frozen=True)
class DeliveryProblem:
    """One breach of a rule that judges files and columns: what, where, how often, which of our columns."""

    table: str
    rule: str
    message: str
    count: int = 1
    columns: tuple[str, ...] = ()


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
    plain = "".join(letter for letter in normalize("NFKD", folded) if not combining(letter))
    folded, plain = (_NAME_OF_A_THING.sub("", text) for text in (folded, plain))
    return bool(
        _IDENTIFIER.search(folded)
        or _IDENTIFIER_IN_LATIN.search(plain)
        or _IDENTIFIER_ELSEWHERE.search(normalize("NFC", folded))
    )


def is_of_names(header: Sequence[str], known: Collection[str], stated: Collection[str] = ()) -> bool:
    """Say whether a file's first row is a header for sure, though it lacks a column that must be there.

    The first row of a file without a header is a patient's. `known` are the columns of ours in it: two, or
    one whose name is several words, for one word, such as unit or site, may stand in a patient's row too.
    `stated` are those of theirs that registry.toml names. A header has no cell that is a day, a number or an
    id.
    """
    if any(_VALUE.fullmatch(cell) for cell in header):
        return False
    return bool(stated) or len(known) > 1 or any("_" in name for name in known)


def shown_column(name: str, position: int, *, header_is_sure: bool) -> str:
    """Name a column where that is safe: the first row of a file without a header holds a patient's values."""
    if header_is_sure and PLAIN_NAME.fullmatch(name):
        return name
    return f"column {position} {NAME_WITHHELD}"
