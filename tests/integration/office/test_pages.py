"""The pages of head office over a chain with history: what they say is what the books hold."""

import csv
import io
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import func, select

from loyalty.identifiers import minted_card
from loyalty.members import Member
from sync_server.audience.rfm import GROUPS
from sync_server.config import MailConfig
from sync_server.office.headers import PICTURE_POLICY
from sync_server.reports.csv_files import csv_text
from sync_server.store.engine import reading, writing
from sync_server.store.families import put_family
from sync_server.store.tables import entries, standings
from tests.integration.office.chains import Chain
from tests.integration.office.lively import NAMES, liven

Browser = TestClient[Litestar]
PAGES = ("/", "/reconciliation", "/members", "/audience", "/campaigns")


class Text(HTMLParser):
    """The text of a page as a reader sees it, one blank between words."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []

    def handle_data(self, data: str) -> None:
        self.words += data.split()


def text_of(browser: Browser, path: str) -> str:
    answer = browser.get(path, follow_redirects=False)
    assert answer.status_code == 200, (path, answer.status_code)
    parser = Text()
    parser.feed(answer.text)
    return " ".join(parser.words)


def signed_in(chain: Chain, browser: Browser) -> None:
    token = re.search(r'name="_csrf_token" value="(\w+)"', browser.get("/login").text)
    assert token is not None
    fields = {"name": "owner", "password": chain.founded.owner_password, "_csrf_token": token[1]}
    assert browser.post("/login", data=fields, follow_redirects=False).status_code == 303


@pytest.fixture
def members(either_chain: Chain) -> list[Member]:
    return liven(either_chain)


@pytest.fixture
def office(either_chain: Chain, members: list[Member]) -> Iterator[Browser]:
    with TestClient(either_chain.app()) as browser:
        signed_in(either_chain, browser)
        yield browser


def test_every_page_shows_the_books_on_either_engine(
    either_chain: Chain, members: list[Member], office: Browser
) -> None:
    best = members[0]
    overview = text_of(office, "/")
    assert "KRK-1 in contact 20 seconds ago" in overview
    assert "WAW-3 quiet 2 hours ago" in overview
    assert "unknown since then 4 minutes ahead" in overview
    assert "Voucher WAW-3.1.7 was redeemed at KRK-1 before" in overview
    with reading(either_chain.engine) as connection:
        sales = connection.execute(
            select(func.count(), func.sum(entries.c.amount_minor)).where(entries.c.kind == "earn")
        ).one()
        owed = connection.execute(select(func.sum(standings.c.points))).scalar_one()
    assert f"Points owed {int(owed):,}" in overview
    # One sale was taken out of a day's sums to make it differ.
    assert f"Sales {sales[0] - 1:,} £{(int(sales[1]) - 1_250) / 100:,.2f}" in overview

    reconciliation = text_of(office, "/reconciliation?terminal=KRK-2&outcome=differs")
    assert "2026-03-01 KRK-2 differs" in reconciliation
    assert re.search(r"sales: till (\d+), here (\d+)", reconciliation) is not None
    assert "1 row differs" in reconciliation
    assert "No day fits this choice" in text_of(office, "/reconciliation?terminal=X")

    page = text_of(office, f"/members/{best.member_id}")
    assert "Points redeemed −500" in page
    assert "Return −12" in page
    assert "500 for a voucher of 5.00" in page
    assert "return: Every purchase: £12.40, 1 point for each full £1.00 = 12 points." in page
    assert "classic@1" in page


def test_the_explanation_adds_up_to_the_balance(chain: Chain) -> None:
    best = liven(chain)[0]
    with TestClient(chain.app()) as browser:
        signed_in(chain, browser)
        html = browser.get(f"/members/{best.member_id}").text
    cells = re.findall(
        r'<td class="num (?:minus|plus|)">(.*?)</td>\s*<td class="num">(.*?)</td>', html
    )
    newest_first = [
        (int(points.replace("−", "-").replace(",", "")), int(balance.replace(",", "")))
        for points, balance in cells
    ]
    with reading(chain.engine) as connection:
        points = connection.execute(
            select(standings.c.points).where(standings.c.member_id == best.member_id)
        ).scalar_one()
    balance = 0
    for moved, shown in reversed(newest_first):
        balance += moved
        assert shown == balance
    assert balance == points
    assert f"Why the balance is {points:,}" in html


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("nowak", "Anna Nowak"),
        ("WÓJCIK", "Łukasz Wójcik"),
        ("łukasz", "Łukasz Wójcik"),
        ("мария", "Мария Иванова"),
        ("600 104", "Emma Clarke"),
        ("600-104-204", "Emma Clarke"),
        (minted_card(1, 1), "Anna Nowak"),
        (" ".join(re.findall("....", minted_card(1, 1))), "Anna Nowak"),
    ],
)
def test_members_are_found_by_what_people_remember(chain: Chain, query: str, name: str) -> None:
    liven(chain)
    with TestClient(chain.app()) as browser:
        signed_in(chain, browser)
        page = browser.get("/members", params={"q": query}).text
    assert re.findall(r'<a href="/members/\d+">(.*?)</a>', page) == [name]


@pytest.mark.parametrize("query", ["%", "_", "nobody", "'; DROP TABLE members", "\x00", "<b>"])
def test_a_search_that_finds_nobody_says_so(chain: Chain, query: str) -> None:
    liven(chain)
    with TestClient(chain.app()) as browser:
        signed_in(chain, browser)
        page = browser.get("/members", params={"q": query}).text
    if query == "\x00":
        assert "The newest members." in page
    else:
        assert "Nobody is found for" in page
    assert "<b>" not in page


def test_a_member_of_a_family_is_shown_with_whose_account_it_is(chain: Chain) -> None:
    owner = minted_card(1, 1)
    other = next(one.member_id for one in liven(chain) if one.member_id != owner)
    with writing(chain.engine) as connection:
        put_family(connection, owner, {owner, other})
    with TestClient(chain.app()) as browser:
        signed_in(chain, browser)
        for card in (owner, other):
            assert "Family Anna Nowak (whose account it is), " in text_of(
                browser, f"/members/{card}"
            )


def test_a_member_known_by_sales_alone_is_found_and_explained(chain: Chain) -> None:
    card = minted_card(7, 7)
    till = chain.till("KRK-1")
    till.sell(card, 1_000)
    till.sync()
    with TestClient(chain.app()) as browser:
        signed_in(chain, browser)
        assert f"/members/{card}" in browser.get("/members", params={"q": card}).text
        page = browser.get(f"/members/{card}").text
        assert "the enrolment has not" in page
        assert browser.get(f"/members/{minted_card(9, 9)}").status_code == 404


@pytest.mark.parametrize(
    "lines",
    [
        [["a", 1, 10**19]],
        [["a", 1, 2.5]],
        [["a", 1e300, 1]],
        [["a", 1]],
        [["a", "1", 1]],
        [[[[]]]],
        7,
        None,
        {"a": 1},
    ],
    ids=str,
)
def test_lines_that_cannot_be_read_are_said_so(either_chain: Chain, lines: object) -> None:
    till = either_chain.till("KRK-1")
    anna = till.enrol("Anna")
    till.write_sale(anna.member_id, {"lines": lines})
    till.sync()
    with TestClient(either_chain.app()) as browser:
        signed_in(either_chain, browser)
        assert "its lines cannot be read" in text_of(browser, f"/members/{anna.member_id}")


def test_vouchers_beyond_the_first_are_counted(chain: Chain) -> None:
    till = chain.till("KRK-1")
    anna = till.enrol("Anna")
    till.sell(anna.member_id, 53 * 50_000)
    for _ in range(53):
        till.redeem_for_a_voucher(anna.member_id)
    till.sync()
    with TestClient(chain.app()) as browser:
        signed_in(chain, browser)
        page = f"/members/{anna.member_id}"
        assert "And 3 more, which expired or expire before these." in text_of(browser, page)
        beyond = text_of(browser, f"{page}?page=999")
        assert "Page 2 of 2, 108 entries" in beyond
        assert "Enrolled" in beyond


def test_a_name_of_markup_stays_text_on_every_page(chain: Chain) -> None:
    till = chain.till("KRK-1")
    eve = till.enrol("<script>alert(1)</script>", email="<i>@example.org", email_consent=True)
    till.sell(eve.member_id, 1_000)
    till.sync()
    with TestClient(chain.app()) as browser:
        signed_in(chain, browser)
        for path in (*PAGES, f"/members/{eve.member_id}"):
            page = browser.get(path).text
            assert "<script" not in page, path
            assert "<i>" not in page, path


def test_the_csv_has_every_day_and_runs_nothing(chain: Chain) -> None:
    liven(chain)
    with TestClient(chain.app()) as browser:
        signed_in(chain, browser)
        answer = browser.get("/reconciliation.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == (
        'attachment; filename="reconciliation-2026-03-02.csv"'
    )
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    differing = [row for row in rows if row["state"] == "differs"]
    assert [(row["terminal"], row["day"]) for row in differing] == [("KRK-2", "2026-03-01")]
    (row,) = differing
    assert int(row["sales_till"]) == int(row["sales_head_office"]) + 1
    assert {row["terminal"] for row in rows} == {"KRK-1", "KRK-2", "WAW-3"}


def test_cells_that_a_spreadsheet_would_run_are_made_inert() -> None:
    assert csv_text(["=a", "b"], [["=1+1", -1], ["KRK-1", 2]]) == (
        "\ufeff'=a,b\r\n'=1+1,-1\r\nKRK-1,2\r\n"
    )
    assert csv_text(["a"], [['he said "=1"']]) == '\ufeffa\r\n"he said ""=1"""\r\n'


