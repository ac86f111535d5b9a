"""A programme run over sales that were made, sale by sale, month by month.

Its awards, tiers, expiry and vouchers are those of the till and of head office, not a model of
them. What members do with what they get has to be assumed; see `ASSUMPTIONS`.
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from loyalty.clock import from_epoch_ms
from loyalty.errors import SalesUnusable
from loyalty.programme.document import Programme
from loyalty.programme.expiry import last_moment_ms
from loyalty.programme.tiers import tier_of
from loyalty.simulation.accounts import Account
from loyalty.simulation.counter import Counter
from loyalty.simulation.figures import AtTheEnd, MemberFigures, MonthFigures, Outcome
from loyalty.simulation.sales import PastSale
from loyalty.simulation.worth import points_worth_minor, worth_of_points

MAX_MONTHS = 240
"""From the first sale to the last: a date that is decades off is a slip, not history."""

MAX_MEMBERS = 5_000_000

ASSUMPTIONS = (
    "Every shopper with a number in the sales is a member from their first sale on; the others "
    "earn nothing.",
    "Vouchers are used with the member's next purchase, the first to expire first; what a voucher "
    "is worth beyond the purchase is lost.",
    "Points pay for a part of a purchase as soon as the programme lets them, as many as it lets.",
    "Rewards of the catalogue that do not come out by themselves are not claimed; their points "
    "stay owed.",
    "A reward costs the worth that the document states, or else its amount, when it comes out; one "
    "with neither costs nothing here.",
    "Of events there are enrolments, visits and milestones; birthdays, referrals, quizzes, "
    "surprises and draws are not in sales, and cost nothing here.",
    "Goods that came back take what they would earn on that day; where the sales name no receipt "
    "for them, what the programme says of such returns.",
    "What a point is worth is what it comes to where it is worth most; points that members owe are "
    "not set off against what others hold.",
    "Nobody buys more or less than they did: what they would is asked by the uplifts.",
)
"""What a simulation takes for granted, in sentences that are shown with its figures."""


class Simulation:
    """One programme and what became of it so far; sales come in the order they were made."""

    def __init__(self, programme: Programme, zone: ZoneInfo) -> None:
        self._programme = programme
        self._zone = zone
        self._worth = worth_of_points(programme)
        self._accounts: dict[str, Account] = {}
        self._months: list[MonthFigures] = []
        self._month = MonthFigures(month="")
        self._month_end_ms = -1
        self._lines = 0
        self._now_ms = 0
        self._counter = Counter(programme, zone)

    def take(self, sale: PastSale) -> None:
        """Ring up `sale` under the programme.

        Raises SalesUnusable when it was made before the one before it, when sales are further
        apart than MAX_MONTHS, or when there are more members than MAX_MEMBERS.
        """
        at = from_epoch_ms(sale.occurred_at_ms).astimezone(self._zone)
        if sale.occurred_at_ms > self._month_end_ms:
            self._open_month(at.date())
        elif sale.occurred_at_ms < self._now_ms:
            raise SalesUnusable("The sales do not come in the order they were made.")
        self._now_ms = sale.occurred_at_ms
        month = self._month
        total_minor = sale.basket.total_minor
        signed_minor = -total_minor if sale.is_return else total_minor
        self._lines += len(sale.basket.lines)
        month.sales += not sale.is_return
        month.returns += sale.is_return
        month.turnover_minor += signed_minor
        if not sale.member:
            return
        account = self._account(sale, at)
        account.turnover_minor += signed_minor
        month.members_turnover_minor += signed_minor
        account.seen(month)
        account.expire(sale.occurred_at_ms, month)
        if sale.is_return:
            self._counter.take_back(account, sale, at, month)
        else:
            month.members_sales += 1
            self._counter.sell(account, sale, at, month)

    def outcome(self) -> Outcome:
        """What became of it, as the last sale is over. Raises SalesUnusable without any sale."""
        if not self._months:
            raise SalesUnusable("There is no sale to simulate with.")
        for account in self._accounts.values():
            account.expire(self._now_ms, self._month)
        self._month.tiers = self._tiers(from_epoch_ms(self._now_ms).astimezone(self._zone))
        total = MonthFigures(month="")
        for month in self._months:
            total.add(month)
        total.active_members = sum(bool(one.active_in) for one in self._accounts.values())
        return Outcome(
            programme=self._programme.label,
            currency=self._programme.currency,
            main_wallet=self._programme.main_wallet,
            main_kind=self._programme.wallet().kind,
            lines=self._lines,
            months=tuple(self._months),
            total=total,
            at_the_end=self._at_the_end(),
            members=tuple(self._member(*each) for each in self._accounts.items()),
        )

    def _account(self, sale: PastSale, at: datetime) -> Account:
        account = self._accounts.get(sale.member)
        if account is None:
            if len(self._accounts) == MAX_MEMBERS:
                raise SalesUnusable(f"The sales are of more than {MAX_MEMBERS:,} members.")
            account = self._accounts[sale.member] = Account(self._programme, self._zone)
            self._counter.enrol(account, sale, at, self._month)
            self._month.new_members += 1
        return account

    def _open_month(self, day: date) -> None:
        """Close every month before the one of `day`, and open that."""
        first = date.fromisoformat(f"{self._month.month}-01") if self._months else day
        while True:
            if self._months:
                self._close_month()
                first = _next_month(first)
            if len(self._months) == MAX_MONTHS:
                raise SalesUnusable(
                    f"The sales are spread over more than {MAX_MONTHS} months.",
                    "Look for a wrong date, or take fewer years.",
                )
            self._month = MonthFigures(month=first.isoformat()[: len("2026-11")])
            self._months.append(self._month)
            last_day = _next_month(first) - timedelta(days=1)
            self._month_end_ms = last_moment_ms(last_day, self._zone)
            if last_day >= day:
                return

    def _close_month(self) -> None:
        after_ms = self._month_end_ms + 1
        for account in self._accounts.values():
            account.expire(after_ms, self._month)
        self._month.tiers = self._tiers(from_epoch_ms(self._month_end_ms).astimezone(self._zone))

    def _tiers(self, at: datetime) -> dict[str, int]:
        """How many members have each tier, and "" for none."""
        if not self._programme.tier:
            return {}
        sizes = dict.fromkeys(["", *(tier.name for tier in self._programme.tier)], 0)
        for account in self._accounts.values():
            sizes[tier_of(self._programme, account.sums, at)] += 1
        return sizes

    def _member(self, name: str, account: Account) -> MemberFigures:
        held = {wallet: purse.held for wallet, purse in account.purses.items()}
        value_minor = account.given_minor + sum(amount for _, amount in account.vouchers)
        return MemberFigures(
            member=name,
            turnover_minor=account.turnover_minor,
            points=account.earned,
            value_minor=value_minor + points_worth_minor(self._worth, held),
        )

    def _at_the_end(self) -> AtTheEnd:
        purses = [account.purses for account in self._accounts.values()]
        wallets = tuple(self._worth)
        points = {name: sum(each[name].held for each in purses) for name in wallets}
        vouchers = [one for account in self._accounts.values() for one in account.vouchers]
        return AtTheEnd(
            points=points,
            pending_points={
                name: points[name] - sum(each[name].spendable(self._now_ms) for each in purses)
                for name in wallets
            },
            owed_points={name: sum(each[name].debt for each in purses) for name in wallets},
            vouchers=len(vouchers),
            vouchers_minor=sum(amount_minor for _, amount_minor in vouchers),
            points_minor=points_worth_minor(self._worth, points),
        )


def _next_month(first: date) -> date:
    return (first.replace(day=1) + timedelta(days=31)).replace(day=1)
