"""Rights at one till: it spends what it holds, draws what it lacks, gives back what it keeps."""

from msgspec.structs import replace

from loyalty.clock import epoch_ms
from loyalty.identifiers import card_number
from loyalty.journal import RIGHTS_GRANT, RIGHTS_RELEASE
from loyalty.members import Member
from loyalty.programme.document import Programme
from loyalty.programme.terms.offline import Offline
from loyalty.rights import HeldElsewhere, Rights, Wait
from loyalty.wire import (
    BalanceChange,
    Change,
    Draw,
    Grant,
    Holder,
    MemberChange,
    Outcome,
    Recall,
    SyncReply,
    TerminalChange,
)
from terminal_app.bootstrap import Shop
from terminal_app.posting import upkeep
from terminal_app.store import draws, ledger, rights, serving, settings
from terminal_app.store.programmes import keep_programme
from terminal_app.store.settings import Lease
from terminal_app.sync.changes import apply_changes
from terminal_app.till.answers import GoodsReturn, Posted, Quote, Sale
from tests.unit.terminal.counter import (
    ShopClock,
    entries_in,
    goods,
    known,
    next_version,
    posted,
)

GUEST = Member(
    member_id=card_number("290000500000001"),
    card=card_number("290000500000001"),
    name="Jan",
    phone="",
    email="",
    email_consent=False,
    language="pl",
    branch="WAW",
    enrolled_at_ms=0,
)
REGULAR = replace(GUEST, branch="KRK")


def told(shop: Shop, member: Member, points: int, pool: int, *holders: Holder) -> None:
    """Head office tells of `member`: points made at other tills, and where the rights lie."""
    with shop.store.writing() as connection:
        elsewhere = BalanceChange(member.member_id, points, points, 0, 0, pool, holders)
        branch = TerminalChange("WAW-1", "WAW", ((1, b"k" * 32),), "Warszawa")
        changes = (MemberChange(member), branch, elsewhere)
        apply_changes(connection, changes, shop.identity.journal)


def answered(
    shop: Shop,
    clock: ShopClock,
    *,
    grants: tuple[Grant, ...] = (),
    recalls: tuple[Recall, ...] = (),
    changes: tuple[Change, ...] = (),
) -> None:
    reply = SyncReply(
        version=2,
        history_id="h1",
        outcome=Outcome.ACCEPTED,
        head_seq=0,
        head_seal=b"",
        changes=changes,
        cursor=0,
        more=False,
        server_time_ms=0,
        grants=grants,
        recalls=recalls,
    )
    with shop.store.writing() as connection:
        upkeep.take_rights(connection, shop.identity, shop.till.programme, reply, now_ms(clock))


def tidied(shop: Shop, clock: ShopClock, programme: Programme | None = None) -> tuple[Draw, ...]:
    """Rights are tidied up as before a request; gives the draws that it carries."""
    with shop.store.writing() as connection:
        in_force = programme or shop.till.programme
        upkeep.upkeep(connection, shop.identity, in_force, now_ms(clock))
        return draws.open_draws(connection, 10)


def now_ms(clock: ShopClock) -> int:
    return epoch_ms(clock())


def moved(shop: Shop) -> list[tuple[str, dict[str, object]]]:
    """Entries of rights in the journal, in order."""
    with shop.store.reading() as connection:
        kinds = (RIGHTS_GRANT, RIGHTS_RELEASE)
        return [(one.kind, one.payload) for one in entries_in(connection) if one.kind in kinds]


def sell(shop: Shop, amount_minor: int, member: Member = GUEST) -> Posted:
    return posted(shop.till.sell(Sale(basket=goods(amount_minor), member_id=member.member_id)))


def test_what_is_held_elsewhere_is_no_money_here(shop: Shop) -> None:
    told(shop, GUEST, 900, 0, Holder("WAW-1", 900))
    receipt = sell(shop, 120_00).receipt
    assert (receipt.points_redeemed, receipt.balance, receipt.vouchers) == (0, 1_020, ())
    safe = shop.till.safe_to_spend(GUEST.member_id)
    assert (safe.points, safe.balance, safe.held, safe.pool) == (120, 1_020, 120, 0)
    assert safe.elsewhere == (HeldElsewhere("WAW-1", "Warszawa", 900),)
    assert safe.wait is Wait.HELD_ELSEWHERE


