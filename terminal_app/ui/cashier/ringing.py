"""Asking the Till what the sale in hand would bring, the way the cashier wants it paid."""

from terminal_app.till.answers import Quote, Refusal
from terminal_app.till.door import Till
from terminal_app.ui.asking import Unanswered, ask
from terminal_app.ui.cashier.checkout import Checkout


def quoted(till: Till, checkout: Checkout) -> Quote | Refusal | Unanswered:
    """What posting `checkout` would bring. Where the member pays with points, they are the most
    that the Till takes for it: it is asked first how many those are."""
    plain = ask(lambda: till.quote_sale(checkout.sale()))
    if not (checkout.pays_with_points and isinstance(plain, Quote) and plain.payable.points):
        return plain
    points = plain.payable.points
    return ask(lambda: till.quote_sale(checkout.sale(points)))
