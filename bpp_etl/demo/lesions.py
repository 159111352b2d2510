"""The rows of `bone_lesions`: which lesions a patient has, and how each scan reports them.

Which scans there are is decided in imaging.py.
"""

import numpy as np
import polars as pl

from bpp_etl.demo.archetypes import LYSIS, NEW_LYTIC, NEW_MIXED, Plans
from bpp_etl.demo.arrays import Bools, Ints, chance, ids, labels, pick
from bpp_etl.demo.imaging import READS_ALL, READS_NONE, READS_ONE, XRAY_MODALITY, Scans
from bpp_etl.demo.timelines import Timelines

SITES = (
    "spine",
    "pelvis",
    "rib",
    "sternum",
    "skull",
    "femur",
    "humerus",
    "scapula",
    "clavicle",
    "other",
    "unknown",
)
SITE_WEIGHTS = (0.82, 0.06, 0.04, 0.015, 0.01, 0.02, 0.01, 0.01, 0.005, 0.01, 0.005)
MORPHOLOGIES = ("osteoblastic", "osteolytic", "mixed", "unknown")
BLASTIC, LYTIC, MIXED, UNKNOWN = range(4)
STATUSES = ("baseline", "new", "stable", "larger", "smaller", "resolved")
BASELINE, NEW, STABLE, LARGER, SMALLER, RESOLVED = range(6)
LYSIS_CHANGES = (None, "none", "increased", "decreased")

# Numbers from which each group of lesions counts within a patient, so that lesion ids never meet.
CANDIDATE_FROM, LATER_NEW, PROGRESSION_NEW, UNKNOWN_NEW, DOUBTFUL_NEW, AFTERWARDS_NEW = 11, 21, 31, 41, 51, 61
FLARE_FROM = 71
UNNAMED = [SITES.index("other"), SITES.index("unknown")]


def lesion_rows(
    assessment_ids: pl.Series,
    scans: Scans,
    plans: Plans,
    timelines: Timelines,
    rng: np.random.Generator,
) -> pl.DataFrame:
    """Makes one row per lesion and assessment that reports it."""
    readings = pl.DataFrame(
        {
            "scan": np.arange(scans.day.size, dtype=np.int32),
            "patient": scans.patient.astype(np.int32),
            "visit": scans.visit.astype(np.int16),
            "reads": scans.reads.astype(np.int8),
        }
    ).filter(pl.col("reads") != READS_NONE)
    lesions = _lesions(plans, timelines, rng)
    seen = readings.join(lesions, on="patient", how="inner", maintain_order="left_right").filter(
        pl.col("visit") >= pl.col("first"),
        (pl.col("reads") == READS_ALL) | (pl.col("number") == 1),
    )
    rows = pl.concat([_reported(seen, scans, plans, rng), _flares(lesions, scans, plans, rng)])
    rows = rows.sort("scan", maintain_order=True)
    lesion_ids = ids("L", scans.patient[rows["scan"]] + 1) + "-" + rows["number"].cast(pl.String).str.zfill(2)
    return rows.select(
        assessment_ids.gather(rows["scan"]).alias("assessment_id"),
        lesion_ids.alias("lesion_id"),
        labels(rows["site"].to_numpy(), SITES).alias("site"),
        labels(rows["morphology"].to_numpy(), MORPHOLOGIES).alias("morphology"),
        labels(rows["status"].to_numpy(), STATUSES).alias("status"),
        labels(rows["lysis_change"].to_numpy(), LYSIS_CHANGES).alias("lysis_change"),
        "is_equivocal",
    )


