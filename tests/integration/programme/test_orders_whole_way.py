"""What is claimed at a till and comes later: orders by command, codes on the next receipt."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from loyalty.receipts import BY_CODE, ORDERED, RewardLine
from terminal_app.bootstrap import Shop
from terminal_app.till.answers import Claim, KnownMember
from tests.integration.programme.examples import agree, bought, enrolled, may
from tests.integration.terminal.head_office import HeadOffice, found_under
from tests.integration.terminal.tills import sync, till_of
from tests.unit.terminal.counter import posted

SHOP = """
name = "gifts"
version = 1
currency = "EUR"
[[earn]]
name = "all"
per = "1.00"
points = 1
[[rewards]]
name = "case"
title = { en = "Tool case", pl = "Walizka", ru = "Чемодан" }
cost = 300
gives = "gift"
stock = 2
a_member = 1
handed = "ordered"
[[rewards]]
name = "film"
title = { en = "Cinema", pl = "Kino", ru = "Кино" }
cost = 50
gives = "code"
[offline]
keep = 1000
"""


@pytest.fixture
def office(tmp_path: Path) -> Iterator[HeadOffice]:
    document, codes = tmp_path / "gifts.toml", tmp_path / "codes.csv"
    document.write_text(SHOP, "utf-8")
    codes.write_text("code\nAAA-1\nBBB-2\n", "utf-8")
    office = found_under(tmp_path / "office", document)
    office.start()
    yield office
    office.stop()


def claimed(shop: Shop, member: str, reward: str) -> tuple[RewardLine, ...]:
    """What a claim gave, once the till holds one of what there is."""
    shop.till.rewards(member)
    sync(shop)
    return posted(shop.till.claim(Claim(member_id=member, reward=reward))).receipt.rewards


def test_an_order_is_sent_complained_of_and_cancelled(office: HeadOffice, tmp_path: Path) -> None:
    office.run("rewards", "stock")
    with till_of(office, tmp_path / "till", "KRK-1") as till:
        ala = enrolled(till, may(1, 9))
        bought(till, ala, may(1), "=400.00")
        assert claimed(till, ala, "case") == (RewardLine("Tool case", 1, ORDERED),)
        sync(till)
        [order] = json.loads(office.run("orders", "list", "--json"))
        number = order["order_id"]
        assert (order["state"], order["account"], order["points"]) == ("ordered", ala, 300)
        assert office.run("orders", "send", number, "--note", "parcel 7") == (
            f"Order {number} is sent.\n"
        )
        listed = office.run("orders", "list", "--state", "sent")
        assert f"{number}  2" in listed
        assert "1 case" in listed
        assert "parcel 7" in listed
        office.run("orders", "complain", number)
        assert "its points are back" in office.run("orders", "cancel", number)
        assert "cancelled before" in office.run("orders", "cancel", number)
        sync(till)
        agree(office, till, ala, 400)
        assert office.run("rewards", "stock") == "case: 2 in all, 2 left\nfilm: 0 in all, 0 left\n"
        till.till.identify(ala)
        sync(till)
        assert claimed(till, ala, "case"), "a cancelled one does not count against the limit"


def test_a_code_comes_with_the_next_receipt(office: HeadOffice, tmp_path: Path) -> None:
    codes = str(tmp_path / "codes.csv")
    with till_of(office, tmp_path / "till", "KRK-1") as till:
        ala = enrolled(till, may(1, 9))
        bought(till, ala, may(1), "=400.00")
        told = office.run("rewards", "codes", "film", codes)
        assert told == "2 codes are new in the pool of film; 0 waiting orders have theirs.\n"
        assert office.run("rewards", "codes", "film", codes).startswith("0 codes are new")
        assert claimed(till, ala, "film") == (RewardLine("Cinema", 1, BY_CODE),)
        sync(till)
        known = till.till.member(ala)
        assert isinstance(known, KnownMember)
        assert "Cinema: AAA-1" in known.notices
        assert "Cinema: AAA-1" in bought(till, ala, may(2), "=10.00").notices
        assert bought(till, ala, may(2), "=10.00").notices == ()
        agree(office, till, ala, 370)
        assert office.run("rewards", "stock") == "case: 2 in all, 2 left\nfilm: 2 in all, 1 left\n"
