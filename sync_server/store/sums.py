"""What was counted of members over time, as the books keep it: a part of each journal's own."""

from collections.abc import Collection, Iterable, Iterator, Mapping

import msgspec
from sqlalchemy import Connection, select

from loyalty.sums import added, packed, unpacked
from sync_server.store.bulk import Rows
from sync_server.store.keyed import among, rows_of
from sync_server.store.tables import sums


class Part(msgspec.Struct, frozen=True):
    """What one journal counted of one member."""

    member_id: str
    terminal: str
    epoch: int
    counted: Mapping[str, int]


def parts_of(connection: Connection, members: Collection[str]) -> Iterator[Part]:
    """Every journal's part in what was counted of `members`."""
    for member, terminal, epoch, counted in rows_of(connection, _PARTS, {"keys": members}):
        yield Part(member, terminal, epoch, unpacked(bytes(counted)))


def sums_of(connection: Connection, members: Collection[str]) -> dict[str, dict[str, int]]:
    """What all journals together counted of each of `members`; of whom nothing is counted is left
    out."""
    totals: dict[str, dict[str, int]] = {}
    for part in parts_of(connection, members):
        totals[part.member_id] = added(totals.get(part.member_id, {}), part.counted)
    return totals


def put_parts(connection: Connection, parts: Iterable[Part]) -> None:
    """Write `parts` whole; in a writing transaction."""
    rows = [(part.member_id, part.terminal, part.epoch, packed(part.counted)) for part in parts]
    _ROWS.put(connection, rows)


_PARTS = select(sums.c.member_id, sums.c.terminal, sums.c.epoch, sums.c.counted).where(
    among(sums.c.member_id)
)
_ROWS = Rows(sums, ("member_id", "terminal", "epoch", "counted"), replaced=("counted",))
