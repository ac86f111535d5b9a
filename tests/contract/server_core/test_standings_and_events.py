"""What a till did not know as it sold, what it gave for events, and what points paid: listed."""

from typing import Any

import pytest
from sqlalchemy import Engine

from loyalty.clock import epoch_ms
from loyalty.journal import EARN, EVENT, REDEEM
from loyalty.programme.document import classic_document
from loyalty.programme.surprises import is_chosen
from sync_server.store.engine import writing
from sync_server.store.programmes import put_in_force
from sync_server.terminals.ingest import Ingest
from tests.contract.server_core.journals import START, Journal, hand_in
from tests.contract.server_core.test_cases import opened

CLUB = (
    classic_document().replace("version = 1", "version = 2")
    + """
[pay]
points = 100
worth = "1.00"
[tiers]
months = 1
[[tier]]
name = "silver"
at = "500.00"
[[multiply]]
name = "silver"
times = "2"
when = { tiers = ["silver"] }
[[event]]
name = "survey"
on = "survey"
points = 20
a_member = 1
[[event]]
name = "review"
on = "contest"
points = 5
[[surprise]]
name = "lucky"
in_how_many = 2
seed = "spring"
points = 5
"""
)
MONTH = "spend|2026-05"


@pytest.fixture
def club(engine: Engine, ingest: Ingest) -> Ingest:
    with writing(engine) as connection:
        put_in_force(connection, CLUB, epoch_ms(START))
    return ingest


def bought(till: Journal, whole: int, tier: str = "", hours: int = 0) -> None:
    """Anna's purchase of so many whole, `hours` after the start, by the tier the till knew."""
    minor = whole * 100
    payload: dict[str, Any] = {"lines": [["TEA", 1, minor]], "sums": {MONTH: minor}}
    if tier:
        payload["standing"] = {"tier": tier}
    till.add(
        EARN,
        "anna",
        whole * (2 if tier else 1),
        amount_minor=minor,
        payload=payload,
        programme="classic@2",
        occurred_at_ms=epoch_ms(START) + hours * 3_600_000,
    )


def kinds(engine: Engine) -> list[str]:
    return [kind for kind, *_ in opened(engine)]


def test_a_sale_by_a_tier_that_the_books_contradict_is_listed(engine: Engine, club: Ingest) -> None:
    first, second = Journal("KRK-1"), Journal("KRK-2")
    bought(first, 600, hours=1)
    bought(second, 10, hours=2)
    bought(second, 10, hours=3)
    hand_in(club, [first.frame(), second.frame()])
    [(kind, terminal, seq, detail)] = opened(engine)
    assert (kind, terminal, seq) == ("stale-standing", "KRK-2", 1), "one for both sales"
    assert detail == (
        "Receipt KRK-2/1: the till gave 10 points by no tier, "
        "by the books it were 20 by tier silver."
    )


def test_a_tier_that_was_lost_elsewhere_is_listed_too(engine: Engine, club: Ingest) -> None:
    till = Journal("KRK-2")
    bought(till, 10, tier="silver", hours=1)
    hand_in(club, [till.frame()])
    assert kinds(engine) == ["stale-standing"]


@pytest.mark.parametrize("frame", [1, 9])
def test_a_sale_that_an_earlier_one_makes_stale_as_it_arrives_is_listed(
    engine: Engine, club: Ingest, frame: int
) -> None:
    """The sale that made silver arrives after one that went without it, and after a later one."""
    first, second = Journal("KRK-1"), Journal("KRK-2")
    bought(first, 600, hours=1)
    bought(first, 10, tier="silver", hours=4)
    bought(second, 10, hours=2)
    bought(second, 10, hours=3)
    hand_in(club, [second.frame(), *(first.frame(n, frame) for n in range(1, 3, frame))])
    [(kind, terminal, seq, detail)] = opened(engine)
    assert (kind, terminal, seq) == ("stale-standing", "KRK-2", 1), "one for both sales"
    assert detail.endswith("by the books it were 20 by tier silver.")


def test_an_earlier_sale_that_changes_nothing_makes_no_later_one_stale(
    engine: Engine, club: Ingest
) -> None:
    first, second = Journal("KRK-1"), Journal("KRK-2")
    bought(first, 100, hours=1)
    bought(second, 300, hours=2)
    bought(second, 150, hours=3)
    bought(second, 10, hours=4)
    hand_in(club, [second.frame(), first.frame()])
    assert [seq for _, _, seq, _ in opened(engine)] == [3], "with it 550 were bought before"


