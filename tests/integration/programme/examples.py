"""What the tests of the examples do at a till: buy goods, bring them back, look at what is left."""

from datetime import datetime
from zoneinfo import ZoneInfo

from loyalty.amounts import parse_amount
from loyalty.baskets import Basket, Line
from loyalty.clock import epoch_ms
from loyalty.receipts import Receipt
from terminal_app.bootstrap import Shop
from terminal_app.till.answers import Enrolment, GoodsReturn, KnownProduct, Sale
from tests.integration.terminal.head_office import HeadOffice
from tests.integration.terminal.test_new_journal import findings
from tests.unit.terminal.counter import known, posted

WARSAW = ZoneInfo("Europe/Warsaw")


def may(day: int, hour: int = 12, minute: int = 0) -> datetime:
    """A moment of May 2024 by the shop's clock; the 6th is a Monday."""
    return datetime(2024, 5, day, hour, minute, tzinfo=WARSAW)


def enrolled(shop: Shop, at: datetime, birthday: str = "") -> str:
    """Who was enrolled `at` a moment, after the till heard of its goods and programme."""
    shop.sync.sync_once()
    enrolment = Enrolment(name="Ala", birthday=birthday, occurred_at_ms=epoch_ms(at))
    return known(shop.till.enrol(enrolment)).member.member_id


def basket(shop: Shop, *articles: str) -> Basket:
    """`articles` as the scanner finds them: "CAKE*3" are three pieces, "=73.50" a keyed amount."""
    return Basket(tuple(_line(shop, article) for article in articles))


def _line(shop: Shop, article: str) -> Line:
    if article.startswith("="):
        return Line("", "", 1, parse_amount(article[1:]))
    code, _, count = article.partition("*")
    goods = shop.till.identify(code)
    assert isinstance(goods, KnownProduct), goods
    quantity = int(count or 1)
    return Line(code, goods.description, quantity, quantity * goods.price_minor)


def bought(
    shop: Shop,
    member: str,
    at: datetime,
    *articles: str,
    vouchers: tuple[str, ...] = (),
    pay_points: int = 0,
) -> Receipt:
    """The receipt of a sale of `at`."""
    sale = Sale(
        basket=basket(shop, *articles),
        member_id=member,
        voucher_codes=vouchers,
        pay_points=pay_points,
        occurred_at_ms=epoch_ms(at),
    )
    return posted(shop.till.sell(sale)).receipt


def brought_back(shop: Shop, at: datetime, receipt: Receipt, *articles: str) -> Receipt:
    """The receipt of a return of `articles` of a sale, or of all that is left of it."""
    goods = GoodsReturn(
        of_receipt=receipt.reference,
        basket=basket(shop, *articles) if articles else Basket(()),
        occurred_at_ms=epoch_ms(at),
    )
    return posted(shop.till.take_back(goods)).receipt


def points(shop: Shop, member: str) -> int:
    """What the till says that a member has."""
    return known(shop.till.member(member)).balance.points


def agree(office: HeadOffice, shop: Shop, member: str, balance: int) -> None:
    """Till and head office say the same, and head office lists nothing at all."""
    shop.sync.sync_once()
    assert points(shop, member) == balance
    standing = {each.member_id: each.points for each in shop.uplink.standing().members}
    assert standing.get(member, 0) == balance
    assert office.cases() == []
    assert findings(shop.store.path.parent) == []
    office.run("verify")
