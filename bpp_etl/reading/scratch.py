"""How folders are called that are gone once what is in them has been read.

Not here: which delivered files lie there under harmless names (`files.py`), and who sweeps what was left.
"""

SCRATCH = "bpp-read-"
"""How the folders begin, of delivered files that are read and of tasks that read a part."""
