"""Whether shares may be added: made alike, of different patients, of enough sites, each once.

Not here: reading them (`site.py`). Digests of patients never leave a house, and are keyed by each house's own
secret: that one patient went from one registry to another no share can tell.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations

from bpp_etl.errors import BppError, UsageError, shown
from bpp_etl.measure.cohort import REGISTRY
from bpp_etl.pool.site import Site
from bpp_etl.share.pooling import Pool

FEWEST_SITES = 3
"""Of two, each would know the other's numbers: its own, less those of both."""

FEWEST_DAYS = 5
"""Registries that agree in all sums, and in so many days on which somebody left, have the same patients."""

Alike = tuple[str, Callable[[Site], str], str]
"""What must be the same, how a share says it, and what to do where it is not."""

ALIKE: tuple[Alike, ...] = (
    (
        "threshold",
        lambda site: str(site.threshold),
        "a smaller one would be told by the difference: share again with one --threshold, the largest",
    ),
    (
        "code",
        lambda site: str(site.told["code"]),
        "let every house share with the same version of bpp_etl",
    ),
    (
        "contracts",
        lambda site: str(site.told["contracts"])[:12],
        "let every house share with the same version of bpp_etl",
    ),
    (
        "period",
        lambda site: site.window.told or "always",
        "let every house refresh with the same --from and --to, and share that",
    ),
    (
        "protocols",
        lambda site: ", ".join(f"{name}:{digest[:12]}" for name, digest in _parts(site)),
        "let every house refresh by the same protocols in the same order, and share that",
    ),
)
"""In the order in which they are compared: the first that differs is named."""


def ensure_poolable(sites: Sequence[Site]) -> None:
    """Refuse shares that cannot be added.

    Errors: BppError that names what differs; UsageError of too few shares, or of one that is given twice.
    """
    _ensure_each_once(sites)
    if len(sites) < FEWEST_SITES:
        raise UsageError(
            f"{len(sites)} shares are given, and at least {FEWEST_SITES} sites are pooled",
            "of two, each would find the other's numbers by taking away its own",
        )
    for what, told, hint in ALIKE:
        first = sites[0]
        for other in sites[1:]:
            if told(first) != told(other):
                raise BppError(
                    f"the {what} of {first.name} and {other.name} differ:"
                    f" {shown(told(first))} and {shown(told(other))}",
                    hint,
                )
    for one, other in combinations(sites, 2):
        _ensure_apart(one, other)


def ensure_ours(site: Site, contracts: str, protocols: Sequence[str]) -> None:
    """Refuse shares of which this version would read other tables, or not know the protocols."""
    if site.told["contracts"] != contracts:
        raise BppError(
            f"the shares were made by another version of bpp_etl ({shown(site.told['code'])})",
            "pool them with that version",
        )
    ours = dict(one.split(":", 1) for one in protocols)
    for name, digest in _parts(site):
        if ours.get(name) != digest:
            raise UsageError(
                f"protocol {shown(name)} of the shares is not the one of this name here",
                "name each by --protocol, with the file it was in",
            )


def _parts(site: Site) -> list[tuple[str, str]]:
    return [(name, digest) for name, _, digest in (one.partition(":") for one in site.protocols)]


def _ensure_each_once(sites: Sequence[Site]) -> None:
    for one, other in combinations(sites, 2):
        same = one.told["share_id"] == other.told["share_id"] and one.told["files"] == other.told["files"]
        if same or one.digest == other.digest:
            raise UsageError(f"{one.name} and {other.name} are the same share", "name each share once")


def _ensure_apart(one: Site, other: Site) -> None:
    if both := sorted(set(one.registries) & set(other.registries)):
        raise BppError(
            f"{one.name} and {other.name} both have registry {shown(both[0])}",
            "its patients would count twice: name one share of it; if two houses called theirs so, let one"
            " rename its folder in the landing",
        )
    theirs = {digest: registry for registry, digest in other.deliveries}
    for registry, digest in one.deliveries:
        if digest in theirs:
            raise _same_patients(one, registry, other, theirs[digest])
    told = {_fingerprint(other.sums, name): name for name in other.registries}
    for registry in one.registries:
        mark = _fingerprint(one.sums, registry)
        if mark and mark in told:
            raise _same_patients(one, registry, other, told[mark])


def _same_patients(one: Site, registry: str, other: Site, theirs: str) -> BppError:
    return BppError(
        f"registry {shown(registry)} of {one.name} is registry {shown(theirs)} of {other.name}"
        " under another name",
        "its patients would count twice: leave one of the shares out",
    )


def _fingerprint(sums: Pool, registry: str) -> frozenset[tuple[object, ...]]:
    """Return all sums of a registry without its name; nothing where they are too few to be its own."""
    stratum = f"{REGISTRY}={registry}"
    found = frozenset(
        (protocol, table, tuple(part for part in row if part != stratum), *at, value)
        for (protocol, table, row), of in sums.rows.items()
        if stratum in row
        for at, value in of.items()
        if value
    )
    # Quantity and day are the last but one.
    return found if len({one[-2] for one in found}) > FEWEST_DAYS else frozenset()
