"""HTML pages that need no network: every value is escaped, style and drawing are inside the file.

Not here: the report of a release (`bpp_etl/report`), and what the pages say.
"""

from __future__ import annotations

from importlib.resources import files
from typing import Any


def page(template: str, **values: Any) -> str:
    """Fill a template of this package; a value that it names and nobody gives is an error."""
    import jinja2  # noqa: PLC0415 - only a page needs it

    def source(name: str) -> str | None:
        resource = files("bpp_etl.pages") / name
        return resource.read_text(encoding="utf-8") if resource.is_file() else None

    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(source),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(template).render(values)
