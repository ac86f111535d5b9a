"""Rights between tills and head office, as processes on a real line: no point is spent twice."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from loyalty.clock import epoch_ms
from loyalty.rights import Wait
from terminal_app.bootstrap import Shop, open_till
from terminal_app.errors import HeadOfficeUnreachable
from terminal_app.joining import join_chain
from terminal_app.store.programmes import keep_programme
from terminal_app.till.answers import KnownVoucher, Reason, Refusal, Sale
from tests.integration.terminal.head_office import HeadOffice
from tests.integration.terminal.people import CARD, SEEDED
from tests.integration.terminal.tills import at_head_office, enrolled, sync, till_of
from tests.unit.terminal.counter import faults_of, goods, known, posted

SAVING = """
name = "saving"
version = 1
currency = "GBP"
[earning]
per = "1.00"
[offline]
keep = 1000
"""
"""Points are collected and nothing comes out, so that they can be put where a test wants them."""

SPENDING = """
name = "spending"
version = 1
currency = "GBP"
[earning]
per = "1000.00"
[reward]
at_points = 1
voucher = "0.01"
[offline]
keep = 1000
"""
"""Every point that may be spent goes with the next sale, and none is earned."""


@contextmanager
def till_in_touch(office: HeadOffice, home: Path, terminal: str) -> Iterator[Shop]:
    """The till `terminal` of the chain, which was in touch and has rights."""
    with till_of(office, home, terminal) as shop:
        sync(shop)
        yield shop


def under(shop: Shop, document: str) -> None:
    """The shop's till goes by `document` from now on."""
    with shop.store.writing() as connection:
        keep_programme(connection, document, epoch_ms(datetime.now(UTC)))


def spent(shop: Shop, member: str, amount_minor: int = 100) -> int:
    """Points that a small sale at the till turns into vouchers."""
    sale = Sale(basket=goods(amount_minor), member_id=member, print_receipt=False)
    return posted(shop.till.sell(sale)).receipt.points_redeemed


@pytest.mark.parametrize("share", [0, 1, 120, 250, 500])
def test_two_tills_offline_cannot_spend_501_of_500(
    office: HeadOffice, tmp_path: Path, share: int
) -> None:
    homes = (tmp_path / "one", tmp_path / "two")
    with (
        till_in_touch(office, homes[0], "KRK-1") as one,
        till_in_touch(office, homes[1], "KRK-2") as two,
    ):
        for shop in (one, two):
            under(shop, SAVING)
        member = enrolled(one, card=CARD)
        one.sync.sync_once()
        two.sync.sync_once()
        for shop, points in ((one, share), (two, 500 - share)):
            if points:
                sale = Sale(basket=goods(points * 100), member_id=member, print_receipt=False)
                posted(shop.till.sell(sale))
        for shop in (one, two, one, two):
            shop.sync.sync_once()
        office.kill()
        for shop in (one, two):
            assert known(shop.till.member(member)).balance.points == 500
            under(shop, SPENDING)
        taken = [spent(shop, member) for shop in (one, two, one, two)]
        assert taken == [share, 500 - share, 0, 0]
        for shop in (one, two):
            with pytest.raises(HeadOfficeUnreachable):
                shop.sync.sync_once()
        office.start()
        for shop in (one, two, one):
            shop.sync.sync_once()
            assert known(shop.till.identify(CARD)).safe.points == 0
        assert [spent(shop, member) for shop in (one, two)] == [0, 0]
        assert not any(at_head_office(one).values())
    assert [
        faults_of(home, name) for home, name in zip(homes, ("KRK-1", "KRK-2"), strict=True)
    ] == [[], []]


def test_rights_follow_the_member_to_the_till_that_serves(
    office: HeadOffice, tmp_path: Path
) -> None:
    with (
        till_in_touch(office, tmp_path / "home", "KRK-1") as home,
        till_in_touch(office, tmp_path / "away", "WAW-1") as away,
    ):
        member = enrolled(home, card=CARD)
        posted(home.till.sell(Sale(basket=goods(450_00), member_id=member)))
        home.sync.sync_once()
        away.sync.sync_once()
        safe = known(away.till.identify(CARD)).safe
        assert (safe.points, safe.balance, safe.wait) == (0, 450, Wait.HELD_ELSEWHERE)
        assert [(held.terminal, held.points) for held in safe.elsewhere] == [("KRK-1", 450)]
        for shop in (away, home, away):
            shop.sync.sync_once()
        safe = known(away.till.identify(CARD)).safe
        assert (safe.points, safe.wait) == (450, Wait.NOTHING)
        assert known(home.till.member(member)).safe.points == 0
        office.kill()
        assert spent(away, member, 60_00) == 500
        assert spent(home, member, 60_00) == 0
        office.start()
        for shop in (home, away, home, away):
            shop.sync.sync_once()
        assert known(home.till.member(member)).balance.points == 70
    assert office.disagreements() == 0


def test_a_voucher_is_taken_where_its_right_lies(office: HeadOffice, tmp_path: Path) -> None:
    with (
        till_in_touch(office, tmp_path / "home", "KRK-1") as home,
        till_in_touch(office, tmp_path / "away", "WAW-1") as away,
    ):
        member = enrolled(home, card=CARD)
        sale = Sale(basket=goods(500_00), member_id=member)
        (slip,) = posted(home.till.sell(sale)).receipt.vouchers
        home.sync.sync_once()
        away.sync.sync_once()
        elsewhere = Refusal(Reason.VOUCHER_ELSEWHERE, {"voucher": slip.number})
        assert away.till.identify(slip.code) == elsewhere
        assert isinstance(home.till.identify(slip.code), KnownVoucher)
        for shop in (away, home):
            shop.sync.sync_once()
        assert home.till.identify(slip.code) == elsewhere
        assert away.till.identify(slip.code) == elsewhere
        away.sync.sync_once()
        paid = Sale(basket=goods(9_00), voucher_codes=(slip.code,))
        assert posted(away.till.sell(paid)).receipt.voucher_paid_minor == 500
        for shop in (away, home):
            shop.sync.sync_once()
        spent_before = Refusal(Reason.VOUCHER_SPENT, {"voucher": slip.number})
        assert home.till.identify(slip.code) == spent_before
    assert office.disagreements() == 0


def test_an_unknown_card_earns_and_is_known_after_the_next_sync(
    office: HeadOffice, tmp_path: Path
) -> None:
    home = tmp_path / "till"
    join_chain(home, office.url, office.codes["KRK-1"])
    with open_till(home) as shop:
        assert shop.till.identify(SEEDED) == Refusal(Reason.UNKNOWN_CARD, {"card": SEEDED})
        receipt = posted(shop.till.sell(Sale(basket=goods(600_00), member_id=SEEDED))).receipt
        assert (receipt.points, receipt.balance, receipt.vouchers) == (600, None, ())
        shop.sync.sync_once()
        seen = known(shop.till.identify(SEEDED))
        assert (seen.member.name, seen.balance.points) == ("Żaneta Święćka", 600)
        assert posted(shop.till.sell(Sale(basket=goods(1_00), member_id=SEEDED))).receipt.vouchers
    assert faults_of(home) == []
