"""Campaigns: the welcome's switch, how it goes, and how it reads."""

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import URLEncodedBody
from litestar.response import Redirect
from sqlalchemy import Connection, select

from loyalty.programme.document import load_programme
from sync_server.campaigns import switches
from sync_server.campaigns.figures import count_lines, latest_troubles
from sync_server.campaigns.outbox import counts_by_state
from sync_server.campaigns.smtp import why_letters_wait
from sync_server.campaigns.welcome import CAMPAIGN, Greeted, welcome_letter, welcome_notice
from sync_server.campaigns.wording import paragraphs
from sync_server.office.desk import Desk, OfficeRequest, Page
from sync_server.store.programmes import document_in_force
from sync_server.store.tables import members, standings


class Switch(msgspec.Struct, frozen=True):
    """The form of the switch."""

    state: str


class Preview(msgspec.Struct, frozen=True):
    """The welcome as a real member would read it."""

    member_id: str
    name: str
    language: str
    subject: str
    paragraphs: tuple[str, ...]
    notice: dict[str, str]


@get("/campaigns", sync_to_thread=True)
def campaigns_page(request: OfficeRequest, desk: NamedDependency[Desk]) -> Page:
    """The welcome campaign: switch, counts, troubles, preview."""
    with desk.reading() as connection:
        return desk.page(
            request,
            "campaigns.html",
            is_on=switches.is_on(connection, CAMPAIGN),
            letters=counts_by_state(connection, CAMPAIGN),
            lines=count_lines(connection, CAMPAIGN),
            troubles=latest_troubles(connection, CAMPAIGN),
            preview=_preview(connection, desk.settings.shop),
            waits=why_letters_wait(desk.mail),
        )


@post("/campaigns/welcome", sync_to_thread=True)
def switch_welcome(
    desk: NamedDependency[Desk],
    data: URLEncodedBody[Switch],
) -> Response[None]:
    """Switch the welcome on or off, and show the page again."""
    with desk.writing() as connection:
        switches.switch(connection, CAMPAIGN, on=data.state == switches.ON)
    return Redirect("/campaigns", status_code=303)


def _preview(connection: Connection, shop: str) -> Preview | None:
    """The welcome for the member who enrolled last."""
    member = connection.execute(
        select(members.c.member_id, members.c.name, members.c.language, standings.c.points)
        .outerjoin(standings, standings.c.member_id == members.c.member_id)
        .order_by(members.c.enrolled_at_ms.desc(), members.c.member_id)
        .limit(1)
    ).first()
    if member is None:
        return None
    programme = load_programme(document_in_force(connection))
    greeted = Greeted(member.name, member.language, member.points or 0, shop, programme)
    letter = welcome_letter(greeted)
    return Preview(
        member.member_id,
        member.name,
        letter.language,
        letter.subject,
        paragraphs(letter.body),
        welcome_notice(greeted),
    )
