"""The charts of a simulation, each a picture that stands in its page by itself."""

import base64
from collections.abc import Callable, Mapping, Sequence
from functools import partial

import msgspec

from loyalty.simulation.figures import Outcome
from sync_server.office import formats
from sync_server.office.charts import FONT, picture_alone
from sync_server.office.drawing import Bar, StackedBar, Style
from sync_server.simulating.printing import NO_TIER, holdings, in_percent
from sync_server.simulating.report import Report

COLOURS = ("#2f6f63", "#c98a2b", "#7a5ca8", "#a3322b", "#3b6ea5", "#7b8f2a", "#a04a7e", "#5a6764")
COLOURS_DARK = (
    *("#6fc3b2", "#e5b766", "#b79ce0", "#f0958e"),
    *("#8bb8ea", "#bfd16a", "#e39ac4", "#9aa8a4"),
)
WIDTH_PX = 960
HEIGHT_PX = 320
MAX_LABELS_ABREAST = 12


class Chart(msgspec.Struct, frozen=True):
    """A picture for a page: `address` holds all of it, `told` says in words what it shows."""

    title: str
    address: str
    told: str


class Bars(msgspec.Struct, frozen=True, kw_only=True):
    """What a chart shows: a bar for each label and series, `stacked` or side by side."""

    title: str
    labels: Sequence[str]
    series: Mapping[str, Sequence[int]]
    written: Callable[[int], str]
    stacked: bool = False


def charts_of(report: Report) -> list[Chart]:
    """What happens month by month, who gets it, and what is left at each uplift."""
    outcome = report.draft.outcome
    money = partial(formats.money, currency=outcome.currency)
    shown = [_points(outcome), _given(outcome)]
    if outcome.total.tiers:
        shown.append(_tiers(outcome))
    shown += [
        Bars(
            title="Who gets it: by tenths of the members, the largest customers first",
            labels=[str(one.decile) for one in report.deciles],
            series={"got and holds": [one.value_minor for one in report.deciles]},
            written=money,
        ),
        Bars(
            title="What is left if members buy more",
            labels=[in_percent(one.uplift_percent) for one in report.draft.economics.uplifts],
            series={"result": [one.result_minor for one in report.draft.economics.uplifts]},
            written=money,
        ),
    ]
    return [drawn(bars) for bars in shown]


def drawn(bars: Bars) -> Chart:
    """`bars` as a picture."""
    kind = StackedBar if bars.stacked else Bar
    chart = kind(
        style=_style(),
        js=(),
        width=WIDTH_PX,
        height=HEIGHT_PX,
        explicit_size=False,
        show_legend=bars.stacked or len(bars.series) > 1,
        legend_at_bottom=True,
        legend_box_size=14,
        x_label_rotation=35 if len(bars.labels) > MAX_LABELS_ABREAST else 0,
        value_formatter=bars.written,
        spacing=8,
        margin=8,
        disable_xml_declaration=True,
        no_prefix=True,
    )
    chart.x_labels = bars.labels
    for name, values in bars.series.items():
        chart.add(name, values)
    picture = picture_alone(chart.render_tree(), _own_style())
    address = f"data:image/svg+xml;base64,{base64.b64encode(picture).decode()}"
    return Chart(bars.title, address, _told(bars))


def _points(outcome: Outcome) -> Bars:
    points = [month.of(outcome.main_wallet) for month in outcome.months]
    return Bars(
        title=f"What happened to {outcome.main_wallet}, by month",
        labels=_months(outcome),
        series={
            "issued": [one.issued for one in points],
            "redeemed": [one.redeemed for one in points],
            "taken back": [one.clawed_back for one in points],
            "expired": [one.expired for one in points],
        },
        written=holdings(outcome),
    )


def _given(outcome: Outcome) -> Bars:
    series = {
        "vouchers used": [month.vouchers_used_minor for month in outcome.months],
        "discount": [month.discount_minor for month in outcome.months],
        "paid with points": [month.points_paid_minor for month in outcome.months],
        "rewards": [month.rewards_minor for month in outcome.months],
    }
    return Bars(
        title="What was given by month",
        labels=_months(outcome),
        series={name: values for name, values in series.items() if any(values)} or {"given": [0]},
        written=partial(formats.money, currency=outcome.currency),
        stacked=True,
    )


def _tiers(outcome: Outcome) -> Bars:
    return Bars(
        title="Members by tier at the end of each month",
        labels=_months(outcome),
        series={
            name or NO_TIER: [month.tiers[name] for month in outcome.months]
            for name in outcome.total.tiers
        },
        written=formats.number,
        stacked=True,
    )


def _months(outcome: Outcome) -> list[str]:
    return [month.month for month in outcome.months]


def _told(bars: Bars) -> str:
    """The figures of a chart in words, for who cannot see it."""
    return "; ".join(
        f"{name}: "
        + ", ".join(
            f"{label} {bars.written(value)}"
            for label, value in zip(bars.labels, values, strict=False)
        )
        for name, values in bars.series.items()
    )


def _style() -> Style:
    return Style(
        background="transparent",
        plot_background="transparent",
        foreground="#33403d",
        foreground_strong="#1d2624",
        foreground_subtle="#d5dcda",
        font_family=FONT,
        label_font_size=13,
        major_label_font_size=13,
        legend_font_size=13,
        opacity="1",
        opacity_hover="1",
        transition="none",
        colors=COLOURS,
    )


def _own_style() -> str:
    """Quiet guides, and the colours of a dark page."""
    bars = "".join(
        f".color-{place} {{ fill: {colour} !important; stroke: {colour} !important; }}\n"
        for place, colour in enumerate(COLOURS_DARK)
    )
    return (
        ".axis .line { stroke: #8a9693 !important; }\n"
        ".guides { stroke-opacity: .35; }\n"
        f"@media (prefers-color-scheme: dark) {{ text {{ fill: #e6e9e8 !important; }}\n{bars}}}\n"
    )
