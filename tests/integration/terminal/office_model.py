"""Head office as a till meets it, in a page of sums: what rights a till machine is held against."""

from collections import Counter
from collections.abc import Iterable

from loyalty.journal import (
    RIGHTS_GRANT,
    RIGHTS_RELEASE,
    Entry,
    decode_entry,
    first_seal,
    next_seal,
)
from loyalty.members import Member
from loyalty.rights import points_of
from loyalty.wire import (
    BalanceChange,
    Draw,
    Grant,
    Holder,
    MemberChange,
    Outcome,
    Recall,
    SyncReply,
    SyncRequest,
)

DAY_MS = 86_400_000
LEASE_DAYS = 7
GRACE_DAYS = 7
OTHER = "WAW-1"


class OfficeModel:
    """One till's journal, one other till that is always in touch, and a pool between them.

    By member: `elsewhere` are points made at the other till, `held_elsewhere` its rights, `pool`
    what may be granted, `own` what this till's journal made, `granted` and `released` what it was
    given and gave back, `reclaimed` what was taken back without its word.
    """

    def __init__(self, terminal: str, members: Iterable[Member], now_ms: int) -> None:
        self.terminal = terminal
        self.members = tuple(members)
        self.now_ms = now_ms
        self.heard_ms = now_ms
        self.bodies: list[bytes] = []
        self.seals = [first_seal(terminal, 1)]
        self.given: dict[int, Grant] = {}
        self.recalls: Counter[str] = Counter()
        self.elsewhere: Counter[str] = Counter()
        self.held_elsewhere: Counter[str] = Counter()
        self.pool: Counter[str] = Counter()
        self.own: Counter[str] = Counter()
        self.granted: Counter[str] = Counter()
        self.released: Counter[str] = Counter()
        self.reclaimed: Counter[str] = Counter()
        self.ever_reclaimed: Counter[str] = Counter()

    def held(self, member: str) -> int:
        """The rights of the till, as far as head office knows."""
        return (
            self.own[member] + self.granted[member] - self.released[member] - self.reclaimed[member]
        )

    def points(self, member: str) -> int:
        """The balance as far as head office knows."""
        return self.own[member] + self.elsewhere[member]

    def answer(self, request: SyncRequest) -> SyncReply:
        """Take a frame and say what a head office says; all or nothing, as one transaction."""
        assert request.first_seq <= len(self.bodies) + 1, "the till skipped entries"
        for seq, body in enumerate(request.bodies, request.first_seq):
            if seq <= len(self.bodies):
                assert self.bodies[seq - 1] == body, "the till wrote another entry in its place"
            else:
                self._post(body)
        end = request.first_seq + len(request.bodies) - 1
        assert request.last_seal == self.seals[end]
        self.heard_ms = self.now_ms
        grants = tuple(self._grant(draw) for draw in request.draws)
        recalls = tuple(Recall(member, points) for member, points in (+self.recalls).items())
        is_overdue = any(self.reclaimed.values())
        return SyncReply(
            version=2,
            history_id="history",
            outcome=Outcome.ACCEPTED,
            head_seq=len(self.bodies),
            head_seal=self.seals[-1],
            changes=tuple(self._told()),
            cursor=len(self.bodies) + 1,
            more=False,
            server_time_ms=self.now_ms,
            grants=grants,
            recalls=recalls,
            rights_until_ms=self.now_ms - 1 if is_overdue else self.now_ms + LEASE_DAYS * DAY_MS,
        )

    def draw_elsewhere(self, member: str, wanted: int) -> None:
        """The other till asks for points; what is missing is asked back, or taken when overdue."""
        missing = wanted - self.pool[member]
        held = self.held(member)
        if missing > 0 and held > 0:
            if self.now_ms > self.heard_ms + (LEASE_DAYS + GRACE_DAYS) * DAY_MS:
                self.reclaimed[member] += held
                self.ever_reclaimed[member] += held
                self.pool[member] += held
                self.recalls[member] = self.reclaimed[member]
            else:
                self.recalls[member] = max(self.recalls[member], min(missing, held))
        given = max(min(wanted, self.pool[member]), 0)
        self.pool[member] -= given
        self.held_elsewhere[member] += given

    def move_elsewhere(self, member: str, points: int) -> None:
        """The other till earns (above zero) or spends `points` of what it holds."""
        self.elsewhere[member] += points
        self.held_elsewhere[member] += points

    def release_elsewhere(self, member: str) -> None:
        """The other till gives back all it holds."""
        self.pool[member] += self.held_elsewhere.pop(member, 0)

    def _post(self, body: bytes) -> None:
        entry = decode_entry(body)
        assert (entry.terminal, entry.epoch, entry.seq) == (self.terminal, 1, len(self.seals))
        self.bodies.append(body)
        self.seals.append(next_seal(self.seals[-1], body))
        self.own[entry.member] += entry.points
        if entry.kind == RIGHTS_GRANT:
            given = self.given[entry.payload["draw"]]
            assert given.points == points_of(entry), "a grant was counted otherwise"
        elif entry.kind == RIGHTS_RELEASE:
            self._release(entry)

    def _release(self, entry: Entry) -> None:
        points = points_of(entry)
        self.released[entry.member] += points
        # What was taken back before is not given back twice.
        settled = min(points, self.reclaimed[entry.member])
        self.reclaimed[entry.member] -= settled
        self.pool[entry.member] += points - settled
        self.recalls[entry.member] = max(self.recalls[entry.member] - points, 0)

    def _grant(self, draw: Draw) -> Grant:
        known = self.given.get(draw.number)
        if known is not None:
            return known
        points = max(min(draw.points, self.pool[draw.member_id]), 0)
        if points == 0:
            return Grant(draw.number, 0, "held-elsewhere")
        self.pool[draw.member_id] -= points
        self.granted[draw.member_id] += points
        self.given[draw.number] = Grant(draw.number, points)
        return self.given[draw.number]

    def _told(self) -> Iterable[MemberChange | BalanceChange]:
        for member in self.members:
            name = member.member_id
            elsewhere = self.elsewhere[name]
            holders = (Holder(OTHER, self.held_elsewhere[name]),)
            yield MemberChange(member)
            yield BalanceChange(
                name,
                elsewhere,
                max(elsewhere, 0),
                0,
                max(-elsewhere, 0),
                self.pool[name],
                holders if self.held_elsewhere[name] > 0 else (),
            )
