"""What an entry keeps of a sale: all that its award is computed from, written and read one way.

The till writes it; head office reads it and computes the very same award, and so does a till that
takes goods of the sale back. What the programme does not ask for is left out, so that the entries
of a plain programme stay as small as its baskets.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from loyalty.baskets import MAX_TAGS, Basket, Line
from loyalty.programme.document import Programme
from loyalty.programme.occasions import NEWCOMER, Award, Occasion, Standing
from loyalty.programme.terms.conditions import When
from loyalty.programme.terms.goods import Tender

MAX_FIGURE = 2**63 - 1
"""What the columns of either database hold of a figure."""

_PLACE = re.compile(r"0|[1-9][0-9]{0,6}")

PAID_WITH_POINTS: Tender = "points"
"""Kept of every sale: goods that come back bring these points back."""


PAID_MINOR = "paid_minor"
"""What points that are redeemed for a part of a sale say: how much they paid."""

WALLETS = "wallets"
"""What a sale or a return moves in wallets beside the main one, by their names."""

RETURNED_SALE = "of"
"""What a return with its receipt says: the sale that goods came back of."""


class SaleFacts(msgspec.Struct, frozen=True, kw_only=True):
    """A sale or a return as its entry has it. `sums` is what it counts towards over time;
    `discount_minor` what the receipt was reduced by; `wallets` what it gives beside the main
    one."""

    occasion: Occasion
    standing: Standing = NEWCOMER
    sums: Mapping[str, int] = {}
    discount_minor: int = 0
    wallets: Mapping[str, int] = {}


_Figure = Annotated[int, Meta(ge=-MAX_FIGURE, le=MAX_FIGURE)]
_Marks = Annotated[list[str], Meta(min_length=1, max_length=MAX_TAGS + 1)]


class _Kept(msgspec.Struct, frozen=True):
    lines: list[tuple[str, _Figure, _Figure]]
    marks: dict[str, _Marks] = {}
    paid: dict[Tender, _Figure] = {}
    branch: str = ""
    standing: Standing = NEWCOMER
    sums: dict[str, _Figure] = {}
    discount_minor: _Figure = 0
    wallets: dict[str, _Figure] = {}


def lines_payload(programme: Programme, basket: Basket) -> dict[str, Any]:
    """What an entry keeps of a basket: `lines`, each [sku, quantity, amount_minor], and where the
    programme knows groups of goods `marks`: by a line's place its category and tags."""
    kept: dict[str, Any] = {
        "lines": [[line.sku, line.quantity, line.amount_minor] for line in basket.lines]
    }
    if programme.goods:
        marks = {
            str(place): [line.category, *line.tags]
            for place, line in enumerate(basket.lines)
            if line.category or line.tags
        }
        if marks:
            kept["marks"] = marks
    return kept


def sale_payload(
    programme: Programme,
    occasion: Occasion,
    standing: Standing,
    award: Award,
    sums: Mapping[str, int],
) -> dict[str, Any]:
    """What the entry of a sale keeps beside its points and its sum: see `sale_facts`."""
    kept = lines_payload(programme, occasion.basket)
    paid = {
        tender: paid_minor
        for tender, paid_minor in occasion.paid.items()
        if paid_minor and (tender in programme.excluded.tenders or tender == PAID_WITH_POINTS)
    }
    if paid:
        kept["paid"] = paid
    if occasion.branch and asks_for_branch(programme):
        kept["branch"] = occasion.branch
    if standing != NEWCOMER:
        kept["standing"] = msgspec.to_builtins(standing)
    if sums:
        kept["sums"] = dict(sums)
    if award.discount_minor:
        kept["discount_minor"] = award.discount_minor
    if beside := side_points(programme, award):
        kept[WALLETS] = beside
    return kept


def side_points(programme: Programme, award: Award) -> dict[str, int]:
    """What `award` gives to each wallet beside the main one, where that is anything."""
    if len(award.wallets) < 2:
        return {}
    main = programme.main_wallet
    return {name: points for name, points in award.wallets.items() if points and name != main}


def sale_facts(payload: Mapping[str, Any], at: datetime) -> SaleFacts | None:
    """The sale of `at` (zone-aware, by the shop's calendar) whose entry has `payload`; None when it
    cannot be read.

    Journals are other machines' words: a fraction or a figure beyond 64 bits is no quantity and no
    amount, and a mark of a line that is not there is none.
    """
    try:
        kept = msgspec.convert(payload, _Kept)
    except (msgspec.ValidationError, RecursionError):
        return None
    lines = [Line(sku, "", quantity, minor) for sku, quantity, minor in kept.lines]
    for place, (category, *tags) in kept.marks.items():
        if not (_PLACE.fullmatch(place) and int(place) < len(lines)):
            return None
        at_place = lines[int(place)]
        lines[int(place)] = msgspec.structs.replace(at_place, category=category, tags=tuple(tags))
    return SaleFacts(
        occasion=Occasion(basket=Basket(tuple(lines)), at=at, branch=kept.branch, paid=kept.paid),
        standing=kept.standing,
        sums=kept.sums,
        discount_minor=kept.discount_minor,
        wallets=kept.wallets,
    )


def asks_for_branch(programme: Programme) -> bool:
    """Whether anything that a sale gives depends on where it was."""
    whens: tuple[When, ...] = (
        *(rule.when for rule in programme.earn),
        *(multiplier.when for multiplier in programme.multiply),
        *(event.when for event in programme.event),
        *(surprise.when for surprise in programme.surprise),
    )
    return any(when.branches for when in whens)
