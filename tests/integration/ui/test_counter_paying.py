"""The counter under programmes whose cards pay, whose vouchers ask for more, and their reasons."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from importlib import resources
from pathlib import Path

import pytest

from loyalty.programme.document import classic_document
from terminal_app.locale.words import Words
from terminal_app.ui.cashier.counter import Counter
from terminal_app.ui.sayings import Tone
from tests.integration.ui.shop import ANNA, COFFEE, TestShop, open_test_shop

Opened = Callable[[str], TestShop]
ENGLISH = Words("en")


@pytest.fixture
def shop_of(tmp_path: Path) -> Iterator[Opened]:
    """Opens a till under the document that is given."""
    with ExitStack() as opened:
        yield lambda document: opened.enter_context(open_test_shop(tmp_path, document))


def cashback() -> str:
    """The example, with money that may be spent at once."""
    shipped = resources.files("loyalty.programme").joinpath("examples/cashback.toml")
    return shipped.read_text("utf-8").replace("pending_days = 14", "pending_days = 0")


def entered(counter: Counter, *texts: str) -> Counter:
    for text in texts:
        counter.enter(text)
    return counter


def test_the_card_pays_as_much_as_it_may_of_what_is_there_then(shop_of: Opened) -> None:
    shop = shop_of(cashback())
    shop.buys(ANNA, 2_000_00)
    counter = entered(Counter(shop.till), ANNA, "40.00")
    assert counter.quote is not None
    assert counter.quote.payable.paid_minor == 20_00
    counter.pay_with_points()
    assert counter.said.tone is Tone.GOOD
    assert counter.quote.to_pay_minor == 20_00
    counter.enter("200")
    assert counter.quote.points_paid.paid_minor == 50_00, "all that the card has"
    counter.pay_with_points()
    assert counter.quote.points_paid.paid_minor == 0
    counter.pay_with_points()
    counter.post()
    assert counter.outcome is not None
    assert (counter.outcome.points_paid_minor, counter.outcome.to_pay_minor) == (50_00, 190_00)


def test_a_card_with_nothing_on_it_pays_nothing(shop_of: Opened) -> None:
    counter = entered(Counter(shop_of(cashback()).till), ANNA, "40.00")
    counter.pay_with_points()
    assert counter.said.tone is Tone.WARN
    assert not counter.checkout.pays_with_points


def test_reasons_are_told_until_the_next_customer(shop_of: Opened) -> None:
    counter = Counter(shop_of(cashback()).till)
    assert counter.reasons("en") == ()
    entered(counter, ANNA, COFFEE)
    assert tuple(reason.replace("\xa0", " ") for reason in counter.reasons("pl")) == (
        "Wszystko inne: 3% z 54,90 € = 1,64 €.",
        "Marka własna: 0,00 €. Nic w tym koszyku się do niej nie liczy. Tylko: marka własna.",
    )
    counter.post()
    assert len(counter.reasons("en")) == 2
    counter.enter("1.00")
    assert counter.reasons("en") == (), "the next customer shows no card"


def test_a_voucher_waits_for_more_goods(shop_of: Opened) -> None:
    shop = shop_of(classic_document() + '[vouchers]\nat_least = "20.00"\n')
    [slip] = shop.buys(ANNA, 500_00).receipt.vouchers
    counter = entered(Counter(shop.till), slip.code, "12.50")
    assert (len(counter.checkout.lines), counter.quote) == (1, None)
    assert counter.said.tone is Tone.WARN
    assert "at least 20.00 GBP" in counter.said.say(ENGLISH)
    counter.enter("7.50")
    assert counter.quote is not None
    assert counter.quote.to_pay_minor == 15_00
