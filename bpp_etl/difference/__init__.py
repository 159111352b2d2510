"""What differs between two releases, and what moved it, as data.

Not here: which releases there are (`bpp_etl/release`) and laying the difference out on a page.
"""