def _reported(seen: pl.DataFrame, scans: Scans, plans: Plans, rng: np.random.Generator) -> pl.DataFrame:
    """Adds what each scan says of each lesion it shows, against the scans before it."""
    n = seen.height
    patient, visit, first, number, build = (
        seen[name].to_numpy() for name in ("patient", "visit", "first", "number", "morphology")
    )
    whole = (seen["reads"] == READS_ALL).to_numpy()
    can_lyse = (build == LYTIC) | (build == MIXED)
    status = np.where(
        can_lyse, STABLE + 2 * chance(rng, 0.2, n), STABLE + pick(rng, (0.82, 0.13, 0.03, 0.02), n)
    )
    status = _changed_once(seen, status)
    status = np.where((first == 0) & (visit == 0), BASELINE, status)
    # New is what the first scan shows that tells all: the visit of its first appearance may tell nothing.
    shown = pl.when(pl.col("reads") == READS_ALL).then("visit").min().over("patient", "number")
    is_first = seen.select((pl.col("visit") == shown).fill_null(value=False)).to_series().to_numpy()
    is_new = (first > 0) & whole & is_first
    status = np.where(is_new, NEW, status)

    lysis = np.where(can_lyse, 1, 0)
    lysis = np.where((status == SMALLER) & can_lyse, 3, lysis)
    # A patient who is not to progress has 0, which is the visit of the baseline.
    is_planned = whole & (number == 1) & (visit == plans.progression[patient]) & (visit > 0)
    is_planned &= plans.progression_kind[patient] == LYSIS
    # Harmless: growing lysis on an X-ray, or with the reader in doubt.
    on_xray = (scans.modality[seen["scan"].to_numpy()] == XRAY_MODALITY) & chance(rng, 0.3, n)
    in_doubt = whole & ~is_planned & can_lyse & (status == STABLE) & chance(rng, 0.01, n)
    grows = is_planned | on_xray & can_lyse | in_doubt
    status = np.where(grows, LARGER, status)
    equivocal = in_doubt | seen["is_doubtful"].to_numpy() & ((status == NEW) | (number == DOUBTFUL_NEW))
    reported = seen.select(
        "scan",
        pl.col("number").cast(pl.Int16),
        pl.col("site").cast(pl.Int8),
        pl.col("morphology").cast(pl.Int8),
        pl.Series("status", status).cast(pl.Int8),
        pl.Series("lysis_change", np.where(grows, 2, lysis)).cast(pl.Int8),
        # An empty cell is read as false.
        pl.Series("is_equivocal", equivocal).set(pl.Series(~equivocal & chance(rng, 0.3, n)), None),
    )
    # What is resolved stays gone, and no scan after it speaks of it.
    gone = (pl.col("status") == RESOLVED).cum_sum().over(pl.Series(patient), "number")
    return reported.filter((gone == 0) | (gone == 1) & (pl.col("status") == RESOLVED))


def _changed_once(seen: pl.DataFrame, status: Ints) -> Ints:
    """Lets a lesion grow or shrink at one scan at most: no scan repeats what one of another day found."""
    is_changed = pl.Series("is_changed", (status == LARGER) | (status == SMALLER))
    times = seen.with_columns(is_changed).select(pl.col("is_changed").cum_sum().over("patient", "number"))
    return np.where(is_changed.to_numpy() & (times.to_series().to_numpy() > 1), STABLE, status)


def _flares(lesions: pl.DataFrame, scans: Scans, plans: Plans, rng: np.random.Generator) -> pl.DataFrame:
    """Makes new osteoblastic lesions that only a bone scan or an X-ray shows: never a candidate."""
    source = np.flatnonzero(scans.reads == READS_ONE)
    source = source[chance(rng, 0.2, source.size)]
    m = source.size
    patient = scans.patient[source]
    place = pl.DataFrame({"patient": patient}).select(pl.int_range(pl.len()).over("patient"))
    lytic = lesions.filter(pl.col("morphology").is_in([LYTIC, MIXED]))
    taken = _bones_of(lytic, plans.size)
    site = pick(rng, SITE_WEIGHTS, m)
    return pl.DataFrame(
        {
            "scan": source.astype(np.int32),
            "number": (FLARE_FROM + place.to_series().to_numpy()).astype(np.int16),
            "site": _elsewhere(site, taken[patient], rng).astype(np.int8),
            "morphology": np.where(chance(rng, 0.5, m), BLASTIC, UNKNOWN).astype(np.int8),
            "status": np.full(m, NEW, dtype=np.int8),
            "lysis_change": np.zeros(m, dtype=np.int8),
            "is_equivocal": np.zeros(m, dtype=np.bool_),
        }
    )


def _bones_of(lesions: pl.DataFrame, patients: int) -> Bools:
    """Marks, for each patient, the named bones that these lesions lie in."""
    taken = np.zeros((patients, len(SITES)), dtype=np.bool_)
    taken[lesions["patient"].to_numpy(), lesions["site"].to_numpy()] = True
    taken[:, UNNAMED] = False
    return taken


def _elsewhere(site: Ints, taken: Bools, rng: np.random.Generator) -> Ints:
    """Moves each lesion out of a bone that is taken, as its row of `taken` says, to one that is not."""
    weights = np.cumsum(np.where(taken, 0.0, SITE_WEIGHTS), axis=1)
    drawn = rng.random(site.size) * weights[:, -1]
    free = np.asarray((weights <= drawn[:, None]).sum(axis=1), dtype=np.int64)
    return np.where(taken[np.arange(site.size), site], free, site)


