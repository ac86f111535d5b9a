"""Defences of the till, taken away one at a time."""

import sqlite3
from collections.abc import Iterable

import msgspec

from loyalty.journal import Entry
from loyalty.programme.awards import award
from loyalty.programme.document import Programme
from loyalty.programme.occasions import NEWCOMER, Award, Occasion
from loyalty.programme.occasions import Standing as Known
from loyalty.wire import Draw, SyncReply, SyncRequest
from terminal_app import bootstrap
from terminal_app.store import draws, epochs, journal, receipts, sums
from terminal_app.store.settings import Identity, Lease
from terminal_app.sync import moving, taking
from terminal_app.sync.parting import Standing, standing_with
from terminal_app.till import pricing, returning, safety, selling, voucher_check
from tests.simulation import power
from tests.simulation.planted import Planted

STORMY = {"network": True, "meanwhile": True, "crashes": True}


def _no_receipt(*_asked: object) -> None:
    """Every request is a new one."""


def award_and_one(programme: Programme, occasion: Occasion, standing: Known = NEWCOMER) -> Award:
    """One point more than the programme gives."""
    right = award(programme, occasion, standing)
    return msgspec.structs.replace(right, points=right.points + 1)


def _everything_known(balance: int, _held: int, _overdraft: int) -> int:
    return max(balance, 0)


def _any_draw(connection: sqlite3.Connection, number: int) -> Draw | None:
    """A draw whether it is open or was closed before; it is closed now."""
    found = _close(connection, number)
    if found is not None:
        return found
    row = connection.execute(
        "SELECT number, member_id, points, voucher FROM draws WHERE number = ?", (number,)
    ).fetchone()
    return None if row is None else Draw(*row)


_close = draws.close


def _never_over(_lease: Lease, _now_ms: int) -> bool:
    return False


def _over_by_the_clock(lease: Lease, now_ms: int) -> bool:
    """By what the clock shows, wherever it was set to."""
    return lease.until_ms != 0 and now_ms >= lease.until_ms


def _never_overtaken(*_of: object) -> bool:
    """An answer to a question that another program has asked again is taken as well."""
    return False


def _nothing_suspended(*_of: object) -> None:
    """A copy is as good as what it was copied from."""


def _nothing_written_again(*_of: object) -> None:
    """What head office does not hold stays in the journal that was left."""


def _no_cut_end(
    connection: sqlite3.Connection, identity: Identity, request: SyncRequest, reply: SyncReply
) -> Standing:
    """A journal that ends before head office's head is taken to be all there is."""
    standing = standing_with(connection, identity, request, reply)
    if standing.coming is not None and standing.coming.reason == epochs.CUT_OFF:
        return Standing(reply.head_seq, agrees=True)
    return standing


def _time_as_it_is_said(*_of: object) -> int:
    return 0


def _counts_nothing(_connection: sqlite3.Connection, _entries: Iterable[Entry]) -> None:
    """What entries count of members is left out of the till's own sums."""


def _by_signature(*_of: object) -> bool:
    return True


TILL_FAULTS = (
    Planted(
        "a receipt, return or void asked for twice",
        "the till keeps the first answer under the receipt's number",
        frozenset({"G2"}),
        r"was confirmed as|counts \d+ times",
        lambda: (
            (selling, "already", _no_receipt),
            (returning, "already", _no_receipt),
            (receipts, "_PUT", "INSERT OR REPLACE INTO receipts VALUES (?, ?, ?, ?)"),
        ),
    ),
    Planted(
        "points that no rule gives",
        "one rule for awards, computed again by head office",
        frozenset({"G6"}),
        r"gives \d+ points where",
        lambda: ((pricing, "award", award_and_one),),
    ),
    Planted(
        "two tills spend the same points",
        "a till spends what it holds the rights to",
        frozenset({"G3"}),
        r"spends \d+ points|were spent of at most",
        lambda: ((safety, "spendable", _everything_known),),
    ),
    Planted(
        "two processes drain one outbox",
        "an overtaken answer is not taken, and a draw that was closed takes no grant again",
        frozenset({"G2", "G3"}),
        r"was taken \d+ times|its entries make|releases what it lacks",
        lambda: ((draws, "close", _any_draw), (taking, "_is_overtaken", _never_overtaken)),
        {**STORMY, "second_process": True},
        40,
    ),
    Planted(
        "a grant that ends during a partition",
        "rights end with the lease",
        frozenset({"G3"}),
        "past the lease",
        lambda: ((Lease, "is_over", _never_over),),
        {"network": True, "long_silences": True, "days": 1},
        60,
    ),
    Planted(
        "a clock put back, years ahead, in summer time",
        "the latest moment seen counts for the lease",
        frozenset({"G3"}),
        "past the lease",
        lambda: ((Lease, "is_over", _over_by_the_clock),),
        {"network": True, "clocks": True, "long_silences": True, "days": 1},
        60,
    ),
    Planted(
        "a clock put back between two entries",
        "what is recorded never goes back in a journal",
        frozenset({"G4"}),
        "goes back in time",
        lambda: ((journal, "recorded_by", _time_as_it_is_said),),
        {"clocks": True},
    ),
    Planted(
        "a cloned till",
        "a till knows the machine and file that its data is in",
        frozenset({"G3"}),
        "a copied till spent",
        lambda: ((bootstrap, "_suspend_copy", _nothing_suspended),),
        {"copied_tills": True, "restored_tills": True},
        40,
    ),
    Planted(
        "a restored till, its epochs swapped",
        "what the fork hides is written again in a journal of its own",
        frozenset({"G1"}),
        "was confirmed and is not at head office",
        lambda: ((moving, "write_again", _nothing_written_again),),
        {"restored_tills": True},
        40,
    ),
    Planted(
        "a truncated history with a valid chain",
        "a journal that ends before head office's head is not gone on with",
        frozenset({"G1", "G2", "G5", "G7"}),
        r"entries, head office holds|not at head office|counts \d+ times",
        lambda: ((taking, "standing_with", _no_cut_end),),
        {"restored_tills": True},
        40,
    ),
    Planted(
        "a crash between every pair of writes",
        "entries, balances and the receipt's number are one transaction",
        frozenset({"G1", "G2", "G4", "G5", "G6", "G7"}),
        r"the entries make|was not told of voucher|the till's days|counts \d+ times",
        lambda: ((power, "IS_WHOLE", False),),
        {"crashes": True},
    ),
    Planted(
        "a voucher taken at two tills",
        "a voucher is taken where its right lies",
        frozenset({"G2"}),
        r"paid \d+ times",
        lambda: ((voucher_check, "_goes_by_signature", _by_signature),),
        {"vouchers": "held"},
        40,
    ),
    Planted(
        "a sale that brings nobody nearer to a tier",
        "what an entry counts is added up in its own transaction",
        frozenset({"G5"}),
        r"(KRK|WAW|GDA)-.*is counted of",
        lambda: ((sums, "count_in", _counts_nothing),),
    ),
)
"""What is planted at the till."""
