"""What a till promised, computed again from the receipt's lines under the programme it names."""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from loyalty.journal import EARN, EVENT, REDEEM, REVERSE, Entry
from loyalty.programme.document import Programme
from loyalty.programme.paying import PointsPaid, paid_with_points
from loyalty.programme.sale_facts import MAX_FIGURE, PAID_MINOR, WALLETS
from loyalty.sums import SUMS
from sync_server.reconcile.recomputed import Given, given_by
from sync_server.store.cases import PROGRAMME_UNKNOWN, Case, differs_case
from sync_server.store.lines import UNREADABLE, total_of
from sync_server.store.programmes import find_programme
from sync_server.terminals.claim_book import claim_difference, is_of_catalogue
from sync_server.terminals.event_book import event_difference
from sync_server.terminals.gift_book import gift_difference, is_sold_card
from sync_server.terminals.return_book import is_by_item, return_cases, return_difference
from sync_server.terminals.reward_book import is_of_reward, reward_difference

MAX_PROGRAMMES_KEPT = 64


class Promises:
    """Checks awards; keeps the programmes it loaded, which never change under their label."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._programmes: dict[str, Programme] = {}

    def check(self, connection: Connection, entries: Iterable[Entry]) -> Sequence[Case]:
        """A case for each entry whose points or amount are not what its lines come to."""
        found = []
        for entry in entries:
            if not is_promise(entry):
                continue
            programme = self.programme(connection, entry.programme)
            if programme is None:
                found.append(_unknown(entry))
                continue
            if is_of_catalogue(entry):
                known = partial(self.programme, connection)
                difference = claim_difference(connection, entry, programme, known, self._zone)
            elif is_by_item(entry):
                found += return_cases(connection, entry, programme, self._zone)
                difference = return_difference(connection, entry, programme, self._zone)
            else:
                difference = promise_difference(entry, programme, self._zone)
            if difference:
                found.append(differs_case(entry, difference))
        return found

    def programme(self, connection: Connection, label: str) -> Programme | None:
        """The programme that entries call `label`; None when it never was in force here."""
        known = self._programmes.get(label)
        if known is None:
            known = find_programme(connection, label)
            if known is not None and len(self._programmes) < MAX_PROGRAMMES_KEPT:
                self._programmes[label] = known
        return known


def is_promise(entry: Entry) -> bool:
    """Whether `entry` says what by a programme something is worth."""
    return (
        entry.kind in (EARN, REVERSE, EVENT)
        or (entry.kind == REDEEM and PAID_MINOR in entry.payload)
        or is_of_catalogue(entry)
        or is_of_reward(entry)
        or is_sold_card(entry)
    )


def promise_difference(entry: Entry, programme: Programme, zone: ZoneInfo) -> str:
    """How an entry that `is_promise` differs from its own lines, or nothing; `zone` is the shop's.
    A return by item goes by its sale: see `sync_server.terminals.return_book`; rewards of the
    catalogue have `sync_server.terminals.claim_book`.

    It is computed with what the till knew as it sold: whether that was all there was to know is
    asked by `sync_server.terminals.stale_standings`.
    """
    if entry.kind == REDEEM:
        return _payment_difference(entry, programme)
    if entry.kind == EVENT:
        return event_difference(entry, programme)
    if is_of_reward(entry):
        return reward_difference(entry, programme, zone)
    if is_sold_card(entry):
        return gift_difference(entry, programme, zone)
    total_minor = total_of(entry)
    if total_minor is None:
        return UNREADABLE
    sign = 1 if entry.kind == EARN else -1
    if sign * total_minor != entry.amount_minor:
        return f"amount {entry.amount_minor}, its lines sum to {sign * total_minor}"
    given = given_by(programme, entry, total_minor, zone)
    if given is None:
        return UNREADABLE
    difference = _points_difference(entry, given.points)
    if difference or not entry.member:
        return difference
    return _beside_points(entry, given)


def _beside_points(entry: Entry, given: Given) -> str:
    """How the discount and the sums differ from those computed anew."""
    discount_minor = entry.payload.get("discount_minor", 0)
    if given.discount_minor != discount_minor:
        return f"discount {discount_minor}, computed {given.discount_minor}"
    wallets = entry.payload.get(WALLETS, {})
    if given.wallets != wallets:
        return f"it gives other wallets {_told(wallets)}, computed {_told(given.wallets)}"
    sums = entry.payload.get(SUMS, {})
    if given.sums != sums:
        return f"it counts {_told(sums)} of its member, computed {_told(given.sums)}"
    return ""


def _payment_difference(entry: Entry, programme: Programme) -> str:
    """How points that paid for a part of a sale are worth something else. What is due and what the
    member has is not asked here, so they may pay any amount."""
    paid_minor = entry.payload[PAID_MINOR]
    computed = paid_with_points(programme, -entry.points, -entry.points, MAX_FIGURE)
    worth_minor = computed.paid_minor if isinstance(computed, PointsPaid) else 0
    if paid_minor == worth_minor:
        return ""
    return f"{-entry.points} points paid {paid_minor!r}, they are worth {worth_minor}"


def _points_difference(entry: Entry, points: int) -> str:
    return "" if points == entry.points else f"promised {entry.points} points, computed {points}"


def _told(sums: Mapping[str, int]) -> str:
    return ", ".join(f"{key} {value}" for key, value in sorted(sums.items())) or "nothing"


def _unknown(entry: Entry) -> Case:
    return Case(
        case_id=f"{PROGRAMME_UNKNOWN}:{entry.terminal}:{entry.programme}",
        kind=PROGRAMME_UNKNOWN,
        terminal=entry.terminal,
        epoch=entry.epoch,
        seq=entry.seq,
        detail=f"Head office holds no programme {entry.programme!r} to compute awards with.",
    )
