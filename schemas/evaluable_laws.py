"""The law of an examination that cannot be judged, as it says, and finds something all the same.

It flags: it does not decide whether the examination can be judged. Not here: the contract of the rows and
their other laws (`schemas/imaging_assessments.py`), and the SELECT that finds them (`bpp_etl/gate/sql`).
"""

from __future__ import annotations

from schemas.examples import Example, Row, example
from schemas.laws import Law, SelectLaw


def _unjudged(**cells: str | None) -> Row:
    return {"is_evaluable": "false", "extraosseous_response": None, **cells}


def _told_by(told: Row, untold: Row) -> Example:
    """Write two scans that cannot be judged, of one lesion each; beside them the first can be."""
    first, second = "{scan} first", "{scan} second"
    return Example(
        given={
            "bone_lesions": (
                {"assessment_id": first, "lesion_id": "{scan} A", **told},
                {"assessment_id": second, "lesion_id": "{scan} A", **untold},
            )
        },
        bad=(_unjudged(assessment_id=first), _unjudged(assessment_id=second)),
        good=(_unjudged(assessment_id=first, is_evaluable="true"), _unjudged(assessment_id=second)),
        breaks=(0,),
    )


EVALUABLE_LAWS: tuple[Law, ...] = (
    SelectLaw(
        "not_evaluable_but_read",
        sentence="An examination that cannot be judged finds nothing.",
        exactly="Broken by one with is_evaluable false that records a response other than NE, or a bone "
        "lesion that is new, larger or of more lysis. Nothing that it finds is counted, progression neither.",
        severity="flag",
        category="plausibility",
        mend="Correct is_evaluable where somebody read the images; where nobody could, leave out what they "
        "find, or deliver the response NE.",
        among="not is_evaluable",
        examples=(
            example(
                _unjudged(extraosseous_response="PD"), _unjudged(extraosseous_response="NE"), planted=True
            ),
            example(
                _unjudged(extraosseous_response="NON_CR_NON_PD"),
                _unjudged(extraosseous_response="NON_CR_NON_PD", is_evaluable="true"),
            ),
            example(_unjudged(extraosseous_response="SD"), _unjudged()),
            _told_by({"status": "new"}, {"status": "stable"}),
            _told_by({"status": "larger"}, {"status": "smaller"}),
            _told_by(
                {"morphology": "mixed", "status": "stable", "lysis_change": "increased"},
                {"morphology": "mixed", "status": "resolved", "lysis_change": "decreased"},
            ),
        ),
        columns=("is_evaluable", "extraosseous_response"),
    ),
)