def test_who_is_scanned_draws_all_that_is_not_here_and_once(shop: Shop, clock: ShopClock) -> None:
    told(shop, GUEST, 700, 700)
    assert known(shop.till.identify(GUEST.card)).safe.wait is Wait.AT_HEAD_OFFICE
    shop.till.identify(GUEST.card)
    wanted = Draw(1, GUEST.member_id, 700)
    assert tidied(shop, clock) == (wanted,)
    answered(shop, clock, grants=(Grant(1, 700),))
    assert moved(shop) == [(RIGHTS_GRANT, {"draw": 1, "points": 700})]
    assert known(shop.till.identify(GUEST.card)).safe.points == 700
    answered(shop, clock, grants=(Grant(1, 700), Grant(9, 50)))
    assert len(moved(shop)) == 1
    assert sell(shop, 10_00).receipt.points_redeemed == 500


def test_a_quote_promises_what_the_sale_then_does(shop: Shop, clock: ShopClock) -> None:
    told(shop, GUEST, 1_900, 1_900)
    shop.till.identify(GUEST.card)
    answered(shop, clock, grants=(Grant(1, 980),))
    quote = shop.till.quote(goods(30_00), GUEST.member_id)
    receipt = sell(shop, 30_00).receipt
    assert (quote.vouchers_due, quote.balance_after) == (2, 930)  # type: ignore[union-attr]
    assert (len(receipt.vouchers), receipt.balance) == (2, 930)


def test_while_served_a_short_member_is_asked_for_again(shop: Shop, clock: ShopClock) -> None:
    told(shop, GUEST, 700, 300, Holder("WAW-1", 400))
    shop.till.identify(GUEST.card)
    answered(shop, clock, grants=(Grant(1, 300, "held-elsewhere"),))
    assert tidied(shop, clock) == (Draw(2, GUEST.member_id, 400),)
    with shop.store.reading() as connection:
        assert upkeep.is_gathering(connection, now_ms(clock))
    answered(shop, clock, grants=(Grant(2, 0, "held-elsewhere"),))
    clock.move(minutes=6)
    assert tidied(shop, clock) == ()
    with shop.store.reading() as connection:
        assert not upkeep.is_gathering(connection, now_ms(clock))


def test_a_guest_s_rights_go_back_after_the_sale(shop: Shop, clock: ShopClock) -> None:
    told(shop, GUEST, 300, 300)
    shop.till.identify(GUEST.card)
    answered(shop, clock, grants=(Grant(1, 300),))
    assert tidied(shop, clock) == ()
    sell(shop, 50_00)
    assert tidied(shop, clock) == ()
    assert moved(shop)[-1] == (RIGHTS_RELEASE, {"points": 350})
    with shop.store.reading() as connection:
        assert rights.held(connection, GUEST.member_id) == 0
        assert rights.rights_of(connection, GUEST.member_id) == Rights(300, 350)
        assert ledger.pool_of(connection, GUEST.member_id).points == 350
    tidied(shop, clock)
    assert len(moved(shop)) == 2


def test_at_home_the_allowance_stays_and_is_topped_up(shop: Shop, clock: ShopClock) -> None:
    told(shop, REGULAR, 200, 200)
    sell(shop, 100_00, REGULAR)
    assert tidied(shop, clock) == (Draw(1, REGULAR.member_id, 200),)
    answered(shop, clock, grants=(Grant(1, 200),))
    assert tidied(shop, clock) == ()
    sell(shop, 250_00, REGULAR)
    tidied(shop, clock)
    assert moved(shop)[-1] == (RIGHTS_GRANT, {"draw": 1, "points": 200})
    small = replace(shop.till.programme, offline=Offline(keep=20))
    sell(shop, 1_00, REGULAR)
    tidied(shop, clock, small)
    assert moved(shop)[-1] == (RIGHTS_RELEASE, {"points": 31})


