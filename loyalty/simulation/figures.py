"""What a simulation tells: figures by month, what they come to, and who gets what."""

from collections.abc import Mapping
from decimal import Decimal

import msgspec


class PointFigures(msgspec.Struct, omit_defaults=False):
    """What happened to the points of one wallet; all counts, none below zero.

    `issued` less `clawed_back`, `redeemed` and `expired` is what members hold less what they owe,
    with `forgiven` debts added: points of returned goods that nobody had to give.
    """

    issued: int = 0
    clawed_back: int = 0
    redeemed: int = 0
    expired: int = 0
    forgiven: int = 0

    def add(self, other: "PointFigures") -> None:
        """Count `other` in."""
        self.issued += other.issued
        self.clawed_back += other.clawed_back
        self.redeemed += other.redeemed
        self.expired += other.expired
        self.forgiven += other.forgiven


class MonthFigures(msgspec.Struct, kw_only=True):
    """One calendar month by the shop's clock, or all of them together; amounts in minor units.

    `turnover_minor` and `members_turnover_minor` are what all shoppers and members bought, less
    what they brought back, by the prices on the lines. `discount_minor`, `vouchers_used_minor`,
    `points_paid_minor` and `rewards_minor` are what the programme gave in that month. `tiers` are
    members by their tier on the last day; "" is for none.
    """

    month: str
    sales: int = 0
    returns: int = 0
    turnover_minor: int = 0
    members_turnover_minor: int = 0
    members_sales: int = 0
    new_members: int = 0
    active_members: int = 0
    points: dict[str, PointFigures] = {}
    vouchers_issued: int = 0
    vouchers_issued_minor: int = 0
    vouchers_used: int = 0
    vouchers_used_minor: int = 0
    vouchers_expired: int = 0
    vouchers_expired_minor: int = 0
    discount_minor: int = 0
    points_paid_minor: int = 0
    rewards: int = 0
    rewards_minor: int = 0
    tiers: dict[str, int] = {}

    @property
    def given_minor(self) -> int:
        """What the programme gave: money that the shop did not take, and goods handed out."""
        return (
            self.discount_minor
            + self.vouchers_used_minor
            + self.points_paid_minor
            + self.rewards_minor
        )

    def of(self, wallet: str) -> PointFigures:
        """The figures of one wallet, to be counted in."""
        found = self.points.get(wallet)
        if found is None:
            found = self.points[wallet] = PointFigures()
        return found

    def add(self, other: "MonthFigures") -> None:
        """Count a later month in; its tiers are those that hold now."""
        for name in _COUNTS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for wallet, points in other.points.items():
            self.of(wallet).add(points)
        self.tiers = other.tiers


_COUNTS = tuple(
    name
    for name in MonthFigures.__struct_fields__
    if name not in {"month", "points", "tiers", "active_members"}
)
"""What adds up over months. A member who is active in two months is one member."""


class AtTheEnd(msgspec.Struct, frozen=True, kw_only=True):
    """What members hold as the last sale is over: `points` and `pending_points` (of them not yet
    to be spent) and `owed_points` by wallet, and vouchers that are neither used nor expired."""

    points: Mapping[str, int]
    pending_points: Mapping[str, int]
    owed_points: Mapping[str, int]
    vouchers: int
    vouchers_minor: int
    points_minor: int
    """What the points come to where they are worth most, rounded up."""

    @property
    def liability_minor(self) -> int:
        """What the shop still owes: vouchers at their face, points at their worth."""
        return self.vouchers_minor + self.points_minor


class MemberFigures(msgspec.Struct, frozen=True, kw_only=True):
    """What one member bought, earned in the main wallet, and got: `value_minor` is what the
    programme gave them and what they hold at its end."""

    member: str
    turnover_minor: int
    points: int
    value_minor: int


class Decile(msgspec.Struct, frozen=True, kw_only=True):
    """A tenth of the members by what they bought, the first the largest customers."""

    decile: int
    members: int
    turnover_minor: int
    points: int
    value_minor: int
    rebate_percent: Decimal


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What one member gets under each of two programmes, in minor units."""

    member: str
    turnover_minor: int
    present_minor: int
    draft_minor: int

    @property
    def change_minor(self) -> int:
        """What they win, or lose where it is below zero."""
        return self.draft_minor - self.present_minor


class Uplift(msgspec.Struct, frozen=True, kw_only=True):
    """What comes of members who buy `uplift_percent` more than they did: the margin on what they
    buy more, the cost of the programme on all they buy then, and what is left of it."""

    uplift_percent: Decimal
    extra_turnover_minor: int
    extra_margin_minor: int
    cost_minor: int
    result_minor: int
    return_percent: Decimal
    """The result by the cost."""


class Economics(msgspec.Struct, frozen=True, kw_only=True):
    """What a programme costs, by members' turnover.

    `cost_minor` is what it gave and what it still owes. `break_even_uplift_percent` is how much
    more members must buy for the margin on it to pay for the programme; None when no uplift does,
    because the programme gives more than the margin is.
    """

    margin_percent: Decimal
    given_minor: int
    liability_minor: int
    cost_minor: int
    effective_rebate_percent: Decimal
    given_percent: Decimal
    break_even_uplift_percent: Decimal | None
    uplifts: tuple[Uplift, ...]


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """All that one programme came to on the sales it was tried on; `main_kind` is what its main
    wallet holds: "points", "stamps" or "money" in minor units."""

    programme: str
    currency: str
    main_wallet: str
    main_kind: str
    lines: int
    months: tuple[MonthFigures, ...]
    total: MonthFigures
    at_the_end: AtTheEnd
    members: tuple[MemberFigures, ...]
