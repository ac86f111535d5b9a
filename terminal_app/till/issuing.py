"""Vouchers as they come out: numbered by the entries that issue them, held by this till."""

import sqlite3

import msgspec

from loyalty.identifiers import voucher_number
from loyalty.journal import VOUCHER_ISSUED
from loyalty.programme.catalogue import REWARD
from loyalty.receipts import VoucherSlip
from loyalty.vouchers import Voucher, voucher_code
from terminal_app.posting.draft import Draft
from terminal_app.store import vouchers
from terminal_app.store.settings import Identity


class NewVoucher(msgspec.Struct, frozen=True, kw_only=True):
    """What a voucher is to say; of the catalogue also which `reward` it is, by the label of its
    `programme`, and the words for it."""

    amount_minor: int
    currency: str
    expires_at_ms: int
    reward: str = ""
    programme: str = ""
    title: str = ""
    says: str = ""


def issue_voucher(
    connection: sqlite3.Connection, draft: Draft, identity: Identity, new: NewVoucher
) -> VoucherSlip:
    """Issue one voucher in `draft`, whose entry gives it a number that no other can have."""
    voucher = Voucher(
        voucher_number(identity.terminal, identity.epoch, draft.next_seq),
        new.amount_minor,
        new.currency,
        new.expires_at_ms,
        new.reward,
        new.programme,
    )
    payload = {
        "number": voucher.number,
        "amount_minor": voucher.amount_minor,
        "currency": voucher.currency,
        "expires_at_ms": voucher.expires_at_ms,
    }
    draft.add(VOUCHER_ISSUED, payload=payload | ({REWARD: new.reward} if new.reward else {}))
    vouchers.put_issued(connection, voucher, draft.member_id, identity.journal)
    return VoucherSlip(
        voucher.number,
        voucher.amount_minor,
        voucher.expires_at_ms,
        voucher_code(voucher, identity.signing_key),
        new.title,
        new.says,
    )
