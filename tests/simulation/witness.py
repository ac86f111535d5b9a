"""What the people at the counters saw: written down here, and nowhere in the product.

Every basket carries goods that no other basket has (its `marker`), so that the effect of one
sale can be recognised in any journal, under whatever number it stands there.
"""

from collections import defaultdict
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Breach:
    """A guarantee that does not hold: which, and what was seen."""

    guarantee: str
    what: str


@dataclass
class Seen:
    """One sale or return as asked for, and as confirmed to the cashier."""

    marker: str
    machine: str
    terminal: str
    kind: str
    member: str
    total_minor: int
    reference: str
    is_confirmed: bool = False
    is_refused: bool = False
    points: int = 0
    redeemed: int = 0
    issued: tuple[str, ...] = ()
    paid: tuple[str, ...] = ()


@dataclass
class Witness:
    """Everything that was seen in one run, and what was wrong already as it was seen.

    `gone` are markers whose only copies were on a disk that was lost or put back. `put_back` are
    terminals whose data came from a backup, `twins` those where it was a snapshot of the machine,
    which it cannot notice, `copied` those of which two machines are at work. `heard` is when head
    office took a sync of each terminal; `shortest_hold_ms` how long it must wait after the last
    one before it takes rights back.
    """

    seen: dict[str, Seen] = field(default_factory=dict)
    breaches: list[Breach] = field(default_factory=list)
    gone: set[str] = field(default_factory=set)
    twins: set[str] = field(default_factory=set)
    put_back: set[str] = field(default_factory=set)
    copied: set[str] = field(default_factory=set)
    lost_terminals: set[str] = field(default_factory=set)
    office_was_put_back: bool = False
    heard: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    shortest_hold_ms: int = 0

    @property
    def both_sides_lost(self) -> bool:
        """Whether head office's books were put back, and a till's data was put back or lost too.

        What the till gave back may then be known to nobody any more: no procedure finds it.
        """
        return self.office_was_put_back and bool(self.put_back or self.lost_terminals)

    def asked(self, seen: Seen) -> None:
        """A cashier asks, perhaps again; whether anything comes of it is not known yet."""
        self.seen.setdefault(seen.marker, seen).is_refused = False

    def is_confirmed(self, marker: str) -> bool:
        """Whether a cashier saw this receipt confirmed."""
        return marker in self.seen and self.seen[marker].is_confirmed

    def refused(self, marker: str) -> None:
        """The till said no: nothing may come of it, unless it was confirmed before."""
        if not self.seen[marker].is_confirmed:
            self.seen[marker].is_refused = True

    def confirmed(self, marker: str, answer: Seen, *, is_repeat: bool) -> None:
        """The till said yes; a repeat must have said the same before."""
        before = self.seen[marker]
        if before.is_confirmed:
            first = (before.reference, before.points, before.redeemed, before.issued)
            again = (answer.reference, answer.points, answer.redeemed, answer.issued)
            if first != again or not is_repeat:
                self.breach("G2", f"{marker} was confirmed as {first}, then as {again}")
            return
        self.seen[marker] = answer
        answer.is_confirmed = True

    def breach(self, guarantee: str, what: str) -> None:
        """Note that a guarantee does not hold."""
        self.breaches.append(Breach(guarantee, what))
