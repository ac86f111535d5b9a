"""The programme document: its form, how it is loaded, and what it must keep to."""

from functools import lru_cache
from importlib import resources
from typing import Literal

import msgspec

from loyalty.amounts import parse_amount
from loyalty.errors import AmountInvalid, ProgrammeInvalid

CLASSIC = "classic"
MAX_DOCUMENT_BYTES = 256 * 1024
MAX_POINTS = 1_000_000
MAX_VALID_DAYS = 3_660
MAX_OFFLINE_DAYS = 366


class Earning(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`points` for each full `per` of a receipt's total."""

    per: str
    points: int = 1

    @property
    def per_minor(self) -> int:
        """The amount in minor units that earns `points` once."""
        return _minor(self.per)


class Reward(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A voucher of `voucher` that is issued by itself at every `at_points`."""

    at_points: int
    voucher: str
    valid_days: int = 90

    @property
    def voucher_minor(self) -> int:
        """What one voucher is worth, in minor units."""
        return _minor(self.voucher)


class Offline(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a till may give out with the line down.

    A till of a member's home branch keeps the rights to at most `keep` points of theirs (without
    it: one reward's worth); other tills give all back after a sync. Rights last for `days` after
    head office was last heard; head office takes those of a silent till back `grace_days` later.
    With `overdraft` a till may go so many points beyond its rights, for each member: the most
    that a shop can lose by it. `vouchers` are taken offline where they are "held", or "anywhere"
    on their signature alone.
    """

    keep: int | None = None
    days: int = 7
    grace_days: int = 7
    overdraft: int = 0
    vouchers: Literal["held", "anywhere"] = "held"


class Programme(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A shop's loyalty programme, as its document states it."""

    name: str
    version: int
    currency: str
    earning: Earning
    reward: Reward | None = None
    offline: Offline = Offline()

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
def _minor(text: str) -> int:
    """The amount of a key, parsed once: every sale asks for it."""
    return parse_amount(text)


def _check(programme: Programme, source: str) -> None:
    reward = programme.reward
    _amount(source, "earning.per", programme.earning.per)
    _within(source, "version", programme.version, MAX_POINTS)
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
