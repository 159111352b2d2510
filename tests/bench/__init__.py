"""Benchmarks: run by `make bench`, which writes docs/benchmarks.md from one run; never a timed test.

Not here: any verdict. Ratios are taken within one run, as machines are noisy.
"""
