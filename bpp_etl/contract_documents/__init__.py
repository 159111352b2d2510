"""The contracts as documents in open standards, so that others can hold data to them without this project.

Not here: anything that a contract says (`schemas`), and the page for people (`bpp_etl/dictionary.py`).
"""
