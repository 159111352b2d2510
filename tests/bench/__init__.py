"""Benchmarks: run by `make bench`, recorded in docs/benchmarks.md, never a timed test."""
