"""A file of lines that has a row for each drug: it, and what registry.toml states of it, taken for drugs.

Not here: what is asked of any file (`wanted.py`), and deriving lines (`bpp_etl/gate/derived_lines.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from bpp_etl.landing.declared import AS_DRUGS
from bpp_etl.landing.registry_config import RegistryConfig
from bpp_etl.reading.wanted import LINES, Wanted, of_table
from schemas.tables import DRUGS

T = TypeVar("T")


def lines_as_drugs(config: RegistryConfig, asked: Sequence[Wanted]) -> tuple[RegistryConfig, list[Wanted]]:
    """Take the file of lines for that of the drugs, where lines are to be derived and no drug is delivered.

    Its registry calls a drug a regimen, and gives it the number of a line, which does not count. What is
    stated of therapy_lines is then stated of drug_exposures, where nothing else is.
    """
    if config.therapy_lines is None or any(one.table == DRUGS.name for one in asked):
        return config, list(asked)
    lines = [one for one in asked if one.table == LINES.name]
    if not lines:
        return config, list(asked)
    told = config.rename.get(LINES.name, {})
    renamed = AS_DRUGS | {theirs: AS_DRUGS.get(ours, ours) for theirs, ours in told.items()}
    renamed |= config.rename.get(DRUGS.name, {})
    followed = replace(
        config,
        read_tables={DRUGS.name: config.reading(LINES.name), **config.read_tables},
        rename={**config.rename, DRUGS.name: renamed},
        recode=_stated_of_drugs(config.recode),
        constants=_stated_of_drugs(config.constants),
        compose=_stated_of_drugs(config.compose),
    )
    drugs = of_table(DRUGS, [one.file for one in lines], followed, lines[0].sheet)
    return followed, [*(one for one in asked if one not in lines), *drugs]


def _stated_of_drugs(section: Mapping[str, Mapping[str, T]]) -> dict[str, Mapping[str, T]]:
    told = {AS_DRUGS.get(column, column): said for column, said in section.get(LINES.name, {}).items()}
    return {**section, DRUGS.name: {**told, **section.get(DRUGS.name, {})}}
