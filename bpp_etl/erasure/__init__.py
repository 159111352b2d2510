"""Erasing a patient: from working files, every kept release, the log of shares, and what was left behind.

Not here: who was erased (`bpp_etl/identity`), and leaving out what is delivered again
(`bpp_etl/admission/intake.py`). Deliveries in the landing are the registry's, and are never written.
"""

from bpp_etl.erasure.run import Erasure, erase_patient, finish_erasures

__all__ = ["Erasure", "erase_patient", "finish_erasures"]
