"""One registry's working files: what is due for it, and a delivery's way into its place.

Not here: reading a delivery (`bpp_etl/reading`), judging it (`bpp_etl/gate`), deriving its events.
"""
