"""PostgreSQL dies in the midst of what tills send; head office says so, and goes on by itself."""

import json
import random
import time
from pathlib import Path

import httpx
import pytest

from loyalty.wire import STANDING_PATH
from terminal_app.replay.head_office import HeadOffice
from tests.crashes.chains import founded
from tests.crashes.comparing import findings, settle
from tests.crashes.selling import Told, selling
from tests.crashes.stock import sold_offline
from tests.crashes.tills import TillProcess, token_of
from tests.integration.postgres.clusters import Cluster

OFFLINE_SALES = 1_200
KILLS = 4
MAX_CALM_S = 0.8
SEED = 7
TURNS = 4


pytestmark = pytest.mark.timeout(300)


def said_without_database(office: HeadOffice, till: TillProcess) -> httpx.Response:
    return httpx.get(
        f"{office.url}{STANDING_PATH}",
        headers={"Authorization": f"Bearer {token_of(till.home)}"},
        timeout=60,
    )


def test_a_database_killed_in_mid_batch_loses_and_doubles_nothing(
    primary: Cluster, tmp_path: Path
) -> None:
    dice, told = random.Random(SEED), Told()
    with founded(tmp_path, database=primary.url) as chain:
        for till in chain.tills:
            sold_offline(till.name, till.home, OFFLINE_SALES, told, SEED)
        chain.start_tills()
        for _ in range(KILLS):
            time.sleep(dice.uniform(0, MAX_CALM_S))
            primary.kill()
            answer = said_without_database(chain.office, chain.tills[0])
            assert answer.status_code == 503
            assert "database" in answer.json()["detail"]
            assert "Traceback" not in answer.text
            assert chain.tills[0].health()["terminal"] == chain.tills[0].name
            primary.start()
        settle(chain)
        assert findings(chain, told) == []
        reconciled = json.loads(chain.office.command("reconcile", "--json"))
        assert {day["state"] for day in reconciled["days"]} == {"agrees"}


def test_two_servers_on_one_database_are_killed_in_turns(primary: Cluster, tmp_path: Path) -> None:
    dice, told = random.Random(SEED), Told()
    second = HeadOffice(tmp_path / "second")
    names = ("A-1", "B-1", "A-2", "B-2")
    with founded(tmp_path, tills=names, database=primary.url, offices=(second,)) as chain:
        chain.start_tills()
        with selling(chain.tills, told, SEED):
            for turn in range(TURNS):
                time.sleep(dice.uniform(0.2, MAX_CALM_S))
                victim = (chain.office, second)[turn % 2]
                victim.kill()
                if turn == TURNS // 2:
                    primary.kill()
                    primary.start()
                victim.start()
        settle(chain)
        assert findings(chain, told) == []
        reconciled = json.loads(second.command("reconcile", "--json"))
        assert {day["state"] for day in reconciled["days"]} == {"agrees"}
