"""Charts as SVG pictures, made here: no script, no font and no address from elsewhere.

They are served as pictures of their own, so a page's policy need not allow inline style, and
they follow the reader's light or dark mode by themselves.
"""

from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, tostring

from sync_server.audience.groups import GroupFigures
from sync_server.office import formats
from sync_server.office.drawing import HorizontalBar, Style

BAR = "#2f6f63"
BAR_DARK = "#6fc3b2"
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif"
WIDTH_PX = 760
BAR_HEIGHT_PX = 46
FRAME_HEIGHT_PX = 44

# The counts stand beside the bars, so no scale and no guides are needed.
_OWN_STYLE = """
.guides .guide, .axis .guide, .axis .line { stroke: none !important; }
.series .text-overlay text, text.value { text-anchor: start !important; font-weight: 600; }
@media (prefers-color-scheme: dark) {
  text { fill: #e6e9e8 !important; }
  .series .rect { fill: %s !important; }
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
        value_colors=("#33403d",),
    )
    chart = HorizontalBar(
        style=style,
        js=(),
        width=WIDTH_PX,
        height=FRAME_HEIGHT_PX + BAR_HEIGHT_PX * len(figures),
        explicit_size=False,
        show_legend=False,
        show_x_labels=False,
        print_values=True,
        print_values_position="top",
        margin=8,
        margin_right=48,
        value_formatter=formats.number,
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
    return picture_alone(chart.render_tree(), _OWN_STYLE % BAR_DARK)


def picture_alone(root: Element, own_style: str) -> bytes:
    """The SVG with `own_style` last, without the script that pygal writes for its tooltips even
    when told not to."""
    for parent in list(root.iter()):
        for child in list(parent):
            if str(child.tag).endswith("script"):
                parent.remove(child)
    style = SubElement(root, "style", {"type": "text/css"})
    style.text = own_style
    picture: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return picture
