"""What each choice of a document is in words, one table a choice."""

import pytest

from loyalty.members import LANGUAGES
from loyalty.programme.awards import award
from loyalty.programme.document import Programme
from loyalty.programme.words.basket import award_told
from loyalty.programme.words.telling import told
from tests.unit.loyalty.programme.shop import programme, sale
from tests.unit.loyalty.programme.test_words import english

EARN = '[earning]\nper = "1.00"\n'
REWARD = '[[rewards]]\nname = "treat"\ncost = 10\n'
COFFEE = '[goods.coffee]\nitems = ["CUP"]\n'


@pytest.mark.parametrize(
    ("gives", "sentence"),
    [
        ('gives = "money_off"\namount = "5.00"', "It takes PLN5.00 off a purchase."),
        ('gives = "percent_off"\npercent = "10"', "It takes 10% off a purchase."),
        (
            'gives = "percent_off"\npercent = "10"\namount = "5.00"',
            "It takes 10% off a purchase. It takes off PLN5.00 at most.",
        ),
        ('gives = "free_goods"\ngoods = ["coffee"]', "One unit is free. Only for: coffee."),
        (
            'gives = "cheaper_goods"\npercent = "50"\ngoods = ["coffee"]',
            "One unit is 50% cheaper. Only for: coffee.",
        ),
        ('gives = "gift"', "It is a gift."),
        ('gives = "code"', "It is a code to use elsewhere."),
        ('gives = "event"', "It is a place at an event."),
    ],
)
def test_what_a_reward_gives(gives: str, sentence: str) -> None:
    told = english(f"{EARN}{COFFEE}{REWARD}{gives}", "rewards")
    assert told.startswith(f"Treat: for 10 points. {sentence} It is handed out at the till.")


@pytest.mark.parametrize(
    ("on", "sentence"),
    [
        ('on = "enrolment"', "For joining."),
        ('on = "birthday"', "For the member's birthday, once a year."),
        ('on = "anniversary"', "For each anniversary of joining."),
        ('on = "anniversary"\nat = "5"', "For anniversary number 5 of joining."),
        ('on = "visit"', "With each purchase."),
        ('on = "visit"\nat = "10"', "With purchase number 10."),
        ('on = "milestone"\nat = "1000.00"', "When PLN1,000.00 have been spent in all."),
        (
            'on = "referral"',
            "For bringing a friend along, after the friend's first purchase.",
        ),
        ('on = "quiz"', "For answering a quiz."),
        ('on = "survey"', "For taking part in a survey."),
        ('on = "contest"', "For taking part in a contest."),
        ('on = "profile"', "For filling in one's details."),
        ('on = "custom"\ncode = "A-1"', "When another system reports “A-1”."),
    ],
)
def test_what_an_event_is_given_for(on: str, sentence: str) -> None:
    told = english(f'{EARN}[[event]]\nname = "gift"\npoints = 5\n{on}', "happenings")
    assert told == f"Gift: 5 points. {sentence}"


def test_a_friend_alone_may_get_something() -> None:
    event = '[[event]]\nname = "a_friend"\non = "referral"\nfriend_points = 30'
    assert english(EARN + event, "happenings") == (
        "A friend. For bringing a friend along, after the friend's first purchase. "
        "The friend gets 30 points."
    )


@pytest.mark.parametrize(
    ("by", "at", "sentence"),
    [
        ("spend", "1200", "Silver: from PLN1,200.00."),
        ("points", "1200", "Silver: from 1,200 points."),
        ("visits", "12", "Silver: from 12 purchases."),
    ],
)
def test_how_a_tier_is_reached(by: str, at: str, sentence: str) -> None:
    terms = f'{EARN}[tiers]\nby = "{by}"\n[[tier]]\nname = "silver"\nat = "{at}"'
    told = english(terms, "tiers")
    assert sentence in told
    assert told.endswith("Who falls below loses it at once.")


