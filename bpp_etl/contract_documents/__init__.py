"""Contract documents: the contracts in open standards, so that others can hold data to them.

Not here: anything that a contract says (`schemas`), and the page for people (`bpp_etl/dictionary.py`).
"""
