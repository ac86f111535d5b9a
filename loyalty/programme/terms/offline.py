"""What a till may give out while it has no line."""

from typing import Literal

import msgspec


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
