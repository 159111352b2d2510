"""Assessments, time points, lines of therapy and cadence: what stands before any protocol.

Not here: what a time point shows or means (`bpp_etl/events`).
"""
