"""A friend is brought at one till, buys at another, and a third knows what was paid."""

from pathlib import Path

import pytest

from loyalty.programme.document import classic_document
from terminal_app.till.answers import Enrolment, Sale
from tests.integration.terminal.head_office import HeadOffice, found_under
from tests.integration.terminal.tills import agreed_points, enrolled, sync, till_of
from tests.unit.terminal.counter import goods, known, posted

FRIENDS = """
[[event]]
name = "friend"
on = "referral"
points = 300
friend_points = 100
at_least = "50.00"
"""


@pytest.fixture
def office(tmp_path: Path) -> HeadOffice:
    document = tmp_path / "shop.toml"
    terms = classic_document().replace("at_points = 500", "at_points = 5000")
    document.write_text(terms + FRIENDS, "utf-8")
    office = found_under(tmp_path / "office", document)
    office.start()
    return office


def test_a_friend_is_paid_for_once_in_the_chain(office: HeadOffice, tmp_path: Path) -> None:
    with (
        till_of(office, tmp_path / "one", "KRK-1") as one,
        till_of(office, tmp_path / "two", "KRK-2") as two,
        till_of(office, tmp_path / "far", "WAW-1") as far,
    ):
        ala = enrolled(one)
        sync(one, two, far)
        jan = known(two.till.enrol(Enrolment(name="Jan", referred_by=ala))).member.member_id
        sync(two, far, one)
        first = posted(far.till.sell(Sale(basket=goods(60_00), member_id=jan))).receipt
        assert (first.balance, [bonus.points for bonus in first.bonuses]) == (160, [100])
        sync(far, one, two)
        again = posted(one.till.sell(Sale(basket=goods(60_00), member_id=jan))).receipt
        assert (again.balance, again.bonuses) == (220, ())
        sync(one, two, far)
        assert agreed_points(two, ala) == 300
        assert agreed_points(far, jan) == 220
    assert office.cases() == []
    assert office.disagreements() == 0
    office.run("verify")
    office.stop()
