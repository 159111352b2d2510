"""How a warehouse is: each registry, the release in service, and what needs a person.

Not here: judging a delivery, and mending anything.
"""
