"""The page of a simulation in a real browser: charts are seen, nothing is fetched, all is text."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, sync_playwright

from loyalty.baskets import Basket, Line
from loyalty.clock import epoch_ms
from loyalty.programme.document import classic_document, load_programme
from loyalty.simulation.sales import PastSale
from sync_server.simulating.page import write_page
from sync_server.simulating.report import Report, Stakes, simulate
from sync_server.simulating.sources import Source
from tests.browser.office.test_office_in_a_browser import CHROMIUM, LAUNCH, assert_fits, shot
from tests.journeys.simulate.made_sales import FIRST_DAY

pytestmark = pytest.mark.skipif(
    shutil.which("chromium") is None and shutil.which("chromium-browser") is None,
    reason="needs Chromium (Debian: chromium)",
)

HOSTILE = "<img src=x onerror=\"document.title='broken in'\">"
ZONE = ZoneInfo("Europe/Warsaw")
TIERS = """
name = "draft"
version = 2
currency = "GBP"
earning = { per = "1.00", points = 2 }
reward = { at_points = 500, voucher = "5.00" }
tier = [{ name = "silver", at = "100.00" }, { name = "gold", at = "500.00" }]
"""


def hostile_report() -> Report:
    """A simulation of sales whose members and files are named to break a page."""
    source = Source(f"{HOSTILE}.csv", 300)
    source.leave_out(f"line {HOSTILE}", f"the amount is in {HOSTILE}")
    source.sales = iter(
        PastSale(
            member=f"{HOSTILE}{place % 25}",
            occurred_at_ms=epoch_ms(FIRST_DAY) + place * 86_400_000,
            basket=Basket((Line(HOSTILE, HOSTILE, 1, 10_000 + 777 * (place % 25)),)),
        )
        for place in range(300)
    )
    draft, present = load_programme(TIERS), load_programme(classic_document())
    return simulate(source, ZONE, draft, present, Stakes(), lambda _done, _total: None)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=LAUNCH)
        yield browser
        browser.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_shows_its_charts_and_fetches_nothing(
    chromium: Browser, scheme: str, tmp_path: Path
) -> None:
    path = tmp_path / "draft.html"
    write_page(path, hostile_report())
    page = chromium.new_page(color_scheme="dark" if scheme == "dark" else "light")
    complaints: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    assert page.title() == "draft@2 tried out"
    charts = page.locator("figure img")
    assert charts.count() == 5
    for chart in charts.all():
        assert chart.evaluate("picture => picture.complete && picture.naturalWidth > 0")
        assert chart.get_attribute("alt")
    assert page.get_by_text(HOSTILE).count() > 10
    assert page.locator("img[src=x]").count() == 0
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == ("rgb(19, 24, 23)" if scheme == "dark" else "rgb(246, 247, 246)")
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        assert_fits(page)
        shot(page, tmp_path, f"simulation-{scheme}-{width}")
    page.close()
    assert complaints == []
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
