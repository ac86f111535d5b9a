"""Points that tills gave for what happened: what an event is worth, whom it surprises, how often.

Two tills that have not heard of each other may give a member the same event. It counts, because
the member was told; a case names it.
"""

from collections.abc import Callable, Sequence
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, bindparam, select

from loyalty.accounts import member_of
from loyalty.clock import from_epoch_ms
from loyalty.journal import EVENT, Entry, decode_entry
from loyalty.programme.catalogue import reward_named
from loyalty.programme.document import Programme
from loyalty.programme.events import had_enough
from loyalty.programme.lotteries import TICKET
from loyalty.programme.referrals import FRIEND, REFERRER, SIDE, referred_key
from loyalty.programme.surprises import is_chosen
from loyalty.sums import added, sums_in
from sync_server.store.cases import EVENT_TOO_OFTEN, NEVER_BROUGHT, Case
from sync_server.store.payloads import first_place
from sync_server.store.settings import OFFICE
from sync_server.store.sums import sums_of
from sync_server.store.tables import entries
from sync_server.store.texts import is_plain

FindProgramme = Callable[[Connection, str], Programme | None]


def event_difference(entry: Entry, programme: Programme) -> str:
    """How the points of an event's entry are not what `programme` gives for it, or nothing."""
    name = entry.payload.get("event")
    if TICKET in entry.payload:
        return _prize_difference(entry, programme)
    event = next((one for one in programme.event if one.name == name), None)
    surprise = next((one for one in programme.surprise if one.name == name), None)
    if surprise is not None:
        if not is_chosen(surprise.seed, surprise.in_how_many, entry.terminal, entry.receipt):
            return f"it gives the surprise {name}, which this sale does not get"
        points, wallet = surprise.points, surprise.wallet
    elif event is not None:
        points, wallet = event.points, event.wallet
    else:
        return f"it gives points for {name!r}, which the programme does not know"
    side = entry.payload.get(SIDE)
    if event is not None and (event.on == "referral") != (side in (FRIEND, REFERRER)):
        return f"it does not say whose side of {name} it is, or of what is none"
    if event is not None and side == FRIEND:
        points = event.friend_points
    if entry.member != programme.account_of(member_of(entry.member), wallet):
        return f"it gives {name} into another wallet than the programme has it"
    return "" if points == entry.points else f"promised {entry.points} points, computed {points}"


def _prize_difference(entry: Entry, programme: Programme) -> str:
    """How the points of what was won in a draw are not what its reward costs, or nothing."""
    name = entry.payload.get("event")
    lottery = next((one for one in programme.lottery if one.name == name), None)
    reward = reward_named(programme, lottery.reward) if lottery else None
    if reward is None:
        return f"it gives what is won in {name!r}, which the programme does not know"
    if entry.terminal != OFFICE:
        return f"it gives what is won in {name}, as head office alone does"
    if reward.cost == entry.points:
        return ""
    return f"promised {entry.points} points, computed {reward.cost}"


def event_cases(
    connection: Connection, arrived: Sequence[Entry], programme_of: FindProgramme, zone: ZoneInfo
) -> list[Case]:
    """A case for each event among `arrived` that its member had as often as may be before; asked
    when their sums are counted in."""
    gifts = [entry for entry in arrived if entry.kind == EVENT]
    if not gifts:
        return []
    totals = sums_of(connection, {entry.member for entry in gifts})
    found = _repeated(connection, gifts)
    for entry in gifts:
        programme = programme_of(connection, entry.programme)
        events = {event.name: event for event in programme.event} if programme else {}
        event = events.get(str(entry.payload.get("event")))
        if event is None:
            continue
        side = entry.payload.get(SIDE)
        if side in (FRIEND, REFERRER) and not _was_brought(connection, entry):
            found.append(_never_brought(entry))
        own = {key: -value for key, value in sums_in(entry).items()}
        before = added(totals.get(entry.member, {}), own)
        at = from_epoch_ms(entry.occurred_at_ms).astimezone(zone)
        if side == FRIEND:
            is_too_often = any(before.get(key, 0) > 0 for key in own)
        else:
            is_too_often = had_enough(event, at, before) is not None
        if is_too_often:
            found.append(_too_often(entry, event.name))
    return found


def _repeated(connection: Connection, gifts: Sequence[Entry]) -> list[Case]:
    """A case for each of `gifts` of one journal that its receipt had given before: what happens
    gives each of its events once. One that was written again in another journal is the same; what
    was won in a draw is by its ticket."""
    asked = {
        "members": sorted({entry.member for entry in gifts}),
        "of_terminal": gifts[0].terminal,
        "receipts": sorted({entry.receipt for entry in gifts}),
    }
    held = [decode_entry(row.body) for row in connection.execute(_OF_RECEIPTS, asked)]
    first: dict[tuple[str, str, str], tuple[int, int]] = {}
    for entry in sorted(held, key=first_place):
        first.setdefault(_given_as(entry), first_place(entry))
    return [
        _too_often(entry, str(entry.payload.get("event")), "this receipt gives it once")
        for entry in gifts
        if TICKET not in entry.payload and first[_given_as(entry)] != first_place(entry)
    ]


def _given_as(entry: Entry) -> tuple[str, str, str]:
    """Whom an entry gives what, and in which receipt."""
    name, side = entry.payload.get("event"), entry.payload.get(SIDE, "")
    return (entry.member, entry.receipt, f"{name} {side}")


def _was_brought(connection: Connection, entry: Entry) -> bool:
    """Whether the books know that the friend of a referral was brought by whom it names."""
    friend, referrer = str(entry.payload.get(FRIEND)), str(entry.payload.get(REFERRER))
    if not is_plain(friend, referrer):
        return False
    return sums_of(connection, {friend}).get(friend, {}).get(referred_key(referrer), 0) > 0


def _never_brought(entry: Entry) -> Case:
    return Case(
        case_id=f"{NEVER_BROUGHT}:{entry.terminal}:{entry.epoch}:{entry.seq}",
        kind=NEVER_BROUGHT,
        terminal=entry.terminal,
        epoch=entry.epoch,
        seq=entry.seq,
        member_id=entry.member,
        detail=f"Receipt {entry.receipt}: it pays for a friend whom, as far as the books know, "
        "nobody brought, or somebody else.",
    )


def _too_often(entry: Entry, name: str, why: str = "") -> Case:
    return Case(
        case_id=f"{EVENT_TOO_OFTEN}:{entry.terminal}:{entry.epoch}:{entry.seq}",
        kind=EVENT_TOO_OFTEN,
        terminal=entry.terminal,
        epoch=entry.epoch,
        seq=entry.seq,
        member_id=entry.member,
        detail=f"Receipt {entry.receipt}: the member had {name[:40]} as often as may be before"
        + (f": {why}." if why else "."),
    )


_OF_RECEIPTS = select(entries.c.body).where(
    entries.c.member.in_(bindparam("members", expanding=True)),
    entries.c.terminal == bindparam("of_terminal"),
    entries.c.kind == EVENT,
    entries.c.receipt.in_(bindparam("receipts", expanding=True)),
)
