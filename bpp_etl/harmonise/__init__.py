"""Turns what registries deliver into one language: units, HER2 status, cadence.

Not here: reading files (`bpp_etl/landing`), judging rows (`bpp_etl/gate`) and deriving events.
"""
