"""From delivered files to the `raw` tables of a working file, as text.

Not here: what the text means (`bpp_etl/harmonise`) and whether it is accepted (`bpp_etl/gate`).
"""
