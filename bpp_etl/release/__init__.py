"""Building, verifying, publishing and rolling back releases.

Not here: what the tables hold, and what differs between two releases (`bpp_etl/difference`).
"""
