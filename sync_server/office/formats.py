"""How figures and moments are shown on a page: in English, in the shop's zone and currency."""

from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.numbers import format_currency, format_decimal

from loyalty.amounts import decimals_of, major
from loyalty.clock import from_epoch_ms

LOCALE = "en_GB"
NOTHING = "–"
MINUS = "\u2212"
_STEPS = ((86_400_000, "day"), (3_600_000, "hour"), (60_000, "minute"), (1_000, "second"))


def money(amount_minor: int, currency: str) -> str:
    """An amount in minor units with its currency."""
    amount = major(abs(amount_minor), decimals_of(currency))
    shown = str(format_currency(amount, currency, locale=LOCALE))
    return f"{MINUS}{shown}" if amount_minor < 0 else shown


def number(count: int | None) -> str:
    """A count with its thousands apart."""
    return NOTHING if count is None else str(format_decimal(count, locale=LOCALE))


def signed(count: int) -> str:
    """A count that was added or taken: always with its sign, and a true minus."""
    return f"{MINUS if count < 0 else '+'}{number(abs(count))}" if count else "0"


def moment(moment_ms: int | None, zone: ZoneInfo) -> str:
    """A date and time of day in `zone`."""
    if not moment_ms:
        return NOTHING
    return str(
        format_datetime(from_epoch_ms(moment_ms), "d MMM y, HH:mm", tzinfo=zone, locale=LOCALE)
    )


def day(moment_ms: int | None, zone: ZoneInfo) -> str:
    """A date in `zone`."""
    if not moment_ms:
        return NOTHING
    return str(format_date(from_epoch_ms(moment_ms).astimezone(zone), "d MMM y", locale=LOCALE))


def ago(moment_ms: int | None, now_ms: int) -> str:
    """How long before `now_ms` a moment was, in its largest unit."""
    if moment_ms is None:
        return "never"
    return next(
        (
            f"{_counted((now_ms - moment_ms) // length_ms, unit)} ago"
            for length_ms, unit in _STEPS
            if now_ms - moment_ms >= length_ms
        ),
        "just now",
    )


def clock_offset(offset_ms: int) -> str:
    """How far a clock is from head office's: "2 minutes ahead", or "right" within a second."""
    for length_ms, unit in _STEPS:
        if abs(offset_ms) >= length_ms:
            side = "ahead" if offset_ms > 0 else "behind"
            return f"{_counted(abs(offset_ms) // length_ms, unit)} {side}"
    return "right"


def sentence(text: str) -> str:
    """`text` with one full stop at its end, however many it came with."""
    return f"{text.rstrip(' .')}."


def _counted(count: int, unit: str) -> str:
    return f"{number(count)} {unit}{'' if count == 1 else 's'}"
