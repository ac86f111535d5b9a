"""Charts as SVG pictures, made here: no script, no font and no address from elsewhere.

They are served as pictures of their own, so a page's policy need not allow inline style, and
they follow the reader's light or dark mode by themselves.
"""

from collections.abc import Sequence
from xml.etree import ElementTree as ET

import pygal
from pygal.style import Style

from sync_server.audience.groups import GroupFigures

BAR = "#2f6f63"
BAR_DARK = "#6fc3b2"
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif"
WIDTH_PX = 760
BAR_HEIGHT_PX = 46
FRAME_HEIGHT_PX = 44

_DARK_MODE = """
@media (prefers-color-scheme: dark) {
  text { fill: #e6e9e8 !important; }
  .series .rect { fill: %s !important; stroke: none !important; }
  .guide, .axis .line { stroke: #4a5552 !important; }
}
"""


def group_chart(figures: Sequence[GroupFigures]) -> bytes:
    """Members of each group as horizontal bars, the first group on top; SVG bytes."""
    style = Style(
        background="transparent",
        plot_background="transparent",
        foreground="#33403d",
        foreground_strong="#1d2624",
        foreground_subtle="#d5dcda",
        font_family=FONT,
        label_font_size=14,
        major_label_font_size=14,
        value_font_size=14,
        opacity="1",
        opacity_hover="1",
        transition="none",
        colors=(BAR,),
        value_colors=("#ffffff",),
    )
    chart = pygal.HorizontalBar(
        style=style,
        js=(),
        width=WIDTH_PX,
        height=FRAME_HEIGHT_PX + BAR_HEIGHT_PX * len(figures),
        explicit_size=False,
        show_legend=False,
        show_x_guides=True,
        show_y_guides=False,
        margin=8,
        spacing=4,
        include_x_axis=True,
        no_data_text="No members yet",
        disable_xml_declaration=True,
        no_prefix=True,
    )
    # Horizontal bars are drawn from the bottom up.
    bottom_up = list(reversed(figures))
    chart.x_labels = [figure.group for figure in bottom_up]
    chart.add("Members", [figure.members for figure in bottom_up])
    return _without_script(chart.render())


def _without_script(svg: str) -> bytes:
    """The picture alone: pygal writes a script for its tooltips even when it is told not to."""
    ET.register_namespace("", "http://www.w3.org/2000/svg")
    ET.register_namespace("xlink", "http://www.w3.org/1999/xlink")
    root = ET.fromstring(svg)
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag.endswith("}script"):
                parent.remove(child)
    style = ET.SubElement(root, "{http://www.w3.org/2000/svg}style", {"type": "text/css"})
    style.text = _DARK_MODE % BAR_DARK
    return ET.tostring(root, encoding="utf-8")
