"""A lottery from its secret to the winner's prize: at a till, at head office, and for anybody."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from loyalty.programme.document import classic_document
from loyalty.programme.draw_files import read_draw
from loyalty.receipts import Receipt
from tests.integration.programme.examples import agree, bought, brought_back, enrolled, may
from tests.integration.server_core.conftest import run_server
from tests.integration.terminal.head_office import HeadOffice, found_under
from tests.integration.terminal.tills import till_of

LOTTERY = """
[[lottery]]
name = "may"
title = { en = "May draw", pl = "Losowanie majowe" }
ticket_per = "20.00"
first = "2024-05-01"
until = "2024-05-31"
winners = 2
reward = "hamper"
commitment = "COMMITMENT"
[[rewards]]
name = "hamper"
title = "Hamper"
cost = 300
gives = "gift"
"""


@pytest.fixture
def envelope(tmp_path: Path) -> Path:
    return tmp_path / "envelope"


@pytest.fixture
def office(tmp_path: Path, envelope: Path) -> HeadOffice:
    made = run_server("lottery", "commit", "may", "--home", envelope, "--json").json
    document = tmp_path / "shop.toml"
    terms = classic_document().replace("at_points = 500", "at_points = 5000")
    document.write_text(terms + LOTTERY.replace("COMMITMENT", made["commitment"]), "utf-8")
    return found_under(tmp_path / "office", document)


def numbers(receipt: Receipt) -> list[str]:
    """The tickets that a receipt says."""
    [line] = receipt.tickets
    stem, _, first = line.first.rpartition(".")
    return [f"{stem}.{number}" for number in range(int(first), int(first) + line.count)]


def test_from_the_secret_to_the_prize(office: HeadOffice, envelope: Path, tmp_path: Path) -> None:
    secret = envelope / "lotteries" / "may.secret"
    assert secret.stat().st_mode & 0o777 == 0o600
    again = run_server("lottery", "commit", "may", "--home", envelope)
    assert (again.code, "is there already" in again.err) == (2, True)
    office.start()
    with till_of(office, tmp_path / "till", "KRK-1") as till:
        ala, ola = enrolled(till, may(1)), enrolled(till, may(2))
        first = bought(till, ala, may(6), "=61.00")
        second = bought(till, ola, may(7), "=25.00", "=25.00")
        gone = bought(till, ola, may(8), "=400.00")
        late = bought(till, ala, may(31, 23), "=20.00")
        brought_back(till, may(9), gone)
        till.sync.sync_once()
        in_it = [*numbers(first), *numbers(second), *numbers(late)]
        drawn = office.run("lottery", "draw", "may", "--secret", str(secret), "--json")
        told = json.loads(drawn)
        file = Path(told["file"])
        draw = read_draw(file.read_bytes())
        assert sorted(ticket.number for ticket in draw.tickets) == sorted(in_it)
        assert {ticket.number for ticket in draw.drawn} <= set(in_it)
        assert len(draw.drawn) == 2, "each member wins once"
        assert told["given"] == {"posted": 2, "before": 0, "waiting": 0}
        till.sync.sync_once()
        notices = bought(till, ala, may(31), "=1.00").notices
        [line] = [line for line in notices if "Hamper" in line]
        won = next(ticket.number for ticket in draw.drawn if ticket.number in line)
        assert won in {*numbers(first), *numbers(late)}
        assert "Its points are on your card" in line
        agree(office, till, ala, 61 + 20 + 1 + 300)
        agree(office, till, ola, 50 + 300)
    once_more = json.loads(office.run("lottery", "draw", "may", "--json"))
    assert once_more["drawn"] == told["drawn"]
    assert once_more["given"] == {"posted": 0, "before": 2, "waiting": 0}
    office.stop()
    check(file, tmp_path)


def check(file: Path, tmp_path: Path) -> None:
    """Anybody checks the file of the draw, and files that somebody meddled with."""
    draw = read_draw(file.read_bytes())
    assert run_server("lottery", "verify", file).code == 0
    told = run_server("lottery", "verify", file, "--commitment", "a" * 64)
    assert (told.code, "another than was published" in told.err) == (1, True)
    right = draw.lottery.commitment.upper()
    assert run_server("lottery", "verify", file, "--commitment", right).code == 0
    changed: dict[str, dict[str, Any]] = {
        "not the ones that the secret draws": {"drawn": draw.drawn[::-1]},
        "SHA-256 was published": {"secret": "00" * 32},
        "have one number": {"tickets": (*draw.tickets, draw.tickets[0])},
        "nothing was drawn yet": {"secret": "", "drawn": ()},
    }
    meddled = tmp_path / "meddled.json"
    for what, fields in changed.items():
        meddled.write_bytes(msgspec.json.encode(msgspec.structs.replace(draw, **fields)))
        ran = run_server("lottery", "verify", meddled)
        assert (ran.code, what in ran.err) == (1, True), ran.err
    meddled.write_text("[]", "utf-8")
    ran = run_server("lottery", "verify", meddled, "--json")
    assert (ran.code, "no file of a draw" in ran.json["error"]) == (2, True)


def test_what_cannot_be_drawn(office: HeadOffice, envelope: Path, tmp_path: Path) -> None:
    secret = envelope / "lotteries" / "may.secret"
    listed = tmp_path / "list.json"
    assert run_server("lottery", "tickets", "may", listed, "--home", office.home).code == 0
    assert read_draw(listed.read_bytes()).tickets == ()
    assert run_server("lottery", "verify", listed).code == 1
    shown = run_server("lottery", "tickets", "may", "-", "--home", office.home)
    assert shown.out == listed.read_text("utf-8")
    refused = {
        "has a lottery 'june'": ("june", "--secret", secret),
        "is no name of a lottery": ("../may", "--secret", secret),
        "cannot be read": ("may",),
        "is not the commitment": ("may", "--secret", wrong(tmp_path / "wrong", "00" * 32)),
        "hexadecimal": ("may", "--secret", wrong(tmp_path / "text", "open sesame")),
    }
    for what, words in refused.items():
        ran = run_server("lottery", "draw", *words, "--home", office.home)
        assert (ran.code, what in ran.err) == (2, True), ran.err
    assert not (office.home / "lotteries" / "may.json").exists()
    ran = run_server("lottery", "draw", "may", "--secret", secret, "--home", office.home)
    assert (ran.code, "0 of 0 tickets have won" in ran.out) == (0, True)


def wrong(file: Path, content: str) -> Path:
    file.write_text(content, "utf-8")
    return file
