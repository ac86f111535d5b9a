"""A simulation on a terminal: within 80 columns, and no name is taken for markup."""

import io
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace
from rich.console import Console

from loyalty.baskets import Basket, Line
from loyalty.programme.document import classic_document, load_programme
from loyalty.programme.terms.earning import Earning
from loyalty.simulation.sales import PastSale
from sync_server.errors import ConfigInvalid
from sync_server.simulating.printing import NEVER_PAYS, break_even, in_percent, print_report
from sync_server.simulating.report import Report, Stakes, as_told, simulate
from sync_server.simulating.request import stakes_of, zone_of
from sync_server.simulating.sources import Source

ZONE = ZoneInfo("Europe/Warsaw")
CLASSIC = load_programme(classic_document())
GENEROUS = replace(CLASSIC, name="generous", earning=Earning(per="1.00", points=2))


def report(margin: str = "30") -> Report:
    source = Source("sales", 40)
    source.sales = iter(
        PastSale(
            member=f"[red]m{place % 20}[/red]",
            occurred_at_ms=1_767_225_600_000 + place * 86_400_000,
            basket=Basket((Line("A", "", 1, 123_456 * (1 + place % 20)),)),
        )
        for place in range(40)
    )
    stakes = Stakes(margin_percent=Decimal(margin))
    return simulate(source, ZONE, GENEROUS, CLASSIC, stakes, lambda _done, _total: None)


def printed(done: Report) -> str:
    text = io.StringIO()
    print_report(done, Console(file=text, width=80))
    return text.getvalue()


def test_tables_fit_and_names_are_text() -> None:
    tables, _, sentences = printed(report()).partition("What was taken for granted:")
    assert sentences.count("\n- ") > 5
    assert "[red]m19[/red]" in tables
    assert max(map(len, tables.splitlines()[1:])) <= 80
    assert "Who wins most" in tables
    assert "Who loses most" not in tables


def test_a_programme_that_never_pays_says_so() -> None:
    done = report(margin="1.5")
    assert break_even(done.draft.economics) == NEVER_PAYS
    assert NEVER_PAYS in " ".join(printed(done).split())
    assert as_told(done)["economics"]["break_even_uplift_percent"] is None


def test_percentages_have_a_true_minus() -> None:
    assert in_percent(Decimal("-4.50")) == "\u22124.50 %"


def test_progress_is_told_to_the_end() -> None:
    steps: list[tuple[int, int]] = []
    source = Source("sales", 450)
    source.sales = iter(
        PastSale(member="a", occurred_at_ms=place, basket=Basket((Line("A", "", 1, 100),)))
        for place in range(450)
    )
    simulate(source, ZONE, CLASSIC, None, Stakes(), lambda done, total: steps.append((done, total)))
    assert steps == [(0, 450), (200, 450), (400, 450), (450, 450)]


def test_percentages_are_read_as_they_are_written() -> None:
    assert stakes_of(" 27,5", "5, 10.25") == Stakes(
        margin_percent=Decimal("27.5"), uplifts_percent=(Decimal(5), Decimal("10.25"))
    )
    for margin in ("-1", "NaN", "1e2", "", "30 %"):
        with pytest.raises(ConfigInvalid, match="is no percentage"):
            stakes_of(margin, "5")


def test_a_zone_is_the_one_that_was_named() -> None:
    assert zone_of("Europe/Warsaw", None) == ZONE
    assert zone_of("", None) == ZoneInfo("Europe/London")
    with pytest.raises(ConfigInvalid):
        zone_of("../etc/passwd", None)
