"""What a sale or a return says of the other entries of its receipt is held against those."""

from typing import Any

import pytest
from sqlalchemy import Engine

from loyalty.journal import EARN, REDEEM, REVERSE, VOUCHER_REDEEMED, Entry
from loyalty.wire import Waiting
from sync_server.store.engine import writing
from sync_server.store.programmes import put_in_force
from sync_server.terminals.ingest import Ingest
from tests.contract.server_core.journals import Journal, rows

LABEL = "paying@1"
DOCUMENT = """
name = "paying"
version = 1
currency = "GBP"
[earning]
per = "1.00"
points = 1
[excluded]
tenders = ["points", "voucher"]
[reward]
at_points = 500
voucher = "5.00"
valid_days = 90
[pay]
points = 100
worth = "1.00"
[returns]
vouchers = "revoked"
"""


@pytest.fixture
def till(engine: Engine) -> Journal:
    """A till whose member anna bought for 2,000.00 and got two vouchers for it."""
    with writing(engine) as connection:
        put_in_force(connection, DOCUMENT, 0)
    till = Journal()
    receipt = till.sale("anna", 2_000, programme=LABEL).receipt
    till.add(REDEEM, "anna", -1_000, receipt=receipt, programme=LABEL)
    till.issue("anna", receipt, LABEL)
    till.issue("anna", receipt, LABEL)
    return till


def bought(till: Journal, paid: dict[str, int]) -> None:
    """A sale of 100.00 on receipt S, of which was `paid` otherwise than with money."""
    points = 100 - sum(paid.values()) // 100
    payload: dict[str, Any] = {"lines": [["TEA", 1, 100_00]]} | ({"paid": paid} if paid else {})
    fields: dict[str, Any] = {"receipt": "S", "payload": payload, "programme": LABEL}
    till.add(EARN, "anna", points, amount_minor=100_00, **fields)


def paid_with_points(till: Journal, points: int) -> None:
    payload = {"paid_minor": points}
    till.add(REDEEM, "anna", -points, receipt="S", payload=payload, programme=LABEL)


def paid_with_voucher(till: Journal) -> None:
    payload = {"number": "KRK-1.1.3", "amount_minor": 500}
    till.add(VOUCHER_REDEEMED, "anna", receipt="S", payload=payload, programme=LABEL)


def returned(till: Journal, revoked: int, *, says: int) -> Entry:
    """A return of the first sale that revokes so many vouchers, and says how many."""
    payload: dict[str, Any] = {
        "lines": [["TEA", 1, 2_000_00]],
        "of": ["KRK-1", 1, 1],
        "returned": [[0, 1, 2_000_00]],
    } | ({"revoked": says} if says else {})
    points = -2_000 + 500 * says
    entry = till.add(
        REVERSE, "anna", points, amount_minor=-2_000_00, payload=payload, programme=LABEL
    )
    for number in ("KRK-1.1.3", "KRK-1.1.4")[:revoked]:
        said = {"number": number, "amount_minor": 500, "revoked": True}
        till.add(VOUCHER_REDEEMED, "anna", receipt=entry.receipt, payload=said)
    return entry


def told(engine: Engine) -> list[tuple[str, int, str]]:
    return sorted((case["kind"], case["seq"], case["detail"]) for case in rows(engine, "cases"))


@pytest.mark.parametrize(("says", "revoked"), [(50, 0), (2, 1), (1, 2), (1, 0)])
def test_a_return_that_revokes_other_vouchers_than_it_says_is_shown(
    engine: Engine, ingest: Ingest, till: Journal, says: int, revoked: int
) -> None:
    entry = returned(till, revoked, says=says)
    till.sale("", 1)
    ingest.take(till.frame())
    said = f"it says that it revokes {says} vouchers, and revokes {revoked}"
    assert told(engine) == [("promise-differs", 5, f"Receipt {entry.receipt}: {said}.")]


@pytest.mark.parametrize(
    ("says", "points", "vouchers", "said"),
    [
        ({"points": 90_00}, 0, 0, "it says that points paid 9000, and they paid 0"),
        ({"points": 3_00}, 200, 0, "it says that points paid 300, and they paid 200"),
        ({}, 200, 0, "it says that points paid 0, and they paid 200"),
        ({}, 0, 1, "it says that vouchers paid 0, and they paid 500"),
    ],
)
def test_a_sale_that_was_paid_otherwise_than_it_says_is_shown(
    engine: Engine,
    ingest: Ingest,
    till: Journal,
    says: dict[str, int],
    points: int,
    vouchers: int,
    said: str,
) -> None:
    bought(till, says)
    if points:
        paid_with_points(till, points)
    if vouchers:
        paid_with_voucher(till)
    ingest.take(till.frame())
    assert told(engine) == [("promise-differs", 5, f"Receipt S: {said}.")]


@pytest.mark.parametrize("frame", [1, 2, 3, 5, 20])
def test_receipts_that_come_out_are_no_case_however_their_frames_are_cut(
    engine: Engine, ingest: Ingest, till: Journal, frame: int
) -> None:
    bought(till, {"points": 2_00, "voucher": 5_00})
    paid_with_points(till, 200)
    paid_with_voucher(till)
    entry = returned(till, 0, says=1)
    said = {"number": "KRK-1.1.4", "amount_minor": 500, "revoked": True}
    till.add(VOUCHER_REDEEMED, "anna", receipt=entry.receipt, payload=said)
    last = till.next_seq - 1
    for seq in range(1, till.next_seq, frame):
        waiting = Waiting(max(0, last - (seq + frame - 1)), 0, 0)
        ingest.take(till.frame(seq, frame, waiting=waiting))
    assert told(engine) == []


def test_the_rest_of_a_cut_receipt_is_held_against_its_beginning(
    engine: Engine, ingest: Ingest, till: Journal
) -> None:
    returned(till, 1, says=2)
    ingest.take(till.frame(1, 5, waiting=Waiting(1, 0, 0)))
    assert told(engine) == []
    ingest.take(till.frame(6))
    assert [(kind, seq) for kind, seq, _ in told(engine)] == [("promise-differs", 5)]
