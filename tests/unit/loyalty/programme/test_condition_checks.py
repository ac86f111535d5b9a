"""What can never come true is no promise: parts of a condition that exclude each other, days and
currencies that there are not."""

import pytest

from loyalty.amounts import is_currency
from tests.unit.loyalty.programme.test_document_checks import DRAW, document, faults, rule

NO_DAY = "has no day on which the rest holds: days that from, until and weekdays leave"


def conditions(when: str) -> list[tuple[str, str]]:
    """What is wrong with a rule that has this `when`."""
    return faults(document(rule(f'per = "1"\nwhen = {{ {when} }}')))


@pytest.mark.parametrize(
    ("when", "key", "said"),
    [
        # 24 December 2026 is a Thursday.
        ('weekdays = ["monday"], dates = ["2026-12-24"]', "dates", NO_DAY),
        ('from = "2026-12-01", until = "2026-12-31", dates = ["01-06"]', "dates", NO_DAY),
        ('from = "2026-12-01", dates = ["2026-11-30"]', "dates", NO_DAY),
        ('until = "2026-12-01", dates = ["2026-12-02", "2027-01-01"]', "dates", NO_DAY),
        ('from = "2097-01-01", until = "2103-12-31", dates = ["02-29"]', "dates", NO_DAY),
        (
            'from = "2026-12-24", until = "2026-12-25", weekdays = ["monday", "sunday"]',
            "weekdays",
            "has no day between from and until: weekdays that there are between them",
        ),
        ("visit = 3, every_visit = 2", "visit", "is 3: a multiple of every_visit, 2"),
        ('dates = ["1000-12-24"]', "dates[1]", "in a year from 2000 to 2199"),
        ('until = "2200-01-01"', "until", "in a year from 2000 to 2199"),
    ],
)
def test_a_condition_that_never_holds_is_a_fault(when: str, key: str, said: str) -> None:
    [(at, told)] = conditions(when)
    assert at == f"earn[1].when.{key}"
    assert said in told


@pytest.mark.parametrize(
    "when",
    [
        'weekdays = ["thursday"], dates = ["2026-12-24"]',
        'weekdays = ["monday"], dates = ["2026-12-24", "12-24"]',
        'weekdays = ["monday"], dates = ["02-29"]',
        'from = "2026-12-01", until = "2027-01-31", dates = ["01-06"]',
        'from = "2098-01-01", dates = ["02-29"], weekdays = ["sunday"]',
        'until = "2026-12-01", dates = ["12-24"], weekdays = ["friday"]',
        'from = "2026-12-24", until = "2026-12-31", weekdays = ["monday"]',
        'from = "2026-12-24", until = "2026-12-24", weekdays = ["thursday"]',
        'from = "2026-12-24", weekdays = ["monday"]',
        "visit = 4, every_visit = 2",
    ],
)
def test_a_condition_that_may_hold_is_none(when: str) -> None:
    assert conditions(when) == []


@pytest.mark.parametrize(
    ("when", "keys"),
    [
        ('weekdays = ["munday"], dates = ["2026-12-24"]', ["weekdays[1]"]),
        ('from = "2026-12-31", until = "2026-12-01", weekdays = ["monday"]', ["until"]),
        ('from = 2026, dates = ["2026-12-24"], weekdays = ["monday"]', ["from"]),
        ('dates = ["2026-12-32"], weekdays = ["monday"]', ["dates[1]"]),
        ("visit = -3, every_visit = 2", ["visit"]),
    ],
)
def test_what_follows_from_a_fault_is_none_of_its_own(when: str, keys: list[str]) -> None:
    assert [key for key, _ in conditions(when)] == [f"earn[1].when.{key}" for key in keys]


def test_a_draw_of_another_millennium_is_a_slip() -> None:
    found = dict(faults(document(DRAW.replace("2026", "1026"))))
    assert found.keys() == {"lottery[1].first", "lottery[1].until"}


@pytest.mark.parametrize("code", ["ZZZ", "pln", "PL", ""])
def test_a_currency_is_one_that_there_is(code: str) -> None:
    assert not is_currency(code)
    [(key, said)] = faults(document(currency=code))
    assert (key, "ISO 4217" in said) == ("currency", True)
