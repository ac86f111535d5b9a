"""A member's tier and the way to the next one, in words: the same at every face."""

from loyalty.programme.terms.texts import in_language
from loyalty.receipts import TierStanding
from terminal_app.locale.words import Words


def tier_name(words: Words, tier: TierStanding | None) -> str:
    """What the member's tier is called; empty without one."""
    return in_language(tier.title, words.language) if tier else ""


def tier_ahead(words: Words, tier: TierStanding | None, currency: str) -> str:
    """How far it is to the next tier; empty at the top, and where there are no tiers."""
    if tier is None or not tier.next_title:
        return ""
    name = in_language(tier.next_title, words.language)
    if tier.by == "spend":
        amount = words.money(tier.missing, currency)
        return words.text("{amount} more to reach {tier}", amount=amount, tier=name)
    if tier.by == "visits":
        return words.plural(
            "{count} more visit to reach {tier}",
            "{count} more visits to reach {tier}",
            tier.missing,
            tier=name,
        )
    return words.plural(
        "{count} more point to reach {tier}",
        "{count} more points to reach {tier}",
        tier.missing,
        tier=name,
    )


def tier_lines(words: Words, tier: TierStanding | None, currency: str) -> tuple[str, ...]:
    """The member's tier, and the way to the next one; nothing where there are no tiers."""
    lines = (tier_name(words, tier), tier_ahead(words, tier, currency))
    return tuple(line for line in lines if line)
