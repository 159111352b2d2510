"""The plots of the report as markdown with the picture inside, for whoever shows one metric table alone.

Not here: the plots themselves (`sections/`, `plots/`). What shows a picture outside the house gets it from
metrics that disclosure control has been over (`told_tables`), so that it carries no value of a patient.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from importlib.resources import files
from xml.etree.ElementTree import Element, fromstring, register_namespace, tostring

from bpp_etl.report.contents import SECTIONS
from bpp_etl.report.plots.svg import WIDTH, Picture
from bpp_etl.report.tables import ReleaseTables

SVG = "http://www.w3.org/2000/svg"
SHOWN_WIDTH = 560
LARGEST = 120_000
"""A picture of more bytes is left to the report: what shows a table keeps its history for ever."""


def pictures_of(tables: ReleaseTables) -> Mapping[str, str]:
    """Draw the plots of metric tables; return markdown by metric table, where there is any to show."""
    told: dict[str, list[str]] = {}
    for section in SECTIONS:
        for plot in section.plots(tables):
            told.setdefault(plot.table, []).append(as_markdown(plot.title, plot.picture))
    flow = _flow(tables)
    if flow:
        told["flow"] = [flow]
    return {table: "\n\n".join(parts) for table, parts in told.items()}


def as_markdown(name: str, picture: Picture) -> str:
    """Write a picture as an image that holds its own data, under its name and with its words."""
    root = fromstring(picture.markup)
    words = (root.findtext("desc") or "").replace("[", "(").replace("]", ")")
    drawing = standalone(root)
    if len(drawing) > LARGEST:
        return f"**{name}**\n\n{words} The picture is in the report."
    return f"**{name}**\n\n![{words}](data:image/svg+xml;base64,{b64encode(drawing).decode()})"


def standalone(root: Element) -> bytes:
    """Write a plot as a picture of its own: with its styles, its size, and paper under it."""
    styles = (files("bpp_etl.report") / "templates" / "plots.css").read_text(encoding="utf-8")
    box = [float(number) for number in (root.get("viewBox") or "").split()]
    scale = SHOWN_WIDTH / WIDTH
    root.set("width", f"{SHOWN_WIDTH}")
    root.set("height", f"{box[3] * scale:.0f}")
    style = Element("style")
    style.text = f"svg {{ background: var(--paper); font-family: sans-serif; }}\n{styles}"
    root.insert(0, style)
    for node in root.iter():
        node.tag = f"{{{SVG}}}{node.tag}"
    register_namespace("", SVG)
    written: bytes = tostring(root, encoding="utf-8")
    return written


def _flow(tables: ReleaseTables) -> str:
    """Write the flow of everyone as a table; a step is set in under the one that it is a part of."""
    table = tables["metric.flow"]
    rows = sorted(table.where(protocol=tables.protocol, stratum="all"), key=lambda row: int(row["position"]))
    if not rows:
        return ""
    parts: dict[str | None, list[Mapping[str, object]]] = {}
    for row in rows:
        parts.setdefault(row["parent_step"], []).append(row)

    def lines(parent: str | None, depth: int) -> list[str]:
        found = []
        for row in parts.get(parent, []):
            step = str(row["step"])
            indent = "\u2003" * depth
            found.append(f"| {indent}{tables.steps[step]} | {table.count(row, 'patients').text} |")
            found += lines(step, depth + 1)
        return found

    return "\n".join(["| step | patients |", "| --- | ---: |", *lines(None, 0)])
