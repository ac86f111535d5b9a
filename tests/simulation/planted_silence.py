"""Things that head office leaves unsaid or does not keep: no sum breaks, somebody must notice."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from loyalty.journal import Entry
from loyalty.wire import Change, SyncRequest
from sync_server.store import feed as feed_order
from sync_server.store.cases import Case
from sync_server.store.history import History
from sync_server.store.statements import inserting
from sync_server.store.tables import heads
from sync_server.terminals import evidence, feed, ingest, journals
from sync_server.terminals.chain import Continuation, Head
from sync_server.terminals.contact import Contact
from sync_server.terminals.feed import Journal
from sync_server.terminals.promises import Promises
from terminal_app.till import pricing
from tests.simulation.planted import Planted
from tests.simulation.planted_tills import award_and_one


def _tells_none(
    _connection: Connection, _keys: Sequence[str], _journal: Journal
) -> Sequence[tuple[str, Change]]:
    return ()


def _without(topic: str) -> Mapping[str, object]:
    return {**feed._READERS, topic: _tells_none}


def _keeps_no_evidence(
    _connection: Connection, _request: SyncRequest, _frame: Continuation, _now_ms: int
) -> None:
    """A second history is answered, and not kept."""


def _opens_no_case(_connection: Connection, _found: Sequence[Case], _now_ms: int) -> None:
    """Nobody is told what to look at."""


def _finds_no_difference(
    _self: Promises, _connection: Connection, _entries: Sequence[Entry]
) -> Sequence[Case]:
    return ()


def _keeps_no_tallies(
    _connection: Connection, _request: SyncRequest, _head: Head, _now_ms: int
) -> None:
    """What the till counted is not kept."""


def _signs_nothing(
    connection: Connection, contact: Contact, history: History, epoch: int, head: Head
) -> bytes:
    """A head is written down without a signature."""
    kept = {"seq": head.seq, "seal": head.seal, "signature": b""}
    connection.execute(
        inserting(connection, heads)
        .values(terminal=contact.terminal, epoch=epoch, history_id=history.history_id, **kept)
        .on_conflict_do_update(index_elements=[heads.c.terminal, heads.c.epoch], set_=kept)
    )
    return b""


PROMISED_WRONGLY = Planted(
    "a till that promises wrongly, and nobody computes it again",
    "a case for each promise that is not what its lines come to",
    frozenset({"G6"}),
    "a case says so: False",
    lambda: (
        (pricing, "award", award_and_one),
        (Promises, "check", _finds_no_difference),
    ),
)
"""First the till, then the one who would name it."""

SILENT_FAULTS = (
    Planted(
        "members never told",
        "the feed tells each till of every member",
        frozenset({"G5"}),
        "was never told of member",
        lambda: ((feed, "_READERS", _without(feed_order.MEMBER)),),
    ),
    Planted(
        "vouchers never told",
        "the feed tells each till of every voucher",
        frozenset({"G5"}),
        "was not told of voucher",
        lambda: ((feed, "_READERS", _without(feed_order.VOUCHER)),),
    ),
    Planted(
        "a programme never told",
        "the feed tells each till of the programme in force",
        frozenset({"G5"}),
        "was not told the programme",
        lambda: ((feed, "_READERS", _without(feed_order.PROGRAMME)),),
    ),
    PROMISED_WRONGLY,
    Planted(
        "a second history that is not kept",
        "the bytes of a second history are evidence",
        frozenset({"G4"}),
        "no evidence is kept",
        lambda: ((ingest, "keep_evidence", _keeps_no_evidence),),
        {"restored_tills": True, "restored_office": False},
        40,
    ),
    Planted(
        "a second history of which nobody is told",
        "a fork opens a case",
        frozenset({"G4"}),
        "no case says so",
        lambda: (
            (evidence, "open_cases", _opens_no_case),
            (journals, "open_cases", _opens_no_case),
        ),
        {"restored_tills": True, "restored_office": False},
        40,
    ),
    Planted(
        "what tills counted is dropped",
        "days are compared, the till's sums with head office's",
        frozenset({"G5"}),
        "the till's days of",
        lambda: ((ingest, "_keep_tallies", _keeps_no_tallies),),
    ),
    Planted(
        "heads that are not signed",
        "head office signs how far it holds each journal",
        frozenset({"G4"}),
        "signature over .* is none",
        lambda: ((ingest, "keep_head", _signs_nothing),),
    ),
)
"""What is planted in what head office says and keeps."""
