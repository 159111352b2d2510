"""The parts of the report: each module gathers what one part shows, as pieces that the templates lay out.

Not here: html (`report/templates/`), and any number that is not a cell of the release.
"""
