"""What happened once counts once, under whatever number of whichever journal it came first.

A till whose journal parts from the one that is held writes what is hidden again in a journal of
its own. Where books were put back, copies of a till come anew, and perhaps in another order: the
branch that was hidden may be the one that is held now, and then both the entry and the one that
was written again for it arrive. Neither till can know of it; whoever comes second does not count.

A journal that somebody took entries out of and sealed anew is such a branch as well: what stood
behind them is written again under numbers that were never its own. It is known by its receipt, when
all of that says the same.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
from msgspec.structs import replace
from sqlalchemy import Connection, Select, Text, bindparam, cast, select

from loyalty.errors import EntryInvalid
from loyalty.journal import RIGHTS_GRANT, RIGHTS_RELEASE, Entry, decode_entry, encode_entry
from loyalty.wire import COUNTS_ALREADY
from sync_server.store.keyed import among, rows_of
from sync_server.store.tables import entries, journals

_SALVAGED = "salvaged"
_IN_BODY = _SALVAGED.encode()
_MAX_NUMBER = 2**63 - 1
_Place = tuple[int, int]

NEARBY = 1_000
"""How many entries may have been taken out, or put in, before a receipt is not found any more."""

MAX_NEARBY = 10_000
"""How many entries at most are read about those that a frame names. A till names such as stood
together; for one that names some all over a journal, what stands about them is left unread."""

ROWS_AT_ONCE = 32
"""How many bodies are in memory, of what is read to compare with: they may be large ones."""


class _Said(msgspec.Struct, frozen=True):
    """What an entry says, wherever it stands; the place where it does, and where it stood first."""

    place: _Place
    first: _Place
    receipt: str
    what: bytes


class _Alike(msgspec.Struct, frozen=True):
    """What is held of that which arrived, and no more than that much.

    `places` are by where it stood first, and what it says; `parts` by what is said alone, wherever
    it stood. `others` are receipts of which something else is held as well.
    """

    places: dict[tuple[_Place, bytes], _Place]
    parts: dict[bytes, _Said]
    others: set[str]


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
    here = [_said(entry) for entry in may_be]
    held = _alike(_held(connection, may_be), here)
    doubled = {}
    for one in here:
        place = held.places.setdefault((one.first, one.what), one.place)
        if place != one.place:
            doubled[one.place[1]] = _counts_already(place)
    fresh = [one for one in here if one.place[1] not in doubled]
    return doubled | _receipts_before(fresh, held)


def _alike(held: Iterable[_Said], here: Sequence[_Said]) -> _Alike:
    """What of `held` says what something `here` does, or is of a receipt of it."""
    firsts = {(one.first, one.what) for one in here}
    whats = {one.what for one in here}
    receipts = {one.receipt for one in here}
    alike = _Alike({}, {}, set())
    for one in held:
        if (one.first, one.what) in firsts:
            alike.places[one.first, one.what] = one.place
        if one.what in whats:
            alike.parts[one.what] = one
        elif one.receipt in receipts:
            alike.others.add(one.receipt)
    return alike


def _receipts_before(arrived: Sequence[_Said], held: _Alike) -> dict[int, str]:
    """Why entries of whole receipts that count already do not, under whatever number they stood.

    Between what a till wrote and what was written again; a receipt of which anything differs, as
    the number of a voucher does when it is given anew, is another one.
    """
    theirs, ours = _by_receipt(held.parts.values()), _by_receipt(arrived)
    doubled = {}
    for receipt in (theirs.keys() & ours.keys()) - held.others:
        there, here = theirs[receipt], ours[receipt]
        is_again = any(one.first != one.place for one in (*there.values(), *here.values()))
        if is_again and there.keys() == here.keys():
            for what, one in here.items():
                doubled[one.place[1]] = _counts_already(there[what].place)
    return doubled


def _by_receipt(found: Iterable[_Said]) -> dict[str, dict[bytes, _Said]]:
    """What each receipt says, wherever it stands."""
    receipts: dict[str, dict[bytes, _Said]] = {}
    for one in found:
        if one.receipt:
            receipts.setdefault(one.receipt, {})[one.what] = one
    return receipts


def _counts_already(place: _Place) -> str:
    return f"{COUNTS_ALREADY}, as entry {place[1]} of journal {place[0]}"


def _held(connection: Connection, arrived: Sequence[Entry]) -> Iterator[_Said]:
    """Entries that count and may be the same as one that arrived: about where those stood first,
    and what was written again in later journals."""
    asked: dict[str, object] = {"of_terminal": arrived[0].terminal}
    first = [_stood_at(entry) for entry in arrived]
    for epoch, first_seq, last_seq in spans_about(
        place for place in first if place[0] != arrived[0].epoch
    ):
        span = {"of_epoch": epoch, "first_seq": first_seq, "last_seq": last_seq}
        yield from _read(connection, _AT_PLACES, asked | span)
    moments = {entry.occurred_at_ms for entry in arrived}
    span = {"of_epoch": min(first)[0], "from_ms": min(moments), "to_ms": max(moments)}
    asked |= span | {"moments": [str(moment_ms) for moment_ms in sorted(moments)]}
    yield from _read(connection, _WRITTEN_LATER, asked, _IN_BODY)


def spans_about(places: Iterable[_Place]) -> list[tuple[int, int, int]]:
    """The journal and the first and last number of all that is to be read about `places`.

    What is NEARBY each of them, and they alone where that is more than MAX_NEARBY.
    """
    ordered = sorted(set(places))
    spans = _spans(ordered, NEARBY)
    if sum(last - first + 1 for _, first, last in spans) > MAX_NEARBY:
        spans = _spans(ordered, 0)
    return spans


def _spans(ordered: Sequence[_Place], around: int) -> list[tuple[int, int, int]]:
    spans: list[tuple[int, int, int]] = []
    for epoch, seq in ordered:
        first_seq, last_seq = max(1, seq - around), min(_MAX_NUMBER, seq + around)
        if spans and spans[-1][0] == epoch and first_seq <= spans[-1][2] + 1:
            first_seq = spans.pop()[1]
        spans.append((epoch, first_seq, last_seq))
    return spans


def _read(
    connection: Connection, statement: Select[Any], asked: Mapping[str, object], marked: bytes = b""
) -> Iterator[_Said]:
    """What the entries say that `statement` gives, of those in whose bytes `marked` stands."""
    at_once = {"yield_per": ROWS_AT_ONCE}
    with connection.execute(statement, asked, execution_options=at_once) as found:
        for epoch, seq, receipt, body in found:
            if marked not in body:
                continue
            try:
                entry = decode_entry(body)
            except EntryInvalid:
                # It was read when it arrived; where more is under way it may be too deep.
                yield _Said((epoch, seq), (epoch, seq), receipt, _like_no_other(epoch, seq))
            else:
                yield _said(entry)


def _stood_at(entry: Entry) -> _Place:
    """The journal and number that an entry was written under first."""
    match entry.payload.get(_SALVAGED):
        case [int(epoch), int(seq)] if 0 < epoch <= _MAX_NUMBER and 0 < seq <= _MAX_NUMBER:
            # True is a number here, and is none to PostgreSQL.
            return int(epoch), int(seq)
    return entry.epoch, entry.seq


def _said(entry: Entry) -> _Said:
    place = entry.epoch, entry.seq
    return _Said(place, _stood_at(entry), entry.receipt, _what(entry))


def _what(entry: Entry) -> bytes:
    """What an entry says, without where it stands and stood.

    A till writes an entry again by encoding it. What cannot be encoded, for it is too deep or the
    keys of a map in it are no texts, was never written again and says what no other does.
    """
    payload = {name: value for name, value in entry.payload.items() if name != _SALVAGED}
    nowhere = replace(entry, epoch=0, seq=0, recorded_at_ms=0, elapsed_ms=0, payload=payload)
    try:
        return encode_entry(nowhere)
    except (TypeError, RecursionError):
        return _like_no_other(entry.epoch, entry.seq)


def _like_no_other(epoch: int, seq: int) -> bytes:
    """What stands for the words of an entry that cannot be compared; no entry begins like it."""
    return f"{epoch}/{seq}".encode()


_LATER_JOURNAL = (
    select(journals.c.epoch)
    .where(journals.c.terminal == bindparam("of_terminal"))
    .where(journals.c.epoch > bindparam("of_epoch"))
    .limit(1)
)
_READ = select(entries.c.epoch, entries.c.seq, entries.c.receipt, entries.c.body)
_AT_PLACES = _READ.where(
    entries.c.terminal == bindparam("of_terminal"),
    entries.c.epoch == bindparam("of_epoch"),
    entries.c.seq.between(bindparam("first_seq"), bindparam("last_seq")),
)
_WRITTEN_LATER = _READ.where(
    entries.c.terminal == bindparam("of_terminal"),
    entries.c.epoch > bindparam("of_epoch"),
    entries.c.occurred_at_ms.between(bindparam("from_ms"), bindparam("to_ms")),
    among(cast(entries.c.occurred_at_ms, Text), "moments"),
)
