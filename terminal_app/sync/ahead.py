"""Asking ahead: the next question is on its way while the last answer is written down.

In a long sync the till and head office would else wait for each other by turns. What was asked
ahead is what would be asked anyway, so an answer that is not needed after all is let go.
"""

from collections.abc import Callable
from concurrent.futures import Future, wait
from threading import Thread
from types import TracebackType
from typing import Self

from msgspec.structs import replace

from loyalty.wire import Outcome, SyncReply, SyncRequest
from terminal_app.store.settings import SyncState


class Ahead:
    """Asks head office by `exchange`, one question ahead at most."""

    def __init__(self, exchange: Callable[[SyncRequest], SyncReply]) -> None:
        self._exchange = exchange
        self._asked: tuple[SyncRequest, Future[SyncReply]] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # What is on its way comes to its end first: the next sync has the line to itself.
        if self._asked:
            wait([self._asked[1]])

    @property
    def asked(self) -> SyncRequest | None:
        """The question that is on its way."""
        return self._asked[0] if self._asked else None

    def ask(self, request: SyncRequest) -> None:
        """Send `request`, whose answer is fetched by `answer_to`."""
        answer: Future[SyncReply] = Future()
        self._asked = (request, answer)
        in_background(lambda: _fill(answer, self._exchange, request))

    def answer_to(self, request: SyncRequest) -> SyncReply:
        """The answer to `request`, asked ahead or now. Raises as `exchange` does."""
        asked, self._asked = self._asked, None
        if asked is None:
            return self._exchange(request)
        if asked[0] is request:
            return asked[1].result()
        wait([asked[1]])
        return self._exchange(request)


def in_background(work: Callable[[], None]) -> None:
    """Do `work` beside; a till that is closed does not wait for it."""
    Thread(target=work, name="sync-ahead", daemon=True).start()


def _fill(
    answer: Future[SyncReply],
    exchange: Callable[[SyncRequest], SyncReply],
    request: SyncRequest,
) -> None:
    try:
        answer.set_result(exchange(request))
    except BaseException as fault:
        answer.set_exception(fault)
        if not isinstance(fault, Exception):
            raise


def foreseen(state: SyncState, request: SyncRequest, reply: SyncReply) -> SyncState | None:
    """Where the sync that stands at `state` will stand when `reply` to `request` is recorded.

    None when the reply says more than what was confirmed and told, so that it is to be recorded
    before anything else is said, or when there is no more to say.
    """
    last_seq = request.first_seq - 1 + len(request.bodies)
    is_plain = (
        reply.outcome is Outcome.ACCEPTED
        and reply.history_id == state.history_id == request.history_id
        and reply.head_seq == last_seq
        and not (request.draws or request.lookups or request.printed_notices)
        and not (reply.from_start or reply.refused or reply.grants or reply.recalls or reply.found)
    )
    if not is_plain or not (reply.more or request.waiting.entries):
        return None
    tallied_seq = max((tally.last_seq for tally in request.tallies), default=state.tallied_seq)
    return replace(
        state,
        cursor=reply.cursor,
        mark=reply.mark,
        confirmed_seq=last_seq,
        tallied_seq=tallied_seq,
    )
