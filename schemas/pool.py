"""The contracts of the tables that a pool of shares has and no release does, and all of its tables by name.

Not here: the tables that it shares with a release (`schemas/metric.py`, `schemas/quality.py`), and adding up.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any

import polars as pl

from schemas.contract import Contract, derived
from schemas.meta import META_TABLES
from schemas.metric import METRIC_TABLES
from schemas.metric_codes import ALP_COMPARISON
from schemas.metric_columns import protocol_column, stratum_column
from schemas.metrics import METRICS
from schemas.quality import QUALITY_TABLES
from schemas.release_quality import RELEASE_QUALITY_TABLES
from schemas.sums import QUANTITY

COMPARED_ON: Mapping[str, str] = MappingProxyType(
    {
        "share": "Shares of patients, compared on the log odds scale.",
        "hazard_ratio": "Hazard ratios of Peto's one step, compared on the log scale.",
        "mean": "Mean changes of ALP, compared as they are.",
    }
)
"""What sites are compared by -> in words."""


def _metric() -> Any:
    return derived("Stable id of what is measured.", nullable=False, codes=METRICS)


def _compared_on() -> Any:
    return derived("What sites are compared by.", nullable=False, codes=COMPARED_ON)


class ExactShare(Contract, key=("protocol", "metric", "stratum")):
    """One row per protocol, metric and stratum: a share of all sites, with its exact interval.

    A row whose counts a site keeps has none of them here: `metric.kept` bounds them.
    """

    protocol: pl.String = protocol_column()
    metric: pl.String = _metric()
    stratum: pl.String = stratum_column()
    patients: pl.Int64 = derived("Patients measured.", nullable=False)
    events: pl.Int64 = derived("Patients who had what is counted.", nullable=False)
    share: pl.Float64 = derived("Events over patients; empty where there are none.", unit="share")
    ci_low: pl.Float64 = derived("Lower 95 % limit, Clopper and Pearson.", unit="share")
    ci_high: pl.Float64 = derived("Upper 95 % limit, Clopper and Pearson.", unit="share")


class StratifiedTest(Contract, key=("protocol", "metric", "stratum")):
    """One row per protocol, time and two groups: the log-rank test with the sites as strata.

    Each site compares its own two groups, so that sites may differ in their survival; what each finds is
    added. The hazard ratio is Peto's, of the group that the stratum names first over the other.
    """

    protocol: pl.String = protocol_column()
    metric: pl.String = _metric()
    stratum: pl.String = stratum_column()
    sites: pl.Int32 = derived("Sites that had both groups.", nullable=False)
    sites_kept: pl.Int32 = derived(
        "Sites that keep their part; with any there is no test of all.", nullable=False
    )
    observed: pl.Float64 = derived("Events of the first group.")
    expected: pl.Float64 = derived("Events that it would have had if both had one hazard at each site.")
    variance: pl.Float64 = derived("Hypergeometric variance of observed less expected.")
    statistic: pl.Float64 = derived("(observed - expected)^2 / variance.")
    p_value: pl.Float64 = derived("Of chi-square with one degree of freedom.")
    hazard_ratio: pl.Float64 = derived("exp((observed - expected) / variance).")
    ci_low: pl.Float64 = derived("Lower 95 % limit of the ratio.")
    ci_high: pl.Float64 = derived("Upper 95 % limit of the ratio.")


class MeanChange(Contract, key=("protocol", "comparison", "stratum")):
    """One row per protocol, comparison of two ALP values and stratum: mean change within patients."""

    protocol: pl.String = protocol_column()
    comparison: pl.String = derived("Which value minus which.", nullable=False, codes=ALP_COMPARISON)
    stratum: pl.String = stratum_column()
    patients: pl.Int64 = derived("Patients with every value needed; empty where a site keeps them.")
    sites_kept: pl.Int32 = derived(
        "Sites that keep their sums; with any there is no mean of all.", nullable=False
    )
    mean: pl.Float64 = derived("Mean change.", unit="U/L")
    std_deviation: pl.Float64 = derived("Standard deviation of the changes, with n - 1.", unit="U/L")
    ci_low: pl.Float64 = derived("Lower 95 % limit of the mean, Student's t.", unit="U/L")
    ci_high: pl.Float64 = derived("Upper 95 % limit of the mean, Student's t.", unit="U/L")


class SiteEstimate(Contract, key=("protocol", "compared_on", "metric", "stratum", "site")):
    """One row per protocol, what is compared, metric, stratum and site: a row of a forest plot."""

    protocol: pl.String = protocol_column()
    compared_on: pl.String = _compared_on()
    metric: pl.String = _metric()
    stratum: pl.String = stratum_column()
    site: pl.Int32 = derived("Number of the site, as in `meta.site`.", nullable=False)
    patients: pl.Int64 = derived("Patients of the site; empty where it keeps them.")
    events: pl.Int64 = derived("Events of the site; empty where it keeps them, and of a mean.")
    estimate: pl.Float64 = derived("Share, ratio or mean in U/L; empty where kept, or of nobody.")
    ci_low: pl.Float64 = derived("Lower 95 % limit: Clopper and Pearson, Peto, Student's t.")
    ci_high: pl.Float64 = derived("Upper 95 % limit.")
    is_kept: pl.Boolean = derived("Whether the site keeps what it would take.", nullable=False)


class BetweenSites(Contract, key=("protocol", "compared_on", "metric", "stratum")):
    """One row per protocol, what is compared, metric and stratum: how far sites differ more than by chance.

    Of the sites that tell and have somebody; each counts as one study.
    """

    protocol: pl.String = protocol_column()
    compared_on: pl.String = _compared_on()
    metric: pl.String = _metric()
    stratum: pl.String = stratum_column()
    sites: pl.Int32 = derived("Sites compared.", nullable=False)
    sites_kept: pl.Int32 = derived("Sites that keep theirs, and are not compared.", nullable=False)
    estimate: pl.Float64 = derived("Mean of sites like these, by a random-effects model; of two sites on.")
    ci_low: pl.Float64 = derived("Lower 95 % limit of it.")
    ci_high: pl.Float64 = derived("Upper 95 % limit of it.")
    another_low: pl.Float64 = derived("From where one more site would lie with 95 %; of three sites on.")
    another_high: pl.Float64 = derived("To where one more site would lie with 95 %.")
    q: pl.Float64 = derived("Cochran's Q.")
    degrees_of_freedom: pl.Int32 = derived("Sites compared, less one; empty of fewer than two.")
    p_value: pl.Float64 = derived("Of chi-square with these degrees of freedom.")
    i_squared: pl.Float64 = derived("Part of the variation between sites that is not chance.", unit="share")
    tau: pl.Float64 = derived("Standard deviation between sites on the scale of the comparison.")


class Kept(Contract, key=("protocol", "table", "row", "quantity")):
    """One row per sum that a site keeps under disclosure control: what the sites together have at least.

    Such a sum is empty in the tables of the pool. No bound is narrower than the shares themselves give.
    """

    protocol: pl.String = protocol_column()
    table: pl.String = derived("Table whose row it is, as in `sums.parquet`.", nullable=False)
    row: Annotated[pl.List, pl.String] = derived("What its key holds after the protocol.", nullable=False)
    quantity: pl.String = derived("What is added up.", nullable=False, codes=QUANTITY)
    sites: Annotated[pl.List, pl.Int32] = derived("Numbers of the sites that keep theirs.", nullable=False)
    lowest: pl.Float64 = derived(
        "Sum over the sites that tell, with the least that each of the others has: what they tell of a part."
    )
    highest: pl.Float64 = derived(
        "The same with the most that each of the others can have: what its part is of. Empty where no share "
        "bounds it, and of what is no count."
    )


class PoolRecord(Contract, key=("pool_id",)):
    """One row: the pool that this file is."""

    pool_id: pl.String = derived("Stable id of the pool.", nullable=False)
    created_at: Annotated[pl.Datetime, "us", None] = derived("When it was made, in UTC.", nullable=False)
    protocols: Annotated[pl.List, pl.String] = derived(
        "Protocols of every share, as name:digest; the first is that of the report.", nullable=False
    )
    first_line_from: pl.Date = derived("First day on which line 1 may have started; empty where open.")
    first_line_to: pl.Date = derived("Last day on which line 1 may have started; empty where open.")
    threshold: pl.Int32 = derived(
        "Smallest number of patients that every share tells, apart from none; 0 where all are exact.",
        nullable=False,
    )
    code_version: pl.String = derived("Version of engine and contracts that pooled.", nullable=False)
    shares_code_version: pl.String = derived("Version that made every share.", nullable=False)
    contracts: pl.String = derived("Digest of the contracts of every share.", nullable=False)
    content_digest: pl.String = derived(
        "SHA-256 over all rows outside meta; the same shares and code give the same.", nullable=False
    )
    is_synthetic: pl.Boolean = derived(
        "Whether all patients are made up; empty where those of some sites are and of others not."
    )


class SiteRecord(Contract, key=("site",)):
    """One row per site: the share that it sent."""

    site: pl.Int32 = derived("Number of the site, in the order of its registries' names.", nullable=False)
    registries: Annotated[pl.List, pl.String] = derived("Registries of the share.", nullable=False)
    share_id: pl.String = derived("Id of the share.", nullable=False)
    release_id: pl.String = derived("Id of the release that it was made of.", nullable=False)
    created_at: Annotated[pl.Datetime, "us", None] = derived("When the share was made.", nullable=False)
    newest_delivery: pl.Date = derived("Day of the newest delivery in it: follow-up ends there.")
    threshold: pl.Int32 = derived("Threshold that the share was made with.", nullable=False)
    is_synthetic: pl.Boolean = derived("Whether its patients are made up; empty where in part.")
    digest: pl.String = derived("sha256 of its `share.json`, which has that of every file.", nullable=False)


class NotPooled(Contract, key=("metric",)):
    """One row per metric that cannot be pooled exactly out of sums: it is empty in `metric.estimate`."""

    metric: pl.String = _metric()
    reason: pl.String = derived("Why.", nullable=False)


OWN_TABLES: Mapping[str, Mapping[str, type[Contract]]] = MappingProxyType(
    {
        "metric": MappingProxyType(
            {
                "exact_share": ExactShare,
                "stratified_test": StratifiedTest,
                "mean_change": MeanChange,
                "site_estimate": SiteEstimate,
                "between_sites": BetweenSites,
                "kept": Kept,
            }
        ),
        "meta": MappingProxyType({"pool": PoolRecord, "site": SiteRecord, "not_pooled": NotPooled}),
    }
)
"""Schema -> table -> contract of what a pool alone has."""

ADDED = (
    *("estimate", "survival_curve", "flow", "baseline", "lesion_site", "alp_change", "alp_grade"),
    *("concordance", "cadence", "open_question"),
)
"""Tables of `metric` whose rows are those of a release of all patients."""
_QUALITY = {**QUALITY_TABLES, **RELEASE_QUALITY_TABLES}
BESIDE = ("table_count", "rule_result", "delivery", "event_rule")
"""Tables of `quality` whose rows are of one registry each: those of all sites stand beside one another."""
ABOUT = ("table", "column", "protocol", "protocol_parameter")


def pool_catalog() -> Mapping[str, Mapping[str, type[Contract]]]:
    """Return schema -> table -> contract for everything in a pool."""
    return {
        "metric": {**{name: METRIC_TABLES[name] for name in ADDED}, **OWN_TABLES["metric"]},
        "quality": {name: _QUALITY[name] for name in BESIDE},
        "meta": {**OWN_TABLES["meta"], **{name: META_TABLES[name] for name in ABOUT}},
    }
