"""The catalogue at a till: what a member can have, and claimed for its points."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from loyalty.clock import epoch_ms
from loyalty.journal import ADJUST, REDEEM, VOUCHER_ISSUED
from loyalty.receipts import AT_ONCE, BY_CODE, CLAIM, ORDERED, RewardLine
from loyalty.wire import Draw
from terminal_app.bootstrap import Shop, open_till
from terminal_app.commands.ledger_checks import verify
from terminal_app.commands.ledger_desk import explain, find_member
from terminal_app.posting.rights import RightsBook
from terminal_app.store import draws, settings
from terminal_app.store.programmes import keep_programme
from terminal_app.store.settings import Lease
from terminal_app.till.answers import (
    Claim,
    Enrolment,
    KnownVoucher,
    Reason,
    Refusal,
    RewardOffer,
    Sale,
)
from tests.unit.terminal.catalogue_shop import CATALOGUE, claimed, offered
from tests.unit.terminal.counter import (
    OPENING,
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
    assert offers["film"].refusal == Refusal(Reason.CLAIM_ELSEWHERE, {"stock": "STOCK/film"})
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
    assert "paid for 1 of coffee" in explained(shop, ala)
    assert faults_of(home) == []


def explained(shop: Shop, member_id: str) -> list[str]:
    """Why a member's entries have their points, as a shop asks."""
    with shop.store.reading() as connection:
        member = find_member(connection, member_id)
        assert member is not None
        told = explain(connection, shop.identity, member, epoch_ms(OPENING))
    return [entry.rule for entry in told.entries]


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


@pytest.mark.parametrize(("reward", "handed"), [("mug", AT_ONCE), ("case", ORDERED)])
def test_a_gift_is_on_the_receipt_with_how_it_is_handed(
    shop: Shop, ala: str, reward: str, handed: str
) -> None:
    receipt = posted(shop.till.claim(Claim(member_id=ala, reward=reward, count=2))).receipt
    assert receipt.rewards == (RewardLine(reward.title(), 2, handed),)
    assert receipt.vouchers == ()
    assert handed != BY_CODE


@pytest.mark.parametrize(("reward", "handed"), [("last", AT_ONCE), ("film", BY_CODE)])
def test_what_a_till_holds_of_a_stock_it_gives_out_and_no_more(
    shop: Shop, ala: str, home: Path, reward: str, handed: str
) -> None:
    account = f"STOCK/{reward}"
    elsewhere = Refusal(Reason.CLAIM_ELSEWHERE, {"stock": account})
    assert shop.till.claim(Claim(member_id=ala, reward=reward)) == elsewhere
    assert shop.till.claim(Claim(member_id=ala, reward=reward)) == elsewhere
    with shop.store.writing() as connection:
        [asked] = draws.open_draws(connection, 5)
        assert asked == Draw(1, account, 1)
        RightsBook(connection, shop.identity, "catalogue@1", 1).take(asked, 2)
        draws.close(connection, 1)
    assert offered(shop, ala)[reward].count == 2
    receipt = posted(shop.till.claim(Claim(member_id=ala, reward=reward))).receipt
    assert [(line.count, line.handed) for line in receipt.rewards] == [(1, handed)]
    assert wanted(shop, account) == [], "one is left here"
    posted(shop.till.claim(Claim(member_id=ala, reward=reward)))
    assert shop.till.claim(Claim(member_id=ala, reward=reward)) == elsewhere
    assert len(wanted(shop, account)) == 1
    with shop.store.reading() as connection:
        taken = [entry for entry in entries_in(connection) if entry.kind == ADJUST]
        assert [(entry.member, entry.points) for entry in taken] == [(account, -1)] * 2
        assert verify(connection, shop.identity) == []
    assert faults_of(home) == []


def wanted(shop: Shop, account: str) -> list[Draw]:
    """What is asked of an account and was not answered yet."""
    with shop.store.reading() as connection:
        return [draw for draw in draws.open_draws(connection, -1) if draw.member_id == account]


def test_of_a_stock_of_none_none_is_left(shop: Shop, ala: str) -> None:
    later = CATALOGUE.replace("version = 1", "version = 2").replace("stock = 3", "stock = 0")
    with shop.store.writing() as connection:
        keep_programme(connection, later, 1)
    none_left = Refusal(Reason.CLAIM_NONE_LEFT)
    assert shop.till.claim(Claim(member_id=ala, reward="last")) == none_left
