"""A day at the demo chain: what an owner would try first, each step insisting on its outcome."""

from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from loyalty.amounts import decimals_of, plain_amount
from loyalty.baskets import Basket, Line
from loyalty.receipts import RETURN, Receipt
from loyalty.rights import Wait
from loyalty.vouchers import Voucher, voucher_code
from terminal_app.bootstrap import Shop
from terminal_app.demo import cast
from terminal_app.demo.errors import DemoFault
from terminal_app.demo.founding import DemoChain
from terminal_app.errors import HeadOfficeUnreachable
from terminal_app.till.answers import (
    Enrolment,
    GoodsReturn,
    KnownMember,
    KnownProduct,
    KnownVoucher,
    Posted,
    Reason,
    Refusal,
    Sale,
)

MAX_PASSES = 5
"""Of syncing every till; the last one must move nothing."""

Tell = Callable[[str], None]
Goods = tuple[int, int]
"""A place in `cast.PRODUCTS` and a quantity."""

COFFEE, TEA, TEAPOT, CUP, HONEY, CHOCOLATE, BISCUITS, ESPRESSO, FROTHER, TIN, SAMOVAR, BAG = range(
    len(cast.PRODUCTS)
)
ANNA, JOHN, OLGA, LUKASZ, MARY, DMITRY, ZOFIA, PRIYA = cast.MEMBERS
LONDON, LONDON_TWO, KRAKOW = (terminal for terminal, _ in cast.TILLS)


class ShoppingDay:
    """Plays the day on `chain`; `tell` is given one line for each thing that happened."""

    def __init__(self, chain: DemoChain, tell: Tell) -> None:
        self._chain = chain
        self._tell = tell

    def morning(self) -> None:
        """The shops open: first sales with and without a card, everyone known everywhere."""
        self._sync_all()
        self._sell(KRAKOW, ANNA, (ESPRESSO, 1), (COFFEE, 2))
        self._sell(LONDON, JOHN, (TEAPOT, 1), (TEA, 2), (CUP, 4))
        self._sell(LONDON, None, (BISCUITS, 3), (BAG, 1))
        self._sell(LONDON_TWO, MARY, (ESPRESSO, 1), (FROTHER, 1))
        self._sell(KRAKOW, OLGA, (SAMOVAR, 2))
        self._sync_all()
        self._sell(LONDON, MARY, (SAMOVAR, 1))
        self._sync_all()

    def noon(self) -> Receipt:
        """A voucher comes out at one till and pays at another; a return; a repeat; a forgery.

        Gives the receipt that brought the voucher.
        """
        self._bring_rights(LONDON, ANNA)
        bought = self._sell(LONDON, ANNA, (SAMOVAR, 1), (FROTHER, 1))
        _insist(len(bought.vouchers) == 1, "Anna's second purchase did not bring a voucher.")
        slip = bought.vouchers[0]
        self._sync_all()
        code = self._accepted(KRAKOW, slip.code)
        paid = self._sell(KRAKOW, ANNA, (CUP, 2), vouchers=(code,))
        _insist(paid.voucher_paid_minor == slip.amount_minor, "The voucher did not pay its worth.")
        self._sync_all()
        self._refused(LONDON, slip.code, Reason.VOUCHER_SPENT)
        self._refused(LONDON_TWO, self._forged(), Reason.VOUCHER_FORGED)
        self._take_back(KRAKOW, OLGA, (SAMOVAR, 1))
        self._repeat(bought, ANNA)
        return bought

    def afternoon(self) -> None:
        """Head office is cut off; the tills go on selling, and enrol; then it comes back."""
        self._chain.office.kill()
        self._tell("Head office loses its power. The tills go on:")
        self._stays_offline(LONDON)
        self._sell(LONDON, JOHN, (ESPRESSO, 1))
        self._sell(LONDON_TWO, DMITRY, (HONEY, 3), (TIN, 1))
        newcomer = self._enrol(KRAKOW, "Jan Nowak", "pl")
        self._sell(KRAKOW, newcomer, (TEAPOT, 1))
        self._sell(LONDON_TWO, None, (CHOCOLATE, 2))
        self._take_back(LONDON, MARY, (FROTHER, 1))
        waiting = sum(shop.till.status().unsent for shop in self._chain.tills)
        _insist(waiting > 0, "Nothing waits for head office, though it was away.")
        self._chain.office.start()
        self._sync_all()
        self._tell(f"Head office is back and was told the {waiting} entries that had waited.")

    def _sell(
        self,
        terminal: str,
        customer: cast.Customer | None,
        *goods: Goods,
        vouchers: tuple[str, ...] = (),
    ) -> Receipt:
        shop = self._chain.till(terminal)
        answer = shop.till.sell(
            Sale(
                basket=_basket(shop, goods),
                member_id=customer.card if customer else "",
                voucher_codes=vouchers,
            )
        )
        receipt = _posted(answer, terminal).receipt
        shop.spool.drain()
        self._tell(_told(receipt, customer))
        return receipt

    def _take_back(self, terminal: str, customer: cast.Customer, *goods: Goods) -> None:
        shop = self._chain.till(terminal)
        asked = GoodsReturn(basket=_basket(shop, goods), member_id=customer.card)
        receipt = _posted(shop.till.take_back(asked), terminal).receipt
        shop.spool.drain()
        self._tell(_told(receipt, customer))

    def _repeat(self, first: Receipt, customer: cast.Customer) -> None:
        shop = self._chain.till(first.terminal)
        asked = Sale(basket=Basket(first.lines), reference=first.reference, member_id=customer.card)
        again = _posted(shop.till.sell(asked), first.terminal)
        _insist(again.repeated and again.receipt == first, "A repeated sale was not the first one.")
        self._tell(f"{first.terminal}  the same sale is sent again: nothing is posted twice")

    def _bring_rights(self, terminal: str, customer: cast.Customer) -> None:
        """The member is scanned: the rights to their points come to the till that serves them."""
        till = self._chain.till(terminal).till
        before = _member(till.identify(customer.card)).safe
        self._sync_all()
        after = _member(till.identify(customer.card)).safe
        _insist(after.wait is Wait.NOTHING, f"The rights of {customer.name} did not come.")
        self._tell(
            f"{terminal}  {customer.name} shows a card: {before.points} of {before.balance} points"
            f" are safe to spend here, then, asked back from the others, {after.points}"
        )

    def _accepted(self, terminal: str, code: str) -> str:
        till = self._chain.till(terminal).till
        first = till.identify(code)
        if isinstance(first, Refusal) and first.reason is Reason.VOUCHER_ELSEWHERE:
            self._tell(f"{terminal}  a voucher from elsewhere is shown: its right is asked for")
            self._sync_all()
        known = till.identify(code)
        if not isinstance(known, KnownVoucher):
            raise DemoFault(f"{terminal} refused a good voucher: {known}.")
        return known.code

    def _refused(self, terminal: str, code: str, reason: Reason) -> None:
        answer = self._chain.till(terminal).till.identify(code)
        _insist(
            isinstance(answer, Refusal) and answer.reason is reason,
            f"{terminal} did not refuse a voucher as {reason}.",
        )
        self._tell(f"{terminal}  a voucher is refused: {reason.value.replace('-', ' ')}")

    def _forged(self) -> str:
        """A voucher of a till of this chain, signed by somebody else."""
        expires_at_ms = 4_102_444_800_000  # 2100: it is not its date that gives it away
        voucher = Voucher(f"{KRAKOW}.1.9999", 50_00, cast.CURRENCY, expires_at_ms)
        return voucher_code(voucher, Ed25519PrivateKey.generate())

    def _enrol(self, terminal: str, name: str, language: str) -> cast.Customer:
        shop = self._chain.till(terminal)
        known = shop.till.enrol(Enrolment(name=name, language=language))
        if not isinstance(known, KnownMember):
            raise DemoFault(f"{terminal} could not enrol {name}: {known.reason}.")
        self._tell(f"{terminal}  {name} becomes a member, card {known.member.card}")
        return cast.Customer(known.member.card, name, language, shop.identity.branch)

    def _stays_offline(self, terminal: str) -> None:
        shop = self._chain.till(terminal)
        try:
            shop.sync.sync_once()
        except HeadOfficeUnreachable:
            _insist(
                not shop.till.status().is_online, f"{terminal} does not see that it is offline."
            )
        else:
            raise DemoFault("Head office was stopped and still answers.")

    def _sync_all(self) -> None:
        for _ in range(MAX_PASSES):
            results = [shop.sync.sync_once() for shop in self._chain.tills]
            if not any(result.entries or result.changes for result in results):
                return
        raise DemoFault(f"The tills did not come to rest in {MAX_PASSES} rounds.")


