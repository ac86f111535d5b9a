"""Tills of the served chain, set up and opened, and what they and head office say of points."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from terminal_app.bootstrap import Shop, open_till
from terminal_app.joining import join_chain
from terminal_app.store import settings
from terminal_app.till.answers import Enrolment, Sale
from tests.integration.terminal.head_office import HeadOffice
from tests.unit.terminal.counter import goods, known, posted


@contextmanager
def till_of(office: HeadOffice, home: Path, terminal: str, url: str = "") -> Iterator[Shop]:
    """The till `terminal` of the chain, joined when its home is new."""
    if not home.exists():
        join_chain(home, url or office.url, office.codes[terminal])
    with open_till(home) as shop:
        yield shop


def enrolled(shop: Shop, name: str = "Ala", card: str = "") -> str:
    """Enrol a member at the till, with its next card unless one is given; gives who it is."""
    return known(shop.till.enrol(Enrolment(name=name, card=card))).member.member_id


def sell(shop: Shop, member_id: str, points: int, reference: str = "") -> None:
    """Sell what earns the member so many points."""
    sale = Sale(basket=goods(points * 100), member_id=member_id, reference=reference)
    posted(shop.till.sell(sale))


def sold_to_ala(office: HeadOffice, home: Path, *points: int) -> str:
    """Set the till KRK-1 up in `home` and enrol Ala there, who buys for so many points each time;
    head office is told. Gives who she is."""
    with till_of(office, home, "KRK-1") as one:
        ala = enrolled(one)
        for each in points:
            sell(one, ala, each)
        one.sync.sync_once()
    return ala


def sync(*shops: Shop) -> None:
    """Let the tills sync, one after the other."""
    for shop in shops:
        shop.sync.sync_once()


def balance_at(shop: Shop, member_id: str) -> int:
    """What the till says that a member has."""
    return known(shop.till.member(member_id)).balance.points


def at_head_office(shop: Shop) -> dict[str, int]:
    """What head office answers the till about the points of all members."""
    return {each.member_id: each.points for each in shop.uplink.standing().members}


def agreed_points(shop: Shop, member_id: str) -> int:
    """The points of a member, which the till and head office must agree on."""
    points = at_head_office(shop)[member_id]
    assert balance_at(shop, member_id) == points
    return points


def suspension(shop: Shop) -> str:
    """Why the till's rights are suspended; empty when they are not."""
    with shop.store.reading() as connection:
        return settings.read_suspension(connection)
