"""What head office tells, recorded: members, balances, vouchers, notices, goods, programme."""

import sqlite3
from collections.abc import Sequence

from loyalty.errors import ProgrammeInvalid
from loyalty.programme.document import load_programme
from loyalty.wire import (
    BalanceChange,
    Change,
    MemberChange,
    NoticeChange,
    ProductChange,
    ProgrammeChange,
    TerminalChange,
    UnknownChange,
    VoucherChange,
)
from terminal_app.store import ledger, lookups, members, rights, settings, vouchers


def apply_changes(
    connection: sqlite3.Connection, changes: Sequence[Change], own_journal: str
) -> None:
    """Record `changes`, told to the till that writes `own_journal`, inside a transaction.

    What a newer head office tells that this version does not know is passed over: after an
    update of the till everything is told again.
    """
    balances = [change for change in changes if isinstance(change, BalanceChange)]
    ledger.put_others(connection, balances)
    rights.put_pools(connection, balances)
    for change in changes:
        match change:
            case BalanceChange() | UnknownChange():
                pass
            case MemberChange(member):
                members.put_member(connection, member)
                lookups.close(connection, member.card)
            case VoucherChange():
                vouchers.put_told(connection, change, own_journal)
            case NoticeChange(notice_id, member_id, texts):
                members.put_notice(connection, notice_id, member_id, texts)
            case TerminalChange(terminal, branch, public_keys, branch_name):
                members.put_terminal(connection, terminal, branch, dict(public_keys), branch_name)
            case ProductChange(code, description, price_minor):
                members.put_product(connection, code, description, price_minor)
            case ProgrammeChange(document):
                _apply_programme(connection, document)


def forget_told(connection: sqlite3.Connection) -> None:
    """Forget what was told of balances and rights, before all of it is told from the start."""
    ledger.forget(connection, ledger.OTHERS)
    rights.forget_pools(connection)


def _apply_programme(connection: sqlite3.Connection, document: str) -> None:
    try:
        load_programme(document, "the programme that head office published")
    except ProgrammeInvalid:
        # A newer head office may publish what this version cannot read: the till keeps the
        # programme it has, its entries name that version, and head office lists the difference.
        return
    settings.write_programme_document(connection, document)
