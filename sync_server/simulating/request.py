"""What a simulation is asked with: options of a command line, and what a chain's books say."""

from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import Connection

from loyalty.amounts import parse_decimal
from loyalty.errors import AmountInvalid
from loyalty.programme.document import Programme, load_programme
from sync_server.errors import ConfigInvalid
from sync_server.simulating.report import Stakes
from sync_server.simulating.sources import Source, file_source, ledger_source
from sync_server.store.programmes import document_in_force
from sync_server.store.settings import load_settings

LEDGER = "ledger"
"""What stands for the chain's own sales where a file could be named."""

DEFAULT_TIMEZONE = "Europe/London"
MAX_UPLIFTS = 20
MAX_UPLIFT_PERCENT = 1_000


def source_of(sales: str, zone: ZoneInfo, currency: str, connection: Connection | None) -> Source:
    """The sales of the file that `sales` names, or the chain's own.

    Raises ConfigInvalid when these are asked for and no chain is named, and as the sources do.
    """
    if sales != LEDGER:
        return file_source(Path(sales), zone, currency)
    if connection is None:
        raise ConfigInvalid("The chain's own sales are in its head office.", "Name it with --home.")
    return ledger_source(connection, zone)


def require_one_currency(
    draft: Programme, present: Programme | None, connection: Connection | None
) -> None:
    """Raise ConfigInvalid for amounts that cannot be held against each other."""

    others = {}
    if connection is not None:
        others["the chain sells"] = load_settings(connection).currency
    if present is not None:
        others[f"{present.label} is"] = present.currency
    for who, currency in others.items():
        if currency != draft.currency:
            raise ConfigInvalid(
                f"{draft.label} is in {draft.currency}, and {who} in {currency}.",
                "Write both in one currency.",
            )


def zone_of(timezone: str, connection: Connection | None) -> ZoneInfo:
    """The zone that was named, else the chain's. Raises ConfigInvalid when there is none such."""
    if not timezone and connection is not None:
        return load_settings(connection).zone
    try:
        return ZoneInfo(timezone or DEFAULT_TIMEZONE)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ConfigInvalid(
            f"There is no time zone {timezone!r}.", "Write it like Europe/Warsaw."
        ) from None


def programme_in_force(connection: Connection | None) -> Programme | None:
    """The programme that the chain sells under now, where there is a chain."""
    if connection is None:
        return None
    return load_programme(document_in_force(connection), "the programme in force")


def stakes_of(margin: str, uplift: str) -> Stakes:
    """What the shop reckons with ("30", "5,10,15"). Raises ConfigInvalid for what is no number."""
    uplifts = [_percent("--uplift", text, MAX_UPLIFT_PERCENT) for text in uplift.split(",")]
    if len(uplifts) > MAX_UPLIFTS:
        raise ConfigInvalid(f"--uplift names more than {MAX_UPLIFTS}.")
    return Stakes(margin_percent=_percent("--margin", margin, 100), uplifts_percent=tuple(uplifts))


def _percent(option: str, text: str, most: int) -> Decimal:
    """The percentage in `text`, of at most two decimals. Raises ConfigInvalid for anything else."""
    try:
        percent = parse_decimal(text)
    except AmountInvalid:
        percent = Decimal(-1)
    if not 0 < percent <= most or percent != round(percent, 2):
        raise ConfigInvalid(
            f"{option} {text.strip()!r} is no percentage.",
            f"Write a number over 0 and up to {most}, with at most two decimals.",
        )
    return percent
