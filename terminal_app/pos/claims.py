"""The catalogue over the agent: what a member can have, and a claim."""

from typing import Annotated

import msgspec
from msgspec import Meta

from loyalty.programme.terms.texts import in_language
from terminal_app.locale.words import Words
from terminal_app.pos.answers import Refused
from terminal_app.pos.messages import IssuedVoucher, ShortText, issued_voucher
from terminal_app.till.answers import Claim, Posted, Refusal, RewardOffer
from terminal_app.till.claiming import MAX_CLAIMED_AT_ONCE
from terminal_app.till.refusals import sentence


class ClaimRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A member's claim of `count` of `reward`, by its name in the programme. `claim` is the POS's
    own number for it: the same number is the same claim, however often it is sent."""

    claim: Annotated[str, Meta(min_length=1, max_length=64)]
    card: Annotated[ShortText, Meta(min_length=1)]
    reward: ShortText
    count: Annotated[int, Meta(ge=1, le=MAX_CLAIMED_AT_ONCE)] = 1
    print_receipt: bool = True


class OfferAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A reward of the catalogue as it stands for a member here and now: its title in the member's
    language, what one costs of which kind of `wallet`, how many can be claimed, what is missing for
    one, and the reason why it cannot be had with a sentence for it; both empty where it can."""

    reward: str
    title: str
    wallet: str
    cost: int
    count: int
    missing: int
    reason: str
    sentence: str


class GivenReward(msgspec.Struct, frozen=True, kw_only=True):
    """A reward that is no voucher: `handed` is "at-once", "ordered" or "by-code"."""

    title: str
    count: int
    handed: str


class ClaimAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a claim; `repeated` when it was known and this is the first answer."""

    claim: str
    repeated: bool
    points_redeemed: int
    balance: int | None
    vouchers: list[IssuedVoucher]
    rewards: list[GivenReward]


def claim_in(data: ClaimRequest, member_id: str) -> Claim:
    """The claim that a request asks for."""
    return Claim(
        member_id=member_id,
        reward=data.reward,
        count=data.count,
        reference=data.claim,
        print_receipt=data.print_receipt,
    )


def offer_answer(offer: RewardOffer, language: str) -> OfferAnswer:
    """A reward on offer, in `language`."""
    refusal = offer.refusal
    return OfferAnswer(
        reward=offer.name,
        title=in_language(offer.title, language),
        wallet=offer.wallet,
        cost=offer.cost,
        count=offer.count,
        missing=offer.missing,
        reason=str(refusal.reason) if refusal else "",
        sentence=sentence(refusal, Words(language)) if refusal else "",
    )


def claim_answer(answer: Posted | Refusal) -> ClaimAnswer:
    """What came of a claim; raises Refused."""
    if isinstance(answer, Refusal):
        raise Refused(answer)
    receipt = answer.receipt
    return ClaimAnswer(
        claim=receipt.reference,
        repeated=answer.repeated,
        points_redeemed=receipt.points_redeemed,
        balance=receipt.balance,
        vouchers=[issued_voucher(slip) for slip in receipt.vouchers],
        rewards=[
            GivenReward(title=one.title, count=one.count, handed=one.handed)
            for one in receipt.rewards
        ],
    )
