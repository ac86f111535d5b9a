"""The catalogue at a till: what a member can have, claimed for its points, used on a basket."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from loyalty.baskets import Basket, Line
from loyalty.journal import EARN, REDEEM, VOUCHER_ISSUED, VOUCHER_REDEEMED
from loyalty.receipts import AT_ONCE, BY_CODE, CLAIM, ORDERED, RewardLine
from terminal_app.bootstrap import Shop, open_till
from terminal_app.commands.ledger_checks import rebuild, verify
from terminal_app.store import settings
from terminal_app.store.programmes import keep_programme
from terminal_app.store.settings import Lease
from terminal_app.till.answers import (
    Claim,
    Enrolment,
    GoodsReturn,
    KnownVoucher,
    Quote,
    Reason,
    Refusal,
    RewardOffer,
    Sale,
)
from tests.unit.terminal.counter import (
    ShopClock,
    entries_in,
    faults_of,
    found_till,
    goods,
    known,
    posted,
)

CATALOGUE = """
name = "catalogue"
version = 1
currency = "GBP"
[earning]
per = "1.00"
points = 1
[goods.coffee]
starts_with = ["COF"]
[[rewards]]
name = "five_off"
title = { en = "5.00 off", pl = "5,00 taniej", ru = "5,00 скидки" }
cost = 100
gives = "money_off"
amount = "5.00"
[[rewards]]
name = "tenth"
cost = 50
gives = "percent_off"
percent = "10"
[[rewards]]
name = "coffee"
title = "Free coffee"
cost = 30
gives = "free_goods"
goods = ["coffee"]
valid_days = 10
[[rewards]]
name = "half_coffee"
cost = 20
gives = "cheaper_goods"
percent = "50"
goods = ["coffee"]
a_member = 2
[[rewards]]
name = "mug"
title = "Mug"
cost = 40
gives = "gift"
[[rewards]]
name = "case"
title = "Case"
cost = 60
gives = "gift"
handed = "ordered"
[[rewards]]
name = "film"
cost = 10
gives = "code"
[[rewards]]
name = "last"
cost = 10
gives = "gift"
stock = 3
[[rewards]]
name = "sunday"
cost = 10
gives = "gift"
when = { weekdays = ["sunday"] }
"""
COFFEES = Basket((Line("COF-1", "Flat white", 2, 8_00), Line("CAKE", "Cake", 1, 6_00)))


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


def offered(shop: Shop, member_id: str) -> dict[str, RewardOffer]:
    return {offer.name: offer for offer in shop.till.rewards(member_id)}


def claimed(shop: Shop, member_id: str, reward: str, count: int = 1) -> tuple[str, ...]:
    """The codes of the vouchers that come out of a claim."""
    asked = Claim(member_id=member_id, reward=reward, count=count)
    return tuple(slip.code for slip in posted(shop.till.claim(asked)).receipt.vouchers)


def pays(shop: Shop, basket: Basket, *codes: str) -> int:
    """What vouchers take off when the sale is posted, and was quoted."""
    quote = shop.till.quote(basket, "", codes)
    assert isinstance(quote, Quote), quote
    receipt = posted(shop.till.sell(Sale(basket=basket, voucher_codes=codes))).receipt
    assert quote.to_pay_minor == receipt.to_pay_minor
    return receipt.voucher_paid_minor


def test_the_catalogue_says_what_can_be_had_and_why_not(shop: Shop, ala: str) -> None:
    offers = offered(shop, ala)
    assert offers["five_off"] == RewardOffer(
        name="five_off",
        title={"en": "5.00 off", "pl": "5,00 taniej", "ru": "5,00 скидки"},
        wallet="points",
        cost=100,
        count=10,
        missing=0,
    )
    assert (offers["tenth"].title, offers["tenth"].count) == ("tenth", 20)
    assert offers["half_coffee"].count == 2, "as often as one member can have it"
    none_left = Refusal(Reason.CLAIM_NONE_LEFT)
    assert offers["film"].refusal == none_left
    assert offers["last"].refusal == Refusal(Reason.CLAIM_ELSEWHERE, {"stock": "STOCK/last"})
    assert offers["sunday"].refusal == Refusal(Reason.CLAIM_NOT_NOW)
    assert shop.till.rewards("2900001000000017") == ()


def test_a_claim_takes_points_and_gives_a_voucher(shop: Shop, ala: str, home: Path) -> None:
    receipt = posted(shop.till.claim(Claim(member_id=ala, reward="coffee"))).receipt
    [slip] = receipt.vouchers
    assert (receipt.kind, receipt.points_redeemed, receipt.balance) == (CLAIM, 30, 970)
    assert (slip.title, slip.amount_minor) == ("Free coffee", 0)
    assert slip.says == "Jedna sztuka jest bezpłatna. Tylko: coffee."
    found = shop.till.identify(slip.code)
    assert isinstance(found, KnownVoucher)
    assert (found.number, found.amount_minor, found.title) == (slip.number, 0, "Free coffee")
    with shop.store.reading() as connection:
        redeem, issue = entries_in(connection)[-2:]
    assert (redeem.kind, redeem.points) == (REDEEM, -30)
    assert redeem.payload == {"reward": "coffee", "cost": 30, "count": 1}
    assert (issue.kind, issue.payload["reward"]) == (VOUCHER_ISSUED, "coffee")
    assert faults_of(home) == []


def test_the_same_claim_is_one_claim_for_ever(shop: Shop, ala: str) -> None:
    asked = Claim(member_id=ala, reward="coffee", reference="C-1")
    first = posted(shop.till.claim(asked))
    again = posted(shop.till.claim(asked))
    assert (again.repeated, again.receipt) == (True, first.receipt)
    other = Claim(member_id=ala, reward="five_off", reference="C-1")
    assert shop.till.claim(other) == Refusal(Reason.RECEIPT_CONFLICT, {"receipt": "C-1"})
    assert known(shop.till.member(ala)).balance.points == 970
    blank = Claim(member_id=ala, reward="coffee", reference="C 1")
    assert shop.till.claim(blank) == Refusal(Reason.RECEIPT_INVALID, {"receipt": "C 1"})


@pytest.mark.parametrize(
    ("reward", "count", "refusal"),
    [
        ("holiday", 1, Refusal(Reason.CLAIM_UNKNOWN)),
        ("coffee", 0, Refusal(Reason.CLAIM_UNKNOWN)),
        ("coffee", 101, Refusal(Reason.CLAIM_UNKNOWN)),
        ("five_off", 11, Refusal(Reason.CLAIM_TOO_MANY, {"count": "10"})),
        ("last", 1, Refusal(Reason.CLAIM_ELSEWHERE, {"stock": "STOCK/last"})),
        ("sunday", 1, Refusal(Reason.CLAIM_NOT_NOW)),
    ],
)
def test_what_cannot_be_had_is_refused_and_takes_nothing(
    shop: Shop, ala: str, reward: str, count: int, refusal: Refusal
) -> None:
    unsent = shop.till.status().unsent
    assert shop.till.claim(Claim(member_id=ala, reward=reward, count=count)) == refusal
    assert shop.till.status().unsent == unsent


def test_whom_the_till_does_not_know_gets_nothing(shop: Shop) -> None:
    refusal = Refusal(Reason.UNKNOWN_CARD, {"card": "2900001000000017"})
    assert shop.till.claim(Claim(member_id="2900001000000017", reward="mug")) == refusal


def test_points_that_are_missing_are_told(shop: Shop, ala: str) -> None:
    claimed(shop, ala, "five_off", 9)
    claimed(shop, ala, "tenth")
    missing = Refusal(Reason.CLAIM_TOO_FEW, {"missing": "10"})
    assert offered(shop, ala)["case"].refusal == missing
    assert shop.till.claim(Claim(member_id=ala, reward="case")) == missing


def test_a_till_past_its_lease_gives_no_reward(shop: Shop, ala: str) -> None:
    with shop.store.writing() as connection:
        settings.write_lease(connection, Lease(until_ms=1))
    assert shop.till.claim(Claim(member_id=ala, reward="mug")) == Refusal(
        Reason.CLAIM_TOO_FEW, {"missing": "40"}
    )


def test_a_member_has_a_reward_only_so_often(shop: Shop, ala: str) -> None:
    claimed(shop, ala, "half_coffee")
    too_many = Claim(member_id=ala, reward="half_coffee", count=2)
    assert shop.till.claim(too_many) == Refusal(Reason.CLAIM_TOO_MANY, {"count": "1"})
    claimed(shop, ala, "half_coffee")
    had = Refusal(Reason.CLAIM_HAD_BEFORE)
    assert shop.till.claim(Claim(member_id=ala, reward="half_coffee")) == had


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


@pytest.mark.parametrize(("reward", "handed"), [("mug", AT_ONCE), ("case", ORDERED)])
def test_a_gift_is_on_the_receipt_with_how_it_is_handed(
    shop: Shop, ala: str, reward: str, handed: str
) -> None:
    receipt = posted(shop.till.claim(Claim(member_id=ala, reward=reward, count=2))).receipt
    assert receipt.rewards == (RewardLine(reward.title(), 2, handed),)
    assert receipt.vouchers == ()
    assert handed != BY_CODE


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
