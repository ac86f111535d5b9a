"""However frames are cut, repeated, overlapped and reordered, the books come out the same."""

import random
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from loyalty.wire import Outcome, SyncRequest
from tests.contract.server_core.journals import (
    Journal,
    ShopClock,
    books,
    found_chain,
    hand_in,
    head_office,
)

MEMBERS = ("anna", "boris", "celina", "")
MAX_STEPS = 25

EVENTS = ("enrol", "sale", "return", "reward", "spend", "spend-foreign", "tomorrow", "poison")
steps = st.lists(
    st.tuples(st.sampled_from(EVENTS), st.sampled_from(MEMBERS), st.integers(1, 700)),
    min_size=1,
    max_size=MAX_STEPS,
)
cuts = st.integers(0, 2**32)


def written(journal: Journal, events: list[tuple[str, str, int]], foreign: str) -> Journal:
    """A journal of `events`; `foreign` names vouchers that a till yet to come will issue."""
    own: list[str] = []
    write: dict[str, Callable[[str, int], object]] = {
        "enrol": lambda member, _: journal.enrol(member or "anna", member or "anna"),
        "sale": journal.sale,
        "return": journal.goods_return,
        "reward": lambda member, points: own.append(journal.reward(member or "anna", points)),
        "spend": lambda _, __: journal.spend(own.pop(0)) if own else None,
        "spend-foreign": lambda _, __: journal.spend(f"{foreign}.9.{journal.next_seq}"),
        "tomorrow": lambda member, points: journal.add("birthday", member, points - 350),
        "poison": lambda _, size: journal.spoil(b"\xc1" * size),
    }
    for event, member, size in events:
        write[event](member, size)
    return journal


def schedule(journal: Journal, dice: random.Random) -> list[SyncRequest]:
    """Frames of every kind that bad lines and restarts make, and at last all in order."""
    total = len(journal.bodies)
    frames = []
    for _ in range(dice.randrange(8)):
        first = dice.randint(1, total + 1)
        frames.append(journal.frame(first, dice.randint(0, total + 1 - first)))
    at = 1
    while at <= total:
        count = dice.randint(1, total)
        overlap = dice.randint(0, at - 1)
        frames.append(journal.frame(at - overlap, count + overlap))
        at += count
        if dice.random() < 0.3:
            frames.append(dice.choice(frames))
    return frames


def books_after(engine: Engine, frames: list[SyncRequest], *left_out: str) -> dict[str, object]:
    found_chain(engine)
    taken = hand_in(head_office(engine, ShopClock()), frames)
    assert all(answer.outcome is not Outcome.FORKED for answer in taken)
    return dict(books(engine, *left_out))


shared_store = settings(
    max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@shared_store
@given(events=steps, seed=cuts)
def test_one_journal_in_any_frames(
    store: Engine, events: list[tuple[str, str, int]], seed: int
) -> None:
    journal = written(Journal(), events, "WAW-1")
    in_order = books_after(store, [journal.frame()] if journal.bodies else [])
    in_pieces = books_after(store, schedule(journal, random.Random(seed)))
    assert in_pieces == in_order


@shared_store
@given(first=steps, second=steps, seed=cuts)
def test_two_journals_in_any_order(
    store: Engine,
    first: list[tuple[str, str, int]],
    second: list[tuple[str, str, int]],
    seed: int,
) -> None:
    journals = [written(Journal("KRK-1"), first, "WAW-1"), written(Journal("KRK-2"), second, "X")]
    # Whether points were there yet when they were spent depends on who is heard first.
    in_order = books_after(store, [journal.frame() for journal in journals], "overspent")
    dice = random.Random(seed)
    left = [schedule(journal, dice) for journal in journals]
    mixed = []
    while any(left):
        chosen = dice.choice([frames for frames in left if frames])
        mixed.append(chosen.pop(0))
    assert books_after(store, mixed, "overspent") == in_order


@pytest.mark.parametrize("issue_first", [True, False])
def test_a_voucher_may_be_redeemed_before_its_issue_arrives(
    engine: Engine, *, issue_first: bool
) -> None:
    issuer, other = Journal("KRK-1"), Journal("WAW-1")
    issuer.sale("anna", 500)
    number = issuer.reward("anna")
    other.spend(number)
    frames = [issuer.frame(), other.frame()]
    hand_in(head_office(engine, ShopClock()), frames if issue_first else frames[::-1])
    [voucher] = books(engine)["vouchers"]
    assert isinstance(voucher, dict)
    assert voucher["state"] == "redeemed"
    assert (voucher["member_id"], voucher["amount_minor"]) == ("anna", 500)
    assert (voucher["issued_terminal"], voucher["redeemed_terminal"]) == ("KRK-1", "WAW-1")
    assert books(engine)["cases"] == []
