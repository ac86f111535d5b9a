"""Gift cards over the agent: sold, and asked what is on them. They pay as vouchers do: their code
stands among the vouchers of a sale."""

from typing import Annotated

import msgspec
from msgspec import Meta

from loyalty.amounts import MAX_AMOUNT_MINOR
from terminal_app.pos.answers import Refused
from terminal_app.till.answers import (
    GiftCardSale,
    Identified,
    KnownVoucher,
    Posted,
    Reason,
    Refusal,
)


class GiftCardRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A gift card to sell with `amount_minor` on it. `gift_card` is the POS's own number for the
    sale of it: the same number is the same card, however often it is sent."""

    gift_card: Annotated[str, Meta(min_length=1, max_length=64)]
    amount_minor: Annotated[int, Meta(ge=1, le=MAX_AMOUNT_MINOR)]
    print_receipt: bool = True


class GiftCardAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A gift card: `code` is the text of its QR, for a POS that prints it itself; `amount_minor` is
    what it may pay here now, until the end of `expires_at_ms`. `repeated` when it was sold before
    and this is the first answer."""

    number: str
    code: str
    amount_minor: int
    expires_at_ms: int
    repeated: bool = False


def gift_card_in(data: GiftCardRequest) -> GiftCardSale:
    """The sale of a card that a request asks for."""
    return GiftCardSale(
        amount_minor=data.amount_minor,
        reference=data.gift_card,
        print_receipt=data.print_receipt,
    )


def gift_card_answer(answer: Posted | Refusal) -> GiftCardAnswer:
    """The card that was sold; raises Refused."""
    if isinstance(answer, Refusal):
        raise Refused(answer)
    [slip] = answer.receipt.vouchers
    return GiftCardAnswer(
        number=slip.number,
        code=slip.code,
        amount_minor=slip.amount_minor,
        expires_at_ms=slip.expires_at_ms,
        repeated=answer.repeated,
    )


def shown_gift_card(found: Identified) -> GiftCardAnswer:
    """The card that was shown; raises Refused where it is none that may pay here."""
    if isinstance(found, KnownVoucher) and found.is_gift_card:
        return GiftCardAnswer(
            number=found.number,
            code=found.code,
            amount_minor=found.amount_minor,
            expires_at_ms=found.expires_at_ms,
        )
    raise Refused(found if isinstance(found, Refusal) else Refusal(Reason.FOREIGN_UNKNOWN))
