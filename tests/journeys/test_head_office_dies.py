"""Processes die as they do in a shop: head office and tills are killed while sales go on."""

import json
import random
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from terminal_app.replay.head_office import HeadOffice

PARAGON = (sys.executable, "-m", "terminal_app")
CARDS = ("2900000000130472", "2900000000137482", "2900000000152912")
PATIENCE_S = 60
MAX_AMOUNT_MINOR = 10_00
"""So little that no member comes near a voucher, which two cut-off tills could both issue."""


class Agent:
    """A till behind its POS agent, in a process of its own that can be killed."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.url = ""
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        said = self.home / "agent.out"
        with said.open("wb") as out:
            self._process = subprocess.Popen(
                [*PARAGON, "agent", "--port", "0", "--home", str(self.home)],
                stdout=out,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
            )
        ready = re.compile(r"listening on (http://\S+)\n")
        deadline = time.monotonic() + PATIENCE_S
        while (found := ready.search(said.read_text())) is None:
            assert time.monotonic() < deadline, said.read_text()
            time.sleep(0.05)
        self.url = found[1]
        while True:
            try:
                httpx.get(f"{self.url}/health").raise_for_status()
                return
            except httpx.TransportError:
                assert time.monotonic() < deadline
                time.sleep(0.05)

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def sell(self, sale: dict[str, Any]) -> dict[str, Any]:
        answer = httpx.post(f"{self.url}/v1/sales", json=sale, timeout=10)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    def health(self) -> dict[str, Any]:
        told: dict[str, Any] = httpx.get(f"{self.url}/health").json()
        return told


def paragon(*words: str) -> Any:
    run = subprocess.run(
        [*PARAGON, *words, "--json"],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[HeadOffice]:
    office = HeadOffice(tmp_path / "office")
    office.home.mkdir()
    yield office
    office.stop()


@pytest.fixture
def agents(tmp_path: Path, office: HeadOffice) -> Iterator[list[Agent]]:
    members = tmp_path / "members.csv"
    rows = ["card,name,phone,email,email_consent,language,branch"]
    members.write_text("\n".join(rows + [f"{card},Member {card},,,no,en,B" for card in CARDS]))
    founded = office.found(
        *("--shop", "Shop", "--currency", "GBP", "--timezone", "Europe/London"),
        *("--branch", "B=Branch", "--terminal", "T1=B", "--terminal", "T2=B"),
        *("--members", str(members)),
    )
    url = office.start()
    with ExitStack() as closing:
        started = []
        for told in founded.terminals:
            home = tmp_path / told.terminal
            setup = ["setup", "--server", url, "--code", told.code, "--home", str(home)]
            subprocess.run([*PARAGON, *setup], check=True)
            paragon("sync", "--home", str(home))
            agent = Agent(home)
            agent.start()
            closing.callback(agent.kill)
            started.append(agent)
        yield started


def test_no_sale_waits_is_lost_or_counts_twice(
    office: HeadOffice, agents: list[Agent], tmp_path: Path
) -> None:
    dice = random.Random(5)
    sold: list[tuple[int, dict[str, Any], dict[str, Any]]] = []
    slowest_s = 0.0
    for number in range(120):
        if number in (20, 70):
            office.kill()
        if number in (45, 95):
            office.start()
        if number in (33, 80):
            agents[number % 2].kill()
            agents[number % 2].start()
        place = dice.randrange(2)
        sale: dict[str, Any] = {
            "sale": f"POS-{number}",
            "card": dice.choice(("", *CARDS)),
            "lines": [
                {"amount_minor": dice.randrange(1, MAX_AMOUNT_MINOR), "description": "GOODS"}
            ],
        }
        started = time.monotonic()
        answer = agents[place].sell(sale)
        slowest_s = max(slowest_s, time.monotonic() - started)
        assert not answer["repeated"]
        sold.append((place, sale, answer))
    assert slowest_s < 5, "a sale waited for a line that was down"

    for place, sale, first in dice.sample(sold, 30):
        again = agents[place].sell(sale)
        assert again == {**first, "repeated": True}

    settle(agents)
    earned: dict[str, int] = dict.fromkeys(CARDS, 0)
    for _, sale, _ in sold:
        if sale["card"]:
            earned[sale["card"]] += sale["lines"][0]["amount_minor"] // 100
    till_views = [explained(agent, card) for agent in agents for card in CARDS]
    for card in CARDS:
        views = {view["points"] for view in till_views if view["member"]["card"] == card}
        assert len(views) == 1, f"the tills differ on {card}"
        earned_here = sum(
            row["points"]
            for view in till_views
            if view["member"]["card"] == card
            for row in view["entries"]
            if row["kind"] == "earn"
        )
        assert earned_here == earned[card]
    reconciled = json.loads(office.command("reconcile", "--json"))
    assert sum(terminal["sales"] for terminal in reconciled["terminals"]) == len(sold)
    assert {day["state"] for day in reconciled["days"]} == {"agrees"}
    assert reconciled["cases"] == 0
    for agent in agents:
        assert paragon("ledger", "verify", "--home", str(agent.home))["findings"] == []


def settle(agents: list[Agent]) -> None:
    """Wait until the tills have told all by themselves, then have each hear the rest."""
    deadline = time.monotonic() + PATIENCE_S
    while any(agent.health()["unsent"] for agent in agents):
        assert time.monotonic() < deadline, "the tills do not come back to head office"
        time.sleep(0.2)
    for agent in agents:
        paragon("sync", "--home", str(agent.home))


def explained(agent: Agent, card: str) -> dict[str, Any]:
    told: dict[str, Any] = paragon("ledger", "explain", card, "--home", str(agent.home))
    return told
