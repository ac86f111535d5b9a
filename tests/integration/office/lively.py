"""A chain with two years behind it: members of every group, returns, vouchers, a quiet till."""

import random
from datetime import UTC, datetime, timedelta

from sqlalchemy import insert, update

from loyalty.clock import epoch_ms
from loyalty.members import Member
from sync_server.campaigns import outbox
from sync_server.store.engine import writing
from sync_server.store.tables import cases, day_tallies
from tests.integration.office.chains import Chain, Till

TODAY = datetime(2026, 3, 2, 15, 40, tzinfo=UTC)
NAMES = (
    "Anna Nowak", "Jan Kowalski", "Мария Иванова", "Łukasz Wójcik", "Emma Clarke", "Zofia Mazur",
    "Олег Смирнов", "Piotr Zieliński", "Oliver Hughes", "Katarzyna Wrona", "Agnieszka Lis",
    "Tomasz Krawczyk", "Grace Ellis", "Ewa Pawlak", "Marek Dudek", "Наталья Орлова", "Paweł Sikora",
    "Amelia Wright", "Hanna Baran", "Dmitri Volkov", "Barbara Kubiak", "George Mills", "Iwona Rak",
    "Stanisław Górski",
)  # fmt: skip
SEED = 20260302


def liven(chain: Chain) -> list[Member]:
    """Fill `chain` with history up to TODAY; gives the members, the best customer first."""
    dice = random.Random(SEED)
    tills = [chain.till(terminal) for terminal in ("KRK-1", "KRK-2", "WAW-3")]
    chain.clock.now = TODAY - timedelta(days=420)
    members = [
        tills[number % 3].enrol(
            name,
            phone=f"+48 600 {100 + number} {200 + number}",
            email=f"member{number}@example.org",
            email_consent=number % 4 != 3,
            language=("pl", "en", "ru")[number % 3],
        )
        for number, name in enumerate(NAMES)
    ]
    for visit in _visits(dice, members):
        days_ago, member_number = visit
        chain.clock.now = TODAY - timedelta(days=days_ago, minutes=dice.randrange(400))
        _shop(dice, tills[dice.randrange(3)], members[member_number])
    chain.clock.now = TODAY - timedelta(days=1)
    tills[1].sell("", 1_900)
    best = members[0]
    chain.clock.now = TODAY - timedelta(hours=3)
    tills[0].redeem_for_a_voucher(best.member_id)
    tills[0].take_back(best.member_id, 1_240)
    chain.clock.now = TODAY - timedelta(hours=2, minutes=10)
    tills[2].sync(clock_ahead_ms=260_000)
    chain.clock.now = TODAY - timedelta(seconds=20)
    tills[0].sync()
    tills[1].sync()
    _trouble(chain)
    chain.clock.now = TODAY
    return members


def _visits(dice: random.Random, members: list[Member]) -> list[tuple[int, int]]:
    """(days ago, member) from the oldest on: some come weekly, some stopped, some are new."""
    visits: list[tuple[int, int]] = []
    for number in range(len(members) - 2):
        if number < 6:
            days = [dice.randrange(0, 400) for _ in range(40)] + [dice.randrange(0, 6)]
        elif number < 10:
            days = [dice.randrange(150, 400) for _ in range(25)]
        elif number < 15:
            days = [dice.randrange(300, 410)]
        elif number < 19:
            days = [dice.randrange(0, 9)]
        else:
            days = [dice.randrange(20, 380) for _ in range(5)]
        visits += [(day, number) for day in days]
    return sorted(visits, reverse=True)


def _shop(dice: random.Random, till: Till, member: Member) -> None:
    till.sell(member.member_id, dice.randrange(450, 9_800))
    if dice.random() < 0.2:
        till.sell("", dice.randrange(200, 4_000))


def _trouble(chain: Chain) -> None:
    """A day that differs, a case, a letter that was refused and some that were sent."""
    now_ms = epoch_ms(chain.clock())
    with writing(chain.engine) as connection:
        connection.execute(
            update(day_tallies)
            .where(day_tallies.c.terminal == "KRK-2", day_tallies.c.day == "2026-03-01")
            .values(sales=day_tallies.c.sales - 1, sales_minor=day_tallies.c.sales_minor - 1_250)
        )
        connection.execute(
            insert(cases).values(
                case_id="double-voucher WAW-3.1.7",
                kind="double-voucher",
                terminal="WAW-3",
                epoch=1,
                seq=41,
                member_id="",
                detail="Voucher WAW-3.1.7 was redeemed at KRK-1 before; this use is not counted.",
                opened_at_ms=now_ms - 5_400_000,
            )
        )
        claim = outbox.claim_due(connection, now_ms)
        for claimed in claim[:9]:
            outbox.mark_sent(connection, claimed, now_ms)
        outbox.mark_unsent(
            connection, claim[9], "550 5.1.1 no such user here", now_ms, for_good=True
        )
        outbox.mark_unsent(connection, claim[10], "Error connecting to mail.example.org", now_ms)
        for claimed in claim[11:]:
            outbox.release(connection, claimed, now_ms)
