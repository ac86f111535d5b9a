"""Programmes, sales and members for property tests: whatever a document may say of earning.

Everything is small where that makes things meet (few articles, few rules, sales of few days), and
amounts and quantities also go to the limits of what a receipt may hold.
"""

from datetime import UTC, datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from loyalty.amounts import MAX_AMOUNT_MINOR, decimals_of, plain_amount
from loyalty.baskets import MAX_QUANTITY, Basket, Line
from loyalty.programme.document import Programme
from loyalty.programme.occasions import Occasion, Standing
from loyalty.programme.terms.conditions import ALWAYS, NO_CAP, WEEKDAYS, Cap, When
from loyalty.programme.terms.earning import Earning, EarnRule, Multiplier, Stacking
from loyalty.programme.terms.goods import Excluded, Goods, Tender
from loyalty.programme.terms.tiers import Discount, DiscountStep, Tier
from loyalty.programme.terms.wallets import Wallet

CURRENCIES = ("PLN", "JPY", "KWD")
ZONES = tuple(
    ZoneInfo(name) for name in ("Europe/Warsaw", "America/St_Johns", "Pacific/Auckland", "UTC")
)
TENDERS: tuple[Tender, ...] = ("voucher", "points", "gift_card", "deposit")
BRANCHES = ("centre", "harbour")
TIERS = ("silver", "gold")
SEGMENTS = ("students", "staff")
ARTICLES = (
    ("C-1", "drinks", ("hot",)),
    ("C-2", "drinks", ()),
    ("T-1", "tools", ("own",)),
    ("T-2", "", ("own", "hot")),
    ("BAG", "", ()),
)
GROUPS = {
    "coffee": Goods(starts_with=("C-",)),
    "drinks": Goods(categories=("drinks",), items=("T-2",)),
    "own": Goods(tags=("own",)),
    "bags": Goods(items=("BAG",)),
}
WALLETS = ("points", "stamps", "cash")


FIRST_SECOND = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp())
LAST_SECOND = int(datetime(2028, 12, 31, tzinfo=UTC).timestamp())


@cache
def moments() -> st.SearchStrategy[datetime]:
    """Moments of three years by some shop's clock, leap day and nights of summer time included."""
    seconds = st.integers(FIRST_SECOND, LAST_SECOND)
    return st.builds(datetime.fromtimestamp, seconds, st.sampled_from(ZONES))


def lines(
    amounts: st.SearchStrategy[int] | None = None, least: int = -20
) -> st.SearchStrategy[Line]:
    """A line of one of `ARTICLES`; some take goods off again, some are gifts, some are giant."""
    if amounts is None:
        largest = MAX_AMOUNT_MINOR // 100
        amounts = st.one_of(st.integers(least, 5_000), st.integers(0, largest))
    quantities = st.one_of(st.integers(max(least, -5), 12), st.just(MAX_QUANTITY))
    return st.builds(
        lambda article, quantity, amount: Line(
            article[0], "goods", quantity, amount, article[1], article[2]
        ),
        st.sampled_from(ARTICLES),
        quantities,
        amounts,
    )


@cache
def baskets(most: int = 8) -> st.SearchStrategy[Basket]:
    """Up to `most` lines."""
    return st.lists(lines(), max_size=most).map(lambda rung: Basket(tuple(rung)))


@cache
def occasions(paid: bool = True) -> st.SearchStrategy[Occasion]:
    """A sale; with `paid`, some of it with what is no new money, and at times more than it is."""
    parts: dict[Any, Any] = {tender: st.integers(0, 20_000) for tender in TENDERS}
    return st.builds(
        Occasion,
        basket=baskets(),
        at=moments(),
        branch=st.sampled_from(("", *BRANCHES)),
        paid=st.fixed_dictionaries({}, optional=parts) if paid else st.just({}),
    )


@cache
def standings() -> st.SearchStrategy[Standing]:
    """A member, with nothing earned under caps yet."""
    return st.builds(
        Standing,
        tier=st.sampled_from(("", *TIERS)),
        spent_minor=st.integers(0, 200_000),
        visits=st.integers(0, 30),
        birthday=st.sampled_from(("", "02-29", "02-28", "11-24")),
        segments=st.lists(st.sampled_from(SEGMENTS), unique=True).map(tuple),
    )


@cache
def _some(names: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(names), unique=True, max_size=2).map(tuple)


@cache
def whens() -> st.SearchStrategy[When]:
    """Nothing, or a few conditions of which each often holds."""
    return st.one_of(
        st.just(ALWAYS),
        st.builds(
            When,
            weekdays=st.lists(st.sampled_from(WEEKDAYS), unique=True).map(tuple),
            hours=_some(("00:00-12:00", "09:30-17:00", "22:00-06:00", "12:00-24:00")),
            first=st.sampled_from(("", "2026-06-01")),
            until=st.sampled_from(("", "2027-12-31")),
            branches=_some(BRANCHES),
            tiers=_some(TIERS),
            segments=_some(SEGMENTS),
        ),
        st.builds(When, birthday=st.sampled_from(("day", "month"))),
        st.builds(When, visit=st.integers(1, 3)),
        st.builds(When, every_visit=st.integers(1, 4)),
        st.builds(When, dates=st.just(("2026-12-24", "11-24", "02-29"))),
    )


