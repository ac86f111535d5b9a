"""`paragon ledger` on a real till: what it finds when all is well, and when somebody meddled."""

import csv
import io
import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from loyalty.journal import next_seal
from terminal_app.bootstrap import Shop
from terminal_app.commands.ledger import app
from terminal_app.store import members
from terminal_app.till.answers import Posted, Sale
from tests.integration.replay.conftest import CARD, goods

COPY_OF_EPOCH = (
    "SELECT 7, seq, kind, member_id, receipt, body, seal FROM journal WHERE epoch = 1 AND seq ="
)
VOUCHER_TO_COME = (
    "SELECT 'T1.1.99', member_id, amount_minor, currency, expires_at_ms, 'redeemed', ''"
    " FROM vouchers"
)
KINDS = ["enrol", "earn", "redeem", "voucher-issued", "earn", "reverse"]


def ledger(home: Path, *words: str) -> Result:
    return CliRunner().invoke(app, [*words, "--home", str(home)])


def told(home: Path, *words: str) -> Any:
    return json.loads(ledger(home, *words, "--json").stdout)


def meddle(home: Path, *statements: str) -> None:
    """What somebody with the file and a SQLite shell can do."""
    connection = sqlite3.connect(home / "till.sqlite", isolation_level=None)
    connection.execute("DROP TRIGGER journal_keeps")
    connection.execute("DROP TRIGGER journal_stays")
    for statement in statements:
        connection.execute(statement)
    connection.close()


def test_a_journal_that_nobody_touched_holds(sold: Shop, home: Path) -> None:
    result = ledger(home, "verify")
    assert (result.exit_code, result.stdout) == (0, "6 entries, 0 findings\n")
    assert told(home, "verify") == {"entries": 6, "findings": []}


@pytest.mark.parametrize(
    ("statement", "seq", "what"),
    [
        ("UPDATE journal SET body = zeroblob(9) WHERE seq = 2", 2, "were changed"),
        ("UPDATE journal SET seal = zeroblob(32) WHERE seq = 3", 3, "were changed"),
        ("DELETE FROM journal WHERE seq = 3", 4, "entry 3 is missing"),
        ("DELETE FROM journal WHERE seq >= 2", 1, "head office confirmed up to 2"),
        ("UPDATE balances SET points = points + 1 WHERE source = 'own'", 0, f"balance of {CARD}"),
        ("DELETE FROM balances WHERE source = 'own'", 0, f"balance of {CARD}"),
        ("DELETE FROM tallies", 0, "sums of 2011-01-15"),
        ("UPDATE tallies SET tally = x'ff'", 0, "what cannot be read"),
        ("UPDATE tallies SET last_seq = 1", 0, "a tally filed under entry 1"),
        ("UPDATE journal SET member_id = 'x' WHERE seq = 2", 2, "column member_id is 'x'"),
        ("UPDATE journal SET kind = 'redeem' WHERE seq = 2", 2, "column kind is 'redeem'"),
        ("UPDATE journal SET receipt = 'x' WHERE seq = 2", 2, "column receipt is 'x'"),
        ("UPDATE journal SET body = 'text' WHERE seq = 2", 2, "were changed"),
        (f"INSERT INTO journal {COPY_OF_EPOCH} 2", 0, "1 rows of the journal are of epoch 7"),
        ("UPDATE journal SET epoch = 0 WHERE seq = 6", 0, "1 rows of the journal are of epoch 0"),
        ("DELETE FROM journal", 0, "head office confirmed up to 2"),
        ("UPDATE settings SET value = x'ff' WHERE key = 'sync'", 0, "where the sync stands"),
        ("UPDATE vouchers SET state = 'void'", 0, "voucher T1.1.4"),
        ("UPDATE vouchers SET amount_minor = 1", 0, "voucher T1.1.4"),
        ("DELETE FROM vouchers", 0, "voucher T1.1.4: None is kept"),
        (f"INSERT INTO vouchers {VOUCHER_TO_COME}", 0, "voucher T1.1.99: it is kept"),
        ("DELETE FROM receipts WHERE reference = '1'", 0, "receipt 1: the journal tells of it"),
        ("UPDATE receipts SET reference = '9' WHERE reference = '1'", 0, "receipt 9: it is kept"),
        ("UPDATE receipts SET receipt = x'ff' WHERE reference = '1'", 0, "receipt 1: what is kept"),
    ],
)
def test_what_was_meddled_with_is_named(
    sold: Shop, home: Path, statement: str, seq: int, what: str
) -> None:
    meddle(home, statement)
    result = ledger(home, "verify")
    assert result.exit_code == 1
    findings = told(home, "verify")["findings"]
    assert any(each["seq"] == seq and what in each["what"] for each in findings), findings
    assert what in result.stdout


