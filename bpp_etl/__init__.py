"""The engine: landing, harmonising, gate, warehouse, events, metrics and release, usable from a notebook.

Knows no Dagster; importing it reads no file, environment or network.
"""

__version__ = "0.1.0"
