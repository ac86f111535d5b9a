"""What a sale earns, and why: the one implementation, run by the till and again by head office.

In this order: each line is reduced by the member's discount; what was paid with an excluded tender
is spread over the lines; what is left of the lines that are not excluded is what rules count. Each
rule in the document's order then gives its points for full steps, floored once; its multipliers
are taken together and the result is floored once more; its own cap and its wallet's cut it, and no
wallet gets more than an entry may hold (`MAX_POINTS`). All numbers are integers, ratios of the
document are exact.

Of two baskets of the same lines the one with the larger amounts never earns less in any wallet,
unless the programme has one of three things: a rule with `stop` (a small rule that begins to apply
can take goods from a larger one), `discount_earns = false` (the first discount takes all), or an
excluded tender that paid for a part (its share of each group is rounded to the minor unit).
"""

from loyalty.bounds import MAX_POINTS
from loyalty.programme.capping import Periods
from loyalty.programme.conditions import Moment
from loyalty.programme.countable import NO_LINES, Countable
from loyalty.programme.document import Programme
from loyalty.programme.engine import UNCONDITIONAL, UNMULTIPLIED, Engine, Rule, engine
from loyalty.programme.multiplying import NOT_MULTIPLIED, Factor
from loyalty.programme.occasions import NEWCOMER, Award, Occasion, RuleOutcome, Standing, WhyNot


def award(programme: Programme, occasion: Occasion, standing: Standing = NEWCOMER) -> Award:
    """What `occasion` earns a member of `standing` under `programme`, with an outcome a rule.

    What is left of a line after its discount and excluded tenders decides what it is for a rule by
    units or lines: a line above zero adds its units, one below zero (goods taken off again) takes
    its negative units away, and one at zero, given free or paid with a voucher, counts nothing.
    Goods that come to nothing together earn nothing, whatever a rule counts by.
    """
    return _Giving(engine(programme), occasion, standing).award()


def cap_gains(programme: Programme, occasion: Occasion, award: Award) -> dict[str, int]:
    """What `award` adds to `Standing.earned`, by `cap_key`: for rules and wallets that have a cap
    over days or months, and for those periods alone. Nothing gained has no key."""
    compiled = engine(programme)
    given = [
        (rule.limits, outcome.points)
        for rule, outcome in zip(compiled.rules, award.outcomes, strict=True)
        if rule.limits is not None
    ]
    given += [(limits, award.wallets[name]) for name, limits in compiled.wallet_limits.items()]
    if not given:
        return {}
    periods = Periods.of(occasion.at.date().isoformat())
    return {key: points for limits, points in given if points for key in limits.keys(periods)}


class _Giving:
    """One award in the making: conditions and multipliers that rules share are worked out once."""

    __slots__ = (
        *("_branch", "_discounted", "_engine", "_factors", "_given", "_held", "_lines", "_moment"),
        *("_most", "_periods", "_standing", "_stopped"),
    )

    def __init__(self, compiled: Engine, occasion: Occasion, standing: Standing) -> None:
        self._engine = compiled
        self._standing = standing
        self._branch = occasion.branch
        self._lines = Countable(compiled, occasion, standing)
        self._discounted = bool(self._lines.discounts_minor) and not compiled.discount_earns
        self._moment = Moment(occasion.at)
        self._periods = Periods.of(self._moment.today.iso)
        self._held: dict[int, WhyNot] = {UNCONDITIONAL: WhyNot.APPLIED}
        self._factors: dict[int, Factor] = {UNMULTIPLIED: NOT_MULTIPLIED}
        self._stopped: dict[str, frozenset[int]] = {}
        self._given = dict.fromkeys(compiled.wallets, 0)
        self._most = dict.fromkeys(compiled.wallets, MAX_POINTS)
        for wallet, limits in compiled.wallet_limits.items():
            self._most[wallet] = min(limits.room(standing.earned, self._periods), MAX_POINTS)

    def award(self) -> Award:
        """Every rule in its order."""
        outcomes = tuple([self._outcome(rule) for rule in self._engine.rules])
        return Award(
            points=self._given[self._engine.main_wallet],
            wallets=self._given,
            base_minor=self._lines.spend_minor,
            discounts_minor=self._lines.discounts_minor,
            outcomes=outcomes,
        )

    def _outcome(self, rule: Rule) -> RuleOutcome:
        """What one rule gives, and what it did to what the next ones may count."""
        why_not = self._why_not(rule.condition)
        if why_not or self._discounted:
            return _nothing(rule, why_not or WhyNot.DISCOUNTED)
        stopped = self._stopped.get(rule.wallet, NO_LINES)
        goods = self._lines.of(rule.goods, stopped)
        if not goods.lines:
            taken = stopped and self._lines.of(rule.goods, NO_LINES).lines
            return _nothing(rule, WhyNot.STOPPED if taken else WhyNot.NO_SUCH_GOODS)
        counted = self._lines.count(goods, rule.each)
        plain = _plain_points(rule, counted) if goods.amount >= rule.least else 0
        if plain <= 0:
            return _nothing(rule, WhyNot.TOO_LITTLE, counted, goods.lines)
        names, over, under = self._factor(rule.times)
        points = plain * over // under
        left = self._capped(rule, points)
        if left:
            self._given[rule.wallet] += left
            if rule.stop:
                self._stopped[rule.wallet] = stopped.union(goods.lines)
        if left < points:
            why_not = WhyNot.CAPPED
        elif not points:
            why_not = WhyNot.TOO_LITTLE
        return RuleOutcome(
            rule=rule.name,
            wallet=rule.wallet,
            points=left,
            plain_points=plain,
            counted=counted,
            lines=goods.lines,
            multipliers=names,
            why_not=why_not,
        )

    def _why_not(self, number: int) -> WhyNot:
        held = self._held.get(number)
        if held is None:
            asked = self._engine.conditions[number]
            held = asked.why_not(self._moment, self._branch, self._standing)
            self._held[number] = held
        return held

    def _factor(self, number: int) -> Factor:
        """What the multipliers with this number come to: those of them that apply."""
        factor = self._factors.get(number)
        if factor is None:
            several = self._engine.times[number]
            applied = [one for one in several if not self._why_not(one.condition)]
            factor = self._engine.together(applied) if applied else NOT_MULTIPLIED
            self._factors[number] = factor
        return factor

    def _capped(self, rule: Rule, points: int) -> int:
        """What of `points` the rule's own cap and then its wallet's leave."""
        if rule.limits is not None:
            points = min(points, rule.limits.room(self._standing.earned, self._periods))
        room = self._most[rule.wallet] - self._given[rule.wallet]
        return points if points < room else room


def _plain_points(rule: Rule, counted: int) -> int:
    """Full steps times points, or a part in per cent: floored once."""
    if rule.part is not None:
        return counted * rule.part.over // rule.part.under
    return counted // rule.step * rule.points


def _nothing(
    rule: Rule, why_not: WhyNot, counted: int = 0, lines: tuple[int, ...] = ()
) -> RuleOutcome:
    return RuleOutcome(
        rule=rule.name,
        wallet=rule.wallet,
        points=0,
        plain_points=0,
        counted=counted,
        lines=lines,
        why_not=why_not,
    )
