"""A simulation as tables on a terminal, narrow enough for 80 columns."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import partial

from rich.console import Console
from rich.table import Table
from rich.text import Text

from loyalty.simulation.distribution import Comparison
from loyalty.simulation.figures import Change, Decile, Economics, MonthFigures, Outcome
from loyalty.simulation.running import ASSUMPTIONS
from sync_server.office import formats
from sync_server.simulating.report import Report, Tried

NO_TIER = "none"
NEVER_PAYS = "never: it gives more than the margin"


def print_report(report: Report, console: Console | None = None) -> None:
    """Print what a simulation came to, its assumptions last."""
    console = console or Console()
    outcome = report.draft.outcome
    say = partial(console.print, soft_wrap=True, highlight=False, markup=False)
    say(
        f"{outcome.programme} on {report.source}, {report.period}: "
        f"{formats.number(outcome.lines)} lines of {formats.number(outcome.total.sales)} sales "
        f"and {formats.number(outcome.total.returns)} returns, "
        f"{formats.number(len(outcome.members))} members."
    )
    if report.left_out:
        say(f"Left out: {formats.number(report.left_out)}; the first:")
        for one in report.left_out_first[:3]:
            say(f"  {one.where}: {one.reason}")
    console.print(_months(report.draft))
    if outcome.total.tiers:
        console.print(_tiers(outcome.months))
    console.print(_cost(report))
    console.print(_uplifts(report.draft.economics, outcome.currency))
    console.print(_deciles(report.deciles, outcome))
    if report.comparison:
        _print_comparison(console, report.comparison, outcome.currency)
    say("What was taken for granted:")
    for sentence in ASSUMPTIONS:
        say(f"- {sentence}")


def _table(title: str, left: str, *right: str) -> Table:
    table = Table(title=title, box=None, padding=(0, 1, 0, 0), title_justify="left")
    table.add_column(left, no_wrap=True)
    for name in right:
        table.add_column(name, justify="right")
    return table


def _months(tried: Tried) -> Table:
    outcome = tried.outcome
    table = _table(
        f"What happened to {outcome.main_wallet}, and what was given, by month",
        *("month", "sales", "issued", "back", "redeemed", "expired", "given"),
    )
    for month in (*outcome.months, outcome.total):
        points = month.of(outcome.main_wallet)
        counts = (points.issued, points.clawed_back, points.redeemed, points.expired)
        table.add_row(
            month.month or "all",
            formats.number(month.sales),
            *map(holdings(outcome), counts),
            formats.money(month.given_minor, outcome.currency),
            end_section=month is outcome.months[-1],
        )
    return table


def _tiers(months: Sequence[MonthFigures]) -> Table:
    names = list(months[-1].tiers)
    table = _table(
        "Members by tier at the end of each month", "month", *(name or NO_TIER for name in names)
    )
    for month in months:
        table.add_row(month.month, *(formats.number(month.tiers[name]) for name in names))
    return table


def _cost(report: Report) -> Table:
    tried = [report.draft, *([report.present] if report.present else [])]
    table = _table("What it comes to", "", *(one.outcome.programme for one in tried))
    for name, values in cost_rows(tried):
        table.add_row(name, *values)
    return table


def cost_rows(tried: Sequence[Tried]) -> list[tuple[str, list[str]]]:
    """What programmes come to, a row a figure and a cell a programme."""
    rows: dict[str, list[str]] = {}
    for one in tried:
        total, end, sums = one.outcome.total, one.outcome.at_the_end, one.economics
        money = partial(formats.money, currency=one.outcome.currency)
        cells = {
            "members' turnover": money(total.members_turnover_minor),
            "vouchers used": money(total.vouchers_used_minor),
            "discount": money(total.discount_minor),
            "paid with points": money(total.points_paid_minor),
            "rewards handed out": money(total.rewards_minor),
            "given in all": money(sums.given_minor),
            "owed in vouchers": money(end.vouchers_minor),
            "owed in points": money(end.points_minor),
            "cost": money(sums.cost_minor),
            "effective rebate": in_percent(sums.effective_rebate_percent),
            "break-even uplift": break_even(sums),
        }
        for name, cell in cells.items():
            rows.setdefault(name, []).append(cell)
    return list(rows.items())


def holdings(outcome: Outcome) -> Callable[[int], str]:
    """How what the main wallet holds is written: counted, or as money."""
    if outcome.main_kind == "money":
        return partial(formats.money, currency=outcome.currency)
    return formats.number


def in_percent(percent: Decimal) -> str:
    """A percentage with a true minus."""
    return f"{percent} %".replace("-", formats.MINUS)


def break_even(sums: Economics) -> str:
    """How much more members must buy for the programme to pay, in words."""
    if sums.break_even_uplift_percent is None:
        return NEVER_PAYS
    return in_percent(sums.break_even_uplift_percent)


def _uplifts(sums: Economics, currency: str) -> Table:
    money = partial(formats.money, currency=currency)
    table = _table(
        f"If members buy more, at a margin of {sums.margin_percent} %",
        *("uplift", "more turnover", "margin on it", "cost then", "result", "return"),
    )
    for one in sums.uplifts:
        table.add_row(
            in_percent(one.uplift_percent),
            money(one.extra_turnover_minor),
            money(one.extra_margin_minor),
            money(one.cost_minor),
            money(one.result_minor),
            in_percent(one.return_percent),
        )
    return table


def _deciles(groups: Sequence[Decile], outcome: Outcome) -> Table:
    currency, written = outcome.currency, holdings(outcome)
    table = _table(
        "Who gets it: tenths of the members by what they bought",
        *("tenth", "members", "bought", "earned", "got and holds", "rebate"),
    )
    for one in groups:
        table.add_row(
            str(one.decile),
            formats.number(one.members),
            formats.money(one.turnover_minor, currency),
            written(one.points),
            formats.money(one.value_minor, currency),
            in_percent(one.rebate_percent),
        )
    return table


def _print_comparison(console: Console, comparison: Comparison, currency: str) -> None:
    console.print(
        f"Against {comparison.present}: {formats.number(comparison.more)} members get more, "
        f"{formats.number(comparison.less)} less, {formats.number(comparison.same)} the same; "
        f"in all {formats.money(comparison.change_minor, currency)}.",
        soft_wrap=True,
        highlight=False,
        markup=False,
    )
    for title, changes in (
        ("Who wins most", comparison.winners),
        ("Who loses most", comparison.losers),
    ):
        if changes:
            console.print(_changes(title, changes, currency))


def _changes(title: str, changes: Sequence[Change], currency: str) -> Table:
    table = _table(title, "member", "bought", "present", "draft", "change")
    for one in changes:
        amounts = (one.turnover_minor, one.present_minor, one.draft_minor, one.change_minor)
        # A journal may name a member as it likes: no markup of the terminal's is taken from it.
        table.add_row(Text(one.member), *(formats.money(amount, currency) for amount in amounts))
    return table
