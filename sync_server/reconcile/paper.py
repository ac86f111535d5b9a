"""Vouchers in the books against the entries that issued and redeemed them."""

from collections.abc import Iterator, Mapping

import msgspec
from sqlalchemy import Connection, Row, select

from loyalty.identifiers import voucher_epoch, voucher_issuer, voucher_seq
from loyalty.journal import (
    RIGHTS_GRANT,
    RIGHTS_RELEASE,
    VOUCHER_ISSUED,
    VOUCHER_REDEEMED,
    Entry,
)
from loyalty.rights import voucher_of
from loyalty.vouchers import REDEEMED
from sync_server.reconcile.fold import Written
from sync_server.reconcile.sums import Finding
from sync_server.store.cases import FORK, STRANGE
from sync_server.store.tables import cases, heads, vouchers

JournalKey = tuple[str, int]
"""Terminal and epoch."""

Issue = tuple[str, str, int, str, int, int]
"""Terminal, member, amount, currency, when it expires and when it was issued."""

Use = tuple[str, int]
"""Terminal and when."""


class Paper(msgspec.Struct):
    """What the entries say of vouchers, by number: each issue, each redemption and where its entry
    stands, and the journals that took the right to it and did not give it back."""

    issues: dict[str, list[Issue]] = {}
    uses: dict[str, list[Use]] = {}
    used_at: dict[str, list[tuple[str, int, int]]] = {}
    holders: dict[str, set[JournalKey]] = {}

    def count(self, entry: Entry, written: Written) -> None:
        """Count the next entry of its journal; `written` are the grants that were given to it."""
        facts = entry.payload
        journal = (entry.terminal, entry.epoch)
        if entry.kind == VOUCHER_ISSUED:
            issue = (
                *(entry.terminal, entry.member),
                *(facts["amount_minor"], facts["currency"], facts["expires_at_ms"]),
                entry.occurred_at_ms,
            )
            self.issues.setdefault(facts["number"], []).append(issue)
            self.holders.setdefault(facts["number"], set()).add(journal)
        elif entry.kind == VOUCHER_REDEEMED:
            use = (entry.terminal, entry.occurred_at_ms)
            self.uses.setdefault(facts["number"], []).append(use)
            self.used_at.setdefault(facts["number"], []).append((*journal, entry.seq))
        elif entry.kind == RIGHTS_GRANT:
            voucher, given = voucher_of(entry), written.get(facts["draw"])
            if voucher and given is not None and given[1] == voucher:
                self.holders.setdefault(voucher, set()).add(journal)
        elif entry.kind == RIGHTS_RELEASE:
            self.holders.get(voucher_of(entry), set()).discard(journal)


def differing_vouchers(connection: Connection, paper: Paper) -> Iterator[Finding]:
    """What of the vouchers is not what their entries say.

    Of two issues or two redemptions the first to arrive stands, so either may be kept.
    """
    left = paper.issues.keys() | paper.uses.keys()
    never_issued = _NeverIssued(connection)
    for row in connection.execute(select(vouchers).order_by(vouchers.c.number)):
        left.discard(row.number)
        where = f"voucher {row.number}"
        issues, uses = paper.issues.get(row.number), paper.uses.get(row.number)
        if issues and _issue(row) not in issues:
            yield Finding(where, "its facts are not those that it was issued with")
        if not issues and row.issued_terminal is not None:
            yield Finding(where, "no entry issues it")
        if bool(uses) != (row.state == REDEEMED):
            yield Finding(where, f"it is kept as {row.state}, its entries say otherwise")
        elif uses and (row.redeemed_terminal, row.redeemed_at_ms) not in uses:
            yield Finding(where, "it was redeemed at another place or time than is kept")
        if uses and not issues and never_issued.is_news(row.number, paper.used_at[row.number]):
            yield Finding(where, "it was redeemed; the entry that it is numbered by issues none")
    for number in sorted(left):
        yield Finding(f"voucher {number}", "it is gone from the books; entries name it")


class _NeverIssued:
    """Which redeemed vouchers cannot be issued any more: their journal is held beyond the entry
    that they are numbered by, and no case has named it.

    Where the journal has a second history the issue may be in that, and come yet.
    """

    def __init__(self, connection: Connection) -> None:
        self._seq_of: Mapping[JournalKey, int] = {
            (row.terminal, row.epoch): row.seq for row in connection.execute(_HEADS)
        }
        named = connection.execute(_NAMED).all()
        self._strange = {(row.terminal, row.epoch, row.seq) for row in named if row.kind == STRANGE}
        self._forked = {(row.terminal, row.epoch) for row in named if row.kind == FORK}

    def is_news(self, number: str, used_at: list[tuple[str, int, int]]) -> bool:
        journal, seq = (voucher_issuer(number), voucher_epoch(number)), voucher_seq(number)
        if journal in self._forked or not self._strange.isdisjoint(used_at):
            return False
        return seq <= self._seq_of.get(journal, 0)


def _issue(row: Row[*tuple[object, ...]]) -> Issue:
    return (
        *(row.issued_terminal, row.member_id, row.amount_minor),
        *(row.currency, row.expires_at_ms, row.issued_at_ms),
    )


_HEADS = select(heads.c.terminal, heads.c.epoch, heads.c.seq)
_NAMED = select(cases.c.terminal, cases.c.epoch, cases.c.seq, cases.c.kind).where(
    cases.c.kind.in_((STRANGE, FORK))
)
