"""Judging a delivery's rows against the contracts, and deciding what that leads to.

Not here: reading and typing text. Values stay in the database: rule ids, counts and row numbers leave it.
"""
