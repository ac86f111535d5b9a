"""Claims in the books: what a till took for a reward, and what it took off, is computed again."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from loyalty.clock import epoch_ms, from_epoch_ms
from loyalty.journal import EARN, REDEEM, VOUCHER_ISSUED, VOUCHER_REDEEMED, Entry
from loyalty.programme.expiry import end_of_days_ms
from sync_server.reconcile.verification import verify_books
from sync_server.store.engine import reading, writing
from sync_server.store.programmes import put_in_force
from sync_server.terminals.ingest import Ingest
from tests.contract.server_core.journals import START, ZONE, Journal, rows

LABEL = "catalogue@1"
DOCUMENT = """
name = "catalogue"
version = 1
currency = "GBP"
[earning]
per = "1.00"
points = 1
[wallets.points]
[wallets.stamps]
[goods.tea]
items = ["TEA"]
[[rewards]]
name = "tea"
cost = 50
gives = "free_goods"
goods = ["tea"]
a_member = 2
[[rewards]]
name = "five"
cost = 100
gives = "money_off"
amount = "5.00"
[[rewards]]
name = "mug"
cost = 100
gives = "gift"
[[rewards]]
name = "cup"
cost = 5
gives = "gift"
wallet = "stamps"
"""
TEAS = [["TEA", 2, 9_00], ["MUG", 1, 5_00]]


@pytest.fixture
def till(engine: Engine) -> Journal:
    """A till whose member anna bought for 200.00, in a shop with a catalogue."""
    with writing(engine) as connection:
        put_in_force(connection, DOCUMENT, epoch_ms(START))
    till = Journal()
    till.sale("anna", 200, programme=LABEL)
    return till


def claim(till: Journal, reward: str = "tea", cost: int = 50, **changed: Any) -> Entry:
    payload: dict[str, Any] = {"reward": reward, "cost": cost, "count": 1}
    if reward == "tea":
        payload["sums"] = {"reward:tea|ever": 1}
    payload |= changed.pop("said", {})
    fields: dict[str, Any] = {"points": -cost, "payload": payload, **changed}
    return till.add(REDEEM, "anna", receipt="C", programme=LABEL, **fields)


def issue(till: Journal, reward: str = "tea", **said: Any) -> str:
    """Issue the voucher of a claim; gives its number."""
    number = f"{till.terminal}.{till.epoch}.{till.next_seq}"
    at_ms = epoch_ms(from_epoch_ms(0) + timedelta(days=20_600))
    payload = {
        "number": number,
        "amount_minor": 5_00 if reward == "five" else 0,
        "currency": "GBP",
        "expires_at_ms": end_of_days_ms(90, at_ms, ZONE),
        "reward": reward,
        **said,
    }
    fields: dict[str, Any] = {"payload": payload, "occurred_at_ms": at_ms}
    till.add(VOUCHER_ISSUED, "anna", receipt="C", programme=LABEL, **fields)
    return number


def sold(till: Journal) -> None:
    """A sale of two teas and a mug for anybody, on receipt S."""
    payload = {"lines": TEAS}
    till.add(EARN, receipt="S", amount_minor=14_00, programme=LABEL, payload=payload)


def use(till: Journal, number: str, amount_minor: int = 4_50, **said: Any) -> Entry:
    payload = {"number": number, "amount_minor": amount_minor, "reward": "tea", "terms": LABEL}
    payload |= said
    return till.add(VOUCHER_REDEEMED, receipt="S", programme=LABEL, payload=payload)


def details(engine: Engine) -> list[str]:
    return [case["detail"].partition(": ")[2] for case in rows(engine, "cases")]


def test_claims_and_their_vouchers_come_to_the_same(
    engine: Engine, ingest: Ingest, till: Journal
) -> None:
    claim(till)
    first = issue(till)
    claim(till, said={"count": 1})
    second = issue(till)
    claim(till, "five", 100)
    issue(till, "five")
    sold(till)
    use(till, first)
    use(till, second)
    ingest.take(till.frame())
    assert details(engine) == []
    with reading(engine) as connection:
        assert list(verify_books(connection, ZONE)) == []


def test_a_receipt_is_worked_out_whole_however_its_frames_are_cut(
    engine: Engine, ingest: Ingest, till: Journal
) -> None:
    claim(till, points=-100, said={"count": 2, "sums": {"reward:tea|ever": 2}})
    first, second = issue(till), issue(till)
    sold(till)
    use(till, first)
    use(till, second)
    for seq in range(1, till.next_seq):
        ingest.take(till.frame(seq, 1))
    assert details(engine) == []


def test_what_was_written_again_finds_the_sale_in_the_journal_before(
    engine: Engine, ingest: Ingest, till: Journal
) -> None:
    claim(till)
    number = issue(till)
    sold(till)
    use(till, number)
    ingest.take(till.frame(1, 4))
    again = Journal(epoch=2)
    use(again, number, salvaged=[1, 5])
    ingest.take(again.frame())
    assert details(engine) == []


def test_a_voucher_may_be_used_before_its_issue_arrives(
    engine: Engine, ingest: Ingest, till: Journal
) -> None:
    claim(till)
    number = issue(till)
    other = Journal("KRK-2")
    sold(other)
    use(other, number)
    ingest.take(other.frame())
    ingest.take(till.frame())
    assert details(engine) == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"points": -40}, "40 points for 1 of tea, computed 50"),
        ({"said": {"cost": 10}}, "50 points for 1 of tea, computed 50"),
        ({"said": {"count": 2}}, "50 points for 2 of tea, computed 100"),
        ({"said": {"sums": {}}}, "it counts its claims otherwise than computed"),
        ({"reward": "boat"}, "it claims 'boat', which this wallet has not"),
        ({"reward": "cup", "cost": 5}, "it claims 'cup', which this wallet has not"),
        ({"said": {"count": "many"}}, "what it claims cannot be read"),
    ],
)
def test_a_claim_for_another_price_is_shown(
    engine: Engine, ingest: Ingest, till: Journal, changed: dict[str, Any], said: str
) -> None:
    claim(till, **changed)
    ingest.take(till.frame())
    assert details(engine) == [f"{said}."]


@pytest.mark.parametrize(
    ("reward", "changed", "said"),
    [
        ("tea", {"amount_minor": 9_00}, "its voucher is of 900, computed 0"),
        ("five", {"amount_minor": 9_00}, "its voucher is of 900, computed 500"),
        ("tea", {"expires_at_ms": 1}, "its voucher is not good for 90 days"),
        ("mug", {}, "it issues a voucher of 'mug', which gives none"),
        ("boat", {}, "it issues a voucher of 'boat', which gives none"),
    ],
)
def test_a_voucher_that_says_more_than_its_reward_is_shown(
    engine: Engine,
    ingest: Ingest,
    till: Journal,
    reward: str,
    changed: dict[str, Any],
    said: str,
) -> None:
    """Of a voucher that nothing was claimed for, another case tells that."""
    claim(till)
    issue(till, reward, **changed)
    ingest.take(till.frame())
    cases = {case["kind"]: case["detail"] for case in rows(engine, "cases")}
    assert cases.pop("promise-differs") == f"Receipt C: {said}."
    unclaimed = {"strange": f"It issues voucher KRK-1.1.{till.next_seq - 1} and redeems no points."}
    assert cases == ({} if reward == "tea" else unclaimed)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"amount_minor": 9_00}, "its voucher took off 900, computed 450"),
        ({"terms": "catalogue@9"}, "its terms 'catalogue@9' have no reward 'tea'"),
        ({"reward": "boat"}, "its terms 'catalogue@1' have no reward 'boat'"),
    ],
)
def test_a_voucher_that_took_off_something_else_is_shown(
    engine: Engine, ingest: Ingest, till: Journal, changed: dict[str, Any], said: str
) -> None:
    claim(till)
    number = issue(till)
    sold(till)
    use(till, number, **changed)
    ingest.take(till.frame())
    assert details(engine) == [f"{said}."]


def test_one_tea_is_not_free_twice(engine: Engine, ingest: Ingest, till: Journal) -> None:
    claim(till, points=-150, said={"count": 3, "sums": {"reward:tea|ever": 3}})
    first, second, third = issue(till), issue(till), issue(till)
    sold(till)
    for number in (first, second, third):
        use(till, number)
    ingest.take(till.frame())
    assert details(engine) == ["its voucher took off 450, computed 0."]


def test_a_voucher_of_another_reward_than_it_was_issued_for_is_shown(
    engine: Engine, ingest: Ingest, till: Journal
) -> None:
    claim(till)
    number = issue(till)
    sold(till)
    use(till, number, 5_00, reward="five")
    ingest.take(till.frame())
    assert details(engine) == [f"its voucher {number} is of another reward than 'five'."]


def test_an_amount_without_terms_is_not_what_was_issued(
    engine: Engine, ingest: Ingest, till: Journal
) -> None:
    claim(till)
    number = issue(till)
    till.spend(number, 4_50)
    ingest.take(till.frame())
    assert [case["kind"] for case in rows(engine, "cases")] == ["voucher-differs"]


def test_a_voucher_without_its_sale_cannot_be_worked_out(
    engine: Engine, ingest: Ingest, till: Journal
) -> None:
    claim(till)
    use(till, issue(till))
    ingest.take(till.frame())
    assert details(engine) == ["its lines cannot be read."]


def test_more_vouchers_than_were_claimed_are_shown(
    engine: Engine, ingest: Ingest, till: Journal
) -> None:
    claim(till)
    issue(till)
    number = issue(till)
    ingest.take(till.frame())
    [case] = rows(engine, "cases")
    assert (case["kind"], case["seq"]) == ("strange", 4)
    assert case["detail"] == f"It issues voucher {number} and redeems points for 1 only."


def test_only_a_reward_has_a_voucher_without_an_amount(
    engine: Engine, ingest: Ingest, till: Journal
) -> None:
    claim(till)
    issue(till, reward="")
    ingest.take(till.frame())
    assert [case["kind"] for case in rows(engine, "cases")] == ["refused"]
