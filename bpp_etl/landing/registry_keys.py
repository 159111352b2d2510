"""The keys of `registry.toml` outside sections: how each is read, and the words that document it.

Not here: what is read of a section (`registry_sections.py`, `read_settings.py`), and the page that is made of
the words (`page.py`).
"""

from __future__ import annotations

from collections.abc import Mapping

from bpp_etl.landing.keys import Key, table_of, text_of
from bpp_etl.landing.last_contact import ANY_RECORD, SEEN_ON, last_contact_of
from bpp_etl.landing.line_derivation import DERIVE, MAINTENANCE, STARTS, LineDerivation, therapy_lines_of
from bpp_etl.landing.read_settings import AT_THE_TOP, READ_KEYS
from bpp_etl.landing.registry_sections import (
    AS_EMPTY,
    PARTIAL_BIRTH_DATE,
    about_of,
    cadence_of,
    compose_of,
    constants_of,
    lesions_of,
    limits_of,
    null_words_of,
    patients_of,
    recodes_of,
    renames_of,
)
from bpp_etl.landing.relative_dates import ANCHORS, ANOTHER_DAY, DAYS_PER_MONTH, dates_of
from bpp_etl.landing.upper_limits import upper_limits_of
from bpp_etl.landing.waivers import waivers_of
from schemas.cadence import CYCLES_PER_INTERVAL, LEAST_INTERVAL_DAYS, MOST_INTERVAL_DAYS
from schemas.codes import NULL_WORDS
from schemas.declared_laws import PARTIAL_BIRTH
from schemas.tables import DRUGS


def _listed(days: Mapping[str, tuple[str, ...]]) -> str:
    names = [f"`{table}.{column}`" for table, columns in days.items() for column in columns]
    return f"{', '.join(names[:-1])} and {names[-1]}"


def _defaults() -> str:
    plain = LineDerivation()
    return (
        f"By default {plain.gap_days} and {plain.overlap_days} days, `{plain.start}`, `{plain.maintenance}`"
    )


