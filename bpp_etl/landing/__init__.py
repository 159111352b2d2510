"""What lies in the landing: registries, their deliveries, when one has arrived, what a registry states.

Not here: reading a delivered file (`bpp_etl/reading`).
"""