def test_an_entry_sealed_anew_is_found_at_the_next_one(sold: Shop, home: Path) -> None:
    connection = sqlite3.connect(home / "till.sqlite")
    rows = connection.execute("SELECT body, seal FROM journal ORDER BY seq LIMIT 2").fetchall()
    connection.close()
    forged = rows[1][0].replace(b"85123A", b"85123B")
    assert forged != rows[1][0]
    seal = next_seal(rows[0][1], forged)
    meddle(
        home,
        f"UPDATE journal SET body = x'{forged.hex()}', seal = x'{seal.hex()}' WHERE seq = 2",
    )
    assert [each["seq"] for each in told(home, "verify")["findings"]] == [3]


def test_a_balance_explains_itself(sold: Shop, home: Path) -> None:
    explained = told(home, "explain", f"{CARD[:4]} {CARD[4:8]}-{CARD[8:]}")
    rows = explained["entries"]
    assert [row["kind"] for row in rows] == ["enrol", "earn", "redeem", "voucher-issued", "reverse"]
    assert [row["points"] for row in rows] == [0, 520, -500, 0, -100]
    assert [row["balance"] for row in rows] == [0, 520, 20, 20, -80]
    assert [row["recomputed_points"] for row in rows] == [None, 520, None, None, -100]
    earned = "Every purchase: £520.99, 1 point for each full £1.00 = 520 points."
    assert rows[1]["rule"] == earned
    assert rows[4]["rule"].startswith("return: Every purchase: £")
    assert told(home, "explain", CARD, "--language", "pl")["entries"][1]["rule"].startswith(
        "Każdy zakup: "
    )
    assert {row["programme"] for row in rows} == {"classic@1"}
    points = (explained["points_here"], explained["points_elsewhere"], explained["points"])
    assert points == (-80, 40, -40)


def test_the_explanation_reads_well(sold: Shop, home: Path) -> None:
    result = ledger(home, "explain", CARD)
    assert result.exit_code == 0
    text = result.stdout
    assert f"=cmd|'calc'!A1, card {CARD}" in text
    for words in ("+520", "-500", "classic@1", "terminals:           40 (as of", "-40"):
        assert words in text, words


def test_an_entry_of_an_older_programme_says_so(sold: Shop, home: Path) -> None:
    meddle(home, "UPDATE programmes SET label = 'classic@9'")
    row = told(home, "explain", CARD)["entries"][1]
    assert row["rule"] == "under classic@1, which is not at this till"
    assert row["recomputed_points"] is None


@pytest.mark.parametrize("who", ["2900000000130472", "nobody", ""])
def test_an_unknown_member_is_a_sentence(sold: Shop, home: Path, who: str) -> None:
    result = ledger(home, "explain", who)
    assert result.exit_code == 2
    assert "is known at this till" in result.stderr


def test_rebuilding_says_what_was_different_and_puts_it_right(sold: Shop, home: Path) -> None:
    assert told(home, "rebuild") == {"different": [], "not_rebuilt": []}
    assert ledger(home, "rebuild").stdout == "Rebuilt; all was right.\n"
    meddle(
        home,
        "UPDATE balances SET points = 9999 WHERE source = 'own'",
        "UPDATE balances SET points = 41 WHERE source = 'others'",
        "DELETE FROM tallies",
    )
    different = told(home, "rebuild")["different"]
    assert [what.split(":")[0] for what in different] == [
        f"balance of {CARD}",
        "sums of 2011-01-15",
    ]
    assert told(home, "verify")["findings"] == []
    with sold.store.reading() as connection:
        parts = dict(connection.execute("SELECT source, points FROM balances"))
    assert parts == {"own": -80, "others": 41}, "what head office told is not the journal's"


def test_an_entry_of_another_epoch_explains_nothing(sold: Shop, home: Path) -> None:
    before = told(home, "explain", CARD)
    meddle(home, f"INSERT INTO journal {COPY_OF_EPOCH} 2")
    assert told(home, "explain", CARD) == before