def test_what_was_sold_later_elsewhere_makes_no_sale_stale(engine: Engine, club: Ingest) -> None:
    first, second = Journal("KRK-1"), Journal("KRK-2")
    bought(first, 600, hours=9)
    bought(second, 10, hours=2)
    hand_in(club, [first.frame(), second.frame()])
    assert kinds(engine) == []


def test_what_the_till_itself_sold_it_knew(engine: Engine, club: Ingest) -> None:
    till = Journal()
    bought(till, 600, hours=1)
    bought(till, 10, tier="silver", hours=2)
    bought(till, 10, tier="silver", hours=3)
    hand_in(club, [till.frame(count=1), till.frame()])
    assert kinds(engine) == []


def event(till: Journal, points: int, name: object, receipt: str = "R", **more: Any) -> None:
    payload = {"event": name, **more}
    till.add(EVENT, "anna", points, payload=payload, receipt=receipt, programme="classic@2")


def test_an_event_is_worth_what_the_programme_says(engine: Engine, club: Ingest) -> None:
    till = Journal()
    event(till, 20, "survey")
    event(till, 21, "survey", receipt="S")
    event(till, 5, "quiz")
    event(till, 5, ["survey"])
    club.take(till.frame())
    assert [
        (kind, seq, detail[len("Receipt R: ") :]) for kind, _, seq, detail in opened(engine)
    ] == [
        ("promise-differs", 2, "promised 21 points, computed 20."),
        ("promise-differs", 3, "it gives points for 'quiz', which the programme does not know."),
        (
            "promise-differs",
            4,
            "it gives points for ['survey'], which the programme does not know.",
        ),
    ]


def test_an_event_that_two_tills_gave_is_listed_for_the_second(
    engine: Engine, club: Ingest
) -> None:
    first, second = Journal("KRK-1"), Journal("KRK-2")
    for till in (first, second):
        event(till, 20, "survey", sums={"event:survey|ever": 1})
    hand_in(club, [first.frame(), second.frame()])
    [(kind, terminal, seq, detail)] = opened(engine)
    assert (kind, terminal, seq) == ("event-too-often", "KRK-2", 1)
    assert detail == "Receipt R: the member had survey as often as may be before."


@pytest.mark.parametrize("frame", [1, 9])
def test_what_happened_gives_its_event_once(engine: Engine, club: Ingest, frame: int) -> None:
    """Though nothing limits how often a member may have it."""
    till = Journal()
    lucky = next(f"R{n}" for n in range(99) if is_chosen("spring", 2, "KRK-1", f"R{n}"))
    for name in ("review", "lucky", "review", "lucky", "review"):
        event(till, 5, name, receipt=lucky)
    event(till, 5, "review", receipt="other")
    hand_in(club, [till.frame(seq, frame) for seq in range(1, till.next_seq, frame)])
    assert [(kind, seq) for kind, _, seq, _ in opened(engine)] == [
        ("event-too-often", 3),
        ("event-too-often", 4),
        ("event-too-often", 5),
    ]


def test_luck_is_found_again(engine: Engine, club: Ingest) -> None:
    till = Journal()
    for number in range(8):
        event(till, 5, "lucky", receipt=f"R{number}")
    club.take(till.frame())
    unlucky = [n for n in range(8) if not is_chosen("spring", 2, "KRK-1", f"R{n}")]
    assert [seq - 1 for _, _, seq, _ in opened(engine)] == unlucky
    assert 0 < len(unlucky) < 8


@pytest.mark.parametrize(
    ("points", "paid_minor", "detail"),
    [
        (200, 200, ""),
        (200, 300, "200 points paid 300, they are worth 200"),
        (150, 150, "150 points paid 150, they are worth 0"),
        (200, "2.00", "200 points paid '2.00', they are worth 200"),
    ],
)
def test_points_pay_what_they_are_worth(
    engine: Engine, club: Ingest, points: int, paid_minor: object, detail: str
) -> None:
    till = Journal()
    bought(till, 400)
    payload = {"paid_minor": paid_minor}
    till.add(REDEEM, "anna", -points, payload=payload, receipt="R", programme="classic@2")
    club.take(till.frame())
    assert [told for *_, told in opened(engine)] == ([f"Receipt R: {detail}."] if detail else [])


def test_points_that_paid_for_goods_paid_for_no_voucher(engine: Engine, club: Ingest) -> None:
    till = Journal()
    bought(till, 600)
    receipt = till.add(
        REDEEM, "anna", -100, payload={"paid_minor": 100}, programme="classic@2"
    ).receipt
    till.issue("anna", receipt)
    hand_in(club, [till.frame(count=2), till.frame()])
    [(kind, _, seq, _)] = opened(engine)
    assert (kind, seq) == ("strange", 3)
