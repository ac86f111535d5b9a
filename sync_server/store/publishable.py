"""Versions of the programme, and what may become one: by its start, its number and its branches."""

from collections.abc import Collection, Sequence
from datetime import timedelta

import msgspec

from loyalty.programme.document import Programme, load_programme
from loyalty.programme.terms.conditions import When
from sync_server.errors import NotPublished

MAX_AHEAD = timedelta(days=5 * 365)
"""How long before its start a version may be published: what is later is a slip of the pen, and
the end of all time is how a till notes that a version never starts."""


class Version(msgspec.Struct, frozen=True):
    """One published version: in force from `starts_at_ms` until a later one starts.

    `withdrawn_at_ms` is when it was taken back, before its start; None while it stands.
    """

    label: str
    document: str
    published_at_ms: int
    starts_at_ms: int
    signature: bytes | None
    withdrawn_at_ms: int | None = None


def require_near(starts_at_ms: int, now_ms: int) -> None:
    """Raise NotPublished when a start lies beyond MAX_AHEAD."""
    if starts_at_ms - now_ms > MAX_AHEAD // timedelta(milliseconds=1):
        raise NotPublished(
            f"A programme starts within {MAX_AHEAD.days // 365} years.",
            "Look at the year of --from.",
        )


def require_next(programme: Programme, others: Sequence[Version]) -> None:
    """Raise NotPublished when `programme` is not the next version after `others`, those that
    stand, in the order they start in; or is in another currency than they are."""
    loaded = [load_programme(version.document) for version in others]
    if loaded and loaded[-1].currency != programme.currency:
        raise NotPublished(
            f"The shop's books are in {loaded[-1].currency}, this programme in"
            f" {programme.currency}.",
            "A chain keeps its currency: found another one for another.",
        )
    latest = max((one.version for one in loaded if one.name == programme.name), default=0)
    if programme.version <= latest:
        raise NotPublished(
            f"Version {latest} of programme {programme.name} was published already.",
            f"Give the document a higher version: {latest + 1}.",
        )


def require_order(programme: Programme, starts_at_ms: int, others: Sequence[Version]) -> None:
    """Raise NotPublished when versions of one name would not start in the order of their numbers:
    the lower one would take over from the higher one when its time comes.

    Programmes of other names may take turns.
    """
    for version in others:
        other = load_programme(version.document)
        if other.name != programme.name or other.version == programme.version:
            continue
        is_lower_later = other.version < programme.version and version.starts_at_ms > starts_at_ms
        is_higher_earlier = (
            other.version > programme.version and version.starts_at_ms < starts_at_ms
        )
        if is_lower_later or is_higher_earlier:
            lower, higher = sorted((other, programme), key=lambda one: one.version)
            raise NotPublished(
                f"{lower.label} would start after {higher.label} and take over from it.",
                f"Withdraw it first: paragon-server programme withdraw {version.label}.",
            )


def require_branches(programme: Programme, codes: Collection[str]) -> None:
    """Raise NotPublished when a rule names a branch that is not among the chain's `codes`: it
    would never hold."""
    unknown = sorted(_branches_of(programme).difference(codes))
    if unknown:
        raise NotPublished(
            f"The chain has no branch {', '.join(map(repr, unknown))}.",
            f"Its branches are {', '.join(sorted(codes))}.",
        )


def _branches_of(programme: Programme) -> set[str]:
    whens: tuple[When, ...] = (
        *(rule.when for rule in programme.rules),
        *(multiplier.when for multiplier in programme.multiply),
        *(event.when for event in programme.event),
        *(surprise.when for surprise in programme.surprise),
        *(reward.when for reward in programme.rewards),
    )
    named = {branch for when in whens for branch in when.branches}
    return named.union(programme.vouchers.branches)
