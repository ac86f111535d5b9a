"""The next question is asked while the last answer is written down, when it is known by then."""

import threading
from collections.abc import Callable

import pytest
from msgspec.structs import replace

from loyalty.tallies import DayTally
from loyalty.wire import Draw, Grant, Outcome, Recall, Refused, SyncReply, SyncRequest, Waiting
from terminal_app.errors import HeadOfficeUnreachable
from terminal_app.store.settings import SyncState
from terminal_app.sync.ahead import Ahead, foreseen

STATE = SyncState(history_id="h1", cursor=5, mark="m5", confirmed_seq=3, tallied_seq=3)
REQUEST = SyncRequest(
    version=2,
    terminal="KRK-1",
    epoch=1,
    first_seq=4,
    bodies=(b"four", b"five"),
    last_seal=b"s5",
    history_id="h1",
    cursor=5,
    mark="m5",
    sent_at_ms=0,
    product_version="1",
    tallies=(DayTally("2026-05-01", 5),),
    waiting=Waiting(7, 70, 700),
)
REPLY = SyncReply(
    version=2,
    history_id="h1",
    outcome=Outcome.ACCEPTED,
    head_seq=5,
    head_seal=b"s5",
    changes=(),
    cursor=9,
    mark="m9",
    more=True,
    server_time_ms=0,
)


def answering(request: SyncRequest) -> SyncReply:
    return replace(REPLY, cursor=request.cursor)


def test_what_a_plain_answer_leads_to_is_foreseen() -> None:
    expected = replace(STATE, cursor=9, mark="m9", confirmed_seq=5, tallied_seq=5)
    assert foreseen(STATE, REQUEST, REPLY) == expected
    without_days = replace(REQUEST, tallies=())
    assert foreseen(STATE, without_days, REPLY) == replace(expected, tallied_seq=3)
    # Either side alone has more to say.
    assert foreseen(STATE, REQUEST, replace(REPLY, more=False)) == expected
    assert foreseen(STATE, replace(REQUEST, waiting=Waiting()), REPLY) == expected


@pytest.mark.parametrize(
    "reply",
    [
        replace(REPLY, outcome=Outcome.FORKED),
        replace(REPLY, outcome=Outcome.BEHIND),
        replace(REPLY, history_id="h2"),
        replace(REPLY, head_seq=9),
        replace(REPLY, from_start=True),
        replace(REPLY, refused=(Refused(4, "strange"),)),
        replace(REPLY, grants=(Grant(1, 5),)),
        replace(REPLY, recalls=(Recall("ala", 5),)),
    ],
)
def test_an_answer_that_says_more_is_recorded_first(reply: SyncReply) -> None:
    assert foreseen(STATE, REQUEST, reply) is None


@pytest.mark.parametrize(
    "request_",
    [
        replace(REQUEST, history_id=""),
        replace(REQUEST, draws=(Draw(1, "ala", 5),)),
        replace(REQUEST, lookups=("2900",)),
        replace(REQUEST, printed_notices=("n1",)),
    ],
)
def test_what_asked_for_an_answer_is_recorded_first(request_: SyncRequest) -> None:
    assert foreseen(STATE, request_, REPLY) is None


def test_who_has_no_more_to_say_asks_nothing_ahead() -> None:
    assert foreseen(STATE, replace(REQUEST, waiting=Waiting()), replace(REPLY, more=False)) is None


def test_a_question_is_on_its_way_while_something_else_is_done() -> None:
    may_answer = threading.Event()

    def slowly(request: SyncRequest) -> SyncReply:
        assert may_answer.wait(10)
        return answering(request)

    with Ahead(slowly) as ahead:
        following = replace(REQUEST, cursor=9)
        ahead.ask(following)
        assert ahead.asked is following
        may_answer.set()
        assert ahead.answer_to(following).cursor == 9
        assert ahead.asked is None


def test_an_answer_that_is_not_needed_is_let_go() -> None:
    asked: list[int] = []

    def noted(request: SyncRequest) -> SyncReply:
        asked.append(request.cursor)
        return answering(request)

    with Ahead(noted) as ahead:
        ahead.ask(replace(REQUEST, cursor=9))
        other = replace(REQUEST, cursor=4)
        assert ahead.answer_to(other).cursor == 4
        assert (ahead.asked, asked) == (None, [9, 4])


@pytest.mark.parametrize("ask", [Ahead.ask, lambda ahead, request: None])
def test_a_fault_is_met_where_the_answer_is_wanted(
    ask: Callable[[Ahead, SyncRequest], None],
) -> None:
    def failing(request: SyncRequest) -> SyncReply:
        raise HeadOfficeUnreachable(f"no line at {request.cursor}")

    with Ahead(failing) as ahead:
        ask(ahead, REQUEST)
        with pytest.raises(HeadOfficeUnreachable, match="no line at 5"):
            ahead.answer_to(REQUEST)
