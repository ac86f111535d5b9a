"""A till with a few sales in its journal, made without a head office."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from loyalty.baskets import Basket, Line
from loyalty.clock import epoch_ms
from loyalty.programme.document import classic_document
from loyalty.wire import BalanceChange
from terminal_app.bootstrap import Shop, open_till
from terminal_app.replay.invoices import card_of
from terminal_app.store import ledger, settings
from terminal_app.store.connection import open_store
from terminal_app.store.programmes import keep_programme
from terminal_app.store.settings import Identity, SyncState
from terminal_app.till.answers import Enrolment, GoodsReturn, Posted, Sale

CARD = card_of(17850)
NOON = datetime(2011, 1, 15, 12, 0, tzinfo=UTC)


def goods(amount_minor: int, sku: str = "85123A") -> Basket:
    return Basket((Line(sku, "LANTERN", 1, amount_minor),))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A till that nobody sold at yet."""
    place = tmp_path / "till"
    place.mkdir()
    store = open_store(place / "till.sqlite")
    identity = Identity(
        terminal="T1",
        terminal_number=1,
        epoch=1,
        branch="B",
        branch_name="Branch",
        shop="Shop",
        timezone="Europe/London",
        server_url="http://127.0.0.1:9",
        token="token",
        private_key=Ed25519PrivateKey.generate().private_bytes_raw(),
    )
    with store.writing() as connection:
        settings.write_identity(connection, identity)
        keep_programme(connection, classic_document())
    store.close()
    return place


@pytest.fixture
def sold(home: Path) -> Iterator[Shop]:
    """The till after an enrolment, a sale with a voucher, one without a card, and a return."""
    with open_till(home, clock=lambda: NOON) as shop:
        till = shop.till
        at_ms = epoch_ms(NOON)
        till.enrol(Enrolment(name="=cmd|'calc'!A1", card=CARD, occurred_at_ms=at_ms))
        for answer in (
            till.sell(Sale(basket=goods(520_99), reference="1", member_id=CARD)),
            till.sell(Sale(basket=goods(9_99), reference="=2+2")),
            till.take_back(GoodsReturn(basket=goods(100_00), reference="C3", member_id=CARD)),
        ):
            assert isinstance(answer, Posted)
        with shop.store.writing() as connection:
            ledger.put_told(connection, [BalanceChange(CARD, 40, 45, 5, 0)])
            settings.write_sync_state(connection, SyncState(heard_at_ms=at_ms, confirmed_seq=2))
        yield shop