def test_the_chart_stands_alone_and_counts_every_group(chain: Chain) -> None:
    liven(chain)
    with TestClient(chain.app()) as browser:
        signed_in(chain, browser)
        answer = browser.get("/audience/chart.svg")
        page = text_of(browser, "/audience")
    assert answer.headers["content-security-policy"] == PICTURE_POLICY
    picture = ElementTree.fromstring(answer.content)
    tags = {
        element.tag.rpartition("}")[2] for element in picture.iter() if isinstance(element.tag, str)
    }
    assert "script" not in tags
    assert "image" not in tags
    assert b"url(" not in answer.content
    assert b"href" not in answer.content
    counts = [
        int(element.text or "")
        for element in picture.iter("{http://www.w3.org/2000/svg}text")
        if element.get("class") == "value"
    ]
    assert sum(counts) == len(NAMES)
    assert all(count > 0 for count in counts), "the chain has members of every group"
    for group in GROUPS:
        assert group in page


def test_the_switch_is_kept_and_the_counts_are_true(chain: Chain) -> None:
    liven(chain)
    mail = MailConfig(
        host="127.0.0.1", port=1, sender="a@b.example", public_url="https://b.example"
    )
    with TestClient(chain.app(mail)) as browser:
        signed_in(chain, browser)
        page = text_of(browser, "/campaigns")
        assert "Letters sent 9" in page
        assert "Failed 1 reasons below" in page
        assert "550 5.1.1 no such user here" in page
        assert "Welcome on" in page
        assert "No mail server" not in page
        html = browser.get("/campaigns").text
        token = re.search(r'name="_csrf_token" value="(\w+)"', html)
        assert token is not None
        fields = {"state": "off", "_csrf_token": token[1]}
        assert browser.post("/campaigns/welcome", data=fields).status_code == 200
        assert "Welcome off" in text_of(browser, "/campaigns")


