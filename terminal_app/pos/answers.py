"""What the Till answered, as the agent's messages say it; a refusal goes out as an error."""

from collections.abc import Sequence
from http import HTTPStatus

from litestar.exceptions import ClientException

from loyalty.members import DEFAULT_LANGUAGE
from terminal_app.locale.tier_words import tier_lines
from terminal_app.locale.words import Words
from terminal_app.pos.messages import (
    GiftPaid,
    HolderAnswer,
    MemberAnswer,
    QuoteAnswer,
    RuleAnswer,
    SafeAnswer,
    SaleAnswer,
    TransferAnswer,
    WalletAnswer,
    WalletMoved,
    issued_voucher,
)
from terminal_app.till.answers import Identified, KnownMember, Posted, Quote, Reason, Refusal
from terminal_app.till.refusals import sentence
from terminal_app.till.safe_words import safe_lines

CONFLICTS = frozenset(
    {
        Reason.RECEIPT_CONFLICT,
        Reason.RECEIPT_RETURNED,
        Reason.VOUCHER_SPENT,
        Reason.CARD_TAKEN,
    }
)


class Refused(ClientException):
    """A refusal of the Till on its way to the POS: its reason, and a sentence for the cashier."""

    def __init__(self, refusal: Refusal) -> None:
        status = (
            HTTPStatus.CONFLICT
            if refusal.reason in CONFLICTS
            else HTTPStatus.NOT_FOUND
            if refusal.reason is Reason.UNKNOWN_CARD
            else HTTPStatus.UNPROCESSABLE_ENTITY
        )
        super().__init__(
            detail=sentence(refusal, Words(DEFAULT_LANGUAGE)),
            status_code=int(status),
            extra={"reason": str(refusal.reason), "facts": refusal.facts},
        )


def member_in(found: Identified) -> KnownMember:
    """The member that was found; raises Refused when it is none."""
    if isinstance(found, KnownMember):
        return found
    raise Refused(found if isinstance(found, Refusal) else Refusal(Reason.FOREIGN_UNKNOWN))


def member_answer(known: KnownMember, currency: str, *, is_online: bool) -> MemberAnswer:
    """A member, with their balance as this till knows it."""
    return MemberAnswer(
        member_id=known.member.member_id,
        name=known.member.name,
        points=known.balance.points,
        points_to_next=known.points_to_next,
        notices=list(known.notices),
        known_at_ms=known.known_at_ms,
        safe=_safe_answer(known, is_online=is_online),
        wallet=known.wallet,
        tier=list(tier_lines(Words(known.member.language), known.tier, currency)),
        wallets=[
            WalletAnswer(
                title=one.title, kind=one.kind, points=one.balance, safe_points=one.safe.points
            )
            for one in known.wallets
        ],
        account_of=known.account_of,
    )


def quote_in(answer: Quote | Refusal) -> Quote:
    """The quote that was given; raises Refused when it is none."""
    if isinstance(answer, Refusal):
        raise Refused(answer)
    return answer


def quote_answer(answer: Quote, reasons: Sequence[str]) -> QuoteAnswer:
    """What a basket would bring, and why."""
    return QuoteAnswer(
        points=answer.points,
        balance_after=answer.balance_after,
        vouchers_due=answer.vouchers_due,
        waiting_points=answer.waiting_points,
        total_minor=answer.total_minor,
        to_pay_minor=answer.to_pay_minor,
        discount_minor=answer.discount_minor,
        points_paid=answer.points_paid.points,
        points_paid_minor=answer.points_paid.paid_minor,
        payable_points=answer.payable.points,
        payable_minor=answer.payable.paid_minor,
        reasons=list(reasons),
    )


def sale_answer(answer: Posted | Refusal) -> SaleAnswer:
    """What came of a sale or a return; raises Refused."""
    if isinstance(answer, Refusal):
        raise Refused(answer)
    receipt = answer.receipt
    return SaleAnswer(
        sale=receipt.reference,
        repeated=answer.repeated,
        points=receipt.points,
        points_redeemed=receipt.points_redeemed,
        balance=receipt.balance,
        total_minor=receipt.total_minor,
        to_pay_minor=receipt.to_pay_minor,
        discount_minor=receipt.discount_minor,
        points_paid=receipt.points_paid,
        points_paid_minor=receipt.points_paid_minor,
        rules=[RuleAnswer(title=rule.title, points=rule.points) for rule in receipt.rules],
        tier=list(tier_lines(Words(receipt.language), receipt.tier, receipt.currency)),
        receipt_code=receipt.code,
        revoked=list(receipt.revoked),
        wallets=[
            WalletMoved(
                title=line.title,
                kind=line.kind,
                points=line.points,
                redeemed=line.redeemed,
                balance=line.balance,
            )
            for line in receipt.wallets
        ],
        gift_cards=[
            GiftPaid(number=line.number, paid_minor=line.paid_minor, left_minor=line.left_minor)
            for line in receipt.gift_cards
        ],
        vouchers=[issued_voucher(slip) for slip in receipt.vouchers],
    )


def transfer_answer(answer: Posted | Refusal) -> TransferAnswer:
    """What came of a transfer; raises Refused."""
    if isinstance(answer, Refusal):
        raise Refused(answer)
    receipt = answer.receipt
    return TransferAnswer(
        transfer=receipt.reference,
        repeated=answer.repeated,
        points=receipt.points,
        handed_to=receipt.handed_to,
        balance=receipt.balance or 0,
    )


def _safe_answer(known: KnownMember, *, is_online: bool) -> SafeAnswer:
    safe = known.safe
    return SafeAnswer(
        points=safe.points,
        wait=str(safe.wait),
        at_head_office=safe.pool,
        elsewhere=[
            HolderAnswer(terminal=one.terminal, branch=one.branch, points=one.points)
            for one in safe.elsewhere
        ],
        lines=list(safe_lines(safe, Words(known.member.language), is_online=is_online)),
    )