@pytest.mark.parametrize(
    "meddling",
    ["UPDATE vouchers SET state = 'void', amount_minor = 1", "DELETE FROM vouchers"],
)
def test_vouchers_are_rebuilt(sold: Shop, home: Path, meddling: str) -> None:
    facts = "SELECT * FROM vouchers"
    with sold.store.reading() as connection:
        before = connection.execute(facts).fetchall()
    assert len(before) == 1
    if not meddling.startswith("DELETE"):
        meddling += f"; INSERT INTO vouchers {VOUCHER_TO_COME}"
    meddle(home, *meddling.split("; "))
    assert told(home, "rebuild")["different"][0].startswith("voucher T1.1.4")
    with sold.store.reading() as connection:
        assert connection.execute(facts).fetchall() == before


def test_a_spent_voucher_stays_spent_when_rebuilt(sold: Shop, home: Path) -> None:
    kept = sold.till.reprint("1")
    assert isinstance(kept, Posted)
    code = kept.receipt.vouchers[0].code
    with sold.store.writing() as connection:
        public_key = sold.identity.signing_key.public_key().public_bytes_raw()
        members.put_terminal(connection, "T1", "B", {1: public_key})
    paid = sold.till.sell(Sale(basket=goods(20_00), reference="5", voucher_codes=(code,)))
    assert isinstance(paid, Posted), paid
    assert told(home, "verify")["findings"] == []
    meddle(home, "UPDATE vouchers SET state = 'issued'")
    assert "says redeemed" in told(home, "verify")["findings"][0]["what"]
    told(home, "rebuild")
    assert told(home, "verify")["findings"] == []


def test_a_rebuild_says_that_receipts_cannot_come_back(sold: Shop, home: Path) -> None:
    meddle(home, "DELETE FROM receipts WHERE reference = '1'", "DELETE FROM tallies")
    result = ledger(home, "rebuild")
    assert result.exit_code == 1
    assert "receipt 1: the journal tells of it" in result.stdout
    assert "1 receipts cannot be rebuilt" in result.stdout
    assert [each["what"][:9] for each in told(home, "verify")["findings"]] == ["receipt 1"]


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE settings SET value = x'ff' WHERE key = 'identity'",
        "UPDATE programmes SET document = x'ff'",
    ],
)
def test_settings_that_cannot_be_read_are_a_sentence(sold: Shop, home: Path, damage: str) -> None:
    meddle(home, damage)
    result = ledger(home, "explain", CARD)
    assert result.exit_code == 2
    assert result.stderr.startswith("paragon: ")
    assert len(result.stderr.splitlines()) == 1


def test_a_damaged_journal_is_not_rebuilt_from(sold: Shop, home: Path) -> None:
    meddle(home, "DELETE FROM journal WHERE seq = 3", "DELETE FROM balances")
    result = ledger(home, "rebuild")
    assert result.exit_code == 2
    assert "entry 3 is missing" in result.stderr
    with sold.store.reading() as connection:
        assert connection.execute("SELECT count(*) FROM balances").fetchone() == (0,)


def test_the_journal_comes_out_as_json_lines(sold: Shop, home: Path) -> None:
    rows = [json.loads(line) for line in ledger(home, "export").stdout.splitlines()]
    assert [row["seq"] for row in rows] == [1, 2, 3, 4, 5, 6]
    assert [row["kind"] for row in rows] == KINDS
    assert rows[1]["payload"]["lines"] == [["85123A", 1, 52099]]
    assert rows[1]["occurred_at"] == "2011-01-15T12:00:00+00:00"
    assert sum(row["points"] for row in rows) == -80


def test_the_journal_comes_out_as_csv_that_no_spreadsheet_runs(sold: Shop, home: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(ledger(home, "export", "--csv").stdout)))
    assert [row["kind"] for row in rows] == KINDS
    assert rows[4]["receipt"] == "'=2+2"
    assert [row["points"] for row in rows] == ["0", "520", "-500", "0", "0", "-100"]
    cells = [cell for row in rows for name, cell in row.items() if name not in NUMBERS]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]


NUMBERS = {"epoch", "seq", "points", "amount_minor"}


@pytest.mark.parametrize("words", [["verify"], ["explain", CARD], ["rebuild"], ["export"]])
def test_a_folder_without_a_till_is_a_sentence(tmp_path: Path, words: list[str]) -> None:
    result = ledger(tmp_path, *words)
    assert result.exit_code == 2
    assert "There is no till in" in result.stderr
