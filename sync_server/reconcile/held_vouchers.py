"""Who may take a voucher offline, checked: the right lies where entries and grants left it."""

from collections.abc import Iterator

from sqlalchemy import Connection, select

from loyalty.vouchers import REDEEMED
from sync_server.reconcile.paper import JournalKey, Paper
from sync_server.reconcile.sums import Finding
from sync_server.store.settings import LEAST_EPOCH, read_setting
from sync_server.store.tables import grants, recalls, vouchers


def misheld_vouchers(connection: Connection, paper: Paper) -> Iterator[Finding]:
    """Vouchers whose right is kept where no entry or grant brought it, or away from where one did.

    A journal has the right once it issued the voucher, or was granted it, until it gives it back.
    Who has it otherwise than the books keep it was asked for it, when it was taken back without
    that journal's word. Books that were once put back hear of grants and of issues in any order:
    there it is only asked whether the keeper may be one.
    """
    may_hold = {number: set(journals) for number, journals in paper.holders.items()}
    for untaken in connection.execute(_UNTAKEN):
        may_hold.setdefault(untaken.voucher, set()).add((untaken.terminal, untaken.epoch))
    asked = {(one.voucher, one.terminal, one.epoch) for one in connection.execute(_ASKED)}
    is_whole = read_setting(connection, LEAST_EPOCH, "1") == "1"
    for row in connection.execute(_KEPT):
        where = f"voucher {row.number}"
        keeper = None if row.held_terminal is None else (row.held_terminal, row.held_epoch)
        if row.state == REDEEMED:
            if keeper is not None:
                yield Finding(where, f"it is redeemed, and kept as held by {_said(keeper)}")
            continue
        journals = may_hold.get(row.number, set())
        if keeper is not None and keeper not in journals:
            yield Finding(
                where, f"it is kept as held by {_said(keeper)}, which no entry or grant gave it to"
            )
        is_single = len(paper.issues.get(row.number, ())) <= 1
        if not (is_whole and is_single):
            continue
        for other in sorted(journals - {keeper} if keeper else journals):
            if (row.number, *other) not in asked:
                yield Finding(
                    where,
                    f"{_said(other)} has the right to take it; it is kept as held by "
                    f"{_said(keeper)}",
                )


def _said(journal: JournalKey | None) -> str:
    return "head office" if journal is None else f"journal {journal[0]}, epoch {journal[1]}"


_UNTAKEN = select(grants.c.voucher, grants.c.terminal, grants.c.epoch).where(
    grants.c.voucher != "", grants.c.points > 0, grants.c.taken_at_ms.is_(None)
)
_ASKED = select(recalls.c.voucher, recalls.c.terminal, recalls.c.epoch).where(
    recalls.c.voucher != ""
)
_KEPT = select(
    vouchers.c.number, vouchers.c.state, vouchers.c.held_terminal, vouchers.c.held_epoch
).order_by(vouchers.c.number)
