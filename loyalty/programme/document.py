"""The programme document: its form, how it is loaded, and what it must keep to."""

from importlib import resources

import msgspec

from loyalty.amounts import parse_amount
from loyalty.errors import AmountInvalid, ProgrammeInvalid
from loyalty.programme.terms.programme import BASE_RULE, ONE_WALLET, Programme

__all__ = [
    "BASE_RULE",
    "CLASSIC",
    "MAX_DOCUMENT_BYTES",
    "ONE_WALLET",
    "Programme",
    "classic_document",
    "load_programme",
]

CLASSIC = "classic"
MAX_DOCUMENT_BYTES = 256 * 1024
MAX_POINTS = 1_000_000
MAX_VALID_DAYS = 3_660
MAX_OFFLINE_DAYS = 366


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
