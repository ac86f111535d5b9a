"""Debts at one till: asked for until they are settled, from whoever holds what they lack."""

from msgspec.structs import replace

from loyalty.clock import epoch_ms
from loyalty.wire import BalanceChange, Draw, Grant, Holder, Outcome, SyncReply
from terminal_app.bootstrap import Shop
from terminal_app.posting import upkeep
from terminal_app.store import rights, serving
from terminal_app.sync.changes import apply_changes
from terminal_app.till.answers import GoodsReturn
from tests.unit.terminal.counter import ShopClock, goods, posted
from tests.unit.terminal.test_rights_at_the_till import GUEST, REGULAR, sell, tidied, told

ANSWER = SyncReply(
    version=2,
    history_id="h1",
    outcome=Outcome.ACCEPTED,
    head_seq=0,
    head_seal=b"",
    changes=(),
    cursor=0,
    more=False,
    server_time_ms=0,
)


def takes(shop: Shop, clock: ShopClock, reply: SyncReply) -> None:
    with shop.store.writing() as connection:
        apply_changes(connection, reply.changes, shop.identity.journal)
        now_ms = epoch_ms(clock())
        upkeep.take_rights(connection, shop.identity, shop.till.programme, reply, now_ms)


def brings_back(shop: Shop, amount_minor: int) -> None:
    posted(shop.till.take_back(GoodsReturn(basket=goods(amount_minor), member_id=GUEST.member_id)))


def free_at_head_office(points: int) -> tuple[BalanceChange, ...]:
    return (BalanceChange(GUEST.member_id, 100, 100, 0, 0, points, ()),)


def held(shop: Shop) -> int:
    with shop.store.reading() as connection:
        return rights.held(connection, GUEST.member_id)


def is_idle(shop: Shop) -> bool:
    with shop.store.reading() as connection:
        return serving.is_idle(connection)


def test_a_debt_is_asked_for_once_though_nothing_is_known_to_be_free(
    shop: Shop, clock: ShopClock
) -> None:
    told(shop, GUEST, 100, 0, Holder("WAW-1", 100))
    brings_back(shop, 40_00)
    assert tidied(shop, clock) == (Draw(1, GUEST.member_id, 40),)
    takes(shop, clock, replace(ANSWER, grants=(Grant(1, 0, "held-elsewhere"),)))
    assert (tidied(shop, clock), is_idle(shop)) == ((), True)


def test_a_debt_is_asked_for_again_as_rights_come_free(shop: Shop, clock: ShopClock) -> None:
    told(shop, GUEST, 100, 0, Holder("WAW-1", 100))
    brings_back(shop, 40_00)
    tidied(shop, clock)
    none_yet = replace(ANSWER, grants=(Grant(1, 0),), changes=free_at_head_office(0))
    takes(shop, clock, none_yet)
    assert tidied(shop, clock) == ()
    takes(shop, clock, replace(ANSWER, changes=free_at_head_office(25)))
    assert tidied(shop, clock) == (Draw(2, GUEST.member_id, 40),)
    some = replace(ANSWER, grants=(Grant(2, 25),), changes=free_at_head_office(0))
    takes(shop, clock, some)
    assert (held(shop), tidied(shop, clock)) == (-15, ())
    takes(shop, clock, replace(ANSWER, changes=free_at_head_office(60)))
    assert tidied(shop, clock) == (Draw(3, GUEST.member_id, 15),)
    takes(shop, clock, replace(ANSWER, grants=(Grant(3, 15),), changes=free_at_head_office(45)))
    assert (held(shop), tidied(shop, clock)) == (0, ())
    takes(shop, clock, replace(ANSWER, changes=free_at_head_office(45)))
    assert tidied(shop, clock) == ()


def test_a_debt_is_asked_for_again_as_others_come_to_hold_something(
    shop: Shop, clock: ShopClock
) -> None:
    told(shop, GUEST, 0, 0)
    brings_back(shop, 40_00)
    tidied(shop, clock)
    takes(shop, clock, replace(ANSWER, grants=(Grant(1, 0, "none"),)))
    earned = BalanceChange(GUEST.member_id, 70, 70, 0, 0, 0, (Holder("WAW-1", 70),))
    takes(shop, clock, replace(ANSWER, changes=(earned,)))
    assert tidied(shop, clock) == (Draw(2, GUEST.member_id, 40),)


def test_a_debtor_who_is_scanned_and_goes_is_waited_for_again(shop: Shop, clock: ShopClock) -> None:
    told(shop, GUEST, 100, 0, Holder("WAW-1", 100))
    brings_back(shop, 40_00)
    tidied(shop, clock)
    takes(shop, clock, replace(ANSWER, grants=(Grant(1, 0),)))
    shop.till.identify(GUEST.card)
    assert tidied(shop, clock) == (Draw(2, GUEST.member_id, 100),)
    assert not is_idle(shop)
    takes(shop, clock, replace(ANSWER, grants=(Grant(2, 0),)))
    clock.move(minutes=6)
    assert (tidied(shop, clock), is_idle(shop)) == ((), True)
    takes(shop, clock, replace(ANSWER, changes=free_at_head_office(25)))
    assert tidied(shop, clock) == (Draw(3, GUEST.member_id, 40),)


def test_what_is_earned_here_works_a_debt_off(shop: Shop, clock: ShopClock) -> None:
    told(shop, GUEST, 100, 0, Holder("WAW-1", 100))
    brings_back(shop, 40_00)
    tidied(shop, clock)
    takes(shop, clock, replace(ANSWER, grants=(Grant(1, 0),)))
    sell(shop, 90_00, GUEST)
    tidied(shop, clock)
    takes(shop, clock, replace(ANSWER, changes=free_at_head_office(25)))
    assert (held(shop), tidied(shop, clock)) == (0, ())


def test_a_debt_at_home_is_settled_though_less_is_known_to_be_free(
    shop: Shop, clock: ShopClock
) -> None:
    told(shop, REGULAR, 100, 10, Holder("WAW-1", 90))
    brings_back(shop, 40_00)
    assert tidied(shop, clock) == (Draw(1, REGULAR.member_id, 40),)
