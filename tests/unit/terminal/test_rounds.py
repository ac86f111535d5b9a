"""One round of a sync: what a till says, and how it takes each thing it may be told."""

import pytest
from msgspec.structs import replace

from loyalty.balances import Balance
from loyalty.journal import first_seal
from loyalty.members import Member
from loyalty.programme.document import classic_document
from loyalty.vouchers import ISSUED, REDEEMED
from loyalty.wire import (
    MAX_ENTRIES_A_FRAME,
    BalanceChange,
    MemberChange,
    NoticeChange,
    Outcome,
    ProductChange,
    ProgrammeChange,
    SyncReply,
    SyncRequest,
    TerminalChange,
    VoucherChange,
)
from terminal_app.bootstrap import Shop
from terminal_app.errors import HeadOfficeRefused
from terminal_app.store import journal, ledger, members, settings, vouchers
from terminal_app.store.vouchers import VoucherStanding
from terminal_app.sync import rounds
from terminal_app.sync.rounds import MAX_FRAME_BODY_BYTES, compose
from terminal_app.sync.taking import take
from terminal_app.till.answers import Enrolment, KnownProduct, Sale
from tests.unit.terminal.counter import ShopClock, goods, known, posted

TERMINAL = "KRK-1"


@pytest.fixture
def member(shop: Shop) -> str:
    return known(shop.till.enrol(Enrolment(name="Ala"))).member.member_id


def said(shop: Shop, clock: ShopClock) -> SyncRequest:
    return compose(shop.store, clock, "1.0")


def accepting(request: SyncRequest) -> SyncReply:
    """Head office's answer when it took everything in `request`."""
    return SyncReply(
        version=1,
        history_id="h1",
        outcome=Outcome.ACCEPTED,
        head_seq=request.first_seq + len(request.bodies) - 1,
        head_seal=request.last_seal,
        changes=(),
        cursor=7,
        more=False,
        server_time_ms=0,
    )


def hear(shop: Shop, clock: ShopClock, **told: object) -> None:
    request = said(shop, clock)
    take(shop.store, request, replace(accepting(request), **told), clock)


def test_a_till_says_what_is_not_confirmed_and_no_more(
    shop: Shop, clock: ShopClock, member: str
) -> None:
    first = said(shop, clock)
    assert (first.terminal, first.epoch, first.first_seq, len(first.bodies)) == (TERMINAL, 1, 1, 1)
    assert (first.history_id, first.cursor) == ("", 0)
    assert [tally.entries for tally in first.tallies] == [1]
    hear(shop, clock)
    posted(shop.till.sell(Sale(basket=goods(100), member_id=member)))
    second = said(shop, clock)
    assert (second.first_seq, len(second.bodies)) == (2, 1)
    assert (second.history_id, second.cursor) == ("h1", 7)
    hear(shop, clock)
    nothing = said(shop, clock)
    assert (nothing.first_seq, nothing.bodies, nothing.tallies) == (3, (), ())
    with shop.store.reading() as connection:
        assert nothing.last_seal == journal.seal_at(connection, TERMINAL, 1, 2)


