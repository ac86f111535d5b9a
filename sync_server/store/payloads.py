"""The facts that entries carry in their payloads, read one way wherever they are computed with."""

import msgspec

from loyalty.journal import Entry
from loyalty.members import Member


class Issued(msgspec.Struct, frozen=True):
    """What the payload of a voucher-issued entry says; one of the catalogue names its `reward`, and
    has 0 for an amount that depends on what is bought."""

    number: str
    amount_minor: int
    currency: str
    expires_at_ms: int
    reward: str = ""


class Redeemed(msgspec.Struct, frozen=True):
    """What the payload of a voucher-redeemed entry says; where the amount was worked out on what
    was bought, by which `reward` of which version of the programme (`terms`)."""

    number: str
    amount_minor: int
    reward: str = ""
    terms: str = ""


class Granted(msgspec.Struct, frozen=True):
    """What the payload of a rights-grant entry says: points, or a voucher, of draw `draw`."""

    draw: int
    points: int = 0
    voucher: str = ""


class Released(msgspec.Struct, frozen=True):
    """What the payload of a rights-release entry says: points, or a voucher."""

    points: int = 0
    voucher: str = ""


def enrolled(entry: Entry) -> Member:
    """The member whom an inspected enrol entry brings."""
    return msgspec.convert(entry.payload, Member)


def issued(entry: Entry) -> Issued:
    """What an inspected voucher-issued entry says."""
    return msgspec.convert(entry.payload, Issued)


def redeemed(entry: Entry) -> Redeemed:
    """What an inspected voucher-redeemed entry says."""
    return msgspec.convert(entry.payload, Redeemed)


def granted(entry: Entry) -> Granted:
    """What an inspected rights-grant entry says."""
    return msgspec.convert(entry.payload, Granted)


def released(entry: Entry) -> Released:
    """What an inspected rights-release entry says."""
    return msgspec.convert(entry.payload, Released)


def first_place(entry: Entry) -> tuple[int, int]:
    """The journal and the number under which an entry was written first: one that its till took
    along into another journal says so, and is the same."""
    salvaged = entry.payload.get("salvaged")
    if isinstance(salvaged, list) and [type(part) for part in salvaged] == [int, int]:
        return salvaged[0], salvaged[1]
    return entry.epoch, entry.seq
