"""What the first version left behind is brought forward with entries that nobody was sent."""

import gzip
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from loyalty.wire import MEDIA_TYPE, SYNC_PATH, Outcome, SyncReply, unpack
from terminal_app.replay.head_office import HeadOffice
from tests.crashes.chains import Chain
from tests.crashes.comparing import case_kinds, findings, settle
from tests.crashes.first_version import (
    FIXTURES,
    TILLS,
    chain_of,
    office_of,
    recorded,
    told_before,
)
from tests.crashes.selling import Confirmed
from tests.crashes.tills import token_of

CARD_OF_BOTH = "2900000000000013"


@pytest.fixture
def chain(tmp_path: Path) -> Iterator[Chain]:
    office = office_of(tmp_path)
    office.start()
    chain = chain_of(tmp_path, office)
    yield chain
    for till in chain.tills:
        till.kill()
    office.kill()


def bodies(home: Path) -> list[bytes]:
    connection = sqlite3.connect(home / "till.sqlite")
    try:
        return [row[0] for row in connection.execute("SELECT body FROM journal ORDER BY seq")]
    finally:
        connection.close()


def test_unsent_entries_of_the_first_version_reach_head_office(chain: Chain) -> None:
    written = {till.name: bodies(till.home) for till in chain.tills}
    for till in chain.tills:
        assert till.told("status")["unsent"] == recorded()["unsent"][till.name]
        till.told("sync")
        assert till.told("status")["unsent"] == 0
    for till in chain.tills:
        kept = bodies(till.home)
        assert kept[: len(written[till.name])] == written[till.name]
        till.start()
    told = told_before()
    for number, till in enumerate(chain.tills * 3):
        sale = {
            "sale": f"AFTER-{till.name}-{number}",
            "card": "",
            "lines": [{"amount_minor": 1500, "description": "GOODS"}],
        }
        answer = till.post(sale)
        assert answer.status_code == 200, answer.text
        told.confirmed.append(Confirmed(till.name, sale, answer.json()))
    settle(chain)
    found = findings(chain, told)
    assert found == [], "\n".join(found)
    reconciled = json.loads(chain.office.command("reconcile", "--json"))
    # That version knew no rights: two tills could spend the same points, and head office says so.
    assert case_kinds(chain.office.home) == {"overspent"}
    assert {day["state"] for day in reconciled["days"]} == {"agrees"}


def test_a_till_of_the_first_version_is_understood(tmp_path: Path) -> None:
    """Its very frame, as it went over the line: a chain is not updated in one night."""
    office: HeadOffice = office_of(tmp_path)
    url = office.start()
    try:
        till = chain_of(tmp_path, office).tills[0]
        frame = gzip.decompress((FIXTURES / f"{TILLS[0]}.frame.gz").read_bytes())
        for _ in range(2):
            answer = httpx.post(
                f"{url}{SYNC_PATH}",
                content=frame,
                headers={
                    "Content-Type": MEDIA_TYPE,
                    "Authorization": f"Bearer {token_of(till.home)}",
                },
            )
            assert answer.status_code == 200, answer.text
            reply = unpack(answer.content, SyncReply)
            assert (reply.outcome, reply.head_seq) == (Outcome.ACCEPTED, len(bodies(till.home)))
            assert reply.refused == ()
    finally:
        office.kill()
