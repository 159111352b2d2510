"""Every code that a release may hold has words in the report.

Not here: the words themselves.
"""

from collections.abc import Mapping

import pytest

from bpp_etl.events import load_protocol
from bpp_etl.events.parameters import BONE_SCAN, CANDIDATE_FINDINGS
from bpp_etl.events.protocol_file import shipped
from bpp_etl.report import words
from schemas.codes import CADENCE_CLASS, CT_MODALITIES, LESION_SITE
from schemas.event import OPEN_QUESTIONS
from schemas.laws import DELIVERY
from schemas.metric_codes import ALP_COMPARISON, FLOW_STEP
from schemas.metrics.strata import STRATA
from schemas.quality import CATEGORY, RULE_STATUS, SEVERITY
from schemas.tables import TABLES


@pytest.mark.parametrize(
    ("spoken", "codes"),
    [
        (words.STEPS, FLOW_STEP),
        (words.SITES, LESION_SITE),
        (words.MISSING, OPEN_QUESTIONS),
        (words.COMPARISONS, ALP_COMPARISON),
        (words.CADENCE_CLASSES, CADENCE_CLASS),
        (words.TABLES, (*TABLES, DELIVERY)),
        (words.CATEGORIES, CATEGORY),
        (words.SEVERITIES, SEVERITY),
        (words.STATUSES, RULE_STATUS),
    ],
)
def test_every_code_has_words_and_no_words_lack_a_code(
    spoken: Mapping[str, str], codes: tuple[str, ...]
) -> None:
    assert set(spoken) == set(codes)


def test_every_stratum_without_a_value_of_its_own_has_words() -> None:
    for stratum in STRATA:
        if not stratum.endswith("="):
            assert words.stratum_words(stratum) != stratum
    assert words.stratum_words("registry=north") == "north"
    assert words.stratum_words("registry=*") == "Between registries"
    assert words.stratum_words("site=rib") == "Ribs"


@pytest.mark.parametrize("name", [name for name in shipped() if load_protocol(name).is_event])
def test_no_step_tells_of_a_scan_or_a_lesion_that_the_definition_does_not_look_at(name: str) -> None:
    protocol = load_protocol(name)
    told = " ".join(words.steps_of(protocol).values())
    modalities = set(protocol.codes("candidate_modalities"))
    assert ("CT" in told) == bool(modalities & set(CT_MODALITIES))
    assert ("bone scan" in told) == (BONE_SCAN in modalities)
    assert ("osteoblastic" in told) == ("new_osteoblastic" in protocol.codes(CANDIDATE_FINDINGS))
