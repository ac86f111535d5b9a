"""What becomes of a frame: accepted, behind, forked or refused, and never half of it."""

from collections.abc import Sequence
from typing import Any

import msgspec
import pytest
from sqlalchemy import Connection, Engine, update
from sqlalchemy.exc import SQLAlchemyError

from loyalty.clock import epoch_ms
from loyalty.errors import FrameInvalid
from loyalty.journal import Entry, encode_entry, first_seal
from loyalty.tallies import DayTally
from loyalty.wire import Outcome
from sync_server.store.engine import writing
from sync_server.store.history import settled_history
from sync_server.store.tables import settings
from sync_server.terminals.ingest import Ingest
from tests.contract.server_core.journals import (
    ZONE,
    Journal,
    ShopClock,
    books,
    give_journals,
    head_office,
    rows,
)


def kinds_of_cases(engine: Engine) -> list[str]:
    return sorted(case["kind"] for case in rows(engine, "cases"))


def test_a_frame_becomes_entries_and_books(engine: Engine, ingest: Ingest) -> None:
    till = Journal()
    till.enrol("anna")
    till.sale("anna", 600)
    number = till.reward("anna")
    till.sale("", 40)
    till.goods_return("anna", 30)
    taken = ingest.take(till.frame())
    assert (taken.outcome, taken.head.seq, taken.refused) == (Outcome.ACCEPTED, 6, ())
    assert taken.head.seal == till.seal_at(6)
    assert [row["body"] for row in rows(engine, "entries")] == till.bodies
    [standing] = rows(engine, "standings")
    first = 1_777_626_000_000 + 2 * 3_600_000
    assert standing == {
        "member_id": "anna",
        "points": 70,
        "earned": 600,
        "clawed_back": 30,
        "redeemed": 500,
        "pool": 0,
        "sales": 1,
        "sales_minor": 57_000,
        "first_sale_ms": first,
        "last_sale_ms": first,
    }
    [voucher] = rows(engine, "vouchers")
    assert (voucher["number"], voucher["state"]) == (number, "issued")
    assert kinds_of_cases(engine) == []
    [ours], [theirs] = rows(engine, "day_tallies"), rows(engine, "till_tallies")
    del theirs["received_at_ms"]
    assert ours == theirs


def test_repeated_and_overlapping_frames_change_nothing(engine: Engine, ingest: Ingest) -> None:
    till = Journal()
    for amount in range(1, 9):
        till.sale("anna", amount)
    ingest.take(till.frame(1, 5))
    once = books(engine)
    assert ingest.take(till.frame(1, 5)).outcome is Outcome.ACCEPTED
    assert ingest.take(till.frame(2, 3)).outcome is Outcome.ACCEPTED
    assert books(engine) == once
    assert ingest.take(till.frame(3)).head.seq == 8
    assert rows(engine, "standings")[0]["points"] == 36


def test_a_frame_that_starts_too_late_is_told_the_head(engine: Engine, ingest: Ingest) -> None:
    till = Journal()
    for amount in range(1, 6):
        till.sale("anna", amount)
    ingest.take(till.frame(1, 2))
    late = ingest.take(till.frame(4))
    assert (late.outcome, late.head.seq, late.head.seal) == (Outcome.BEHIND, 2, till.seal_at(2))
    assert len(rows(engine, "entries")) == 2


def test_a_fork_is_kept_as_evidence_and_opens_one_case(engine: Engine, ingest: Ingest) -> None:
    till, clone = Journal(), Journal()
    for journal in (till, clone):
        journal.sale("anna", 10)
    till.sale("anna", 20)
    clone.sale("boris", 500)
    clone.sale("boris", 500)
    ingest.take(till.frame())
    before = books(engine, "fork")
    for _ in range(2):
        forked = ingest.take(clone.frame(tallies=()))
        assert (forked.outcome, forked.head.seq) == (Outcome.FORKED, 2)
    kept = rows(engine, "quarantine")
    assert sorted((row["seq"], row["body"]) for row in kept) == [
        (2, clone.bodies[1]),
        (3, clone.bodies[2]),
    ]
    [case] = rows(engine, "cases")
    assert (case["kind"], case["terminal"], case["seq"]) == ("fork", "KRK-1", 2)
    assert {**books(engine, "fork"), "quarantine": []} == before
    till.sale("anna", 5)
    assert ingest.take(till.frame(3)).outcome is Outcome.ACCEPTED


