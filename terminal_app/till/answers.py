"""What the Till is asked and what it answers: values, refusals included, never exceptions."""

from enum import StrEnum
from typing import Literal

import msgspec

from loyalty.balances import Balance
from loyalty.baskets import Basket, Line
from loyalty.members import DEFAULT_LANGUAGE, Member
from loyalty.programme.brought_back import AskedBack
from loyalty.programme.occasions import RuleOutcome
from loyalty.programme.paying import NOTHING_PAID, PointsPaid
from loyalty.programme.terms.goods import Tender
from loyalty.programme.terms.texts import ShopText
from loyalty.receipts import POINTS, Receipt, TierStanding
from loyalty.rights import Safe


class Reason(StrEnum):
    """Why the Till refuses; faces put each into the cashier's or the member's language."""

    EMPTY_SCAN = "empty-scan"
    DAMAGED_CARD = "damaged-card"
    UNKNOWN_CARD = "unknown-card"
    CARD_TAKEN = "card-taken"
    BIRTHDAY_INVALID = "birthday-invalid"
    FOREIGN_EAN = "foreign-ean"
    FOREIGN_GS1 = "foreign-gs1"
    FOREIGN_LINK = "foreign-link"
    FOREIGN_UNKNOWN = "foreign-unknown"
    VOUCHER_DAMAGED = "voucher-damaged"
    VOUCHER_FORGED = "voucher-forged"
    VOUCHER_EXPIRED = "voucher-expired"
    VOUCHER_SPENT = "voucher-spent"
    VOUCHER_CURRENCY = "voucher-currency"
    VOUCHER_ELSEWHERE = "voucher-elsewhere"
    VOUCHER_WAITS = "voucher-waits"
    VOUCHER_NEEDLESS = "voucher-needless"
    VOUCHER_BRANCH = "voucher-branch"
    VOUCHER_TOO_LITTLE = "voucher-too-little"
    VOUCHER_NO_GOODS = "voucher-no-goods"
    VOUCHER_TERMS = "voucher-terms"
    CLAIM_UNKNOWN = "claim-unknown"
    CLAIM_TOO_FEW = "claim-too-few"
    CLAIM_TOO_MANY = "claim-too-many"
    CLAIM_HAD_BEFORE = "claim-had-before"
    CLAIM_NONE_LEFT = "claim-none-left"
    CLAIM_ELSEWHERE = "claim-elsewhere"
    CLAIM_NOT_NOW = "claim-not-now"
    REFERRER_SELF = "referrer-self"
    REFERRER_LATE = "referrer-late"
    ACTIVITY_UNKNOWN = "activity-unknown"
    ACTIVITY_HAD_BEFORE = "activity-had-before"
    ACTIVITY_NOT_NOW = "activity-not-now"
    HAND_ON_NOT_OFFERED = "hand-on-not-offered"
    HAND_ON_SELF = "hand-on-self"
    HAND_ON_NOT_FAMILY = "hand-on-not-family"
    HAND_ON_TOO_FEW = "hand-on-too-few"
    HAND_ON_TOO_MANY = "hand-on-too-many"
    HAND_ON_NOT_ENOUGH = "hand-on-not-enough"
    GIFT_NOT_OFFERED = "gift-not-offered"
    GIFT_AMOUNT = "gift-amount"
    GIFT_EMPTY = "gift-empty"
    GIFT_ELSEWHERE = "gift-elsewhere"
    PAID_TOO_MUCH = "paid-too-much"
    PAY_NO_CARD = "pay-no-card"
    PAY_NOT_OFFERED = "pay-not-offered"
    PAY_TOO_FEW = "pay-too-few"
    PAY_NO_FULL_STEP = "pay-no-full-step"
    PAY_TOO_MUCH = "pay-too-much"
    PAY_NOT_ENOUGH = "pay-not-enough"
    RECEIPT_INVALID = "receipt-invalid"
    RECEIPT_CONFLICT = "receipt-conflict"
    RECEIPT_UNKNOWN = "receipt-unknown"
    RECEIPT_DAMAGED = "receipt-damaged"
    RECEIPT_FORGED = "receipt-forged"
    RECEIPT_ELSEWHERE = "receipt-elsewhere"
    RECEIPT_NO_SALE = "receipt-no-sale"
    RECEIPT_PROGRAMME = "receipt-programme"
    RECEIPT_OF_ANOTHER = "receipt-of-another"
    RECEIPT_RETURNED = "receipt-returned"
    RETURN_TOO_MUCH = "return-too-much"
    RETURN_NOT_SOLD = "return-not-sold"
    RETURN_NEGATIVE = "return-negative"
    TEXT_TOO_LONG = "text-too-long"
    BASKET_EMPTY = "basket-empty"
    BASKET_TOO_LARGE = "basket-too-large"
    NAME_MISSING = "name-missing"
    CARD_NOT_MINTED = "card-not-minted"


