"""Who a member is: which days somebody can be born on."""

import pytest
from msgspec.structs import replace

from loyalty.members import Member, day_of_birthday, is_birthday, read_birthday


@pytest.mark.parametrize("text", ["1990-02-28", "2000-02-29", "02-29", "12-31"])
def test_days_that_somebody_can_be_born_on(text: str) -> None:
    assert is_birthday(text)


@pytest.mark.parametrize(
    "text", ["", "1990-02-29", "02-30", "2-3", "19900228", "1990-W07-3", "28.02.1990", "02-28T0"]
)
def test_texts_that_are_no_birthday(text: str) -> None:
    assert not is_birthday(text)


@pytest.mark.parametrize(
    ("text", "birthday"),
    [
        ("28.02.1990", "1990-02-28"),
        ("1/2/2003", "2003-02-01"),
        (" 29.2. ", "02-29"),
        ("1990-02-28", "1990-02-28"),
        ("02-28", "02-28"),
        ("29.02.1990", ""),
        ("2.28", ""),
        ("28.02.90", ""),
        ("soon", ""),
        ("", ""),
    ],
)
def test_a_birthday_is_read_as_people_write_it(text: str, birthday: str) -> None:
    assert read_birthday(text) == birthday


@pytest.mark.parametrize(
    ("birthday", "day"), [("1990-02-28", "02-28"), ("02-29", "02-29"), ("", "")]
)
def test_the_day_of_a_birthday_is_known_without_its_year(birthday: str, day: str) -> None:
    assert day_of_birthday(birthday) == day


def test_who_is_of_a_family_collects_on_its_owners_account() -> None:
    alone = Member(member_id="1", card="1")
    assert alone.account == "1"
    assert replace(alone, family="2").account == "2"