def test_sums_of_another_history_do_not_stand_in_the_way_of_the_tills_own(
    engine: Engine, ingest: Ingest
) -> None:
    till, clone = Journal(), Journal()
    till.sale("anna", 10)
    for _ in range(5):
        clone.sale("boris", 500)
    ingest.take(till.frame())
    before = rows(engine, "till_tallies")
    assert ingest.take(clone.frame()).outcome is Outcome.FORKED
    assert ingest.take(clone.frame(4)).outcome is Outcome.BEHIND
    assert rows(engine, "till_tallies") == before
    till.sale("anna", 20)
    ingest.take(till.frame(2))
    [ours], [theirs] = rows(engine, "day_tallies"), rows(engine, "till_tallies")
    assert (theirs["last_seq"], theirs["sales_minor"]) == (2, ours["sales_minor"])


def test_sums_of_who_is_behind_the_head_are_not_kept(engine: Engine, ingest: Ingest) -> None:
    till, clone = Journal(), Journal()
    for _ in range(3):
        till.sale("anna", 10)
        clone.sale("boris", 500)
    ingest.take(till.frame())
    before = rows(engine, "till_tallies")
    # Nothing of the frame is held against anything: the days may be of another history.
    days = (DayTally("2026-01-01", 2, 2),)
    assert ingest.take(clone.frame(3, 0, tallies=days)).outcome is Outcome.ACCEPTED
    assert rows(engine, "till_tallies") == before


def test_sums_as_of_an_entry_that_is_not_held_are_not_kept(engine: Engine, ingest: Ingest) -> None:
    till = Journal()
    till.sale("anna", 10)
    [tally] = till.tallies(1)
    ahead = msgspec.structs.replace(tally, last_seq=2)
    assert ingest.take(till.frame(tallies=(ahead,))).outcome is Outcome.ACCEPTED
    assert rows(engine, "till_tallies") == []
    ingest.take(till.frame(2, tallies=(tally,)))
    assert [row["last_seq"] for row in rows(engine, "till_tallies")] == [1]


def test_a_till_that_shows_another_seal_for_the_head_is_a_fork(
    engine: Engine, ingest: Ingest
) -> None:
    till = Journal()
    till.sale("anna", 10)
    ingest.take(till.frame())
    assert ingest.take(till.frame(2)).outcome is Outcome.ACCEPTED
    assert ingest.take(till.frame(2, last_seal=b"?" * 32)).outcome is Outcome.FORKED
    assert kinds_of_cases(engine) == ["fork"]


def test_a_till_that_lost_its_end_opens_one_case(engine: Engine, ingest: Ingest) -> None:
    till = Journal()
    for amount in range(1, 6):
        till.sale("anna", amount)
    ingest.take(till.frame())
    later = till.frame().sent_at_ms + 1
    for sent_at_ms in (later, later + 1):
        cut = ingest.take(till.frame(4, 0, sent_at_ms=sent_at_ms))
        assert (cut.outcome, cut.head.seq) == (Outcome.ACCEPTED, 5)
    [case] = rows(engine, "cases")
    assert (case["kind"], case["terminal"], case["seq"]) == ("fork", "KRK-1", 4)
    assert case["detail"].startswith("The till lost entries 4 to 5,")


def test_an_empty_frame_that_was_overtaken_is_no_loss(engine: Engine, ingest: Ingest) -> None:
    till = Journal()
    for amount in range(1, 4):
        till.sale("anna", amount)
    sent_at_ms = till.frame().sent_at_ms
    overtaken = till.frame(2, 0, sent_at_ms=sent_at_ms)
    ingest.take(till.frame(1, 1, sent_at_ms=sent_at_ms - 1))
    ingest.take(till.frame(2, sent_at_ms=sent_at_ms + 1))
    assert ingest.take(overtaken).outcome is Outcome.ACCEPTED
    assert kinds_of_cases(engine) == []


