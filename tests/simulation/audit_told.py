"""G5: once all is told, every till knows what head office knows, and head office what they counted.

A feed that leaves something out breaks no sum: it is only seen by holding the two sides of a fact
against each other.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.simulation.evidence import Row, opened, till_terminal
from tests.simulation.witness import Breach, Witness

_VOUCHERS = """
    SELECT number, member_id, amount_minor, expires_at_ms, state FROM vouchers
    WHERE amount_minor > 0
      AND (state <> 'redeemed' OR expires_at_ms = 0 OR expires_at_ms > :still_shown_ms)
"""
"""A new till need not hear of one that was spent and whose code nobody takes for good any more."""

_HEARD = "SELECT max(last_contact_ms) FROM terminals"
STILL_SHOWN_MS = 48 * 3_600_000
_IN_FORCE = "SELECT document FROM programmes ORDER BY version DESC LIMIT 1"
_COUNTED = "SELECT day, last_seq, entries, sales_minor, points_earned, points_redeemed FROM"
_OF_JOURNAL = "WHERE terminal = ? AND epoch = ? ORDER BY day"


def audit_told(
    connection: sqlite3.Connection,
    witness: Witness,
    counted: list[Row],
    journals: Mapping[str, list[Row]],
    tills: Mapping[str, str],
) -> Iterator[Breach]:
    """What a till was not told, and days whose sums did not arrive or are not what arrived."""
    members = {row[0] for row in connection.execute("SELECT member_id FROM members")}
    (heard_ms,) = connection.execute(_HEARD).fetchone()
    shown = {"still_shown_ms": (heard_ms or 0) - STILL_SHOWN_MS}
    vouchers = connection.execute(_VOUCHERS, shown).fetchall()
    redeemed = _redeemed([*counted, *(row for rows in journals.values() for row in rows)])
    (programme,) = connection.execute(_IN_FORCE).fetchone()
    for name, path in tills.items():
        with opened(Path(path)) as till:
            known = {row[0] for row in till.execute("SELECT member_id FROM members")}
            for member in sorted(members - known):
                yield Breach("G5", f"{name} was never told of member {member}")
            forgotten = _known_redeemed(till) - redeemed if witness.both_sides_lost else set()
            yield from _vouchers(name, vouchers, forgotten, till)
            if (programme,) not in till.execute("SELECT document FROM programmes").fetchall():
                yield Breach("G5", f"{name} was not told the programme in force")
            journal = till_terminal(till)
        yield from _days(name, connection, journal)
    yield from _sums(connection, counted)


def _vouchers(
    name: str,
    vouchers: list[tuple[str, str, int, int, str]],
    forgotten: set[str],
    till: sqlite3.Connection,
) -> Iterator[Breach]:
    """Vouchers that a till does not know as head office does.

    One that it was told is redeemed stays so, when head office forgot it and no copy is left of
    the entry that redeemed it (`forgotten`): nobody can tell head office again.
    """
    known = {row[0]: row for row in till.execute(_VOUCHERS, {"still_shown_ms": -1})}
    for voucher in vouchers:
        told = (*voucher[:4], "redeemed") if voucher[0] in forgotten else voucher
        if told != known.get(voucher[0]):
            yield Breach(
                "G5", f"{name} was not told of voucher {voucher}: it has {known.get(voucher[0])}"
            )


def _known_redeemed(till: sqlite3.Connection) -> set[str]:
    return {row[0] for row in till.execute("SELECT number FROM vouchers WHERE state = 'redeemed'")}


def _redeemed(rows: list[Row]) -> set[str]:
    """The vouchers of which some journal that is left, here or at a till, holds the redemption."""
    read = [row.fields for row in rows]
    return {
        str(fields.payload.get("number"))
        for fields in read
        if fields is not None and fields.kind == "voucher-redeemed"
    }


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
