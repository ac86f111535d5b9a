"""Sales made for a simulation, and the figures of one that was run."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from loyalty.baskets import Basket, Line
from loyalty.clock import epoch_ms
from loyalty.programme.document import Programme, load_programme
from loyalty.programme.terms.goods import Tender
from loyalty.simulation.figures import Outcome
from loyalty.simulation.running import Simulation
from loyalty.simulation.sales import PastSale

WARSAW = ZoneInfo("Europe/Warsaw")

CLASSIC = """
name = "classic"
version = 1
currency = "GBP"
earning = { per = "1.00", points = 1 }
reward = { at_points = 500, voucher = "5.00", valid_days = 30 }
"""


def moment_ms(at: str) -> int:
    return epoch_ms(datetime.fromisoformat(at).replace(tzinfo=WARSAW))


def sale(
    member: str,
    at: str,
    amount_minor: int,
    *,
    is_return: bool = False,
    branch: str = "",
    paid: Mapping[Tender, int] | None = None,
) -> PastSale:
    """A purchase of one thing at a moment of the shop's clock ("2026-01-05 10:00")."""
    return PastSale(
        member=member,
        occurred_at_ms=moment_ms(at),
        basket=Basket((Line("A", "", 1, amount_minor),)),
        is_return=is_return,
        branch=branch,
        paid=paid or {},
    )


def simulated(document: str | Programme, sales: Iterable[PastSale]) -> Outcome:
    programme = load_programme(document) if isinstance(document, str) else document
    simulation = Simulation(programme, WARSAW)
    for one in sales:
        simulation.take(one)
    return simulation.outcome()
