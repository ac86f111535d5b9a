"""Programmes from a few lines of their document, and the sales that tests ring up under them."""

from datetime import datetime
from zoneinfo import ZoneInfo

from loyalty.baskets import Basket, Line
from loyalty.programme.awards import award
from loyalty.programme.document import Programme, load_programme
from loyalty.programme.occasions import NEWCOMER, Award, Occasion, RuleOutcome, Standing
from loyalty.programme.terms.goods import Tender

WARSAW = ZoneInfo("Europe/Warsaw")
TUESDAY_NOON = datetime(2026, 11, 24, 12, 0, tzinfo=WARSAW)


def programme(terms: str, currency: str = "PLN") -> Programme:
    """The programme with these `terms` below its name, version and currency."""
    head = f'name = "shop"\nversion = 1\ncurrency = "{currency}"\n'
    return load_programme(head + terms, "the test's programme")


def line(
    amount_minor: int,
    sku: str = "MUG",
    quantity: int = 1,
    category: str = "",
    tags: tuple[str, ...] = (),
) -> Line:
    return Line(sku, "goods", quantity, amount_minor, category, tags)


def sale(
    *lines: Line | int,
    at: datetime = TUESDAY_NOON,
    branch: str = "",
    paid: dict[Tender, int] | None = None,
) -> Occasion:
    """A sale of `lines`; a number is a line of so much, of no goods in particular."""
    rung = tuple(one if isinstance(one, Line) else line(one) for one in lines)
    return Occasion(basket=Basket(rung), at=at, branch=branch, paid=paid or {})


def points(terms: str, *lines: Line | int, currency: str = "PLN") -> int:
    """What these lines earn under `terms`."""
    return award(programme(terms, currency), sale(*lines)).points


def outcome(terms: str, occasion: Occasion, standing: Standing = NEWCOMER) -> RuleOutcome:
    """What the last rule of `terms` made of `occasion`."""
    return award(programme(terms), occasion, standing).outcomes[-1]


def gift(done: Award) -> dict[str, tuple[int, str]]:
    """Points and the reason of each rule, by its name."""
    return {one.rule: (one.points, one.why_not.value) for one in done.outcomes}
