"""What a member does beside buying: given once per reference, as often as the programme has it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest

from drivers.simulators.text import text
from loyalty.journal import EVENT, Entry
from loyalty.programme.document import classic_document
from loyalty.receipts import HAPPENED, RulePoints, WalletLine
from terminal_app.bootstrap import Shop, open_till
from terminal_app.printing.compose import compose_document
from terminal_app.till.answers import Activity, Enrolment, Posted, Reason, Refusal
from tests.unit.terminal.counter import ShopClock, entries_in, found_till, known, posted
from tests.unit.terminal.papers import papers_of

DOCUMENT = (
    classic_document()
    + """
[wallets.points]
[wallets.stars]
kind = "stamps"
[[event]]
name = "quiz"
title = { en = "Quiz", pl = "Quiz o kawie" }
on = "quiz"
points = 20
a_year = 2
[[event]]
name = "star"
on = "quiz"
wallet = "stars"
points = 1
a_member = 1
[[event]]
name = "survey"
on = "survey"
points = 15
when = { from = "2030-01-01" }
[[event]]
name = "app"
on = "custom"
code = "app-installed"
points = 50
a_member = 1
[[event]]
name = "details"
on = "profile"
points = 10
a_member = 1
"""
)
On = Literal["quiz", "survey", "contest", "profile", "custom"]


@pytest.fixture
def club(tmp_path: Path, clock: ShopClock) -> Iterator[Shop]:
    found_till(tmp_path / "till", document=DOCUMENT)
    with open_till(tmp_path / "till", clock=clock) as shop:
        yield shop


def joined(shop: Shop) -> str:
    return known(shop.till.enrol(Enrolment(name="Ala", language="pl"))).member.member_id


def did(shop: Shop, member: str, on: On, code: str = "", reference: str = "") -> Posted | Refusal:
    return shop.till.happened(Activity(member_id=member, on=on, code=code, reference=reference))


def reason(answer: Posted | Refusal) -> Reason:
    assert isinstance(answer, Refusal), answer
    return answer.reason


def events(shop: Shop) -> list[Entry]:
    with shop.store.reading() as connection:
        return [entry for entry in entries_in(connection) if entry.kind == EVENT]


def test_a_quiz_gives_into_every_wallet_in_one_receipt(club: Shop) -> None:
    ala = joined(club)
    receipt = posted(did(club, ala, "quiz", reference="Q-1")).receipt
    assert (receipt.kind, receipt.reference, receipt.balance) == (HAPPENED, "Q-1", 20)
    assert receipt.bonuses == (RulePoints("Quiz o kawie", 20),)
    assert receipt.wallets == (WalletLine("Stars", "stamps", 1, 0, 1),)
    assert [(entry.member, entry.points, entry.receipt) for entry in events(club)] == [
        (ala, 20, "Q-1"),
        (f"{ala}/stars", 1, "Q-1"),
    ]
    [paper] = papers_of(compose_document(receipt, club.identity.zone), "sim:?width=58")
    assert "Dziękujemy" in text(paper)
    assert "Quiz o kawie" in text(paper)
    assert "Razem" not in text(paper)


def test_a_repeat_is_answered_as_the_first_time(club: Shop) -> None:
    ala = joined(club)
    first = posted(did(club, ala, "quiz", reference="Q-1"))
    again = posted(did(club, ala, "quiz", reference="Q-1"))
    assert (again.repeated, again.receipt) == (True, first.receipt)
    assert reason(did(club, ala, "profile", reference="Q-1")) is Reason.RECEIPT_CONFLICT
    assert len(events(club)) == 2


def test_limits_hold_by_the_year_and_for_ever(club: Shop, clock: ShopClock) -> None:
    ala = joined(club)
    assert len(posted(did(club, ala, "quiz")).receipt.wallets) == 1
    second = posted(did(club, ala, "quiz")).receipt
    assert [(line.points, line.balance) for line in second.wallets] == [(0, 1)]
    assert reason(did(club, ala, "quiz")) is Reason.ACTIVITY_HAD_BEFORE
    clock.move(days=366)
    assert posted(did(club, ala, "quiz")).receipt.balance == 60
    assert posted(did(club, ala, "profile")).receipt.balance == 70
    assert reason(did(club, ala, "profile")) is Reason.ACTIVITY_HAD_BEFORE


def test_a_custom_event_is_known_by_its_code(club: Shop) -> None:
    ala = joined(club)
    assert reason(did(club, ala, "custom", "app-removed")) is Reason.ACTIVITY_UNKNOWN
    assert posted(did(club, ala, "custom", "app-installed")).receipt.balance == 50
    assert reason(did(club, ala, "custom", "app-installed")) is Reason.ACTIVITY_HAD_BEFORE


def test_what_the_programme_has_nothing_for_is_refused(club: Shop) -> None:
    ala = joined(club)
    assert reason(did(club, ala, "contest")) is Reason.ACTIVITY_UNKNOWN
    assert reason(did(club, ala, "survey")) is Reason.ACTIVITY_NOT_NOW
    assert reason(did(club, "2900000000000000", "quiz")) is Reason.UNKNOWN_CARD
    assert reason(did(club, ala, "quiz", reference="no blanks")) is Reason.RECEIPT_INVALID
    assert events(club) == []
