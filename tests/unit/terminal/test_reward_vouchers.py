"""Vouchers of the catalogue at a till: worked out on what is bought, and come by themselves."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from loyalty.baskets import Basket, Line
from loyalty.journal import EARN, VOUCHER_REDEEMED
from terminal_app.bootstrap import Shop, open_till
from terminal_app.commands.ledger_checks import rebuild, verify
from terminal_app.store.programmes import keep_programme
from terminal_app.till.answers import (
    Enrolment,
    GoodsReturn,
    KnownVoucher,
    Quote,
    Reason,
    Refusal,
    Sale,
)
from tests.unit.terminal.catalogue_shop import CATALOGUE, COFFEES, claimed, pays
from tests.unit.terminal.counter import (
    ShopClock,
    entries_in,
    faults_of,
    found_till,
    goods,
    known,
    posted,
)


@pytest.fixture
def shop(home: Path, clock: ShopClock) -> Iterator[Shop]:
    found_till(home, document=CATALOGUE)
    with open_till(home, clock=clock) as shop:
        yield shop


@pytest.fixture
def ala(shop: Shop) -> str:
    """A member with 1,000 points."""
    member_id = known(shop.till.enrol(Enrolment(name="Ala Kot", language="pl"))).member.member_id
    posted(shop.till.sell(Sale(basket=goods(1_000_00), member_id=member_id)))
    return member_id


@pytest.mark.parametrize(
    ("rewards", "off_minor"),
    [
        (["five_off"], 500),
        (["tenth"], 140),
        (["coffee"], 400),
        (["half_coffee"], 200),
        (["coffee", "coffee"], 800),
        (["coffee", "half_coffee", "tenth"], 400 + 200 + 140),
        (["five_off", "coffee"], 900),
    ],
)
def test_each_voucher_is_worked_out_on_the_basket(
    shop: Shop, ala: str, rewards: list[str], off_minor: int, home: Path
) -> None:
    codes = [code for reward in rewards for code in claimed(shop, ala, reward)]
    assert pays(shop, COFFEES, *codes) == off_minor
    with shop.store.reading() as connection:
        used = [e.payload for e in entries_in(connection) if e.kind == VOUCHER_REDEEMED]
    assert sum(payload["amount_minor"] for payload in used) == off_minor
    assert {payload.get("terms", "catalogue@1") for payload in used} == {"catalogue@1"}
    for code in codes:
        answer = shop.till.identify(code)
        assert isinstance(answer, Refusal)
        assert answer.reason is Reason.VOUCHER_SPENT
    assert faults_of(home) == []


def test_a_voucher_without_its_goods_stays_with_the_member(shop: Shop, ala: str) -> None:
    first, second, third = claimed(shop, ala, "coffee", 3)
    for basket, codes in [(goods(9_00), (first,)), (COFFEES, (first, second, third))]:
        answer = shop.till.sell(Sale(basket=basket, voucher_codes=codes))
        assert isinstance(answer, Refusal)
        assert answer.reason is Reason.VOUCHER_NO_GOODS
    free = Basket((Line("COF-1", "Flat white", 1, 0),))
    refused = shop.till.sell(Sale(basket=free, voucher_codes=(first,)))
    assert isinstance(refused, Refusal)
    assert refused.reason is Reason.VOUCHER_NEEDLESS
    assert pays(shop, COFFEES, first, second) == 800


def test_a_voucher_keeps_the_terms_that_it_was_claimed_under(shop: Shop, ala: str) -> None:
    [half, tenth] = [*claimed(shop, ala, "half_coffee"), *claimed(shop, ala, "tenth")]
    later = CATALOGUE.replace("version = 1", "version = 2").replace('"50"', '"25"')
    with shop.store.writing() as connection:
        keep_programme(connection, later, 1)
    [quarter] = claimed(shop, ala, "half_coffee")
    assert pays(shop, COFFEES, half) == 200
    assert pays(shop, COFFEES, quarter) == 100
    assert pays(shop, COFFEES, tenth) == 140


def test_a_voucher_of_terms_that_were_never_told_goes_by_the_reward_of_its_name(
    shop: Shop, ala: str
) -> None:
    [half, tenth] = [*claimed(shop, ala, "half_coffee"), *claimed(shop, ala, "tenth")]
    later = CATALOGUE.replace("version = 1", "version = 2").replace('"50"', '"25"')
    without = later.replace('name = "tenth"', 'name = "another"')
    with shop.store.writing() as connection:
        connection.execute("DELETE FROM programmes")
        keep_programme(connection, without)
    assert pays(shop, COFFEES, half) == 100
    answer = shop.till.identify(tenth)
    assert isinstance(answer, Refusal)
    assert answer.reason is Reason.VOUCHER_TERMS
    assert shop.till.sell(Sale(basket=COFFEES, voucher_codes=(tenth,))) == answer


def test_verify_and_rebuild_know_claims(shop: Shop, ala: str) -> None:
    [code] = claimed(shop, ala, "coffee")
    claimed(shop, ala, "half_coffee")
    pays(shop, COFFEES, code)
    with shop.store.writing() as connection:
        assert verify(connection, shop.identity) == []
        rebuilt = rebuild(connection, shop.identity)
    assert (rebuilt.different, rebuilt.not_rebuilt) == ((), ())


AUTOMATIC = CATALOGUE.replace(
    'cost = 30\ngives = "free_goods"', 'cost = 30\nautomatic = true\ngives = "free_goods"'
).replace("a_member = 2", "a_member = 2\nautomatic = true")


def test_automatic_rewards_come_out_with_the_sale(home: Path, clock: ShopClock) -> None:
    found_till(home, document=f'{AUTOMATIC}\n[reward]\nat_points = 100\nvoucher = "2.00"\n')
    with open_till(home, clock=clock) as shop:
        member_id = known(shop.till.enrol(Enrolment(name="Ala"))).member.member_id
        quote = shop.till.quote(goods(185_00), member_id)
        receipt = posted(shop.till.sell(Sale(basket=goods(185_00), member_id=member_id))).receipt
        titles = [slip.title for slip in receipt.vouchers]
        assert titles == ["", "Free coffee", "Free coffee", "Half coffee"]
        assert (receipt.points_redeemed, receipt.balance) == (180, 5)
        assert isinstance(quote, Quote)
        assert (quote.vouchers_due, quote.balance_after) == (4, 5)
        later = posted(shop.till.sell(Sale(basket=goods(25_00), member_id=member_id))).receipt
        assert [slip.title for slip in later.vouchers] == ["Free coffee"]
        with shop.store.reading() as connection:
            kinds = [entry.kind for entry in entries_in(connection)]
            assert verify(connection, shop.identity) == []
        assert kinds.count(EARN) == 2
    assert faults_of(home) == []


def test_vouchers_of_rewards_are_not_revoked_with_a_return(home: Path, clock: ShopClock) -> None:
    terms = '[returns]\nvouchers = "revoked"\n[reward]\nat_points = 100\nvoucher = "2.00"\n'
    found_till(home, document=f"{AUTOMATIC}\n{terms}")
    with open_till(home, clock=clock) as shop:
        member_id = known(shop.till.enrol(Enrolment(name="Ala"))).member.member_id
        sold = posted(shop.till.sell(Sale(basket=goods(130_00), member_id=member_id))).receipt
        money, coffee = sold.vouchers
        back = posted(shop.till.take_back(GoodsReturn(of_receipt=sold.reference))).receipt
        assert back.revoked == (money.number,)
        assert back.balance == -30, "the coffee's points are owed"
        assert isinstance(shop.till.identify(coffee.code), KnownVoucher)
