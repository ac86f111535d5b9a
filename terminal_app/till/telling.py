"""What a receipt tells of an award: which rule gave what, in the member's own language."""

from loyalty.programme.document import Programme
from loyalty.programme.occasions import Award
from loyalty.programme.words.speech import Speech
from loyalty.receipts import RulePoints


def given_by_rule(programme: Programme, award: Award, language: str) -> tuple[RulePoints, ...]:
    """What each rule gave to the main wallet; nothing where the programme has but one rule."""
    if len(programme.rules) <= 1:
        return ()
    speech = Speech(programme, language)
    return tuple(
        RulePoints(speech.rule(outcome.rule), outcome.points)
        for outcome in award.outcomes
        if outcome.points and outcome.wallet == programme.main_wallet
    )
