"""What a wallet holds, in words and figures: points, stamps or money, the same at every face."""

from loyalty.amounts import decimals_of
from loyalty.receipts import MONEY, STAMPS
from terminal_app.locale.words import Words


class WalletWords:
    """Says so much of a `wallet` (POINTS, STAMPS or MONEY, which is in minor units of `currency`)
    in the language of `words`."""

    def __init__(self, words: Words, wallet: str, currency: str) -> None:
        self._words = words
        self._wallet = wallet
        self._currency = currency

    def figure(self, count: int) -> str:
        """The bare number, as it stands in a column."""
        if self._wallet == MONEY:
            return self._words.amount(count, decimals_of(self._currency))
        return self._words.number(count)

    def signed(self, count: int) -> str:
        """The bare number with its sign in front, also when it is above zero."""
        return f"+{self.figure(count)}" if count > 0 else self.figure(count)

    def unit(self, count: int) -> str:
        """What `count` are, beside their figure."""
        if self._wallet == MONEY:
            return self._words.text("credit in {currency}", currency=self._currency)
        if self._wallet == STAMPS:
            return self._words.plural("stamp", "stamps", count)
        return self._words.plural("point", "points", count)

    @property
    def earned(self) -> str:
        """What stands before the figure of what a sale earned."""
        if self._wallet == MONEY:
            return self._words.text("Credit earned")
        if self._wallet == STAMPS:
            return self._words.text("Stamps earned")
        return self._words.text("Points earned")

    @property
    def taken_back(self) -> str:
        """What stands before the figure of what a return took back."""
        if self._wallet == MONEY:
            return self._words.text("Credit taken back")
        if self._wallet == STAMPS:
            return self._words.text("Stamps taken back")
        return self._words.text("Points taken back")

    @property
    def given_back(self) -> str:
        """What stands before the figure of what had paid for goods that came back."""
        if self._wallet == MONEY:
            return self._words.text("Credit given back")
        if self._wallet == STAMPS:
            return self._words.text("Stamps given back")
        return self._words.text("Points given back")

    @property
    def redeemed(self) -> str:
        """What stands before the figure of what went into vouchers."""
        if self._wallet == MONEY:
            return self._words.text("Credit redeemed")
        if self._wallet == STAMPS:
            return self._words.text("Stamps redeemed")
        return self._words.text("Points redeemed")

    @property
    def balance(self) -> str:
        """What stands before the figure of what the member has."""
        if self._wallet == MONEY:
            return self._words.text("Credit")
        if self._wallet == STAMPS:
            return self._words.text("Stamps")
        return self._words.text("Balance")

    def paid(self, count: int) -> str:
        """What stands before the amount that `count` of the wallet paid."""
        if self._wallet == MONEY:
            return self._words.text("Credit paid")
        if self._wallet == STAMPS:
            return self._words.plural("{count} stamp paid", "{count} stamps paid", count)
        return self._words.plural("{count} point paid", "{count} points paid", count)

    def earns(self, count: int) -> str:
        """What a basket would bring."""
        if self._wallet == MONEY:
            return self._words.text("earns {amount}", amount=self._money(count))
        if self._wallet == STAMPS:
            return self._words.plural("earns {count} stamp", "earns {count} stamps", count)
        return self._words.plural("earns {count} point", "earns {count} points", count)

    def takes_back(self, count: int) -> str:
        """What a return would take."""
        if self._wallet == MONEY:
            return self._words.text("takes back {amount}", amount=self._money(count))
        if self._wallet == STAMPS:
            return self._words.plural(
                "takes back {count} stamp", "takes back {count} stamps", count
            )
        return self._words.plural("takes back {count} point", "takes back {count} points", count)

    def gives_back(self, count: int) -> str:
        """What a return would bring, of what had paid for the goods."""
        if self._wallet == MONEY:
            return self._words.text("gives back {amount}", amount=self._money(count))
        if self._wallet == STAMPS:
            return self._words.plural(
                "gives back {count} stamp", "gives back {count} stamps", count
            )
        return self._words.plural("gives back {count} point", "gives back {count} points", count)

    def to_next(self, missing: int) -> str:
        """How far it is to the next voucher."""
        if self._wallet == MONEY:
            return self._words.text("{amount} to the next voucher", amount=self._money(missing))
        if self._wallet == STAMPS:
            return self._words.plural(
                "{count} stamp to the next voucher", "{count} stamps to the next voucher", missing
            )
        return self._words.plural(
            "{count} point to the next voucher", "{count} points to the next voucher", missing
        )

    def waits(self, count: int) -> str:
        """That a voucher waits for so much which is not here yet."""
        if self._wallet == MONEY:
            return self._words.text("voucher waits for {amount}", amount=self._money(count))
        if self._wallet == STAMPS:
            return self._words.plural(
                "voucher waits for {count} stamp", "voucher waits for {count} stamps", count
            )
        return self._words.plural(
            "voucher waits for {count} point", "voucher waits for {count} points", count
        )

    def price(self, count: int) -> str:
        """So much of the wallet, with its unit."""
        if self._wallet == MONEY:
            return self._money(count)
        return f"{self.figure(count)} {self.unit(count)}"

    def _money(self, amount_minor: int) -> str:
        return self._words.money(amount_minor, self._currency)
