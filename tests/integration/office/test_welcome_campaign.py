"""The welcome: one letter and one line per member for ever, from the first sale that arrives."""

from typing import Any

import pytest
from sqlalchemy import select

from loyalty.wire import NoticeChange
from sync_server.campaigns import switches
from sync_server.campaigns.welcome import CAMPAIGN
from sync_server.store.engine import reading, writing
from sync_server.store.tables import messages, notices
from sync_server.terminals.feed import Journal, news_for
from tests.integration.office.chains import Chain


def rows_of(chain: Chain, table: Any) -> list[Any]:
    with reading(chain.engine) as connection:
        return list(connection.execute(select(table)).all())


def test_a_first_purchase_brings_one_letter_and_one_line(either_chain: Chain) -> None:
    till = either_chain.till("KRK-1")
    anna = till.enrol("Anna", email="anna@example.org", email_consent=True, language="pl")
    till.sell(anna.member_id, 3_780)
    till.sell(anna.member_id, 1_000)
    till.sync()
    (letter,) = rows_of(either_chain, messages)
    assert (letter.member_id, letter.address, letter.language, letter.state) == (
        anna.member_id,
        "anna@example.org",
        "pl",
        "queued",
    )
    assert letter.subject == "Witamy w Corner Shop, Anna"
    assert "Na karcie jest teraz 47 punktów." in letter.body
    (line,) = rows_of(either_chain, notices)
    assert line.texts["en"].startswith("Welcome, Anna! Every 500 points")
    till.sell(anna.member_id, 5_000)
    till.sync()
    assert len(rows_of(either_chain, messages)) == len(rows_of(either_chain, notices)) == 1


def test_every_till_is_told_the_line(chain: Chain) -> None:
    till = chain.till("KRK-1")
    anna = till.enrol("Anna")
    till.sell(anna.member_id, 3_780)
    till.sync()
    with reading(chain.engine) as connection:
        news = news_for(connection, Journal("WAW-3", 1), 0)
    told = [change for change in news.changes if isinstance(change, NoticeChange)]
    assert [change.member_id for change in told] == [anna.member_id]
    assert set(told[0].texts) == {"en", "pl", "ru"}


@pytest.mark.parametrize(
    ("email", "email_consent"), [("anna@example.org", False), ("", True), ("", False)]
)
def test_without_address_or_consent_there_is_the_line_alone(
    chain: Chain, email: str, email_consent: bool
) -> None:
    till = chain.till("KRK-1")
    till.sell(till.enrol("Anna", email=email, email_consent=email_consent).member_id, 3_780)
    till.sync()
    assert rows_of(chain, messages) == []
    assert len(rows_of(chain, notices)) == 1


def test_a_sale_that_arrives_before_the_enrolment_is_welcomed_by_both(
    either_chain: Chain,
) -> None:
    enrolling, selling = either_chain.till("KRK-1"), either_chain.till("WAW-3")
    anna = enrolling.enrol("Anna", email="anna@example.org", email_consent=True)
    selling.sell(anna.member_id, 3_780)
    selling.sync()
    assert len(rows_of(either_chain, notices)) == 1
    assert rows_of(either_chain, messages) == []
    enrolling.sync()
    (letter,) = rows_of(either_chain, messages)
    assert letter.subject == "Welcome to Corner Shop, Anna"
    assert len(rows_of(either_chain, notices)) == 1


def test_a_repeated_frame_brings_nothing_new(chain: Chain) -> None:
    till = chain.till("KRK-1")
    till.sell(till.enrol("Anna", email="a@example.org", email_consent=True).member_id, 3_780)
    frame = till.frame()
    chain.ingest.take(frame)
    chain.ingest.take(frame)
    assert len(rows_of(chain, messages)) == len(rows_of(chain, notices)) == 1


def test_while_it_is_off_nobody_is_welcomed_and_later_not_with_their_second_sale(
    chain: Chain,
) -> None:
    till = chain.till("KRK-1")
    with writing(chain.engine) as connection:
        switches.switch(connection, CAMPAIGN, on=False)
    anna = till.enrol("Anna", email="a@example.org", email_consent=True)
    till.sell(anna.member_id, 3_780)
    till.sync()
    assert rows_of(chain, notices) == []
    with writing(chain.engine) as connection:
        switches.switch(connection, CAMPAIGN, on=True)
    till.sell(anna.member_id, 1_000)
    ben = till.enrol("Ben")
    till.sell(ben.member_id, 1_000)
    till.sync()
    assert [line.member_id for line in rows_of(chain, notices)] == [ben.member_id]


def test_shoppers_without_a_card_and_returns_welcome_nobody(chain: Chain) -> None:
    till = chain.till("KRK-1")
    anna = till.enrol("Anna")
    till.sell("", 3_780)
    till.take_back(anna.member_id, 500)
    till.sync()
    assert rows_of(chain, notices) == []


def test_a_full_frame_of_newcomers_is_welcomed_at_once(either_chain: Chain) -> None:
    till = either_chain.till("KRK-1")
    for number in range(500):
        member = till.enrol(f"M{number}", email=f"m{number}@example.org", email_consent=True)
        till.sell(member.member_id, 1_000)
    till.sync()
    assert len(rows_of(either_chain, messages)) == len(rows_of(either_chain, notices)) == 500
