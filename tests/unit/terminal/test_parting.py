"""A till and a head office that signs: what is kept of its word, and where the two part."""

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec.structs import replace

from loyalty.journal import first_seal
from loyalty.wire import (
    COUNTS_ALREADY,
    WIRE_VERSION,
    BalanceChange,
    MemberChange,
    Outcome,
    Refused,
    SyncReply,
    SyncRequest,
    UnknownChange,
    head_words,
)
from terminal_app.bootstrap import Shop
from terminal_app.errors import HeadOfficeRefused
from terminal_app.store import epochs, journal, settings
from terminal_app.sync.rounds import compose
from terminal_app.sync.taking import take
from terminal_app.sync.waiting import Unsent
from terminal_app.till.answers import Enrolment, GoodsReturn, Sale
from tests.unit.terminal.counter import ShopClock, goods, known, posted

TERMINAL = "KRK-1"
DAY_MS = 24 * 3_600_000
KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)


class Office:
    """Head office's side, answered by hand: it holds what it was sent, and signs for it."""

    def __init__(self, shop: Shop, clock: ShopClock) -> None:
        self.shop = shop
        self.clock = clock
        self.history = "h1"

    def said(self) -> SyncRequest:
        return compose(self.shop.store, self.clock, "1.0")

    def reply(self, request: SyncRequest, **told: Any) -> SyncReply:
        seq = told.pop("head_seq", request.first_seq + len(request.bodies) - 1)
        seal = told.pop("head_seal", request.last_seal)
        history = told.pop("history_id", self.history)
        words = head_words(history, request.terminal, request.epoch, seq, seal)
        return SyncReply(
            version=told.pop("version", WIRE_VERSION),
            history_id=history,
            outcome=told.pop("outcome", Outcome.ACCEPTED),
            head_seq=seq,
            head_seal=seal,
            changes=told.pop("changes", ()),
            cursor=told.pop("cursor", 7),
            more=False,
            server_time_ms=told.pop("server_time_ms", 0),
            head_signature=told.pop("head_signature", KEY.sign(words)),
            server_key=KEY.public_key().public_bytes_raw(),
            **told,
        )

    def round(self, **told: Any) -> SyncRequest:
        request = self.said()
        take(self.shop.store, request, self.reply(request, **told), self.clock)
        return request

    def seal(self, seq: int) -> bytes:
        with self.shop.store.reading() as connection:
            seal = journal.seal_at(connection, TERMINAL, 1, seq)
        assert seal is not None
        return seal

    def coming(self) -> epochs.NextJournal | None:
        with self.shop.store.reading() as connection:
            return epochs.read_next(connection)

    def state(self) -> settings.SyncState:
        with self.shop.store.reading() as connection:
            return settings.read_sync_state(connection)


@pytest.fixture
def office(shop: Shop, clock: ShopClock) -> Office:
    for _ in range(3):
        posted(shop.till.sell(Sale(basket=goods(100))))
    return Office(shop, clock)


def test_a_signed_head_is_kept_and_shown_when_less_is_held(office: Office) -> None:
    office.round()
    with office.shop.store.reading() as connection:
        receipt = epochs.read_receipt(connection, 1)
    assert receipt is not None
    assert (receipt.history_id, receipt.seq, receipt.seal) == ("h1", 3, office.seal(3))
    assert office.said().receipt is None
    office.round(outcome=Outcome.BEHIND, head_seq=1, head_seal=office.seal(1))
    again = office.said()
    assert (again.first_seq, len(again.bodies), again.receipt) == (2, 2, receipt)
    office.history = "h2"
    office.round()
    assert office.said().receipt is None
    with office.shop.store.reading() as connection:
        newer = epochs.read_receipt(connection, 1)
    assert newer is not None
    assert (newer.history_id, newer.seq) == ("h2", 3)
    # Books that were put back may lack sums of days: all are told again.
    assert len(office.said().tallies) == 1


def test_an_answer_that_head_office_did_not_sign_is_not_taken(office: Office) -> None:
    office.round()
    posted(office.shop.till.sell(Sale(basket=goods(100))))
    for signature in (b"", b"x" * 64, KEY.sign(b"something else")):
        with pytest.raises(HeadOfficeRefused, match="did not sign"):
            office.round(head_signature=signature, cursor=9)
    assert (office.state().confirmed_seq, office.state().cursor) == (3, 7)


