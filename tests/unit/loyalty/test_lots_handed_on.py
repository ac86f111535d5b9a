"""Points that are handed on: they keep their days, from account to account."""

from loyalty.journal import EARN, REDEEM, TRANSFER
from loyalty.lots import Lots, fold_linked
from tests.unit.loyalty.lot_account import ANNA, WALLETS, WARSAW, Account, at

BEN = "2900001000000024"
CARL = "2900001000000031"


def linked(account: Account) -> dict[str, Lots]:
    folded = fold_linked(account.entries, WALLETS.__getitem__, WARSAW)
    for member, lots in folded.items():
        assert lots.balance == sum(one.points for one in account.entries if one.member == member)
    return folded


def hand_on(account: Account, when: str, giver: str, taker: str, points: int) -> None:
    receipt = f"T-{len(account.entries) + 1}"
    said = {"receipt": receipt, "label": "days@1"}
    account.post(when, TRANSFER, -points, **said, member=giver, **{"with": taker})
    account.post(when, TRANSFER, points, **said, member=taker, **{"with": giver})


def days(lots: Lots) -> list[tuple[int, int | None]]:
    return [(lot.points_left, lot.expires_at_ms) for lot in lots.lots]


def test_points_handed_on_twice_keep_the_days_they_had() -> None:
    account = Account()
    account.earn("03-01T10:00", 30, "days@2")
    account.earn("03-02T10:00", 50)
    hand_on(account, "03-03T10:00", ANNA, BEN, 40)
    hand_on(account, "03-04T10:00", BEN, CARL, 35)
    anna, ben, carl = (linked(account)[member] for member in (ANNA, BEN, CARL))
    first_gone = anna.lots[0].expires_at_ms
    assert first_gone is not None
    assert days(anna) == [(0, first_gone), (40, None)]
    assert days(ben) == [(0, first_gone), (5, None)]
    assert days(carl) == [(30, first_gone), (5, None)]


def test_a_purchase_of_the_receiver_moves_no_day_of_what_was_handed_on() -> None:
    account = Account()
    account.earn("03-01T10:00", 30, "active@1")
    hand_on(account, "03-03T10:00", ANNA, BEN, 30)
    last_ms = linked(account)[BEN].lots[0].expires_at_ms
    account.post("03-20T10:00", EARN, 10, "active@1", member=BEN)
    lots = linked(account)[BEN].lots
    assert lots[0].expires_at_ms == last_ms
    assert lots[1].expires_at_ms is not None
    assert lots[0].state(at("04-10T10:00")) == "expired"


def test_what_the_giver_did_not_have_begins_anew_at_the_receiver() -> None:
    account = Account()
    account.earn("03-01T10:00", 30)
    hand_on(account, "03-03T10:00", ANNA, BEN, 40)
    folded = linked(account)
    assert (folded[ANNA].debt, days(folded[BEN])[0]) == (10, (30, None))
    assert days(folded[BEN])[1][0] == 10


def test_points_from_a_giver_who_is_not_known_begin_anew() -> None:
    account = Account()
    account.post("03-03T10:00", TRANSFER, 40, "days@1", member=BEN, **{"with": ANNA})
    account.post("03-04T10:00", REDEEM, -10, member=BEN)
    (lot,) = linked(account)[BEN].lots
    assert (lot.points_left, lot.opened_at_ms) == (30, at("03-03T10:00"))
    assert lot.expires_at_ms is not None


def test_less_arriving_than_was_handed_on_begins_anew() -> None:
    """No till writes that; what is told of it stays within what arrived."""
    account = Account()
    account.earn("03-01T10:00", 30)
    account.post("03-03T10:00", TRANSFER, -30, receipt="T", **{"with": BEN})
    account.post("03-03T10:00", TRANSFER, 20, "days@1", receipt="T", member=BEN)
    assert [lot.points for lot in linked(account)[BEN].lots] == [20]
