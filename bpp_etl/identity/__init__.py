"""Who a patient is to a warehouse: pseudonyms, the key of keyed hashes, and those who were erased.

Not here: reading a delivery's ids (`bpp_etl/admission/intake.py`), and erasing (`bpp_etl/erasure`).
"""
