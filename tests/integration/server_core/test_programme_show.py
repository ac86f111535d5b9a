"""`programme show`: a person reads what a programme promises, and what one basket earns by it."""

from pathlib import Path

import pytest

import loyalty.programme
from tests.integration.server_core.conftest import Command

EXAMPLES = Path(loyalty.programme.__file__).parent / "examples"
SUPERMARKET = EXAMPLES / "supermarket.toml"
BASKET = ("--basket", "73.50", "--on", "2026-11-24", "--tier", "silver")


@pytest.mark.parametrize(
    ("language", "promise", "answer"),
    [
        ("en", "Tuesday bonus: 20 points once a receipt.", "In all: 111 points."),
        ("pl", "Wtorkowa premia: 20 punktów raz na paragon.", "Razem: 111 punktów."),
        ("ru", "Бонус вторника: 20 баллов один раз за чек.", "Всего: 111 баллов."),
    ],
)
def test_what_a_silver_members_basket_earns_on_a_tuesday_is_read_and_told(
    command: Command, language: str, promise: str, answer: str
) -> None:
    shown = command("programme", "show", SUPERMARKET, "--language", language)
    assert (shown.code, shown.err) == (0, "")
    assert promise in shown.out
    asked = command("programme", "show", SUPERMARKET, "--language", language, *BASKET)
    assert asked.out.splitlines()[-2].strip() == answer


def test_programs_are_told_the_sections_and_the_award(command: Command) -> None:
    shown = command("programme", "show", SUPERMARKET, "--json").json
    assert (shown["programme"], shown["language"]) == ("supermarket@1", "en")
    assert [one["subject"] for one in shown["sections"]][:3] == [
        "programme",
        "earning",
        "multipliers",
    ]
    asked = command("programme", "show", SUPERMARKET, "--json", *BASKET, "--at", "18:30").json
    assert asked["at"] == "2026-11-24T18:30"
    assert asked["award"]["points"] == 111
    assert [one["points"] for one in asked["award"]["outcomes"]] == [91, 20, 0]
    assert asked["sections"][0]["sentences"][-1] == "In all: 111 points."


def test_the_next_day_of_a_name_is_taken(command: Command) -> None:
    words = ("programme", "show", SUPERMARKET, "--basket", "73.50", "--on", "Tuesday", "--json")
    rules = {one["rule"]: one["points"] for one in command(*words).json["award"]["outcomes"]}
    assert rules["tuesday"] == 20


def test_goods_spend_branch_and_groups_are_taken_into_account(command: Command) -> None:
    tobacco = command("programme", "show", SUPERMARKET, *BASKET, "--category", "tobacco", "--json")
    assert tobacco.json["award"]["points"] == 0
    grown = command(
        *("programme", "show", EXAMPLES / "growing_discount.toml", "--basket", "1000"),
        *("--spent", "20000", "--json"),
    )
    assert grown.json["award"]["discounts_minor"] == [5_000]
    seniors = command(
        *("programme", "show", EXAMPLES / "pharmacy.toml", "--basket", "21.50", "--branch", "B1"),
        *("--segment", "staff", "--segment", "seniors", "--on", "wednesday", "--json"),
    )
    assert seniors.json["award"]["points"] == 15


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--basket", "73,505"), "'73,505' is not an amount of money."),
        (("--basket", "1", "--spent", "x"), "'x' is not an amount of money."),
        (("--basket", "1", "--tier", "bronze"), "no tier 'bronze'. Choose one of silver, gold."),
        (("--basket", "1", "--on", "tues"), "'tues' is no day."),
        (("--basket", "1", "--at", "25:00"), "'25:00' is no time of day."),
        (("--on", "tuesday"), "Say with --basket what is bought"),
    ],
)
def test_what_cannot_be_told_is_refused_in_a_sentence(
    command: Command, words: tuple[str, ...], told: str
) -> None:
    refused = command("programme", "show", SUPERMARKET, *words)
    assert (refused.code, refused.out) == (2, "")
    assert told in refused.err