def test_bytes_that_do_not_come_to_the_seal_are_not_taken(engine: Engine, ingest: Ingest) -> None:
    till = Journal()
    till.sale("anna", 10)
    till.sale("anna", 20)
    with pytest.raises(FrameInvalid, match="do not follow"):
        ingest.take(till.frame(last_seal=till.seal_at(1)))
    assert rows(engine, "entries") == []
    assert rows(engine, "heads") == []
    assert rows(engine, "terminals")[0]["last_contact_ms"] is None


def test_a_new_epoch_is_a_journal_of_its_own(engine: Engine, ingest: Ingest) -> None:
    for epoch in (1, 2):
        till = Journal(epoch=epoch)
        till.sale("anna", 10)
        assert ingest.take(till.frame()).outcome is Outcome.ACCEPTED
    assert rows(engine, "standings")[0]["points"] == 20
    assert [(row["epoch"], row["sales"]) for row in rows(engine, "day_tallies")] == [(1, 1), (2, 1)]


POISON = {
    "no entry at all": lambda till: till.spoil(),
    "a lie about the terminal": lambda till: till.sale("eve", 900, terminal="KRK-2"),
    "a lie about the number": lambda till: till.sale("eve", 900, seq=till.next_seq + 1),
    "points beyond any column": lambda till: till.sale("eve", 1, points=2**63),
    "a NUL in a text": lambda till: till.sale("eve", 1, receipt="a\0b"),
    "a time that no calendar holds": lambda till: till.sale("eve", 1, recorded_at_ms=2**60),
    "a redemption that gives": lambda till: till.add("redeem", "eve", 500),
    "an enrolment with points": lambda till: till.add("enrol", "eve", 500),
    "an enrolment of another member": lambda till: till.add(
        "enrol", "eve", payload={"member_id": "adam", "card": "adam"}
    ),
    "an enrolment without a member": lambda till: till.add("enrol", "eve", payload={"name": 7}),
    "another till's voucher": lambda till: till.add(
        "voucher-issued",
        "eve",
        payload={
            "number": "WAW-1.1.1",
            "amount_minor": 500,
            "currency": "GBP",
            "expires_at_ms": 1_777_626_000_000,
        },
    ),
    "a voucher of no worth": lambda till: till.spend("KRK-1.1.9", amount_minor=0),
}


@pytest.mark.parametrize("spoil", POISON.values(), ids=POISON.keys())
def test_an_entry_that_cannot_count_stops_nothing(
    engine: Engine, ingest: Ingest, spoil: object
) -> None:
    till = Journal()
    till.sale("anna", 10)
    assert callable(spoil)
    spoil(till)
    till.sale("anna", 20)
    first, again = ingest.take(till.frame()), ingest.take(till.frame())
    assert (first.outcome, first.head.seq) == (Outcome.ACCEPTED, 3)
    assert [refused.seq for refused in first.refused] == [2]
    assert again == first
    assert [row["points"] for row in rows(engine, "standings")] == [30]
    [kept] = rows(engine, "quarantine")
    assert (kept["seq"], kept["body"], kept["in_chain"]) == (2, till.bodies[1], True)
    assert kinds_of_cases(engine) == ["refused"]
    till.sale("anna", 5)
    assert ingest.take(till.frame(2)).head.seq == 4


def test_a_kind_of_tomorrow_is_kept_and_its_points_count(engine: Engine, ingest: Ingest) -> None:
    till = Journal()
    till.add("birthday", "anna", 100, payload={"cake": [1, {"candles": 7}]})
    assert ingest.take(till.frame()).refused == ()
    [standing] = rows(engine, "standings")
    assert (standing["points"], standing["earned"]) == (100, 0)
    assert rows(engine, "entries")[0]["kind"] == "birthday"


def test_a_fault_of_the_database_leaves_nothing_behind(engine: Engine, clock: ShopClock) -> None:
    till = Journal()
    till.enrol("anna")
    till.sale("anna", 10)
    ingest = head_office(engine, clock)
    before = books(engine)
    # The last table that a frame writes to is away, so all else was written before the fault.
    with writing(engine) as connection:
        connection.exec_driver_sql("ALTER TABLE till_tallies RENAME TO tallies_elsewhere")
    with pytest.raises(SQLAlchemyError, match="till_tallies"):
        ingest.take(till.frame())
    with writing(engine) as connection:
        connection.exec_driver_sql("ALTER TABLE tallies_elsewhere RENAME TO till_tallies")
    assert books(engine) == before
    assert ingest.take(till.frame()).head.seq == 2
    assert rows(engine, "standings")[0]["points"] == 10


