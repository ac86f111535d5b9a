"""What a simulated programme gives by itself: rewards of its catalogue, and for what happens."""

from tests.unit.loyalty.simulation.made import sale, simulated

CATALOGUE = """
name = "stamps"
version = 1
currency = "PLN"
earn = [{ name = "cup", each = "unit" }]
[wallets.stamps]
kind = "stamps"
[[rewards]]
name = "coffee"
cost = 2
gives = "gift"
worth = "12.00"
automatic = true
[[rewards]]
name = "mug"
cost = 4
gives = "money_off"
amount = "30.00"
"""


def test_rewards_that_come_out_by_themselves_cost_what_they_are_worth() -> None:
    outcome = simulated(
        CATALOGUE, [sale("anna", f"2026-01-0{day} 10:00", 900) for day in (1, 2, 3)]
    )
    assert (outcome.total.rewards, outcome.total.rewards_minor) == (1, 1_200)
    assert outcome.total.of("stamps").redeemed == 2
    assert outcome.at_the_end.points == {"stamps": 1}
    # A mug makes a stamp worth 7.50, which is more than a coffee's 6.00.
    assert outcome.at_the_end.points_minor == 750


EVENTS = """
name = "events"
version = 1
currency = "PLN"
earning = { per = "10.00", points = 1 }
[[event]]
name = "welcome"
on = "enrolment"
points = 5
[[event]]
name = "third"
on = "visit"
at = "3"
points = 7
[[event]]
name = "hundred"
on = "milestone"
at = "100.00"
reward = "mug"
[[event]]
name = "quiz"
on = "quiz"
points = 1000
[[rewards]]
name = "mug"
cost = 1000
gives = "gift"
worth = "6.50"
a_member = 1
"""


def test_events_of_sales_give_their_points_and_rewards() -> None:
    outcome = simulated(
        EVENTS,
        [
            sale("anna", "2026-01-01 10:00", 5_000),
            sale("anna", "2026-01-02 10:00", 5_000),
            sale("anna", "2026-01-03 10:00", 5_000),
            sale("bert", "2026-01-03 11:00", 5_000),
        ],
    )
    assert outcome.total.of("points").issued == (5 + 5 + 5 + 5 + 7) + (5 + 5)
    assert (outcome.total.rewards, outcome.total.rewards_minor) == (1, 650)
    assert [one.points for one in outcome.members] == [27, 10]


def test_automatic_rewards_end_with_their_stock() -> None:
    document = CATALOGUE.replace("automatic = true", "automatic = true\nstock = 1")
    outcome = simulated(
        document, [sale(name, f"2026-01-0{day} 10:00", 900) for day in (1, 2) for name in "ab"]
    )
    assert outcome.total.rewards == 1
    assert outcome.at_the_end.points == {"stamps": 2}
