"""RFM against the same scores computed by SQLite's window functions, which share no code."""

import sqlite3
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from loyalty.clock import epoch_ms
from sync_server.audience import rfm
from sync_server.audience.rfm import Purchases, score_members

LONDON = ZoneInfo("Europe/London")
TODAY = date(2011, 3, 1)
NOON = datetime(2011, 3, 1, 12, tzinfo=LONDON)

# julianday() knows no zones: the oracle is given whole days before noon of TODAY.
ORACLE = """
WITH figures AS (
    SELECT id, sales, days,
           RANK() OVER (ORDER BY days) - 1 AS fresher,
           RANK() OVER (ORDER BY sales) - 1 AS rarer,
           RANK() OVER (ORDER BY minor) - 1 AS cheaper,
           COUNT(*) OVER () AS n
    FROM bought WHERE sales > 0
), scores AS (
    SELECT id, sales, days,
           5 - 5 * fresher / n AS r, 1 + 5 * rarer / n AS f, 1 + 5 * cheaper / n AS m
    FROM figures
)
SELECT id, days, r, f, m, CASE
    WHEN r >= 4 AND sales <= 2 THEN 'new'
    WHEN r >= 4 AND f >= 4 AND m >= 4 THEN 'loyal high-value'
    WHEN r <= 2 AND f >= 3 THEN 'at risk'
    WHEN r <= 2 THEN 'lost'
    ELSE 'occasional or seasonal' END
FROM scores
UNION ALL SELECT id, NULL, 0, 0, 0, 'not yet bought' FROM bought WHERE sales = 0
ORDER BY id
"""


def by_sqlite(bought: list[tuple[int, int, int]]) -> list[tuple[object, ...]]:
    """(days since, sales, minor) of each member, scored by the database engine alone."""
    with sqlite3.connect(":memory:") as store:
        store.execute(
            "CREATE TABLE bought (id INTEGER, days INTEGER, sales INTEGER, minor INTEGER)"
        )
        rows = [(number, *figures) for number, figures in enumerate(bought)]
        store.executemany("INSERT INTO bought VALUES (?, ?, ?, ?)", rows)
        found = store.execute(ORACLE).fetchall()
    store.close()
    return found


def purchases(number: int, days: int, sales: int, minor: int) -> Purchases:
    last_sale_ms = epoch_ms(NOON - timedelta(days=days)) if sales else None
    return Purchases(str(number), sales, minor, last_sale_ms)


@given(
    st.lists(
        st.tuples(st.integers(0, 40), st.integers(0, 9), st.integers(-2_000, 9_000)), max_size=60
    )
)
def test_scores_and_groups_are_those_of_an_independent_computation(
    bought: list[tuple[int, int, int]],
) -> None:
    members = [purchases(number, *figures) for number, figures in enumerate(bought)]
    ours = [
        (int(s.member_id), s.days_since_sale, s.recency, s.frequency, s.monetary, s.group)
        for s in score_members(members, TODAY, LONDON)
    ]
    assert ours == by_sqlite(bought)


def test_each_named_group_is_reached_by_the_members_it_is_named_for() -> None:
    habits = {
        "loyal high-value": (2, 40, 90_000),
        "at risk": (300, 30, 60_000),
        "new": (1, 1, 2_000),
        "occasional or seasonal": (100, 5, 9_000),
        "lost": (400, 1, 500),
        "not yet bought": (0, 0, 0),
    }
    # Two of each, so that every fifth of the ranks is filled.
    members = [
        purchases(number, *figures)
        for number, figures in enumerate([*habits.values(), *habits.values()])
    ]
    groups = [scored.group for scored in score_members(members, TODAY, LONDON)]
    assert groups == [*habits, *habits]
    assert set(groups) == set(rfm.GROUPS)


def test_every_possible_score_has_a_group() -> None:
    every = range(1, rfm.SCORES + 1)
    found = {
        rfm.group_of(sales, r, f, m)
        for sales in (1, 3)
        for r in every
        for f in every
        for m in every
    }
    assert found == set(rfm.GROUPS) - {rfm.NOT_YET_BOUGHT}


def test_the_day_of_a_sale_is_the_shops_and_a_clock_ahead_counts_as_today() -> None:
    late_in_warsaw = epoch_ms(datetime(2011, 2, 27, 23, 30, tzinfo=UTC))
    ahead = epoch_ms(datetime(2031, 1, 1, tzinfo=UTC))
    members = [Purchases("a", 1, 100, late_in_warsaw), Purchases("b", 1, 100, ahead)]
    in_warsaw = score_members(members, TODAY, ZoneInfo("Europe/Warsaw"))
    in_london = score_members(members, TODAY, LONDON)
    assert [scored.days_since_sale for scored in in_warsaw] == [1, 0]
    assert [scored.days_since_sale for scored in in_london] == [2, 0]


def test_members_who_tie_score_the_same_and_a_first_day_loses_nobody() -> None:
    scored = score_members([purchases(number, 0, 1, 700) for number in range(11)], TODAY, LONDON)
    assert {(s.recency, s.frequency, s.monetary) for s in scored} == {(5, 1, 1)}
    assert {s.group for s in scored} == {"new"}