@cache
def caps() -> st.SearchStrategy[Cap]:
    """A cap of one period, of several, or of none; a longer period has the larger one."""
    limits = st.tuples(st.integers(0, 40), st.integers(0, 20), st.integers(0, 20))
    said = st.lists(st.booleans(), min_size=3, max_size=3)
    return st.one_of(st.just(NO_CAP), st.builds(_cap, limits, said))


def _cap(limits: tuple[int, int, int], said: list[bool]) -> Cap:
    receipt, more_a_day, more_a_month = limits
    day = receipt + more_a_day
    each = (receipt, day, day + more_a_month)
    return Cap(*(limit if told else None for limit, told in zip(each, said, strict=True)))


@cache
def _amounts(decimals: int, least: int = 1, most: int = 5_000) -> st.SearchStrategy[str]:
    return st.integers(least, most).map(lambda minor: plain_amount(minor, decimals))


@cache
def _ways(decimals: int) -> st.SearchStrategy[dict[str, Any]]:
    """By amount, by units or lines, by visit, in per cent: each with the wallets it may be for."""
    anywhere: dict[str, Any] = {"wallet": st.sampled_from(("", "points", "stamps"))}
    steps = {"each": st.sampled_from(("unit", "line")), "every": st.integers(1, 4)}
    return st.one_of(
        st.fixed_dictionaries({"per": _amounts(decimals), **anywhere}),
        st.fixed_dictionaries({**steps, **anywhere}),
        st.fixed_dictionaries({"each": st.just("visit")}),
        st.fixed_dictionaries(
            {"percent": st.sampled_from(("3", "2.5", "0.25")), "wallet": st.just("cash")}
        ),
    )


@st.composite
def rules(draw: st.DrawFn, name: str, decimals: int, capped: bool, stopping: bool) -> EarnRule:
    """One rule called `name`, of any way to earn."""
    way = dict(draw(_ways(decimals)))
    if "percent" not in way:
        way["points"] = draw(st.integers(1, 20))
    return EarnRule(
        name=name,
        goods=draw(_some(tuple(GROUPS))),
        at_least=draw(st.one_of(st.just(""), _amounts(decimals))),
        when=draw(whens()),
        cap=draw(caps()) if capped else NO_CAP,
        stop=stopping and draw(st.booleans()),
        **way,
    )


@cache
def _multipliers(names: tuple[str, ...]) -> st.SearchStrategy[Multiplier]:
    return st.builds(
        Multiplier,
        name=st.sampled_from(("happy", "club", "sunny")),
        times=st.sampled_from(("2", "1.5", "0.5", "3", "1.25")),
        rules=_some(names) if names else st.just(()),
        when=whens(),
    )


@st.composite
def programmes(
    draw: st.DrawFn, capped: bool = True, stopping: bool = True, discount_earns: bool | None = None
) -> Programme:
    """A programme of up to six rules in three wallets, with multipliers, exclusions, a discount.

    `capped` and `stopping`: whether there are caps and rules with `stop`; `discount_earns`: as
    the document says, or either.
    """
    currency = draw(st.sampled_from(CURRENCIES))
    decimals = decimals_of(currency)
    names = [f"rule{place}" for place in range(draw(st.integers(0, 5)))]
    wallet_caps = caps() if capped else st.just(NO_CAP)
    earn = tuple(draw(rules(name, decimals, capped, stopping)) for name in names)
    short = st.builds(Earning, per=_amounts(decimals))
    multipliers = _multipliers(tuple(names))
    steps = [
        DiscountStep(plain_amount(at, decimals), percent)
        for at, percent in ((10_000, "3"), (50_000, "7.5"), (150_000, "10"))
    ]
    return Programme(
        name="drawn",
        version=1,
        currency=currency,
        earning=draw(short if not earn else st.one_of(st.none(), short)),
        goods=GROUPS,
        excluded=Excluded(
            goods=draw(st.sampled_from(((), ("bags",)))),
            tenders=tuple(draw(st.lists(st.sampled_from(TENDERS), unique=True))),
        ),
        wallets={
            "points": Wallet(cap=draw(wallet_caps)),
            "stamps": Wallet(kind="stamps", cap=draw(wallet_caps)),
            "cash": Wallet(kind="money", cap=draw(wallet_caps)),
        },
        earn=earn,
        multiply=tuple(draw(st.lists(multipliers, max_size=3, unique_by=lambda one: one.name))),
        stacking=Stacking(
            multipliers=draw(st.sampled_from(("best", "add", "multiply"))),
            discount_earns=draw(st.booleans()) if discount_earns is None else discount_earns,
        ),
        discount=draw(
            st.one_of(st.none(), st.just(Discount(tuple(steps), goods=draw(_some(("own",))))))
        ),
        tier=tuple(
            Tier(name=name, at=plain_amount(at, decimals))
            for name, at in zip(TIERS, (100_000, 200_000), strict=True)
        ),
    )