def _lesions(plans: Plans, timelines: Timelines, rng: np.random.Generator) -> pl.DataFrame:
    """Lists the lesions of every patient: number, visit of first appearance, site, morphology, doubt."""
    n = plans.size
    everyone = np.arange(n)
    no_line = plans.is_in("no_first_line")
    known = np.where(no_line, 0, pick(rng, (0.27, 0.5, 0.17, 0.06), n))
    needs_one = (plans.progression > 0) & (plans.progression_kind == LYSIS)
    known = np.where(needs_one, np.maximum(known, 1), known)
    fresh = np.where(plans.candidate > 0, 1 + pick(rng, (0.65, 0.25, 0.1), n), 0)
    doubtful = chance(rng, 0.08, n)  # a reader in doubt still makes a candidate, with a flag

    blocks: list[tuple[Ints, Ints, Ints, Ints, Bools]] = []

    def add(patient: Ints, number: Ints, first: Ints, morphology: Ints, doubt: Bools) -> None:
        blocks.append((patient, number, first, morphology, doubt))

    def add_one(where: Bools, number: int, first: Ints, morphology: Ints, *, is_doubtful: bool) -> None:
        patient = np.flatnonzero(where)
        m = patient.size
        add(patient, np.full(m, number), first[patient], morphology[patient], np.full(m, is_doubtful))

    patient = np.repeat(everyone, known)
    number = np.arange(patient.size) - (np.cumsum(known) - known)[patient] + 1
    build = pick(rng, (0.3, 0.42, 0.25, 0.03), patient.size)
    build = np.where(needs_one[patient] & (number == 1) & (build != MIXED), LYTIC, build)
    add(patient, number, np.zeros_like(patient), build, np.zeros(patient.size, dtype=np.bool_))

    patient = np.repeat(everyone, fresh)
    number = np.arange(patient.size) - (np.cumsum(fresh) - fresh)[patient] + CANDIDATE_FROM
    add(patient, number, plans.candidate[patient], np.full(patient.size, BLASTIC), doubtful[patient])

    blastic, mixed = np.full(n, BLASTIC), np.full(n, MIXED)
    more = (plans.first_confirming > 0) & chance(rng, 0.12, n)
    add_one(more, LATER_NEW, plans.first_confirming, blastic, is_doubtful=False)
    new_lysis = (plans.progression > 0) & np.isin(plans.progression_kind, (NEW_LYTIC, NEW_MIXED))
    build = np.where(plans.progression_kind == NEW_LYTIC, LYTIC, MIXED)
    add_one(new_lysis, PROGRESSION_NEW, plans.progression, build, is_doubtful=False)

    # None of these is a candidate or progression, whichever visit shows it first.
    some_visit = 1 + np.floor(rng.random(n) * plans.visits).astype(np.int64)
    visited = plans.visits > 0
    add_one(visited & chance(rng, 0.04, n), UNKNOWN_NEW, some_visit, np.full(n, UNKNOWN), is_doubtful=False)
    add_one(visited & chance(rng, 0.03, n), DOUBTFUL_NEW, some_visit, mixed, is_doubtful=True)
    beyond = plans.is_in("progression_first") & (plans.visits > plans.progression)
    after = (beyond | (timelines.line_2_visits > 0)) & chance(rng, 0.3, n)
    shown = np.where(beyond, plans.visits, plans.visits + 1)
    add_one(after, AFTERWARDS_NEW, shown, blastic, is_doubtful=False)

    whose, number, first, build, doubt = (np.concatenate(parts) for parts in zip(*blocks, strict=True))
    lesions = pl.DataFrame(
        {
            "patient": whose.astype(np.int32),
            "number": number.astype(np.int16),
            "first": first.astype(np.int16),
            "site": pick(rng, SITE_WEIGHTS, whose.size).astype(np.int8),
            "morphology": build.astype(np.int8),
            "is_doubtful": doubt,
        }
    )
    # A dense lesion in the bone of a lytic one is healing: where a new one appears, there was none. Lysis
    # that the story needs is in another bone.
    dense = lesions.filter(pl.col("first") > 0, pl.col("morphology") == BLASTIC)
    site, taken = lesions["site"].to_numpy().astype(np.int64), _bones_of(dense, n)[whose]
    is_needed = (first > 0) | needs_one[whose] & (number == 1)
    is_lytic = np.isin(build, (LYTIC, MIXED))
    is_met = is_lytic & ~is_needed & taken[np.arange(site.size), site]
    site = _elsewhere(site, taken & (is_lytic & is_needed)[:, None], rng)
    return lesions.with_columns(
        pl.Series("site", site.astype(np.int8)),
        pl.Series("morphology", np.where(is_met, BLASTIC, build).astype(np.int8)),
    )
