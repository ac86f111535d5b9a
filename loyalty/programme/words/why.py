"""Why a rule gave what it gave, in one sentence: for receipts, screens and explanations."""

from decimal import Decimal
from fractions import Fraction

from loyalty.programme.counting import Ratio
from loyalty.programme.engine import UNCONDITIONAL
from loyalty.programme.multiplying import TOGETHER, Times
from loyalty.programme.occasions import RuleOutcome, WhyNot
from loyalty.programme.terms.earning import EarnRule
from loyalty.programme.terms.programme import Programme
from loyalty.programme.words.conditions import caps, condition
from loyalty.programme.words.earning import at_least, only_for, rate
from loyalty.programme.words.speech import Speech, joined

FACTOR_DECIMALS = 4
"""Of what several multipliers come to, as it is told; it is computed exactly."""


def why(outcome: RuleOutcome, programme: Programme, language: str) -> str:
    """What one rule of `programme` made of a sale, such as "Shopping: €73.50, 1 point for each
    full €1.00 = 73 points, × 1.25 (Silver) = 91 points."; what gave nothing says why.

    Raises KeyError for the outcome of another programme.
    """
    return why_in(Speech(programme, language), outcome)


def why_in(speech: Speech, outcome: RuleOutcome) -> str:
    """The same, where many outcomes are told one after the other."""
    rule = {rule.name: rule for rule in speech.programme.rules}[outcome.rule]
    if outcome.plain_points == 0:
        return joined(
            speech.text(
                "{rule}: {points}.", rule=speech.rule(rule.name), points=_gain(speech, outcome, 0)
            ),
            _reason(speech, rule, outcome),
        )
    said = _plain(speech, rule, outcome)
    if outcome.multipliers:
        factor = _factor(speech.programme, outcome)
        said += speech.text(
            ", × {times} ({multipliers}) = {points}",
            times=speech.decimal(_rounded(factor)),
            multipliers=", ".join(speech.multiplier(name) for name in outcome.multipliers),
            points=_gain(speech, outcome, int(outcome.plain_points * factor)),
        )
    said += "."
    if outcome.why_not is not WhyNot.CAPPED:
        return said
    return joined(
        said,
        caps(speech, rule.cap, outcome.wallet),
        caps(speech, speech.programme.wallet(outcome.wallet).cap, outcome.wallet),
        speech.text("That leaves {points}.", points=_gain(speech, outcome, outcome.points)),
    )


def _plain(speech: Speech, rule: EarnRule, outcome: RuleOutcome) -> str:
    """What the rule gives before anything multiplies or cuts it."""
    name, points = speech.rule(rule.name), _gain(speech, outcome, outcome.plain_points)
    if rule.each == "visit":
        return speech.text("{rule}: {points}", rule=name, points=points)
    work = _work(speech, rule, outcome.counted)
    return speech.text("{rule}: {work} = {points}", rule=name, work=work, points=points)


def _work(speech: Speech, rule: EarnRule, counted: int) -> str:
    """What was counted, and at what rate."""
    if rule.percent:
        percent, amount = speech.percent(rule.percent), speech.minor(counted)
        return speech.text("{percent} of {amount}", percent=percent, amount=amount)
    if rule.per:
        return f"{speech.minor(counted)}, {rate(speech, rule)}"
    things = (
        speech.plural("{count} line", "{count} lines", counted)
        if rule.each == "line"
        else speech.plural("{count} unit", "{count} units", counted)
    )
    if rule.every > 1:
        return f"{things}, {rate(speech, rule)}"
    return f"{things} × {speech.number(rule.points)}"


def _reason(speech: Speech, rule: EarnRule, outcome: RuleOutcome) -> str:
    """Why a rule that gives nothing does not."""
    match outcome.why_not:
        case WhyNot.NO_SUCH_GOODS:
            said = speech.text("Nothing in this basket counts for it.")
            return joined(said, only_for(speech, rule.goods))
        case WhyNot.TOO_LITTLE:
            return _too_little(speech, rule, outcome.counted)
        case WhyNot.STOPPED:
            return speech.text("Its goods earned with an earlier rule.")
        case WhyNot.DISCOUNTED:
            return speech.text("A receipt with a discount of this programme earns nothing.")
        case _:
            return condition(speech, rule.when, outcome.why_not)


def _too_little(speech: Speech, rule: EarnRule, counted: int) -> str:
    """How much there is, and how much it takes."""
    there = ""
    if rule.per or rule.percent:
        there = speech.text("Its goods come to {amount}.", amount=speech.minor(counted))
    takes = speech.text("It gives {rate}.", rate=rate(speech, rule))
    return joined(there, at_least(speech, rule), takes)


def _factor(programme: Programme, outcome: RuleOutcome) -> Fraction:
    """What the multipliers that applied come to together, exactly."""
    applied = [
        Times(one.name, Ratio.of(one.times), UNCONDITIONAL)
        for one in programme.multiply
        if one.name in outcome.multipliers
    ]
    _, over, under = TOGETHER[programme.stacking.multipliers](applied)
    return Fraction(over, under)


def _rounded(factor: Fraction) -> Decimal:
    return round(Decimal(factor.numerator) / Decimal(factor.denominator), FACTOR_DECIMALS)


def _gain(speech: Speech, outcome: RuleOutcome, points: int) -> str:
    return speech.gain(points, outcome.wallet)
