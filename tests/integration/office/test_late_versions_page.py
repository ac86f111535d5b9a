"""The page of reconciliation says in words what went by another version of the programme."""

import re

import pytest
from litestar.testing import TestClient

from loyalty.clock import epoch_ms
from loyalty.programme.document import classic_document
from sync_server.office import reconciliation_page
from sync_server.store.engine import writing
from sync_server.store.programmes import publish
from tests.integration.office.chains import Chain
from tests.integration.office.test_pages import signed_in, text_of

SECOND = (
    classic_document().replace("version = 1", "version = 2").replace("points = 1", "points = 2")
)
HEADING = "By another version of the programme"


def missed_a_version(chain: Chain, sales: int) -> None:
    """Two tills that sell on by the first version, an hour after the second started."""
    now_ms = epoch_ms(chain.clock())
    with writing(chain.engine) as connection:
        publish(connection, SECOND, now_ms, now_ms)
    chain.clock.forward(hours=1)
    for terminal in ("KRK-1", "KRK-2"):
        till = chain.till(terminal)
        member = till.enrol("Ala Kot")
        for _ in range(sales):
            till.sell(member.member_id, 123_400)
        till.sync()


def test_what_went_by_the_version_before_is_said_with_its_points(either_chain: Chain) -> None:
    missed_a_version(either_chain, sales=2)
    with TestClient(either_chain.app()) as browser:
        signed_in(either_chain, browser)
        text = text_of(browser, "/reconciliation?terminal=KRK-1")
    assert HEADING in text
    latest = either_chain.clock().astimezone(either_chain.settings.zone)
    said = (
        "KRK-1 went by classic@1 where classic@2 was in force: 2 receipts, the latest "
        f"{latest:%Y-%m-%d %H:%M}. Points: 2,468 given, 4,936 by classic@2 (−2,468)."
    )
    assert said in text
    assert "KRK-2 went by" not in text


def test_a_chain_that_went_by_its_versions_is_told_nothing(chain: Chain) -> None:
    till = chain.till("KRK-1")
    till.sell(till.enrol("Ala Kot").member_id, 1_000)
    till.sync()
    with TestClient(chain.app()) as browser:
        signed_in(chain, browser)
        assert HEADING not in text_of(browser, "/reconciliation")


def test_what_is_too_much_for_a_page_is_said_to_be_more(
    chain: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconciliation_page, "MAX_LATE_COMPUTED", 3)
    monkeypatch.setattr(reconciliation_page, "MAX_ROWS_SHOWN", 1)
    missed_a_version(chain, sales=2)
    with TestClient(chain.app()) as browser:
        signed_in(chain, browser)
        text = text_of(browser, "/reconciliation")
    assert re.search(r"Of 3 receipts; there are more", text) is not None
    assert "The first 1 of 2;" in text
