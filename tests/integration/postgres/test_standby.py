"""A standby takes over without the last seconds: tills tell again, and nothing is granted before.

What the primary had confirmed and the standby never heard of is lost at head office alone. Each
till holds it still, with head office's signature over it.
"""

import sqlite3
import time
from pathlib import Path

import httpx
import pytest

from tests.crashes.chains import CARDS, Chain, founded
from tests.crashes.comparing import findings, settle
from tests.crashes.selling import Told, selling
from tests.crashes.tills import TillProcess
from tests.integration.postgres.clusters import Cluster, folder_for_clusters

SEED = 13
BEFORE_S = 2.0
LOST_S = 3.0
AFTER_S = 1.0
QUIET_S = 4.0
PATIENCE_S = 60.0
ENTRIES = "SELECT count(*) FROM entries"
HISTORY = "SELECT value FROM settings WHERE key = 'history_id'"

pytestmark = pytest.mark.timeout(300)


def point_to(chain: Chain, database_url: str) -> None:
    """What an operator does: another database in the configuration, and a start."""
    config = chain.office.home / "server.toml"
    text = config.read_text("utf-8")
    assert chain.database_url in text
    config.write_text(text.replace(chain.database_url, database_url), "utf-8")
    chain.database_url = database_url
    chain.office.kill()
    chain.office.start()


def grants_at(till: TillProcess) -> int:
    connection = sqlite3.connect(f"file:{till.home / 'till.sqlite'}?mode=ro", uri=True)
    try:
        query = "SELECT count(*) FROM journal WHERE kind = 'rights-grant'"
        return int(connection.execute(query).fetchone()[0])
    finally:
        connection.close()


def serve_all(till: TillProcess) -> None:
    """Each member comes to this till, which asks for the rights to what they have."""
    for card in CARDS:
        assert httpx.get(f"{till.url}/v1/members/{card}").status_code == 200


def wait_until_told(till: TillProcess) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while till.health()["unsent"]:
        assert time.monotonic() < deadline, "the till does not come back to head office"
        time.sleep(0.1)


def test_a_standby_without_the_last_seconds_is_healed_by_the_tills(
    primary: Cluster, tmp_path: Path
) -> None:
    told = Told()
    with (
        folder_for_clusters() as folder,
        founded(tmp_path, database=primary.url) as chain,
    ):
        here, away = chain.tills
        chain.start_tills()
        with selling(chain.tills, told, SEED):
            time.sleep(BEFORE_S)
            standby = primary.standby(folder)
            standby.cut_off()
            time.sleep(LOST_S)
            confirmed = primary.asked(ENTRIES)
            primary.kill()
            time.sleep(AFTER_S)
        away.kill()
        standby.promote()
        try:
            assert standby.asked(ENTRIES) < confirmed, "nothing was lost"
            history = standby.asked(HISTORY)
            point_to(chain, standby.url)
            wait_until_told(here)
            assert standby.asked(HISTORY) != history

            granted = grants_at(here)
            serve_all(here)
            time.sleep(QUIET_S)
            assert grants_at(here) == granted, "granted before every till was heard"
            away.start()
            deadline = time.monotonic() + PATIENCE_S
            while grants_at(here) == granted:
                assert time.monotonic() < deadline, "nothing is granted any more"
                time.sleep(0.2)

            settle(chain)
            assert findings(chain, told) == []
        finally:
            chain.office.kill()
            standby.stop()
