"""`verify` and `rebuild` on rights: whoever changes the tables alone is found out by the bytes."""

import pytest

from loyalty.wire import Grant
from terminal_app.bootstrap import Shop
from terminal_app.commands import ledger_checks
from terminal_app.store import draws, rights, vouchers
from tests.unit.terminal.counter import ShopClock
from tests.unit.terminal.test_rights_at_the_till import GUEST, answered, sell, tidied, told

TAMPERED = {
    "more granted": ("UPDATE rights SET granted = granted + 500", "rights of 29"),
    "release forgotten": ("UPDATE rights SET released = 0", "rights of 29"),
    "rights of nobody": ("INSERT INTO rights VALUES ('2900', 500, 0)", "rights of 2900"),
    "rights gone": ("DELETE FROM rights", "rights of 29"),
    "voucher held again": (
        "UPDATE vouchers SET held_by = 'KRK-1.1'",
        "the journal says that it is not here",
    ),
    "draw opened again": ("UPDATE draws SET state = 'open'", "draw 1: it is kept as open"),
    "numbers forgotten": ("DELETE FROM draws", "draws: the journal tells of number 1"),
}


@pytest.fixture
def served(shop: Shop, clock: ShopClock) -> Shop:
    """A guest drew 600 points here, got a voucher, left, and all of it went back."""
    told(shop, GUEST, 600, 600)
    shop.till.identify(GUEST.card)
    tidied(shop, clock)
    answered(shop, clock, grants=(Grant(1, 600),))
    sell(shop, 50_00)
    tidied(shop, clock)
    return shop


def findings(shop: Shop) -> list[str]:
    with shop.store.reading() as connection:
        return [finding.what for finding in ledger_checks.verify(connection, shop.identity)]


@pytest.mark.parametrize("how", TAMPERED)
def test_a_change_of_rights_is_found_and_rebuilt(served: Shop, how: str) -> None:
    statement, said = TAMPERED[how]
    assert findings(served) == []
    with served.store.writing() as connection:
        connection.execute(statement)
    assert any(said in what for what in findings(served)), findings(served)
    with served.store.writing() as connection:
        rebuilt = ledger_checks.rebuild(connection, served.identity)
    assert any(said in what for what in rebuilt.different)
    assert findings(served) == []
    with served.store.reading() as connection:
        assert rights.held(connection, GUEST.member_id) == 0
        assert draws.last_number(connection) == 1
        assert {row.held_by for row in vouchers.kept(connection).values()} == {""}
