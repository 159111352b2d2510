"""Clinical defects planted in a clean delivery, each with the rule that must notice it: the gate's score.

Not here: tests of single rules and their boundaries (`tests/gates`).
"""
