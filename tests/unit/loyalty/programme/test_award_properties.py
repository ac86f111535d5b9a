"""What holds of every award, whatever the programme, the sale and the member."""

from typing import Any

import msgspec
from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import replace

from loyalty.baskets import Basket
from loyalty.programme.awards import award
from loyalty.programme.checks.whole import check
from loyalty.programme.document import Programme, classic_document, load_programme
from loyalty.programme.faults import Findings
from loyalty.programme.occasions import Occasion, Standing
from tests.unit.loyalty.programme.plain_award import plain_wallets
from tests.unit.loyalty.programme.shop import TUESDAY_NOON
from tests.unit.loyalty.programme.strategies import (
    baskets,
    lines,
    occasions,
    programmes,
    standings,
)

CLASSIC = load_programme(classic_document())


@given(programmes())
def test_the_programmes_of_these_tests_are_ones_that_may_be_published(
    programme: Programme,
) -> None:
    findings = Findings()
    check(programme, findings)
    assert findings.found == []


@given(programmes(), occasions(), standings())
def test_an_award_is_what_the_words_of_the_terms_come_to(
    programme: Programme, occasion: Occasion, standing: Standing
) -> None:
    done = award(programme, occasion, standing)
    given_points = {wallet: points for wallet, points in done.wallets.items() if points}
    assert given_points == plain_wallets(programme, occasion, standing)


@given(programmes(), occasions(), standings())
def test_an_award_explains_itself(
    programme: Programme, occasion: Occasion, standing: Standing
) -> None:
    done = award(programme, occasion, standing)
    assert [one.rule for one in done.outcomes] == [rule.name for rule in programme.rules]
    assert done.points == done.wallets["points"]
    for wallet, points in done.wallets.items():
        assert points == sum(one.points for one in done.outcomes if one.wallet == wallet) >= 0
    for one in done.outcomes:
        assert one.points >= 0
        assert one.points == 0 or (one.lines and one.counted > 0 and one.plain_points > 0)
        assert one.points > 0 or one.why_not
        assert one.multipliers or one.points <= one.plain_points
        assert one.points == one.plain_points or one.multipliers or one.why_not == "capped"
    assert all(type(number) is int for number in _numbers(msgspec.to_builtins(done)))


@given(programmes(), occasions(), standings())
def test_a_discount_and_what_is_left_to_pay_make_the_line(
    programme: Programme, occasion: Occasion, standing: Standing
) -> None:
    done = award(programme, occasion, standing)
    amounts = [line.amount_minor for line in occasion.basket.lines]
    assert len(done.discounts_minor) in (0, len(amounts))
    for amount, less in zip(amounts, done.discounts_minor, strict=False):
        assert abs(less) <= abs(amount)
        assert less * amount >= 0
    assert done.discount_minor == sum(done.discounts_minor)
    assert 0 <= done.base_minor <= max(sum(max(amount, 0) for amount in amounts), 0)


@given(baskets())
def test_classic_is_its_one_division(basket: Basket) -> None:
    done = award(CLASSIC, Occasion(basket=basket, at=TUESDAY_NOON))
    assert done.points == max(basket.total_minor, 0) // 100
    assert done.base_minor == max(basket.total_minor, 0)
    assert done.wallets == {"points": done.points}


@given(programmes(stopping=False, discount_earns=True), occasions(), standings(), st.data())
def test_larger_amounts_earn_no_less(
    programme: Programme, occasion: Occasion, standing: Standing, data: st.DataObject
) -> None:
    # Without `stop`, with `discount_earns`, and nothing paid with what earns nothing.
    occasion = replace(occasion, paid={})
    rung = occasion.basket.lines
    more = [data.draw(st.integers(0, 3_000)) for _ in rung]
    larger = [
        replace(line, amount_minor=line.amount_minor + extra)
        for line, extra in zip(rung, more, strict=True)
    ]
    larger += data.draw(st.lists(lines(least=0), max_size=2))
    after = award(programme, replace(occasion, basket=Basket(tuple(larger))), standing)
    before = award(programme, occasion, standing)
    for wallet, points in before.wallets.items():
        assert after.wallets[wallet] >= points
    assert after.base_minor >= before.base_minor


@given(programmes(), occasions(), standings())
def test_what_an_excluded_tender_pays_in_full_earns_nothing(
    programme: Programme, occasion: Occasion, standing: Standing
) -> None:
    assume(programme.excluded.tenders)
    whole = sum(abs(line.amount_minor) for line in occasion.basket.lines)
    paid = {programme.excluded.tenders[0]: whole}
    done = award(programme, replace(occasion, paid=paid), standing)
    assert done.base_minor == 0
    assert not any(done.wallets.values())


@given(programmes(), occasions(), standings())
def test_the_same_sale_in_another_programme_object_is_the_same_award(
    programme: Programme, occasion: Occasion, standing: Standing
) -> None:
    read_again = msgspec.json.decode(msgspec.json.encode(programme), type=Programme)
    known = msgspec.json.decode(msgspec.json.encode(standing), type=Standing)
    assert award(read_again, occasion, known) == award(programme, occasion, standing)


def _numbers(value: Any) -> list[Any]:
    """Every number anywhere in `value`."""
    if isinstance(value, dict):
        return [number for one in value.values() for number in _numbers(one)]
    if isinstance(value, list | tuple):
        return [number for one in value for number in _numbers(one)]
    return [value] if isinstance(value, int | float) else []
