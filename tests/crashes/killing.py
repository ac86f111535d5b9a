"""Tills and head office, killed at random instants while they sell; afterwards all is compared."""

import random
import time
from collections import Counter
from pathlib import Path

import msgspec

from terminal_app.replay.head_office import HeadOffice
from tests.crashes.chains import founded
from tests.crashes.comparing import findings, settle
from tests.crashes.selling import Told, selling
from tests.crashes.tills import TillProcess

MAX_CALM_S = 0.6
"""The longest that a process that just came up is left alone."""

MAX_START_S = 0.5
"""The longest that a till which is killed as it starts has been starting."""

KILLED_AS_IT_STARTS = 0.2


class Report(msgspec.Struct):
    """What a run did and found."""

    seed: int
    kills: dict[str, int]
    confirmed: int
    repeats: int
    answered_as_repeated: int
    refused: int
    unanswered: int
    vouchers_issued: int
    vouchers_paid: int
    seconds: float
    findings: list[str]


def run(folder: Path, kills: int, seed: int) -> Report:
    """Kill `kills` times in a chain in `folder`, at instants drawn from `seed`."""
    began = time.monotonic()
    dice = random.Random(seed)
    told, killed = Told(), Counter[str]()
    with founded(folder) as chain:
        chain.start_tills()
        victims: list[TillProcess | HeadOffice] = [chain.office, *chain.tills]
        with selling(chain.tills, told, seed):
            for _ in range(kills):
                time.sleep(dice.uniform(0, MAX_CALM_S))
                killed[_kill(dice.choice(victims), dice)] += 1
        settle(chain)
        found = findings(chain, told)
    return _report(seed, killed, told, found, time.monotonic() - began)


def _kill(victim: TillProcess | HeadOffice, dice: random.Random) -> str:
    victim.kill()
    if isinstance(victim, HeadOffice):
        victim.start()
        return "head office"
    if dice.random() < KILLED_AS_IT_STARTS:
        victim.launch()
        time.sleep(dice.uniform(0, MAX_START_S))
        victim.kill()
    victim.start()
    return victim.name


def _report(
    seed: int, killed: Counter[str], told: Told, found: list[str], seconds: float
) -> Report:
    answers = [each.answer for each in told.confirmed]
    return Report(
        seed=seed,
        kills=dict(sorted(killed.items())),
        confirmed=len(answers),
        repeats=told.repeats,
        answered_as_repeated=told.answered_as_repeated,
        refused=len(told.refused),
        unanswered=len(told.unanswered),
        vouchers_issued=sum(len(answer["vouchers"]) for answer in answers),
        vouchers_paid=sum(len(each.sale["vouchers"]) for each in told.confirmed),
        seconds=round(seconds, 1),
        findings=found,
    )
