"""RFM: members scored by how recently, how often and for how much they buy, and named groups.

Each of the three figures is scored from 1 to 5 by its rank among the `n` members who have bought,
so equal figures always get equal scores:

- frequency (count of sales) and monetary (sales net of returns): 1 + floor(5 * lower / n), where
  `lower` have strictly less;
- recency (days since the last sale): 5 - floor(5 * fresher / n), where `fresher` bought on a
  strictly later day.

The two count from opposite ends because crowds tie there: all who bought once score 1, and all
who bought today score 5, however many they are.

The groups are a table of data, read from the top; the first line that fits names the group.
Source of the method: A. M. Hughes, "Strategic Database Marketing", 1994.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from datetime import date
from zoneinfo import ZoneInfo

import msgspec

from loyalty.clock import from_epoch_ms

SCORES = 5
ANY = (1, SCORES)

LOYAL = "loyal high-value"
AT_RISK = "at risk"
NEW = "new"
OCCASIONAL = "occasional or seasonal"
LOST = "lost"
NOT_YET_BOUGHT = "not yet bought"

GROUPS = (LOYAL, NEW, OCCASIONAL, AT_RISK, LOST, NOT_YET_BOUGHT)
"""Every group, best customers first: the order in which pages list them."""


class Purchases(msgspec.Struct, frozen=True):
    """What a member has bought so far: `sales_minor` is net of returns, in minor units.

    `last_sale_ms` is None for a member without any sale.
    """

    member_id: str
    sales: int
    sales_minor: int
    last_sale_ms: int | None


class Scored(msgspec.Struct, frozen=True):
    """A member's scores, 1 (worst) to 5 (best) each, and the group they lead to.

    A member who has bought nothing has no `days_since_sale` and scores 0 throughout.
    """

    member_id: str
    days_since_sale: int | None
    recency: int
    frequency: int
    monetary: int
    group: str


class GroupRule(msgspec.Struct, frozen=True):
    """A line of the table: ranges of scores, both ends included, and at most so many sales."""

    group: str
    recency: tuple[int, int] = ANY
    frequency: tuple[int, int] = ANY
    monetary: tuple[int, int] = ANY
    most_sales: int | None = None

    def fits(self, sales: int, recency: int, frequency: int, monetary: int) -> bool:
        """Whether a member with these scores and `sales` is on this line."""
        return (
            _within(recency, self.recency)
            and _within(frequency, self.frequency)
            and _within(monetary, self.monetary)
            and (self.most_sales is None or sales <= self.most_sales)
        )


GROUP_RULES = (
    GroupRule(NEW, recency=(4, 5), most_sales=2),
    GroupRule(LOYAL, recency=(4, 5), frequency=(4, 5), monetary=(4, 5)),
    GroupRule(AT_RISK, recency=(1, 2), frequency=(3, 5)),
    GroupRule(LOST, recency=(1, 2), frequency=(1, 2)),
    GroupRule(OCCASIONAL),
)
"""Read from the top; the last line fits everyone who has bought at all."""


def score_members(
    purchases: Iterable[Purchases], today: date, zone: ZoneInfo
) -> tuple[Scored, ...]:
    """Scores and group of every member in `purchases`, in the order given.

    `today` is the calendar day in the shop's `zone`, in which the day of a sale is taken too. A
    sale dated after `today` (a till's clock ran ahead) counts as one of today.
    """
    members = tuple(purchases)
    buyers = [member for member in members if _has_bought(member)]
    all_days = sorted(_days_since(member, today, zone) for member in buyers)
    frequency = sorted(member.sales for member in buyers)
    monetary = sorted(member.sales_minor for member in buyers)
    scored = []
    for member in members:
        if not _has_bought(member):
            scored.append(Scored(member.member_id, None, 0, 0, 0, NOT_YET_BOUGHT))
            continue
        days = _days_since(member, today, zone)
        scores = (
            recency_score(days, all_days),
            amount_score(member.sales, frequency),
            amount_score(member.sales_minor, monetary),
        )
        scored.append(Scored(member.member_id, days, *scores, group_of(member.sales, *scores)))
    return tuple(scored)


def recency_score(days: int, ascending: Sequence[int]) -> int:
    """The score of `days` since a sale among the sorted days of all buyers."""
    return SCORES - SCORES * bisect_left(ascending, days) // len(ascending)


def amount_score(figure: int, ascending: Sequence[int]) -> int:
    """The score of a count or an amount among the sorted figures of all buyers."""
    return 1 + SCORES * bisect_left(ascending, figure) // len(ascending)


def group_of(sales: int, recency: int, frequency: int, monetary: int) -> str:
    """The group of a member who has bought: the first line of GROUP_RULES that fits."""
    return next(
        rule.group for rule in GROUP_RULES if rule.fits(sales, recency, frequency, monetary)
    )


def _within(value: int, ends: tuple[int, int]) -> bool:
    return ends[0] <= value <= ends[1]


def _has_bought(member: Purchases) -> bool:
    return member.sales > 0 and member.last_sale_ms is not None


def _days_since(member: Purchases, today: date, zone: ZoneInfo) -> int:
    last_sale = from_epoch_ms(member.last_sale_ms or 0).astimezone(zone).date()
    return max((today - last_sale).days, 0)
