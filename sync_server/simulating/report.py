"""Running a draft, and the present programme beside it, over the same sales; what is told of it."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from loyalty.programme.document import Programme
from loyalty.simulation.distribution import Comparison, compare, deciles
from loyalty.simulation.economics import economics
from loyalty.simulation.figures import Decile, Economics, Outcome
from loyalty.simulation.running import ASSUMPTIONS, Simulation
from sync_server.simulating.sources import LeftOut, Source

RECEIPTS_A_STEP = 200
"""How often progress is told."""

OnProgress = Callable[[int, int], None]
"""Told how many receipts of how many have been rung up."""


class Stakes(msgspec.Struct, frozen=True, kw_only=True):
    """What the shop reckons with: its margin on goods, and how much more members may buy."""

    margin_percent: Decimal = Decimal(30)
    uplifts_percent: tuple[Decimal, ...] = (Decimal(5), Decimal(10), Decimal(15))


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """One programme and what it came to."""

    outcome: Outcome
    economics: Economics


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """A simulation: the draft, the programme it is held against if there is one, and the sales."""

    source: str
    timezone: str
    left_out: int
    left_out_first: tuple[LeftOut, ...]
    draft: Tried
    present: Tried | None
    deciles: tuple[Decile, ...]
    comparison: Comparison | None

    @property
    def period(self) -> str:
        """From which month to which."""
        months = self.draft.outcome.months
        first, last = months[0].month, months[-1].month
        return first if first == last else f"{first} to {last}"


def simulate(
    source: Source,
    zone: ZoneInfo,
    draft: Programme,
    present: Programme | None,
    stakes: Stakes,
    on_progress: OnProgress,
) -> Report:
    """Try `draft` out on the sales of `source`, and `present` on the same ones.

    Raises SalesUnusable when nothing can be simulated with them.
    """
    runs = [Simulation(one, zone) for one in (draft, present) if one is not None]
    for done, sale in enumerate(source.sales):
        for run in runs:
            run.take(sale)
        if done % RECEIPTS_A_STEP == 0:
            on_progress(done, source.receipts)
    on_progress(source.receipts, source.receipts)
    outcome, *before = [run.outcome() for run in runs]
    return Report(
        source=source.name,
        timezone=zone.key,
        left_out=source.left_out,
        left_out_first=tuple(source.named),
        draft=_tried(outcome, stakes),
        present=_tried(before[0], stakes) if before else None,
        deciles=deciles(outcome.members),
        comparison=compare(outcome, before[0]) if before else None,
    )


def as_told(report: Report) -> dict[str, Any]:
    """The report for machines: amounts in minor units of the currency, per cent as text. Of single
    members only those are named whom the draft changes most."""
    comparison = report.comparison
    return {
        "programme": report.draft.outcome.programme,
        "currency": report.draft.outcome.currency,
        "source": report.source,
        "timezone": report.timezone,
        "lines": report.draft.outcome.lines,
        "left_out": report.left_out,
        "left_out_first": msgspec.to_builtins(report.left_out_first),
        "assumptions": list(ASSUMPTIONS),
        **_told(report.draft),
        "deciles": msgspec.to_builtins(report.deciles),
        "present": (
            {"programme": report.present.outcome.programme, **_told(report.present)}
            if report.present
            else None
        ),
        "comparison": (
            msgspec.to_builtins(comparison)
            | {
                side: [
                    msgspec.to_builtins(one) | {"change_minor": one.change_minor} for one in changes
                ]
                for side, changes in _sides(comparison)
            }
            if comparison
            else None
        ),
    }


def _tried(outcome: Outcome, stakes: Stakes) -> Tried:
    return Tried(
        outcome=outcome,
        economics=economics(outcome, stakes.margin_percent, stakes.uplifts_percent),
    )


def _told(tried: Tried) -> dict[str, Any]:
    outcome = tried.outcome
    return {
        "main_wallet": outcome.main_wallet,
        "main_kind": outcome.main_kind,
        "members": len(outcome.members),
        "months": [
            msgspec.to_builtins(month) | {"given_minor": month.given_minor}
            for month in outcome.months
        ],
        "total": msgspec.to_builtins(outcome.total) | {"given_minor": outcome.total.given_minor},
        "at_the_end": msgspec.to_builtins(outcome.at_the_end)
        | {"liability_minor": outcome.at_the_end.liability_minor},
        "economics": msgspec.to_builtins(tried.economics),
    }


def _sides(comparison: Comparison) -> Sequence[tuple[str, Sequence[Any]]]:
    return (("winners", comparison.winners), ("losers", comparison.losers))
