"""What is safe to spend, in words: short, in every language, and silent when nothing waits."""

import pytest
from msgspec.structs import replace

from loyalty.members import LANGUAGES
from loyalty.rights import HeldElsewhere, Safe, Wait
from terminal_app.locale.words import Words
from terminal_app.till.safe_words import MAX_HOLDERS_NAMED, safe_lines

ALL = Safe(
    points=520, balance=520, held=520, pool=0, elsewhere=(), wait=Wait.NOTHING, known_at_ms=1
)
KRAKOW = HeldElsewhere("KRK-1", "Kraków", 400)
PART = replace(ALL, points=120, held=120, elsewhere=(KRAKOW,), wait=Wait.HELD_ELSEWHERE)


def test_nothing_is_said_when_nothing_waits() -> None:
    assert safe_lines(ALL, Words("en")) == ()


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        ("en", ("Safe to spend here now: 120", "400 held by Kraków (KRK-1), asked back")),
        ("pl", ("Tu i teraz do wydania: 120", "400 trzyma Kraków (KRK-1), poproszono o zwrot")),
        ("ru", ("Можно потратить здесь: 120", "400 у Kraków (KRK-1), запрошены")),
    ],
)
def test_who_holds_the_rest(language: str, lines: tuple[str, ...]) -> None:
    assert safe_lines(PART, Words(language)) == lines


def test_who_only_looks_has_nothing_asked_back() -> None:
    lines = safe_lines(PART, Words("en"), is_asked_back=False)
    assert lines[1] == "400 held by Kraków (KRK-1)"
    unnamed = replace(PART, elsewhere=(replace(KRAKOW, branch=""),))
    assert safe_lines(unnamed, Words("en"))[1] == "400 held by KRK-1 (KRK-1), asked back"


def test_few_holders_are_named_and_the_rest_is_summed() -> None:
    many = tuple(HeldElsewhere(f"T{number}", "", 10) for number in range(MAX_HOLDERS_NAMED + 2))
    lines = safe_lines(replace(PART, elsewhere=many, pool=7), Words("en"))
    assert lines[-2:] == ("20 at other tills", "7 at head office, on their way")
    assert len(lines) == 1 + MAX_HOLDERS_NAMED + 2


def test_what_nobody_is_known_to_hold_comes_from_head_office() -> None:
    waiting = replace(PART, elsewhere=(), wait=Wait.AT_HEAD_OFFICE)
    assert safe_lines(waiting, Words("en"))[1:] == ("400 at head office, on their way",)


@pytest.mark.parametrize("wait", [Wait.NOT_HEARD, Wait.COPY])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_till_that_may_spend_nothing_says_what_it_waits_for(wait: Wait, language: str) -> None:
    amount, reason = safe_lines(replace(PART, points=0, wait=wait), Words(language))
    assert amount.endswith("0")
    assert reason.endswith(".")


@pytest.mark.parametrize(
    ("language", "held", "pool", "promise"),
    [
        (
            "en",
            "400 held by Kraków (KRK-1)",
            "30 at head office",
            "the rest comes once the line is back",
        ),
        (
            "pl",
            "400 trzyma Kraków (KRK-1)",
            "30 w centrali",
            "reszta będzie, gdy wróci łączność",
        ),
        (
            "ru",
            "400 у Kraków (KRK-1)",
            "30 в центральном офисе",
            "остальное — когда вернётся связь",
        ),
    ],
)
def test_with_the_line_down_nothing_is_said_to_be_on_its_way(
    language: str, held: str, pool: str, promise: str
) -> None:
    lines = safe_lines(replace(PART, pool=30), Words(language), is_online=False)
    assert lines[1:] == (held, pool, promise)


def test_who_only_looks_is_promised_nothing() -> None:
    lines = safe_lines(replace(PART, pool=30), Words("en"), is_asked_back=False)
    assert lines[1:] == ("400 held by Kraków (KRK-1)", "30 at head office")
