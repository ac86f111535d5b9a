"""A whole programme: all that a shop's document says, as one value."""

from functools import lru_cache

import msgspec

from loyalty.accounts import account_of
from loyalty.amounts import decimals_of, parse_amount
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

    def account_of(self, member_id: str, wallet: str) -> str:
        """The account that a member's `wallet` is; an empty name is the main one."""
        return account_of(member_id, "" if wallet == self.main_wallet else wallet)

    def kept_of(self, wallet: str) -> int:
        """What of a `wallet` beside the main one each till of the home branch keeps: what its
        dearest reward that comes by itself costs. An empty name is the main one."""
        if not wallet:
            return self.kept_points
        rewards = (one for one in self.rewards if one.automatic and one.wallet == wallet)
        return max((one.cost for one in rewards), default=0)

    @property
    def label(self) -> str:
        """Name and version, as every entry made under this programme carries it ("classic@1")."""
        return f"{self.name}@{self.version}"


@lru_cache(maxsize=256)
def _minor(text: str, decimals: int) -> int:
    """The amount of a key, parsed once: every sale asks for it."""
    return parse_amount(text, decimals)
