"""Surprises: the same sales are chosen wherever it is asked, as many as the document says."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.programme.events import Bonus, NoBonus, Purchase
from loyalty.programme.occasions import WhyNot
from loyalty.programme.surprises import is_chosen, surprised
from tests.unit.loyalty.programme.happening_shop import at, programme

RECEIPTS = 20_000


@pytest.mark.parametrize("in_how_many", [2, 7, 10, 100])
@pytest.mark.parametrize("seed", ["autumn", "Wiosna 2027", "осень"])
def test_about_one_in_so_many_is_chosen(seed: str, in_how_many: int) -> None:
    chosen = sum(is_chosen(seed, in_how_many, "KRK-1", f"R-{n}") for n in range(RECEIPTS))
    share = 1 / in_how_many
    # Five standard deviations of a fair draw: none of these goes beyond by chance.
    assert abs(chosen - RECEIPTS * share) < 5 * (RECEIPTS * share * (1 - share)) ** 0.5


@given(st.text(max_size=20), st.integers(1, 1_000), st.text(max_size=16), st.text(max_size=64))
def test_the_choice_is_the_one_that_is_written_down(
    seed: str, in_how_many: int, terminal: str, receipt: str
) -> None:
    digest = hashlib.sha256("\n".join((seed, terminal, receipt)).encode()).hexdigest()
    assert is_chosen(seed, in_how_many, terminal, receipt) is (int(digest, 16) % in_how_many == 0)


def test_every_sale_is_chosen_where_it_is_one_in_one() -> None:
    assert all(is_chosen("seed", 1, "T", str(n)) for n in range(100))


def test_another_seed_another_terminal_choose_other_sales() -> None:
    def chosen(seed: str, terminal: str) -> set[int]:
        return {n for n in range(2_000) if is_chosen(seed, 10, terminal, f"R-{n}")}

    assert chosen("a", "T1") != chosen("b", "T1")
    assert chosen("a", "T1") != chosen("a", "T2")


def test_a_surprise_gives_its_points_or_says_why_not() -> None:
    shop = programme(
        '[[surprise]]\nname = "luck"\nin_how_many = 2\nseed = "s"\npoints = 77\n'
        'at_least = "10.00"\nwhen = { branches = ["centre"] }\n'
    )

    def bonus(receipt: str, base_minor: int = 1_000, branch: str = "centre") -> Bonus:
        (only,) = surprised(
            shop,
            Purchase(
                terminal="KRK-1",
                receipt=receipt,
                at=at("2026-11-22"),
                base_minor=base_minor,
                branch=branch,
            ),
        )
        return only

    lucky = next(f"R-{n}" for n in range(100) if is_chosen("s", 2, "KRK-1", f"R-{n}"))
    other = next(f"R-{n}" for n in range(100) if not is_chosen("s", 2, "KRK-1", f"R-{n}"))
    assert bonus(lucky) == Bonus(event="luck", wallet="points", points=77)
    assert bonus(other).why_not is NoBonus.NOT_CHOSEN
    assert bonus(lucky, base_minor=999).why_not is NoBonus.TOO_LITTLE
    assert bonus(lucky, branch="harbour").why_not is WhyNot.BRANCH


def test_a_sale_of_nothing_is_no_surprise() -> None:
    shop = programme('[[surprise]]\nname = "luck"\nin_how_many = 1\nseed = "s"\npoints = 7\n')
    bought = Purchase(terminal="T", receipt="R", at=at("2026-11-22"), base_minor=0)
    assert surprised(shop, bought)[0].why_not is NoBonus.TOO_LITTLE
