"""Redemptions of vouchers whose issue cannot come any more.

A voucher is numbered by the entry that issues it. While head office does not hold that entry, the
till that took the voucher was faster, and nothing is wrong. Once it holds another one under the
number, the voucher was forged, or issued by a copy of its till; a case names the redemption, which
counts all the same, because paper was taken. Where the redemption comes first, `paragon-server
verify` finds it.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, select

from loyalty.identifiers import voucher_epoch, voucher_issuer, voucher_seq
from loyalty.journal import Entry
from sync_server.store.cases import Case, strange_case
from sync_server.store.payloads import redeemed
from sync_server.store.tables import heads


def never_issued(connection: Connection, spent: Sequence[Entry]) -> list[Case]:
    """A case for each redemption in `spent`, of vouchers without an issue so far, that will have
    none. In the transaction that posts the entries of one journal."""
    return [
        strange_case(entry, said)
        for entry in spent
        if (said := _why_never(connection, entry, redeemed(entry).number))
    ]


def _why_never(connection: Connection, entry: Entry, number: str) -> str:
    terminal, epoch, seq = voucher_issuer(number), voucher_epoch(number), voucher_seq(number)
    if not (epoch and seq):
        return f"It redeems voucher {number!r} that nobody issues."
    held = connection.execute(_HEAD, {"of_terminal": terminal, "of_epoch": epoch}).scalar() or 0
    if (terminal, epoch) == (entry.terminal, entry.epoch):
        held = max(held, entry.seq)
    if seq > held:
        return ""
    return (
        f"It redeems voucher {number!r}, which entry {seq} of journal {epoch} of {terminal} does "
        "not issue."
    )


_HEAD = select(heads.c.seq).where(
    heads.c.terminal == bindparam("of_terminal"), heads.c.epoch == bindparam("of_epoch")
)
