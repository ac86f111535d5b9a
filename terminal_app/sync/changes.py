"""What head office tells, recorded: members, balances, vouchers, notices, goods, programme."""

import sqlite3
from collections.abc import Sequence

import structlog

from loyalty.errors import ProgrammeInvalid
from loyalty.wire import (
    BalanceChange,
    Change,
    MemberChange,
    NoticeChange,
    ProductChange,
    ProgrammeChange,
    ProgrammeVersion,
    SumsChange,
    TerminalChange,
    UnknownChange,
    VoucherChange,
    is_signed_version,
)
from terminal_app.store import ledger, lookups, members, settings, sums, vouchers
from terminal_app.store.programmes import hears_versions, keep_programme, withdraw_programme
from terminal_app.store.snapshot import end_starting

MAX_DOCUMENT_LOGGED = 60

log = structlog.get_logger(__name__)


def apply_changes(
    connection: sqlite3.Connection, changes: Sequence[Change], own_journal: str
) -> None:
    """Record `changes`, told to the till that writes `own_journal`, inside a transaction.

    What a newer head office tells that this version does not know is passed over: after an
    update of the till everything is told again.
    """
    balances = [change for change in changes if isinstance(change, BalanceChange)]
    ledger.put_told(connection, balances)
    sums.put_told(connection, [change for change in changes if isinstance(change, SumsChange)])
    people = [change.member for change in changes if isinstance(change, MemberChange)]
    members.put_members(connection, people)
    lookups.close(connection, [member.card for member in people])
    for change in changes:
        match change:
            case BalanceChange() | MemberChange() | SumsChange() | UnknownChange():
                pass
            case VoucherChange():
                vouchers.put_told(connection, change, own_journal)
            case NoticeChange(notice_id, member_id, texts):
                members.put_notice(connection, notice_id, member_id, texts)
            case TerminalChange(terminal, branch, public_keys, branch_name):
                members.put_terminal(connection, terminal, branch, dict(public_keys), branch_name)
            case ProductChange(code, description, price_minor, category, tags):
                members.put_product(connection, code, description, price_minor, category, tags)
            case ProgrammeChange(document):
                _apply_programme(connection, document)
            case ProgrammeVersion():
                _apply_version(connection, change)


def forget_told(connection: sqlite3.Connection) -> None:
    """Forget what was told of balances, sums and rights, before all of it is told from the start.

    A start from a snapshot that is under way has lost its first parts by that, and ends.
    """
    ledger.forget(connection, ledger.OTHERS)
    sums.forget(connection, ledger.OTHERS)
    end_starting(connection)


def _apply_programme(connection: sqlite3.Connection, document: str) -> None:
    """Keep the document in force, as a head office tells it that publishes no versions.

    It is not signed: from one that does, only what it signed counts.
    """
    if hears_versions(connection):
        return
    try:
        keep_programme(connection, document)
    except ProgrammeInvalid as fault:
        _refuse(document[:MAX_DOCUMENT_LOGGED], str(fault))


def _apply_version(connection: sqlite3.Connection, version: ProgrammeVersion) -> None:
    """Keep a version with its start, or have one never start, when head office signed that."""
    server_key = settings.require_identity(connection).server_key
    if server_key and not is_signed_version(version, server_key):
        _refuse(version.label, "it is not signed by the head office of this till")
        return
    if not version.document:
        withdraw_programme(connection, version.label)
        return
    try:
        signature = version.signature if server_key else b""
        keep_programme(connection, version.document, version.starts_at_ms, signature)
    except ProgrammeInvalid as fault:
        _refuse(version.label, str(fault))


def _refuse(programme: str, why: str) -> None:
    """A newer head office may publish what this version cannot read: the till keeps what it has,
    its entries name that version, and head office lists the difference."""
    log.error("programme_refused", programme=programme, why=why)
