"""What is drawn for a whole run: the shop's programme, and which kinds of trouble it meets."""

from dataclasses import dataclass
from random import Random

from tests.simulation.documents import PLAIN, SHAPES, WITHOUT_VOUCHERS


@dataclass
class Temper:
    """The programme's figures, and the kinds of trouble that are switched on."""

    points: int
    at_points: int
    valid_days: int
    keep: int | None
    days: int
    grace_days: int
    overdraft: int
    vouchers: str
    network: bool
    meanwhile: bool
    second_process: bool
    crashes: bool
    clocks: bool
    long_silences: bool
    restored_tills: bool
    copied_tills: bool
    restored_office: bool
    lost_tills: bool
    new_programmes: bool
    small_frames: bool
    programme: str = PLAIN


def drawn_temper(dice: Random) -> Temper:
    """A programme with small figures, so that members collide, and about half of all trouble."""

    def now_and_then(share: float) -> bool:
        return dice.random() < share

    return Temper(
        points=dice.choice((1, 1, 2)),
        at_points=dice.choice((5, 10, 20, 50)),
        valid_days=dice.choice((2, 30, 90)),
        keep=dice.choice((None, 0, 3, 1_000)),
        days=dice.choice((1, 3, 7)),
        grace_days=dice.choice((0, 1, 7)),
        overdraft=dice.choice((0, 0, 0, 7)),
        vouchers=dice.choice(("held", "held", "anywhere")),
        network=now_and_then(0.8),
        meanwhile=now_and_then(0.5),
        second_process=now_and_then(0.4),
        crashes=now_and_then(0.6),
        clocks=now_and_then(0.4),
        long_silences=now_and_then(0.3),
        restored_tills=now_and_then(0.3),
        copied_tills=now_and_then(0.3),
        restored_office=now_and_then(0.3),
        lost_tills=now_and_then(0.25),
        new_programmes=now_and_then(0.25),
        small_frames=now_and_then(0.4),
    )


def drawn_programme(seed: int) -> str:
    """The kind of programme of a run: a plain one in every second."""
    dice = Random(f"programme of {seed}")
    return dice.choice(tuple(SHAPES)) if dice.random() < 0.5 else PLAIN


def document_of(temper: Temper, version: int) -> str:
    """The programme document of `temper`."""
    document = f'name = "simulated"\nversion = {version}\ncurrency = "GBP"\n'
    if temper.programme == PLAIN:
        document += _PLAIN
    else:
        document += SHAPES[temper.programme]
    if temper.programme not in WITHOUT_VOUCHERS:
        document += (
            f'\n[reward]\nat_points = {temper.at_points}\nvoucher = "2.00"\n'
            f"valid_days = {temper.valid_days}\n"
        )
    keep = "" if temper.keep is None else f"keep = {temper.keep}\n"
    document += (
        f"\n[offline]\n{keep}days = {temper.days}\ngrace_days = {temper.grace_days}\n"
        f'overdraft = {temper.overdraft}\nvouchers = "{temper.vouchers}"\n'
    )
    return document.replace("POINTS", str(temper.points))


_PLAIN = """
[earning]
per = "1.00"
points = POINTS

# Counted of every member, and changing nobody's points.
[wallets.points]
cap = { month = 1000000 }

[tiers]
months = 2
[[tier]]
name = "silver"
at = "20.00"
"""
