"""A finished replay held against what its file must come to."""

from collections import Counter
from pathlib import Path
from typing import Any

from tests.journeys.replay.conftest import Replayed, exported
from tests.journeys.replay.oracle import Account, Expected


def accounts(entries: list[dict[str, Any]]) -> dict[int, Account]:
    """Per-member points, summed by kind from what `ledger export` prints."""
    sums: dict[tuple[str, str], int] = Counter()
    for entry in entries:
        sums[entry["member"], entry["kind"]] += entry["points"]
    members = {entry["member"] for entry in entries} - {""}
    return {
        # A card is 29, five digits of a terminal, eight of the customer, a check digit.
        int(member[7:15]): Account(
            earned=sums[member, "earn"],
            clawed_back=-sums[member, "reverse"],
            redeemed=-sums[member, "redeem"],
        )
        for member in members
    }


def compare(replayed: Replayed, expected: Expected) -> None:
    summary = replayed.summary
    told = {
        "lines": expected.lines,
        "rejected_lines": expected.rejected_lines,
        "refused_invoices": 0,
        "invoices": expected.sales + expected.returns,
        "sales": expected.sales,
        "returns": expected.returns,
        "anonymous": expected.anonymous,
        "members": len(expected.accounts),
        "points_earned": expected.total("earned"),
        "points_clawed_back": expected.total("clawed_back"),
        "points_redeemed": expected.total("redeemed"),
        "vouchers_issued": expected.vouchers_issued,
        "receipts_printed": expected.sales + expected.returns,
        "receipts_waiting": 0,
        "receipts_unknown": 0,
        "till": {"members": len(expected.accounts), "points": expected.total("points")},
        "server": {"members": len(expected.accounts), "points": expected.total("points")},
        "differences": 0,
        "posted_now": expected.sales + expected.returns,
        "already_posted": 0,
    }
    assert {name: summary[name] for name in told} == told
    entries = exported(replayed.home)
    assert summary["entries"] == len(entries)
    assert accounts(entries) == expected.accounts
    rejects = Path(summary["rejects_file"]).read_text("utf-8").splitlines()[1:]
    assert {int(line.split(",")[0]) for line in rejects} == expected.rejected
