"""The programme document: its form, how it is loaded, and what it must keep to."""

from functools import lru_cache
from importlib import resources

import msgspec

from loyalty.amounts import decimals_of, parse_amount
from loyalty.errors import AmountInvalid, ProgrammeInvalid
from loyalty.programme.terms.earning import Earning, EarnRule, Multiplier, Stacking
from loyalty.programme.terms.goods import Excluded, Goods
from loyalty.programme.terms.happenings import Event, Lottery, Surprise
from loyalty.programme.terms.offline import Offline
from loyalty.programme.terms.rewards import (
    CatalogueReward,
    GiftCards,
    Payment,
    Returns,
    Reward,
    VoucherTerms,
)
from loyalty.programme.terms.texts import ShopText
from loyalty.programme.terms.tiers import Discount, Tier, TierTerms
from loyalty.programme.terms.wallets import MAIN, Family, Transfers, Wallet

CLASSIC = "classic"
MAX_DOCUMENT_BYTES = 256 * 1024
MAX_POINTS = 1_000_000
MAX_VALID_DAYS = 3_660
MAX_OFFLINE_DAYS = 366


BASE_RULE = "earning"
"""The name of the rule that the short form `[earning]` stands for."""

ONE_WALLET = Wallet()
"""The main wallet of a document that describes none."""


class Programme(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A shop's loyalty programme, as its document states it.

    The main wallet is the first of `wallets`, or "points" where it has none: points and vouchers,
    rights and tiers by points are of it. `earning` is the short form of the first rule of `earn`.
    """

    name: str
    version: int
    currency: str
    title: ShopText = ""
    earning: Earning | None = None
    reward: Reward | None = None
    offline: Offline = Offline()
    goods: dict[str, Goods] = {}
    excluded: Excluded = Excluded()
    wallets: dict[str, Wallet] = {}
    earn: tuple[EarnRule, ...] = ()
    multiply: tuple[Multiplier, ...] = ()
    stacking: Stacking = Stacking()
    discount: Discount | None = None
    tiers: TierTerms = TierTerms()
    tier: tuple[Tier, ...] = ()
    event: tuple[Event, ...] = ()
    surprise: tuple[Surprise, ...] = ()
    lottery: tuple[Lottery, ...] = ()
    rewards: tuple[CatalogueReward, ...] = ()
    vouchers: VoucherTerms = VoucherTerms()
    pay: Payment | None = None
    gift_cards: GiftCards | None = None
    returns: Returns = Returns()
    transfers: Transfers = Transfers()
    family: Family | None = None

    def __hash__(self) -> int:
        """Name and version: what a programme is compiled to is kept by it, and equal ones are
        equal in all they say."""
        return hash((self.name, self.version))

    @property
    def main_wallet(self) -> str:
        """The name of the wallet that points, vouchers and rights are of."""
        return next(iter(self.wallets), MAIN)

    def wallet(self, name: str = "") -> Wallet:
        """The wallet `name`, as rules name it: an empty name is the main one."""
        return self.wallets.get(name or self.main_wallet, ONE_WALLET)

    @property
    def rules(self) -> tuple[EarnRule, ...]:
        """Every earning rule in the document's order, the short form first."""
        if self.earning is None:
            return self.earn
        return (
            EarnRule(name=BASE_RULE, per=self.earning.per, points=self.earning.points),
            *self.earn,
        )

    def minor(self, text: str) -> int:
        """An amount of the document in minor units of its currency."""
        return _minor(text, decimals_of(self.currency))

    @property
    def kept_points(self) -> int:
        """Points of a member whose rights each till of their home branch keeps."""
        if self.offline.keep is not None:
            return self.offline.keep
        return self.reward.at_points if self.reward else 0

    @property
    def label(self) -> str:
        """Name and version, as every entry made under this programme carries it ("classic@1")."""
        return f"{self.name}@{self.version}"


def load_programme(document: str, source: str = "the programme") -> Programme:
    """The programme written in the TOML text `document`; `source` names it in errors.

    Raises ProgrammeInvalid, which says what is wrong and at which key.
    """
    if len(document.encode()) > MAX_DOCUMENT_BYTES:
        raise ProgrammeInvalid(f"{source} is larger than {MAX_DOCUMENT_BYTES} bytes.")
    try:
        programme = msgspec.toml.decode(document, type=Programme)
    except msgspec.ValidationError as fault:
        raise ProgrammeInvalid(f"{source}: {fault}.", "docs/programme.md lists the keys.") from None
    except (msgspec.DecodeError, ValueError, RecursionError) as fault:
        # The TOML reader lets some faults through: numbers too long, brackets too deep.
        raise ProgrammeInvalid(f"{source} is not TOML: {fault}.") from None
    _check(programme, source)
    return programme


def classic_document() -> str:
    """The text of the default programme that ships with the product."""
    return resources.files("loyalty.programme").joinpath("examples/classic.toml").read_text("utf-8")


@lru_cache(maxsize=256)
def _minor(text: str, decimals: int) -> int:
    """The amount of a key, parsed once: every sale asks for it."""
    return parse_amount(text, decimals)


def _check(programme: Programme, source: str) -> None:
    reward = programme.reward
    _within(source, "version", programme.version, MAX_POINTS)
    if programme.earning is not None:
        _amount(source, "earning.per", programme.earning.per)
        _within(source, "earning.points", programme.earning.points, MAX_POINTS)
    if not (programme.name.isidentifier() and programme.name.isascii()):
        raise ProgrammeInvalid(f"{source}: name {programme.name!r} must be letters and digits.")
    currency = programme.currency
    if not (
        len(currency) == 3 and currency.isascii() and currency.isalpha() and currency.isupper()
    ):
        raise ProgrammeInvalid(
            f"{source}: currency {currency!r} must be an ISO 4217 code, such as PLN."
        )
    if reward is not None:
        _within(source, "reward.at_points", reward.at_points, MAX_POINTS)
        _within(source, "reward.valid_days", reward.valid_days, MAX_VALID_DAYS)
        _amount(source, "reward.voucher", reward.voucher)
    offline = programme.offline
    _within(source, "offline.keep", offline.keep or 0, MAX_POINTS, least=0)
    _within(source, "offline.days", offline.days, MAX_OFFLINE_DAYS)
    _within(source, "offline.grace_days", offline.grace_days, MAX_OFFLINE_DAYS, least=0)
    _within(source, "offline.overdraft", offline.overdraft, MAX_POINTS, least=0)


def _within(source: str, key: str, value: int, largest: int, least: int = 1) -> None:
    if not least <= value <= largest:
        raise ProgrammeInvalid(f"{source}: {key} is {value}; it must be from {least} to {largest}.")


def _amount(source: str, key: str, text: str) -> None:
    try:
        positive = parse_amount(text) > 0
    except AmountInvalid as fault:
        raise ProgrammeInvalid(f"{source}: {key}: {fault.message}", fault.hint) from None
    if not positive:
        raise ProgrammeInvalid(f"{source}: {key} must be more than 0.")