class Refusal(msgspec.Struct, frozen=True):
    """An expected no: the reason, and what to name in the sentence (`{"receipt": "536365"}`)."""

    reason: Reason
    facts: dict[str, str] = {}


class KnownWallet(msgspec.Struct, frozen=True, kw_only=True):
    """A wallet of a member beside the main one, by its title in the member's language.

    `account` is what it is kept under; `kind` is what it holds, `safe` how much, and what of it may
    be spent here now.
    """

    account: str
    title: str
    kind: str
    safe: Safe

    @property
    def balance(self) -> int:
        """All that is in it."""
        return self.safe.balance


class KnownMember(msgspec.Struct, frozen=True, kw_only=True):
    """A member as this till knows them; `known_at_ms` is when head office was last heard, or 0.

    `safe` says how much of `balance` may be spent here now, and why the rest waits. `wallet` is
    what the points are (points, stamps or money), `wallets` are those beside it; `tier` is None
    where the programme has none.
    `account_of` names the owner of the family account that all of it is of, empty for their own.
    """

    member: Member
    balance: Balance
    safe: Safe
    points_to_next: int | None
    notices: tuple[str, ...]
    known_at_ms: int
    wallet: str = POINTS
    tier: TierStanding | None = None
    wallets: tuple[KnownWallet, ...] = ()
    account_of: str = ""


class KnownVoucher(msgspec.Struct, frozen=True):
    """A voucher that this till accepts now; one of the catalogue has the `title` of its reward, and
    0 for an amount that depends on what is bought. A gift card has what it may pay here now, and
    pays as much of that as there is to pay."""

    number: str
    amount_minor: int
    expires_at_ms: int
    code: str
    title: ShopText = ""
    is_gift_card: bool = False


class KnownProduct(msgspec.Struct, frozen=True):
    """Goods of the shop, by the code on their barcode; a programme may name them by `category` or
    by one of their `tags`."""

    code: str
    description: str
    price_minor: int
    category: str = ""
    tags: tuple[str, ...] = ()


class KnownReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """A sale that goods may come back of: `lines` as they were sold, and what is `left` of each.

    `code` is the scanned text of its code, empty for a receipt of this till's own.
    """

    reference: str
    code: str
    terminal: str
    occurred_at_ms: int
    member_id: str
    member_name: str
    lines: tuple[Line, ...]
    left: tuple[Line, ...]


class ReturnQuote(msgspec.Struct, frozen=True, kw_only=True):
    """What taking goods back would do: `lines` that come back, points that go and that return,
    money to give back; `wallet` is what the points are."""

    lines: tuple[Line, ...]
    total_minor: int
    money_minor: int
    points: int
    wallet: str = POINTS


Identified = KnownMember | KnownVoucher | KnownProduct | KnownReceipt | Refusal


class Quote(msgspec.Struct, frozen=True):
    """What a basket would bring if it were sold now; nothing is written.

    `balance_after` is None without a card, and for a card that this till has not heard of.
    `waiting_points` are those of the member that may not be spent here, when one voucher or more
    waits for them; else 0. `discount_minor` is what the member's discount takes off the total;
    `points_paid` pay a part of it, and `payable` is the most that could. `outcomes` say what each
    rule of the programme made of the basket; `wallet` is what the points are, and `programme` the
    version that it was computed under.
    """

    total_minor: int
    to_pay_minor: int
    points: int
    balance_after: int | None
    vouchers_due: int
    waiting_points: int = 0
    discount_minor: int = 0
    points_paid: PointsPaid = NOTHING_PAID
    payable: PointsPaid = NOTHING_PAID
    outcomes: tuple[RuleOutcome, ...] = ()
    wallet: str = POINTS
    programme: str = ""