def test_a_frame_ends_where_a_receipt_ends(
    shop: Shop, clock: ShopClock, member: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    hear(shop, clock)
    for _ in range(3):
        # A sale, the points it redeems and two vouchers.
        receipt = posted(shop.till.sell(Sale(basket=goods(1_000_00), member_id=member))).receipt
        assert len(receipt.vouchers) == 2
    for most, frames in ((4, [4, 4, 4]), (7, [4, 4, 4]), (9, [8, 4]), (3, [3, 1, 3, 1, 3, 1])):
        monkeypatch.setattr(rounds, "MAX_ENTRIES_A_FRAME", most)
        with shop.store.reading() as connection:
            start = settings.read_sync_state(connection).confirmed_seq + 1
            sizes, seq = [], start
            while rows := rounds.frame_of(connection, 1, seq, most):
                sizes.append(len(rows))
                seq = rows[-1].seq + 1
        assert sizes == frames
        assert len(said(shop, clock).bodies) == frames[0]


def test_a_new_till_says_the_seal_before_its_first_entry(shop: Shop, clock: ShopClock) -> None:
    assert said(shop, clock).last_seal == first_seal(TERMINAL, 1)


def test_a_frame_is_limited_in_entries_and_in_bytes(shop: Shop, clock: ShopClock) -> None:
    long_sale = Sale(basket=goods(*([100] * 4_900)), print_receipt=False)
    posted(shop.till.sell(long_sale))
    with shop.store.reading() as connection:
        size = len(journal.read_sealed(connection, 1, 1, 1)[0].body)
    fitting = MAX_FRAME_BODY_BYTES // size
    for _ in range(fitting + 1):
        posted(shop.till.sell(long_sale))
    request = said(shop, clock)
    assert len(request.bodies) == fitting
    assert sum(map(len, request.bodies)) <= MAX_FRAME_BODY_BYTES
    # The day's sum reaches beyond this frame, so it waits for the frame that ends the day.
    assert request.tallies == ()
    hear(shop, clock)
    rest = said(shop, clock)
    assert (rest.first_seq, len(rest.bodies), len(rest.tallies)) == (fitting + 1, 2, 1)
    assert len(request.bodies) < MAX_ENTRIES_A_FRAME


def test_head_office_that_holds_less_is_told_again(shop: Shop, clock: ShopClock) -> None:
    for _ in range(3):
        posted(shop.till.sell(Sale(basket=goods(100))))
    hear(shop, clock)
    with shop.store.reading() as connection:
        seal = journal.seal_at(connection, TERMINAL, 1, 1)
    assert seal is not None
    hear(shop, clock, outcome=Outcome.BEHIND, head_seq=1, head_seal=seal)
    again = said(shop, clock)
    assert (again.first_seq, len(again.bodies), len(again.tallies)) == (2, 2, 1)


@pytest.mark.parametrize(
    ("outcome", "head_seal"),
    [(Outcome.FORKED, None), (Outcome.ACCEPTED, b"x" * 32), (Outcome.BEHIND, b"")],
)
def test_another_journal_at_head_office_is_refused_loudly(
    shop: Shop, clock: ShopClock, outcome: Outcome, head_seal: bytes | None
) -> None:
    posted(shop.till.sell(Sale(basket=goods(100))))
    told = {"outcome": outcome} | ({} if head_seal is None else {"head_seal": head_seal})
    person = Member(member_id="m", card="m", name="Ola")
    with pytest.raises(HeadOfficeRefused, match="another journal"):
        hear(shop, clock, **told, changes=(MemberChange(person),))
    assert said(shop, clock).first_seq == 1
    assert known(shop.till.member("m")).member == person


def test_a_feed_from_its_start_takes_the_place_of_all_told_before(
    shop: Shop, clock: ShopClock, member: str
) -> None:
    told = (BalanceChange(member, 100, 100, 0, 0), BalanceChange("other", 5, 5, 0, 0))
    hear(shop, clock, changes=told, cursor=2, mark="m2")
    assert (said(shop, clock).cursor, said(shop, clock).mark) == (2, "m2")
    hear(shop, clock, cursor=3, mark="m3")
    assert known(shop.till.member(member)).balance.points == 100
    anew = (BalanceChange(member, 30, 30, 0, 0),)
    hear(shop, clock, from_start=True, cursor=1, mark="m1", changes=anew)
    assert known(shop.till.member(member)).balance == Balance(30, 30, 0, 0)
    with shop.store.reading() as connection:
        assert ledger.parts(connection, ledger.OTHERS) == {member: Balance(30, 30, 0, 0)}
    assert (said(shop, clock).cursor, said(shop, clock).mark) == (1, "m1")
    hear(shop, clock, from_start=True, cursor=0)
    assert known(shop.till.member(member)).balance == Balance()


def test_each_thing_that_head_office_may_tell(shop: Shop, clock: ShopClock, member: str) -> None:
    person = Member(member_id="m2", card="m2", name="Ola", language="ru")
    newer = classic_document().replace("version = 1", "version = 2")
    hear(
        shop,
        clock,
        changes=(
            MemberChange(person),
            BalanceChange("m2", 12, 20, 8, 0),
            VoucherChange("WAW-1.1.3", "m2", 500, "GBP", 1, ISSUED),
            VoucherChange("WAW-1.1.4", "m2", 500, "GBP", 1, ISSUED),
            VoucherChange("WAW-1.1.4", "m2", 500, "GBP", 1, REDEEMED),
            NoticeChange("n1", "m2", {"ru": "Чай"}),
            NoticeChange("n2", "m2", {"ru": "Нет"}),
            NoticeChange("n2", "m2", {}),
            TerminalChange("WAW-1", "WAW", ((1, b"j" * 32), (2, b"k" * 32))),
            ProductChange("5901234123457", "Tea", 450, "drinks", ("vegan", "hot")),
            ProgrammeChange(newer),
        ),
    )
    told = known(shop.till.member("m2"))
    assert (told.member, told.balance, told.notices) == (person, Balance(12, 20, 8, 0), ("Чай",))
    assert told.known_at_ms > 0
    assert shop.till.identify("5901234123457") == KnownProduct(
        "5901234123457", "Tea", 450, "drinks", ("vegan", "hot")
    )
    assert shop.till.programme.label == "classic@2"
    with shop.store.reading() as connection:
        assert vouchers.standing_of(connection, "WAW-1.1.3") == VoucherStanding(ISSUED, "")
        assert vouchers.standing_of(connection, "WAW-1.1.4") == VoucherStanding(REDEEMED, "")
        assert members.public_key(connection, "WAW-1", 2) == b"k" * 32


def test_a_voucher_spent_here_stays_spent_whatever_head_office_says(
    shop: Shop, clock: ShopClock, member: str
) -> None:
    receipt = posted(shop.till.sell(Sale(basket=goods(500_00), member_id=member))).receipt
    (slip,) = receipt.vouchers
    posted(shop.till.sell(Sale(basket=goods(900), voucher_codes=(slip.code,))))
    late = VoucherChange(slip.number, member, 500, "GBP", slip.expires_at_ms, ISSUED)
    hear(shop, clock, changes=(late,))
    with shop.store.reading() as connection:
        assert vouchers.standing_of(connection, slip.number) == VoucherStanding(
            REDEEMED, shop.identity.journal
        )


def test_a_programme_that_this_version_cannot_read_changes_nothing(
    shop: Shop, clock: ShopClock
) -> None:
    hear(shop, clock, changes=(ProgrammeChange("[stars]\nfrom = 'the future'"),), cursor=9)
    assert shop.till.programme.label == "classic@1"
    assert said(shop, clock).cursor == 9


def test_a_notice_on_a_receipt_is_reported_once(shop: Shop, clock: ShopClock, member: str) -> None:
    hear(shop, clock, changes=(NoticeChange("n1", member, {"en": "Tea day"}),))
    assert said(shop, clock).printed_notices == ()
    posted(shop.till.sell(Sale(basket=goods(100), member_id=member)))
    assert said(shop, clock).printed_notices == ("n1",)
    hear(shop, clock)
    assert said(shop, clock).printed_notices == ()
    hear(shop, clock, changes=(NoticeChange("n1", member, {"en": "Tea day"}),))
    assert known(shop.till.member(member)).notices == ()


def test_where_the_sync_stands_is_kept(shop: Shop, clock: ShopClock) -> None:
    posted(shop.till.sell(Sale(basket=goods(100))))
    hear(shop, clock)
    with shop.store.reading() as connection:
        state = settings.read_sync_state(connection)
    assert (state.history_id, state.cursor, state.confirmed_seq, state.tallied_seq) == (
        "h1",
        7,
        1,
        1,
    )