@pytest.mark.parametrize(
    ("expiry", "sentence"),
    [
        ("", "It is never gone."),
        ("expiry = { days = 1 }", "It is gone 1 day after it was earned, at the end of that day."),
        ("expiry = { inactive_days = 365 }", "when a member has bought nothing for 365 days."),
        ('expiry = { on = "12-31" }', "It is gone at the end of the next 31 December."),
        (
            'expiry = { on = "12-31", years = 2 }',
            "It is gone at the end of the first 31 December once 2 full years are over.",
        ),
    ],
)
def test_when_it_is_gone(expiry: str, sentence: str) -> None:
    told = english(f"{EARN}[wallets.points]\n{expiry}", "collecting")
    assert sentence in told
    assert ("Members are told" in told) == bool(expiry)


@pytest.mark.parametrize(
    ("terms", "sentence"),
    [
        ("", "What was collected cannot be handed on to other members."),
        (
            '[transfers]\nto = "anybody"\nleast = 5',
            "What was collected can be handed on to any member. At least 5 points at a time.",
        ),
        (
            '[transfers]\nto = "family"\na_month = 50\n[family]\nmembers = 4',
            "What was collected can be handed on within a family. At least 1 point at a time. "
            "Each member can give 50 points a month at most. "
            "Up to 4 members collect on one family account. Any of them may spend from it.",
        ),
    ],
)
def test_who_may_hand_on(terms: str, sentence: str) -> None:
    assert english(EARN + terms, "sharing") == sentence


@pytest.mark.parametrize(
    ("terms", "sentence"),
    [
        ("[offline]\nkeep = 0", "With the line down no till gives out what was collected."),
        (
            "[offline]\nkeep = 0\noverdraft = 20\ngrace_days = 0",
            "can then give out 0 points of theirs. It may give out 20 points more to each member: "
            "the most that the shop can lose by it. It may do so for 7 days after it last heard "
            "head office. Head office then gives this to other tills at once.",
        ),
        ("[offline]\ndays = 1", "It may do so for 1 day after it last heard head office."),
    ],
)
def test_what_a_till_gives_out_alone(terms: str, sentence: str) -> None:
    reward = '[reward]\nat_points = 100\nvoucher = "5.00"\n'
    assert sentence in english(EARN + reward + terms, "offline")


def discounts(more: str = "") -> Programme:
    return programme('[discount]\nsteps = [{ at = "100.00", percent = "10" }]\n' + more)


def test_a_discount_may_stand_alone_or_beside_points() -> None:
    assert award_told(discounts(), sale(100), award(discounts(), sale(100)), "en").sentences == (
        "Nothing is taken off.",
    )
    both = EARN + '[discount]\nsteps = [{ at = "100.00", percent = "10" }]\n'
    assert english(both, "excluded") == "A receipt with a discount earns on what is left to pay."


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_seed_is_kept_secret(language: str) -> None:
    terms = '[[surprise]]\nname = "s"\nin_how_many = 9\nseed = "winter apples"\npoints = 5\n'
    sentences = [one for section in told(programme(terms), language) for one in section.sentences]
    assert not any("winter" in one for one in sentences)


@pytest.mark.parametrize(("winners", "drawn"), [(1, "1 member is drawn."), (3, "3 members are d")])
def test_a_draw_of_a_prize_of_ones_own_names_no_reward(winners: int, drawn: str) -> None:
    terms = (
        '[[lottery]]\nname = "car"\nticket_per = "10.00"\nfirst = "2026-12-01"\n'
        f'until = "2026-12-24"\nwinners = {winners}\ncommitment = "{"0a" * 32}"\n'
    )
    assert f"until 24 December 2026. {drawn}" in english(terms, "happenings")


def test_a_tender_that_is_excluded_twice_is_told_once() -> None:
    terms = EARN + '[excluded]\ntenders = ["voucher", "points", "voucher"]\n'
    assert "paid with: vouchers, Points." in english(terms, "excluded")
