"""Deliveries that cannot be read in their place: copies of objects, and tables of a lakehouse as Parquet.

Not here: reading what was copied (`bpp_etl/reading`), and which release is copied away (`bpp_etl/release`).
"""
