"""What the POS agent takes and answers, in JSON: the contract for other tills' software."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from loyalty.amounts import MAX_AMOUNT_MINOR
from loyalty.baskets import MAX_LINES, MAX_QUANTITY, MAX_TAGS, MAX_TEXT, Basket, Line
from loyalty.programme.terms.goods import Tender

Minor = Annotated[int, Meta(ge=-MAX_AMOUNT_MINOR, le=MAX_AMOUNT_MINOR)]
Quantity = Annotated[int, Meta(ge=-MAX_QUANTITY, le=MAX_QUANTITY)]
Given = Annotated[int, Meta(ge=0, le=MAX_AMOUNT_MINOR)]
Language = Literal["en", "pl", "ru"]
ShortText = Annotated[str, Meta(max_length=MAX_TEXT)]


class GoodsLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line of a receipt; `amount_minor` is the whole line's, in minor units.

    `category` and `tags` are the shop's words by which a programme may name goods; without them
    they are those of the list of goods at head office.
    """

    amount_minor: Minor
    quantity: Quantity = 1
    sku: ShortText = ""
    description: ShortText = ""
    category: ShortText = ""
    tags: Annotated[list[ShortText], Meta(max_length=MAX_TAGS)] = []


class SaleRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A sale to award. `sale` is the POS's own number for it: the same number is the same sale,
    however often it is sent.

    `pay_points` of the member pay for a part, if the programme takes them; `gift_card_minor` and
    `deposit_minor` of it are paid with what may earn nothing.
    """

    sale: Annotated[str, Meta(min_length=1, max_length=64)]
    lines: Annotated[list[GoodsLine], Meta(min_length=1, max_length=MAX_LINES)]
    card: ShortText = ""
    vouchers: Annotated[list[str], Meta(max_length=20)] = []
    pay_points: Given = 0
    gift_card_minor: Given = 0
    deposit_minor: Given = 0
    print_receipt: bool = True


class ReturnRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Goods brought back without their receipt; amounts are positive."""

    sale: Annotated[str, Meta(min_length=1, max_length=64)]
    lines: Annotated[list[GoodsLine], Meta(min_length=1, max_length=MAX_LINES)]
    card: ShortText = ""
    print_receipt: bool = True


class QuoteRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A basket to ask about, as `SaleRequest` has it; nothing is written. Reasons are given in
    `language`."""

    lines: Annotated[list[GoodsLine], Meta(min_length=1, max_length=MAX_LINES)]
    card: ShortText = ""
    vouchers: Annotated[list[str], Meta(max_length=20)] = []
    pay_points: Given = 0
    gift_card_minor: Given = 0
    deposit_minor: Given = 0
    language: Language = "en"


class IssuedVoucher(msgspec.Struct, frozen=True, kw_only=True):
    """A reward voucher; `code` is the text of its QR, for a POS that prints it itself."""

    number: str
    amount_minor: int
    expires_at_ms: int
    code: str


class RuleAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What one rule of the programme gave, by its title in the member's language."""

    title: str
    points: int


class SaleAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What a sale or return did; `repeated` when it was known and this is the first answer.

    `rules` say what each rule of the programme gave, where it has several; `tier` the member's tier
    from now on and the way to the next, in the member's language.
    """

    sale: str
    repeated: bool
    points: int
    points_redeemed: int
    balance: int | None
    total_minor: int
    to_pay_minor: int
    vouchers: list[IssuedVoucher]
    discount_minor: int
    points_paid: int
    points_paid_minor: int
    rules: list[RuleAnswer]
    tier: list[str]


class QuoteAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What a basket would bring; `waiting_points` are those not free to spend here yet that a
    voucher waits for; 0 when none does. `payable_points` are the most that could pay of it, worth
    `payable_minor`; `reasons` has a sentence for each rule of the programme."""

    points: int
    balance_after: int | None
    vouchers_due: int
    waiting_points: int
    total_minor: int
    to_pay_minor: int
    discount_minor: int
    points_paid: int
    points_paid_minor: int
    payable_points: int
    payable_minor: int
    reasons: list[str]


class HolderAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A till that holds points of a member."""

    terminal: str
    branch: str
    points: int


class SafeAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What a member may spend at this till now, whatever happens elsewhere, and why the rest
    waits.

    `wait` is one of "nothing", "at-head-office", "held-elsewhere", "not-heard", "copy"; `lines`
    say it in the member's language, and are empty when nothing waits.
    """

    points: int
    wait: str
    at_head_office: int
    elsewhere: list[HolderAnswer]
    lines: list[str]


class MemberAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A member, as far as a POS needs to know. `wallet` says what the points are: "points",
    "stamps" or "money" in minor units; `tier` the tier and the way to the next in words."""

    member_id: str
    name: str
    points: int
    points_to_next: int | None
    notices: list[str]
    known_at_ms: int
    safe: SafeAnswer
    wallet: str
    tier: list[str]


class HealthAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """How the till behind the agent is."""

    terminal: str
    is_online: bool
    unsent: int
    waiting_jobs: int
    unknown_jobs: int


def basket_of(lines: list[GoodsLine]) -> Basket:
    """The domain's basket of a request's lines."""
    return Basket(
        tuple(
            Line(
                line.sku,
                line.description,
                line.quantity,
                line.amount_minor,
                line.category,
                tuple(line.tags),
            )
            for line in lines
        )
    )


def paid_in(request: SaleRequest | QuoteRequest) -> dict[Tender, int]:
    """What of a request's sale is paid with no new money, by tender."""
    paid: dict[Tender, int] = {
        "gift_card": request.gift_card_minor,
        "deposit": request.deposit_minor,
    }
    return {tender: minor for tender, minor in paid.items() if minor}
