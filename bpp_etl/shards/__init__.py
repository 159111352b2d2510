"""Rounds of pure tasks: a large delivery is judged, and its events are derived, part by part.

A part, a shard, has all rows of some of the patients. A task is told all it needs by JSON, writes into a
folder of its own, and tells in JSON what it wrote there; whether it ran here or elsewhere, once or again
after it was killed, nothing else shows. Not here: any rule (`bpp_etl/gate`, `bpp_etl/events`), and when a
delivery is judged (`bpp_etl/admission`).
"""
