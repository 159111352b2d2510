"""The partition of every registry's assets.

Not here: adding a registry, which the doors do when one delivers.
"""

import dagster as dg

registries = dg.DynamicPartitionsDefinition(name="registry")
