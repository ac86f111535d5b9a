"""What a receipt tells of an award: which rule gave what, in the member's own language."""

from collections.abc import Iterable

from loyalty.programme.document import Programme
from loyalty.programme.occasions import Award, RuleOutcome
from loyalty.programme.words.speech import Speech
from loyalty.programme.words.why import why_in
from loyalty.receipts import RulePoints


def reasons_in(
    programme: Programme, outcomes: Iterable[RuleOutcome], language: str
) -> tuple[str, ...]:
    """A sentence for what each rule of `programme` made of a basket: first those that gave
    something, then why the others did not."""
    speech = Speech(programme, language)
    ordered = sorted(outcomes, key=lambda outcome: outcome.points == 0)
    return tuple(why_in(speech, outcome) for outcome in ordered)


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
