"""One member in a simulation: what they hold, what was counted of them, what they got."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from loyalty.programme.document import Programme
from loyalty.simulation.figures import MonthFigures
from loyalty.simulation.purses import Purse


class Account:
    """A member's purses, vouchers and sums, as the sales of a simulation change them.

    `vouchers` are (last moment, amount in minor units), the first to expire first. `given_minor` is
    what the programme gave this member so far.
    """

    __slots__ = (
        *("active_in", "earned", "given_minor", "purses", "sums", "turnover_minor", "vouchers"),
    )

    def __init__(self, programme: Programme, zone: ZoneInfo) -> None:
        names = programme.wallets or (programme.main_wallet,)
        self.purses = {name: Purse(programme.wallet(name), zone) for name in names}
        self.vouchers: list[tuple[int, int]] = []
        self.sums: dict[str, int] = {}
        self.turnover_minor = 0
        self.earned = 0
        self.given_minor = 0
        self.active_in = ""

    def count(self, sums: Mapping[str, int]) -> None:
        """Add what an entry counts over time."""
        for key, value in sums.items():
            self.sums[key] = self.sums.get(key, 0) + value

    def expire(self, at_ms: int, month: MonthFigures) -> None:
        """Drop points and vouchers that are gone before `at_ms`, in `month`."""
        for wallet, purse in self.purses.items():
            gone = purse.expire(at_ms)
            if gone:
                month.of(wallet).expired += gone
        while self.vouchers and self.vouchers[0][0] < at_ms:
            _, amount_minor = self.vouchers.pop(0)
            month.vouchers_expired += 1
            month.vouchers_expired_minor += amount_minor

    def use_vouchers(self, due_minor: int, month: MonthFigures) -> int:
        """Pay up to `due_minor` with vouchers, the first to expire first; gives what they pay.

        What a voucher is worth beyond what is to pay is lost, as it is at a till.
        """
        paid_minor = 0
        while self.vouchers and paid_minor < due_minor:
            _, amount_minor = self.vouchers.pop(0)
            paid_minor += amount_minor
            month.vouchers_used += 1
        paid_minor = min(paid_minor, due_minor)
        month.vouchers_used_minor += paid_minor
        self.given_minor += paid_minor
        return paid_minor

    def put_voucher(self, expires_at_ms: int, amount_minor: int, month: MonthFigures) -> None:
        """Take in a voucher that came out."""
        self.vouchers.append((expires_at_ms, amount_minor))
        self.vouchers.sort()
        month.vouchers_issued += 1
        month.vouchers_issued_minor += amount_minor

    def seen(self, month: MonthFigures) -> None:
        """Note that the member was in the shop."""
        if self.active_in != month.month:
            self.active_in = month.month
            month.active_members += 1