@pytest.mark.parametrize("fork_seq", [2, 3])
def test_a_fork_is_left_from_the_entry_that_differs(office: Office, fork_seq: int) -> None:
    office.round(outcome=Outcome.FORKED, fork_seq=fork_seq, head_seq=5, head_seal=b"o" * 32)
    coming = office.coming()
    assert coming is not None
    assert (coming.reason, coming.hidden_from, coming.left_epoch) == ("fork", fork_seq, 1)
    with office.shop.store.reading() as connection:
        assert settings.read_suspension(connection) == "fork"
    office.round(outcome=Outcome.FORKED, fork_seq=fork_seq, head_seq=5, head_seal=b"o" * 32)
    assert office.coming() == coming


def test_other_bytes_before_a_head_that_agrees_were_damaged_here(office: Office) -> None:
    """Head office holds what was written: nothing of it is to be written again."""
    office.round(outcome=Outcome.FORKED, fork_seq=2, head_seq=3, head_seal=office.seal(3))
    assert (office.coming(), office.state().confirmed_seq) == (None, 3)


def test_a_journal_whose_entries_count_already_in_another_is_left(office: Office) -> None:
    office.round(refused=(Refused(2, "a fact of the voucher is too long"),))
    assert office.coming() is None
    office.round(refused=(Refused(2, f"{COUNTS_ALREADY}, as entry 3 of journal 4"),))
    coming = office.coming()
    assert coming is not None
    assert (coming.reason, coming.hidden_from, coming.left_epoch) == ("fork", 0, 1)


def test_a_fork_before_the_frame_is_looked_for_from_the_first_entry(office: Office) -> None:
    office.round()
    assert office.said().first_seq == 4
    office.round(outcome=Outcome.FORKED, head_seq=3, head_seal=b"o" * 32)
    assert office.coming() is None
    assert (office.said().first_seq, len(office.said().bodies)) == (1, 3)
    # What lies before the other history's end is held as it is, so the search goes on behind it.
    office.round(head_seq=9, head_seal=b"o" * 32)
    coming = office.coming()
    assert coming is not None
    assert (coming.reason, coming.hidden_from) == ("cut-off", 4)


def test_a_fork_at_the_first_entry_of_a_frame_may_lie_before_it(office: Office) -> None:
    office.round()
    posted(office.shop.till.sell(Sale(basket=goods(100))))
    assert office.said().first_seq == 4
    with office.shop.store.writing() as connection:
        # As a till of an earlier version, which did not note what was compared.
        settings.write_sync_state(connection, replace(office.state(), compared_seq=0))
    office.round(outcome=Outcome.FORKED, fork_seq=4, head_seq=5, head_seal=b"o" * 32)
    assert office.coming() is None
    assert office.said().first_seq == 1


def test_a_fork_behind_what_was_compared_lies_there(office: Office) -> None:
    office.round()
    posted(office.shop.till.sell(Sale(basket=goods(100))))
    assert office.state().compared_seq == 3
    office.round(outcome=Outcome.FORKED, fork_seq=4, head_seq=5, head_seal=b"o" * 32)
    coming = office.coming()
    assert coming is not None
    assert (coming.reason, coming.hidden_from) == ("fork", 4)


def test_what_was_compared_in_a_history_that_was_lost_was_not_compared(office: Office) -> None:
    office.round()
    posted(office.shop.till.sell(Sale(basket=goods(100))))
    lost = {"outcome": Outcome.FORKED, "fork_seq": 4, "head_seq": 5, "head_seal": b"o" * 32}
    office.round(history_id="h2", **lost)
    assert office.coming() is None
    assert office.said().first_seq == 1


def test_two_sides_that_cannot_find_where_they_part_say_so(office: Office) -> None:
    with pytest.raises(HeadOfficeRefused, match="another journal"):
        office.round(head_seal=b"o" * 32)
    assert office.coming() is None


def test_a_sale_of_meanwhile_makes_no_lost_end(office: Office) -> None:
    """Another program of this till told entry 4 before the answer to an older frame came."""
    request = office.said()
    posted(office.shop.till.sell(Sale(basket=goods(100))))
    reply = office.reply(request, head_seq=4, head_seal=office.seal(4))
    take(office.shop.store, request, reply, office.clock)
    assert office.coming() is None
    assert office.state().confirmed_seq == 4


