"""What the POS agent takes and answers, in JSON: the contract for other tills' software."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from loyalty.amounts import MAX_AMOUNT_MINOR
from loyalty.baskets import MAX_LINES, MAX_QUANTITY, MAX_TAGS, MAX_TEXT, Basket, Line
from loyalty.bounds import MAX_POINTS
from loyalty.programme.brought_back import AskedBack
from loyalty.programme.terms.goods import Tender
from loyalty.receipts import VoucherSlip
from loyalty.scans import MAX_SCAN_CHARACTERS
from terminal_app.till.answers import GoodsReturn

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
    `deposit_minor` of it are paid with what may earn nothing. A POS that prints the receipt itself
    `wants_code`: the text of the QR by which goods come back at any till.
    """

    sale: Annotated[str, Meta(min_length=1, max_length=64)]
    lines: Annotated[list[GoodsLine], Meta(min_length=1, max_length=MAX_LINES)]
    card: ShortText = ""
    vouchers: Annotated[list[str], Meta(max_length=20)] = []
    pay_points: Given = 0
    gift_card_minor: Given = 0
    deposit_minor: Given = 0
    print_receipt: bool = True
    wants_code: bool = False


class TransferRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Points that the member with `card` hands on to the one with `to_card`. `transfer` is the
    POS's own number for it."""

    transfer: Annotated[str, Meta(min_length=1, max_length=64)]
    card: ShortText
    to_card: ShortText
    points: Annotated[int, Meta(ge=1, le=MAX_POINTS)]
    print_receipt: bool = True


class TransferAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What a transfer did: `points` went to the member `handed_to`, and the giver's `balance` is
    left."""

    transfer: str
    repeated: bool
    points: int
    handed_to: str
    balance: int


class ItemBack(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What comes back of the line at place `line` (from 0) of a sale: so many units, an amount of
    its price, or both; neither is all that is left of it."""

    line: Annotated[int, Meta(ge=0, lt=MAX_LINES)]
    quantity: Quantity | None = None
    amount_minor: Minor | None = None


class ReturnRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Goods brought back; amounts are positive. `sale` is the POS's own number for the return.

    With their receipt (`of_sale`, the number of the sale at this till, or `receipt_code`, the code
    scanned off its paper) they are `items` of it by place, or `lines` by article, or, with neither
    of these, all that is left of it; `card` may stay out.
    """

    sale: Annotated[str, Meta(min_length=1, max_length=64)]
    lines: Annotated[list[GoodsLine], Meta(max_length=MAX_LINES)] = []
    of_sale: Annotated[str, Meta(max_length=64)] = ""
    receipt_code: Annotated[str, Meta(max_length=MAX_SCAN_CHARACTERS)] = ""
    items: Annotated[list[ItemBack], Meta(max_length=MAX_LINES)] = []
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
    """A reward voucher; `code` is the text of its QR, for a POS that prints it itself.

    One of the catalogue has the `title` of its reward and `says` what it gives, in the member's
    language; its `amount_minor` is 0 where that depends on what is bought.
    """

    number: str
    amount_minor: int
    expires_at_ms: int
    code: str
    title: str
    says: str


class RuleAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What one rule of the programme gave, by its title in the member's language."""

    title: str
    points: int


class WalletMoved(msgspec.Struct, frozen=True, kw_only=True):
    """What a sale, return or claim did to a wallet beside the main one: `points` are signed,
    `redeemed` went for rewards; `kind` is "points", "stamps" or "money" in minor units."""

    title: str
    kind: str
    points: int
    redeemed: int
    balance: int | None


class GiftPaid(msgspec.Struct, frozen=True, kw_only=True):
    """What a gift card paid of a sale, and what is left on it."""

    number: str
    paid_minor: int
    left_minor: int


class WalletAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A wallet of a member beside the main one; `safe_points` may be spent at this till now."""

    title: str
    kind: str
    points: int
    safe_points: int


class SaleAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What a sale or return did; `repeated` when it was known and this is the first answer.

    `rules` say what each rule of the programme gave, where it has several; `tier` the member's tier
    from now on and the way to the next, in the member's language. Of a return `points_paid` came
    back, `to_pay_minor` is given back in money, and vouchers that are `revoked` are void.
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
    receipt_code: str
    revoked: list[str]
    wallets: list[WalletMoved]
    gift_cards: list[GiftPaid]


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
    "stamps" or "money" in minor units; `tier` the tier and the way to the next in words.
    `account_of` names the owner of the family account that all of it is of; empty for their
    own."""

    member_id: str
    name: str
    points: int
    points_to_next: int | None
    notices: list[str]
    known_at_ms: int
    safe: SafeAnswer
    wallet: str
    tier: list[str]
    wallets: list[WalletAnswer]
    account_of: str


class HealthAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """How the till behind the agent is."""

    terminal: str
    is_online: bool
    unsent: int
    waiting_jobs: int
    unknown_jobs: int


def issued_voucher(slip: VoucherSlip) -> IssuedVoucher:
    """A voucher that came out, as a POS is told."""
    return IssuedVoucher(**msgspec.structs.asdict(slip))


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


def goods_of(data: ReturnRequest, member_id: str) -> GoodsReturn:
    """The return that a request asks for."""
    return GoodsReturn(
        basket=basket_of(data.lines),
        of_receipt=data.of_sale,
        receipt_code=data.receipt_code,
        items=tuple(AskedBack(item.line, item.quantity, item.amount_minor) for item in data.items),
        reference=data.sale,
        member_id=member_id,
        print_receipt=data.print_receipt,
    )