KEYS = (
    Key(
        "format",
        text_of,
        "`canonical`",
        "the standard that the files follow: `canonical`, or an adapter:"
        " [`cbioportal`](formats/cbioportal.md),"
        " [`fhir`](formats/fhir.md),"
        " [`naaccr`](formats/naaccr.md),"
        " [`obds`](formats/obds.md),"
        " [`omop`](formats/omop.md),"
        " [`redcap`](formats/redcap.md),"
        " [`sdtm`](formats/sdtm.md),"
        " or the name"
        " of [one of your own](add/adapter.md)",
        'format = "sdtm"',
    ),
    Key(
        "null_words",
        null_words_of,
        "nothing",
        "further words that mean an empty cell, in every column. These mean it in any case, but in"
        f" a column whose code list has the word: {', '.join(f'`{word}`' for word in NULL_WORDS)}",
        'null_words = ["-99", "9999-12-31"]',
    ),
    Key(
        "about",
        about_of,
        "nothing",
        "what the registry says of itself: `title`, its name in full; `synthetic = true`, where its patients"
        " are made up, which the release, its report and everything made of it then say;"
        " `contact`, whom to ask"
        " about the data, which the report shows",
        """[about]
title = "Cancer registry of the North"
contact = "registry@north.example"
synthetic = true""",
    ),
    Key(
        "read",
        table_of,
        "[those below](#how-files-are-written)",
        "how files are written, of every table, or of one as `[read.<table>]`: what is stated"
        " of a table wins",
        """[read]
delimiter = ";"
encoding = "latin-1"
decimal = ","
date_format = "%d.%m.%Y"

[read.lab_results]
sheet = "Labor"
header_row = 3""",
    ),
    *(
        Key(key.name, key.checked, key.default, f"the same as in `[read]`: {key.states}", key.example)
        for key in READ_KEYS
        if key.name in AT_THE_TOP
    ),
    Key(
        "rename",
        renames_of,
        "nothing",
        "as `[rename.<table>]`: what a column is called in the export = what it is called here",
        """[rename.patients]
geschlecht = "sex\"""",
    ),
    Key(
        "recode",
        recodes_of,
        "nothing",
        'as `[recode.<table>.<column>]`: a code of theirs = a code of ours; `"" = "..."` says what an empty'
        " cell means, and the column must then be delivered. Without it an empty cell stays empty",
        """[recode.patients.sex]
W = "female"
M = "male\"""",
    ),
    Key(
        "constants",
        constants_of,
        "nothing",
        "as `[constants.<table>]`: the value of a column that the export lacks, or that an"
        " adapter and its side tables leave empty in every row, derived lines among them; it is the same"
        " in every row, is written as we write it, and fills no single empty cell. Each row is flagged"
        " (`constant_declared`)",
        """[constants.lab_results]
unit = "U/L\"""",
    ),
    Key(
        "compose",
        compose_of,
        "nothing",
        "as `[compose.<table>]`: a key that is made of several columns of the export, by their names there:"
        " of `P1` and `2` it is `P1:2`. It is empty where one of them is; no two different pairs make one"
        " key. Each table that has the key must have these columns, and state it",
        """[compose.imaging_assessments]
assessment_id = ["patient", "visit"]

[compose.bone_lesions]
assessment_id = ["patient", "visit"]""",
    ),
    Key(
        "upper_limit_normal",
        upper_limits_of,
        "nothing",
        "as `[upper_limit_normal.<analyte>]`, or several as `[[upper_limit_normal.<analyte>]]`: the upper "
        "limit of results that come without one. `female` and `male`, or one `value` for all; its `unit` "
        "and its `source`, which must be there; `laboratory`, where it is that of one, by its name in our "
        "column; `valid_from`, the first day of specimens that it holds for. A laboratory's own limit comes "
        "before one of any laboratory, and of each the newest that holds on the day of the specimen. The "
        "unit need not be the result's: both are converted alike; but a limit of mass is none of an "
        "activity. Each row is flagged (`upper_limit_declared`)",
        """[[upper_limit_normal.ALP_TOTAL]]
female = 104
male = 129
unit = "U/L"
valid_from = 2015-01-01
source = "made up, to show how a limit is stated"

[[upper_limit_normal.ALP_TOTAL]]
value = 2.1
unit = "ukat/L"
laboratory = "North"
source = "made up, to show how a laboratory's own is stated\"""",
    ),
    Key(
        "therapy_lines",
        therapy_lines_of,
        "nothing",
        f'`derive = "{DERIVE}"`: lines of therapy follow from drugs where no line is delivered. Drugs are'
        f" `{DRUGS.name}`, a file beside the others or what an adapter yields: `patient_id`, `agent` (one by"
        " name or code), `start_date`, `end_date`, which stays open where it is empty or lies after the"
        " delivery; without it the file of lines is taken for it, its `regimen` for the agent. A line begins"
        " with the first drug; after a gap of over `gap_days`; and with an agent that"
        " is new to the line and begins over `overlap_days` after it did: one that begins sooner is of its"
        " combination, and so are agents of the line before that go on for over `overlap_days`. An agent is"
        " not new that is `interchangeable` with one of the line; those to `ignore` are none."
        f" `start` is `{STARTS[0]}`, before whose day no drug counts, or `{STARTS[1]}`; `maintenance` is"
        f" `{MAINTENANCE[0]}`, or `{MAINTENANCE[1]}`: where some agents of a line end and the others go on"
        " for over `gap_days`, those are the next line from the day after. A line ends with its last drug, at"
        " the latest on the day before the next; where an agent has no end, it has none. Each row is flagged"
        f" (`line_derived`), and `quality.source_row` counts every drug. {_defaults()}",
        """[therapy_lines]
derive = "gap_and_new_agent"
gap_days = 90
overlap_days = 28
start = "metastatic_diagnosis"
maintenance = "same_line"
interchangeable = [["anastrozole", "letrozole", "exemestane"]]
ignore = ["denosumab", "zoledronic acid"]""",
    ),
    Key(
        "dates",
        dates_of,
        "nothing",
        "for an export whose dates are numbers, counted from a day zero: `relative_to`, what the day zero is,"
        f" {', '.join(f'`{name}`' for name in ANCHORS)} or `{ANOTHER_DAY}`, and `unit`, `days` or `months`."
        " A cell may name its unit itself (`12.5 months`), and is read as a day where it is written as one."
        " A patient's day zero is taken where it is delivered as a date, in a side table for example; else"
        " `day_zero` stands in, where it is stated, for patients of whom no other date is one of the"
        " calendar: their intervals are right, their days are nobody's"
        " ([which rules then do not judge](gates.md#rows-that-a-declaration-fills))."
        f" Months are of {DAYS_PER_MONTH} days. Each row is flagged: `date_relative`, `date_in_months`,"
        " `day_zero_declared`",
        """[dates]
relative_to = "metastatic_diagnosis_date"
unit = "days"
day_zero = 2000-01-01""",
    ),
    Key(
        "last_contact",
        last_contact_of,
        "nothing",
        f'`from`: what the last contact of a patient without one follows from. `"{ANY_RECORD}"`, which is'
        f" {_listed(SEEN_ON)};"
        " or a list of tables, which stand for the same days of theirs, and of columns, such as"
        ' `"therapy_lines.end_date"`; or a name that the page of an adapter\'s format has. The latest day up'
        " to the delivery's counts, of refused rows too; where a death is known, its day. Each row is flagged"
        " (`last_contact_derived`)",
        f"""[last_contact]
from = "{ANY_RECORD}\"""",
    ),
    Key(
        "patients",
        patients_of,
        "nothing",
        f'`{PARTIAL_BIRTH_DATE} = "{AS_EMPTY}"`: a date of birth without its day, or without its month too,'
        " is read as an empty one, and completed by nobody: the patient is kept, without an age, and flagged"
        f" (`{PARTIAL_BIRTH}`). Without it such a patient is refused (`date_is_partial`)",
        f"""[patients]
{PARTIAL_BIRTH_DATE} = "{AS_EMPTY}\"""",
    ),
    Key(
        "lesions",
        lesions_of,
        "nothing",
        '`ids = "stable"`: a lesion keeps its id from scan to scan. A row with status new'
        " under an id that the"
        " patient had on an earlier day is then not new: neither a candidate nor progression."
        " Without it such a"
        " row is only flagged (`new_again`)",
        """[lesions]
ids = "stable\"""",
    ),
    Key(
        "cadence",
        cadence_of,
        f"every {CYCLES_PER_INTERVAL} cycles",
        "the registry's own CT schedule, where CTs are not made every two cycles: `interval_days`, whole days"
        f" from {LEAST_INTERVAL_DAYS} to {MOST_INTERVAL_DAYS} from the start of a line to its first CT, from"
        " that to the next, and so on; the last one repeats, and each line begins anew."
        " Cadence, its rule in the"
        " gate and lost follow-up go by it",
        """[cadence]
interval_days = [56, 56, 84]""",
    ),
    Key(
        "limits",
        limits_of,
        "[those below](#limits)",
        "the highest share of what a rule judges that may break it, from 0 to 1; for all but the tables, 1"
        " switches the rule off",
        """[limits]
bone_lesions = 0.1
cadence = 0.6""",
    ),
    Key(
        "accept",
        waivers_of,
        "nothing",
        "a [waiver](#waivers) as `[accept.<rule>]`: a rule of whole tables or deliveries whose breach is"
        " accepted `until` a day, for a `reason`, `by` someone",
        """[accept.dates_moved]
until = 2027-06-30
reason = "all dates of birth were corrected against the population register"
by = "Head of the registry\"""",
    ),
)
TOP_LEVEL = tuple(key.name for key in KEYS)
