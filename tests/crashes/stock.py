"""A till that sold while the line was down: entries that wait, made fast and remembered."""

import random
from pathlib import Path

import msgspec

from loyalty.baskets import Basket, Line
from terminal_app.bootstrap import open_till
from terminal_app.till.answers import KnownMember, Posted, Sale
from tests.crashes.chains import CARDS
from tests.crashes.selling import Confirmed, Told

MAX_AMOUNT_MINOR = 40_00


def sold_offline(name: str, home: Path, sales: int, told: Told, seed: int) -> None:
    """Sell at the till in `home`, which nobody else uses now and which tells nobody yet."""
    dice = random.Random(f"{seed} {name}")
    with open_till(home) as shop:
        known = [shop.till.identify(card) for card in CARDS]
        members = [each.member.member_id for each in known if isinstance(each, KnownMember)]
        assert len(members) == len(CARDS)
        for number in range(sales):
            reference = f"{name}-OFFLINE-{number}"
            basket = Basket((Line("", "GOODS", 1, dice.randrange(1, MAX_AMOUNT_MINOR)),))
            sale = Sale(basket=basket, reference=reference, member_id=dice.choice(members))
            answer = shop.till.sell(msgspec.structs.replace(sale, print_receipt=False))
            assert isinstance(answer, Posted), answer
            receipt = answer.receipt
            said = {
                "points": receipt.points,
                "points_redeemed": receipt.points_redeemed,
                "vouchers": [{"number": slip.number} for slip in receipt.vouchers],
            }
            told.confirmed.append(Confirmed(name, {"sale": reference, "vouchers": []}, said))
