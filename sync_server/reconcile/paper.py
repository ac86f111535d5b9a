"""Vouchers in the books against the entries that issued and redeemed them."""

from collections.abc import Iterator

import msgspec
from sqlalchemy import Connection, Row, select

from loyalty.journal import VOUCHER_ISSUED, VOUCHER_REDEEMED, Entry
from loyalty.vouchers import REDEEMED
from sync_server.reconcile.sums import Finding
from sync_server.store.tables import vouchers

Issue = tuple[str, str, int, str, int, int]
"""Terminal, member, amount, currency, when it expires and when it was issued."""

Use = tuple[str, int]
"""Terminal and when."""


class Paper(msgspec.Struct):
    """What the entries say of vouchers, by number: each issue, and each redemption."""

    issues: dict[str, list[Issue]] = {}
    uses: dict[str, list[Use]] = {}

    def count(self, entry: Entry) -> None:
        """Count an entry, of whichever journal and kind."""
        facts = entry.payload
        if entry.kind == VOUCHER_ISSUED:
            issue = (
                *(entry.terminal, entry.member),
                *(facts["amount_minor"], facts["currency"], facts["expires_at_ms"]),
                entry.occurred_at_ms,
            )
            self.issues.setdefault(facts["number"], []).append(issue)
        elif entry.kind == VOUCHER_REDEEMED:
            use = (entry.terminal, entry.occurred_at_ms)
            self.uses.setdefault(facts["number"], []).append(use)


def differing_vouchers(connection: Connection, paper: Paper) -> Iterator[Finding]:
    """What of the vouchers is not what their entries say.

    Of two issues or two redemptions the first to arrive stands, so either may be kept.
    """
    left = paper.issues.keys() | paper.uses.keys()
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
    for number in sorted(left):
        yield Finding(f"voucher {number}", "it is gone from the books; entries name it")


def _issue(row: Row[*tuple[object, ...]]) -> Issue:
    return (
        *(row.issued_terminal, row.member_id, row.amount_minor),
        *(row.currency, row.expires_at_ms, row.issued_at_ms),
    )
