"""The audience: RFM groups with their figures and one chart."""

from litestar import Response, get
from litestar.di import NamedDependency

from sync_server.audience import rfm
from sync_server.audience.groups import GroupFigures, group_figures, read_purchases
from sync_server.office.charts import group_chart
from sync_server.office.desk import Desk, OfficeRequest, Page
from sync_server.office.headers import PICTURE_POLICY

MEANINGS = {
    rfm.LOYAL: "Bought lately, often and for much: all three scores are 4 or 5.",
    rfm.NEW: "Bought lately, and not more than twice so far.",
    rfm.OCCASIONAL: "Comes now and then: none of the other groups.",
    rfm.AT_RISK: "Used to come often, and has not for long: recency 1 or 2, frequency 3 or more.",
    rfm.LOST: "Came seldom, and has not for long: recency and frequency 1 or 2.",
    rfm.NOT_YET_BOUGHT: "Has a card and no sale.",
}


@get("/audience", sync_to_thread=True)
def audience_page(request: OfficeRequest, desk: NamedDependency[Desk]) -> Page:
    """Each group with its figures and its meaning."""
    figures = _figures(desk)
    total = sum(group.members for group in figures)
    return desk.page(request, "audience.html", figures=figures, total=total, meanings=MEANINGS)


@get("/audience/chart.svg", sync_to_thread=True)
def audience_chart(desk: NamedDependency[Desk]) -> Response[bytes]:
    """The groups as a picture."""
    return Response(
        group_chart(_figures(desk)),
        media_type="image/svg+xml",
        headers={"content-security-policy": PICTURE_POLICY},
    )


def _figures(desk: Desk) -> tuple[GroupFigures, ...]:
    with desk.reading() as connection:
        purchases = read_purchases(connection)
    return group_figures(purchases, desk.today(), desk.settings.zone)
