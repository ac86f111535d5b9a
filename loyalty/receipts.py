"""What a receipt says, for any paper and any screen: facts, not words or layout.

The words (in the member's language) and the layout (for the paper's width) are the printing
room's; here is what must be true whoever prints it.
"""

import msgspec

from loyalty.baskets import Line
from loyalty.programme.terms.texts import ShopText

SALE = "sale"
RETURN = "return"
CLAIM = "claim"
TRANSFER = "transfer"
GIFT_CARD = "gift-card"
HAPPENED = "happened"

POINTS, STAMPS, MONEY = "points", "stamps", "money"
"""What a wallet may hold; money is in minor units."""


class VoucherSlip(msgspec.Struct, frozen=True):
    """A reward voucher that comes out with a receipt; `code` is the text of its QR.

    One of the catalogue has the `title` of its reward and `says` what it gives, in the member's
    language; its `amount_minor` is 0 where that depends on what is bought.
    """

    number: str
    amount_minor: int
    expires_at_ms: int
    code: str
    title: str = ""
    says: str = ""


AT_ONCE, ORDERED, BY_CODE = "at-once", "ordered", "by-code"
"""How a reward that is no voucher comes to the member: handed over now, sent later, or as a code
that head office tells."""


class RewardLine(msgspec.Struct, frozen=True, array_like=True):
    """`count` of a reward that is no voucher, by its title in the member's language, and how it is
    `handed`."""

    title: str
    count: int
    handed: str = AT_ONCE


class RulePoints(msgspec.Struct, frozen=True, array_like=True):
    """What one rule of the programme gave, by its title in the member's language."""

    title: str
    points: int


class WalletLine(msgspec.Struct, frozen=True, array_like=True):
    """What a receipt did to a wallet beside the main one, by its title in the member's language.

    `kind` is what it holds (POINTS, STAMPS or MONEY); `points` are signed, `redeemed` went for
    rewards; `balance` is None for a card that this till has not heard of.
    """

    title: str
    kind: str
    points: int
    redeemed: int = 0
    balance: int | None = None


class TicketLine(msgspec.Struct, frozen=True, array_like=True):
    """Tickets of a lottery, by its title in the member's language: those of a sale have the numbers
    `first` to `last`, those that a return takes back are below zero and say none."""

    title: str
    count: int
    first: str = ""
    last: str = ""


class GiftLine(msgspec.Struct, frozen=True, array_like=True):
    """What the gift card with this number paid, and what is left on it."""

    number: str
    paid_minor: int
    left_minor: int


class TierStanding(msgspec.Struct, frozen=True, omit_defaults=True):
    """The member's tier after a sale, and the way to the next one, by their titles.

    `by` says what `missing` counts: "spend" in minor units, "points" or "visits". `title` is empty
    without a tier, `next_title` at the top.
    """

    title: ShopText = ""
    next_title: ShopText = ""
    missing: int = 0
    by: str = "spend"


class Receipt(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The loyalty receipt of one sale or return, or of a claim, a transfer or an activity, which
    have no goods.

    `points` is signed: below zero for what a return took back. `balance` is None for a shopper
    without a card, and for a card that this till has not heard of. `is_copy` marks a reprint, whose
    vouchers are the very same numbers. `discount_minor` is off the total, and `points_paid` paid
    `points_paid_minor` of it. `wallet` is what the points are: "points", "stamps" or "money";
    `wallets` are those beside it; `rules` has what each rule gave where the programme has several,
    `bonuses` what came beside `points`, for events and by surprise, `tickets` are of lotteries. Of
    a transfer `points` went to the member whose name is `handed_to`. `account_of` names the owner
    of the family account that it is about; it is empty for the member's own.

    A return names the sale that it is `of_receipt`, and the vouchers that were `revoked` with it;
    its `points_paid` came back, and `to_pay_minor` is what is given back in money. `code` is the
    text of the QR by which goods of this sale come back at any till; one that is too large for a
    code says that they come back where it was rung up (`returns_here`).
    """

    kind: str
    reference: str
    shop: str
    branch: str
    terminal: str
    occurred_at_ms: int
    currency: str
    language: str
    lines: tuple[Line, ...]
    total_minor: int
    voucher_paid_minor: int = 0
    member_name: str = ""
    card: str = ""
    points: int = 0
    points_redeemed: int = 0
    balance: int | None = None
    notices: tuple[str, ...] = ()
    vouchers: tuple[VoucherSlip, ...] = ()
    is_copy: bool = False
    discount_minor: int = 0
    points_paid: int = 0
    points_paid_minor: int = 0
    wallet: str = POINTS
    rules: tuple[RulePoints, ...] = ()
    bonuses: tuple[RulePoints, ...] = ()
    tier: TierStanding | None = None
    of_receipt: str = ""
    revoked: tuple[str, ...] = ()
    code: str = ""
    returns_here: bool = False
    rewards: tuple[RewardLine, ...] = ()
    wallets: tuple[WalletLine, ...] = ()
    gift_cards: tuple[GiftLine, ...] = ()
    handed_to: str = ""
    account_of: str = ""
    tickets: tuple[TicketLine, ...] = ()

    @property
    def to_pay_minor(self) -> int:
        """What is left to pay after discount, vouchers, points and gift cards."""
        return (
            self.total_minor
            - self.discount_minor
            - self.voucher_paid_minor
            - self.points_paid_minor
            - self.gift_paid_minor
        )

    @property
    def gift_paid_minor(self) -> int:
        """What gift cards paid."""
        return sum(line.paid_minor for line in self.gift_cards)
