"""How large a number may be that comes from outside.

A number within its bounds fits the columns of either database, as does the sum of a thousand such,
and a moment is one that the calendar has. What is beyond them is refused as it is read, in words,
so that nothing behind it can overflow. Amounts have a limit of their own in `loyalty.amounts`.
"""

from typing import Annotated

from msgspec import Meta

from loyalty.amounts import MAX_AMOUNT_MINOR

MAX_NUMBER = 2**53
"""What every language reads back as it was written; a thousandth of a 64-bit column."""

MAX_POINTS = 10**12
"""Of one entry, draw or grant; a balance is the sum of many."""

MAX_MOMENT_MS = 32_503_680_000_000
"""The year 3000: a clock that is years ahead is shown, one that no calendar holds is refused."""

Count = Annotated[int, Meta(ge=0, le=MAX_NUMBER)]
Sum = Annotated[int, Meta(ge=-MAX_NUMBER, le=MAX_NUMBER)]
Points = Annotated[int, Meta(ge=0, le=MAX_POINTS)]
AmountMinor = Annotated[int, Meta(ge=-MAX_AMOUNT_MINOR, le=MAX_AMOUNT_MINOR)]
MomentMs = Annotated[int, Meta(ge=0, le=MAX_MOMENT_MS)]
