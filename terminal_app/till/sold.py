"""The sale that goods come back of: one of this till's own by its number, any by its code."""

import sqlite3
from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

from loyalty.baskets import Line
from loyalty.journal import Entry
from loyalty.programme.document import Programme
from loyalty.programme.returning import ReturnedPart, SaleAtHand, lines_left
from loyalty.receipt_codes import SoldReceipt, read_receipt, sold_receipt
from loyalty.scans import ReceiptScan, read_scan
from terminal_app.store import members, receipts, returns
from terminal_app.store.programmes import programme_labelled
from terminal_app.store.settings import Identity
from terminal_app.till.answers import KnownReceipt, Reason, Refusal


class Sold(msgspec.Struct, frozen=True):
    """A sale as this till knows it: by the version that it names, less what came back here.

    `entry` is the sale's in the present journal; None for one of another till, or of an earlier
    journal, which head office may not hold.
    """

    receipt: SoldReceipt
    programme: Programme
    at_hand: SaleAtHand
    returned_before: tuple[ReturnedPart, ...]
    entry: Entry | None = None
    code: str = ""

    @property
    def left(self) -> tuple[Line, ...]:
        """What is left of each line."""
        return lines_left(self.at_hand.lines, self.returned_before)


def sold_here(connection: sqlite3.Connection, identity: Identity, reference: str) -> Sold | Refusal:
    """The sale that this till rang up as `reference`."""
    facts = {"receipt": reference}
    kept = receipts.find(connection, reference)
    entry = returns.sale_entry(connection, identity.epoch, reference) if kept else None
    if kept is None:
        return Refusal(Reason.RECEIPT_ELSEWHERE, facts)
    if entry is None:
        return Refusal(Reason.RECEIPT_NO_SALE, facts)
    receipt = sold_receipt(entry, kept.receipt.voucher_paid_minor)
    is_present = entry.epoch == identity.epoch and "salvaged" not in entry.payload
    found = _known(connection, identity, receipt)
    if isinstance(found, Refusal):
        return found
    named = [
        replace(line, description=sold.description)
        for line, sold in zip(found.at_hand.lines, kept.receipt.lines, strict=True)
    ]
    return replace(found, at_hand=_with(found.at_hand, named), entry=entry if is_present else None)


def sold_by_code(connection: sqlite3.Connection, identity: Identity, code: str) -> Sold | Refusal:
    """The sale in the scanned `code`, when a till of this chain signed it."""
    scan = read_scan(code)
    read = read_receipt(scan.code) if isinstance(scan, ReceiptScan) else None
    if read is None:
        return Refusal(Reason.RECEIPT_DAMAGED)
    sold = read.sold
    key = members.public_key(connection, sold.terminal, sold.epoch)
    if key is None or not read.is_signed_by(key):
        return Refusal(Reason.RECEIPT_FORGED, {"receipt": sold.reference})
    found = _known(connection, identity, sold)
    if isinstance(found, Refusal):
        return found
    named = []
    for line in found.at_hand.lines:
        goods = members.product(connection, line.sku)
        named.append(line if goods is None else replace(line, description=goods.description))
    return replace(found, at_hand=_with(found.at_hand, named), code=code)


def known_receipt(connection: sqlite3.Connection, sold: Sold) -> KnownReceipt:
    """A sale as a face shows it."""
    receipt = sold.receipt
    member = members.member(connection, receipt.member_id) if receipt.member_id else None
    return KnownReceipt(
        reference=receipt.reference,
        code=sold.code,
        terminal=receipt.terminal,
        occurred_at_ms=receipt.occurred_at_ms,
        member_id=receipt.member_id,
        member_name=member.name if member else "",
        lines=sold.at_hand.lines,
        left=sold.left,
    )


def _known(
    connection: sqlite3.Connection, identity: Identity, receipt: SoldReceipt
) -> Sold | Refusal:
    programme = programme_labelled(connection, receipt.programme)
    if programme is None:
        return Refusal(Reason.RECEIPT_PROGRAMME, {"receipt": receipt.reference})
    at_hand = receipt.at_hand(identity.zone)
    if at_hand is None:
        return Refusal(Reason.RECEIPT_DAMAGED)
    before = returns.returned_parts(connection, receipt.number)
    return Sold(receipt, programme, at_hand, before)


def _with(at_hand: SaleAtHand, named: Sequence[Line]) -> SaleAtHand:
    """`at_hand` with what its lines are called: an entry has article numbers alone."""
    occasion = at_hand.facts.occasion
    basket = replace(occasion.basket, lines=tuple(named))
    facts = replace(at_hand.facts, occasion=replace(occasion, basket=basket))
    return replace(at_hand, facts=facts)
