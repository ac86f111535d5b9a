"""A replay's numbers are those of a computation that shares no code with the product."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.replay.conftest import Replayed, exported, measured_replay
from tests.journeys.replay.oracle import Account, Expected, compute

SHARED_FILE = (
    Path(__file__).resolve().parents[4] / "shared/data/online_retail_2010-12_to_2011-02.csv.gz"
)
MAX_CPU_S = 60
"""Of replay and head office together: the wall clock would count the other tests' turns as well."""

MAX_MIB = 300


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


def test_a_small_file_comes_to_what_it_must(made_file: Path, once: Replayed) -> None:
    expected = compute(made_file)
    assert min(expected.sales, expected.returns, expected.anonymous) > 5
    assert expected.vouchers_issued > 5
    assert expected.rejected_lines > 5
    assert any(account.points < 0 for account in expected.accounts.values()), "no debt was made"
    compare(once, expected)


def test_members_wander_between_the_tills(once: Replayed) -> None:
    tills: dict[str, set[str]] = {}
    for entry in exported(once.home):
        tills.setdefault(entry["member"], set()).add(entry["terminal"])
    wanderers = [member for member, seen in tills.items() if member and len(seen) == 3]
    assert len(wanderers) >= 8


@pytest.mark.timeout(600)
@pytest.mark.skipif(
    not SHARED_FILE.exists(), reason=f"{SHARED_FILE.name} is not beside the checkout"
)
def test_a_real_shops_winter_comes_to_what_it_must(tmp_path: Path) -> None:
    replayed = measured_replay(SHARED_FILE, tmp_path / "winter")
    compare(replayed, compute(SHARED_FILE))
    assert replayed.cpu_s < MAX_CPU_S
    assert replayed.peak_mib < MAX_MIB
