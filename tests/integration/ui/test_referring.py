"""Who brought a friend, on the cashier's form: asked where the programme gives something for it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from loyalty.programme.document import classic_document
from loyalty.programme.referrals import referred_key
from terminal_app.store import sums
from terminal_app.ui.cashier.enrolment import EnrolmentForm
from tests.integration.ui.keys import scan, seen
from tests.integration.ui.shop import ANNA, STRANGER, TestShop, open_test_shop
from tests.integration.ui.test_cashier import cashier

pytestmark = pytest.mark.anyio

DOCUMENT = (
    classic_document()
    + """
[[event]]
name = "friend"
on = "referral"
points = 30
friend_points = 10
"""
)


@pytest.fixture
def friendly(tmp_path: Path) -> Iterator[TestShop]:
    with open_test_shop(tmp_path, DOCUMENT) as shop:
        yield shop


async def test_the_card_of_who_brought_them_is_scanned_into_its_field(friendly: TestShop) -> None:
    app = cashier(friendly)
    async with app.run_test() as pilot:
        await scan(pilot, STRANGER)
        await pilot.press("f4")
        assert "Brought by" in seen(app)
        for line in ("Jan Nowak", "", "", ""):
            await scan(pilot, line)
        await pilot.press("enter")
        await scan(pilot, ANNA)
        form = app.query_one(EnrolmentForm).filled()
        assert (form.card, form.referred_by) == (STRANGER, ANNA)
        await pilot.press("f2")
        await pilot.pause()
    with friendly.store.reading() as connection:
        assert sums.sums_of(connection, STRANGER) == {referred_key(ANNA): 1}


async def test_without_a_referral_nobody_is_asked(shop: TestShop) -> None:
    app = cashier(shop)
    async with app.run_test() as pilot:
        await pilot.press("f4")
        assert "Brought by" not in seen(app)
