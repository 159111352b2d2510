"""The numbers of the cadence of core: what a time point is, and how far apart CTs are planned.

Not here: those of a protocol (`bpp_etl/events/protocols`), which events read; the cadence of core is judged
at the gate, before any protocol is known. Source: specification of the gate, after Xu et al. 2025.
"""

TIME_POINT_DAYS = 7
"""An assessment at most this many days after the patient's previous one joins its time point."""

CT_MODALITIES = ("CT", "PET_CT")
"""Modalities with a CT, and so with a bone window."""

FALLBACK_CYCLE_DAYS = 21
"""Assumed, with a flag, where a line does not record its cycle length."""

CYCLES_PER_INTERVAL = 2
"""CTs are planned every so many cycles."""
