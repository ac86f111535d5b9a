"""Tiers and the growing discount, in words."""

from loyalty.programme.terms.texts import in_language
from loyalty.programme.terms.tiers import Discount, Tier
from loyalty.programme.words.earning import only_for
from loyalty.programme.words.speech import Section, Speech, joined
from loyalty.wording import phrase

_BY = {
    "spend": phrase("Tiers go by what a member has spent."),
    "points": phrase("Tiers go by the points that a member has earned."),
    "visits": phrase("Tiers go by how often a member has bought."),
}


def tiers(speech: Speech) -> Section:
    """What each tier takes and brings, how it is reached and how it is lost."""
    programme = speech.programme
    told = []
    if programme.tier:
        told.append(
            joined(speech.text(_BY[programme.tiers.by]), window(speech, programme.tiers.months))
        )
        told.extend(_tier(speech, tier) for tier in programme.tier)
        told.append(
            joined(
                speech.text("A tier that was reached holds from the next receipt on."),
                _grace(speech),
            )
        )
    return Section("tiers", speech.text("Tiers"), tuple(told))


def window(speech: Speech, months: int) -> str:
    """Since when purchases count."""
    if months == 0:
        return speech.text("All counts, however long ago.")
    return speech.plural(
        "This month and the {count} month before it count.",
        "This month and the {count} months before it count.",
        months,
    )


def _tier(speech: Speech, tier: Tier) -> str:
    by = speech.programme.tiers.by
    if by == "spend":
        reached = speech.sum(tier.at)
    elif by == "points":
        reached = speech.gain(int(tier.at))
    else:
        reached = speech.plural("{count} purchase", "{count} purchases", int(tier.at))
    benefits = "; ".join(in_language(one, speech.language) for one in tier.benefits)
    return joined(
        speech.text("{tier}: from {reached}.", tier=speech.tier(tier.name), reached=reached),
        speech.text("It brings: {benefits}.", benefits=benefits) if benefits else "",
    )


def _grace(speech: Speech) -> str:
    grace_days = speech.programme.tiers.grace_days
    if not grace_days:
        return speech.text("Who falls below loses it at once.")
    return speech.plural(
        "Who falls below keeps it for {count} day longer.",
        "Who falls below keeps it for {count} days longer.",
        grace_days,
    )


def discount(speech: Speech) -> Section:
    """What is taken off at which spend."""
    terms = speech.programme.discount
    told = _discount(speech, terms) if terms else []
    return Section("discount", speech.text("Growing discount"), tuple(told))


def _discount(speech: Speech, terms: Discount) -> list[str]:
    steps = [
        speech.text(
            "From {amount} spent before this purchase: {percent} off.",
            amount=speech.sum(step.at),
            percent=speech.percent(step.percent),
        )
        for step in terms.steps
    ]
    return [
        *steps,
        joined(window(speech, terms.months), only_for(speech, terms.goods)),
        speech.text("Each line of the receipt is rounded on its own, half up."),
    ]
