"""What a receipt tells of an award: which rule gave what, in the member's own language."""

from loyalty.programme.document import Programme
from loyalty.programme.occasions import Award
from loyalty.programme.terms.texts import in_language
from loyalty.receipts import RulePoints


def given_by_rule(programme: Programme, award: Award, language: str) -> tuple[RulePoints, ...]:
    """What each rule gave to the main wallet; nothing where the programme has but one rule.

    The short form of a rule has no title: whoever shows it calls it a purchase.
    """
    if len(programme.rules) <= 1:
        return ()
    titles = {rule.name: in_language(rule.title, language, rule.name) for rule in programme.earn}
    return tuple(
        RulePoints(titles.get(outcome.rule, ""), outcome.points)
        for outcome in award.outcomes
        if outcome.points and outcome.wallet == programme.main_wallet
    )
