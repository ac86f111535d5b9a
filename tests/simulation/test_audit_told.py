"""What the auditor asks of vouchers: every till knows them as head office does, or better."""

import sqlite3
from pathlib import Path

import msgspec
import pytest

from tests.simulation.audit_told import STILL_SHOWN_MS, audit_told
from tests.simulation.evidence import Row
from tests.simulation.witness import Witness

_VOUCHER = ("KRK-2.1.4", "M", 200, 9)
_DAYS = "(terminal, epoch, day, last_seq, entries, sales_minor, points_earned, points_redeemed)"
_BOTH = """
    CREATE TABLE members (member_id);
    CREATE TABLE vouchers (number, member_id, amount_minor, expires_at_ms, state);
"""
_HEARD_MS = STILL_SHOWN_MS + 10
_OFFICE = f"""
    CREATE TABLE terminals (last_contact_ms);
    INSERT INTO terminals VALUES ({_HEARD_MS});
    CREATE TABLE programmes (version, document);
    INSERT INTO programmes VALUES (1, 'p');
    CREATE TABLE quarantine (terminal, epoch, in_chain);
    CREATE TABLE day_tallies {_DAYS};
    CREATE TABLE till_tallies {_DAYS};
"""


def _said(
    folder: Path,
    witness: Witness,
    journal: list[Row],
    state: str = "redeemed",
    here: str = "issued",
    expires_at_ms: int = 9,
) -> list[str]:
    """What is said of a voucher that is in state `here` at head office and in `state` at a till."""
    office = sqlite3.connect(":memory:")
    office.executescript(_BOTH + _OFFICE)
    voucher = (*_VOUCHER[:3], expires_at_ms)
    office.execute("INSERT INTO vouchers VALUES (?, ?, ?, ?, ?)", (*voucher, here))
    path = folder / "till.sqlite"
    till = sqlite3.connect(path)
    till.executescript(
        _BOTH + "CREATE TABLE settings (key, value); CREATE TABLE programmes (document);"
    )
    till.execute("INSERT INTO vouchers VALUES (?, ?, ?, ?, ?)", (*voucher, state))
    identity = msgspec.msgpack.encode({"terminal": "WAW-1", "epoch": 1})
    till.execute("INSERT INTO settings VALUES ('identity', ?)", (identity,))
    till.execute("INSERT INTO programmes VALUES ('p')")
    till.commit()
    till.close()
    said = audit_told(office, witness, [], {"WAW-1": journal}, {"WAW-1": str(path)})
    found = [breach.what for breach in said]
    office.close()
    return found


def _both_lost() -> Witness:
    return Witness(office_was_put_back=True, lost_terminals={"GDA-1"})


def test_a_redemption_of_which_no_copy_is_left_stays_known_to_tills(tmp_path: Path) -> None:
    assert not _said(tmp_path, _both_lost(), [])


def test_a_redemption_that_some_till_still_holds_reaches_head_office(tmp_path: Path) -> None:
    fields = ("WAW-1", 1, 1, "voucher-redeemed", "M", 0, 0, "R", "simulated@2", 5, 5)
    body = msgspec.msgpack.encode([*fields, {"number": _VOUCHER[0], "amount_minor": 200}])
    (said,) = _said(tmp_path, _both_lost(), [Row("WAW-1", 1, 1, body, b"")])
    assert said.startswith("WAW-1 was not told of voucher")


@pytest.mark.parametrize(
    "witness", [Witness(), Witness(office_was_put_back=True), Witness(lost_terminals={"GDA-1"})]
)
def test_nothing_is_forgotten_where_one_side_alone_was_lost(
    tmp_path: Path, witness: Witness
) -> None:
    (said,) = _said(tmp_path, witness, [])
    assert said.startswith("WAW-1 was not told of voucher")


def test_a_till_that_knows_what_head_office_knows_is_right(tmp_path: Path) -> None:
    assert not _said(tmp_path, Witness(), [], "issued")


@pytest.mark.parametrize(("expires_at_ms", "is_missed"), [(0, True), (10, False), (11, True)])
def test_what_was_spent_is_told_while_its_code_could_pass(
    tmp_path: Path, expires_at_ms: int, is_missed: bool
) -> None:
    said = _said(tmp_path, Witness(), [], "issued", "redeemed", expires_at_ms)
    assert bool(said) is is_missed
