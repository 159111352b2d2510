"""Writes the figures of the last soak into docs/reliability.md: `python -m tests.soak`.

Not here: running it, which `make soak` does.
"""

from tests.soak.figures import write_page

if __name__ == "__main__":
    write_page()
