"""The main plots of the metric tables as markdown with the picture inside, for whoever shows one table alone.

Not here: the plots themselves (`sections/`, `plots/`). They are drawn from `metric.*` only, which disclosure
control has been over, and carry no value of a patient.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Mapping
from importlib.resources import files
from pathlib import Path
from xml.etree.ElementTree import Element, fromstring, register_namespace, tostring

from bpp_etl.report.plots.svg import WIDTH, Picture
from bpp_etl.report.sections.alp import alp
from bpp_etl.report.sections.cadence import cadence_plots
from bpp_etl.report.sections.her2 import her2
from bpp_etl.report.sections.sites import sites
from bpp_etl.report.sections.times import swimmer, times
from bpp_etl.report.tables import ReleaseTables, read_metrics
from bpp_etl.report.words import STEPS

SVG = "http://www.w3.org/2000/svg"
SHOWN_WIDTH = 560
LARGEST = 120_000
"""A picture of more bytes is left to the report: what shows a table keeps its history for ever."""


def pictures_of(path: Path, threshold: int) -> Mapping[str, str]:
    """Draw the plots of a measured file; return markdown by metric table, where there is any to show."""
    tables = read_metrics(path, threshold)
    about_alp = dict(alp(tables).plots)
    groups = {
        picture
        for picture in about_alp.values()
        if picture.anchor in ("plot-alp-waterfall", "plot-alp-pairs")
    }
    lanes = swimmer(tables)
    curves = [*times(tables).plots, *her2(tables).plots]
    drawn: dict[str, Iterable[tuple[str, Picture]]] = {
        "survival_curve": [(title(picture), picture) for _, picture in curves],
        "course_group": [(title(lanes), lanes)] if lanes else [],
        "alp_group": [(name, picture) for name, picture in about_alp.items() if picture in groups],
        "alp_change": [(name, picture) for name, picture in about_alp.items() if picture not in groups],
        "lesion_site": sites(tables).plots,
        "cadence": cadence_plots(tables)[0],
    }
    told = {table: "\n\n".join(as_markdown(*one) for one in pictures) for table, pictures in drawn.items()}
    told["flow"] = _flow(tables)
    return {table: text for table, text in told.items() if text}


def title(picture: Picture) -> str:
    """Return the title that a picture carries."""
    return fromstring(picture.markup).findtext("title") or ""


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
            found.append(f"| {indent}{STEPS[step]} | {table.count(row, 'patients').text} |")
            found += lines(step, depth + 1)
        return found

    return "\n".join(["| step | patients |", "| --- | ---: |", *lines(None, 0)])
