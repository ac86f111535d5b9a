"""The pharmacy's families in a chain: one account at two tills, and head office agrees."""

import json
from pathlib import Path

from terminal_app.bootstrap import Shop
from terminal_app.till.answers import HandingOn, KnownMember, Posted, Reason, Refusal
from tests.integration.programme.conftest import Founded
from tests.integration.programme.examples import (
    agree,
    bought,
    brought_back,
    enrolled,
    may,
    points,
)
from tests.integration.terminal.tills import sync, till_of
from tests.unit.terminal.counter import known, posted


def handed_on(till: Shop, giver: str, taker: str, count: int) -> Posted | Refusal:
    return till.till.hand_on(HandingOn(member_id=giver, to_member_id=taker, points=count))


def seen(till: Shop, card: str, other: Shop) -> KnownMember:
    """A member who shows their card at a till, once the `other` has given back what it holds."""
    till.till.identify(card)
    sync(till, other, till)
    return known(till.till.identify(card))


def test_a_family_at_two_tills(chain: Founded, tmp_path: Path) -> None:
    office = chain("pharmacy")
    with (
        till_of(office, tmp_path / "one", "KRK-1") as one,
        till_of(office, tmp_path / "two", "WAW-1") as two,
    ):
        ala = enrolled(one, may(1, 9), birthday="1960-06-29")
        jan = enrolled(one, may(1, 9), birthday="1960-05-29")
        # His birthday's month: 50 full 2.00, twice.
        before = bought(one, jan, may(1), "CREAM*4")
        assert (before.points, before.balance) == (100, 100)
        sync(one, two)
        family = json.loads(office.run("family", "add", ala, jan, "--json"))["family"]
        assert [member["card"] for member in family] == [ala, jan]
        sync(one, two)

        # Each has their own birthday, and all of it is Ala's account.
        his = bought(two, jan, may(2), "CREAM*2")
        assert (his.points, his.balance, his.account_of) == (50, 50, "Ala")
        sync(two, one)
        hers = bought(one, ala, may(3), "CREAM*2")
        assert (hers.points, hers.balance, hers.account_of) == (25, 75, "")
        sync(one, two)
        for till in (one, two):
            assert (points(till, ala), points(till, jan)) == (75, 75)
        agree(office, one, ala, 75)

        # What Jan had before is his own, until it is handed on or brought along.
        refused = handed_on(one, jan, ala, 40)
        assert isinstance(refused, Refusal)
        assert refused.reason is Reason.HAND_ON_TOO_FEW
        assert posted(handed_on(one, jan, ala, 60)).receipt.balance == 40
        agree(office, one, ala, 135)
        for _ in range(4):
            brought = office.run("family", "add", ala, jan, "--with-points", "--json")
            if not json.loads(brought)["moved"]["waiting"]:
                break
            sync(one, two)
        sync(one, two)
        agree(office, one, ala, 175)

        # Anyone of the family has the voucher come out, once the rights are at the till.
        assert seen(two, jan, one).safe.points == 175
        rich = bought(two, jan, may(6), "CREAM*2")
        assert (len(rich.vouchers), rich.balance) == (1, 25)
        gone = brought_back(two, may(7), rich)
        assert (len(gone.revoked), gone.balance) == (1, 175)
        agree(office, two, ala, 175)

        # Who leaves collects on their own again.
        office.run("family", "remove", jan)
        sync(one, two)
        assert (points(two, jan), points(one, ala)) == (0, 175)
        assert office.disagreements() == 0
