"""What of an enrolment stays, whatever a list or the member says later."""

import msgspec

from loyalty.journal import Entry
from sync_server.store.payloads import enrolled

FACTS = ("name", "phone", "email", "language", "branch", "birthday")
"""What a list may change of a member who is there, and never to nothing (store.register)."""


class Enrolled(msgspec.Struct, frozen=True):
    """An enrolment: where its entry stands, the card, the moment, whether e-mail was agreed to,
    and which of FACTS it brought."""

    terminal: str
    epoch: int
    seq: int
    card: str
    at_ms: int
    is_consenting: bool
    brought: tuple[str, ...]


def enrolled_by(entry: Entry) -> Enrolled:
    """What an enrol entry says. Raises ValidationError when its payload is no member."""
    member = enrolled(entry)
    return Enrolled(
        terminal=entry.terminal,
        epoch=entry.epoch,
        seq=entry.seq,
        card=member.card,
        at_ms=member.enrolled_at_ms,
        is_consenting=member.email_consent,
        brought=tuple(name for name in FACTS if getattr(member, name)),
    )
