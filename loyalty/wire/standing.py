"""What head office holds, told to a terminal that asks (JSON)."""

import msgspec


class MemberStanding(msgspec.Struct, frozen=True, array_like=True):
    """A member's balance as head office has it."""

    member_id: str
    points: int
    earned: int
    clawed_back: int
    redeemed: int


class TerminalStanding(msgspec.Struct, frozen=True, kw_only=True):
    """What head office holds of a terminal, and how its own sums differ from the till's."""

    terminal: str
    branch: str
    epoch: int
    entries: int
    sales: int
    returns: int
    points_earned: int
    points_clawed_back: int
    points_redeemed: int
    vouchers_issued: int
    differences: int


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """Head office's side of a reconciliation, told to a terminal that asks (JSON)."""

    history_id: str
    terminals: tuple[TerminalStanding, ...]
    members: tuple[MemberStanding, ...]
    cases: int
