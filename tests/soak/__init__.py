"""The long runs of `make soak`, and the figures that they leave.

Not here: what a minute can show, which stands in the other chapters.
"""
