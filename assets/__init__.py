"""The Dagster graph and its doors: what runs, when, and what it reports. The work itself is in `bpp_etl`."""
