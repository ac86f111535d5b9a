"""Which keys of a terminal tills are told: those that a voucher may still come with.

A terminal has few journals in its life. One that begins a new one again and again must not make
every reply to every till longer than a till takes.
"""

from collections.abc import Mapping

from sqlalchemy import Connection, bindparam, select

from loyalty.identifiers import voucher_epoch
from loyalty.vouchers import ISSUED
from loyalty.wire import MAX_JOURNALS_TOLD
from sync_server.store.tables import vouchers

MAX_NEWEST_KEYS = 100
"""Told whether or not a voucher is known: a till may have issued one and not said so yet."""


def told_keys(
    connection: Connection, terminal: str, public_keys: Mapping[int, bytes]
) -> tuple[tuple[int, bytes], ...]:
    """Of `public_keys`, by epoch, those of `terminal` that are told, oldest first.

    The newest MAX_NEWEST_KEYS, and before them those of journals with a voucher that may still be
    taken; never more than one message has room for.
    """
    if len(public_keys) == 1:
        # A chain of a thousand tills tells each of them a thousand.
        return tuple(public_keys.items())
    newest = sorted(public_keys)
    if len(newest) > MAX_NEWEST_KEYS:
        issued = connection.execute(_ISSUED, {"terminal": terminal}).scalars()
        live = {voucher_epoch(number) for number in issued}
        older, newest = newest[:-MAX_NEWEST_KEYS], newest[-MAX_NEWEST_KEYS:]
        newest = [epoch for epoch in older if epoch in live] + newest
    return tuple((epoch, public_keys[epoch]) for epoch in newest[-MAX_JOURNALS_TOLD:])


_ISSUED = select(vouchers.c.number).where(
    vouchers.c.issued_terminal == bindparam("terminal"), vouchers.c.state == ISSUED
)
