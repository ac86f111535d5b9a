"""What happened once counts once, under whatever number of whichever journal it came first.

A till whose journal parts from the one that is held writes what is hidden again in a journal of
its own. Where books were put back, copies of a till come anew, and perhaps in another order: the
branch that was hidden may be the one that is held now, and then both the entry and the one that
was written again for it arrive. Neither till can know of it; whoever comes second does not count.

A journal that somebody took entries out of and sealed anew is such a branch as well: what stood
behind them is written again under numbers that were never its own. It is known by its receipt, when
all of that says the same.
"""

from collections.abc import Iterator, Sequence

from msgspec.structs import replace
from sqlalchemy import Connection, bindparam, select

from loyalty.journal import RIGHTS_GRANT, RIGHTS_RELEASE, Entry, decode_entry, encode_entry
from loyalty.wire import COUNTS_ALREADY
from sync_server.store.keyed import rows_of
from sync_server.store.tables import entries, journals

_SALVAGED = "salvaged"
_IN_BODY = _SALVAGED.encode()
_MAX_NUMBER = 2**63 - 1
_Place = tuple[int, int]

NEARBY = 1_000
"""How many entries may have been taken out, or put in, before a receipt is not found any more."""


def counted_before(
    connection: Connection, terminal: str, epoch: int, arrived: Sequence[Entry]
) -> dict[int, str]:
    """Why entries that `arrived` in journal `epoch` of `terminal` do not count, by number: each
    counts already where it stood first, or where it was written again.

    In a transaction that holds the terminal. Most tills have one journal in their life, and are
    asked no more than that.
    """
    may_be = [entry for entry in arrived if entry.kind not in (RIGHTS_GRANT, RIGHTS_RELEASE)]
    asked = {"of_terminal": terminal, "of_epoch": epoch}
    if may_be and not rows_of(connection, _LATER_JOURNAL, asked):
        # Where an entry is that was written again, there is a later journal than its first.
        may_be = [entry for entry in may_be if _SALVAGED in entry.payload]
    if not may_be:
        return {}
    held = list(_held(connection, may_be))
    places = {_what(entry, _stood_at(entry)): (entry.epoch, entry.seq) for entry in held}
    doubled = {}
    for entry in may_be:
        place = places.setdefault(_what(entry, _stood_at(entry)), (entry.epoch, entry.seq))
        if place != (entry.epoch, entry.seq):
            doubled[entry.seq] = _counts_already(place)
    fresh = [entry for entry in may_be if entry.seq not in doubled]
    return doubled | _receipts_before(fresh, held)


def _receipts_before(arrived: Sequence[Entry], held: Sequence[Entry]) -> dict[int, str]:
    """Why entries of whole receipts that count already do not, under whatever number they stood.

    Between what a till wrote and what was written again; a receipt of which anything differs, as
    the number of a voucher does when it is given anew, is another one.
    """
    theirs, ours = _by_receipt(held), _by_receipt(arrived)
    doubled = {}
    for receipt in theirs.keys() & ours.keys():
        there, here = theirs[receipt], ours[receipt]
        is_again = any(
            _stood_at(entry) != (entry.epoch, entry.seq)
            for entry in (*there.values(), *here.values())
        )
        if is_again and there.keys() == here.keys():
            for what, entry in here.items():
                doubled[entry.seq] = _counts_already((there[what].epoch, there[what].seq))
    return doubled


def _by_receipt(found: Sequence[Entry]) -> dict[str, dict[bytes, Entry]]:
    """What each receipt says, wherever it stands."""
    receipts: dict[str, dict[bytes, Entry]] = {}
    for entry in found:
        if entry.receipt:
            receipts.setdefault(entry.receipt, {})[_what(entry, (0, 0))] = entry
    return receipts


def _counts_already(place: _Place) -> str:
    return f"{COUNTS_ALREADY}, as entry {place[1]} of journal {place[0]}"


def _held(connection: Connection, arrived: Sequence[Entry]) -> Iterator[Entry]:
    """Entries that count and may be the same as one that arrived: about where those stood first,
    and what was written again in later journals."""
    terminal = arrived[0].terminal
    first: dict[int, list[int]] = {}
    for entry in arrived:
        epoch, seq = _stood_at(entry)
        first.setdefault(epoch, []).append(seq)
    for epoch, seqs in first.items():
        if epoch == arrived[0].epoch:
            continue
        span = {"of_epoch": epoch, "first_seq": min(seqs) - NEARBY, "last_seq": max(seqs) + NEARBY}
        for row in connection.execute(_AT_PLACES, {"of_terminal": terminal, **span}):
            yield decode_entry(row.body)
    moments = {entry.occurred_at_ms for entry in arrived}
    span = {"of_epoch": min(first), "from_ms": min(moments), "to_ms": max(moments)}
    for row in connection.execute(_WRITTEN_LATER, {"of_terminal": terminal, **span}):
        if row.occurred_at_ms in moments and _IN_BODY in row.body:
            yield decode_entry(row.body)


def _stood_at(entry: Entry) -> _Place:
    """The journal and number that an entry was written under first."""
    match entry.payload.get(_SALVAGED):
        case [int(epoch), int(seq)] if 0 < epoch <= _MAX_NUMBER and 0 < seq <= _MAX_NUMBER:
            return epoch, seq
    return entry.epoch, entry.seq


def _what(entry: Entry, place: _Place) -> bytes:
    """What an entry says, as if it stood at `place`: two branches have other things at one."""
    epoch, seq = place
    payload = {name: value for name, value in entry.payload.items() if name != _SALVAGED}
    return encode_entry(
        replace(entry, epoch=epoch, seq=seq, recorded_at_ms=0, elapsed_ms=0, payload=payload)
    )


_LATER_JOURNAL = (
    select(journals.c.epoch)
    .where(journals.c.terminal == bindparam("of_terminal"))
    .where(journals.c.epoch > bindparam("of_epoch"))
    .limit(1)
)
_AT_PLACES = select(entries.c.body).where(
    entries.c.terminal == bindparam("of_terminal"),
    entries.c.epoch == bindparam("of_epoch"),
    entries.c.seq.between(bindparam("first_seq"), bindparam("last_seq")),
)
_WRITTEN_LATER = select(entries.c.body, entries.c.occurred_at_ms).where(
    entries.c.terminal == bindparam("of_terminal"),
    entries.c.epoch > bindparam("of_epoch"),
    entries.c.occurred_at_ms.between(bindparam("from_ms"), bindparam("to_ms")),
)
