"""Whether the journals of this till are whole: nothing changed, removed, inserted or cut off.

The chain of seals finds what was changed within. What is gone from the end leaves a chain that
holds; it is found by the anchor that moved with every entry, and by head office's signed word on
how far it holds the journal, which nobody at the till can make.
"""

import sqlite3
from collections.abc import Iterator

import msgspec

from loyalty.errors import EntryInvalid
from loyalty.journal import Finding, Sealed, decode_entry, verify_chain
from loyalty.wire import is_signed_head, is_signed_version
from terminal_app.store import epochs, journal, members, settings
from terminal_app.store.programmes import dated_versions
from terminal_app.store.settings import Identity

SIGNING_VERSION = 2
"""The version of the wire from which on head office signs how far it holds a journal."""


def sealed_entries(connection: sqlite3.Connection, identity: Identity) -> Iterator[Sealed]:
    """The journal that this terminal writes now."""
    return journal.walk(connection, identity.epoch)


def journal_findings(connection: sqlite3.Connection, identity: Identity) -> list[Finding]:
    """What is wrong with the journals themselves, their columns and their ends included."""
    own = (*identity.earlier_epochs, identity.epoch)
    findings = [
        Finding(0, f"{count} rows of the journal are of epoch {epoch}, not {identity.epoch}")
        for epoch, count in journal.epochs(connection)
        if epoch not in own
    ]
    for epoch in own:
        said = "" if epoch == identity.epoch else f"in journal {epoch} of this till, "
        findings += [
            Finding(finding.seq, said + finding.what)
            for finding in _findings_of(connection, identity, epoch)
        ]
    try:
        confirmed_seq = settings.read_sync_state(connection).confirmed_seq
    except (msgspec.MsgspecError, ValueError) as fault:
        findings.append(Finding(0, f"where the sync stands cannot be read: {fault}"))
        return findings
    last = journal.last_row(connection, identity.terminal, identity.epoch)
    if confirmed_seq > last.seq:
        what = f"the journal ends here, but head office confirmed up to {confirmed_seq}"
        findings.append(Finding(last.seq, what))
    return findings


def key_findings(connection: sqlite3.Connection, identity: Identity) -> Iterator[Finding]:
    """The key that all tills are told for this one against the key that signs its vouchers.

    Head office's books alone cannot show that somebody wrote another one there.
    """
    told = members.public_key(connection, identity.terminal, identity.epoch)
    if told is not None and told != identity.signing_key.public_key().public_bytes_raw():
        what = "tills are told another key for this one than its vouchers are signed with"
        yield Finding(0, what)


def programme_findings(connection: sqlite3.Connection, identity: Identity) -> Iterator[Finding]:
    """Versions of the programme whose text or start is not what head office signed.

    A till that joined before head office signed has nothing to hold them against.
    """
    if not identity.server_key:
        return
    for version in dated_versions(connection):
        if not is_signed_version(version, identity.server_key):
            yield Finding(0, f"programme {version.label} is not as head office signed it")


def _findings_of(
    connection: sqlite3.Connection, identity: Identity, epoch: int
) -> Iterator[Finding]:
    yield from verify_chain(identity.terminal, epoch, journal.walk(connection, epoch))
    yield from _column_findings(connection, epoch)
    yield from _end_findings(connection, identity, epoch)
    yield from _receipt_findings(connection, identity, epoch)


def _column_findings(connection: sqlite3.Connection, epoch: int) -> Iterator[Finding]:
    for row in journal.looked_up_by(connection, epoch):
        try:
            entry = decode_entry(row.body)
        except EntryInvalid:
            continue  # the chain has named it
        for name, kept, said in (
            ("kind", row.kind, entry.kind),
            ("member_id", row.member_id, entry.member),
            ("receipt", row.receipt, entry.receipt),
        ):
            if kept != said:
                yield Finding(row.seq, f"column {name} is {kept!r}, the entry says {said!r}")


def _end_findings(
    connection: sqlite3.Connection, identity: Identity, epoch: int
) -> Iterator[Finding]:
    """The end of a journal against the anchor that was moved with every entry."""
    anchor = journal.head(connection, identity.terminal, epoch)
    last = journal.last_row(connection, identity.terminal, epoch)
    if last.seq < anchor.seq:
        yield Finding(last.seq, f"the journal ends here, but it was written up to {anchor.seq}")
    elif last.seq > anchor.seq:
        yield Finding(anchor.seq + 1, f"entries up to {last.seq} were put behind the journal's end")
    elif last.seal != anchor.seal:
        yield Finding(last.seq, "it is sealed otherwise than when it was written")


def _must_be_signed(connection: sqlite3.Connection) -> bool:
    """Whether head office's word on the present journal must be there.

    What the first version of the wire confirmed was never signed; nor is a journal that does not
    agree with head office's, until the till has left it.
    """
    state = settings.read_sync_state(connection)
    is_signed_since = state.confirmed_seq > 0 and state.told_version >= SIGNING_VERSION
    return is_signed_since and epochs.read_next(connection) is None


def _receipt_findings(
    connection: sqlite3.Connection, identity: Identity, epoch: int
) -> Iterator[Finding]:
    """A journal against head office's signed word on it."""
    try:
        receipt = epochs.read_receipt(connection, epoch)
        must_be_signed = _must_be_signed(connection)
    except (msgspec.MsgspecError, ValueError) as fault:
        yield Finding(0, f"head office's word on the journal cannot be read: {fault}")
        return
    key = identity.server_key
    if receipt is None:
        if key and epoch == identity.epoch and must_be_signed:
            yield Finding(0, "head office confirmed entries, but its signed word on them is gone")
        return
    if key and not is_signed_head(receipt, identity.terminal, epoch, key):
        yield Finding(receipt.seq, "head office's word on it is not signed by head office")
        return
    seal = journal.seal_at(connection, identity.terminal, epoch, receipt.seq)
    if seal is None:
        last = journal.last_row(connection, identity.terminal, epoch)
        what = f"the journal ends here, but head office signed that it holds entry {receipt.seq}"
        yield Finding(last.seq, what)
    elif seal != receipt.seal:
        yield Finding(receipt.seq, "it or an entry before it is not what head office signed for")
