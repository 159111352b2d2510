"""A page that does not fit the project is found out: no block is passed over, put anywhere, or run in vain.

Not here: the pages themselves.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.walk import Block, apply, blocks, copy_of_project, run

PAGE = """\
# Add a thing

Words. New file `a/b.py`:

```python
ONE = 1
```

It looks so:

```text
not applied
```

In `a/b.py`, after `ONE = 1`:

```python
TWO = 2
```

In `a/b.py`, before `TWO`:

```python
HALF = 1.5
```

In `a/b.py`, in place of `HALF`:

```python
THIRD = 1 / 3
```

At the end of `a/b.py`:

```python
print(THIRD, TWO)
```

Run:

```sh
python a/b.py  # and no more
```
"""


def written(folder: Path, text: str = PAGE) -> Path:
    page = folder / "page.md"
    page.write_text(text, encoding="utf-8")
    return page


def test_blocks_are_applied_in_their_order_and_commands_run_in_the_copy(tmp_path: Path) -> None:
    (said,) = apply(tmp_path, blocks(written(tmp_path)))
    assert said.out == "0.3333333333333333 2\n"
    assert (tmp_path / "a" / "b.py").read_text(encoding="utf-8") == (
        "ONE = 1\nTHIRD = 1 / 3\nTWO = 2\nprint(THIRD, TWO)\n"
    )


def test_a_block_that_nothing_is_said_of_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"page\.md: nothing says .* below 'Words\.'"):
        blocks(written(tmp_path, PAGE.replace(" New file `a/b.py`:", "")))


@pytest.mark.parametrize(
    ("block", "complaint"),
    [
        (Block("page.md", "new", ""), "page.md is there already"),
        (Block("page.md", "after", "", "no such line"), "0 lines with 'no such line'"),
        (Block("page.md", "before", "", "```python"), "5 lines with '```python'"),
        (Block("", "run", "python -c 'raise SystemExit(3)'"), "ended with 3"),
    ],
)
def test_a_block_that_does_not_fit_is_an_error(tmp_path: Path, block: Block, complaint: str) -> None:
    written(tmp_path)
    with pytest.raises(ValueError, match=complaint):
        apply(tmp_path, [block])


def test_a_copy_runs_its_own_code_and_leaves_the_project_alone(tmp_path: Path) -> None:
    copy = copy_of_project(tmp_path)
    apply(copy, [Block("bpp_etl/errors.py", "end", 'raise RuntimeError("of the copy")\n')])
    assert "of the copy" in run(copy, "bpp", "releases").err
    assert run(copy, "python", "-c", "import schemas; print(schemas.__file__)").out.startswith(str(copy))