class Sale(msgspec.Struct, frozen=True, kw_only=True):
    """A sale to ring up; `reference` is the till's receipt number and makes it one sale for ever.

    An empty `reference` lets the Till give the next number of its own. `voucher_codes` are codes
    of vouchers the shopper pays with, `pay_points` the points that the member gives for a part,
    `paid` what else is no new money, in minor units. `occurred_at_ms` is for sales that happened
    earlier. What is printed has a code for returns on it; `wants_code` asks for it all the same.
    """

    basket: Basket
    reference: str = ""
    member_id: str = ""
    voucher_codes: tuple[str, ...] = ()
    pay_points: int = 0
    paid: dict[Tender, int] = {}
    occurred_at_ms: int | None = None
    print_receipt: bool = True
    wants_code: bool = False


class GiftCardSale(msgspec.Struct, frozen=True, kw_only=True):
    """A gift card that is sold with `amount_minor` on it. `reference` makes it one card for ever,
    as a sale's does."""

    amount_minor: int
    reference: str = ""
    occurred_at_ms: int | None = None
    print_receipt: bool = True
    member_id: str = ""


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """Rewards of the catalogue that a member asks for: `count` of `reward`, by its name in the
    programme. `reference` makes it one claim for ever, as a sale's does."""

    member_id: str
    reward: str
    count: int = 1
    reference: str = ""
    occurred_at_ms: int | None = None
    print_receipt: bool = True


class HandingOn(msgspec.Struct, frozen=True, kw_only=True):
    """Points of the main wallet that one member hands on to another. `reference` makes it one
    transfer for ever, as a sale's does."""

    member_id: str
    to_member_id: str
    points: int
    reference: str = ""
    occurred_at_ms: int | None = None
    print_receipt: bool = True


class Activity(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a member did beside buying: `on` says what, `code` which custom event it is.
    `reference` makes it one activity for ever, as a sale's does."""

    member_id: str
    on: Literal["quiz", "survey", "contest", "profile", "custom"]
    code: str = ""
    reference: str = ""
    occurred_at_ms: int | None = None
    print_receipt: bool = True


class RewardOffer(msgspec.Struct, frozen=True, kw_only=True):
    """A reward of the catalogue as it stands for a member here and now.

    `cost` is in the wallet it is paid from, whose kind is `wallet`; `count` is how many can be
    claimed, `missing` what is missing for one, and `refusal` why it cannot be had.
    """

    name: str
    title: ShopText
    wallet: str
    cost: int
    count: int
    missing: int
    refusal: Refusal | None = None


class GoodsReturn(msgspec.Struct, frozen=True, kw_only=True):
    """Goods brought back; the basket's amounts are positive.

    With their receipt (`of_receipt`, the reference of a sale of this till, or `receipt_code`, the
    scanned text of its code) they are `items` of it by place, or the goods in `basket` by article;
    with neither of these all that is left of it. Whose points it is about is the receipt's to say.
    """

    basket: Basket = Basket(())
    of_receipt: str = ""
    receipt_code: str = ""
    items: tuple[AskedBack, ...] = ()
    reference: str = ""
    member_id: str = ""
    occurred_at_ms: int | None = None
    print_receipt: bool = True


class Enrolment(msgspec.Struct, frozen=True, kw_only=True):
    """A new member; an empty `card` lets the Till mint one that no other till can. `birthday` is
    as they wrote it, with the year or without; `referred_by` is the card of who brought them."""

    name: str
    card: str = ""
    phone: str = ""
    email: str = ""
    email_consent: bool = False
    language: str = DEFAULT_LANGUAGE
    occurred_at_ms: int | None = None
    birthday: str = ""
    referred_by: str = ""


class Posted(msgspec.Struct, frozen=True):
    """A sale or return that is committed; `repeated` when it already was, with the first answer."""

    receipt: Receipt
    repeated: bool


class HistoryRow(msgspec.Struct, frozen=True):
    """One entry of a member at this till: what happened, when, and what it did to the points."""

    kind: str
    receipt: str
    points: int
    amount_minor: int
    occurred_at_ms: int


class TillStatus(msgspec.Struct, frozen=True, kw_only=True):
    """What a face shows about the line and the paper.

    `is_online` is whether the last attempt reached head office; `unsent` counts entries it has
    not confirmed; `heard_at_ms` is when it last did (0: never). `waiting_jobs` counts receipts
    that are not on paper yet and `unknown_jobs` those of which nobody can tell.
    """

    shop: str
    branch: str
    terminal: str
    currency: str
    is_online: bool
    unsent: int
    heard_at_ms: int
    waiting_jobs: int
    unknown_jobs: int
    trouble: str = ""
