"""Head office in a real browser: signed in, every page opened, nothing fetched from elsewhere."""

import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright

from sync_server.config import MailConfig
from tests.integration.office.chains import Chain, found_chain
from tests.integration.office.lively import liven

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
START_S = 10.0
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium (Debian: chromium)")

LAUNCH = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chain]:
    chain = found_chain(tmp_path_factory.mktemp("chain"))
    liven(chain)
    yield chain
    chain.engine.dispose()


@pytest.fixture(scope="module")
def address(chain: Chain) -> Iterator[str]:
    """Where a real server serves the pages."""
    mail = MailConfig(
        host="127.0.0.1", sender="club@shop.example", public_url="https://club.shop.example"
    )
    config = uvicorn.Config(chain.app(mail), port=0, log_level="warning", lifespan="off", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    until = time.monotonic() + START_S
    while not server.started and time.monotonic() < until:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=LAUNCH)
        yield browser
        browser.close()


def look_on_a_phone(page: Page, address: str, member_address: str, tmp_path: Path) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(member_address)
    assert_fits(page)
    shot(page, tmp_path, "phone-member")
    page.goto(address)
    assert_fits(page)
    shot(page, tmp_path, "phone")
    page.get_by_role("link", name="Campaigns").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Campaigns"
    assert_fits(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_head_office_at_work(
    chain: Chain, address: str, chromium: Browser, scheme: str, tmp_path: Path
) -> None:
    context = chromium.new_context(
        color_scheme="dark" if scheme == "dark" else "light",
        viewport={"width": 1280, "height": 900},
    )
    page = context.new_page()
    complaints: list[str] = []
    asked: list[str] = []

    def on_console(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            complaints.append(message.text)

    def on_request(request: Request) -> None:
        asked.append(request.url)

    page.on("console", on_console)
    page.on("request", on_request)

    page.goto(address)
    assert page.url == f"{address}/login"
    shot(page, tmp_path, "login")
    page.get_by_label("Name").fill("owner")
    page.get_by_label("Password").fill(chain.founded.owner_password)
    page.get_by_role("button", name="Sign in").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Overview"
    shot(page, tmp_path, "overview")
    for name in ("Reconciliation", "Audience", "Campaigns", "Members"):
        page.get_by_role("link", name=name, exact=True).first.click()
        assert page.get_by_role("heading", level=1).inner_text() == name
        if name == "Audience":
            chart = page.locator("img.chart")
            assert chart.evaluate("picture => picture.complete && picture.naturalWidth > 0")
        assert_fits(page)
        shot(page, tmp_path, name.lower())
    page.get_by_label("Name, card or phone").fill("nowak")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="Anna Nowak").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Anna Nowak"
    shot(page, tmp_path, "member")
    member_address = page.url
    page.get_by_role("link", name="Campaigns").click()
    page.get_by_role("button", name="Switch off").click()
    page.get_by_role("button", name="Switch on").click()
    assert page.get_by_role("button", name="Switch off").is_visible()
    look_on_a_phone(page, address, member_address, tmp_path)
    page.goto(address)
    page.get_by_role("button", name="Sign out").click()
    assert page.url == f"{address}/login"
    context.close()
    assert complaints == []
    assert [url for url in asked if not url.startswith(address)] == []


def assert_fits(page: Page) -> None:
    """Wide tables scroll in their own frame; the page itself never goes sideways."""
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def shot(page: Page, folder: Path, name: str) -> None:
    path = folder / f"office-{name}.png"
    page.screenshot(path=path, full_page=True)
    assert path.stat().st_size > 5_000
