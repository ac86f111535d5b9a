"""The tables of head office, the same on SQLite and PostgreSQL.

Moments are milliseconds since 1970 UTC, amounts are minor units, days are ISO dates in the shop's
zone. What is derived from entries (standings, holdings, sums, vouchers, day tallies) is kept as
they arrive, in the transaction that takes them, so that it can never be ahead of or behind them.
"""

from sync_server.store.tables.books import (
    grants,
    holdings,
    member_branches,
    members,
    recalls,
    standings,
    sums,
    vouchers,
)
from sync_server.store.tables.chain import branches, journals, settings, terminals, users
from sync_server.store.tables.columns import metadata
from sync_server.store.tables.ledger import (
    TALLY_COUNTS,
    cases,
    day_tallies,
    entries,
    heads,
    quarantine,
    till_tallies,
)
from sync_server.store.tables.orders import orders, reward_codes
from sync_server.store.tables.outreach import (
    changes,
    counters,
    feed_marks,
    messages,
    notices,
    products,
    programmes,
)

__all__ = [
    "TALLY_COUNTS",
    "branches",
    "cases",
    "changes",
    "counters",
    "day_tallies",
    "entries",
    "feed_marks",
    "grants",
    "heads",
    "holdings",
    "journals",
    "member_branches",
    "members",
    "messages",
    "metadata",
    "notices",
    "orders",
    "products",
    "programmes",
    "quarantine",
    "recalls",
    "reward_codes",
    "settings",
    "standings",
    "sums",
    "terminals",
    "till_tallies",
    "users",
    "vouchers",
]
