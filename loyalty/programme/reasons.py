"""Why an entry has its points: its award computed anew, with a sentence for each rule."""

from zoneinfo import ZoneInfo

import msgspec

from loyalty.clock import from_epoch_ms
from loyalty.journal import REVERSE, Entry
from loyalty.programme.awards import award
from loyalty.programme.document import Programme
from loyalty.programme.sale_facts import sale_facts
from loyalty.programme.words.speech import Speech
from loyalty.programme.words.why import why_in


class Reasons(msgspec.Struct, frozen=True):
    """What an entry's goods come to: `points`, and a sentence for each rule of the programme, those
    that gave something first."""

    points: int
    sentences: tuple[str, ...]


def reasons(entry: Entry, programme: Programme, zone: ZoneInfo, language: str) -> Reasons | None:
    """Why an earn entry, or a return without its receipt, has its points; None when its goods
    cannot be read.

    `programme` is the one that the entry names, `zone` the shop's; a shopper without a card has no
    points and needs no reasons. A return takes what the same goods would earn.
    """
    facts = sale_facts(entry.payload, from_epoch_ms(entry.occurred_at_ms).astimezone(zone))
    if facts is None:
        return None
    if not entry.member:
        return Reasons(0, ())
    given = award(programme, facts.occasion, facts.standing)
    speech = Speech(programme, language)
    outcomes = sorted(given.outcomes, key=lambda outcome: outcome.points == 0)
    return Reasons(
        points=-given.points if entry.kind == REVERSE else given.points,
        sentences=tuple(why_in(speech, outcome) for outcome in outcomes),
    )
