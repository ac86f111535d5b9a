"""Vouchers that come out by themselves: what each says, and what was redeemed for all of them."""

from typing import Any

import pytest
from sqlalchemy import Engine

from loyalty.clock import epoch_ms
from loyalty.journal import REDEEM
from sync_server.store.engine import writing
from sync_server.store.programmes import put_in_force
from sync_server.terminals.ingest import Ingest
from tests.contract.server_core.journals import START, Journal, rows


@pytest.fixture
def till() -> Journal:
    """A till whose member anna bought for 2,000.00."""
    till = Journal()
    till.sale("anna", 2_000)
    return till


def told(engine: Engine) -> list[tuple[str, int, str]]:
    """Kind, number and detail of each case."""
    return sorted((case["kind"], case["seq"], case["detail"]) for case in rows(engine, "cases"))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"amount_minor": 9_000_000}, "its voucher is of 9000000 GBP, computed 500 GBP"),
        ({"currency": "EUR"}, "its voucher is of 500 EUR, computed 500 GBP"),
        ({"expires_at_ms": 2 * 10**12}, "its voucher is not good for 90 days"),
    ],
)
def test_a_voucher_that_says_more_than_the_programme_gives_is_shown(
    engine: Engine, ingest: Ingest, till: Journal, changed: dict[str, Any], said: str
) -> None:
    till.reward("anna")
    till.issue("anna", till.add(REDEEM, "anna", -500).receipt, **changed)
    ingest.take(till.frame())
    assert told(engine) == [("promise-differs", 5, f"Receipt KRK-1/4: {said}.")]


def test_a_voucher_of_a_programme_that_has_none_is_shown(
    engine: Engine, ingest: Ingest, till: Journal
) -> None:
    terms = 'name = "bare"\nversion = 1\ncurrency = "GBP"\n[earning]\nper = "1.00"\n'
    with writing(engine) as connection:
        put_in_force(connection, terms, epoch_ms(START))
    till.add(REDEEM, "anna", -500, receipt="R", programme="bare@1")
    till.issue("anna", "R", programme="bare@1")
    ingest.take(till.frame())
    assert told(engine) == [
        (
            "promise-differs",
            3,
            "Receipt R: it issues voucher KRK-1.1.3, and its programme has none.",
        )
    ]


def test_vouchers_that_too_few_points_were_redeemed_for_are_shown(
    engine: Engine, ingest: Ingest, till: Journal
) -> None:
    receipt = till.add(REDEEM, "anna", -1).receipt
    till.issue("anna", receipt)
    receipt = till.add(REDEEM, "anna", -999).receipt
    till.issue("anna", receipt)
    till.issue("anna", receipt)
    ingest.take(till.frame())
    assert told(engine) == [
        ("strange", 3, "It issues voucher KRK-1.1.3 and redeems no points."),
        ("strange", 6, "It issues voucher KRK-1.1.6 and redeems points for 1 only."),
    ]


@pytest.mark.parametrize("frame", [1, 2, 3, 9])
def test_points_are_shared_by_the_vouchers_of_a_receipt_however_its_frames_are_cut(
    engine: Engine, ingest: Ingest, till: Journal, frame: int
) -> None:
    receipt = till.add(REDEEM, "anna", -1_000).receipt
    for _ in range(3):
        till.issue("anna", receipt)
    till.reward("anna")
    for seq in range(1, till.next_seq, frame):
        ingest.take(till.frame(seq, frame))
    assert told(engine) == [
        ("strange", 5, "It issues voucher KRK-1.1.5 and redeems points for 2 only.")
    ]