def test_printed_notices_are_taken_back_from_the_feed(engine: Engine, ingest: Ingest) -> None:
    with writing(engine) as connection:
        connection.exec_driver_sql(
            "INSERT INTO notices (notice_id, member_id, campaign, texts, created_at_ms) "
            "VALUES ('n1', 'anna', 'welcome', '{\"en\": \"Hello\"}', 1)"
        )
    till = Journal()
    ingest.take(till.frame(printed_notices=("n1", "unknown")))
    [notice] = rows(engine, "notices")
    assert notice["printed_terminal"] == "KRK-1"
    assert ("notice", "n1") in books(engine)["changes"]
    ingest.take(Journal("KRK-2").frame(printed_notices=("n1",)))
    assert rows(engine, "notices")[0]["printed_terminal"] == "KRK-1"


@pytest.mark.parametrize("nowhere", [{"epoch": 0}, {"epoch": 2**63}, {"first_seq": 0}], ids=repr)
def test_a_frame_without_a_place_is_refused(
    engine: Engine, ingest: Ingest, nowhere: dict[str, Any]
) -> None:
    till = Journal()
    till.sale("anna", 10)
    with pytest.raises(FrameInvalid):
        ingest.take(till.frame(**nowhere))
    assert rows(engine, "entries") == []


@pytest.mark.parametrize(
    "nonsense",
    [
        {"sent_at_ms": -(2**63)},
        {"sent_at_ms": 2**63 - 1},
        {"product_version": "1\0" * 1_000},
        {"printed_notices": ("a\0", "b" * 10_000)},
        {"tallies": (DayTally("yesterday"),)},
        {"tallies": (DayTally("2026-05-01", sales=2**63),)},
    ],
    ids=lambda value: repr(value)[:40],
)
def test_nonsense_beside_the_entries_stops_none_of_them(
    engine: Engine, ingest: Ingest, nonsense: dict[str, Any]
) -> None:
    till = Journal()
    till.sale("anna", 10)
    assert ingest.take(till.frame(**nonsense)).head.seq == 1
    assert len(rows(engine, "entries")) == 1
    assert rows(engine, "till_tallies") == [] or "tallies" not in nonsense


def test_the_clock_of_a_till_is_noted(engine: Engine, ingest: Ingest) -> None:
    till = Journal()
    ingest.take(till.frame(sent_at_ms=till.frame().sent_at_ms + 90_000))
    [terminal, *_] = rows(engine, "terminals")
    assert (terminal["clock_offset_ms"], terminal["product_version"]) == (90_000, "0.1.0")


def test_an_entry_with_fields_of_tomorrow_keeps_its_bytes(engine: Engine, ingest: Ingest) -> None:
    till = Journal()
    entry = till.sale("anna", 10)
    longer = bytearray(encode_entry(entry))
    assert longer[0] == 0x9D
    longer[0] = 0x9E
    till.bodies[0] = bytes(longer) + b"\xa6future"
    taken = ingest.take(till.frame())
    assert taken.refused == ()
    assert taken.head.seal == till.seal_at(1) != first_seal("KRK-1", 1)
    assert rows(engine, "entries")[0]["body"] == till.bodies[0]


def test_a_fault_of_a_campaign_costs_its_messages_and_no_entry(
    engine: Engine, clock: ShopClock
) -> None:
    heard: list[int] = []

    def broken(connection: Connection, entries: Sequence[Entry]) -> None:
        connection.execute(update(settings).values(value="half a message"))
        raise KeyError(len(entries))

    def whole(connection: Connection, entries: Sequence[Entry]) -> None:
        heard.append(len(entries))

    till = Journal()
    till.sale("anna", 600)
    give_journals(engine)
    with writing(engine) as connection:
        settled_history(connection, epoch_ms(clock()))
    before = rows(engine, "settings")
    taken = Ingest(engine, clock, ZONE, (broken, whole)).take(till.frame())
    assert (taken.outcome, taken.head.seq) == (Outcome.ACCEPTED, 1)
    assert rows(engine, "standings")[0]["points"] == 600
    assert rows(engine, "settings") == before
    assert heard == [1]
