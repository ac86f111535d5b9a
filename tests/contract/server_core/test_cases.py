"""What no rule can settle is put before a person, once, and stops nothing."""

import pytest
from sqlalchemy import Engine

from sync_server.terminals.ingest import Ingest
from tests.contract.server_core.journals import Journal, hand_in, rows


def opened(engine: Engine) -> list[tuple[str, str, int, str]]:
    return sorted(
        (case["kind"], case["terminal"], case["seq"], case["detail"])
        for case in rows(engine, "cases")
    )


def test_a_voucher_redeemed_twice_names_the_second_till(engine: Engine, ingest: Ingest) -> None:
    issuer, first, second = Journal("KRK-1"), Journal("KRK-2"), Journal("WAW-1")
    issuer.sale("anna", 500)
    number = issuer.reward("anna")
    first.spend(number)
    second.spend(number)
    hand_in(ingest, [issuer.frame(), first.frame(), second.frame(), second.frame()])
    assert opened(engine) == [
        ("double-voucher", "WAW-1", 1, f"Voucher {number} was redeemed before, at KRK-2.")
    ]
    assert rows(engine, "vouchers")[0]["redeemed_terminal"] == "KRK-2"


@pytest.mark.parametrize("issue_first", [True, False])
def test_a_voucher_redeemed_for_more_than_it_was_issued_for(
    engine: Engine, ingest: Ingest, *, issue_first: bool
) -> None:
    issuer, other = Journal("KRK-1"), Journal("KRK-2")
    issuer.sale("anna", 500)
    number = issuer.reward("anna")
    other.spend(number, amount_minor=50_000)
    frames = [issuer.frame(), other.frame()]
    hand_in(ingest, frames if issue_first else frames[::-1])
    [(kind, terminal, _, _)] = opened(engine)
    assert (kind, terminal) == ("voucher-differs", "KRK-2")
    assert rows(engine, "vouchers")[0]["amount_minor"] == 500


@pytest.mark.parametrize(
    ("changed", "detail"),
    [
        ({"points": 12}, "promised 12 points, computed 10"),
        ({"amount_minor": 2_000}, "amount 2000, its lines sum to 1000"),
        ({"payload": {"lines": [["TEA", "many", 1]]}}, "its lines cannot be read"),
        ({"payload": {}}, "its lines cannot be read"),
        ({"programme": "classic@1", "points": 0}, "promised 0 points, computed 10"),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_a_promise_that_differs_counts_as_it_was_made_and_is_shown(
    engine: Engine, ingest: Ingest, changed: dict[str, object], detail: str
) -> None:
    till = Journal()
    entry = till.sale("anna", 10, **changed)
    till.sale("anna", 1)
    till.goods_return("anna", 1)
    ingest.take(till.frame())
    assert opened(engine) == [
        ("promise-differs", "KRK-1", 1, f"Receipt {entry.receipt}: {detail}.")
    ]
    assert rows(engine, "entries")[0]["points"] == entry.points


def test_points_for_a_shopper_without_a_card_are_shown(engine: Engine, ingest: Ingest) -> None:
    till = Journal()
    entry = till.sale("", 10, points=10)
    ingest.take(till.frame())
    [(kind, _, _, detail)] = opened(engine)
    assert kind == "promise-differs"
    assert detail == f"Receipt {entry.receipt}: promised 10 points, computed 0."
    assert rows(engine, "standings") == []


def test_an_award_under_an_unknown_programme_is_said_once(engine: Engine, ingest: Ingest) -> None:
    till = Journal()
    for label in ("gold@7", "gold@7", "classic@x", "classic@1"):
        till.sale("anna", 10, programme=label)
    ingest.take(till.frame())
    assert [(kind, seq) for kind, _, seq, _ in opened(engine)] == [
        ("programme-unknown", 1),
        ("programme-unknown", 3),
    ]


def test_points_spent_at_two_tills_at_once_are_overspent(engine: Engine, ingest: Ingest) -> None:
    tills = [Journal("KRK-1"), Journal("KRK-2")]
    tills[0].sale("anna", 480)
    for till in tills:
        till.sale("anna", 30)
        till.reward("anna")
    hand_in(ingest, [till.frame() for till in tills])
    assert opened(engine) == [("overspent", "KRK-2", 2, "1000 points were redeemed of 540 earned.")]
    assert rows(engine, "standings")[0]["points"] == -460


def test_a_debt_made_by_a_return_is_no_case(engine: Engine, ingest: Ingest) -> None:
    till = Journal()
    till.sale("anna", 500)
    till.reward("anna")
    till.goods_return("anna", 500)
    ingest.take(till.frame())
    assert opened(engine) == []
    assert rows(engine, "standings")[0]["points"] == -500


def test_a_card_enrolled_twice_keeps_its_first_member(engine: Engine, ingest: Ingest) -> None:
    first, same, other = Journal("KRK-1"), Journal("KRK-2"), Journal("WAW-1")
    first.enrol("anna", "Anna")
    same.enrol("anna", "Anna")
    other.enrol("anna", "Boris")
    other.add("enrol", "boris", payload={"member_id": "boris", "card": "anna"})
    hand_in(ingest, [first.frame(), same.frame(), other.frame()])
    assert [(row["member_id"], row["name"]) for row in rows(engine, "members")] == [
        ("anna", "Anna")
    ]
    assert [(kind, terminal, seq) for kind, terminal, seq, _ in opened(engine)] == [
        ("enrolled-twice", "WAW-1", 1),
        ("enrolled-twice", "WAW-1", 2),
    ]