def _basket(shop: Shop, goods: tuple[Goods, ...]) -> Basket:
    """The basket of `goods`, each scanned at the till of `shop`."""
    lines = []
    for place, quantity in goods:
        known = shop.till.identify(cast.PRODUCTS[place].code)
        if not isinstance(known, KnownProduct):
            raise DemoFault(f"{shop.identity.terminal} does not know {cast.PRODUCTS[place].code}.")
        amount_minor = known.price_minor * quantity
        lines.append(Line(known.code, known.description, quantity, amount_minor))
    return Basket(tuple(lines))


def _member(answer: object) -> KnownMember:
    if not isinstance(answer, KnownMember):
        raise DemoFault(f"A member of the demo is not known at a till: {answer}.")
    return answer


def _posted(answer: Posted | Refusal, terminal: str) -> Posted:
    if isinstance(answer, Refusal):
        raise DemoFault(f"{terminal} refused what it should post: {answer.reason}.")
    return answer


def _insist(holds: bool, otherwise: str) -> None:
    if not holds:
        raise DemoFault(otherwise)


def _told(receipt: Receipt, customer: cast.Customer | None) -> str:
    decimals = decimals_of(receipt.currency)
    amount = f"{plain_amount(receipt.total_minor, decimals)} {receipt.currency}"
    verb = "brings back" if receipt.kind == RETURN else "buys for"
    name = customer.name if customer else "a shopper without a card"
    line = f"{receipt.terminal}  {name} {verb} {amount}"
    if receipt.voucher_paid_minor:
        line += f", pays {plain_amount(receipt.voucher_paid_minor, decimals)} with a voucher"
    if receipt.balance is not None:
        line += f": {receipt.points:+} points, balance {receipt.balance}"
    if receipt.vouchers:
        worth = plain_amount(receipt.vouchers[0].amount_minor, decimals)
        line += f", and a voucher of {worth} comes out"
    return line
