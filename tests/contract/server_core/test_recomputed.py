"""All that an entry promises is computed anew: points, what is off, and what is counted."""

from typing import Any

import pytest
from sqlalchemy import Engine

from loyalty.clock import epoch_ms
from loyalty.journal import EARN, REVERSE
from loyalty.programme.document import classic_document
from sync_server.store.engine import writing
from sync_server.store.programmes import put_in_force
from sync_server.terminals.ingest import Ingest
from tests.contract.server_core.journals import START, Journal
from tests.contract.server_core.test_cases import opened

COUNTED = (
    classic_document().replace("version = 1", "version = 2")
    + '\n[tiers]\nmonths = 1\n[[tier]]\nname = "silver"\nat = "500.00"\n'
    + '\n[discount]\nsteps = [{ at = "100.00", percent = "5" }]\n'
)
TEN = {"lines": [["TEA", 1, 1_000]]}
"""10.00, of a member who has bought for less than 100.00."""


def spend(minor: int) -> dict[str, Any]:
    return {**TEN, "sums": {"spend|2026-05": minor, "spend|ever": minor}}


KNOWN = {"standing": {"spent_minor": 20_000}}
"""Of a member who has bought for 200.00, and has 5 % off."""


@pytest.fixture
def counted(engine: Engine, ingest: Ingest) -> Ingest:
    with writing(engine) as connection:
        put_in_force(connection, COUNTED, epoch_ms(START))
    return ingest


def details(engine: Engine, ingest: Ingest, *said: tuple[str, int, dict[str, Any]]) -> list[str]:
    """What head office says of entries of 10.00 for `said`: kind, points and payload."""
    till = Journal()
    for kind, points, payload in said:
        amount_minor = 1_000 if kind == EARN else -1_000
        fields = {"amount_minor": amount_minor, "payload": payload}
        till.add(kind, "anna", points, programme="classic@2", **fields)
    assert not ingest.take(till.frame()).refused
    return [detail for kind, _, _, detail in opened(engine) if kind == "promise-differs"]


def test_what_the_goods_come_to_is_no_case(engine: Engine, counted: Ingest) -> None:
    off = {**spend(950), **KNOWN, "discount_minor": 50}
    said = ((EARN, 10, spend(1_000)), (REVERSE, -10, spend(-1_000)), (EARN, 9, off))
    assert details(engine, counted, *said) == []


@pytest.mark.parametrize(
    ("kind", "points", "payload", "why"),
    [
        (EARN, 10, TEN, "it counts nothing of its member, computed spend|2026-05 1000, "),
        (EARN, 10, spend(9_000), "it counts spend|2026-05 9000, spend|ever 9000 of its member"),
        (EARN, 9, spend(1_000), "promised 9 points, computed 10"),
        (EARN, 10, {**spend(1_000), "discount_minor": 50}, "discount 50, computed 0"),
        (EARN, 9, {**spend(950), **KNOWN}, "discount 0, computed 50"),
        (REVERSE, -10, TEN, "it counts nothing of its member, computed spend|2026-05 -1000"),
        (REVERSE, -10, spend(1_000), "it counts spend|2026-05 1000, spend|ever 1000 of its"),
        (REVERSE, -9, spend(-1_000), "promised -9 points, computed -10"),
    ],
)
def test_a_promise_that_is_not_what_the_goods_come_to_is_a_case(
    engine: Engine, counted: Ingest, kind: str, points: int, payload: dict[str, Any], why: str
) -> None:
    [said] = details(engine, counted, (kind, points, payload))
    assert why in said
