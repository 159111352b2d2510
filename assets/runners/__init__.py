"""Runners that know an engine which spreads work over machines; `RUNNERS` are all that a refresh may name.

Not here: what a task does, and runners of this machine alone (`bpp_etl/shards`). An engine of others is
loaded where a runner runs, in a process of its own, and nowhere else.
"""

from assets.runners.spark import on_spark
from bpp_etl.shards.runners import OF_THIS_MACHINE, Runners

RUNNERS: Runners = {**OF_THIS_MACHINE, "spark": on_spark}
