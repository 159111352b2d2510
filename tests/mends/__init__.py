"""The mend text of every rule, followed to the letter: what the rule noticed before, it does not after.

Not here: the defects that most of them begin with (`tests/mutations`).
"""
