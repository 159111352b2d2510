"""What several houses' shares come to together: their sums added, by the estimators of one release.

Not here: making a share (`bpp_etl/share`). A pool reads nothing but shares, and tells no more than they do.
"""