def test_a_debt_here_is_settled_from_the_pool(shop: Shop, clock: ShopClock) -> None:
    told(shop, GUEST, 300, 300)
    goods_back = GoodsReturn(basket=goods(40_00), member_id=GUEST.member_id)
    posted(shop.till.take_back(goods_back))
    assert tidied(shop, clock) == (Draw(1, GUEST.member_id, 40),)
    answered(shop, clock, grants=(Grant(1, 40),))
    with shop.store.reading() as connection:
        assert rights.held(connection, GUEST.member_id) == 0


def owing(shop: Shop, clock: ShopClock) -> None:
    """The guest brought goods back whose points were spent elsewhere, and nobody could give any."""
    told(shop, GUEST, 0, 0)
    posted(shop.till.take_back(GoodsReturn(basket=goods(40_00), member_id=GUEST.member_id)))
    [draw] = tidied(shop, clock)
    answered(shop, clock, grants=(Grant(draw.number, 0, "held-elsewhere"),))
    assert tidied(shop, clock) == ()


def test_a_recall_that_crosses_a_debt_does_not_forget_it(shop: Shop, clock: ShopClock) -> None:
    owing(shop, clock)
    answered(shop, clock, recalls=(Recall(GUEST.member_id, 5),))
    assert moved(shop) == []
    now_there = BalanceChange(GUEST.member_id, 300, 300, 0, 0, 300)
    answered(shop, clock, changes=(now_there,))
    assert tidied(shop, clock) == (Draw(2, GUEST.member_id, 40),)


def test_when_all_was_told_anew_a_debt_is_asked_for_again(shop: Shop, clock: ShopClock) -> None:
    owing(shop, clock)
    with shop.store.writing() as connection:
        serving.ask_all_again(connection)
    assert tidied(shop, clock) == (Draw(2, GUEST.member_id, 40),)


def test_a_number_that_was_answered_before_is_asked_behind_the_last(
    shop: Shop, clock: ShopClock
) -> None:
    told(shop, GUEST, 0, 0)
    posted(shop.till.take_back(GoodsReturn(basket=goods(40_00), member_id=GUEST.member_id)))
    assert tidied(shop, clock) == (Draw(1, GUEST.member_id, 40),)
    answered(shop, clock, grants=(Grant(1, 0, "asked-before", 7),))
    assert tidied(shop, clock) == (Draw(8, GUEST.member_id, 40),)
    answered(shop, clock, grants=(Grant(8, 0, "none"),))
    assert tidied(shop, clock) == ()


def test_a_recall_is_honoured_unless_the_member_is_here(shop: Shop, clock: ShopClock) -> None:
    told(shop, REGULAR, 0, 0)
    sell(shop, 300_00, REGULAR)
    shop.till.identify(REGULAR.card)
    recall = Recall(REGULAR.member_id, 180)
    answered(shop, clock, recalls=(recall,))
    assert moved(shop) == []
    clock.move(minutes=6)
    answered(shop, clock, recalls=(recall, replace(recall, member_id="2900")))
    assert moved(shop) == [(RIGHTS_RELEASE, {"points": 180})]
    assert tidied(shop, clock) == ()
    answered(shop, clock, recalls=(replace(recall, points=500),))
    assert moved(shop)[-1] == (RIGHTS_RELEASE, {"points": 120})
    answered(shop, clock, recalls=(recall,))
    assert len(moved(shop)) == 2


def test_a_guest_s_voucher_is_given_back_and_a_regular_s_stays(
    shop: Shop, clock: ShopClock
) -> None:
    told(shop, GUEST, 0, 0)
    (slip,) = sell(shop, 500_00).receipt.vouchers
    tidied(shop, clock)
    assert moved(shop) == [(RIGHTS_RELEASE, {"voucher": slip.number})]
    told(shop, REGULAR, 0, 0)
    (slip,) = sell(shop, 500_00, REGULAR).receipt.vouchers
    tidied(shop, clock)
    assert len(moved(shop)) == 1
    recall = Recall(REGULAR.member_id, 1, slip.number)
    answered(shop, clock, recalls=(recall, recall, replace(recall, voucher="WAW-1.1.9")))
    assert moved(shop)[1:] == [(RIGHTS_RELEASE, {"voucher": slip.number})]


