"""Points that pay a part of a sale: whole steps, from the least on, up to a part of what is due."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.programme.document import Programme, classic_document, load_programme
from loyalty.programme.paying import (
    NOTHING_PAID,
    NoPayment,
    PointsPaid,
    most_paid,
    paid_with_points,
)

CLASSIC = load_programme(classic_document())


def paying(points: int, worth: str, least: int = 1, percent: str = "100") -> Programme:
    return load_programme(
        classic_document()
        + f'[pay]\npoints = {points}\nworth = "{worth}"\nleast = {least}\npercent = "{percent}"\n'
    )


HALF = paying(100, "1.00", least=300, percent="50")


@pytest.mark.parametrize(
    ("points", "due_minor", "spendable", "answer"),
    [
        (300, 600, 1_000, PointsPaid(300, 300)),
        (400, 800, 400, PointsPaid(400, 400)),
        (400, 799, 400, NoPayment.TOO_MUCH),
        (400, 800, 399, NoPayment.NOT_ENOUGH),
        (200, 800, 400, NoPayment.TOO_FEW),
        (-100, 800, 400, NoPayment.TOO_FEW),
        (350, 800, 400, NoPayment.NO_FULL_STEP),
        (300, -600, 400, NoPayment.TOO_MUCH),
        (0, 800, 400, NOTHING_PAID),
    ],
)
def test_points_pay_in_steps_and_within_limits(
    points: int, due_minor: int, spendable: int, answer: PointsPaid | NoPayment
) -> None:
    assert paid_with_points(HALF, points, spendable, due_minor) == answer


@pytest.mark.parametrize(
    ("spendable", "due_minor", "most"),
    [
        (1_000, 600, PointsPaid(300, 300)),
        (1_000, 599, NOTHING_PAID),
        (399, 10_000, PointsPaid(300, 300)),
        (299, 10_000, NOTHING_PAID),
        (-5, 10_000, NOTHING_PAID),
        (1_000, 0, NOTHING_PAID),
        (1_000, -600, NOTHING_PAID),
    ],
)
def test_the_most_that_points_may_pay(spendable: int, due_minor: int, most: PointsPaid) -> None:
    assert most_paid(HALF, spendable, due_minor) == most


def test_a_programme_without_payment_takes_none() -> None:
    assert most_paid(CLASSIC, 1_000, 1_000) == NOTHING_PAID
    assert paid_with_points(CLASSIC, 100, 1_000, 1_000) == NoPayment.NOT_OFFERED
    assert paid_with_points(CLASSIC, 0, 0, 1_000) == NOTHING_PAID


@given(
    st.integers(1, 500),
    st.integers(1, 10_000),
    st.integers(0, 2_000),
    st.integers(0, 10_000).map(lambda parts: f"{parts / 100:.2f}"),
    st.integers(-10, 10**6),
    st.integers(-10, 10**6),
)
def test_the_most_is_taken_and_one_step_more_is_not(
    points: int, worth_minor: int, least: int, percent: str, spendable: int, due_minor: int
) -> None:
    worth = f"{worth_minor // 100}.{worth_minor % 100:02}"
    programme = paying(points, worth, least, percent)
    most = most_paid(programme, spendable, due_minor)
    assert paid_with_points(programme, most.points, spendable, due_minor) == most
    assert 0 <= most.paid_minor <= max(due_minor, 0)
    if most.points:
        more = paid_with_points(programme, most.points + points, spendable, due_minor)
        assert more in {NoPayment.NOT_ENOUGH, NoPayment.TOO_MUCH}
