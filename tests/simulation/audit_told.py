"""G5: once all is told, every till knows what head office knows, and head office what they counted.

A feed that leaves something out breaks no sum: it is only seen by holding the two sides of a fact
against each other.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.simulation.evidence import Row, opened, till_terminal
from tests.simulation.witness import Breach

_VOUCHERS = """
    SELECT number, member_id, amount_minor, expires_at_ms, state FROM vouchers
    WHERE amount_minor > 0
"""
_IN_FORCE = "SELECT document FROM programmes ORDER BY version DESC LIMIT 1"
_COUNTED = "SELECT day, last_seq, entries, sales_minor, points_earned, points_redeemed FROM"
_OF_JOURNAL = "WHERE terminal = ? AND epoch = ? ORDER BY day"


def audit_told(
    connection: sqlite3.Connection, counted: list[Row], tills: Mapping[str, str]
) -> Iterator[Breach]:
    """What a till was not told, and days whose sums did not arrive or are not what arrived."""
    members = {row[0] for row in connection.execute("SELECT member_id FROM members")}
    vouchers = connection.execute(_VOUCHERS).fetchall()
    (programme,) = connection.execute(_IN_FORCE).fetchone()
    for name, path in tills.items():
        with opened(Path(path)) as till:
            known = {row[0] for row in till.execute("SELECT member_id FROM members")}
            for member in sorted(members - known):
                yield Breach("G5", f"{name} was never told of member {member}")
            yield from _vouchers(name, vouchers, till)
            row = till.execute("SELECT value FROM settings WHERE key = 'programme'").fetchone()
            if row is None or bytes(row[0]).decode() != programme:
                yield Breach("G5", f"{name} was not told the programme in force")
            journal = till_terminal(till)
        yield from _days(name, connection, journal)
    yield from _sums(connection, counted)


def _vouchers(
    name: str, vouchers: list[tuple[str, str, int, int, str]], till: sqlite3.Connection
) -> Iterator[Breach]:
    known = {row[0]: row for row in till.execute(_VOUCHERS)}
    for voucher in vouchers:
        if voucher != known.get(voucher[0]):
            yield Breach(
                "G5", f"{name} was not told of voucher {voucher}: it has {known.get(voucher[0])}"
            )


def _days(name: str, connection: sqlite3.Connection, journal: tuple[str, int]) -> Iterator[Breach]:
    """What the till said that it counted, beside what head office did."""
    office = connection.execute(f"{_COUNTED} day_tallies {_OF_JOURNAL}", journal).fetchall()
    told = connection.execute(f"{_COUNTED} till_tallies {_OF_JOURNAL}", journal).fetchall()
    refused = connection.execute(
        "SELECT count(*) FROM quarantine WHERE in_chain AND terminal = ? AND epoch = ?", journal
    ).fetchone()
    if refused[0] and len(told) >= len(office):
        return
    if office != told:
        yield Breach("G5", f"{name}: the till's days of {journal} are {told}, those here {office}")


def _sums(connection: sqlite3.Connection, counted: list[Row]) -> Iterator[Breach]:
    """Head office's own days are the sums of its entries."""
    summed: dict[tuple[str, int], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for row in counted:
        fields = row.fields
        if fields is None:
            continue
        is_sale = fields.kind == "earn"
        spent = -fields.points if fields.kind == "redeem" else 0
        parts = (1, is_sale * fields.amount_minor, is_sale * fields.points, spent)
        sums = summed[row.terminal, row.epoch]
        sums[:] = [so_far + part for so_far, part in zip(sums, parts, strict=True)]
    kept = {
        (terminal, epoch): sums
        for terminal, epoch, *sums in connection.execute(
            "SELECT terminal, epoch, sum(entries), sum(sales_minor), sum(points_earned), "
            "sum(points_redeemed) FROM day_tallies GROUP BY terminal, epoch"
        )
    }
    for journal in summed.keys() | kept.keys():
        if summed.get(journal) != kept.get(journal):
            yield Breach(
                "G5",
                f"head office's days of {journal} come to {kept.get(journal)}, "
                f"its entries to {summed.get(journal)}",
            )
