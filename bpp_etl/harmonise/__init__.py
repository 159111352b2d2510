"""Turns what registries deliver into one language: days, numbers, codes, units, HER2 status.

Not here: reading files (`bpp_etl/reading`), judging rows (`bpp_etl/gate`) and deriving events.
"""
