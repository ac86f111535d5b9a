"""What the books keep as counted of members over time, against what the entries make."""

from collections.abc import Iterator

from sqlalchemy import Connection, select

from loyalty.sums import unpacked
from sync_server.reconcile.fold import Made
from sync_server.reconcile.sums import Finding
from sync_server.store.tables import sums


def differing_counts(connection: Connection, made: Made) -> Iterator[Finding]:
    """What is kept of each member in each journal and is not what its entries count."""
    left = dict(made.counted)
    for row in connection.execute(select(sums)):
        where = f"journal {row.terminal}, epoch {row.epoch}, member {row.member_id}"
        folded = left.pop((row.terminal, row.epoch, row.member_id), {})
        try:
            kept = unpacked(row.counted)
        except ValueError:
            yield Finding(where, "what is counted of them cannot be read")
            continue
        for key in sorted(kept.keys() | folded.keys()):
            if kept.get(key) != folded.get(key):
                what = f"{kept.get(key)} is counted as {key}, the entries make {folded.get(key)}"
                yield Finding(where, what)
    for (terminal, epoch, member), folded in sorted(left.items()):
        where = f"journal {terminal}, epoch {epoch}, member {member}"
        yield Finding(where, f"nothing is counted of them, the entries make {len(folded)} sums")