def test_who_is_not_known_yet_keeps_what_was_earned_here(shop: Shop, clock: ShopClock) -> None:
    sell(shop, 300_00)
    assert tidied(shop, clock) == ()
    assert moved(shop) == []
    told(shop, GUEST, 0, 0)
    sell(shop, 1_00)
    tidied(shop, clock)
    assert moved(shop) == [(RIGHTS_RELEASE, {"points": 301})]


def test_past_its_lease_a_till_sells_and_spends_nothing(shop: Shop, clock: ShopClock) -> None:
    told(shop, GUEST, 0, 0)
    sell(shop, 490_00)
    with shop.store.writing() as connection:
        settings.write_lease(connection, Lease(until_ms=now_ms(clock) + 60_000))
    clock.move(minutes=2)
    receipt = sell(shop, 20_00).receipt
    assert (receipt.points, receipt.balance, receipt.vouchers) == (20, 510, ())
    safe = known(shop.till.identify(GUEST.card)).safe
    assert (safe.points, safe.wait) == (0, Wait.NOT_HEARD)
    assert tidied(shop, clock) == ()
    assert moved(shop) == []
    # What head office took back meanwhile is no longer this till's, though the member is here.
    answered(shop, clock, recalls=(Recall(GUEST.member_id, 510),))
    assert moved(shop) == [(RIGHTS_RELEASE, {"points": 510})]


def test_a_copy_sells_and_moves_no_rights(shop: Shop, clock: ShopClock) -> None:
    told(shop, GUEST, 600, 600)
    sell(shop, 490_00)
    with shop.store.writing() as connection:
        settings.write_suspension(connection, "copy")
    safe = known(shop.till.identify(GUEST.card)).safe
    assert (safe.points, safe.held, safe.wait) == (0, 490, Wait.COPY)
    assert sell(shop, 20_00).receipt.vouchers == ()
    assert (tidied(shop, clock), moved(shop)) == ((), [])


def test_an_overdraft_is_the_most_that_a_till_goes_beyond_its_rights(shop: Shop) -> None:
    told(shop, GUEST, 2_000, 0, Holder("WAW-1", 2_000))
    document = next_version("overdraft = 900")
    with shop.store.writing() as connection:
        keep_programme(connection, document)
    assert sell(shop, 150_00).receipt.points_redeemed == 1_000
    assert sell(shop, 10_00).receipt.points_redeemed == 0


def test_a_grant_of_more_than_was_asked_gives_nothing(shop: Shop, clock: ShopClock) -> None:
    told(shop, GUEST, 700, 700)
    shop.till.identify(GUEST.card)
    answered(shop, clock, grants=(Grant(1, 701),))
    assert moved(shop) == []
    assert tidied(shop, clock) == (Draw(2, GUEST.member_id, 700),)
    with shop.store.writing() as connection:
        draws.ask_voucher(connection, "WAW-1.1.9")
    answered(shop, clock, grants=(Grant(3, 2), Grant(2, -5)))
    assert moved(shop) == []


def test_a_copy_gives_nothing_back(shop: Shop, clock: ShopClock) -> None:
    told(shop, REGULAR, 0, 0)
    sell(shop, 300_00, REGULAR)
    with shop.store.writing() as connection:
        settings.write_suspension(connection, "copy")
    answered(shop, clock, recalls=(Recall(REGULAR.member_id, 180),))
    assert moved(shop) == []


def test_a_quote_says_what_a_voucher_waits_for(shop: Shop) -> None:
    told(shop, GUEST, 310, 0, Holder("WAW-1", 310))
    quote = shop.till.quote(goods(200_00), GUEST.member_id)
    assert isinstance(quote, Quote)
    assert (quote.vouchers_due, quote.waiting_points) == (0, 310)
    none_due = shop.till.quote(goods(100_00), GUEST.member_id)
    assert isinstance(none_due, Quote)
    assert none_due.waiting_points == 0
