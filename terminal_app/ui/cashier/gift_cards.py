"""Gift cards at the counter: the one amount in hand is sold as a card."""

from terminal_app.till.answers import GiftCardSale, Posted, Refusal
from terminal_app.till.door import Till
from terminal_app.ui.asking import Unanswered, ask
from terminal_app.ui.cashier.checkout import Checkout
from terminal_app.ui.sayings import Saying, Tone, saying


def sold_as_card(till: Till, checkout: Checkout) -> Posted | Refusal | Unanswered | Saying:
    """What came of selling the amount in `checkout` as a gift card; it must be the only thing
    there, so that nothing is posted or forgotten with it."""
    amounts = [line.amount_minor for line in checkout.lines if not line.sku]
    if checkout.is_return or checkout.vouchers or len(amounts) != 1 or len(checkout.lines) != 1:
        return saying(
            Tone.WARN, "Type the amount of the gift card, Enter, then F11: nothing else with it."
        )
    return ask(lambda: till.sell_gift_card(GiftCardSale(amount_minor=amounts[0])))
