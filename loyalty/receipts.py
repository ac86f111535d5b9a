"""What a receipt says, for any paper and any screen: facts, not words or layout.

The words (in the member's language) and the layout (for the paper's width) are the printing
room's; here is what must be true whoever prints it.
"""

import msgspec

from loyalty.baskets import Line

SALE = "sale"
RETURN = "return"


class VoucherSlip(msgspec.Struct, frozen=True):
    """A reward voucher that comes out with a receipt; `code` is the text of its QR."""

    number: str
    amount_minor: int
    expires_at_ms: int
    code: str


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """The loyalty receipt of one sale or return.

    `points` is signed: below zero for what a return took back. `balance` is None for a shopper
    without a card, and for a card that this till has not heard of. `is_copy` marks a reprint,
    whose vouchers are the very same numbers.
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
