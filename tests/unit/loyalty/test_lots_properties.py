"""Lots under any entries in any order of arrival: they hold the balance, nothing more or less."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from loyalty.clock import epoch_ms
from loyalty.journal import EARN, EXPIRE, REDEEM, REVERSE, Entry
from loyalty.life_cycles import LOT, may_become
from loyalty.lots import Lots, expired, expiring, fold_lots, spendable_lots
from loyalty.programme.terms.wallets import Expiry, Wallet
from tests.unit.loyalty.plain_lots import LATE, plain_lots

WARSAW = ZoneInfo("Europe/Warsaw")
FIRST_MS = epoch_ms(datetime(2028, 2, 20, tzinfo=UTC))
HOUR_MS = 3_600_000
LAST_HOUR = 24 * 60

WALLETS = {
    "a@1": Wallet(),
    "a@2": Wallet(expiry=Expiry(days=5)),
    "a@3": Wallet(pending_days=2, expiry=Expiry(days=9)),
    "a@4": Wallet(expiry=Expiry(inactive_days=4)),
    "a@5": Wallet(pending_days=3, expiry=Expiry(inactive_days=4)),
    "a@6": Wallet(expiry=Expiry(on="02-29")),
    "a@7": Wallet(expiry=Expiry(inactive_days=6)),
}


def payloads(length: int) -> st.SearchStrategy[dict[str, Any]]:
    of = st.tuples(st.sampled_from(["T1", "T2"]), st.just(1), st.integers(1, length)).map(list)
    return st.fixed_dictionaries(
        {},
        optional={
            "of": of,
            "points_back": st.integers(0, 30),
            "revoked_points": st.integers(0, 30),
            "paid_minor": st.just(1),
        },
    )


@st.composite
def accounts(draw: st.DrawFn, plain: bool = False) -> list[Entry]:
    """Entries of one account from two tills, whose clocks may go back."""
    length = draw(st.integers(1, 25))
    entries = []
    hours = draw(st.lists(st.integers(0, LAST_HOUR), min_size=length, max_size=length))
    for place, hour in enumerate(sorted(hours) if plain else hours):
        kinds = ["event", EARN, REDEEM] if plain else ["event", EARN, REDEEM, REVERSE, EXPIRE]
        kind = draw(st.sampled_from(kinds))
        size = draw(st.integers(0, 30))
        points = size if kind in ("event", EARN) else -size
        if kind == REVERSE:
            points = draw(st.integers(-30, 30))
        entries.append(
            Entry(
                terminal="T1" if plain else draw(st.sampled_from(["T1", "T2"])),
                epoch=1,
                seq=place + 1,
                kind=kind,
                member="M",
                points=points,
                amount_minor=100 if kind == EARN else 0,
                receipt=draw(st.sampled_from(["R1", "R2", "R3"])),
                programme=draw(st.sampled_from(sorted(WALLETS))),
                occurred_at_ms=FIRST_MS + hour * HOUR_MS,
                recorded_at_ms=0,
                payload={} if plain else draw(payloads(length)),
            )
        )
    return entries


def folded(entries: list[Entry]) -> Lots:
    return fold_lots("M", entries, WALLETS.__getitem__, WARSAW)


@given(accounts())
def test_lots_less_the_debt_are_the_balance(entries: list[Entry]) -> None:
    lots = folded(entries)
    assert lots.balance == sum(entry.points for entry in entries)
    assert lots.debt >= 0
    assert all(0 <= lot.points_left <= lot.points for lot in lots.lots)
    assert all(0 <= lot.points_expired <= lot.points - lot.points_left for lot in lots.lots)
    assert lots.debt == 0 or all(lot.points_left == 0 for lot in lots.lots)
    assert all(over > 0 for _, over in lots.over_expired)


@given(accounts(), st.randoms(use_true_random=False))
def test_lots_are_the_same_in_whatever_order_entries_arrive(
    entries: list[Entry], dice: Any
) -> None:
    shuffled = entries.copy()
    dice.shuffle(shuffled)
    assert folded(shuffled) == folded(entries)


@given(accounts(plain=True))
@settings(max_examples=300)
def test_the_queues_come_to_what_looking_at_every_lot_comes_to(entries: list[Entry]) -> None:
    lots, plain = folded(entries), plain_lots(entries, WALLETS.__getitem__, WARSAW)
    assert lots.debt == plain.debt
    assert [
        (lot.points, lot.points_left, lot.available_at_ms, lot.expires_at_ms or LATE)
        for lot in lots.lots
    ] == [(lot.points, lot.left, lot.available_ms, lot.last_ms) for lot in plain.lots]


@given(accounts(), st.integers(0, LAST_HOUR + 24 * 20), st.integers(0, 24 * 10))
def test_every_lot_with_points_is_pending_or_spendable_or_gone(
    entries: list[Entry], hour: int, hours_ahead: int
) -> None:
    lots = folded(entries).lots
    now_ms = FIRST_MS + hour * HOUR_MS
    until_ms = now_ms + hours_ahead * HOUR_MS
    spendable, gone = spendable_lots(lots, now_ms), expired(lots, now_ms)
    pending = [lot for lot in lots if lot.state(now_ms) == "pending"]
    with_points = [lot for lot in lots if lot.points_left]
    assert sorted(lot.source for lot in (*spendable, *gone, *pending)) == sorted(
        lot.source for lot in with_points
    )
    soon = {lot.source for lot in expiring(lots, now_ms, until_ms)}
    gone_then = {lot.source for lot in expired(lots, until_ms)}
    assert soon == gone_then - {lot.source for lot in gone}


@given(accounts())
def test_a_lot_goes_through_its_life_by_the_table(entries: list[Entry]) -> None:
    in_order = sorted(entries, key=lambda one: (one.occurred_at_ms, one.terminal, one.seq))
    states: dict[tuple[Any, ...], str] = {}
    for place, entry in enumerate(in_order):
        for lot in folded(in_order[: place + 1]).lots:
            state = lot.state(entry.occurred_at_ms)
            before = states.get((lot.source, lot.opened_at_ms), state)
            assert state == before or may_become(LOT, before, state), (before, state)
            states[(lot.source, lot.opened_at_ms)] = state


@given(accounts(), st.integers(0, 30))
def test_a_sale_and_its_whole_return_leave_no_trace(entries: list[Entry], points: int) -> None:
    last_ms = FIRST_MS + (LAST_HOUR + 1) * HOUR_MS
    sale = replace(
        entries[0],
        terminal="T3",
        seq=1,
        kind=EARN,
        points=points,
        amount_minor=0,
        occurred_at_ms=last_ms,
        payload={},
    )
    back = replace(sale, seq=2, kind=REVERSE, points=-points, payload={"of": ["T3", 1, 1]})
    before, after = folded(entries), folded([*entries, sale, back])
    assert after.debt == before.debt
    left = {lot.source: lot.points_left for lot in after.lots if lot.source[0] != "T3"}
    assert left == {lot.source: lot.points_left for lot in before.lots}
    assert all(lot.points_left == 0 for lot in after.lots if lot.source[0] == "T3")


@given(accounts(), st.integers(1, 24 * 40))
def test_what_is_gone_is_booked_to_the_point(entries: list[Entry], hours: int) -> None:
    now_ms = FIRST_MS + (LAST_HOUR + hours) * HOUR_MS
    before = folded(entries)
    gone = expired(before.lots, now_ms)
    booked = [
        replace(
            entries[0],
            terminal="HO",
            seq=place + 1,
            kind=EXPIRE,
            points=-lot.points_left,
            occurred_at_ms=now_ms,
            payload={"of": list(lot.source)},
        )
        for place, lot in enumerate(gone)
    ]
    after = folded([*entries, *booked])
    assert expired(after.lots, now_ms) == []
    assert after.balance == before.balance - sum(lot.points_left for lot in gone)
    assert after.over_expired == before.over_expired