def test_an_answer_to_a_journal_that_was_left_is_not_taken(office: Office) -> None:
    request = office.said()
    with office.shop.store.writing() as connection:
        moved = replace(settings.require_identity(connection), epoch=2)
        settings.write_identity(connection, moved)
    take(office.shop.store, request, office.reply(request), office.clock)
    assert office.state() == settings.SyncState()
    assert office.said().last_seal == first_seal(TERMINAL, 2)


@pytest.mark.parametrize("meanwhile", [{"from_start": True, "cursor": 2}, {"history_id": "h2"}])
def test_an_answer_that_was_overtaken_is_not_taken(
    office: Office, meanwhile: dict[str, Any]
) -> None:
    """Another program of this till was told from the start while the answer was on its way: taken
    after all, it would move the cursor behind what is still to be told."""
    office.round(cursor=100)
    ala = known(office.shop.till.enrol(Enrolment(name="Ala"))).member.member_id
    late = office.said()
    reply = office.reply(late, cursor=110, changes=(BalanceChange(ala, 70, 70, 0, 0),))
    office.round(**meanwhile)
    told = office.state()
    assert not take(office.shop.store, late, reply, office.clock)
    assert office.state() == told
    assert known(office.shop.till.member(ala)).balance.points == 0
    request = office.said()
    assert (request.history_id, request.cursor) == (told.history_id, told.cursor)
    assert take(office.shop.store, request, office.reply(request, cursor=111), office.clock)


def test_rights_last_as_long_as_head_office_says_by_this_tills_clock(office: Office) -> None:
    office.round(server_time_ms=5_000, rights_until_ms=5_000 + DAY_MS)
    now_ms = office.said().sent_at_ms

    def is_over(after_ms: int) -> bool:
        with office.shop.store.reading() as connection:
            return settings.read_lease(connection).is_over(now_ms + after_ms)

    assert (is_over(0), is_over(DAY_MS - 1), is_over(DAY_MS)) == (False, False, True)
    # A sale two days on is remembered, so the clock set back again wins nothing.
    office.clock.move(days=2)
    posted(office.shop.till.sell(Sale(basket=goods(100))))
    office.clock.move(days=-2)
    assert is_over(0)
    office.round(server_time_ms=5_000, rights_until_ms=5_000 + DAY_MS)
    assert not is_over(0)
    office.round(version=1)
    assert not is_over(900 * DAY_MS)


def test_what_an_older_version_was_told_is_told_again(office: Office) -> None:
    office.round()
    assert office.said().cursor == 7
    with office.shop.store.writing() as connection:
        told = replace(settings.read_sync_state(connection), told_version=WIRE_VERSION - 1)
        settings.write_sync_state(connection, told)
    assert (office.said().cursor, office.said().mark) == (0, "")
    office.round(changes=(UnknownChange("stars"),), cursor=8)
    assert office.said().cursor == 8


def test_a_change_to_come_leaves_the_others_as_they_are(office: Office) -> None:
    member = known(office.shop.till.enrol(Enrolment(name="Ala"))).member
    named = MemberChange(replace(member, name="Ala Kot"))
    office.round(changes=(UnknownChange("stars"), named))
    assert known(office.shop.till.member(member.member_id)).member.name == "Ala Kot"


def test_a_till_says_what_waits_behind_a_frame(office: Office) -> None:
    ala = known(office.shop.till.enrol(Enrolment(name="Ala"))).member.member_id
    posted(office.shop.till.sell(Sale(basket=goods(700), member_id=ala)))
    posted(office.shop.till.take_back(GoodsReturn(basket=goods(200), member_id=ala)))
    unsent = Unsent()

    def behind(sent_seq: int) -> tuple[int, int, int]:
        with office.shop.store.reading() as connection:
            waiting = unsent.beyond(connection, 1, sent_seq, 6)
        return waiting.entries, waiting.points, waiting.amount_minor

    assert behind(2) == (4, 5, 100 + 700 - 200)
    assert behind(4) == (2, 5, 500)
    assert behind(5) == (1, -2, -200)
    assert behind(6) == (0, 0, 0)
    assert behind(3) == (3, 5, 500)


def test_a_journal_never_goes_back_in_time(office: Office) -> None:
    office.clock.move(days=-3)
    posted(office.shop.till.sell(Sale(basket=goods(100))))
    with office.shop.store.reading() as connection:
        from tests.unit.terminal.counter import entries_in

        *_, before, last = entries_in(connection)
    assert last.recorded_at_ms == before.recorded_at_ms
    assert last.occurred_at_ms == before.occurred_at_ms - 3 * DAY_MS
