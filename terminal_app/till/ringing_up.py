"""What a sale, a return and a claim have in common: asked once for ever, drafted, kept, printed."""

import sqlite3

from msgspec.structs import replace

from loyalty.baskets import Basket
from loyalty.members import DEFAULT_LANGUAGE, Member
from loyalty.programme.document import Programme
from loyalty.receipt_codes import receipt_code, sold_receipt
from loyalty.receipts import Receipt
from terminal_app.posting.draft import Draft
from terminal_app.store import members, receipts, serving, spool
from terminal_app.store.settings import Identity
from terminal_app.till.answers import (
    Activity,
    Claim,
    GiftCardSale,
    GoodsReturn,
    Posted,
    Reason,
    Refusal,
    Sale,
)

_GOES_BACK = frozenset({"sums", "paid", "discount_minor", "wallets"})
"""What of a sale's payload a return changes, beside its points."""


def already(
    connection: sqlite3.Connection, reference: str, content: bytes
) -> Posted | Refusal | None:
    """The first answer to `reference`, or that it was given to other goods; None when it is new."""
    kept = receipts.find(connection, reference) if reference else None
    if kept is None:
        return None
    if kept.content != content:
        return Refusal(Reason.RECEIPT_CONFLICT, {"receipt": reference})
    return Posted(kept.receipt, repeated=True)


def draft_of(
    connection: sqlite3.Connection,
    identity: Identity,
    programme: Programme,
    asked: Sale | GoodsReturn | Claim | Activity | GiftCardSale,
    at_ms: int,
    now_ms: int,
    member: Member | None = None,
) -> Draft:
    """The entries of what is `asked`, none of them written yet: of the account that `member`
    collects on, or of a card that this till has not heard of."""
    draft = Draft(
        connection,
        identity,
        receipt=asked.reference or None,
        programme=programme.label,
        member_id=member.account if member else asked.member_id,
        occurred_at_ms=at_ms,
        recorded_at_ms=now_ms,
    )
    if member and member.account != member.member_id:
        draft.by = member.member_id
    return draft


def owner_name(connection: sqlite3.Connection, owner_id: str) -> str:
    """What the owner of a family account is called; by their card, where this till has not heard
    of them."""
    owner = members.member(connection, owner_id)
    return owner.name if owner else owner_id


def receipt_of(
    identity: Identity,
    programme: Programme,
    draft: Draft,
    member: Member | None,
    kind: str,
    basket: Basket,
) -> Receipt:
    """What every receipt says; what came of this one is filled in by its caller."""
    return Receipt(
        kind=kind,
        reference=draft.receipt,
        shop=identity.shop,
        branch=identity.branch_name,
        terminal=identity.terminal,
        occurred_at_ms=draft.occurred_at_ms,
        currency=programme.currency,
        wallet=programme.wallet().kind,
        language=member.language if member else DEFAULT_LANGUAGE,
        lines=basket.lines,
        total_minor=basket.total_minor,
        member_name=member.name if member else "",
        card=member.card if member else draft.member_id,
    )


def with_code(identity: Identity, draft: Draft, receipt: Receipt) -> Receipt:
    """`receipt` with the code by which its goods come back at any till, unless it is too large for
    one; as it is where a return would change nothing for its member."""
    entry = draft.first
    if not entry.member or not (entry.points or entry.payload.keys() & _GOES_BACK):
        return receipt
    code = receipt_code(sold_receipt(entry, receipt.voucher_paid_minor), identity.signing_key)
    return replace(receipt, code=code, returns_here=not code)


def posted(
    connection: sqlite3.Connection, draft: Draft, content: bytes, receipt: Receipt, print_it: bool
) -> Posted:
    """Write `draft` and keep its `receipt` as the answer to whoever asks again."""
    if draft.by:
        receipt = replace(receipt, account_of=owner_name(connection, draft.member_id))
    last_seq = draft.post()
    receipts.keep(connection, content, receipt, last_seq)
    for account in draft.accounts:
        serving.leave(connection, account)
    if print_it:
        spool.put(connection, receipt)
    return Posted(receipt, repeated=False)
