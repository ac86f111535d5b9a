"""A replay's numbers are those of a computation that shares no code with the product."""

from pathlib import Path

import pytest

from tests.journeys.replay.comparing import compare
from tests.journeys.replay.conftest import Replayed, exported, measured_replay
from tests.journeys.replay.oracle import compute

SHARED_FILE = (
    Path(__file__).resolve().parents[4] / "shared/data/online_retail_2010-12_to_2011-02.csv.gz"
)
MAX_CPU_S = 60
"""Of replay and head office together: the wall clock would count the other tests' turns as well."""

MAX_MIB = 300


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