def test_an_empty_chain_has_pages_too(chain: Chain) -> None:
    with TestClient(chain.app()) as browser:
        signed_in(chain, browser)
        said = {path: text_of(browser, path) for path in PAGES}
        assert browser.get("/audience/chart.svg").status_code == 200
    assert "KRK-1 not set up never" in said["/"]
    assert "No case is open" in said["/"]
    assert "no till has handed in a day" in said["/reconciliation"]
    assert "No members yet" in said["/members"]
    assert "No members yet" in said["/audience"]
    assert "No mail server is named" in said["/campaigns"]


@pytest.mark.parametrize(
    ("path", "status_code"),
    [
        ("/members/none", 404),
        ("/members/x?page=0", 400),
        ("/members/x?page=two", 400),
        ("/u/cut-off", 404),
    ],
)
def test_a_wrong_address_is_answered_with_a_sentence(
    chain: Chain, path: str, status_code: int
) -> None:
    with TestClient(chain.app()) as browser:
        signed_in(chain, browser)
        answer = browser.get(path)
    assert answer.status_code == status_code
    assert "<h1>" in answer.text
    assert "Traceback" not in answer.text


def test_the_style_is_served_to_anybody(chain: Chain) -> None:
    with TestClient(chain.app()) as browser:
        answer = browser.get("/static/office.css")
        assert browser.get("/static/../application.py").status_code in (303, 404)
        assert browser.get("/static/%2e%2e/application.py").status_code in (303, 404)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/css")
    assert "max-age" in answer.headers["cache-control"]
